"""The sample cast for tests of faces: pictures, the engine and the identities, each made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from engines.face.identity import extract
from engines.face.onnx import Faces
from events.character import Identity
from media.pictures import flattened, open_picture

CAST = Path(__file__).resolve().parent.parent / "samples" / "cast"
SLUGS = ("ava", "kairo", "marlow", "zuri")
VIEWS = tuple(sorted(file.stem for file in (CAST / "ava").glob("*.webp")))


@cache
def engine() -> Faces:
    return Faces()


@cache
def cut_out(slug: str, view: str = "front_neutral") -> np.ndarray:
    """The picture as it is in the folder, RGBA."""
    file = CAST / slug / f"{view}.webp"
    return open_picture(file.read_bytes(), file.name)


def portrait(slug: str, view: str = "front_neutral") -> np.ndarray:
    """The picture on grey, RGB."""
    return flattened(cut_out(slug, view))


@cache
def vectors(slug: str) -> np.ndarray:
    """The embedding of each view, ``(views, 128)``, in the order of ``VIEWS``."""
    return np.array(identities()[slug].vectors)


@cache
def identities() -> dict[str, Identity]:
    return {slug: extract(engine(), {view: portrait(slug, view) for view in VIEWS}) for slug in SLUGS}


def frame(*people: tuple[str, str], scale: float = 0.75, backdrop: tuple[int, int, int] = (70, 80, 100)) -> np.ndarray:
    """A film frame of 1280×720 with these (slug, view) side by side on a plain backdrop."""
    picture = np.full((720, 1280, 3), backdrop, np.uint8)
    side = round(640 * scale)
    for place, (slug, view) in enumerate(people, 1):
        person = cv2.resize(cut_out(slug, view), (side, side), interpolation=cv2.INTER_AREA)
        left = round(1280 * place / (len(people) + 1) - side / 2)
        part = picture[720 - side :, left : left + side]
        alpha = person[..., 3:] / 255
        part[:] = (person[..., :3] * alpha + part * (1 - alpha)).round()
    return picture


EMPTY = np.full((720, 1280, 3), 90, np.uint8)
"""A frame without anybody."""
