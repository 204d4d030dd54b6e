"""What is paid for: reserved before a call is made, settled when its outcome is known, never above a budget.

One ledger for a studio, so that a budget holds whoever spends. It has ids and dollars and no names: it is not sealed,
and stays when characters are erased. The way of a purchase: reserved → completed, failed or refunded; where nobody
knows what became of the call it is doubtful, and its money stays reserved until somebody says.

Order of this file: values, facts, state, ``evolve``, commands, ``decide``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from events.base import Aggregate, Command, Event, Value, evolver
from events.errors import Conflict, NotFound, OverBudget

LEDGER_ID = uuid5(NAMESPACE_URL, "loraframe:ledger:studio")
STUDIO = "studio"
"""The scope of everything."""
ROUNDING = 1e-9
"""Dollars."""

# ---------------------------------------------------------------- values


class Purchase(Value):
    """One call that costs money. ``account`` is whose bill it is on (``google``), ``by`` the life of the director that
    makes the call: another one cannot know whether it was made."""

    purchase_id: str = Field(min_length=1)
    stage: str
    engine: str
    account: str
    project: UUID
    """The episode or still that it is for."""
    series_id: UUID | None = None
    dollars: float = Field(gt=0)
    by: UUID

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every budget that this counts against."""
        series = [series_scope(self.series_id)] if self.series_id else []
        return STUDIO, account_scope(self.account), project_scope(self.project), *series


def account_scope(account: str) -> str:
    return f"account:{account}"


def series_scope(series_id: UUID) -> str:
    return f"series:{series_id}"


def project_scope(project: UUID) -> str:
    return f"project:{project}"


Ending = Literal["completed", "failed", "refunded"]

# ---------------------------------------------------------------- facts


class BudgetSet(Event):
    """From now on no more than ``limit`` dollars in all; None takes the budget away."""

    topic = "ledger.budget-set"
    scope: str
    limit: float | None


class CostEstimated(Event):
    topic = "ledger.cost-estimated"
    project: UUID
    dollars: float


class CostReserved(Event):
    topic = "ledger.cost-reserved"
    purchase: Purchase


class CostDoubted(Event):
    """The call was sent, or may have been, and no answer came."""

    topic = "ledger.cost-doubted"
    purchase_id: str
    reason: str


class CostSettled(Event):
    """``dollars`` is what was paid in the end."""

    topic = "ledger.cost-settled"
    purchase_id: str
    ending: Ending
    dollars: float = 0.0


# ---------------------------------------------------------------- state


class Ledger(Value):
    budgets: dict[str, float] = {}
    spent: dict[str, float] = {}
    """Dollars by scope, of what is settled."""
    held: dict[str, Purchase] = {}
    """Reserved and not settled, by ``purchase_id``."""
    doubtful: dict[str, str] = {}
    """Those of the held whose outcome nobody knows, and why."""

    def committed(self, scope: str) -> float:
        """Dollars spent or reserved."""
        return self.spent.get(scope, 0.0) + sum(p.dollars for p in self.held.values() if scope in p.scopes)

    def left(self, scopes: Iterable[str]) -> tuple[str, float] | None:
        """The tightest of these budgets and what it has left; None where there is none."""
        limited = [(scope, self.budgets[scope] - self.committed(scope)) for scope in scopes if scope in self.budgets]
        return min(limited, key=lambda budget: budget[1], default=None)


# ---------------------------------------------------------------- evolve


def _budget_set(state: Ledger, event: BudgetSet) -> Ledger:
    others = {scope: limit for scope, limit in state.budgets.items() if scope != event.scope}
    return state.replaced(budgets=others if event.limit is None else others | {event.scope: event.limit})


def _reserved(state: Ledger, event: CostReserved) -> Ledger:
    return state.replaced(held=state.held | {event.purchase.purchase_id: event.purchase})


