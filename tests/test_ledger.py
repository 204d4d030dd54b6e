"""The studio's ledger: a budget holds whoever spends, and nothing is settled twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from events.errors import Conflict, NotFound, OverBudget
from events.ledger import (
    LEDGER,
    STUDIO,
    BudgetSet,
    CostDoubted,
    CostReserved,
    CostSettled,
    DoubtCost,
    Purchase,
    ReserveCost,
    SetBudget,
    SettleCost,
    account_scope,
    project_scope,
    series_scope,
)
from tests.examples import PILOT, PURCHASE, SHOW
from tests.scenario import given

SCOPES = (STUDIO, account_scope("google"), project_scope(PILOT), series_scope(SHOW))
OTHER_LIFE = UUID(int=0xF)


def purchase(name: str, **told: Any) -> Purchase:
    return PURCHASE.replaced(purchase_id=f"{PILOT}/{name}", **told)


def settle(ending: Any = "completed", dollars: float = 0.0, bought: Purchase = PURCHASE) -> SettleCost:
    return SettleCost(purchase_id=bought.purchase_id, ending=ending, dollars=dollars)


RESERVED = CostReserved(purchase=PURCHASE)


def test_a_reservation_counts_against_every_scope_until_it_is_settled() -> None:
    state = given(LEDGER).when(ReserveCost(purchase=PURCHASE)).then(RESERVED)
    assert [state.committed(scope) for scope in SCOPES] == [0.4] * 4
    paid = CostSettled(purchase_id=PURCHASE.purchase_id, ending="completed", dollars=0.3)
    state = given(LEDGER, RESERVED).when(settle(dollars=0.3)).then(paid)
    assert [state.committed(scope) for scope in SCOPES] == [0.3] * 4 and not state.held


@pytest.mark.parametrize("scope", SCOPES)
def test_no_budget_is_exceeded(scope: str) -> None:
    tight = given(LEDGER, BudgetSet(scope=scope, limit=0.7), RESERVED)
    tight.when(ReserveCost(purchase=purchase("s01-2-t1"))).refused(OverBudget, scope, "$0.30 of $0.70", "resume")
    tight.when(ReserveCost(purchase=purchase("s01-2-t1", dollars=0.3))).then(
        CostReserved(purchase=purchase("s01-2-t1", dollars=0.3))
    )


def test_what_is_no_business_of_a_budget_is_not_held_up_by_it() -> None:
    elsewhere = BudgetSet(scope=account_scope("kling"), limit=0.0)
    given(LEDGER, elsewhere).when(ReserveCost(purchase=PURCHASE)).then(RESERVED)


def test_a_budget_can_be_taken_away_but_not_below_what_is_committed() -> None:
    tight = given(LEDGER, BudgetSet(scope=STUDIO, limit=0.5), RESERVED)
    tight.when(SetBudget(scope=STUDIO, limit=0.3)).refused(Conflict, "$0.40")
    assert tight.when(SetBudget(scope=STUDIO)).then(BudgetSet(scope=STUDIO, limit=None)).budgets == {}


def test_a_repeated_reservation_holds_the_money_once() -> None:
    given(LEDGER, RESERVED).when(ReserveCost(purchase=PURCHASE)).then()


def test_another_life_takes_a_reservation_over_without_paying_again() -> None:
    mine = PURCHASE.replaced(by=OTHER_LIFE, dollars=0.5)
    state = given(LEDGER, BudgetSet(scope=STUDIO, limit=0.5), RESERVED).when(ReserveCost(purchase=mine))
    assert state.then(CostReserved(purchase=mine)).committed(STUDIO) == 0.5


def test_a_doubtful_call_keeps_its_money_until_somebody_says() -> None:
    doubt = DoubtCost(purchase_id=PURCHASE.purchase_id, reason="no answer")
    doubted = CostDoubted(purchase_id=PURCHASE.purchase_id, reason="no answer")
    state = given(LEDGER, RESERVED).when(doubt).then(doubted)
    assert state.committed(STUDIO) == 0.4 and state.doubtful == {PURCHASE.purchase_id: "no answer"}
    given(LEDGER, RESERVED, doubted).when(doubt).then()
    free = CostSettled(purchase_id=PURCHASE.purchase_id, ending="failed", dollars=0.0)
    assert not given(LEDGER, RESERVED, doubted).when(settle("failed")).then(free).doubtful


@pytest.mark.parametrize("command", [settle(), DoubtCost(purchase_id=PURCHASE.purchase_id, reason="")])
def test_nothing_is_settled_that_is_not_reserved(command: Any) -> None:
    given(LEDGER).when(command).refused(NotFound)
    given(LEDGER, RESERVED).and_then(settle()).when(command).refused(NotFound)


CALLS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 60), st.sampled_from(["", "completed", "failed", "refunded"])),
    max_size=30,
)


@given_any(CALLS, st.integers(0, 100))
def test_whatever_is_bought_spending_stays_within_the_budget(calls: list[tuple[str, int, Any]], cents: int) -> None:
    past = given(LEDGER, BudgetSet(scope=STUDIO, limit=cents / 100))
    for number, (name, price, ending) in enumerate(calls):
        wanted = purchase(f"{name}{number}", dollars=price / 100)
        try:
            past = past.and_then(ReserveCost(purchase=wanted))
        except OverBudget:
            continue
        past = past.and_then(settle(ending, price / 100 if ending == "completed" else 0, wanted)) if ending else past
        assert past.state.committed(STUDIO) <= cents / 100 + 1e-6
