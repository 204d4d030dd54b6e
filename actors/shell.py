"""The generic event-sourced actor: wake, take a command, decide, append, reply, fence, sleep.

It has no words of the film. ``Shell`` is one aggregate awake in this process; ``Resident`` is the Ray actor
around it. The actor is a cache of the lock, not the lock: that is the log's unique version, so two live
actors for one aggregate, which Ray can produce, do no harm.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic
from uuid import UUID

import ray

from events.base import Aggregate, Command, Event, State, Value
from events.character import CHARACTER
from events.errors import CommandReused, LoraFrameError, Overtaken
from events.job import JOB
from events.ledger import LEDGER
from events.log import Log, digest_of
from events.production import EPISODE
from events.series import SERIES

AGGREGATES: dict[str, Aggregate[Any]] = {a.kind: a for a in (CHARACTER, EPISODE, SERIES, JOB, LEDGER)}
SNAPSHOT_EVERY = 100

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def open_log(url: str, create: bool = False) -> Log:
    """The log with all aggregates of the house. Only the studio's front door creates its tables."""
    return Log(url, AGGREGATES.values(), create=create)


class Outcome(Value):
    """What became of a command. ``repeated`` says that it had been accepted before."""

    version: int
    events: tuple[Event, ...] = ()
    repeated: bool = False


class Shell(Generic[State]):
    """One aggregate, awake: its state is the fold of its log."""

    def __init__(self, aggregate: Aggregate[State], aggregate_id: UUID, log: Log, clock: Clock = now) -> None:
        self.aggregate = aggregate
        self.aggregate_id = aggregate_id
        self.lost_to_stranger = False
        self._log = log
        self._clock = clock
        self.state: State
        self.version, self.state = log.snapshot(aggregate, aggregate_id)
        self._kept = self.version
        self.catch_up()

    def catch_up(self) -> bool:
        """Fold what others wrote; says whether there was any."""
        tail = self._log.events(self.aggregate_id, after=self.version)
        self._apply(tail)
        return bool(tail)

    def handle(self, command: Command, command_id: UUID) -> Outcome:
        """Decide and append. A command that was accepted before is a success and changes nothing.

        Raises what ``decide`` refuses with, ``CommandReused`` for a known id with another payload, and
        ``Overtaken`` when a stranger was faster twice (send it again, with the same id).
        """
        for _ in range(2):
            try:
                events = self.aggregate.decide(self.state, command)
            except LoraFrameError:
                if accepted := self._accepted_before(command, command_id):
                    return accepted
                if self.catch_up():
                    continue
                raise
            if not events:
                return self._accepted_before(command, command_id) or Outcome(version=self.version)
            try:
                self._log.append(self.aggregate_id, self.version, events, command, command_id, self._clock())
            except Overtaken:
                if accepted := self._accepted_before(command, command_id):
                    return accepted
                self.lost_to_stranger = self.catch_up()
                continue
            self._apply(events)
            return Outcome(version=self.version, events=tuple(events))
        raise Overtaken(
            f"Another writer of {self.aggregate.kind} {self.aggregate_id} was faster. Send the command again."
        )

    def _accepted_before(self, command: Command, command_id: UUID) -> Outcome | None:
        receipt = self._log.receipt(self.aggregate_id, command_id)
        if receipt is None:
            return None
        if receipt.digest != digest_of(command):
            raise CommandReused(
                f"The command id {command_id} was used for another command. Give every command its own."
            )
        self.catch_up()
        return Outcome(version=receipt.last, repeated=True)

    def _apply(self, events: list[Event]) -> None:
        self.state = self.aggregate.fold(events, self.state)
        self.version += len(events)
        if self.version - self._kept >= SNAPSHOT_EVERY and isinstance(self.state, Value):
            self._log.save_snapshot(self.aggregate, self.aggregate_id, self.version, self.state)
            self._kept = self.version


def state_at(aggregate: Aggregate[State], aggregate_id: UUID, log: Log, version: int | None = None) -> State:
    """The state at a past version (or now): time travel is a fold that stops earlier."""
    known, state = log.snapshot(aggregate, aggregate_id, upto=version)
    return aggregate.fold(log.stream(aggregate_id, after=known, upto=version), state)


@ray.remote(num_cpus=0, max_restarts=0, max_task_retries=0)
class Resident:
    """One aggregate as a Ray actor. Sleeps (ends) when idle or when a stranger has taken its log over;
    whoever needs it wakes it again and repeats the command with the same id."""

    def __init__(self, kind: str, aggregate_id: str, log_url: str, idle_seconds: float) -> None:
        self._shell: Shell[Any] = Shell(AGGREGATES[kind], UUID(aggregate_id), open_log(log_url))
        self._idle_seconds = idle_seconds
        self._busy = threading.Lock()
        self._alarm = self._set_alarm(idle_seconds)

    def tell(self, command: Command, command_id: UUID) -> Outcome:
        self._alarm.cancel()
        with self._busy:
            try:
                return self._shell.handle(command, command_id)
            finally:
                fenced = self._shell.lost_to_stranger
                self._alarm = self._set_alarm(0.1 if fenced else self._idle_seconds)

    def state(self) -> Any:
        self._shell.catch_up()
        return self._shell.state

    def process_id(self) -> int:
        return os.getpid()

    def _set_alarm(self, seconds: float) -> threading.Timer:
        alarm = threading.Timer(seconds, self._sleep)
        alarm.daemon = True
        alarm.start()
        return alarm

    def _sleep(self) -> None:
        with self._busy:
            ray.kill(ray.get_runtime_context().current_actor)
