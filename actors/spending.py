"""The money of one production: reserved in the studio's ledger before a call, settled when its outcome is known.

A *life* is one director from its waking to its end. What an earlier life reserved and did not settle may have been
ordered or not: nobody knows, and it is never paid for a second time unless the policy says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar
from uuid import UUID, uuid4

from actors.residence import Residence
from actors.shell import state_at
from events.base import Command, Value
from events.episode import Episode
from events.episode_facts import Policy
from events.errors import Expired, LoraFrameError, NotFound, OutcomeUnknown, Unanswered, Unusable
from events.ledger import LEDGER, LEDGER_ID, DoubtCost, Ending, Ledger, Purchase, ReserveCost, SettleCost
from events.log import Log

T = TypeVar("T")
Made = Callable[[], Awaitable[None]]
"""Asks for what is paid for, and records it; not called where the money is not there."""
Spent = Callable[[], float]
"""Dollars that an engine has counted so far; in a purchase, those of its own calls (``engines.chat.counted_apart``)."""


BILLED = {Expired.code, Unusable.code}
"""Failures of what a provider has made: they are on its bill."""


class Call(Value):
    """One call that may cost money. ``what`` names it within its project: a take's id, or the stage and its object."""

    what: str
    stage: str
    engine: str
    account: str
    dollars: float


class Spending:
    """``project`` is the episode or still that is paid for."""

    def __init__(
        self, residence: Residence, log: Log, project: UUID, series_id: UUID | None = None, policy: Policy = "ask"
    ) -> None:
        self.life = uuid4()
        self._residence = residence
        self._log = log
        self._project = project
        self._series_id = series_id
        self._policy = policy

    @property
    def ledger(self) -> Ledger:
        return state_at(LEDGER, LEDGER_ID, self._log)

    def held(self, what: str) -> Purchase | None:
        """What is reserved for this, by whomever."""
        return self.ledger.held.get(self._id(what))

    def is_mine(self, what: str) -> bool:
        held = self.held(what)
        return held is not None and held.by == self.life

    def unsettled(self) -> dict[str, Purchase]:
        """Everything of this project that is reserved, by what it is for."""
        beginning = self._id("")
        held = self.ledger.held
        return {key.removeprefix(beginning): held[key] for key in held if key.startswith(beginning)}

    def reserve(self, call: Call) -> None:
        """Raises ``OverBudget``. What an earlier life reserved is taken over; what this one holds already, it holds
        once."""
        told = call.model_dump(exclude={"what"})
        purchase = Purchase(
            purchase_id=self._id(call.what), project=self._project, series_id=self._series_id, by=self.life, **told
        )
        self._tell(ReserveCost(purchase=purchase))

    def settle(self, what: str, ending: Ending, dollars: float = 0.0) -> None:
        """A second settlement changes nothing."""
        if self.held(what):
            with suppress(NotFound):  # somebody else was faster
                self._tell(SettleCost(purchase_id=self._id(what), ending=ending, dollars=dollars))

    def lost(self, what: str, error: OutcomeUnknown) -> None:
        """Nobody knows what became of this call. Its money stays reserved; raises ``error``, with what to do, unless
        the policy is to pay for another."""
        if self.held(what):
            self._tell(DoubtCost(purchase_id=self._id(what), reason=str(error)))
        if self._policy == "ask":
            raise OutcomeUnknown(
                f"{error} Look at your account there; then `loraframe costs settle {self._id(what)} --paid` (or "
                "--free), and `loraframe episode resume`. With `on_unknown: retry` another is paid for instead."
            )

    @contextmanager
    def paid(self, call: Call, spent: Spent | None = None) -> Iterator[None]:
        """Around a call that answers with what it made, and the recording of it: reserved before, settled after (by
        what the engine counted, where it does). What an earlier life began is lost; raises ``OutcomeUnknown`` where
        the policy is to ask."""
        mine = self._begin(call)
        before = spent() if spent else 0.0
        try:
            yield
        except Unanswered:  # of a question beside the call
            self.settle(mine, "failed")
            raise
        except OutcomeUnknown as error:
            self.lost(mine, error)
            raise
        except LoraFrameError:
            self.settle(mine, "failed", spent() - before if spent else 0.0)
            raise
        self.settle(mine, "completed", spent() - before if spent else call.dollars)

    def _begin(self, call: Call) -> str:
        """Such a call cannot be asked for at the provider: so each attempt is a purchase of its own, and this is what
        it is called."""
        for what, purchase in self.unsettled().items():
            if what.startswith(f"{call.what} · ") and purchase.by != self.life:
                self.lost(what, OutcomeUnknown(f"{call.engine} was asked for {call.what!r} by somebody who died."))
        attempt = call.replaced(what=f"{call.what} · {uuid4()}")
        self.reserve(attempt)
        return attempt.what

    def _id(self, what: str) -> str:
        return f"{self._project}/{what}"

    def _tell(self, command: Command) -> None:
        """Under an id of its own: what is bought twice is reserved twice. It only has to be the same when the residence
        repeats itself."""
        self._residence.tell("ledger", LEDGER_ID, command, uuid4())


