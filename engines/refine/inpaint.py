"""Faces of stills by a diffusion model on this machine: each is painted anew under a mask, with its character's LoRA
and, where the model has an IP-Adapter for faces, after its best reference picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engines.image.flux import Flux
from engines.image.sd3 import SD3
from engines.image.sdxl import SDXL
from engines.refine import RefineOrder
from engines.refine.edit import Edit


class Inpaint(Edit):
    """See ``Edit``. Two people's LoRAs and pictures would mix in one call, so each face has its own."""

    together = False

    def repainted(self, picture: np.ndarray, mask: np.ndarray, order: RefineOrder, slugs: Sequence[str]) -> np.ndarray:
        (slug,) = slugs
        words = order.words.get(slug, slug)
        uris = [reference.uri for reference in order.references[slug]]
        made: np.ndarray = self._painter.edit(picture, mask, words, uris, seed=order.attempt, slugs=slugs)
        return made


class SDXLInpaint(Inpaint):
    name = "sdxl"
    licence = SDXL.licence


class FluxInpaint(Inpaint):
    name = "flux"
    licence = Flux.licence


class SD3Inpaint(Inpaint):
    name = "sd3"
    licence = SD3.licence
