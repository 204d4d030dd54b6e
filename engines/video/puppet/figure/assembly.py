"""The whole figure without light: body, bust, clothes, wounds and things, from far to near."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.body import Build, draw_body, draw_neck
from engines.video.puppet.figure.cloth import Cloth
from engines.video.puppet.figure.cutout import Cutout
from engines.video.puppet.figure.dressing import draw_body_wounds, in_sling
from engines.video.puppet.figure.garment import OVER, draw_behind, draw_garment, opening
from engines.video.puppet.figure.injury import Wound, hurt, wound_of
from engines.video.puppet.figure.light import Window
from engines.video.puppet.figure.prop import Carried, carried, draw_bag, draw_hat, draw_held, held
from engines.video.puppet.figure.sketch import Sheet, smooth
from engines.video.puppet.figure.wardrobe import Style, recoloured, style_of
from events.look import Look

WHOLE = (slice(None), slice(None))
SHIRT, JUMPER = (206.0, 204.0, 198.0), (92.0, 96.0, 108.0)
"""For pictures without any clothes in them."""
LOWEST, WIDEST = 1.6, 1.75
"""How much of a reference's own body is shown, in face widths below the chin and from its middle."""
FADE = 0.6
"""Face widths before the sprite's sides over which carried light ends."""


@dataclass(frozen=True)
class Costume:
    """What a look puts on a figure."""

    style: Style
    wounds: tuple[Wound, ...]
    things: Carried

    @staticmethod
    def of(look: Look) -> Costume:
        return Costume(style_of(look.wardrobe), tuple(wound_of(i) for i in look.injuries), carried(look.props))

    @property
    def dyed(self) -> bool:
        """Whether the reference's own cloth takes the garment's colour."""
        return self.style.colour is not None and self.style.cut not in OVER


@dataclass(frozen=True)
class Scale:
    """From reference pixels to sprite pixels: ``factor``, the chin at ``origin``, ``size`` (h, w), ``unit`` pixels of a
    face's width. ``chin`` is the reference's point that comes to lie at ``origin``."""

    factor: float
    origin: tuple[float, float]
    size: tuple[int, int]
    unit: float
    chin: tuple[float, float]

    def points(self, mesh: np.ndarray) -> np.ndarray:
        """Mesh points in sprite pixels."""
        return (mesh - (*self.chin, 0)) * self.factor + (*self.origin, 0)


@dataclass(frozen=True)
class Assembly:
    """``rgb`` (h, w, 3) and ``alpha`` (h, w), uint8, straight; ``glow`` is carried light, like ``rgb``, or None."""

    rgb: np.ndarray
    alpha: np.ndarray
    glow: np.ndarray | None


def assembled(
    face: Cutout, cloth: Cloth, rest: Cutout, costume: Costume, scale: Scale, extent: str, stride: float
) -> Assembly:
    """Draw a figure with the still ``face`` of its turn; ``rest`` is the still front face."""
    sheet = Sheet(scale.size, scale.origin, scale.unit)
    dressed = recoloured(face.rgb, cloth, costume.style.colour) if costume.dyed and costume.style.colour else face.rgb
    shown = hurt(dressed, face.alpha, face.mesh, rest.mesh, costume.wounds)
    plain = costume.style.colour if costume.dyed and costume.style.colour else JUMPER
    build = build_of(face, dressed, cloth, scale, plain)
    sling = in_sling(costume.wounds)
    sides = [side for side in (-1, 1) if side != sling]
    things = [held(build, extent, side, prop) for side, prop in zip(sides, costume.things.held, strict=False)]

    sheet.origin[0] += build.middle * scale.unit
    draw_behind(sheet, build, costume.style)
    draw_body(sheet, build, costume.style, extent, stride, [thing.arm for thing in things])
    if build.seam < build.collar + 0.4:
        draw_neck(sheet, build)
    bust = np.dstack([shown, _trimmed(face, scale)])
    sheet.lay(*_laid(bust, scale))
    if costume.style.cut == "open" and costume.dyed:
        _under_coat(sheet, face, cloth, build, scale)
    draw_garment(sheet, build, costume.style)
    if costume.things.bag:
        draw_bag(sheet, build)
    draw_body_wounds(sheet, build, costume.wounds, extent, stride)
    head = np.dstack([shown, np.minimum(face.alpha, np.round(cloth.front * 255).astype(np.uint8))])
    sheet.lay(*_laid(head, scale))
    if costume.things.hat:
        _hat(sheet, face, build, scale, costume.things.hat)
    for thing in things:
        draw_held(sheet, build, thing)
    return Assembly(_bytes(sheet.rgb), np.round(sheet.alpha * 255).astype(np.uint8), _glow(sheet))


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _glow(sheet: Sheet) -> np.ndarray | None:
    if not sheet.light:
        return None
    total = np.zeros_like(sheet.rgb)
    for light, window in sheet.light:
        total[window] += light
    return _bytes(total * _fading(total.shape[1], FADE * sheet.unit)[:, None])


