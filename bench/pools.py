"""An episode by an engine that works elsewhere and takes eight seconds a shot, with more and more workers there.

What is measured is the shooting, by the stamps of the log: from the first take that is asked for to the last that is
accepted, in pools that have filmed before. Ideal is what nothing but the engine allows: all shots shared out among its
workers, and no scene quicker than its chain.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from actors.settings import Settings
from actors.studio import Studio
from bench.figures import Record, recorder
from events.episode_facts import TakeAccepted, TakeJudged, TakeRendered, TakeRequested, TakeSubmitted
from events.mapper import Recorded

SCENES, CHAIN, SECONDS = 16, 4, 8.0
WORKERS = (1, 2, 8, 32)
LEAST, MOST = 0.9, 0.02
QUIET_RAY = {"RAY_AUTH_MODE": "disabled", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}


def measure() -> None:
    """Record line engines.6."""
    os.environ.update(QUIET_RAY)
    record = recorder("bench.pools")
    alone = SCENES * CHAIN * SECONDS
    first = 0.0
    for workers in WORKERS:
        facts = _filmed(workers)
        took = _shooting(facts)
        first = first or took
        ideal = alone / max(alone / workers, CHAIN * SECONDS)
        share = first / took / ideal
        record("engines.6.seconds", f"shooting {SCENES * CHAIN} shots by {workers}", took, "s", "", True)
        record(
            "engines.6", f"speed-up by {workers}, of the ideal {ideal:g}", share, "share", f">= {LEAST}", share >= LEAST
        )
        _overhead(record, workers, facts, took)


def _filmed(workers: int) -> list[Recorded]:
    """The log of an episode of rain, filmed by so many at once."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        told = {
            "LORAFRAME_HOME": name,
            "LORAFRAME_ENGINES": "video=simulated,music=synth,refine=none",
            "LORAFRAME_REMOTE_CALLS": str(workers),
            "LORAFRAME_JUDGE_WORKERS": "2",
            "LORAFRAME_JUDGE_EVERY": "60",
        }
        options = {"video": {"simulated": {"seconds": SECONDS, "at_once": workers}}}
        with Studio(Settings.from_env(told).model_copy(update={"engine_options": options})) as studio:
            studio.import_character(Path(__file__).parent.parent / "samples" / "cast" / "ava")
            _film(studio, scenes=4, seconds=10)
            return _film(studio, SCENES, seconds=20)


def _film(studio: Studio, scenes: int, seconds: int) -> list[Recorded]:
    story = studio.settings.home / f"rain-{scenes}.json"
    story.write_text(json.dumps([_scene(number, seconds) for number in range(1, scenes + 1)]))
    return studio.log.recorded(studio.create_episode(story, ["ava"]).episode_id)


def _scene(number: int, seconds: int) -> dict[str, Any]:
    """Nobody in it, nothing said: a chain of a shot for every five seconds."""
    fixed: dict[str, Any] = {"characters": [], "dialogue": [], "narration": "", "camera": "wide"}
    return fixed | {"scene_id": f"s{number}", "description": "Rain falls.", "duration_sec": seconds}


def _shooting(facts: list[Recorded]) -> float:
    began = next(fact.occurred_at for fact in facts if isinstance(fact.event, TakeRequested))
    ended = max(fact.occurred_at for fact in facts if isinstance(fact.event, TakeAccepted))
    return (ended - began).total_seconds()


def _overhead(record: Record, workers: int, facts: list[Recorded], took: float) -> None:
    """The share of the shooting in which no engine worked."""
    stretches = sorted(_stretches(facts))
    busy, reached = 0.0, float("-inf")
    for start, end in stretches:
        busy += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    share = max(0.0, 1 - busy / took)
    what = f"shooting by {workers} in which no engine worked"
    record("engines.6.overhead", what, share, "share", f"<= {MOST}", share <= MOST)


def _stretches(facts: list[Recorded]) -> Iterator[tuple[float, float]]:
    """When a take was being filmed, from its order to its clip, or judged."""
    ordered: dict[str, float] = {}
    for fact in facts:
        at = fact.occurred_at.timestamp()
        match fact.event:
            case TakeSubmitted(take_id=take_id):
                ordered[take_id] = at
            case TakeRendered(take_id=take_id):
                yield ordered[take_id], at
            case TakeJudged(worked=worked):
                yield at - worked, at
