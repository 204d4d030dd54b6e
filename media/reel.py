"""Where every shot, line and scene of an episode lies in its film. Only arithmetic on the episode's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from events.episode import Episode, line_key
from events.episode_facts import SpeechRendered
from events.script import FPS, NARRATOR, Mood, Scene, Script
from events.storyboard import Shot, Timing
from media.layout import FADE, Piece, film_frames, film_layout
from media.quality import Stretch

SCENES_FOR_AN_END_CARD = 6
LONGEST_CARD = 144
"""Frames."""
SHORTEST_PART = 0.3
"""Seconds of a line below which nothing of it is understood."""
Span = tuple[float, float]
"""From and to, in seconds of the film."""


@dataclass(frozen=True)
class SpokenLine:
    """A line in film time, in seconds. ``speaker`` is the name to show, empty for the narrator. ``ours`` are the parts
    that our voice says: in the others, a mouth is seen in a clip that has brought its own voice."""

    scene: int
    slug: str
    speaker: str
    text: str
    uri: str
    start: float
    end: float
    ours: tuple[Span, ...]


@dataclass(frozen=True)
class OwnSound:
    """The sound that an accepted take has brought along, where the film shows it. ``speaks``: with a line in it."""

    shot_id: str
    uri: str
    start: float
    end: float
    speaks: bool


@dataclass(frozen=True)
class Reel:
    """The film as a row of clips. ``starts`` are film frames by shot id."""

    episode: Episode
    script: Script
    pieces: tuple[Piece, ...]
    starts: Mapping[str, int]

    @property
    def frames(self) -> int:
        return film_frames(self.pieces)

    @property
    def seconds(self) -> float:
        return self.frames / FPS

    def shots(self) -> Iterator[Shot]:
        return (shot for scene in self.script.scenes for shot in self.episode.shots_of(scene.number))

    def span(self, scene: Scene) -> Stretch:
        shots = self.episode.shots_of(scene.number)
        start = self.starts[shots[0].shot_id]
        return Stretch(start / FPS, (start + sum(shot.frames for shot in shots)) / FPS, scene.number)

    def spans(self) -> list[Stretch]:
        return [self.span(scene) for scene in self.script.scenes]

    def cards(self) -> list[Stretch]:
        """Title and end card: stretches that may be as still as they like."""
        spans = self.spans()
        return [Stretch(0, spans[0].start), Stretch(spans[-1].end, self.seconds)]

    def lines(self, names: Mapping[str, str]) -> list[SpokenLine]:
        """Everything said, in film time. ``names`` by slug."""
        return [line for scene in self.script.scenes for line in self._lines(scene, names)]

    def _lines(self, scene: Scene, names: Mapping[str, str]) -> Iterator[SpokenLine]:
        start = self.span(scene).start
        timings = {timing.line: timing for shot in self.episode.shots_of(scene.number) for timing in shot.lines}
        for number, timing in sorted(timings.items()):
            spoken: SpeechRendered = self.episode.speech[line_key(scene.number, number)]
            speaker = "" if timing.speaker == NARRATOR else names[timing.speaker]
            begins = start + timing.start / FPS
            ends = begins + timing.frames / FPS
            ours = tuple(_rest((begins, ends), list(self._said_by_clips(scene, timing))))
            text = scene.lines[number].text
            yield SpokenLine(scene.number, timing.speaker, speaker, text, spoken.uri, begins, ends, ours)

    def _said_by_clips(self, scene: Scene, timing: Timing) -> Iterator[Span]:
        """The shots whose own sound says a line, because they show its speaker."""
        for shot in self.episode.shots_of(scene.number):
            if timing in shot.lines and timing.speaker in shot.visible and self._sound(shot):
                yield self._shown(shot)

    def _sound(self, shot: Shot) -> str:
        take = self.episode.accepted_take(shot.shot_id)
        return take.sound if take else ""

    def _shown(self, shot: Shot) -> Span:
        start = self.starts[shot.shot_id]
        return start / FPS, (start + shot.frames) / FPS

    def own_sounds(self) -> Iterator[OwnSound]:
        """Of the clips that have brought one, shot by shot."""
        for shot in self.shots():
            if uri := self._sound(shot):
                speaks = any(timing.speaker in shot.visible for timing in shot.lines)
                yield OwnSound(shot.shot_id, uri, *self._shown(shot), speaks)

    def moods(self) -> list[tuple[Mood, float, float]]:
        """Music: neighbouring scenes of one mood share it; the cards have that of their neighbour."""
        moods = []
        for mood, scenes in groupby(self.script.scenes, key=lambda scene: scene.mood):
            spans = [self.span(scene) for scene in scenes]
            moods.append((mood, spans[0].start, spans[-1].end))
        first, last = moods[0], moods[-1]
        moods[0] = (first[0], 0.0, first[2])
        moods[-1] = (moods[-1][0], moods[-1][1], max(last[2], self.seconds))
        return moods


def _rest(whole: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span where something is taken, without parts that are too short."""
    at, least = whole[0], SHORTEST_PART if taken else 0.0
    for start, end in [*taken, (whole[1], whole[1])]:
        if start - at >= least:
            yield at, min(start, whole[1])
        at = max(at, end)


def card_frames(script: Script) -> tuple[int, int]:
    """Lengths of the title card and the end card in frames, 0 for none: together they are as long as what the
    cross-fades take away, so that the film is as long as its scenes."""
    scenes = len(script.scenes)
    if scenes == 1:
        return 0, 0
    if scenes < SCENES_FOR_AN_END_CARD:
        return FADE * scenes, 0
    both = min(FADE * (scenes + 1) // 2, LONGEST_CARD)
    return both, both


def wind(episode: Episode, clip: Callable[[str], Path], title: Path, end: Path) -> Reel:
    """Lay an episode out. ``clip`` gives the file of an asset; ``title`` and ``end`` are the cards' clips."""
    assert episode.script
    title_frames, end_frames = card_frames(episode.script)
    pieces, shot_ids = [], []
    for scene in episode.script.scenes:
        shots = episode.shots_of(scene.number)
        for shot in shots:
            take = episode.accepted_take(shot.shot_id)
            assert take
            pieces.append(Piece(clip(take.uri), shot is shots[0], shot is shots[-1], take.frames))
            shot_ids.append(shot.shot_id)
    if title_frames:
        pieces.insert(0, Piece(title, fade_out=True, frames=title_frames))
        shot_ids.insert(0, "title")
    if end_frames:
        pieces.append(Piece(end, fade_in=True, frames=end_frames))
        shot_ids.append("end")
    starts = dict(zip(shot_ids, film_layout(pieces), strict=True))
    return Reel(episode, episode.script, tuple(pieces), starts)
