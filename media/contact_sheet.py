"""A contact sheet: the film on one dark page, a picture for each scene or shot and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from events.script import FPS
from media.assets import disk_errors
from media.frames import frame_count, frames_at
from media.lettering import BOLD, SANS, SERIF, draw_tracked, fitted, font, shortened, width

WIDTH = 2400
MARGIN = 96
GUTTER = 40
HEADER = 300
CAPTION = 128
FOOTER = 110
CORNER = 10
BAR = 24
"""Nothing in a black bar is brighter than this."""

COLUMNS = ((9, 3), (20, 4), (30, 5), (float("inf"), 6))
"""Pictures side by side, by the most pictures for which they are enough."""

PAGE_TOP, PAGE_BOTTOM = (23, 25, 31), (12, 13, 16)
PAPER = (242, 237, 227)
SOFT = (170, 167, 160)
FAINT = (112, 112, 114)
LINE = (58, 60, 66)
GOLD = (224, 185, 115)
GATES = ((0.85, (122, 201, 143)), (0.75, (226, 182, 92)), (0.0, (222, 106, 92)))
"""The colour of an IDR, by the least value that earns it."""


@dataclass(frozen=True)
class Entry:
    """One picture of the sheet: ``frame`` of the film, and its caption. ``idr`` None where no face was measured."""

    frame: int
    scene: int
    location: str
    mood: str = ""
    cast: tuple[str, ...] = ()
    idr: float | None = None


def contact_sheet(film: Path, entries: Sequence[Entry], out: Path, title: str = "", subtitle: str = "") -> None:
    """Write the sheet of a film as PNG or JPEG, by the name of ``out``; 2400 pixels wide.

    Raises ``TakeFailed`` where the film has no such frame, ``StorageError`` when the disk is full.
    """
    columns = next(wide for most, wide in COLUMNS if len(entries) <= most)
    tile = (WIDTH - 2 * MARGIN - (columns - 1) * GUTTER) // columns
    pictures = _without_bars(dict(frames_at(film, [entry.frame for entry in entries])))
    height = max((tile * picture.shape[0] // picture.shape[1] for picture in pictures.values()), default=0)
    rows = -(-len(entries) // columns)
    page = _page(HEADER + rows * (height + CAPTION) + FOOTER)
    draw = ImageDraw.Draw(page)
    seconds = frame_count(film) / FPS
    _draw_header(draw, title or film.stem, subtitle or _summary(entries, seconds))

    for place, entry in enumerate(entries):
        left = MARGIN + place % columns * (tile + GUTTER)
        top = HEADER + place // columns * (height + CAPTION)
        picture = Image.fromarray(pictures[entry.frame]).resize((tile, height), Image.Resampling.LANCZOS)
        _paste(page, picture, left, top)
        _draw_caption(draw, entry, left, top + height, tile)
    _draw_footer(draw, page.height)
    with disk_errors(out.parent):
        page.save(out, quality=92, subsampling=0, optimize=True)


def _page(height: int) -> Image.Image:
    """A page that grows a little darker downwards."""
    shade = Image.linear_gradient("L").resize((WIDTH, height), Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", shade.size, PAGE_BOTTOM), Image.new("RGB", shade.size, PAGE_TOP), shade)


def _without_bars(pictures: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
    """The pictures less the black bars that all of them have above and below."""
    bright = np.any([picture.max((1, 2)) > BAR for picture in pictures.values()], 0)
    rows = np.flatnonzero(bright)
    bar = min(rows[0], len(bright) - 1 - rows[-1]) if len(rows) else 0
    return {number: picture[bar : len(picture) - bar] for number, picture in pictures.items()}


def _summary(entries: Sequence[Entry], seconds: float) -> str:
    """What the sheet shows, in a line."""
    scenes = len({entry.scene for entry in entries})
    cast = list(dict.fromkeys(name for entry in entries for name in entry.cast))
    parts = [f"{scenes} scene{'s' * (scenes != 1)}", f"{int(seconds // 60)}:{round(seconds % 60):02d} minutes"]
    return "   ·   ".join([*parts, *([", ".join(cast)] if cast else [])])


def _draw_header(draw: ImageDraw.ImageDraw, title: str, subtitle: str) -> None:
    room = WIDTH - 2 * MARGIN
    type_, lines = fitted(title.upper(), SERIF, range(76, 40, -4), room - 160, 1, 0.10)
    draw_tracked(draw, (MARGIN, 158), lines[0] if lines else "", type_, PAPER, 0.10 * type_.size)
    small = font(SANS, 26)
    draw_tracked(draw, (MARGIN + 3, 218), shortened(subtitle, small, room, 1.5), small, SOFT, 1.5)
    draw.line((MARGIN, 256, WIDTH - MARGIN, 256), LINE, 2)
    draw.line((MARGIN, 256, MARGIN + 120, 256), GOLD, 4)


def _paste(page: Image.Image, picture: Image.Image, left: int, top: int) -> None:
    """A picture with rounded corners and a hair line around it."""
    corners = Image.new("L", (picture.width * 2, picture.height * 2))
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, corners.width - 1, corners.height - 1), CORNER * 2, fill=255)
    page.paste(picture, (left, top), corners.resize(picture.size, Image.Resampling.LANCZOS))
    edge = (left, top, left + picture.width - 1, top + picture.height - 1)
    ImageDraw.Draw(page).rounded_rectangle(edge, CORNER, outline=LINE)


def _draw_caption(draw: ImageDraw.ImageDraw, entry: Entry, left: int, top: int, room: int) -> None:
    """Scene and place, below them mood and cast; the identity at the right."""
    number = f"{entry.scene:02d}"
    head, small = font(BOLD, 22), font(SANS, 21)
    right = left + room
    if entry.idr is not None:
        text = f"{entry.idr:.2f}"
        right -= width(text, head)
        draw_tracked(draw, (right, top + 40), text, head, _colour(entry.idr))
        draw.ellipse((right - 20, top + 28, right - 11, top + 37), fill=_colour(entry.idr))
        right -= 36
    draw_tracked(draw, (left, top + 40), number, head, GOLD, 1)
    place = font(SERIF, 25)
    location = entry.location[:1].upper() + entry.location[1:]
    start = left + width(number, head, 1) + 16
    draw_tracked(draw, (start, top + 40), shortened(location, place, right - start), place, PAPER)
    told = "   ".join(part for part in (entry.mood.lower(), ", ".join(entry.cast)) if part)
    draw_tracked(draw, (start, top + 74), shortened(told, small, left + room - start, 0.5), small, SOFT, 0.5)


def _colour(idr: float) -> tuple[int, int, int]:
    return next(colour for least, colour in GATES if idr >= least or least == 0)


def _draw_footer(draw: ImageDraw.ImageDraw, height: int) -> None:
    small = font(SANS, 20)
    baseline = height - 56
    draw_tracked(draw, (MARGIN, baseline), "MADE WITH LORAFRAME", small, FAINT, 4)
    legend = "the number is identity retention (IDR), measured on the film"
    draw_tracked(draw, (WIDTH - MARGIN - width(legend, small, 0.5), baseline), legend, small, FAINT, 0.5)
