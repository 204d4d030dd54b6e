"""A film in the making, live: one bar per stage, a line per scene; plain lines where there is no terminal.

It folds the episode's own facts, so a resumed film begins with what was done before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from events.base import Event
from events.episode import Episode, evolve
from events.episode_facts import (
    EpisodeCut,
    EpisodeFailed,
    QualityChecked,
    SceneCompleted,
    SceneFlagged,
    ScriptWritten,
    TakeFailed,
    TakeJudged,
    TakeRefined,
)
from events.production import EPISODE, is_acceptable
from events.script import FPS, Scene

BAR_WIDTH = 40
REFRESHES = 4
"""Per second."""


class Progress:
    """A context manager; ``tell`` it every new fact of the episode."""

    def __init__(self, console: Console, past: Iterable[Event] = ()) -> None:
        self._console = console
        self._state = EPISODE.fold(past)
        self._started = time.monotonic()
        self._live = Live(console=console, get_renderable=self._shown, refresh_per_second=REFRESHES, transient=True)

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, fact: Event) -> None:
        self._state = evolve(self._state, fact)
        if announced := ANNOUNCED.get(type(fact)):
            for line in announced(self._state, fact):
                self._console.print(line, soft_wrap=True)

    def _shown(self) -> RenderableType:
        took = Text(f"time    {timedelta(seconds=round(time.monotonic() - self._started))}", "dim")
        return Group(_bars(stages(self._state)), *map(_under_way, _scenes_under_way(self._state)), took)


# ---------------------------------------------------------------- how far it is


def stages(state: Episode) -> dict[str, tuple[int, int]]:
    """Done and all, by stage."""
    scenes = state.script.scenes if state.script else ()
    return {
        "script": (int(state.script is not None), 1),
        "speech": (len(state.speech), sum(len(scene.lines) for scene in scenes)),
        "shots": (len(state.accepted), _shots_expected(state)),
        "scenes": (len(state.completed), len(scenes)),
        "cut": (int(state.cut is not None), 1),
        "quality": (int(bool(state.quality and state.quality.passed)), 1),
    }


def _shots_expected(state: Episode) -> int:
    """Scenes that are not planned yet will have as many shots as the planned ones on average."""
    planned = {shot.scene for shot in state.shots.values()}
    if not (planned and state.script):
        return 0
    return round(len(state.shots) * len(state.script.scenes) / len(planned))


def _scenes_under_way(state: Episode) -> Iterator[tuple[Scene, str]]:
    for scene in state.script.scenes if state.script else ():
        shots = state.shots_of(scene.number)
        if shots and scene.number not in state.completed:
            done = sum(shot.shot_id in state.accepted for shot in shots)
            yield scene, f"shot {min(done + 1, len(shots))} of {len(shots)}"


def _bars(told: dict[str, tuple[int, int]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for stage, (done, whole) in told.items():
        bar = ProgressBar(total=max(whole, 1), completed=done, width=BAR_WIDTH)
        grid.add_row(stage, bar, f"{done}/{whole}" if whole else "")
    return grid


def _under_way(scene_and_step: tuple[Scene, str]) -> Text:
    scene, step = scene_and_step
    return Text.assemble((f"  scene {scene.number:>2}  ", "bold"), f"{scene.location}: {step}")


# ---------------------------------------------------------------- what is worth a line


def _script_written(state: Episode, event: ScriptWritten) -> list[Text]:
    script = event.script
    told = f"{len(script.scenes)} scenes, {script.seconds:.0f} s"
    return [Text.assemble(("script    ", "bold"), f"“{script.title}”, {told}")]


def _scene_completed(state: Episode, event: SceneCompleted) -> list[Text]:
    scene = next(scene for scene in state.script.scenes if scene.number == event.scene) if state.script else None
    shots = [shot.shot_id for shot in state.shots_of(event.scene)]
    takes = sum(take.shot_id in shots for take in state.takes.values())
    told = [
        scene.location if scene else "",
        _count(len(shots), "shot"),
        _count(takes, "take"),
        *(f"{slug} {idr:.2f}" for slug, idr in state.identity_in(event.scene).items()),
    ]
    return [Text.assemble((f"scene {event.scene:>2}  ", "bold green"), " · ".join(filter(None, told)))]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _take_judged(state: Episode, event: TakeJudged) -> list[Text]:
    shot = state.shots[state.takes[event.take_id].shot_id]
    if is_acceptable(shot, event.verdict):
        return []
    return [Text.assemble(("retake    ", "yellow"), f"{shot.shot_id}: {event.verdict.reason}")]


def _take_refined(state: Episode, event: TakeRefined) -> list[Text]:
    if not event.kept:
        return []
    told = f"{state.takes[event.take_id].shot_id}: IDR {event.before or 0:.2f} → {event.after or 0:.2f}"
    return [Text.assemble(("repaired  ", "yellow"), told)]


def _take_failed(state: Episode, event: TakeFailed) -> list[Text]:
    return [Text.assemble(("retake    ", "yellow"), f"{state.takes[event.take_id].shot_id}: {event.reason}")]


def _scene_flagged(state: Episode, event: SceneFlagged) -> list[Text]:
    return [Text.assemble((f"scene {event.scene:>2}  ", "yellow"), f"goes round again: {event.reason}")]


def _cut(state: Episode, event: EpisodeCut) -> list[Text]:
    return [Text.assemble(("cut       ", "bold"), f"{event.frames / FPS:.1f} s")]


def _quality_checked(state: Episode, event: QualityChecked) -> list[Text]:
    verdict = ("passed", "green") if event.passed else ("not passed", "yellow")
    found = [Text(f"          {finding.sentence}") for finding in event.findings]
    return [Text.assemble(("quality   ", "bold"), verdict), *found]


def _failed(state: Episode, event: EpisodeFailed) -> list[Text]:
    return [Text.assemble(("failed    ", "bold red"), event.reason)]


ANNOUNCED: dict[type[Event], Callable[[Episode, Any], list[Text]]] = {
    ScriptWritten: _script_written,
    SceneCompleted: _scene_completed,
    TakeJudged: _take_judged,
    TakeRefined: _take_refined,
    TakeFailed: _take_failed,
    SceneFlagged: _scene_flagged,
    EpisodeCut: _cut,
    QualityChecked: _quality_checked,
    EpisodeFailed: _failed,
}