def _fading(length: int, reach: float) -> np.ndarray:
    """1, and down to 0 at both ends: light is not cut off where the sprite ends."""
    inwards = np.minimum(np.arange(length), np.arange(length)[::-1]) / reach
    return (1 - np.cos(np.pi * np.clip(inwards, 0, 1))) / 2


# ---------------------------------------------------------------- pixels of references


def placed(pixels: np.ndarray, scale: Scale, window: Window) -> np.ndarray:
    """Reference pixels ``(h, w, 4)`` in a window of the sprite."""
    rows, columns = window
    factor, chin = scale.factor, np.array(scale.chin)
    if factor < 0.7:
        size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
        chin = chin * (size[0] / pixels.shape[1], size[1] / pixels.shape[0])
        pixels, factor = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), 1.0
    x, y = np.array(scale.origin) - chin * factor - (columns.start, rows.start)
    matrix = np.array([[factor, 0, x], [0, factor, y]])
    size = (columns.stop - columns.start, rows.stop - rows.start)
    return cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_CUBIC if factor > 1 else cv2.INTER_LINEAR)


def _laid(pixels: np.ndarray, scale: Scale) -> tuple[np.ndarray, Window, np.ndarray]:
    """Arguments for ``Sheet.lay``: cover, window, colours. Only the window that the reference can touch."""
    height, width = pixels.shape[:2]
    corner = np.array(scale.origin) - np.array(scale.chin) * scale.factor
    low = np.maximum(np.floor(corner), 0).astype(int)
    high = np.minimum(np.ceil(corner + np.array((width, height)) * scale.factor), scale.size[::-1]).astype(int)
    window = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
    there = placed(pixels, scale, window)
    return there[..., 3].astype(np.float32) / 255, window, there[..., :3]


def _trimmed(face: Cutout, scale: Scale) -> np.ndarray:
    """The alpha of a reference, its lower end and its sides faded out where the drawn body goes on."""
    height, width = face.alpha.shape
    unit = scale.unit / scale.factor
    bottom, middle = min(height, scale.chin[1] + LOWEST * unit), scale.chin[0]
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    fade = 1 - smooth(bottom - 0.22 * unit, bottom - 0.02 * unit, y)
    left, right = max(0.0, middle - WIDEST * unit), min(width, middle + WIDEST * unit)
    sides = smooth(left, left + 0.12 * unit, x) * (1 - smooth(right - 0.12 * unit, right, x))
    keep = np.maximum(sides, 1 - smooth(scale.chin[1], scale.chin[1] + 0.15 * unit, y))
    return np.round(face.alpha * (fade * keep)).astype(np.uint8)


def _under_coat(sheet: Sheet, face: Cutout, cloth: Cloth, build: Build, scale: Scale) -> None:
    """The reference's own clothes show in the opening of a coat, in its shadow."""
    own = cv2.cvtColor(cloth.lab.astype(np.float32)[None, None], cv2.COLOR_LAB2RGB)[0, 0] * 255
    if cloth.cover.sum() < 0.1 * (scale.unit / scale.factor) ** 2:
        own = np.array(SHIRT, np.float32)
    top = max(build.collar + 0.3, min(build.collar + 0.5, build.seam - 0.3))
    sheet.fill([(x, max(y, top)) for x, y in opening(build)], own * 0.85)
    mask, window = sheet.mask(opening(build))
    cover, at, rgb = _laid(np.dstack([face.rgb, _trimmed(face, scale)]), scale)
    open_there = np.zeros(sheet.alpha.shape, np.float32)
    open_there[window] = mask
    sheet.lay(cover * open_there[at], at, rgb)


