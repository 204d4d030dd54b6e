"""Opening pictures from outside: whole PNG, JPEG and WebP pictures come in upright, everything else is refused."""

from __future__ import annotations

import io
import resource
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from events.errors import BadPicture
from media.pictures import flattened, open_picture

CHANCE = np.random.default_rng(5)
PHOTO = Image.fromarray(CHANCE.integers(0, 256, (40, 60, 3), dtype=np.uint8)).resize((240, 160))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def giant_png(side: int) -> bytes:
    """A black ``side``×``side`` picture of one bit per pixel, packed into a few hundred kilobytes."""
    packer = zlib.compressobj(1)
    row = bytes(1 + side // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_comes_in_as_rgb(kind: str) -> None:
    picture = open_picture(saved(PHOTO, kind), "photo")
    assert (picture.shape, picture.dtype) == ((160, 240, 3), np.uint8)


def test_a_png_comes_in_exactly() -> None:
    assert np.array_equal(open_picture(saved(PHOTO, "png"), "photo"), np.asarray(PHOTO))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK"])
def test_every_usual_colour_mode_becomes_rgb(mode: str) -> None:
    kind = "jpeg" if mode == "CMYK" else "png"
    assert open_picture(saved(PHOTO.convert(mode), kind), "photo").shape == (160, 240, 3)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_transparency_is_kept(kind: str) -> None:
    cut_out = PHOTO.copy()
    cut_out.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    picture = open_picture(saved(cut_out, kind, lossless=True), "cut-out")
    assert picture.shape == (160, 240, 4)
    assert np.array_equal(picture[..., 3], np.asarray(cut_out)[..., 3])


def test_what_is_transparent_becomes_grey() -> None:
    picture = np.array([[[200, 0, 0, 255], [200, 0, 0, 0]]], np.uint8)
    assert flattened(picture).tolist() == [[[200, 0, 0], [128, 128, 128]]]
    assert flattened(picture[..., :3]).tolist() == [[[200, 0, 0], [200, 0, 0]]]


def test_a_photograph_held_sideways_is_turned_upright() -> None:
    orientation = Image.Exif()
    orientation[0x0112] = 6
    picture = open_picture(saved(PHOTO, "jpeg", exif=orientation), "phone.jpg")
    plain = open_picture(saved(PHOTO, "jpeg"), "phone.jpg")
    assert np.array_equal(picture, np.rot90(plain, -1))


def test_a_depth_map_behind_a_phone_picture_does_no_harm() -> None:
    phone = saved(PHOTO, "mpo", save_all=True, append_images=[PHOTO.convert("L").convert("RGB")])
    assert open_picture(phone, "phone.jpg").shape == (160, 240, 3)


def test_a_giant_png_is_refused_before_it_is_decoded() -> None:
    """50,000 × 50,000 pixels would be 7.5 GB as RGB."""
    content = giant_png(50_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadPicture, match="at most 40 megapixels"):
        open_picture(content, "giant.png")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_the_limit_of_megapixels_is_exact() -> None:
    assert open_picture(saved(Image.new("1", (8_000, 5_000)), "png"), "large.png").shape == (5_000, 8_000, 3)
    with pytest.raises(BadPicture, match="8000×5001"):
        open_picture(saved(Image.new("1", (8_000, 5_001)), "png"), "large.png")


def test_a_heavy_file_is_refused_unread() -> None:
    with pytest.raises(BadPicture, match=r"heavy\.png has 21 MB"):
        open_picture(bytes(21_000_000), "heavy.png")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.95])
def test_a_truncated_file_is_refused(kind: str, share: float) -> None:
    content = saved(PHOTO, kind)
    with pytest.raises(BadPicture, match=r"cut\.off"):
        open_picture(content[: int(len(content) * share)], "cut.off")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"This is no picture at all, whatever its name says.\n" * 50, "text.jpg"),
        (saved(PHOTO, "gif"), "old.gif"),
        (saved(PHOTO, "tiff"), "scan.tiff"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg"),
    ],
)
def test_other_files_are_refused(content: bytes, name: str) -> None:
    with pytest.raises(BadPicture, match="Use a PNG, JPEG or WebP file"):
        open_picture(content, name)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_an_animation_is_refused(kind: str) -> None:
    content = saved(PHOTO, kind, save_all=True, append_images=[PHOTO.rotate(90)])
    with pytest.raises(BadPicture, match="animation"):
        open_picture(content, "dance")


FILES = [saved(PHOTO.resize((24, 16)), kind) for kind in ("png", "jpeg", "webp")]


@given(st.sampled_from(FILES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_broken_file_is_opened_or_refused_and_nothing_else(file: bytes, changes: list[tuple[float, int]]) -> None:
    content = bytearray(file)
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    try:
        picture = open_picture(bytes(content), "broken")
    except BadPicture:
        return
    assert picture.dtype == np.uint8
    assert picture.shape[2] in (3, 4)
