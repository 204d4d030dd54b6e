"""Pictures as language models take them: small JPEG files without any notes in them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

LONGEST_SIDE = 1024
"""Pixels: enough to tell a bandage from a sleeve. The five pictures that a request may have at Groq then stay below
its 4 MB."""
QUALITY = 85


def jpeg(picture: np.ndarray) -> bytes:
    """An ``(h, w, 3)`` RGB uint8 picture as a JPEG file of at most ``LONGEST_SIDE``."""
    small = Image.fromarray(picture)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
