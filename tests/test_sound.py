"""The mix is as loud as it must be, speech is understood, and nothing clips."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from events.errors import StorageError
from media.loudness import Loudness, integrated, limited, loudness, true_peaks
from media.sound import (
    DUCKING,
    RATE,
    TRUE_PEAK,
    Cue,
    Kind,
    encode_aac,
    encode_below,
    heard,
    mastered,
    mix,
    read_wav,
    resampled,
    write_wav,
)


def noise(seconds: float, level: float, seed: int = 1) -> np.ndarray:
    """Stereo noise with the slope of music (-3 dB an octave), root mean square ``level``."""
    rng = np.random.default_rng(seed)
    size = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal((size, 2)), axis=0)
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20 * seconds))[:, None]
    sound = np.fft.irfft(spectrum, size, axis=0)
    return (sound * level / np.sqrt(np.mean(sound**2))).astype(np.float32)


def voice(seconds: float, rate: int = RATE) -> np.ndarray:
    """Mono bursts of a buzzing tone, four a second, like syllables."""
    time = np.arange(round(seconds * rate)) / rate
    syllables = np.abs(np.sin(2 * np.pi * 2 * time)) ** 0.5
    return (0.2 * syllables * np.sign(np.sin(2 * np.pi * 140 * time)) * np.sin(2 * np.pi * 700 * time)).astype(
        np.float32
    )


def tone(frequency: float, amplitude: float, seconds: float = 3, phase: float = 0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    left = amplitude * np.sin(2 * np.pi * frequency * time + phase)
    return np.stack([left, left], axis=1).astype(np.float32)


TICKING = np.tile(np.r_[0.05, -0.05], RATE).astype(np.float32)
"""Two seconds of a voice at 24 kHz, where nothing else is."""


def level(sound: np.ndarray, start: float, end: float) -> float:
    """Decibels of a stretch of seconds."""
    stretch = sound[round(start * RATE) : round(end * RATE)]
    return float(10 * np.log10(np.mean(stretch**2)))


def by_ffmpeg(sound: np.ndarray) -> Loudness:
    """What ffmpeg's own ebur128 filter measures."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=RATE, layout="stereo", time_base=f"1/{RATE}")
    meter, sink = graph.add("ebur128", "peak=true:metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.reshape(1, -1)), format="flt", layout="stereo")
    frame.sample_rate, frame.pts = RATE, 0
    graph.push(frame)
    graph.push(None)
    told: dict[str, str] = {}
    while True:
        try:
            told = dict(graph.pull().metadata) or told
        except (av.error.BlockingIOError, av.error.EOFError):
            break
    peak = float(told["lavfi.r128.true_peak"])
    return Loudness(float(told["lavfi.r128.I"]), 20 * float(np.log10(peak)))


def decoded(file: Path) -> np.ndarray:
    with av.open(str(file)) as container:
        return np.concatenate([frame.to_ndarray().T for frame in container.decode(audio=0)])


# ---------------------------------------------------------------- loudness


def test_a_reference_tone_measures_as_the_standard_says() -> None:
    """EBU Tech 3341, case 1: a stereo 1 kHz sine at -23 dBFS is -23 LUFS."""
    assert integrated(tone(1000, 10 ** (-23 / 20), 20)) == pytest.approx(-23, abs=0.1)


def test_the_gate_ignores_silence() -> None:
    """EBU Tech 3341, case 3: quiet stretches before and after do not count."""
    loud, quiet = tone(1000, 10 ** (-23 / 20), 20), tone(1000, 10 ** (-36 / 20), 10)
    assert integrated(np.concatenate([quiet, loud, quiet])) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 0.5])
def test_loudness_agrees_with_ffmpeg(amplitude: float) -> None:
    sound = np.concatenate([noise(6, amplitude), noise(3, amplitude / 8, 2), noise(6, amplitude / 2, 3)])
    ours, theirs = loudness(sound), by_ffmpeg(sound)

    assert ours.integrated == pytest.approx(theirs.integrated, abs=0.1)
    assert ours.true_peak == pytest.approx(theirs.true_peak, abs=0.2)


