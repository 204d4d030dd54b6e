"""What an episode will cost before it is begun (units × price × expected takes, stage by stage), what it may cost, and
how a call is settled whose outcome nobody knew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from actors.casting import slug_of
from actors.shell import state_at
from actors.studio import id_of
from actors.workers import terms_of
from engines.registry import is_remote, make_engine
from engines.script.read import USUAL
from events.base import Value
from events.ledger import (
    LEDGER,
    LEDGER_ID,
    STUDIO,
    Ending,
    EstimateCost,
    SetBudget,
    SettleCost,
    account_scope,
    project_scope,
    series_scope,
)

if TYPE_CHECKING:
    from actors.studio import Studio
    from engines.video import Profile

USUAL_TAKES = 1.3
"""Takes for an accepted shot of an engine that has not filmed here yet: a guess, until it has."""
SPOKEN = 9.7
"""Characters of speech in a second of film: the demo's script has 2,902 in 300 s."""
SCENE = 18.0
"""Seconds of a scene."""
SHOT = 5.5
"""Seconds of a shot."""


class EstimatedCost(Value):
    """One stage's share. ``takes`` is how often it is expected to be made for each time that it is used."""

    stage: str
    engine: str
    units: float
    unit: str
    price: float
    takes: float = 1.0

    @property
    def dollars(self) -> float:
        return self.units * self.price * self.takes


class Estimate(Value):
    lines: tuple[EstimatedCost, ...] = ()

    @property
    def dollars(self) -> float:
        return sum(line.dollars for line in self.lines)


def estimate(studio: Studio, seconds: float | None = None) -> Estimate:
    """For an episode of this length, by the studio's engines. Where several may film, the dearest is thought to film it
    all. Raises ``EngineMissing``."""
    length = seconds or USUAL
    paid = [engine for engine in studio.settings.video_engines if is_remote("video", engine)]
    films = sorted((filming(studio, engine, length) for engine in paid), key=lambda line: line.dollars)
    lines = (*films[-1:], *_other_stages(studio, length))
    return Estimate(lines=tuple(line for line in lines if line.dollars))


def filming(studio: Studio, engine: str, seconds: float) -> EstimatedCost:
    from engines.video.build import video_engine

    profile: Profile = video_engine(engine, studio.assets, studio.settings.engine_options).profile
    takes = studio.views.takes_per_shot(engine) or USUAL_TAKES
    price = profile.price_per_second
    return EstimatedCost(stage="video", engine=engine, units=seconds, unit="second", price=price, takes=takes)


def note(studio: Studio, episode_id: UUID, found: Estimate) -> None:
    """Keep an estimate beside what the episode will have cost."""
    if found.lines:
        studio.tell("ledger", LEDGER_ID, EstimateCost(project=episode_id, dollars=found.dollars))


def per_minute(stage: str, engine: Any) -> float:
    """Dollars for a minute of film by this engine alone; 0 where it costs nothing or is not used by the minute."""
    if stage == "video":
        return float(engine.profile.price_per_second) * 60 * USUAL_TAKES
    return terms_of(engine).price(_units(60).get(stage, 0.0) * _looks(engine))


def _looks(engine: Any) -> int:
    """How often an engine is asked of each thing: a state analyst that sees, for a scene's words and its picture."""
    return 2 if getattr(engine, "sees", False) else 1


def _units(seconds: float) -> dict[str, float]:
    """How much of each stage's units a film takes; a script is one, for five minutes."""
    scenes, shots = seconds / SCENE, seconds / SHOT
    scripts = seconds / USUAL
    return {"script": scripts, "analyst": scenes, "prompt": shots, "image": scenes, "speech": SPOKEN * seconds}


def _other_stages(studio: Studio, seconds: float) -> Iterator[EstimatedCost]:
    settings = studio.settings
    resources: dict[str, tuple[Any, ...]] = {"image": (studio.assets,)}
    for stage, amount in (_units(seconds) | {"script": 1.0}).items():
        engine = settings.engines[stage]
        if is_remote(stage, engine):
            made = make_engine(stage, engine, settings.engine_options, *resources.get(stage, ()))
            terms, units = terms_of(made), amount * _looks(made)
            yield EstimatedCost(stage=stage, engine=engine, units=units, unit=terms.unit, price=terms.dollars)


def set_budget(studio: Studio, dollars: float | None, series: str = "", account: str = "", episode: str = "") -> str:
    """At most so much for one of these, or for all; None takes the budget away. Returns its scope. Raises ``Conflict``
    below what is spent or reserved."""
    scope = STUDIO
    if series:
        scope = series_scope(id_of("series", slug_of(series)))
    elif account:
        scope = account_scope(account)
    elif episode:
        scope = project_scope(UUID(studio.views.episode(episode)["episode_id"]))
    studio.tell("ledger", LEDGER_ID, SetBudget(scope=scope, limit=dollars))
    return scope


def settle(studio: Studio, purchase_id: str, paid: bool) -> None:
    """Say what became of a call whose outcome nobody knew. Raises ``NotFound``."""
    held = state_at(LEDGER, LEDGER_ID, studio.log).held.get(purchase_id)
    ending: Ending = "completed" if paid else "failed"
    dollars = held.dollars if held and paid else 0.0
    studio.tell("ledger", LEDGER_ID, SettleCost(purchase_id=purchase_id, ending=ending, dollars=dollars))
