"""Small pictures of the sample cast as puppets, for the tests of the people of the puppet engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from engines.video import ActorOrder
from engines.video.puppet.figure import Figure, Light, Pose, Sprite
from events.character import Reference
from events.look import Look
from media.assets import Assets

CAST = Path(__file__).parents[1] / "samples" / "cast"
NAMES = ("ava", "kairo", "marlow", "zuri")
DAY = Light()
SIZE = 84
BARE = Look()


@cache
def references(assets: Assets, name: str) -> tuple[Reference, ...]:
    pictures = sorted((CAST / name).glob("*.webp"))
    return tuple(Reference(view=picture.stem, uri=assets.write(picture.read_bytes())) for picture in pictures)


@cache
def played(assets: Assets, name: str, look: Look = BARE) -> Figure:
    """A character of the sample cast in a look."""
    return Figure(ActorOrder(slug=name, name=name, references=references(assets, name), look=look), assets)


def bust(person: Figure, **pose: object) -> Sprite:
    return person.sprite(Pose(**pose), DAY, "bust", SIZE)


def lab(sprite: Sprite) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(sprite.pixels[..., :3]).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def patch(sprite: Sprite, across: float, down: float, size: float = 0.12) -> tuple[slice, slice]:
    """A square of a sprite, placed in face heights from the point between the eyes."""
    x, y = sprite.eyes[0] + across * sprite.face, sprite.eyes[1] + down * sprite.face
    half = size * sprite.face
    return slice(int(y - half), int(y + half)), slice(int(x - half), int(x + half))


def moved(one: Sprite, other: Sprite, at: tuple[slice, slice]) -> float:
    """Lab distance between the median colours of a patch."""
    return float(np.linalg.norm(np.median(lab(one)[at], (0, 1)) - np.median(lab(other)[at], (0, 1))))


def changed(one: Sprite, other: Sprite, much: int = 12) -> np.ndarray:
    """Which pixels differ by more than a trifle."""
    return np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max(2) > much
