"""What a character wears: words and a colour become a style, and cloth takes the colour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from engines.video.puppet.figure.cloth import Cloth
from engines.video.puppet.figure.sketch import rgb, smooth
from events.look import Garment

Cut = Literal[
    "plain", "open", "hood", "uniform", "dress", "cape", "scarf", "apron", "shirt", "armour", "stripes", "vest"
]


@dataclass(frozen=True)
class Style:
    """``cut`` is the shape, ``colour`` its cloth (RGB 0..255, None: as in the reference), ``length`` its hem below the
    shoulders in face widths (3.4: hips), ``bare`` legs without trousers."""

    cut: Cut = "plain"
    colour: tuple[float, float, float] | None = None
    length: float = 3.4
    bare: bool = False


CUTS: tuple[tuple[str, Cut, float, bool, str], ...] = (
    ("lab coat|labcoat|white coat", "open", 5.6, False, "#dcdad2"),
    ("hood|hoodie|parka|anorak|sweatshirt", "hood", 3.5, False, "#5a6472"),
    ("uniform|tunic|guard|officer|police|military", "uniform", 3.7, False, "#2f3d5c"),
    ("apron|overalls|dungarees", "apron", 4.6, False, "#7a6a52"),
    ("vest|waistcoat|life jacket", "vest", 3.3, False, "#4a4438"),
    ("trench|overcoat|raincoat|coat", "open", 5.8, False, "#5b5348"),
    ("jacket|blazer|suit|tuxedo|cardigan", "open", 3.6, False, "#39404e"),
    ("cape|cloak|robe|shawl|poncho|blanket|gown of", "cape", 5.4, False, "#5a3244"),
    ("dress|gown|skirt|sari|kimono", "dress", 5.9, True, "#8c3a4c"),
    ("scarf|bandana|kerchief", "scarf", 3.4, False, "#b03a34"),
    ("armour|armor|mail|breastplate|space ?suit", "armour", 3.6, False, "#7c848c"),
    ("stripe|striped|sailor", "stripes", 3.4, False, "#34507c"),
    ("shirt|blouse|polo", "shirt", 3.5, False, "#c8ccd4"),
)  # fmt: skip
"""Words, shape, length, bare legs, and the colour where nothing says one. The first that is found counts."""

COLOURS = {
    "black": "#24262b", "white": "#dedcd6", "grey": "#7c8088", "gray": "#7c8088", "charcoal": "#383c44",
    "red": "#b3262e", "crimson": "#9c1b30", "scarlet": "#c22a22", "orange": "#cf6a24", "amber": "#d08a2c",
    "yellow": "#d9b53a", "gold": "#c39a3c", "green": "#2f7a4a", "olive": "#68703c", "teal": "#1f8084",
    "turquoise": "#2aa7ad", "blue": "#2f569c", "navy": "#232f52", "purple": "#5f3c88", "violet": "#6f4aa0",
    "pink": "#cf7898", "brown": "#6a4a34", "beige": "#bfa98a", "tan": "#b08d64", "cream": "#ddd0b4",
    "silver": "#9aa2ac", "maroon": "#6a1f2c", "khaki": "#8a8058",
}  # fmt: skip

SAME, LIGHTNESS = 12.5, 0.5
"""Lab distance below which a named colour is the one that is worn, and what lightness counts in it: a picture is lit,
but grey is not charcoal. Measured: 4-12 from the sample cast's own clothes to the colours that describe them."""


def style_of(garment: Garment | None) -> Style:
    """The style of a garment; a garment of unknown words still changes the colour."""
    if garment is None:
        return Style()
    words = garment.what.lower()
    cut = next((row for row in CUTS if re.search(rf"\b(?:{row[0]})", words)), None)
    named = next((code for word, code in COLOURS.items() if re.search(rf"\b{word}\b", words)), "")
    code = garment.colour or named or (cut[4] if cut else "#6a6f7c")
    red, green, blue = (float(v) for v in rgb(code))
    if cut is None:
        return Style(colour=(red, green, blue))
    return Style(cut[1], (red, green, blue), cut[2], cut[3])


def recoloured(picture: np.ndarray, cloth: Cloth, colour: tuple[float, float, float]) -> np.ndarray:
    """The picture with its cloth in another colour, trims in a darker or lighter tone of it. Folds are kept as ratios
    of lightness, so charcoal can become white and white charcoal. What is worn already stays as it is."""
    rows = np.flatnonzero(cloth.cover.max(1) > 0)
    if not len(rows):
        return picture
    window = slice(rows[0], rows[-1] + 1)
    lab = cv2.cvtColor(picture[window].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    target = cv2.cvtColor(np.array([[colour]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    if np.linalg.norm((target - cloth.lab) * (LIGHTNESS, 1, 1)) < SAME:
        return picture
    trim = cloth.trim[window][..., None]
    tone = target * ((0.55, 0.8, 0.8) if target[0] > 35 else (1.9, 0.8, 0.8))
    own = cloth.lab[0] * (1 - trim) + _lightness(lab, cloth.trim[window]) * trim
    ratio = np.clip(lab[..., :1] / np.maximum(own, 3), 0.25, 1.9)
    aim = target * (1 - trim) + tone.astype(np.float32) * trim
    depth = 0.75 if target[0] > 25 else 0.95
    new = np.dstack([np.minimum(aim[..., :1] * ratio**depth, 98), aim[..., 1:] * smooth(0.0, 0.6, ratio)])
    dyed = np.clip(cv2.cvtColor(new.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1) * 255
    cover = cloth.cover[window][..., None]
    result = picture.copy()
    result[window] = np.round(picture[window] * (1 - cover) + dyed * cover).astype(np.uint8)
    return result


def _lightness(lab: np.ndarray, mask: np.ndarray) -> float:
    chosen = lab[..., 0][mask > 0.5]
    return float(np.median(chosen)) if len(chosen) else 50.0
