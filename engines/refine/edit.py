"""A refine engine for stills: an image engine paints the faces anew, and only they are taken from what it painted.

Image models do not leave the rest alone: they move it by a pixel and change its colours a little. So what they painted
is laid over the picture where both show the same, its colours are brought to the picture's, and it is blended in
softly; outside of the faces every pixel stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from engines.face import FaceEngine
from engines.face.judge import Gates
from engines.face.onnx import Faces
from engines.references import LONGEST
from engines.refine import Refined, RefineOrder
from engines.refine.tracking import Sight, drifted, follow
from engines.refine.warp import height, silhouette
from engines.registry import make_engine
from engines.terms import FREE, Terms
from events.errors import TakeFailed, Unsupported
from media.assets import Assets

GROWN = 1.25
"""How far about a face is painted anew: hairline and jaw belong to somebody, too."""
ROOM = 2.2
"""Side of what the engine is shown, in sizes of what is painted anew."""
SOFT = 0.12
"""Width of the soft edge, in heights of the face; it lies inside what is painted anew."""
SHOWN = 1024
"""Pixels of the longer side of what the engine is shown, at least."""
OTHER = 14.0
"""Mean grey levels by which the surroundings may differ; above it the engine has painted another picture."""
STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)

Window = tuple[slice, slice]


class Edit:
    """A ``RefineEngine`` for stills, by the image engine of this ``name``; the options are those of that engine.

    A clip is refused: painted one by one, its faces would be new ones in every frame, and flicker. The refine engine
    *canonical* is for those.
    """

    name: ClassVar[str]
    together: ClassVar[bool]
    """Whether one call repairs all faces, else it takes one for each."""

    def __init__(
        self, assets: Assets, faces: FaceEngine | None = None, gates: Gates | None = None, **options: Any
    ) -> None:
        """Raises ``BadSetting`` for an option that the image engine does not have."""
        self._painter = make_engine("image", self.name, {"image": {self.name: options}}, assets)
        self._faces = faces or Faces()
        self._gates = gates or Gates()
        self.terms: Terms = getattr(self._painter, "terms", FREE)

    def clip(self, path: Path, order: RefineOrder, folder: Path) -> Refined:
        raise Unsupported(
            "An image engine repairs stills alone: faces that are painted anew in every frame flicker. "
            "Choose the refine engine canonical for clips."
        )

    def still(self, picture: np.ndarray, order: RefineOrder) -> np.ndarray:
        tracks = follow([picture], self._faces, len(order.visible))
        wrong = [(slug, track.sights[0]) for slug, track in drifted(tracks, self._faces, order, self._gates.pass_)]
        refined = picture.copy()
        for some in [wrong] if self.together and wrong else [[one] for one in wrong]:
            refined = self._repaired(refined, order, dict(some))
        return refined

    def _repaired(self, picture: np.ndarray, order: RefineOrder, sights: Mapping[str, Sight]) -> np.ndarray:
        cover = covering([*sights.values()], picture.shape)
        part = window(cover)
        edited = self._edited(picture[part], cover[part], order, [*sights])
        fitting = matched(edited, picture[part], cover[part] > 0, self.name)
        return blended(picture, fitting, cover, part)

    def _edited(self, seen: np.ndarray, cover: np.ndarray, order: RefineOrder, slugs: Sequence[str]) -> np.ndarray:
        """What the engine makes of it, as large as it was."""
        across, down = seen.shape[1], seen.shape[0]
        scale = np.clip(SHOWN / max(across, down), 1.0, LONGEST / max(across, down))
        size = round(across * scale), round(down * scale)
        large = cv2.resize(seen, size, interpolation=cv2.INTER_CUBIC)
        mask = cv2.resize((cover > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        return cv2.resize(self.repainted(large, mask, order, slugs), (across, down), interpolation=cv2.INTER_AREA)

    def repainted(self, picture: np.ndarray, mask: np.ndarray, order: RefineOrder, slugs: Sequence[str]) -> np.ndarray:
        """The picture with the faces of these, left to right, where the mask is not 0."""
        raise NotImplementedError


# ---------------------------------------------------------------- where


def covering(sights: Sequence[Sight], shape: tuple[int, ...]) -> np.ndarray:
    """How much of each pixel is painted anew, ``(h, w)`` float32: 1 on the faces, falling softly to 0 about them."""
    cover = np.zeros(shape[:2], np.float32)
    for sight in sights:
        edge = silhouette(sight.mesh)
        grown = (edge - edge.mean(0)) * GROWN + edge.mean(0)
        filled = np.zeros(shape[:2], np.uint8)
        cv2.fillConvexPoly(filled, np.rint(grown).astype(np.int32), 1)
        share = np.clip(cv2.distanceTransform(filled, cv2.DIST_L2, 5) / (SOFT * height(sight.mesh)), 0, 1)
        cover = np.maximum(cover, share * share * (3 - 2 * share))
    return cover


def window(cover: np.ndarray) -> Window:
    """What the engine is shown: a square with room about what is covered, or the whole picture where none fits."""
    rows, columns = (np.flatnonzero(cover.any(axis)) for axis in (1, 0))
    side = round(ROOM * max(rows[-1] - rows[0], columns[-1] - columns[0]))
    if side >= min(cover.shape):
        return slice(0, cover.shape[0]), slice(0, cover.shape[1])
    places = zip((rows, columns), cover.shape, strict=True)
    top, left = (int(np.clip((at[0] + at[-1] - side) // 2, 0, limit - side)) for at, limit in places)
    return slice(top, top + side), slice(left, left + side)


# ---------------------------------------------------------------- fitting it in


def matched(edited: np.ndarray, seen: np.ndarray, changed: np.ndarray, name: str) -> np.ndarray:
    """What was painted, moved and coloured so that it is like what was seen wherever nothing should have been changed.
    Raises ``TakeFailed`` where it is another picture."""
    around = ~changed
    candidates = [coloured(picture, seen, around) for picture in (edited, _moved(edited, seen, around))]
    gaps = [float(np.abs(picture[around] - seen[around]).mean()) for picture in candidates]
    if min(gaps) > OTHER:
        raise TakeFailed(
            f"{name} has painted another picture instead of repairing the faces of this one. Try it again."
        )
    return candidates[int(np.argmin(gaps))]


def coloured(picture: np.ndarray, seen: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Float32, with the colours of ``seen`` as far as they differ alike wherever both are the same picture."""
    gone = np.median(seen[around].astype(np.float32) - picture[around], axis=0)
    result: np.ndarray = picture + gone.astype(np.float32)
    return result


def _moved(picture: np.ndarray, seen: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Shifted and turned back onto ``seen`` (enhanced correlation, Evangelidis and Psarakis 2008), as it was where
    there is nothing to hold on to."""
    one, other = (cv2.cvtColor(part, cv2.COLOR_RGB2GRAY) for part in (seen, picture))
    mask = around.astype(np.uint8)
    try:
        _, warp = cv2.findTransformECC(one, other, np.eye(2, 3, dtype=np.float32), cv2.MOTION_EUCLIDEAN, STEPS, mask, 5)
    except cv2.error:
        return picture
    size, how = picture.shape[1::-1], cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, warp, size, flags=how, borderMode=cv2.BORDER_REPLICATE)


def blended(picture: np.ndarray, part: np.ndarray, cover: np.ndarray, place: Window) -> np.ndarray:
    """The picture with ``part`` at its place wherever it is covered; every other pixel as it was."""
    refined = picture.copy()
    share = cover[place][..., None]
    mixed = picture[place] + (part - picture[place]) * share
    refined[place] = np.where(share > 0, np.clip(np.rint(mixed), 0, 255).astype(np.uint8), picture[place])
    return refined
