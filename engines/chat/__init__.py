"""Language models: what one answers is data, and never more than that.

An answer is checked against a schema and by a rule of whoever asked; what is wrong with it is told to the model at most
twice. Which provider, path or budget is used is nothing that a schema has a field for. What users wrote is passed on as
JSON in the message, apart from the instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, Protocol, TypeVar

import numpy as np
from pydantic import ValidationError

from engines.keys import without_secrets
from engines.remote import LONGEST_WAIT, TRIES, Final, Patience
from engines.terms import Terms
from events.base import Value
from events.errors import InvalidInput, QuotaExceeded, TakeFailed

REPAIRS = 2
"""How often a model is told what is wrong with its answer."""
LONGEST_REASON = 2000
MOST_REASONS = 8
MILLION = 1_000_000

Answered = TypeVar("Answered", bound=Value)
Got = TypeVar("Got")
Check = Callable[[Any], object]
"""Raises ``InvalidInput`` for an answer that fits its schema and still cannot be used."""


def anything(answer: Value) -> None:
    """The check of whoever has no more to ask than the schema."""


class Usage(Value):
    """Tokens, as the provider counts them."""

    asked: int = 0
    answered: int = 0

    def __add__(self, more: Usage) -> Usage:
        return Usage(asked=self.asked + more.asked, answered=self.answered + more.answered)


class Meter:
    """Counts the tokens of one model, whose calls may overlap. ``used`` is all of them, or within ``counted_apart``
    only those of what is asked there."""

    def __init__(self) -> None:
        self._used = Usage()
        self._adding = Lock()

    def add(self, usage: Usage) -> None:
        apart = _APART.get()
        with self._adding:
            self._used += usage
            if apart is not None:
                apart[self] = apart.get(self, Usage()) + usage

    @property
    def used(self) -> Usage:
        apart = _APART.get()
        return self._used if apart is None else apart.get(self, Usage())


_APART: ContextVar[dict[Meter, Usage] | None] = ContextVar("apart", default=None)


@contextmanager
def counted_apart() -> Iterator[None]:
    """Here, and in the tasks and threads (``asyncio.to_thread``) that are begun here, models count from zero: so
    whoever pays for a call knows what this one has used, whatever else the same model is asked meanwhile."""
    token = _APART.set({})
    try:
        yield
    finally:
        _APART.reset(token)


class Turn(Value):
    """What was said in a conversation: by the model, or to it."""

    by_model: bool
    text: str


class Said(Value):
    """One answer of a model, as it came. ``cut``: it ran out of tokens."""

    text: str
    cut: bool = False
    usage: Usage = Usage()


class ChatModel(Protocol):
    """``terms`` are dollars a token; ``used`` counts all tokens since the model was made (within ``counted_apart``,
    only those of what is asked there: see ``Meter``); ``sees``: it takes pictures."""

    terms: Terms
    sees: bool

    @property
    def used(self) -> Usage: ...

    def answer(
        self,
        instructions: str,
        told: str,
        schema: type[Answered],
        pictures: Sequence[np.ndarray] = (),
        *,
        check: Check = anything,
        seed: int = 1,
        longest: int = 8192,
    ) -> Answered:
        """``pictures`` are ``(h, w, 3)`` RGB uint8; ``longest`` is in tokens. Raises ``TakeFailed`` where no answer
        could be used, ``Refused``, ``QuotaExceeded``, ``KeyMissing``, ``Unsupported``, ``OutcomeUnknown``."""
        ...


def token_terms(account: str, price: float, answer_price: float) -> Terms:
    """Terms of a model from its prices in dollars a million tokens."""
    return Terms(account=account, unit="token", dollars=price / MILLION, answer_dollars=answer_price / MILLION)


def most(model: ChatModel, unit: str, asked: int, answered: int) -> Terms:
    """The most that one ``unit`` of work can cost which asks and answers so many tokens at most, repairs included:
    each of them sends again what was said before."""
    tries = REPAIRS + 1
    sent = tries * asked + answered * sum(range(tries))
    return Terms(account=model.terms.account, unit=unit, dollars=model.terms.price(sent, tries * answered))


def converse(
    name: str, say: Callable[[Sequence[Turn]], Said], told: str, schema: type[Answered], check: Check
) -> Answered:
    """Ask until there is an answer of this schema that passes the check. Raises ``TakeFailed``."""
    turns = [Turn(by_model=False, text=told)]
    for _ in range(REPAIRS + 1):
        said = say(turns)
        try:
            answer = schema.model_validate_json(said.text)
            check(answer)
            return answer
        except (ValidationError, InvalidInput) as error:
            wrong = _reason(error, said.cut)
        turns += [Turn(by_model=True, text=said.text or "(nothing)"), Turn(by_model=False, text=_again(wrong))]
    raise TakeFailed(
        f"{name} gave no answer that can be used, in {REPAIRS + 1} tries: {without_secrets(wrong)[:300]} Try again, or "
        "choose another engine."
    )


def _reason(error: ValidationError | InvalidInput, cut: bool) -> str:
    if cut:
        return "The answer was too long and was cut off. Write less."
    if isinstance(error, InvalidInput):
        return str(error)[:LONGEST_REASON]
    faults = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_REASONS]
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the answer'}: {fault['msg']}" for fault in faults) + "."


def _again(wrong: str) -> str:
    return f"This answer cannot be used. {wrong}\nAnswer again, the whole of it, mended, as JSON of the same schema."


def patiently(
    send: Callable[[], Got], asked: Callable[[BaseException | None], float | None], patience: Patience
) -> Got:
    """Send, and again where the provider asked to wait: then nothing was accepted. ``asked`` reads from the library's
    own error for how many seconds. Raises ``QuotaExceeded`` where that is too long, or no use."""
    for attempt in range(TRIES):
        try:
            return send()
        except QuotaExceeded as error:
            told = asked(error.__context__)
            seconds = min(2.0**attempt, LONGEST_WAIT) if told is None else told
            if attempt + 1 == TRIES or seconds > LONGEST_WAIT or isinstance(error, Final):
                raise
            patience.sleep(seconds)
    raise AssertionError("unreachable")
