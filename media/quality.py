"""What is wrong with a finished film: pure rules over what was measured (``media/inspection.py``) and planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from events.script import FPS

LONGEST_STILL = 2.0
"""Seconds that a film may be black or frozen without being asked to."""


@dataclass(frozen=True)
class Stretch:
    """From ``start`` up to ``end``, in seconds of the film. ``scene`` is its number, 0 for none."""

    start: float
    end: float
    scene: int = 0

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Measures:
    """What was measured on the file. ``loudness`` in LUFS, ``true_peak`` in dBTP."""

    seconds: float
    width: int
    height: int
    fps: float
    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()
    sound_seconds: float = 0.0
    loudness: float = float("-inf")
    true_peak: float = float("-inf")


@dataclass(frozen=True)
class Identified:
    """The identity of one character measured on the film in one scene; None when nobody was recognised."""

    scene: int
    slug: str
    idr: float | None


@dataclass(frozen=True)
class Plan:
    """What the film was meant to be. ``asked`` are stretches that may be black or still; times in seconds."""

    seconds: float
    width: int = 1280
    height: int = 720
    scenes: tuple[Stretch, ...] = ()
    speech: tuple[Stretch, ...] = ()
    asked: tuple[Stretch, ...] = ()
    identities: tuple[Identified, ...] = ()
    least_idr: float = 0.75
    loudness: float = -16.0
    true_peak: float = -1.5


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; ``scene`` 0 is the film as a whole. ``sentence`` is for the report."""

    kind: str
    scene: int
    start: float
    end: float
    sentence: str


# ---------------------------------------------------------------- judging


def findings(measures: Measures, plan: Plan) -> list[Finding]:
    """Everything that is wrong with a film, in the order of its frames; an empty list is a pass."""
    found = [*_whole(measures, plan), *_stills(measures, plan), *_speech(plan), *_identity(plan)]
    return sorted(found, key=lambda finding: (finding.start, finding.scene))


def _whole(measures: Measures, plan: Plan) -> Iterator[Finding]:
    def finding(kind: str, sentence: str) -> Finding:
        return Finding(kind, 0, 0.0, measures.seconds, sentence)

    if (measures.width, measures.height, measures.fps) != (plan.width, plan.height, FPS):
        yield finding("format", f"The film is {measures.width}x{measures.height} at {measures.fps:g} frames a second.")
    if abs(measures.seconds - plan.seconds) > 0.02 * plan.seconds:
        yield finding("duration", f"The film lasts {measures.seconds:.1f} s; {plan.seconds:.0f} s were asked for.")
    if abs(measures.sound_seconds - measures.seconds) > 0.1:
        yield finding("sound", f"The sound lasts {measures.sound_seconds:.1f} s, the picture {measures.seconds:.1f} s.")
    if abs(measures.loudness - plan.loudness) > 1:
        yield finding("loudness", f"The film is {measures.loudness:.1f} LUFS loud instead of {plan.loudness:.0f}.")
    if measures.true_peak > plan.true_peak:
        yield finding("peak", f"The sound peaks at {measures.true_peak:.1f} dBTP, above {plan.true_peak:.1f}.")


def _stills(measures: Measures, plan: Plan) -> Iterator[Finding]:
    excused = (*plan.asked, *measures.black)
    stills = [("black", still, plan.asked) for still in measures.black]
    stills += [("frozen", still, excused) for still in measures.frozen]
    for kind, stretch, allowed in stills:
        if stretch.seconds - sum(_shared(stretch, other) for other in allowed) > LONGEST_STILL:
            scene = scene_of(stretch, plan.scenes)
            sentence = f"The picture is {kind} for {stretch.seconds:.1f} s from {stretch.start:.1f} s on."
            yield Finding(kind, scene, stretch.start, stretch.end, sentence)


def scene_of(stretch: Stretch, scenes: Sequence[Stretch]) -> int:
    """The number of the scene in which most of a stretch lies, 0 outside all."""
    longest, number = max(((_shared(stretch, scene), scene.scene) for scene in scenes), default=(0.0, 0))
    return number if longest > 0 else 0


def _shared(one: Stretch, other: Stretch) -> float:
    return max(0.0, min(one.end, other.end) - max(one.start, other.start))


def speech_outside(speech: Sequence[Stretch], scenes: Sequence[Stretch]) -> list[Stretch]:
    """The lines, by the scene that they belong to, that begin before it or end after it."""
    spans = {scene.scene: scene for scene in scenes}
    frame = 1 / FPS
    return [
        line
        for line in speech
        if line.scene not in spans
        or line.start < spans[line.scene].start - frame
        or line.end > spans[line.scene].end + frame
    ]


def _speech(plan: Plan) -> Iterator[Finding]:
    for line in speech_outside(plan.speech, plan.scenes):
        sentence = f"A line of scene {line.scene} is heard outside it, from {line.start:.1f} to {line.end:.1f} s."
        yield Finding("speech", line.scene, line.start, line.end, sentence)


def _identity(plan: Plan) -> Iterator[Finding]:
    spans = {scene.scene: scene for scene in plan.scenes}
    for seen in plan.identities:
        span = spans.get(seen.scene, Stretch(0.0, 0.0))
        if seen.idr is None:
            sentence = f"{seen.slug} cannot be recognised in scene {seen.scene}."
            yield Finding("unknown", seen.scene, span.start, span.end, sentence)
        elif seen.idr < plan.least_idr:
            sentence = f"{seen.slug} looks like somebody else in scene {seen.scene}: IDR {seen.idr:.2f}."
            yield Finding("identity", seen.scene, span.start, span.end, sentence)
