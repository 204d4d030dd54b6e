"""An episode by an engine that works elsewhere and takes eight seconds a shot, with more and more calls at once.

What is measured is the shooting, by the stamps of the log: from the first take that is asked for to the last that is
accepted. Ideal is what nothing but the engine allows: all shots shared out, and no scene quicker than its chain.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from actors.settings import Settings
from actors.studio import Studio
from bench.figures import Record, recorder
from events.episode_facts import TakeAccepted, TakeJudged, TakeRendered, TakeRequested
from events.mapper import Recorded

SCENES, CHAIN, SECONDS = 32, 2, 8.0
WORKERS = (1, 2, 8, 32)
LEAST, MOST = 0.9, 0.02
QUIET_RAY = {"RAY_AUTH_MODE": "disabled", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}


def measure() -> None:
    """Record line engines.6."""
    os.environ.update(QUIET_RAY)
    record = recorder("bench.pools")
    first = 0.0
    for workers in WORKERS:
        facts = _filmed(workers)
        took = _shooting(facts)
        first = first or took
        ideal = SCENES * CHAIN * SECONDS / max(SCENES * CHAIN * SECONDS / workers, CHAIN * SECONDS)
        share = first / took / ideal
        record("engines.6.seconds", f"shooting {SCENES * CHAIN} shots with {workers} at once", took, "s", "", True)
        what = f"speed-up with {workers} at once, of the ideal {ideal:g}"
        record("engines.6", what, share, "share", f">= {LEAST}", share >= LEAST)
        _overhead(record, workers, facts, took)


def _filmed(workers: int) -> list[Recorded]:
    """The log of an episode of rain, filmed by so many at once."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        told = {
            "LORAFRAME_HOME": name,
            "LORAFRAME_ENGINES": "video=simulated,music=synth,refine=none",
            "LORAFRAME_REMOTE_CALLS": str(workers),
            "LORAFRAME_VIDEO_WORKERS": "1",
            "LORAFRAME_JUDGE_WORKERS": "2",
            "LORAFRAME_JUDGE_EVERY": "60",
        }
        options = {"video": {"simulated": {"seconds": SECONDS}}}
        with Studio(Settings.from_env(told).model_copy(update={"engine_options": options})) as studio:
            samples = Path(__file__).parent.parent / "samples" / "cast"
            studio.import_character(samples / "ava")
            story = home / "rain.json"
            story.write_text(json.dumps([_scene(number) for number in range(1, SCENES + 1)]))
            made = studio.create_episode(story, ["ava"])
            return studio.log.recorded(made.episode_id)


def _scene(number: int) -> dict[str, Any]:
    """Nobody in it, nothing said: a chain of two shots."""
    fixed: dict[str, Any] = {"characters": [], "dialogue": [], "narration": "", "camera": "wide"}
    return fixed | {"scene_id": f"s{number}", "description": "Rain falls.", "duration_sec": 10}


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
    what = f"shooting with {workers} at once in which no engine worked"
    record("engines.6.overhead", what, share, "share", f"<= {MOST}", share <= MOST)


def _stretches(facts: list[Recorded]) -> list[tuple[float, float]]:
    ends = [(fact.occurred_at.timestamp(), fact.event) for fact in facts]
    return [(end - event.worked, end) for end, event in ends if isinstance(event, TakeRendered | TakeJudged)]
