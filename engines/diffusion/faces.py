"""IP-Adapters: pictures as prompts, of a face that has to be this one and of a style that has to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydantic import Field

from engines.video import ShotOrder
from events.base import Value
from events.character import Reference
from media.assets import Assets
from media.pictures import flattened, open_picture

Kind = Literal["face", "style"]


class IPAdapter(Value):
    """``weight`` is the file (safetensors) in ``subfolder`` of ``model``; ``scale`` one number, or one for each block
    as diffusers takes it (with ``{"up": {"block_0": [0, 1, 0]}}`` SDXL takes the style and not what is shown).
    ``encoder``: where the network that sees is, for those that name it apart."""

    model: str
    weight: str = Field(pattern=r"\.safetensors$")
    subfolder: str = ""
    scale: Any = 0.6
    encoder: str = "image_encoder"


def face_of(references: Sequence[Reference], assets: Assets) -> Image.Image | None:
    """The one that shows the face best: a front view where there is one."""
    ranked = sorted(references, key=lambda each: not each.view.startswith("front"))
    return picture_of(ranked[0].uri, assets) if ranked else None


def style_of(order: ShotOrder, assets: Assets) -> Image.Image | None:
    """The scene's first frame, whose colours hold for the whole scene."""
    return picture_of(order.anchor, assets) if order.anchor else None


def picture_of(uri: str, assets: Assets) -> Image.Image:
    return Image.fromarray(flattened(open_picture(assets.read(uri), "A reference")))


def nothing() -> Image.Image:
    """In the place of a picture that there is not; what is seen in it is not used."""
    return Image.fromarray(np.full((64, 64, 3), 128, np.uint8))
