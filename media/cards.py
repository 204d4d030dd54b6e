"""Title and end cards: clips of quiet, moving light with letters that come one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from events.script import FPS, Mood
from media.clips import SIZE, ClipWriter
from media.lettering import SANS, SERIF, advance, draw_tracked, fitted, font, width

WIDTH, HEIGHT = SIZE
FRAMES = 4 * FPS
ROOM = 1020
"""Pixels that lines of text may be wide."""
LIGHTS = 4
MOTES = 70
GRAIN = 1.6


@dataclass(frozen=True)
class Palette:
    """``deep`` fills the dark, ``glow`` and ``second`` are the lights, ``accent`` the small type and the rule."""

    deep: str
    glow: str
    second: str
    accent: str


PALETTES = {
    Mood.CALM: Palette("#0b1622", "#2f6f8f", "#7fb2b8", "#9fd0d6"),
    Mood.JOYFUL: Palette("#20120c", "#d9822b", "#f2c14e", "#ffd98a"),
    Mood.TENDER: Palette("#1d0f18", "#b5566f", "#e8a598", "#f6c7ba"),
    Mood.HOPEFUL: Palette("#0d1a26", "#3d7ea6", "#f0b667", "#ffd79a"),
    Mood.MYSTERIOUS: Palette("#0c0d20", "#4a3f9f", "#2aa7a1", "#9fb8ff"),
    Mood.TENSE: Palette("#0e1113", "#a3412c", "#3f5a66", "#e79a7c"),
    Mood.SAD: Palette("#0c121b", "#3c5578", "#6d7c99", "#a9bcd8"),
    Mood.ANGRY: Palette("#180a0a", "#b3261e", "#6b2a1a", "#ff9b7a"),
    Mood.FEARFUL: Palette("#090f10", "#2e5b4f", "#4b3b63", "#9cc8b4"),
    Mood.TRIUMPHANT: Palette("#1a1108", "#c98a1b", "#8a3f2b", "#ffdf9b"),
}


@dataclass(frozen=True)
class Lettering:
    """A block of text, cropped to ``at``. ``order`` says when in 0..1 each letter comes; both are (h, w) float32."""

    mask: np.ndarray
    order: np.ndarray
    at: tuple[slice, slice]
    colour: np.ndarray
    begin: float
    """Seconds of the card at which the first letter comes."""


def title_card(
    path: Path,
    title: str,
    logline: str = "",
    mood: Mood = Mood.CALM,
    frames: int = FRAMES,
    overline: str = "",
    seed: int = 0,
) -> int:
    """Write the card that opens a film: out of black, a title, what stands above it and what the film is about.

    Returns its number of frames. The same arguments give the same pictures.
    """
    palette = PALETTES[mood]
    type_, lines = fitted(title.upper(), SERIF, range(92, 30, -4), ROOM, 3, 0.12)
    step = round(type_.size * 1.28)
    top = 372 - step * (len(lines) - 1) // 2
    below = top + step * (len(lines) - 1)
    blocks = [_lettering(lines, type_, 0.12, top, step, "#f6f1e7", 0.35)]
    if overline:
        small, over = fitted(overline.upper(), SANS, (19, 17, 15), ROOM, 1, 0.32)
        blocks.append(_lettering(over, small, 0.32, top - type_.size - 42, 30, palette.accent, 0.15))
    if logline:
        small, about = fitted(logline, SANS, (23, 21, 19, 17), 860, 2, 0.02)
        blocks.append(_lettering(about, small, 0.02, below + 112, 36, "#cfcabf", 1.1))
    rule = below + 56
    return _film(path, frames, palette, blocks, seed, rule, opens=True)


def end_card(
    path: Path,
    title: str,
    cast: Sequence[str],
    mood: Mood = Mood.CALM,
    frames: int = FRAMES,
    made_with: str = "Made with LoraFrame",
    seed: int = 0,
) -> int:
    """Write the card that closes a film: its title, its cast, what it was made with; it sinks into black.

    Returns its number of frames.
    """
    palette = PALETTES[mood]
    names_type, names = fitted("   ·   ".join(cast), SERIF, range(44, 20, -2), ROOM, 4, 0.04)
    names = [line.strip(" ·") for line in names]
    step = round(names_type.size * 1.5)
    top = 352 - step * (len(names) - 1) // 2
    below = top + step * (len(names) - 1)
    heading, lines = fitted(title.upper(), SANS, (22, 20, 18, 16), ROOM, 1, 0.32)
    blocks = [_lettering(lines, heading, 0.32, top - names_type.size - 52, 32, palette.accent, 0.1)]
    if cast:
        blocks.append(_lettering(names, names_type, 0.04, top, step, "#f6f1e7", 0.3))
    blocks.append(_lettering([made_with], font(SANS, 20), 0.12, below + 118, 30, "#b9b4aa", 0.9))
    return _film(path, frames, palette, blocks, seed, below + 56, opens=False)


# ---------------------------------------------------------------- type


def _lettering(
    lines: Sequence[str], type_: ImageFont.FreeTypeFont, tracking: float, y: int, step: int, colour: str, begin: float
) -> Lettering:
    """Centred lines, the first with its baseline at ``y``."""
    mask = Image.new("L", SIZE)
    order = Image.new("F", SIZE)
    letters, places = ImageDraw.Draw(mask), ImageDraw.Draw(order)
    apart = tracking * type_.size
    longest = max((len(line) for line in lines), default=1)
    for row, line in enumerate(lines):
        x = (WIDTH - width(line, type_, apart)) / 2
        baseline = y + row * step
        draw_tracked(letters, (x, baseline), line, type_, 255, apart)
        for place, letter in enumerate(line):
            right = x + advance(type_, letter) + apart
            box = (x - apart / 2, baseline - step, right, baseline + step)
            places.rectangle(box, fill=(place + 3 * row) / (longest + 3 * len(lines)))
            x = right
    box = mask.getbbox() or (0, 0, 1, 1)
    at = (slice(box[1], box[3]), slice(box[0], box[2]))
    return Lettering(
        np.asarray(mask, np.float32)[at] / 255, np.asarray(order, np.float32)[at], at, _colour(colour), begin
    )


def _colour(code: str) -> np.ndarray:
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


# ---------------------------------------------------------------- light


def _film(
    path: Path, frames: int, palette: Palette, blocks: Sequence[Lettering], seed: int, rule: int, opens: bool
) -> int:
    chance = np.random.default_rng([seed, frames])
    light = _lights(palette, chance)
    motes = _motes(chance)
    grain = chance.normal(0, GRAIN, (HEIGHT + 64, WIDTH + 64, 1)).astype(np.float32)
    with ClipWriter(path, frames, fade_in=True, fade_out=True) as clip:
        for number in range(0, frames, 2):
            seconds = number / FPS
            picture = light(seconds)
            picture += motes(seconds)[..., None] * _colour(palette.accent)
            _draw_rule(picture, rule, seconds, palette)
            for block in blocks:
                _draw_letters(picture, block, seconds)
            picture = _pushed(picture, 1 + 0.006 * seconds)
            left, top = chance.integers(0, 64, 2)
            picture += grain[top : top + HEIGHT, left : left + WIDTH]
            edge = seconds if opens else (frames - number) / FPS
            picture *= _smooth(0, 0.7, edge)
            clip.write(np.clip(picture, 0, 255).astype(np.uint8), repeat=min(2, frames - number))
    return frames


def _lights(palette: Palette, chance: np.random.Generator) -> Callable[[float], np.ndarray]:
    """Wide soft lights that wander over the dark; an (h, w, 3) float32 picture for a time in seconds."""
    y, x = np.mgrid[0 : HEIGHT // 8, 0 : WIDTH // 8].astype(np.float32) * 8
    vignette = 1 - 0.75 * (((x / WIDTH - 0.5) * 1.5) ** 2 + ((y / HEIGHT - 0.5) * 1.5) ** 2)
    homes = np.stack([np.linspace(0.08, 0.92, LIGHTS) * WIDTH, chance.uniform(0.05, 0.95, LIGHTS) * HEIGHT], 1)
    paths = chance.uniform(-150, 150, (LIGHTS, 2))
    phases = chance.uniform(0, 2 * np.pi, LIGHTS)
    sizes = chance.uniform(260, 430, LIGHTS)
    colours = [_colour(palette.glow if n % 2 == 0 else palette.second) for n in range(LIGHTS)]

    def light(seconds: float) -> np.ndarray:
        small = np.ones((*y.shape, 3), np.float32) * _colour(palette.deep)
        for home, way, phase, size, colour in zip(homes, paths, phases, sizes, colours, strict=True):
            swing = np.sin(phase + seconds * 0.55)
            glow = np.exp(-((x - home[0] - way[0] * swing) ** 2 + (y - home[1] - way[1] * swing) ** 2) / size**2)
            small += (glow * (0.34 + 0.08 * np.sin(2 * phase + seconds)))[..., None] * colour
        small *= np.clip(vignette, 0.1, 1)[..., None]
        return cv2.resize(small.astype(np.float32), SIZE, interpolation=cv2.INTER_CUBIC)

    return light


def _motes(chance: np.random.Generator) -> Callable[[float], np.ndarray]:
    """Dust in the light, rising slowly; an (h, w) float32 share of light for a time in seconds."""
    home = chance.uniform((0, 0), (WIDTH, HEIGHT), (MOTES, 2))
    speed = np.stack([chance.uniform(-14, 14, MOTES), chance.uniform(-26, -6, MOTES)], 1)
    radius = chance.uniform(0.7, 2.4, MOTES)
    phase = chance.uniform(0, 2 * np.pi, MOTES)

    def motes(seconds: float) -> np.ndarray:
        sheet = np.zeros((HEIGHT, WIDTH), np.uint8)
        places = (home + speed * seconds) % (WIDTH, HEIGHT)
        shine = (0.5 + 0.5 * np.sin(phase + 1.7 * seconds)) * 110
        for (x, y), r, power in zip(places, radius, shine, strict=True):
            cv2.circle(sheet, (round(x * 16), round(y * 16)), round(r * 16), int(power), -1, cv2.LINE_AA, 4)
        return cv2.GaussianBlur(sheet, (0, 0), 1.2).astype(np.float32) / 255

    return motes


def _draw_rule(picture: np.ndarray, y: int, seconds: float, palette: Palette) -> None:
    """A thin line that grows from the middle and fades out towards its ends."""
    half = 190 * _smooth(0.5, 2.0, seconds)
    along = np.abs(np.arange(WIDTH) - WIDTH / 2)
    share = np.clip(1 - along / max(half, 1), 0, 1) ** 0.7 * 0.8
    row = picture[y : y + 2]
    row += (_colour(palette.accent) - row) * share[None, :, None].astype(np.float32)


def _draw_letters(picture: np.ndarray, block: Lettering, seconds: float) -> None:
    share = block.mask * _smooth(0, 0.7, seconds - block.begin - 0.9 * block.order)
    under = picture[block.at]
    under += (block.colour - under) * share[..., None]


def _pushed(picture: np.ndarray, scale: float) -> np.ndarray:
    matrix = np.array([[scale, 0, WIDTH / 2 * (1 - scale)], [0, scale, HEIGHT / 2 * (1 - scale)]])
    return cv2.warpAffine(picture, matrix, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _smooth(low: float, high: float, at: Any) -> Any:
    """From 0 at ``low`` to 1 at ``high``, for numbers and arrays."""
    share = np.clip((at - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)
