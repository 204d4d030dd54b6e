"""Faces of stills by Gemini's image models: one call repairs all of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engines.image.gemini import GeminiImage
from engines.refine import RefineOrder
from engines.refine.edit import Edit

FEW = 3
"""Reference pictures of each character."""


class GeminiEdit(Edit):
    """See ``Edit``. A picture whose faces are right costs nothing."""

    name = "gemini"
    licence = GeminiImage.licence
    together = True

    def repainted(self, picture: np.ndarray, mask: np.ndarray, order: RefineOrder, slugs: Sequence[str]) -> np.ndarray:
        shown = {slug: [r.uri for r in order.references[slug][:FEW]] for slug in slugs}
        uris = [uri for of_one in shown.values() for uri in of_one]
        made: np.ndarray = self._painter.edit(picture, mask, told(shown), uris, seed=order.attempt)
        return made


def told(shown: dict[str, list[str]]) -> str:
    """What the model is asked for: whose face goes where, by the numbers of the pictures, left to right."""
    asked, number = [], 3
    for place, uris in enumerate(shown.values(), 1):
        asked.append(f"White part {place} from the left: the person on pictures {number} to {number + len(uris) - 1}.")
        number += len(uris)
    return (
        "Give each white part the face of another person: the same pose, expression, gaze, light, sharpness and style "
        f"as now, and exactly the features, skin and hairline of that person. {' '.join(asked)}"
    )
