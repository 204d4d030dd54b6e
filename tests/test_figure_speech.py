"""Mouths that move with a voice, and eyes that blink."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from engines.video.puppet.figure import blinks, mouth_track

RATE = 24000


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A second of silence, a second of bright loud voice, one of dull voice, one of silence."""
    seconds = np.arange(RATE) / RATE
    silence = np.zeros(RATE)
    bright = 0.5 * np.sign(np.sin(2 * np.pi * 1800 * seconds))
    dull = 0.5 * np.sin(2 * np.pi * 220 * seconds)
    samples = np.concatenate([silence, bright, dull, silence])
    file = tmp_path / "line.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((samples * 32767).astype(np.int16).tobytes())
    return file


def test_the_mouth_opens_with_the_voice(line: Path) -> None:
    track = mouth_track(line, 0, 96)
    assert set(track[2:22]) == {"shut"}
    assert set(track[28:46]) == {"wide"}
    assert set(track[54:70]) == {"round"}
    assert set(track[80:]) == {"shut"}


def test_a_line_may_begin_later_or_before_the_shot(line: Path) -> None:
    whole = mouth_track(line, 0, 96)
    assert mouth_track(line, 24, 96)[24:] == whole[:72]
    assert mouth_track(line, -36, 40) == whole[36:76]
    assert set(mouth_track(line, 500, 30)) == {"shut"}


def test_shapes_hold_for_two_frames(line: Path) -> None:
    track = mouth_track(line, -5, 60)
    assert all(track[k] == track[k + 1] for k in range(0, 60, 2))


def test_people_blink_now_and_then_and_each_in_their_own_time() -> None:
    closed = blinks(7, 24 * 60)
    starts = sum(now and not before for before, now in zip([False, *closed], closed, strict=False))
    assert 10 < starts < 35
    assert closed == blinks(7, 24 * 60)
    assert closed != blinks(8, 24 * 60)
    assert len(blinks(1, 10)) == 10
