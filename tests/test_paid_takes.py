"""Nothing is paid for twice: takes by an unreliable provider, with directors that die at any moment.

The real director, rules, log, ledger and workers, in one process; only death is played.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import numpy as np
import pytest

from actors.director import Direction
from actors.pools import LocalStages, Staff
from actors.residence import Residence
from actors.settings import ENGINES, Settings
from actors.shell import Shell, open_log, state_at
from actors.spending import Call, Purse, Spending
from actors.take import SceneFails, shoot
from bench.figures import Record
from engines.video.simulated import Simulated
from events.base import Command
from events.character import CHARACTER
from events.continuity import plan_world
from events.engine_plan import VideoPlan
from events.episode import Episode
from events.episode_facts import CastMember, Limits, Policy
from events.errors import (
    EngineError,
    EngineMissing,
    KeyMissing,
    OutcomeUnknown,
    OverBudget,
    QuotaExceeded,
    Unanswered,
    Unsupported,
)
from events.ledger import LEDGER, LEDGER_ID, Ledger, SetBudget, SettleCost, project_scope
from events.production import EPISODE, PlanScene, RequestEpisode, WriteScript
from events.revision import AssignEngine
from events.script import Scene, Script
from events.storyboard import Camera, Shot
from media.assets import Assets
from tests.people import creating

EPISODE_ID, AVA = UUID(int=1), UUID(int=2)
FIRST_DROPS = 5
"""A seed with which the first take's order is lost on the way and the second one's is not."""
PRICE = 0.1
"""Dollars a second, and a shot lasts one."""


class Died(BaseException):
    """The director's process has ended."""


class Mortal(Direction):
    """A director who dies with this probability at every step; the workers live on."""

    def __init__(self, settings: Settings, stages: Staff, rng: np.random.Generator, mortality: float) -> None:
        super().__init__(settings, EPISODE_ID, MortalStages(stages, rng, mortality))
        self._rng, self._mortality = rng, mortality

    async def tell(self, command: Command, what: str) -> None:
        perhaps_die(self._rng, self._mortality)
        await super().tell(command, what)
        perhaps_die(self._rng, self._mortality)


@dataclass
class MortalStages:
    stages: Staff
    rng: np.random.Generator
    mortality: float

    async def ask(self, *question: Any, **told: Any) -> Any:
        perhaps_die(self.rng, self.mortality)
        answer = await self.stages.ask(*question, **told)
        perhaps_die(self.rng, self.mortality)
        return answer


def perhaps_die(rng: np.random.Generator, mortality: float) -> None:
    if rng.random() < mortality:
        raise Died