def _hat(sheet: Sheet, face: Cutout, build: Build, scale: Scale, prop: str) -> None:
    unit = landmarks.face_width(face.mesh)
    brow = face.mesh[list(landmarks.BROW_TOP), :2].mean(0)
    line = brow[1] - 0.28 * unit
    row = np.flatnonzero(face.alpha[int(max(0, line))] > 128)
    crown = int(np.argmax((face.alpha > 128).any(1)))
    middle, wide = (row[0] + row[-1]) / 2, (row[-1] - row[0]) / 2
    at = (np.array((middle, line)) - scale.chin) * scale.factor / scale.unit
    top = (max(crown, line - 0.75 * unit) - scale.chin[1]) * scale.factor / scale.unit
    draw_hat(
        sheet, (float(at[0]) - build.middle, float(at[1])), float(top), float(wide * scale.factor / scale.unit), prop
    )


# ---------------------------------------------------------------- where the body goes on


def build_of(face: Cutout, dressed: np.ndarray, cloth: Cloth, scale: Scale, plain: tuple[float, float, float]) -> Build:
    """Measure a bust: the outline of its shoulders, its collar, the cloth at its lower edge (``plain`` where none is
    seen)."""
    unit, chin = scale.unit / scale.factor, np.array(scale.chin)
    bottom = min(face.alpha.shape[0], int(chin[1] + LOWEST * unit))
    line = _shoulder_line(cloth, chin, unit, bottom)
    low = slice(max(0, bottom - int(0.4 * unit)), bottom)
    main = (cloth.cover[low] > 0.9) & (cloth.trim[low] < 0.1)
    colour = np.median(dressed[low][main], 0) if main.sum() > 50 else np.array(plain)
    colour = colour.astype(np.float32)
    tone = _tones(dressed[low], main, line, chin, unit)
    middle = float(np.clip(line[[0, -1], 0].mean(), -0.4, 0.4))
    return Build(
        line=line - np.array((middle, 0), np.float32),
        middle=middle,
        collar=_collar(cloth, chin, unit),
        seam=float((bottom - chin[1]) / unit) - 0.1,
        tone=tone,
        cloth=colour,
        skin=cloth.skin.astype(np.float32) * 0.94,
        trousers=np.array((38, 42, 54), np.float32) + 0.14 * colour,
        shoes=np.array((34, 31, 32), np.float32),
    )


def _shoulder_line(cloth: Cloth, chin: np.ndarray, unit: float, bottom: int) -> np.ndarray:
    """Where cloth begins, for columns left and right of the neck; a usual slope where no shoulders are seen."""
    cover = cloth.cover[:bottom] > 0.5
    columns = np.arange(2, cover.shape[1] - 2, max(1, int(0.04 * unit)))
    away = np.abs(columns - chin[0]) / unit
    seen = columns[(away > 0.7) & (away < WIDEST - 0.15) & cover[:, columns].any(0)]
    if len(seen) < 8 or (seen < chin[0]).sum() < 4 or (seen > chin[0]).sum() < 4:
        return np.array([(-1.4, 0.85), (-1.1, 0.55), (-0.7, 0.36), (0.7, 0.36), (1.1, 0.55), (1.4, 0.85)], np.float32)
    tops = cover[:, seen].argmax(0)
    return np.column_stack([(seen - chin[0]) / unit, (tops - chin[1]) / unit]).astype(np.float32)


def _collar(cloth: Cloth, chin: np.ndarray, unit: float) -> float:
    columns = [int(chin[0] + side * 0.64 * unit) for side in (-1, 1)]
    tops = [
        cloth.cover[:, c].argmax() for c in columns if 0 <= c < cloth.cover.shape[1] and cloth.cover[:, c].max() > 0.5
    ]
    return float(np.clip((np.mean(tops) - chin[1]) / unit, 0.0, 0.6)) if tops else 0.3


def _tones(low: np.ndarray, main: np.ndarray, line: np.ndarray, chin: np.ndarray, unit: float) -> np.ndarray:
    """Brightness of the cloth along the lower edge, relative to its median, 24 values."""
    bright = low.astype(np.float32).mean(2)
    count = main.sum(0)
    known = np.flatnonzero(count > 3)
    if len(known) < 10:
        return np.ones(24, np.float32)
    rows = (bright * main).sum(0)[known] / count[known]
    at = np.linspace(line[0, 0], line[-1, 0], 24) * unit + chin[0]
    tones = np.interp(at, known, cv2.blur(rows.astype(np.float32)[None], (25, 1))[0])
    return np.clip(tones / np.median(rows), 0.55, 1.25).astype(np.float32)
