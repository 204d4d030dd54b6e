"""The finished film is watched from its own file: picture, sound, and whose faces are in it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from engines.face import FaceEngine
from engines.face.judge import Gates, judge
from events.base import Value
from events.character import Identity
from events.episode_facts import Finding
from events.script import FPS
from events.storyboard import Shot
from events.verdict import Sighting
from media import quality
from media.inspection import Measures, inspect_range, listen, merge
from media.layout import FADE
from media.reel import Reel

EVERY = FPS
"""Frames between two looks at the faces of the film."""
AUDIENCE = 3


class Inspection(Value):
    """What quality control saw; ``identity`` is (shot_id, sighting) measured on the film."""

    findings: tuple[Finding, ...]
    measures: dict[str, float]
    identity: tuple[tuple[str, Sighting], ...]
    worked: float


def screen(
    film: Path, reel: Reel, cast: Mapping[str, Identity], faces: FaceEngine, gates: Gates, asked: float
) -> Inspection:
    """Watch a film and say what is wrong with it. ``asked`` is the length that was ordered, in seconds.

    Two viewers watch a half each while somebody listens: all of them work mostly outside Python's lock.
    """
    started = time.perf_counter()
    seen = Faces(reel, cast, faces, gates)
    middle = reel.frames // 2
    with ThreadPoolExecutor(AUDIENCE) as audience:
        sound = audience.submit(listen, film)
        halves = [(0, middle), (middle, reel.frames)]
        parts = list(audience.map(lambda half: inspect_range(film, *half, seen.look, EVERY), halves))
    measures = merge(film, parts, sound.result())
    identity = tuple(seen.sightings())
    found = quality.findings(measures, plan(reel, identity, asked, gates))
    return Inspection(
        findings=tuple(Finding(**finding.__dict__) for finding in found),
        measures=_numbers(measures),
        identity=identity,
        worked=time.perf_counter() - started,
    )


class Faces:
    """Collects, per shot, how like themselves the people are on the film."""

    def __init__(self, reel: Reel, cast: Mapping[str, Identity], faces: FaceEngine, gates: Gates) -> None:
        self._shots = [(reel.starts[shot.shot_id], shot) for shot in reel.shots() if shot.identified]
        self._cast = cast
        self._faces = faces
        self._gates = gates
        self._seen: dict[tuple[str, str], list[Sighting]] = defaultdict(list)

    def look(self, frame: int, picture: np.ndarray) -> None:
        """Judge one picture of the film; those inside a cross-fade show two shots and are passed over."""
        for start, shot in self._shots:
            if start + FADE <= frame < start + shot.frames - FADE:
                verdict = judge(self._faces, [picture], self._cast, shot.visible, shot.identified, self._gates)
                for sighting in verdict.sightings:
                    self._seen[shot.shot_id, sighting.slug].append(sighting)

    def sightings(self) -> Iterator[tuple[str, Sighting]]:
        """Median and 10th percentile for each person who has to be recognised, shot by shot."""
        for _, shot in self._shots:
            for slug in shot.identified:
                if looks := self._seen.get((shot.shot_id, slug)):
                    yield shot.shot_id, _together(slug, looks)


def _together(slug: str, looks: list[Sighting]) -> Sighting:
    seen = [look for look in looks if look.idr is not None]
    if not seen:
        return Sighting(slug=slug, frames=0)
    values = [look.idr for look in seen]
    return Sighting(
        slug=slug,
        frames=len(seen),
        idr=float(np.median(values)),
        low=float(np.percentile(values, 10)),
        raw=float(np.median([look.raw for look in seen])),
    )


def plan(reel: Reel, identity: tuple[tuple[str, Sighting], ...], asked: float, gates: Gates) -> quality.Plan:
    """What the film was meant to be. A shot too short for a look between its fades was judged as a take."""
    shots: dict[str, Shot] = {shot.shot_id: shot for shot in reel.shots()}
    lines = [quality.Stretch(line.start, line.end, line.scene) for line in reel.lines(_no_names(reel))]
    return quality.Plan(
        seconds=asked,
        scenes=tuple(reel.spans()),
        speech=tuple(lines),
        asked=tuple(reel.cards()),
        identities=tuple(quality.Identified(shots[shot_id].scene, seen.slug, seen.idr) for shot_id, seen in identity),
        least_idr=gates.pass_,
    )


def _no_names(reel: Reel) -> dict[str, str]:
    return {slug: slug for scene in reel.script.scenes for slug in scene.characters}


def _numbers(measures: Measures) -> dict[str, float]:
    return {
        "seconds": measures.seconds,
        "width": measures.width,
        "height": measures.height,
        "fps": measures.fps,
        "sound_seconds": measures.sound_seconds,
        "loudness": measures.loudness,
        "true_peak": measures.true_peak,
        "black": sum(stretch.seconds for stretch in measures.black),
        "frozen": sum(stretch.seconds for stretch in measures.frozen),
    }
