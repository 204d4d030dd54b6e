"""Film music drawn up from a mood: strings, a drone, a slow melody, drums, a tremolo, in a large room.

A mood is a ``Score``, data; the seed chooses the key, the progression and the melody. It is a sketch
of a cue, not a composition: it must carry a scene without drawing attention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engines.music import RATE
from engines.music.timbre import (
    drum,
    ensemble,
    faded,
    levelled,
    place,
    pluck,
    repeated,
    room,
    smoothed,
    swell,
    wander,
)
from events.script import Mood

LEVEL = 0.08
"""Root mean square of a bed (-22 dBFS)."""
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
LYDIAN, PHRYGIAN, HARMONIC = (0, 2, 4, 6, 7, 9, 11), (0, 1, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 8, 11)


@dataclass(frozen=True)
class Score:
    """What a mood sounds like.

    ``tempo`` in beats per minute; ``root`` a MIDI note; ``progressions`` scale degrees, a chord each
    for ``bar`` beats; levels are 0..1; ``brightness`` in hertz. ``drums`` maps a beat of the bar to a
    level; ``cluster`` adds the second to every chord; ``density`` is notes of the melody per beat.
    """

    tempo: float
    root: int
    scale: tuple[int, ...]
    progressions: tuple[tuple[int, ...], ...]
    bar: int = 4
    strings: float = 0.5
    brightness: float = 900
    drone: float = 0.3
    melody: float = 0.4
    density: float = 0.4
    register: int = 12
    tremolo: float = 0
    shimmer: float = 0
    drums: Mapping[float, float] = field(default_factory=dict)
    cluster: bool = False
    room: float = 0.4


SCORES: dict[Mood, Score] = {
    Mood.CALM: Score(60, 48, MAJOR, ((0, 4, 5, 3), (0, 5, 3, 4)), brightness=700, density=0.35),
    Mood.JOYFUL: Score(104, 50, MAJOR, ((0, 3, 4, 0), (0, 4, 5, 3)), strings=0.35, melody=0.6, density=0.9),
    Mood.TENDER: Score(58, 53, MAJOR, ((0, 2, 3, 4), (0, 5, 1, 4)), brightness=650, melody=0.55, density=0.45),
    Mood.HOPEFUL: Score(76, 50, LYDIAN, ((0, 4, 5, 3), (0, 1, 5, 4)), brightness=1100, density=0.5, shimmer=0.06),
    Mood.MYSTERIOUS: Score(
        66, 45, HARMONIC, ((0, 5, 0, 6), (0, 1, 0, 5)), brightness=650, density=0.4, register=24, shimmer=0.1, room=0.5
    ),
    Mood.TENSE: Score(
        96, 38, PHRYGIAN, ((0, 0, 1, 0), (0, 1, 0, 6)), strings=0.35, drone=0.5, melody=0.45, density=1.6,
        brightness=1300, tremolo=0.22, drums={0: 0.7, 2.5: 0.35}, room=0.3,
    ),
    Mood.SAD: Score(54, 45, MINOR, ((0, 5, 2, 6), (0, 3, 5, 4)), strings=0.6, brightness=700, melody=0.5, density=0.4),
    Mood.ANGRY: Score(
        112, 38, PHRYGIAN, ((0, 0, 1, 6), (0, 6, 1, 0)), strings=0.6, drone=0.6, melody=0.3, density=1.9, register=0,
        brightness=2200, tremolo=0.15, drums={0: 1, 1.5: 0.6, 2: 0.8, 3.5: 0.5}, room=0.25,
    ),
    Mood.FEARFUL: Score(
        60, 41, PHRYGIAN, ((0, 1, 0, 1), (0, 4, 1, 0)), strings=0.4, drone=0.6, melody=0.2, density=0.2, register=24,
        brightness=800, tremolo=0.1, shimmer=0.16, drums={0: 0.6, 0.45: 0.4}, cluster=True, room=0.5,
    ),
    Mood.TRIUMPHANT: Score(
        92, 50, MAJOR, ((0, 3, 5, 4), (0, 4, 5, 3)), strings=0.7, brightness=2000, density=0.8, drums={0: 0.7, 2: 0.4}
    ),
}  # fmt: skip


class Synth:
    """The music engine that needs no files: every mood has a score."""

    def music(self, mood: Mood, seconds: float, seed: int) -> np.ndarray:
        rng = np.random.default_rng((seed, list(Mood).index(mood)))
        return _Performance(SCORES[mood], seconds, rng).play()


class _Performance:
    """One playing of a score: every part adds itself to one stereo track."""

    def __init__(self, score: Score, seconds: float, rng: np.random.Generator) -> None:
        self.score = score
        self.rng = rng
        self.track = np.zeros((round(seconds * RATE), 2), np.float32)
        self.root = score.root + int(rng.integers(-2, 3))
        self.progression = score.progressions[rng.integers(len(score.progressions))]
        self.beat = 60 / score.tempo * RATE
        self.bar = self.beat * score.bar
        self.bars = int(np.ceil(len(self.track) / self.bar))
        self.players: dict[float, np.ndarray] = {}

    def play(self) -> np.ndarray:
        self._strings()
        self._drone()
        self._melody()
        self._tremolo()
        self._shimmer()
        self._drums()
        track = room(self.rng, self.track, 2.4, self.score.room)
        breath = 0.75 + 0.35 * wander(self.rng, len(track), 9)
        return faded(levelled(track * breath[:, None], LEVEL))

    def _pitch(self, degree: int, octaves: int = 0) -> float:
        """Hertz of a degree of the scale above the root."""
        octave, step = divmod(degree, len(self.score.scale))
        note = self.root + self.score.scale[step] + 12 * (octave + octaves)
        return float(440 * 2 ** ((note - 69) / 12))

    def _players(self, pitch: float, brightness: float) -> np.ndarray:
        if pitch not in self.players:
            self.players[pitch] = ensemble(self.rng, pitch, brightness)
        return self.players[pitch]

    def _strings(self) -> None:
        """A chord a bar, each voice entering softly and outlasting the bar."""
        length = round(self.bar * 1.35)
        envelope = swell(length, min(1.4, self.bar / RATE / 2), self.bar / RATE * 0.6)[:, None]
        for bar in range(self.bars):
            degree = self.progression[bar % len(self.progression)]
            voices = [degree, degree + 2, degree + 4] + ([degree + 1] if self.score.cluster else [])
            for at, voice in enumerate(voices):
                low = voice if self._pitch(voice) > 105 else voice + len(self.score.scale)
                players = self._players(self._pitch(low), self.score.brightness)
                sound = repeated(players, length, int(self.rng.integers(len(players)))) * envelope
                place(self.track, sound, round(bar * self.bar), self.score.strings * (0.30 if at else 0.36))

    def _drone(self) -> None:
        """Root and fifth below everything, coming and going."""
        for degree, gain in ((0, 0.5), (4, 0.22)):
            octaves = -1 if self.root > 42 else 0
            players = self._players(self._pitch(degree, octaves) * 1.0001, 220)
            course = 0.5 + 0.5 * wander(self.rng, len(self.track), 7)
            place(self.track, repeated(players, len(self.track)) * course[:, None], 0, self.score.drone * gain)

    def _melody(self) -> None:
        """A phrase of eight beats, mostly in steps, said again with small changes."""
        phrase = self._phrase()
        strings: dict[float, np.ndarray] = {}
        beats = int(len(self.track) / self.beat)
        for turn in range(0, beats, 8):
            for beat, step in phrase:
                if self.rng.random() < 0.15:
                    continue
                chord = self.progression[int((turn + beat) / self.score.bar) % len(self.progression)]
                change = int(self.rng.integers(-1, 2)) if self.rng.random() < 0.2 else 0
                pitch = self._pitch(chord + step + change, self.score.register // 12)
                if pitch not in strings:
                    strings[pitch] = pluck(pitch, 3.2, 1.4 * self.score.brightness)
                late = self.rng.normal(0, 0.012) * RATE
                gain = self.score.melody * self.rng.uniform(1.0, 1.6)
                place(
                    self.track,
                    strings[pitch],
                    round((turn + beat) * self.beat + late),
                    gain,
                    self.rng.uniform(-0.4, 0.4),
                )

    def _phrase(self) -> list[tuple[float, int]]:
        slots = np.arange(0, 8, 0.5)
        weights = np.where(slots % 2 == 0, 3.0, np.where(slots % 1 == 0, 1.5, 0.6))
        count = max(1, round(8 * self.score.density))
        chosen = np.sort(self.rng.choice(slots, min(count, len(slots)), replace=False, p=weights / weights.sum()))
        step, phrase = int(self.rng.choice([0, 2, 4])), []
        for beat in chosen:
            phrase.append((float(beat), step))
            step = int(np.clip(step + self.rng.choice([-2, -1, -1, 1, 1, 2]), -2, 7))
        return phrase

    def _tremolo(self) -> None:
        """Strings shivering on the root, swelling every few bars."""
        if not self.score.tremolo:
            return
        time = np.arange(len(self.track), dtype=np.float32) / RATE
        shiver = 0.55 + 0.45 * np.sin(np.float32(2 * np.pi * 11.3) * time)
        course = wander(self.rng, len(self.track), 6) ** 2
        for degree in (0, 1 if self.score.cluster else 4):
            players = self._players(self._pitch(degree, 2) * 1.0002, self.score.brightness * 1.5)
            sound = repeated(players, len(self.track)) * (shiver * course)[:, None]
            place(self.track, sound, 0, self.score.tremolo)

    def _shimmer(self) -> None:
        """High glassy tones that come and go on their own."""
        if not self.score.shimmer:
            return
        for degree in (0, 4, 6 if not self.score.cluster else 1):
            players = self._players(self._pitch(degree, 3) * 1.0003, 3000)
            course = np.clip(wander(self.rng, len(self.track), 5) * 1.6 - 0.6, 0, 1)
            place(self.track, repeated(players, len(self.track)) * course[:, None], 0, self.score.shimmer)

    def _drums(self) -> None:
        if not self.score.drums:
            return
        sounds = [smoothed(drum(self.rng, pitch)[:, None], 6)[:, 0] for pitch in (46, 50, 54)]
        for bar in range(self.bars):
            for beat, level in self.score.drums.items():
                at = round(bar * self.bar + beat * self.beat + self.rng.normal(0, 0.006) * RATE)
                sound = sounds[int(self.rng.integers(len(sounds)))]
                place(self.track, sound, at, 1.5 * level * self.rng.uniform(0.8, 1), self.rng.uniform(-0.15, 0.15))