class Purse:
    """The same for a director, whose calls run side by side and are cancelled when one of them fails: what has to do
    with money is not cancelled but finished."""

    def __init__(self, spending: Spending) -> None:
        self.spending = spending
        self._unfinished: set[asyncio.Task[Any]] = set()

    async def reserve(self, call: Call) -> None:
        if call.dollars:
            await asyncio.to_thread(self.spending.reserve, call)

    async def settle(self, what: str, ending: Ending, dollars: float = 0.0) -> None:
        await asyncio.to_thread(self.spending.settle, what, ending, dollars)

    async def lost(self, what: str, error: OutcomeUnknown) -> None:
        await asyncio.to_thread(self.spending.lost, what, error)

    async def buy(self, call: Call, made: Made, spent: Spent | None = None) -> None:
        """Await what is asked for and its recording; reserved before and settled after where it costs anything."""
        if call.dollars:
            await self.to_the_end(self._bought(call, made, spent))
        else:
            await made()

    async def _bought(self, call: Call, made: Made, spent: Spent | None) -> None:
        from engines.chat import counted_apart

        with counted_apart():
            async with in_threads(self.spending.paid(call, spent)):
                await made()

    async def to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it even if whoever waits for it is cancelled."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return await asyncio.shield(task)

    async def settle_what_is_done(self, episode: Episode) -> None:
        """What an earlier director recorded and did not come to settle. What it reserved for a take that is not on
        record was never ordered: only takes that are on record are."""
        for what, purchase in (await asyncio.to_thread(self.spending.unsettled)).items():
            take = episode.takes.get(what)
            failed = take.failed and take.code != OutcomeUnknown.code if take else _is_take(what, episode)
            if take and (take.uri or take.code in BILLED):
                await self.settle(what, "completed", purchase.dollars)
            elif failed:
                await self.settle(what, "failed")

    async def finish(self) -> None:
        """Wait for what was not to be cancelled."""
        while self._unfinished:  # what is done leaves it, and may have begun more
            await asyncio.gather(*self._unfinished, return_exceptions=True)


def _is_take(what: str, episode: Episode) -> bool:
    """Whether this is the id that a take of one of these shots would have."""
    shot_id, _, number = what.rpartition("-t")
    return shot_id in episode.shots and number.isdecimal()


@asynccontextmanager
async def in_threads(context: Any) -> AsyncIterator[None]:
    """A context whose entry and exit block, for the loop."""
    await asyncio.to_thread(context.__enter__)
    try:
        yield
    except BaseException as error:
        if not await asyncio.to_thread(context.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await asyncio.to_thread(context.__exit__, None, None, None)
