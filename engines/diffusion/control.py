"""ControlNet: the picture whose outlines, pose or depth a painted one has to keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np

from engines.video import ShotOrder
from events.base import Value
from events.errors import Unsupported
from media.assets import Assets
from media.pictures import flattened, open_picture

LOW, HIGH = 100, 200
"""Thresholds of Canny's edges, as in the examples of the published ControlNets."""
Preprocess = Callable[[np.ndarray], np.ndarray]


class ControlNet(Value):
    """``kind`` is what the network ``model`` follows; ``scale`` how much it says, 0..1."""

    kind: Literal["canny", "pose", "depth"]
    model: str
    revision: str = ""
    scale: float = 0.6


def control_picture(order: ShotOrder, net: ControlNet, assets: Assets, preprocess: Preprocess | None) -> np.ndarray:
    """``(h, w, 3)`` RGB uint8, as large as the order. Made of the picture that the order begins with, else of the
    reference of the one whom the camera is for. Raises ``Unsupported`` without a way to make it."""
    source = order.first or _reference(order)
    if not source:
        raise Unsupported(
            f"ControlNet ({net.kind}) needs a picture to follow, and this order has neither a first picture nor a "
            "reference. Leave the option controlnet out for it."
        )
    if preprocess is None and net.kind != "canny":
        raise Unsupported(
            f"Nothing here finds a {net.kind} in a picture. Give the engine a preprocessor for it (the argument "
            "preprocess, from Python), or use ControlNet with canny."
        )
    picture = flattened(open_picture(assets.read(source), "The picture for ControlNet"))
    found = (preprocess or canny)(picture)
    return cv2.resize(found, order.size, interpolation=cv2.INTER_AREA)


def canny(picture: np.ndarray) -> np.ndarray:
    """Outlines, white on black, by Canny's method."""
    edges = cv2.Canny(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), LOW, HIGH)
    return np.repeat(edges[..., None], 3, axis=2)


def _reference(order: ShotOrder) -> str:
    actors = sorted(order.actors, key=lambda actor: actor.slug != order.shot.focus)
    return next((actor.references[0].uri for actor in actors if actor.references), "")