def test_a_true_peak_lies_between_the_samples() -> None:
    """EBU Tech 3341, case 16: a quarter of the rate at 45 degrees reads 3 dB low in its samples."""
    between = tone(RATE / 4, 0.5, 1, np.pi / 4)
    assert np.abs(between).max() == pytest.approx(0.354, abs=0.001)
    assert true_peaks(between).max() == pytest.approx(0.5, abs=0.01)


def test_silence_has_no_loudness() -> None:
    assert loudness(np.zeros((RATE, 2), np.float32)) == Loudness(-np.inf, -np.inf)


def test_the_limiter_leaves_quiet_sound_alone_and_holds_the_ceiling() -> None:
    quiet = noise(2, 0.05)
    assert np.array_equal(limited(quiet, 0.9), quiet)

    loud = noise(2, 0.05) + tone(220, 1.5, 2) * (np.arange(2 * RATE) > RATE)[:, None]
    held = limited(loud.astype(np.float32), 0.8)
    assert true_peaks(held).max() < 0.8 * 1.01
    assert np.array_equal(held[: RATE // 2], loud[: RATE // 2].astype(np.float32))


# ---------------------------------------------------------------- the mix


@pytest.mark.parametrize("loud", [0.002, 0.05, 0.6])
def test_a_mix_is_at_its_loudness_however_quiet_or_loud_it_was(loud: float) -> None:
    finished = mastered(noise(20, loud) * (1 + 3 * (np.arange(20 * RATE) % RATE < 400)[:, None]).astype(np.float32))
    measured = loudness(finished)

    assert measured.integrated == pytest.approx(-16, abs=0.5)
    assert measured.true_peak <= -2.9


def test_music_makes_room_for_speech_and_comes_back() -> None:
    music = Cue(0, noise(20, 0.08), Kind.MUSIC)
    alone = mix([music], 20)
    silent = Cue(8, np.zeros(4 * RATE, np.float32), Kind.SPEECH)
    spoken = mix([music, Cue(8, TICKING, Kind.SPEECH), Cue(10, TICKING, Kind.SPEECH)], 20)

    def heard(sound: np.ndarray, start: float, end: float) -> float:
        spectrum = np.abs(np.fft.rfft(sound[round(start * RATE) : round(end * RATE), 0]))
        return float(20 * np.log10(np.sqrt(np.mean(spectrum[: len(spectrum) // 4] ** 2))))

    before = heard(spoken, 4, 7.5) - heard(alone, 4, 7.5)
    during = heard(spoken, 8.2, 11.8) - heard(alone, 8.2, 11.8)
    after = heard(spoken, 13, 17) - heard(alone, 13, 17)
    assert during - before == pytest.approx(DUCKING[Kind.MUSIC], abs=0.5)
    assert after == pytest.approx(before, abs=0.2)
    assert np.allclose(mix([music, silent], 20), alone)


def test_ducking_has_no_steps() -> None:
    """On a bed that stands still, its own course is seen once the ticks of the voice are averaged away."""
    bed = np.full((10 * RATE, 2), 0.02, np.float32) * np.hanning(10 * RATE)[:, None].astype(np.float32)
    film = mix([Cue(0, bed, Kind.MUSIC), Cue(4, TICKING, Kind.SPEECH)], 10)
    course = np.convolve(film[:, 0], [0.5, 0.5], "valid")[RATE:-RATE]

    assert course.max() > 2 * course[round(4.5 * RATE)]
    assert np.abs(np.diff(np.delete(course, [3 * RATE - 1, 3 * RATE, 5 * RATE - 1, 5 * RATE]))).max() < 1e-4


def test_speech_is_heard_where_it_is_asked_for() -> None:
    film = mix([Cue(5.5, voice(2), Kind.SPEECH), Cue(12, voice(2, 24_000), Kind.SPEECH, rate=24_000)], 16)
    sounding = np.flatnonzero(np.abs(film[:, 0]) > 0.02) / RATE

    assert sounding.min() == pytest.approx(5.5, abs=0.02)
    assert np.abs(film[: round(5.49 * RATE)]).max() < 1e-3
    assert np.abs(film[round(7.52 * RATE) : round(11.98 * RATE)]).max() < 1e-3
    assert sounding.max() == pytest.approx(14, abs=0.02)


def test_speech_may_come_from_one_side() -> None:
    film = mix([Cue(1, voice(2), Kind.SPEECH, pan=-0.3)], 4)
    left, right = np.sqrt(np.mean(film**2, axis=0))
    assert 1.2 < left / right < 2


def test_cues_outside_the_film_are_cut_off() -> None:
    film = mix(
        [Cue(-1, noise(3, 0.1), Kind.AMBIENCE), Cue(3, noise(9, 0.1), Kind.MUSIC), Cue(90, voice(1), Kind.SPEECH)], 5
    )
    assert film.shape == (5 * RATE, 2)
    assert level(film, 0, 0.5) > -40
    assert np.isfinite(film).all()


def test_the_same_cues_make_the_same_mix() -> None:
    cues = [Cue(0, noise(6, 0.1), Kind.MUSIC), Cue(2, voice(2), Kind.SPEECH)]
    assert np.array_equal(mix(cues, 6), mix(cues, 6))


def test_a_silent_film_is_silent() -> None:
    assert not mix([], 2).any()


# ---------------------------------------------------------------- files


def test_resampling_keeps_the_tone_and_the_time() -> None:
    time = np.arange(24_000) / 24_000
    chirp = (np.sin(2 * np.pi * (300 + 2000 * time) * time) * np.hanning(24_000)).astype(np.float32)
    dense = np.arange(48_000) / 48_000
    expected = np.sin(2 * np.pi * (300 + 2000 * dense) * dense) * np.interp(dense, time, np.hanning(24_000))

    assert np.abs(resampled(chirp, 24_000) - expected).max() < 0.005
    assert len(resampled(chirp[:22_050], 44_100)) == 24_000


@pytest.mark.parametrize("sound", [voice(0.5), noise(0.5, 0.1)], ids=["mono", "stereo"])
def test_a_wav_is_read_as_it_was_written(sound: np.ndarray) -> None:
    read, rate = read_wav(write_wav(sound, 24_000))
    assert rate == 24_000
    assert read.shape == sound.shape
    assert np.abs(read - sound).max() < 1e-4


def test_a_damaged_wav_is_told() -> None:
    with pytest.raises(StorageError, match="damaged"):
        read_wav(write_wav(voice(0.1))[:30])


def test_only_what_comes_out_too_high_is_turned_down(tmp_path: Path) -> None:
    """A click that AAC makes higher; the rest of the sound keeps its level."""
    sound = noise(6, 0.08)
    click = slice(3 * RATE, 3 * RATE + 96)
    sound[click] = 0.82 * np.sign(sound[click])
    encode_aac(sound, tmp_path / "plain.m4a")
    encode_below(sound, tmp_path / "below.m4a")
    plain, below = (heard(tmp_path / name)[: len(sound)] for name in ("plain.m4a", "below.m4a"))

    assert loudness(plain).true_peak > TRUE_PEAK >= loudness(below).true_peak
    assert np.std(below[: 2 * RATE]) == pytest.approx(np.std(plain[: 2 * RATE]), rel=0.01)


def test_aac_keeps_loudness_and_stays_below_the_delivered_peak(tmp_path: Path) -> None:
    film = mix([Cue(0, noise(12, 0.08), Kind.MUSIC), Cue(2, voice(6), Kind.SPEECH)], 12)
    encode_aac(film, tmp_path / "sound.m4a")
    heard = decoded(tmp_path / "sound.m4a")

    assert 0 <= len(heard) - len(film) <= 2048
    assert loudness(heard).integrated == pytest.approx(-16, abs=1)
    assert loudness(heard).true_peak <= -1.5
    with av.open(str(tmp_path / "sound.m4a")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("aac", RATE, 2)