class Production:
    """An episode of so many shots of nobody, a second each, by the simulated provider."""

    def __init__(
        self,
        home: Path,
        shots: int = 1,
        policy: Policy = "retry",
        takes: int = 3,
        fallbacks: tuple[str, ...] = (),
        **options: Any,
    ) -> None:
        home.mkdir(exist_ok=True)
        engine = {"price_per_second": PRICE, "book": str(home / "book.jsonl")} | options
        self.settings = Settings(
            home=home,
            database_url=f"sqlite:///{home}/log.db",
            views_url=f"sqlite:///{home}/views.db",
            engines=ENGINES | {"video": "simulated"},
            engine_options={"video": {"simulated": engine}},
        )
        self.stages = LocalStages(self.settings)
        self.provider = Simulated(Assets(home / "assets"), **engine)
        self.log = open_log(self.settings.database_url, create=True)
        direct(self, CHARACTER, AVA, creating("Ava"))
        scene = Scene(number=1, scene_id="s1", description="Rain.", characters=(), seconds=shots)
        self.shots = [
            Shot(shot_id=f"s01-{n}", scene=1, index=n, start=24 * n, frames=24, camera=Camera()) for n in range(shots)
        ]
        order = RequestEpisode(
            story="Rain.",
            cast=(CastMember(slug="ava", character_id=AVA, version=1),),
            seconds=shots,
            engines=self.settings.engines,
            limits=Limits(takes=takes),
            video=VideoPlan(default="simulated", fallbacks=fallbacks),
            on_unknown=policy,
        )
        script = WriteScript(script=Script(title="Rain", logline="It rains.", scenes=(scene,)), engine="user")
        for command in (order, script, PlanScene(shots=tuple(self.shots))):
            direct(self, EPISODE, EPISODE_ID, command)

    @property
    def episode(self) -> Episode:
        return state_at(EPISODE, EPISODE_ID, self.log)

    @property
    def ledger(self) -> Ledger:
        return state_at(LEDGER, LEDGER_ID, self.log)

    @property
    def spent(self) -> float:
        return self.ledger.committed(project_scope(EPISODE_ID))

    def film(self, shot: Shot, rng: np.random.Generator, mortality: float = 0.0) -> None:
        """One life of a director, spent on one shot."""

        async def life() -> None:
            direction = Mortal(self.settings, self.stages, rng, mortality)
            looks = {slug: character.look for slug, character in direction.cast.items()}
            direction.world = plan_world(direction.script, looks, direction.people)
            await direction.purse.settle_what_is_done(direction.state)
            try:
                await shoot(direction, shot)
            finally:
                await direction.purse.finish()

        asyncio.run(life())

    def film_whatever_happens(self, shot: Shot, rng: np.random.Generator, mortality: float) -> None:
        """As many lives as it takes; a user settles by hand what the director asks about."""
        while True:
            try:
                return self.film(shot, rng, mortality)
            except Died:
                continue
            except SceneFails:
                return None
            except OutcomeUnknown:
                self.settle_by_hand()

    def settle_by_hand(self) -> None:
        """Look into the provider's book, as a user looks at the account."""
        for purchase_id in self.ledger.doubtful:
            take_id = purchase_id.rpartition("/")[2]
            paid = bool(self.provider.find(f"{EPISODE_ID}-{take_id}"))
            told = {"ending": "completed", "dollars": PRICE} if paid else {"ending": "failed"}
            direct(self, LEDGER, LEDGER_ID, SettleCost(purchase_id=purchase_id, **told))


def direct(production: Production, aggregate: Any, aggregate_id: UUID, command: Command) -> None:
    Shell(aggregate, aggregate_id, production.log).handle(command, uuid5(aggregate_id, str(uuid4())))


# ---------------------------------------------------------------- one take


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def only_take(production: Production) -> Any:
    (take,) = production.episode.takes.values()
    return take


def test_a_take_is_reserved_ordered_and_settled(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path)
    production.film(production.shots[0], rng)
    take = only_take(production)
    assert (take.engine, take.reserved, take.uri != "") == ("simulated", PRICE, True)
    assert production.spent == pytest.approx(PRICE) and not production.ledger.held
    assert production.provider.orders() == {f"{EPISODE_ID}-{take.take_id}": 1}


