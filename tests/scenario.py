"""``given(EPISODE, *facts).when(command).then(*facts)`` or ``.refused(Error)``: how the rules are tested.

Pure: no log, no actor. Whatever is decided must also fold, so ``then`` gives the state that it leads to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

import pytest

from events.base import Aggregate, Command, Event, State
from events.errors import LoraFrameError


@dataclass(frozen=True)
class Given(Generic[State]):
    aggregate: Aggregate[State]
    past: tuple[Event, ...]

    @property
    def state(self) -> State:
        return self.aggregate.fold(self.past)

    def when(self, command: Command) -> When[State]:
        return When(self, command)

    def and_then(self, *commands: Command) -> Given[State]:
        """The past made longer by what these commands decide."""
        past = self.past
        for command in commands:
            past += tuple(self.aggregate.decide(self.aggregate.fold(past), command))
        return Given(self.aggregate, past)


@dataclass(frozen=True)
class When(Generic[State]):
    given: Given[State]
    command: Command

    def then(self, *expected: Event) -> State:
        """Exactly these facts, in this order; gives the state after them."""
        state = self.given.state
        events = self.given.aggregate.decide(state, self.command)
        assert events == list(expected)
        return self.given.aggregate.fold(events, state)

    def refused(self, error: type[LoraFrameError], *words: str) -> None:
        """Refused with this error, whose sentence holds these words."""
        with pytest.raises(error) as refusal:
            self.given.aggregate.decide(self.given.state, self.command)
        assert all(word in str(refusal.value) for word in words)


def given(aggregate: Aggregate[State], *past: Event) -> Given[State]:
    return Given(aggregate, past)
