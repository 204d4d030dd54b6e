"""Type: fonts, line breaking and sizes that fit. The video library here has no text filter, so Pillow draws it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
SANS = "DejaVuSans.ttf"
BOLD = "DejaVuSans-Bold.ttf"
SERIF = "DejaVuSerif.ttf"


@lru_cache(64)
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """One of the fonts of ``media/fonts`` at a size in pixels."""
    return ImageFont.truetype(FONTS / face, size)


def width(text: str, type_: ImageFont.FreeTypeFont, tracking: float = 0.0) -> float:
    """Width of a line in pixels; ``tracking`` pixels stand between its letters."""
    return sum(advance(type_, letter) for letter in text) + tracking * max(0, len(text) - 1)


@lru_cache(4096)
def advance(type_: ImageFont.FreeTypeFont, letter: str) -> float:
    """Pixels from one letter to the next."""
    return type_.getlength(letter)


def wrapped(text: str, type_: ImageFont.FreeTypeFont, room: float, tracking: float = 0.0) -> list[str]:
    """Break a text into lines no wider than ``room``; a word that is wider alone stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, type_, tracking) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(
    text: str, face: str, sizes: Sequence[int], room: float, most: int, tracking: float = 0.0
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The first of ``sizes`` at which the text fits into ``most`` lines of ``room`` pixels, and those lines.

    ``tracking`` is a share of the size. What does not fit at the last size ends in an ellipsis.
    """
    for size in sizes:
        type_ = font(face, size)
        lines = wrapped(text, type_, room, tracking * size)
        if len(lines) <= most and all(width(line, type_, tracking * size) <= room for line in lines):
            return type_, _balanced(text, type_, room, tracking * size, len(lines))
    return type_, [shortened(line, type_, room, tracking * size) for line in _joined(lines, most)]


def shortened(text: str, type_: ImageFont.FreeTypeFont, room: float, tracking: float = 0.0) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    if width(text, type_, tracking) <= room:
        return text
    room -= advance(type_, "…")
    kept = 0
    while kept < len(text) and room >= (step := advance(type_, text[kept]) + tracking):
        room -= step
        kept += 1
    return text[:kept].rstrip() + "…"


def draw_tracked(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    type_: ImageFont.FreeTypeFont,
    fill: int | tuple[int, ...] | str,
    tracking: float = 0.0,
) -> None:
    """Draw a line from its left end, on its baseline."""
    x, y = at
    for letter in text:
        draw.text((x, y), letter, fill, type_, anchor="ls")
        x += advance(type_, letter) + tracking


def _joined(lines: list[str], most: int) -> list[str]:
    """The same words in at most ``most`` lines, the last of which may be too long."""
    return lines if len(lines) <= most else [*lines[: most - 1], " ".join(lines[most - 1 :])]


def _balanced(text: str, type_: ImageFont.FreeTypeFont, room: float, tracking: float, count: int) -> list[str]:
    """The same number of lines in the least room, so that no word is left alone."""
    narrowest = int(room)
    while narrowest > room / 3 and len(wrapped(text, type_, narrowest - 20, tracking)) == count:
        narrowest -= 20
    fits = wrapped(text, type_, narrowest, tracking)
    widest = max((width(line, type_, tracking) for line in fits), default=0)
    return fits if widest <= room else wrapped(text, type_, room, tracking)
