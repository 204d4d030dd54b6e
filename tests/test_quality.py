"""Quality control: what is measured on a film file, and what the rules make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from events.errors import QualityFailed
from media.clips import ClipWriter
from media.inspection import inspect, inspect_range, listen, merge
from media.quality import Identified, Measures, Plan, Stretch, findings, scene_of, speech_outside

SECONDS = 2.5
FRAMES = 60
GOOD = Measures(seconds=300.5, width=1280, height=720, fps=24, sound_seconds=300.5, loudness=-16.4, true_peak=-1.8)
SCENES = (Stretch(4, 24, 1), Stretch(23.5, 44, 2))
PLAN = Plan(seconds=300, scenes=SCENES)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """Something like a person before something like a street."""
    chance = np.random.default_rng(5)
    street = cv2.resize(chance.integers(20, 140, (12, 20, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    cv2.ellipse(street, (640, 700), (260, 220), 0, 0, 360, (60, 90, 110), -1, cv2.LINE_AA)
    cv2.ellipse(street, (640, 330), (120, 160), 0, 0, 360, (215, 170, 140), -1, cv2.LINE_AA)
    for x in (590, 690):
        cv2.ellipse(street, (x, 300), (22, 11), 0, 0, 360, (250, 250, 250), -1, cv2.LINE_AA)
        cv2.circle(street, (x, 300), 9, (30, 30, 40), -1, cv2.LINE_AA)
    return street


def film(path: Path, picture: Callable[[int], np.ndarray], grain: float = 2.0, frames: int = FRAMES) -> Path:
    """A film on twos whose grain is new in each picture."""
    chance = np.random.default_rng(1)
    plate = cv2.GaussianBlur(chance.normal(0, 1, (784, 1344)).astype(np.float32), (0, 0), 0.7)
    plate *= grain / plate.std()
    with ClipWriter(path, frames) as writer:
        for number in range(0, frames, 2):
            left, top = chance.integers(0, 64, 2)
            grainy = picture(number) + plate[top : top + 720, left : left + 1280, None]
            writer.write(np.clip(grainy, 0, 255).astype(np.uint8), repeat=2)
    return path


def frozen(path: Path) -> list[tuple[float, float]]:
    return [(stretch.start, stretch.end) for stretch in inspect(path).frozen]


def shifted(picture: np.ndarray, x: float, y: float) -> np.ndarray:
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return cv2.warpAffine(picture, matrix, (1280, 720), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("grain", [0.0, 2.0, 4.0])
def test_grain_does_not_hide_a_freeze(portrait: np.ndarray, tmp_path: Path, grain: float) -> None:
    assert frozen(film(tmp_path / "still.mp4", lambda _: portrait, grain)) == [(0, SECONDS)]


def test_breathing_is_life(portrait: np.ndarray, tmp_path: Path) -> None:
    def breathing(number: int) -> np.ndarray:
        picture = portrait.copy()
        lifted = shifted(portrait, 0, 1.2 * np.sin(number / 10))
        picture[150:, 350:930] = lifted[150:, 350:930]
        return picture

    assert frozen(film(tmp_path / "breathing.mp4", breathing)) == []


def test_a_blink_each_second_is_life(portrait: np.ndarray, tmp_path: Path) -> None:
    def blinking(number: int) -> np.ndarray:
        picture = portrait.copy()
        if number % 24 < 4:
            cv2.rectangle(picture, (560, 286), (720, 312), (215, 170, 140), -1)
        return picture

    assert frozen(film(tmp_path / "blinking.mp4", blinking)) == []


def test_a_slow_drift_is_life(portrait: np.ndarray, tmp_path: Path) -> None:
    assert frozen(film(tmp_path / "drift.mp4", lambda n: shifted(portrait, 0.04 * n, 0))) == []


def test_black_and_frozen_stretches_are_found_to_the_frame(portrait: np.ndarray, tmp_path: Path) -> None:
    """Two seconds of life, two and a half of black, then life again."""

    def picture(number: int) -> np.ndarray:
        return np.zeros_like(portrait) if 48 <= number < 108 else shifted(portrait, number, 0)

    measures = inspect(film(tmp_path / "gap.mp4", picture, grain=1.0, frames=132))
    assert [(s.start, s.end) for s in measures.black] == [(2.0, 4.5)]
    assert [(s.start, s.end) for s in measures.frozen] == [(2.0, 4.5)]


def test_a_night_is_not_black(portrait: np.ndarray, tmp_path: Path) -> None:
    night = (portrait * 0.22).astype(np.uint8)
    assert inspect(film(tmp_path / "night.mp4", lambda n: shifted(night, n, 0), grain=1.0)).black == ()


def test_two_workers_see_what_one_sees(portrait: np.ndarray, tmp_path: Path) -> None:
    """A freeze across the seam is one freeze; samples are each handed over once, with their own picture."""

    def picture(number: int) -> np.ndarray:
        return shifted(portrait, 4 * max(0, number - 100) + 4 * min(0, number - 30), 0)

    path = film(tmp_path / "film.mp4", picture, frames=132)
    seen: dict[int, np.ndarray] = {}
    whole = inspect(path)
    parts = [inspect_range(path, first, end, seen.__setitem__, 12) for first, end in ((0, 71), (71, 132))]

    sound = listen(path)
    assert merge(path, parts, sound) == merge(path, parts[::-1], sound) == whole
    assert [round(s.start * 24) for s in whole.frozen] == [30]
    assert sorted(seen) == list(range(0, 132, 12))
    assert all(np.abs(seen[n].astype(int) - picture(n)).mean() < 8 for n in (0, 72, 120))
    with pytest.raises(ValueError, match="71 to 80"):
        merge(path, [parts[0], replace(parts[1], first=80)], sound)


def test_a_film_tells_its_size_and_its_loudness(tmp_path: Path) -> None:
    """A 997 Hz sine at -20 dBFS in both channels is -20 LUFS by definition (EBU Tech 3341, case 1)."""
    tone = (0.1 * np.sin(2 * np.pi * 997 * np.arange(4 * 48_000) / 48_000)).astype(np.float32)
    swell = np.minimum(1, np.arange(len(tone)) / 4800).astype(np.float32)
    tone *= swell * swell[::-1]
    path = tmp_path / "tone.mp4"
    with av.open(str(path), "w") as file:
        picture, sound = file.add_stream("libx264", rate=24), file.add_stream("aac", rate=48_000, layout="stereo")
        picture.width, picture.height, picture.pix_fmt = 320, 240, "yuv420p"
        for _ in range(96):
            file.mux(picture.encode(av.VideoFrame.from_ndarray(np.full((240, 320, 3), 90, np.uint8), format="rgb24")))
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        file.mux(sound.encode(frame))
        file.mux(picture.encode(None))
        file.mux(sound.encode(None))

    measures = inspect(path)
    assert (measures.width, measures.height, measures.fps, measures.seconds) == (320, 240, 24, 4)
    assert measures.sound_seconds == pytest.approx(4, abs=0.05)
    assert measures.loudness == pytest.approx(-20, abs=0.3)
    assert measures.true_peak == pytest.approx(-20, abs=0.3)


def test_a_damaged_film_is_an_error(portrait: np.ndarray, tmp_path: Path) -> None:
    path = film(tmp_path / "whole.mp4", lambda n: shifted(portrait, n, 0))
    with pytest.raises(QualityFailed, match="breaks off at frame 60 of 100"):
        inspect_range(path, 0, 100)
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(40_000) + content[middle + 40_000 :])
    with pytest.raises(QualityFailed, match=r"whole\.mp4"):
        inspect(path)


# ---------------------------------------------------------------- rules


def kinds(measures: Measures, plan: Plan = PLAN) -> list[tuple[str, int]]:
    return [(finding.kind, finding.scene) for finding in findings(measures, plan)]


def test_a_good_film_has_no_findings() -> None:
    speech = (Stretch(5, 9, 1), Stretch(23.6, 30, 2))
    seen = (Identified(1, "ava", 0.91), Identified(2, "ava", 0.75))
    assert kinds(GOOD, replace(PLAN, speech=speech, identities=seen)) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("duration", {"seconds": 306.5, "sound_seconds": 306.5}),
        ("duration", {"seconds": 293.5, "sound_seconds": 293.5}),
        ("sound", {"sound_seconds": 290.0}),
        ("format", {"fps": 25.0}),
        ("format", {"width": 1920}),
        ("loudness", {"loudness": -17.2}),
        ("loudness", {"loudness": -14.9}),
        ("loudness", {"loudness": float("-inf")}),
        ("peak", {"true_peak": -1.2}),
    ],
)
def test_a_film_out_of_its_bounds_is_found(kind: str, change: dict[str, float]) -> None:
    assert kinds(replace(GOOD, **change)) == [(kind, 0)]


@pytest.mark.parametrize(
    "change", [{"seconds": 305.9, "sound_seconds": 305.9}, {"loudness": -15.1}, {"true_peak": -1.5}]
)
def test_a_film_within_its_bounds_passes(change: dict[str, float]) -> None:
    assert kinds(replace(GOOD, **change)) == []


def test_stills_belong_to_the_scene_they_lie_in() -> None:
    measures = replace(GOOD, frozen=(Stretch(30, 33),), black=(Stretch(23, 25.5),))
    assert kinds(measures) == [("black", 2), ("frozen", 2)]
    assert scene_of(Stretch(290, 293), SCENES) == 0
    assert "frozen for 3.0 s" in findings(measures, PLAN)[1].sentence


def test_what_the_script_asks_for_may_be_still() -> None:
    measures = replace(GOOD, frozen=(Stretch(0, 5.5),), black=(Stretch(296, 299),))
    asked = replace(PLAN, asked=(Stretch(0, 4), Stretch(295, 300)))
    assert kinds(measures, asked) == []
    assert kinds(replace(measures, frozen=(Stretch(0, 6.5),)), asked) == [("frozen", 1)]


def test_black_is_not_found_a_second_time_as_frozen() -> None:
    assert kinds(replace(GOOD, black=(Stretch(30, 33),), frozen=(Stretch(30, 33.1),))) == [("black", 2)]


def test_speech_stays_in_its_scene() -> None:
    inside, early, late, lost = Stretch(4, 24, 1), Stretch(23, 25, 2), Stretch(40, 44.3, 2), Stretch(5, 6, 7)
    assert speech_outside([inside, early, late, lost], SCENES) == [early, late, lost]
    assert kinds(GOOD, replace(PLAN, speech=(late,))) == [("speech", 2)]


def test_somebody_else_and_nobody_are_two_findings() -> None:
    seen = (Identified(1, "ava", 0.74), Identified(2, "kairo", None))
    found = findings(GOOD, replace(PLAN, identities=seen))
    assert [(f.kind, f.scene, f.start) for f in found] == [("identity", 1, 4), ("unknown", 2, 23.5)]
    assert "IDR 0.74" in found[0].sentence
