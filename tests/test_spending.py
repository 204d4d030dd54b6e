"""Every attempt is money of its own: what is bought again, side by side, or by a director that dies in between."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from actors.crew import Crew
from actors.director import Direction
from actors.pools import LocalStages
from actors.residence import Residence
from actors.spending import Call, Purse, Spending
from actors.take import shoot
from engines.chat import Meter, Usage
from events.base import Command
from events.continuity import plan_world
from events.errors import NotFound, OutcomeUnknown, OverBudget, TakeFailed
from events.ledger import CostSettled, SetBudget, SettleCost, project_scope
from tests.providers import groq
from tests.providers.groq import GroqServer
from tests.test_paid_takes import EPISODE_ID, LEDGER, LEDGER_ID, PRICE, Died, Production, direct, only_take

CALL = Call(what="first frame s01-0 0", stage="image", engine="it", account="it", dollars=1.0)
SIDE_BY_SIDE = 4
TIMEOUT = 30.0
"""Seconds."""


@pytest.fixture
def production(tmp_path: Path) -> Production:
    return Production(tmp_path)


def purse_of(production: Production, **policy: str) -> Purse:
    return Purse(Spending(Residence(production.settings), production.log, EPISODE_ID, **policy))


def limit(production: Production, dollars: float) -> None:
    direct(production, LEDGER, LEDGER_ID, SetBudget(scope=project_scope(EPISODE_ID), limit=dollars))


def settled(production: Production) -> list[float]:
    events = production.log.stream(LEDGER_ID)
    return [event.dollars for event in events if isinstance(event, CostSettled)]


async def gladly() -> None:
    return None


async def in_vain() -> None:
    raise TakeFailed("It cannot be painted. Try again.")


async def unheard() -> None:
    raise OutcomeUnknown("No answer came.")


# ---------------------------------------------------------------- the same again


def test_what_failed_and_is_bought_again_is_paid_for_within_the_budget(production: Production) -> None:
    limit(production, 1.5)
    purse = purse_of(production)
    with pytest.raises(TakeFailed):
        asyncio.run(purse.buy(CALL, in_vain))
    assert production.spent == 0 and not production.ledger.held
    asyncio.run(purse.buy(CALL, gladly))
    assert production.ledger.spent[project_scope(EPISODE_ID)] == 1.0 and not production.ledger.held
    with pytest.raises(OverBudget, match=r"\$0.50 of \$1.50 left"):
        asyncio.run(purse.buy(CALL, gladly))


def test_while_it_is_bought_again_its_money_is_held(production: Production) -> None:
    purse, held = purse_of(production), []

    async def looked() -> None:
        held.extend(purchase.dollars for purchase in production.ledger.held.values())

    for _ in range(2):
        asyncio.run(purse.buy(CALL, looked))
    assert held == [1.0, 1.0] and settled(production) == [1.0, 1.0]


def test_what_may_have_been_paid_is_not_forgotten_when_another_is_bought(production: Production) -> None:
    purse = purse_of(production, policy="retry")
    with pytest.raises(OutcomeUnknown):
        asyncio.run(purse.buy(CALL, unheard))
    asyncio.run(purse.buy(CALL, gladly))
    assert production.spent == 2.0 and len(production.ledger.doubtful) == 1


def test_a_reservation_is_held_once_and_settled_once(production: Production) -> None:
    spending = purse_of(production).spending
    for _ in range(2):
        spending.reserve(CALL)
    assert production.spent == 1.0
    for _ in range(2):
        spending.settle(CALL.what, "completed", 0.4)
    assert settled(production) == [0.4]
    spending.reserve(CALL)
    spending.settle(CALL.what, "failed")
    assert settled(production) == [0.4, 0.0] and not production.ledger.held


class Overheard(Spending):
    """Somebody settles by hand between the look into the ledger and the settlement."""

    def held(self, what: str) -> object:  # type: ignore[override]
        found = super().held(what)
        for purchase_id in self.ledger.held:
            command = SettleCost(purchase_id=purchase_id, ending="completed", dollars=1.0)
            self._residence.tell("ledger", LEDGER_ID, command, UUID(int=77))
        return found


def test_who_settles_second_changes_nothing(production: Production) -> None:
    spending = Overheard(Residence(production.settings), production.log, EPISODE_ID)
    spending.reserve(CALL)
    spending.settle(CALL.what, "failed")
    assert settled(production) == [1.0]
    with pytest.raises(NotFound):
        direct(production, LEDGER, LEDGER_ID, SettleCost(purchase_id=f"{EPISODE_ID}/{CALL.what}", ending="failed"))


# ---------------------------------------------------------------- side by side


def test_purchases_side_by_side_pay_for_their_own_tokens(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each asks the same language model once, while all the others do."""
    monkeypatch.setenv("GROQ_API_KEY", groq.KEY)
    together = threading.Barrier(SIDE_BY_SIDE, timeout=TIMEOUT)
    purse = purse_of(production)
    with GroqServer(['{"changes": []}']) as server:
        told = {"groq": {"base_url": server.url, "price": 1.0, "answer_price": 10.0}}
        settings = production.settings.model_copy(
            update={
                "engines": production.settings.engines | {"analyst": "groq"},
                "engine_options": production.settings.engine_options | {"analyst": told},
            }
        )
        crew = Crew(settings, LocalStages(settings), purse)

        def observed() -> None:
            together.wait()
            crew.own("analyst").observe("Ava waits.", {})
            together.wait()

        async def bought() -> None:
            looks = [f"look s01-{n}-t1" for n in range(SIDE_BY_SIDE)]
            await asyncio.gather(*(crew.buy(what, "analyst", lambda: asyncio.to_thread(observed)) for what in looks))

        asyncio.run(bought())
    assert settled(production) == pytest.approx([0.003] * SIDE_BY_SIDE)
    assert crew.own("analyst").spent == pytest.approx(0.003 * SIDE_BY_SIDE), "outside any purchase it counts them all"


