"""Title and end cards, and the contact sheet: alive, with words that fit, the same for the same words."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from events.errors import TakeFailed
from events.script import Mood
from media.cards import FRAMES, PALETTES, end_card, title_card
from media.clips import FADE, ClipWriter
from media.contact_sheet import WIDTH, Entry, contact_sheet
from media.frames import frame_count, frames_at
from media.inspection import inspect
from media.lettering import SERIF, fitted, font, shortened, width, wrapped

STORY = "A courier who cannot forget carries a secret across a city that wants it back, and nobody else may know"


@pytest.fixture(scope="module")
def title(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cards") / "title.mp4"
    assert title_card(path, "The Long Way Down", STORY, Mood.MYSTERIOUS) == FRAMES == frame_count(path)
    return path


def test_the_title_card_is_alive_and_not_black(title: Path) -> None:
    measures = inspect(title)
    assert (measures.black, measures.frozen) == ((), ())


def test_the_title_comes_out_of_black_and_stays(title: Path) -> None:
    pictures = {number: picture.astype(int) for number, picture in frames_at(title, (0, 12, 84))}
    bright = {number: (picture[300:420, 200:1080].min(2) > 190).sum() for number, picture in pictures.items()}
    assert pictures[0].mean() < 4
    assert bright[0] == 0 < bright[84]
    assert bright[12] < bright[84] / 2


def test_the_margins_stay_free(title: Path) -> None:
    picture = next(frames_at(title, [84]))[1]
    border = np.concatenate([picture[:, :60].reshape(-1, 3), picture[:, -60:].reshape(-1, 3)])
    assert border.min(1).max() < 150


def test_the_cut_finds_its_key_frames_in_a_card(title: Path) -> None:
    with av.open(str(title)) as file:
        keys = {number for number, entry in enumerate(file.streams.video[0].index_entries) if entry.is_keyframe}
    assert {0, FADE, FRAMES - FADE} <= keys


def test_the_end_card_names_the_cast_and_sinks_into_black(tmp_path: Path) -> None:
    path = tmp_path / "end.mp4"
    assert end_card(path, "Hope", ["Ava", "Marlow", "Kairo"], Mood.HOPEFUL, 60) == 60
    pictures = {number: picture.astype(int) for number, picture in frames_at(path, (40, 59))}
    assert (pictures[40][320:400].min(2) > 190).sum() > 500
    assert pictures[59].mean() < 6


def test_the_same_words_give_the_same_card(tmp_path: Path) -> None:
    for name in ("one", "two"):
        title_card(tmp_path / name, "Hope", frames=30)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_mood_has_its_colours() -> None:
    assert set(PALETTES) == set(Mood)


@pytest.mark.parametrize(
    "text", ["Hope", "The Long Way Down", STORY, STORY * 4, "Donaudampfschifffahrtsgesellschaft" * 3]
)
def test_text_of_any_length_fits(text: str) -> None:
    type_, lines = fitted(text, SERIF, range(92, 30, -4), 1020, 3, 0.12)
    assert 1 <= len(lines) <= 3
    assert all(width(line, type_, 0.12 * type_.size) <= 1020 for line in lines)
    kept = " ".join(lines)
    assert kept == text or kept.endswith("…")


def test_lines_break_between_words() -> None:
    small = font(SERIF, 20)
    lines = wrapped(STORY, small, 300)
    assert " ".join(lines) == STORY
    assert max(width(line, small) for line in lines) <= 300
    assert shortened("Marlow", small, 500) == "Marlow"
    assert shortened(STORY, small, 120).endswith("…")


# ---------------------------------------------------------------- contact sheet


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each half second another colour."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with ClipWriter(path, 60) as writer:
        for number in range(5):
            writer.write(np.full((720, 1280, 3), (40 * number + 20, 90, 200 - 40 * number), np.uint8), repeat=12)
    return path


def test_each_scene_shows_its_own_frame(film: Path, tmp_path: Path) -> None:
    entries = [Entry(12 * n + 6, n + 1, "Neon street", "tense", ("Ava",), 0.9) for n in range(5)]
    contact_sheet(film, entries, tmp_path / "sheet.png", "Hope")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width == WIDTH
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    column = (WIDTH - 2 * 96 - 2 * 40) // 3
    for number in range(3):
        middle = pixels[300 + column * 9 // 32, 96 + number * (column + 40) + column // 2]
        assert np.abs(middle - (40 * number + 20, 90, 200 - 40 * number)).max() <= 6


def test_a_sheet_of_many_shots_and_long_words_is_made(film: Path, tmp_path: Path) -> None:
    entries = [Entry(n, n // 3 + 1, STORY, STORY, (STORY, STORY)) for n in range(45)]
    contact_sheet(film, entries, tmp_path / "sheet.jpg", STORY, STORY)
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert (sheet.format, sheet.width) == ("JPEG", WIDTH)


def test_a_frame_that_is_not_there_is_said_so(film: Path, tmp_path: Path) -> None:
    with pytest.raises(TakeFailed, match="no frame 600"):
        contact_sheet(film, [Entry(600, 1, "Nowhere")], tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()
