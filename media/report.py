"""``report.json``: scenes, takes, verdicts, identity, costs and times of an episode, from its log alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from events.continuity import pictured
from events.episode import Episode, Take
from events.episode_facts import (
    ContinuityError,
    EpisodeCut,
    EpisodeRequested,
    QualityChecked,
    SpeechRendered,
    TakeJudged,
    TakeRefined,
    TakeRendered,
)
from events.mapper import Recorded
from events.script import FPS, Scene
from events.storyboard import Shot
from media.reel import Reel

STAGES = {
    SpeechRendered: "speech",
    TakeRendered: "video",
    TakeJudged: "face",
    TakeRefined: "refine",
    EpisodeCut: "cut",
    QualityChecked: "quality",
}


def report(episode_id: str, reel: Reel, names: Mapping[str, str], ledger: Sequence[Recorded]) -> dict[str, Any]:
    """Everything worth knowing about the making of a film, ready for JSON."""
    episode = reel.episode
    assert episode.request and episode.quality
    return {
        "episode": episode_id,
        "title": reel.script.title,
        "logline": reel.script.logline,
        "story": episode.request.story,
        "seed": episode.request.seed,
        "engines": episode.request.engines,
        "film": {"frames": reel.frames, **episode.quality.measures},
        "quality": {"passed": episode.quality.passed, "findings": [f.model_dump() for f in episode.quality.findings]},
        "cast": [{"slug": slug, "name": name, "idr": _idr_of(episode, slug)} for slug, name in names.items()],
        "scenes": [_scene(reel, scene) for scene in reel.script.scenes],
        "continuity": [error.model_dump() for error in continuity(reel)],
        "rounds": {str(scene): rounds for scene, rounds in episode.rounds.items()},
        "costs": costs(ledger),
        "times": times(ledger),
    }


def continuity(reel: Reel) -> list[ContinuityError]:
    """Where words or pictures show something else than was planned."""
    taken = [(shot.scene, take) for shot in reel.shots() if (take := reel.episode.accepted_take(shot.shot_id))]
    measured = [error for scene, take in taken if take.verdict for error in pictured(scene, take.verdict.traits)]
    observed = [error for _, take in taken for error in take.observed or ()]
    return [*(reel.episode.continuity or ()), *measured, *observed]


def _idr_of(episode: Episode, slug: str) -> float | None:
    """Median over the shots of the finished film in which the character was recognised."""
    assert episode.quality
    seen = [sighting.idr for _, sighting in episode.quality.identity if sighting.slug == slug]
    return median(idr for idr in seen if idr is not None) if any(idr is not None for idr in seen) else None


def _scene(reel: Reel, scene: Scene) -> dict[str, Any]:
    span = reel.span(scene)
    told = scene.model_dump(mode="json", exclude={"number", "seconds"})
    shots = [_shot(reel, shot) for shot in reel.episode.shots_of(scene.number)]
    return {"number": scene.number, "start": span.start, "end": span.end, **told, "shots": shots}


def _shot(reel: Reel, shot: Shot) -> dict[str, Any]:
    episode = reel.episode
    assert episode.quality
    start = reel.starts[shot.shot_id]
    return {
        "shot": shot.shot_id,
        "start": start / FPS,
        "seconds": shot.frames / FPS,
        "camera": shot.camera.model_dump(mode="json"),
        "visible": shot.visible,
        "identified": shot.identified,
        "accepted": episode.accepted[shot.shot_id],
        "on_film": [s.model_dump() for shot_id, s in episode.quality.identity if shot_id == shot.shot_id],
        "takes": [_take(take) for take in episode.takes_of(shot.shot_id)],
    }


def _take(take: Take) -> dict[str, Any]:
    told = take.model_dump(mode="json", exclude={"shot_id", "operation", "tail"})
    return {**told, "verdict": take.verdict.model_dump() if take.verdict else None}


def costs(ledger: Sequence[Recorded]) -> dict[str, float]:
    """US dollars that were spent on takes, accepted or not."""
    return {"video": sum(r.event.cost for r in ledger if isinstance(r.event, TakeRendered))}


def times(ledger: Sequence[Recorded]) -> dict[str, Any]:
    """Seconds: wall time from the order to the last fact, work by stage, and the wall time in which no
    engine worked."""
    wall = (ledger[-1].occurred_at - ledger[0].occurred_at).total_seconds()
    work: dict[str, float] = defaultdict(float)
    for recorded in ledger:
        if stage := STAGES.get(type(recorded.event)):
            work[stage] += recorded.event.worked  # type: ignore[attr-defined]
    return {"wall": wall, "work": dict(work), "outside_engines": wall - busy(ledger)}


def busy(ledger: Sequence[Recorded]) -> float:
    """Seconds in which at least one engine worked: the union of their stretches of work."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(_stretches(ledger)):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _stretches(ledger: Sequence[Recorded]) -> Iterator[tuple[float, float]]:
    """When engines worked, in seconds since the order."""
    requested = next(r.occurred_at for r in ledger if isinstance(r.event, EpisodeRequested))
    for recorded in ledger:
        if type(recorded.event) in STAGES:
            end = (recorded.occurred_at - requested).total_seconds()
            yield end - recorded.event.worked, end  # type: ignore[attr-defined]