def test_what_a_provider_may_have_accepted_is_asked_about_and_not_ordered_again(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    production = Production(tmp_path, policy="ask", drops=1.0, seed=1)
    with pytest.raises(OutcomeUnknown, match=r"loraframe costs settle .* --paid"):
        production.film(production.shots[0], rng)
    (reason,) = production.ledger.doubtful.values()
    assert "no answer came" in reason and production.spent == pytest.approx(PRICE)
    with pytest.raises(OutcomeUnknown):
        production.film(production.shots[0], rng)
    assert production.provider.orders().total() == 1


def test_what_the_user_has_settled_is_filmed_anew(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, policy="ask", takes=2, drops=0.5, seed=FIRST_DROPS)
    with pytest.raises(OutcomeUnknown):
        production.film(production.shots[0], rng)
    production.settle_by_hand()
    production.film(production.shots[0], rng)
    assert [take.code for take in production.episode.takes.values()] == ["outcome-unknown", ""]
    assert set(production.provider.orders().values()) == {1} and production.provider.orders().total() == 2


def test_where_the_policy_is_to_retry_another_take_is_paid_for(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, policy="retry", takes=2, drops=0.5, seed=FIRST_DROPS)
    production.film(production.shots[0], rng)
    assert [take.code for take in production.episode.takes.values()] == ["outcome-unknown", ""]
    assert production.spent == pytest.approx(2 * PRICE), "what may have been paid is not given away"
    assert len(production.ledger.doubtful) == 1


def test_a_provider_that_can_be_asked_leaves_no_doubt(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, policy="ask", drops=1.0, findable=True)
    production.film(production.shots[0], rng)
    assert only_take(production).uri and not production.ledger.doubtful
    assert production.provider.orders().total() == 1


def test_an_order_that_never_arrived_costs_nothing(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, takes=2, errors=1.0)
    with pytest.raises(SceneFails):
        production.film(production.shots[0], rng)
    assert production.spent == 0 and not production.provider.orders()


def test_a_refusal_is_recorded_by_its_name_and_costs_nothing(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, takes=1, refuses=1.0)
    with pytest.raises(SceneFails, match="safety rules"):
        production.film(production.shots[0], rng)
    assert only_take(production).code == "refused" and production.spent == 0


def test_a_slow_provider_is_asked_again_and_not_paid_again(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, slow=1.0)
    with pytest.raises(OutcomeUnknown, match=r"has not finished .* episode resume"):
        production.film(production.shots[0], rng)
    assert not production.ledger.doubtful, "the take is known to be under way"
    production.film(production.shots[0], rng)
    assert only_take(production).uri and production.spent == pytest.approx(PRICE)
    assert production.provider.orders().total() == 1


class Away(LocalStages):
    """The provider does not answer this question for a while."""

    def __init__(self, settings: Settings, question: str, error: Exception) -> None:
        super().__init__(settings)
        self._question, self._error = question, error

    async def ask(self, *question: Any, **told: Any) -> Any:
        if self._question in question and told["engine"] == "simulated":
            raise self._error
        return await super().ask(*question, **told)


@pytest.mark.parametrize("error", [Unanswered("No network."), KeyMissing("The key has ended."), QuotaExceeded("Wait.")])
def test_what_is_ordered_is_collected_later_where_nobody_can_be_asked_now(
    tmp_path: Path, rng: np.random.Generator, error: EngineError
) -> None:
    production = Production(tmp_path, takes=1, fallbacks=("slate",))
    home, production.stages = production.stages, Away(production.settings, "collect", error)
    for _ in range(2):
        with pytest.raises(type(error)):
            production.film(production.shots[0], rng)
    assert len(production.ledger.held) == 1 and only_take(production).open
    production.stages = home
    production.film(production.shots[0], rng)
    assert only_take(production).uri and production.spent == pytest.approx(PRICE)
    assert production.provider.orders().total() == 1


def test_what_could_not_even_be_asked_for_costs_nothing_and_is_no_attempt(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    production = Production(tmp_path, takes=1)
    home, production.stages = production.stages, Away(production.settings, "submit", Unanswered("No network."))
    for _ in range(2):
        with pytest.raises(Unanswered):
            production.film(production.shots[0], rng)
    assert not production.ledger.held and not production.ledger.doubtful and production.spent == 0
    production.stages = home
    production.film(production.shots[0], rng)
    assert production.episode.accepted_take("s01-0") and production.provider.orders().total() == 1


def test_where_an_engine_is_missing_the_next_one_films(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, fallbacks=("slate",))
    production.stages = Away(production.settings, "profile", EngineMissing("It is not installed."))
    production.film(production.shots[0], rng)
    assert [take.code for take in production.episode.takes.values()] == ["engine-missing", ""]
    assert production.episode.accepted_take("s01-0").engine == "slate"


class Unheard(LocalStages):
    """The director dies when the provider has answered an order, and before anybody has heard of it."""

    async def ask(self, *question: Any, **told: Any) -> Any:
        answer = await super().ask(*question, **told)
        if "submit" in question:
            raise Died
        return answer


def test_a_provider_that_answers_twice_is_paid_once(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, twice=1.0, findable=True)
    living, production.stages = production.stages, Unheard(production.settings)
    with pytest.raises(Died):
        production.film(production.shots[0], rng)
    production.stages = living
    production.film(production.shots[0], rng)
    take = only_take(production)
    assert take.operation.endswith("again") and take.uri and production.spent == pytest.approx(PRICE)
    assert production.provider.orders().total() == 1


def test_an_empty_account_stops_the_episode_and_counts_as_no_attempt(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, takes=1, busy=1.0)
    for _ in range(3):
        with pytest.raises(QuotaExceeded):
            production.film(production.shots[0], rng)
    assert not production.episode.failed and production.spent == 0 and not production.provider.orders()
    direct(production, EPISODE, EPISODE_ID, AssignEngine(engine="slate"))
    production.film(production.shots[0], rng)
    assert production.episode.accepted_take("s01-0").engine == "slate"


def test_a_shot_that_is_too_long_for_an_engine_is_left_to_the_next(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, fallbacks=("slate",), longest_clip=0.5)
    production.film(production.shots[0], rng)
    assert [take.code for take in production.episode.takes.values()] == ["unsupported", ""]
    assert production.episode.accepted_take("s01-0").engine == "slate" and production.spent == 0
    alone = Production(tmp_path / "alone", longest_clip=0.5)
    with pytest.raises(Unsupported, match=r"films 0.5 s at most"):
        alone.film(alone.shots[0], rng)


def test_nothing_is_ordered_beyond_the_budget(tmp_path: Path, rng: np.random.Generator) -> None:
    production = Production(tmp_path, shots=3)
    direct(production, LEDGER, LEDGER_ID, SetBudget(scope=project_scope(EPISODE_ID), limit=2.5 * PRICE))
    for shot in production.shots[:2]:
        production.film(shot, rng)
    with pytest.raises(OverBudget, match=r"\$0.05 of \$0.25 left"):
        production.film(production.shots[2], rng)
    assert len(production.provider.orders()) == 2
    direct(production, LEDGER, LEDGER_ID, SetBudget(scope=project_scope(EPISODE_ID), limit=1.0))
    production.film(production.shots[2], rng)
    assert production.spent == pytest.approx(3 * PRICE)


def test_what_there_is_no_money_for_is_not_even_asked_for(tmp_path: Path) -> None:
    production, asked = Production(tmp_path), []
    direct(production, LEDGER, LEDGER_ID, SetBudget(scope=project_scope(EPISODE_ID), limit=0.5))
    purse = Purse(Spending(Residence(production.settings), production.log, EPISODE_ID))
    call = Call(what="speech 1 0", stage="speech", engine="it", account="it", dollars=1.0)

    async def made() -> None:
        asked.append(call.what)

    with pytest.raises(OverBudget):
        asyncio.run(purse.buy(call, made))
    assert not asked and production.spent == 0
    asyncio.run(purse.buy(call.replaced(dollars=0.5), made))
    assert asked == ["speech 1 0"] and production.spent == 0.5 and not production.ledger.held


# ---------------------------------------------------------------- many takes, and directors that die


UNRELIABLE = {"errors": 0.1, "drops": 0.15, "refuses": 0.05, "fails": 0.1, "slow": 0.1, "twice": 0.1}


@pytest.mark.parametrize("policy", ["ask", "retry"])
@pytest.mark.parametrize("findable", [False, True])
@pytest.mark.parametrize("jobs", [20, pytest.param(125, marks=pytest.mark.long)])
def test_no_take_is_ordered_twice_whoever_dies(
    tmp_path: Path, rng: np.random.Generator, figure: Record, policy: Policy, findable: bool, jobs: int
) -> None:
    """Line engines.2; the long form is 500 jobs, and every way to go on."""
    production = Production(tmp_path, jobs, policy, findable=findable, seed=3, **UNRELIABLE)
    limit = jobs * PRICE * 1.1
    direct(production, LEDGER, LEDGER_ID, SetBudget(scope=project_scope(EPISODE_ID), limit=limit))
    stopped = 0
    for shot in production.shots:
        try:
            production.film_whatever_happens(shot, rng, mortality=0.04)
        except OverBudget:
            stopped += 1
        assert production.spent <= limit + 1e-6

    what = f"{jobs} jobs, policy {policy}" + (", provider can be asked" if findable else "")
    orders = production.provider.orders()
    most = max(orders.values())
    figure("engines.2.orders", f"orders of one take, {what}", most, "orders", "<= 1", most <= 1)
    figure(
        "engines.2.budget", f"spent, {what}", production.spent, "$", f"<= {limit:g}", production.spent <= limit + 1e-6
    )
    unreported = unknown_to_the_log(production)
    figure(
        "engines.2.unknown", f"orders that the log knows nothing of, {what}", len(unreported), "", "= 0", not unreported
    )
    assert most <= 1 and not unreported


def unknown_to_the_log(production: Production) -> set[str]:
    """Orders of which neither the operation nor the doubt is on record."""
    takes = production.episode.takes.values()
    known = {f"{EPISODE_ID}-{take.take_id}" for take in takes if take.operation or take.code == "outcome-unknown"}
    return production.provider.orders().keys() - known
