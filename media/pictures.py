"""Pictures from outside, opened with care: what they claim to be is checked before anything is decoded."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from events.errors import BadPicture

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
ANIMATED = ("PNG", "WEBP")
"""Not JPEG: what a phone puts behind the picture there (a depth map, a preview) is no second frame."""
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
"""What Pillow raises while it reads a broken file."""
GREY = 128


def open_picture(content: bytes, name: str) -> np.ndarray:
    """A picture file as ``(h, w, 3)`` RGB or, where it has transparency, ``(h, w, 4)`` RGBA uint8, turned upright.

    Raises ``BadPicture`` for anything but one whole PNG, JPEG or WebP picture of at most 20 MB and 40 megapixels;
    ``name`` is what the sentence calls it.
    """
    if len(content) > MAX_BYTES:
        raise BadPicture(f"{name} has {len(content) / 1e6:.0f} MB. Use a picture of at most 20 MB.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _read(content, name) as image:
            _refuse(image, name)
            return _decoded(image, name)


def flattened(picture: np.ndarray, grey: int = GREY) -> np.ndarray:
    """RGB of an RGB or RGBA picture; what is transparent becomes grey."""
    if picture.shape[2] == 3:
        return picture
    alpha = picture[..., 3:].astype(np.float32) / 255
    over: np.ndarray = picture[..., :3] * alpha + grey * (1 - alpha)
    return over.round().astype(np.uint8)


def _read(content: bytes, name: str) -> Image.Image:
    """The picture with its header read and nothing decoded."""
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise BadPicture(f"{name} is not a picture that can be read. Use a PNG, JPEG or WebP file.") from error
    except DAMAGED as error:
        raise _damaged(name) from error


def _refuse(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name, f" of {image.width}×{image.height}")
    if image.format in ANIMATED and getattr(image, "n_frames", 1) > 1:
        raise BadPicture(f"{name} is an animation. Use a picture of one frame.")


def _decoded(image: Image.Image, name: str) -> np.ndarray:
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        return np.asarray(upright.convert("RGBA" if upright.has_transparency_data else "RGB"))
    except DAMAGED as error:
        raise _damaged(name) from error


def _damaged(name: str) -> BadPicture:
    return BadPicture(f"{name} is damaged or cut off. Save it again as PNG, JPEG or WebP.")


def _too_large(name: str, size: str = "") -> BadPicture:
    return BadPicture(f"{name} is a picture{size}: too large. Use one of at most 40 megapixels.")
