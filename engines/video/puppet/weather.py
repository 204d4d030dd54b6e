"""What falls and drifts: rain, snow, mist, dust and lightning, drawn once and moved per frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.paint import Colour, noise, rgb, smooth
from events.script import Weather


@dataclass(frozen=True)
class Sheet:
    """Light that moves on and wraps around. ``tile`` is RGB, repeated past its ``period`` (width, height) so that
    any window of a picture can be cut from it; ``speed`` (x, y) in pixels per second."""

    tile: np.ndarray
    period: tuple[int, int]
    speed: tuple[float, float]

    def add(self, picture: np.ndarray, seconds: float) -> None:
        """Add it to an RGB picture, in place."""
        height, width = picture.shape[:2]
        x, y = int(-self.speed[0] * seconds) % self.period[0], int(-self.speed[1] * seconds) % self.period[1]
        cv2.add(picture, self.tile[y : y + height, x : x + width], picture)


@dataclass(frozen=True)
class Mist:
    """Slow banks of haze, kept small and enlarged per frame. ``tile`` is three windows wide, ``speed`` in its
    pixels per second."""

    tile: np.ndarray
    speed: float

    def add(self, picture: np.ndarray, seconds: float) -> None:
        width = self.tile.shape[1] // 3
        x = int(seconds * self.speed) % (2 * width)
        part = np.ascontiguousarray(self.tile[:, x : x + width])
        cv2.add(picture, cv2.resize(part, picture.shape[1::-1]), picture)


Effect = Sheet | Mist


def rain(size: tuple[int, int], seed: int, drops: int, length: float, power: float, speed: float, soft: float) -> Sheet:
    """Slanted streaks. ``size`` is (width, height) of the picture it falls in."""
    width, height = size[0], size[1] * 2
    random = np.random.default_rng(seed)
    streaks = np.zeros((height, width), np.float32)
    xs, ys, ks = random.uniform(-60, width + 60, drops), random.uniform(0, height, drops), random.uniform(0.3, 1, drops)
    for x, y, k in zip(xs, ys, ks, strict=True):
        for wrap in (0, -height):
            ends = (int(x), int(y + wrap)), (int(x - length * 0.16), int(y + wrap + length * k))
            cv2.line(streaks, *ends, float(k), 2 if length > 60 else 1, cv2.LINE_AA)
    tile = _tinted(cv2.GaussianBlur(streaks, (0, 0), soft) * power, rgb("#a9c4ff"))
    return Sheet(np.vstack([tile, tile[: size[1]]]), (1, height), (0, speed))


def flakes(
    size: tuple[int, int],
    seed: int,
    count: int,
    radius: float,
    power: float,
    speed: tuple[float, float],
    colour: Colour,
) -> Sheet:
    """Soft dots: snow, dust in a shaft of light, fireflies."""
    random = np.random.default_rng(seed)
    dots = np.zeros((size[1], size[0]), np.float32)
    for _ in range(count):
        x, y = random.uniform(0, size[0]), random.uniform(0, size[1])
        cv2.circle(
            dots, (int(x * 8), int(y * 8)), int(radius * random.uniform(4, 9)), float(random.uniform(0.3, 1)), -1, 8, 3
        )
    tile = _tinted(cv2.GaussianBlur(dots, (0, 0), max(0.6, radius * 0.35)) * power, colour)
    return Sheet(np.tile(tile, (2, 2, 1)), size, speed)


def mist(size: tuple[int, int], seed: int, colour: Colour, power: float, top: float, speed: float = 9) -> Mist:
    """Banks that thicken downwards from ``top`` (0..1 of the height)."""
    width, height = size[0] // 4, size[1] // 4
    banks = noise((height, width), seed, base=3, octaves=4, wide=2.2)
    banks = np.hstack([banks, banks[:, ::-1], banks])
    rows = smooth(top - 0.2, top + 0.35, np.linspace(0, 1, height))[:, None]
    return Mist(_tinted(banks * rows * power, colour), speed / 4)


def _tinted(mask: np.ndarray, colour: Colour) -> np.ndarray:
    return np.clip(mask[..., None] * colour, 0, 255).astype(np.uint8)


def falling(weather: Weather, size: tuple[int, int], seed: int, near: bool, haze: Colour) -> list[Effect]:
    """What a weather puts in the air, behind the actors or (``near``) in front of them."""
    scale = size[0] / 1280
    match weather:
        case Weather.RAIN | Weather.STORM if near:
            return [rain(size, seed + 1, int(150 * scale), 90 * scale, 0.14, 2300 * scale, 1.1)]
        case Weather.RAIN | Weather.STORM:
            return [
                rain(size, seed, int(800 * scale), 34 * scale, 0.30, 1500 * scale, 0.6),
                mist(size, seed, haze, 0.22, 0.5),
            ]
        case Weather.SNOW if near:
            return [flakes(size, seed + 1, int(90 * scale), 4.5 * scale, 0.75, (26, 120 * scale), rgb("#f0f4ff"))]
        case Weather.SNOW:
            return [flakes(size, seed, int(420 * scale), 2.0 * scale, 0.8, (14, 66 * scale), rgb("#e4ecff"))]
        case Weather.FOG if near:
            return [mist(size, seed + 1, haze, 0.34, 0.65, 26)]
        case Weather.FOG:
            return [mist(size, seed, haze, 0.62, 0.25, 12)]
    return []


def lightning(weather: Weather, seed: int, seconds: float) -> float:
    """Brightness of the flash, 0..1, at a moment of the scene."""
    if weather is not Weather.STORM:
        return 0.0
    random = np.random.default_rng(seed)
    strikes = np.cumsum(random.uniform(2.2, 6.0, 16))
    strikes = np.concatenate([strikes, strikes + random.uniform(0.15, 0.3, 16)])
    since = seconds - strikes[strikes <= seconds]
    return float(np.exp(-since.min() * 8)) if len(since) else 0.0