def _doubted(state: Ledger, event: CostDoubted) -> Ledger:
    return state.replaced(doubtful=state.doubtful | {event.purchase_id: event.reason})


def _settled(state: Ledger, event: CostSettled) -> Ledger:
    purchase = state.held[event.purchase_id]
    paid = {scope: state.spent.get(scope, 0.0) + event.dollars for scope in purchase.scopes}
    return state.replaced(
        spent=state.spent | paid,
        held={key: held for key, held in state.held.items() if key != event.purchase_id},
        doubtful={key: reason for key, reason in state.doubtful.items() if key != event.purchase_id},
    )


EVOLVE: dict[type[Event], Callable[[Ledger, Any], Ledger]] = {
    BudgetSet: _budget_set,
    CostEstimated: lambda state, event: state,
    CostReserved: _reserved,
    CostDoubted: _doubted,
    CostSettled: _settled,
}

evolve = evolver(EVOLVE)

# ---------------------------------------------------------------- commands


class SetBudget(Command):
    scope: str
    limit: float | None = Field(default=None, ge=0)


class EstimateCost(Command):
    project: UUID
    dollars: float = Field(ge=0)


class ReserveCost(Command):
    purchase: Purchase


class DoubtCost(Command):
    purchase_id: str
    reason: str


class SettleCost(Command):
    purchase_id: str
    ending: Ending
    dollars: float = Field(default=0.0, ge=0)


# ---------------------------------------------------------------- decide


def _reserve(state: Ledger, command: ReserveCost) -> list[Event]:
    """Another life takes over what is held; the same one's repetition changes nothing."""
    purchase = command.purchase
    held = state.held.get(purchase.purchase_id)
    if held and held.by == purchase.by:
        return []
    tightest = state.left(purchase.scopes)
    more = purchase.dollars - (held.dollars if held else 0.0)
    if tightest and more > tightest[1] + ROUNDING:
        scope, left = tightest
        raise OverBudget(
            f"This call of {purchase.engine} costs ${purchase.dollars:.2f}, and the budget of {scope} has "
            f"${max(left, 0):.2f} of ${state.budgets[scope]:.2f} left. Raise it with `loraframe costs budget`, and go "
            "on with `loraframe episode resume`."
        )
    return [CostReserved(purchase=purchase)]


def _doubt(state: Ledger, command: DoubtCost) -> list[Event]:
    _held(state, command.purchase_id)
    return [] if command.purchase_id in state.doubtful else [CostDoubted(**command.__dict__)]


def _settle(state: Ledger, command: SettleCost) -> list[Event]:
    _held(state, command.purchase_id)
    return [CostSettled(**command.__dict__)]


def _held(state: Ledger, purchase_id: str) -> Purchase:
    if purchase_id not in state.held:
        raise NotFound(f"Nothing is reserved for {purchase_id!r}. `loraframe costs` shows what is.")
    return state.held[purchase_id]


def _set_budget(state: Ledger, command: SetBudget) -> list[Event]:
    committed = state.committed(command.scope)
    if command.limit is not None and command.limit < committed:
        raise Conflict(f"${committed:.2f} are spent or reserved there already: a budget cannot be less.")
    return [BudgetSet(**command.__dict__)] if state.budgets.get(command.scope) != command.limit else []


DECIDE: dict[type[Command], Callable[[Ledger, Any], list[Event]]] = {
    SetBudget: _set_budget,
    EstimateCost: lambda state, command: [CostEstimated(**command.__dict__)],
    ReserveCost: _reserve,
    DoubtCost: _doubt,
    SettleCost: _settle,
}


def decide(state: Ledger, command: Command) -> list[Event]:
    """Raises ``OverBudget``, ``NotFound`` for what is not reserved, ``Conflict`` for a budget below what is spent."""
    return DECIDE[type(command)](state, command)


LEDGER = Aggregate("ledger", Ledger(), decide, evolve, tuple(EVOLVE))