@contextmanager
def switching(seconds: float) -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def test_no_token_is_lost_between_threads() -> None:
    meter, times = Meter(), 1000

    def add(_: int) -> None:
        for _ in range(times):
            meter.add(Usage(asked=1, answered=2))

    with switching(1e-6), ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        list(threads.map(add, range(SIDE_BY_SIDE)))
    assert meter.used == Usage(asked=SIDE_BY_SIDE * times, answered=2 * SIDE_BY_SIDE * times)


def test_what_begins_while_the_end_is_waited_for_is_waited_for_too(production: Production) -> None:
    purse, finished = purse_of(production), []

    async def life() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            begun.set()
            await go_on.wait()

        async def scene() -> None:
            await purse.buy(CALL, first)
            await purse.buy(CALL, gladly)
            finished.append("scene")

        task = asyncio.create_task(scene())
        await begun.wait()
        go_on.set()
        await purse.finish()
        finished.append("purse")
        await task

    asyncio.run(life())
    assert settled(production) == [1.0, 1.0]
    assert finished == ["scene", "purse"]


# ---------------------------------------------------------------- a director that dies in between


class Unrecorded(Direction):
    """A director who dies when the money for a take is reserved, and before the take is on record."""

    async def tell(self, command: Command, what: str) -> None:
        raise Died


def reserve_and_die(production: Production) -> None:
    direction = Unrecorded(production.settings, EPISODE_ID, production.stages)
    direction.world = plan_world(direction.script, {"ava": direction.cast["ava"].look}, direction.people)
    with pytest.raises(Died):
        asyncio.run(shoot(direction, production.shots[0]))


def test_money_for_a_take_that_is_not_on_record_is_given_back(production: Production) -> None:
    reserve_and_die(production)
    assert production.spent == pytest.approx(PRICE) and not production.episode.takes
    asyncio.run(purse_of(production).settle_what_is_done(production.episode))
    assert not production.ledger.held and settled(production) == [0.0]


def test_what_is_no_take_of_these_shots_stays_reserved(production: Production) -> None:
    spending = purse_of(production).spending
    for what in ("s09-0-t1", "s01-0-tail", f"first frame s01-0 0 · {spending.life}"):
        spending.reserve(CALL.replaced(what=what))
    asyncio.run(purse_of(production).settle_what_is_done(production.episode))
    assert len(production.ledger.held) == 3


def test_such_a_take_is_reserved_anew_and_paid_once(production: Production) -> None:
    reserve_and_die(production)
    production.film(production.shots[0], np.random.default_rng(7))
    assert only_take(production).uri and production.spent == pytest.approx(PRICE) and not production.ledger.held
    assert production.provider.orders().total() == 1
