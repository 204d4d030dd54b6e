"""Pictures of characters for engines that work elsewhere: which of them, and small enough to be sent.

What leaves the machine is pixels and the names that the prompt has anyway: no file names, no camera data.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from engines.video import ActorOrder, ShotOrder
from events.character import Reference
from events.errors import Unsupported
from media.assets import Assets
from media.pictures import flattened, open_picture

LONGEST = 1536
"""Pixels of the longer side of what is sent: models look at pictures in tiles and see no more."""
QUALITY = 95
TELLING = ("front_neutral", "photo", "front", "three_quarter", "profile")
"""Views by how much they say of somebody; the others are of a moment: a blink, a mouth that speaks."""

Shown = tuple[ActorOrder, Reference]


def pictures_for(order: ShotOrder, most: int, engine: str) -> list[Shown]:
    """At most so many pictures of those in the shot: one of each who has to be recognisable, then of the others, then
    second ones. Raises ``Unsupported`` where not everybody who has to be recognisable can be shown."""
    needed = [actor for actor in order.actors if actor.slug in order.shot.identified]
    if len(needed) > most:
        raise Unsupported(
            f"{engine} takes {most} pictures of characters, and {len(needed)} people have to be recognisable in this "
            "shot. Choose another engine for it."
        )
    others = [actor for actor in order.actors if actor.slug not in order.shot.identified]
    sorted_views = [(actor, sorted(actor.references, key=_telling)) for actor in (*needed, *others)]
    rounds = max((len(views) for _, views in sorted_views), default=0)
    turns = ((actor, views[turn]) for turn in range(rounds) for actor, views in sorted_views if turn < len(views))
    return [shown for shown, _ in zip(turns, range(most), strict=False)]


def _telling(reference: Reference) -> int:
    return next((rank for rank, view in enumerate(TELLING) if reference.view.startswith(view)), len(TELLING))


def legend(shown: list[Shown], before: int = 0) -> str:
    """Which picture shows whom; ``before`` of them are something else."""
    told = [f"Picture {number} shows {actor.name}." for number, (actor, _) in enumerate(shown, 1 + before)]
    return " ".join(told)


def jpeg(assets: Assets, uri: str, longest: int = LONGEST) -> bytes:
    """A picture asset as a JPEG file. Raises ``BadPicture``."""
    return encoded(flattened(open_picture(assets.read(uri), "A picture")), longest)


def encoded(picture: np.ndarray, longest: int = LONGEST) -> bytes:
    """An ``(h, w, 3)`` RGB uint8 picture as a JPEG file, made smaller where it is larger."""
    scale = longest / max(picture.shape[:2])
    if scale < 1:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=QUALITY, subsampling=0)
    return file.getvalue()


def filling(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture scaled to fill ``size`` (width, height), what stands over cut off alike on both sides."""
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    across, down = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    scaled = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (across - width) // 2, (down - height) // 2
    return scaled[top : top + height, left : left + width]
