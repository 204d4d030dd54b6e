"""What clips bring along is heard where they are seen, and a mouth that is seen speaks with one voice only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from engines.music.ambience import Ambience
from engines.music.synth import Synth
from events.camera import Camera
from events.episode import Episode, Take
from events.episode_facts import EpisodeRequested, SpeechRendered
from events.script import FPS, NARRATOR, Line, Scene, Script
from events.storyboard import Shot, Timing
from media.assets import Assets
from media.clips import ClipWriter
from media.delivery import _timeline
from media.loudness import RATE
from media.own_sound import PLACE, own_sounds, parts
from media.post import Film, assemble, reel_of
from media.sound import Kind, heard, write_wav

SPEECH_RATE = 24_000
FIRST, SECOND, NARRATED, ACROSS = 3100, 3700, 4300, 4900
"""The pitch of each line: so it is known again in the mix."""
CLIP = {"1-0": 6100.06, "1-1": 6700.06}
"""And of what each clip has brought along: at its highest where it is cut off."""
NAMES = {"ava": "Ava", "kai": "Kai"}
LINES = (
    Line(speaker="ava", text="The roof is falling."),
    Line(speaker=NARRATOR, text="It was late."),
    Line(speaker="ava", text="Run, and do not look back."),
    Line(speaker="kai", text="I will."),
)
TIMINGS = (
    Timing(line=0, speaker="ava", start=12, frames=24),
    Timing(line=1, speaker=NARRATOR, start=48, frames=24),
    Timing(line=2, speaker="ava", start=84, frames=36),
    Timing(line=3, speaker="kai", start=144, frames=24),
)
PITCHES = (FIRST, NARRATED, ACROSS, SECOND)
SHOTS = (
    Shot(shot_id="1-0", scene=1, index=0, start=0, frames=96, camera=Camera(), visible=("ava",), lines=TIMINGS[:3]),
    Shot(shot_id="1-1", scene=1, index=1, start=96, frames=96, camera=Camera(), visible=("kai",), lines=TIMINGS[2:]),
)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return Assets(tmp_path_factory.mktemp("assets"))


def tone(pitch: float, seconds: float, rate: int, amplitude: float = 0.14) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def episode(assets: Assets, folder: Path, kept: tuple[str, ...], amplitude: float = 0.14) -> Episode:
    """Two shots of four seconds: Ava speaks, is spoken about, and goes on speaking off screen; then Kai answers."""
    speech = {
        f"1/{timing.line}": SpeechRendered(
            scene=1,
            line=timing.line,
            speaker=timing.speaker,
            voice="any",
            uri=assets.write(write_wav(tone(pitch, timing.frames / FPS, SPEECH_RATE), SPEECH_RATE)),
            frames=timing.frames,
        )
        for timing, pitch in zip(TIMINGS, PITCHES, strict=True)
    }
    takes = {}
    for shot in SHOTS:
        sound = write_wav(tone(CLIP[shot.shot_id], 5, RATE, amplitude)) if shot.shot_id in kept else b""
        takes[shot.shot_id] = Take(
            take_id=shot.shot_id,
            shot_id=shot.shot_id,
            seed=1,
            prompt="",
            frames=shot.frames,
            uri=_clip(assets, folder),
            sound=assets.write(sound) if sound else "",
        )
    scene = Scene(number=1, scene_id="s1", description="A roof.", characters=tuple(NAMES), seconds=8, lines=LINES)
    return Episode(
        request=EpisodeRequested(story="A roof.", cast=(), seconds=8, seed=1, engines={}),
        script=Script(title="Roof", scenes=(scene,)),
        speech=speech,
        shots={shot.shot_id: shot for shot in SHOTS},
        takes=takes,
        accepted={take_id: take_id for take_id in takes},
    )


def _clip(assets: Assets, folder: Path) -> str:
    file = folder / "clip.mp4"
    with ClipWriter(file, 96, size=(320, 180)) as writer:
        writer.write(np.full((180, 320, 3), 90, np.uint8), 96)
    return assets.take(file)


def film_of(assets: Assets, folder: Path, kept: tuple[str, ...], amplitude: float = 0.14) -> np.ndarray:
    made: Film = assemble(episode(assets, folder, kept, amplitude), NAMES, assets, Synth(), Ambience())
    return heard(assets.path(made.film))[:, 0]


def loud(film: np.ndarray, pitch: float, start: float, end: float) -> float:
    """The amplitude of a tone in a stretch of the film, in frames of it, against the loudest one at all."""
    stretch = film[round(start / FPS * RATE) : round(end / FPS * RATE)]
    wave = np.exp(-2j * np.pi * pitch * np.arange(len(stretch)) / RATE) * np.hanning(len(stretch))
    return float(np.abs(wave @ stretch) / len(stretch))


@pytest.fixture(scope="module")
def ours(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    return film_of(assets, tmp_path_factory.mktemp("ours"), ())


@pytest.fixture(scope="module")
def first_speaks(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    return film_of(assets, tmp_path_factory.mktemp("first"), ("1-0",))


HEARD = 0.01
SILENT = 0.002


def test_without_sound_of_their_own_every_line_is_ours(ours: np.ndarray) -> None:
    for timing, pitch in zip(TIMINGS, PITCHES, strict=True):
        assert loud(ours, pitch, timing.start, timing.start + timing.frames) > HEARD
    assert all(loud(ours, pitch, 0, 192) < SILENT for pitch in CLIP.values())


def test_a_clip_is_heard_as_long_as_it_is_seen(first_speaks: np.ndarray) -> None:
    assert loud(first_speaks, CLIP["1-0"], 2, 94) > HEARD
    assert loud(first_speaks, CLIP["1-0"], 98, 192) < SILENT
    assert loud(first_speaks, CLIP["1-1"], 98, 192) < SILENT


def test_a_mouth_that_is_seen_speaks_with_its_own_voice_alone(first_speaks: np.ndarray) -> None:
    assert loud(first_speaks, FIRST, 12, 36) < SILENT


def test_narrators_and_who_is_not_seen_keep_their_voices(first_speaks: np.ndarray) -> None:
    assert loud(first_speaks, NARRATED, 48, 72) > HEARD
    assert loud(first_speaks, SECOND, 144, 168) > HEARD


def test_a_line_that_goes_on_off_screen_is_ours_from_there_on(first_speaks: np.ndarray) -> None:
    assert loud(first_speaks, ACROSS, 84, 95) < SILENT
    assert loud(first_speaks, ACROSS, 98, 119) > HEARD


def test_a_cut_does_not_click(assets: Assets, tmp_path: Path) -> None:
    """What is cut off in the middle comes from silence and goes to it."""
    reel = reel_of(episode(assets, tmp_path, ("1-0",)), assets)
    (own,) = own_sounds(reel, assets)
    across = next(line for line in reel.lines(NAMES) if len(line.ours) == 1 and line.ours[0][0] > line.start)
    ((start, part),) = parts(across, tone(ACROSS, 1.5, SPEECH_RATE), SPEECH_RATE)

    assert (start, len(part)) == (4.0, SPEECH_RATE)
    for samples in (own.samples, part):
        assert max(abs(samples[0]), abs(samples[-1])) < 1e-3
        assert np.abs(samples).max() > 0.1


def test_a_clip_in_which_nobody_is_seen_to_speak_is_the_noise_of_the_place(assets: Assets, tmp_path: Path) -> None:
    told = episode(assets, tmp_path, ("1-1",))
    shots = told.shots | {"1-1": SHOTS[1].replaced(visible=())}
    reel = reel_of(told.replaced(shots=shots), assets)

    (own,) = reel.own_sounds()
    assert not own.speaks
    assert [len(line.ours) for line in reel.lines(NAMES)] == [1, 1, 1, 1]

    (cue,) = own_sounds(reel, assets)
    assert (cue.start, cue.kind, len(cue.samples)) == (4.0, Kind.AMBIENCE, 4 * RATE)
    assert np.sqrt(np.mean(cue.samples**2)) == pytest.approx(PLACE, rel=0.02)
    assert abs(cue.samples[0]) < 1e-6


def test_a_clip_that_is_nearly_silent_stays_quiet(assets: Assets, tmp_path: Path) -> None:
    (cue,) = own_sounds(reel_of(episode(assets, tmp_path, ("1-0",), amplitude=0.001), assets), assets)
    assert np.abs(cue.samples).max() < 0.005


def test_the_editor_finds_each_voice_once(assets: Assets, tmp_path: Path) -> None:
    told = episode(assets, tmp_path, ("1-0",))
    file = assets.path(_timeline(reel_of(told, assets), NAMES, assets))
    timeline = otio.adapters.read_from_string(file.read_text(), "otio_json")
    tracks = {track.name: [clip.name for clip in track.find_clips()] for track in timeline.audio_tracks()}
    assert tracks["speech"] == [LINES[1].text, LINES[2].text, LINES[3].text]
    assert tracks["clips"] == ["1-0"]
