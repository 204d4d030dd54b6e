"""Line identity.7: any life of a character, step by step, against a model that is as simple as can be."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actors.shell import Shell, state_at
from bench.figures import Record
from events.base import Command, Event, Forgotten
from events.character import CHARACTER, AssignVoice, Character, CharacterErased, EraseCharacter, PlayScene
from events.errors import NotFound
from events.log import Log
from events.look import SCAR, InjuryAdded, InjuryHealed, SceneRef
from events.script import Change, ChangeKind
from tests.examples import AGGREGATES
from tests.people import creating

RUNS, STEPS = 100, 30
AVA, MARLOW = UUID(int=0xA), UUID(int=0xB)
WHEN = datetime(2026, 1, 1, tzinfo=UTC)

INJURIES = st.sampled_from(["cut", "bruise", "burn", "gash", SCAR])
PLACES = st.sampled_from(["left cheek", "chin", "right hand"])
HOURS = st.sampled_from([0.0, 0.0, 1.0, 40.0, 300.0])


class Life(RuleBasedStateMachine):
    """One character in a real log. ``wounds`` and ``props`` are what a child would keep count of."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="lf-life-", ignore_cleanup_errors=True)
        self.log = Log(f"sqlite:///{Path(self.folder.name)}/log.db", AGGREGATES)
        self.shell = Shell(CHARACTER, AVA, self.log, clock=lambda: WHEN)
        Shell(CHARACTER, MARLOW, self.log, clock=lambda: WHEN).handle(creating("Marlow"), uuid5(MARLOW, "create"))
        self.marlow = state_at(CHARACTER, MARLOW, self.log)
        self.steps = 0
        self.wounds: set[tuple[str, str]] = set()
        self.props: list[str] = []
        self.erased = False

    def tell(self, command: Command) -> None:
        self.steps += 1
        self.shell.handle(command, uuid5(AVA, str(self.steps)))

    def play(self, *changes: Change, hours: float = 0.0) -> None:
        scene = SceneRef(episode=UUID(int=1), scene=self.steps)
        self.tell(PlayScene(scene=scene, changes=changes, hours=hours, told=f"Step {self.steps}."))

    @initialize()
    def is_created(self) -> None:
        self.tell(creating("Ava"))

    @precondition(lambda self: not self.erased)
    @rule(what=INJURIES, where=PLACES, grave=st.booleans(), bandaged=st.booleans(), hours=HOURS)
    def is_hurt(self, what: str, where: str, grave: bool, bandaged: bool, hours: float) -> None:
        hurt = Change(kind=ChangeKind.INJURY, character="ava", what=what, where=where, grave=grave, bandaged=bandaged)
        self.play(hurt, hours=hours)
        self.wounds.add((what, where))

    @precondition(lambda self: not self.erased)
    @rule(what=st.one_of(INJURIES, st.just("all")), hours=HOURS)
    def heals(self, what: str, hours: float) -> None:
        self.play(Change(kind=ChangeKind.HEALING, character="ava", what=what), hours=hours)

    @precondition(lambda self: not self.erased)
    @rule(prop=st.sampled_from(["a key", "a map"]), gained=st.booleans())
    def takes_or_loses(self, prop: str, gained: bool) -> None:
        kind = ChangeKind.PROP_GAINED if gained else ChangeKind.PROP_LOST
        self.play(Change(kind=kind, character="ava", what=prop))
        self.props = [p for p in self.props if p != prop] + ([prop] if gained else [])

    @precondition(lambda self: not self.erased)
    @rule(voice=st.sampled_from(["af_sky", "af_heart"]))
    def gets_a_voice(self, voice: str) -> None:
        self.tell(AssignVoice(voice=voice))

    @rule()
    def sleeps_and_wakes(self) -> None:
        self.shell = Shell(CHARACTER, AVA, self.log, clock=lambda: WHEN)

    @precondition(lambda self: not self.erased)
    @rule(share=st.floats(0, 1))
    def a_snapshot_at_any_version_and_its_tail_is_the_whole(self, share: float) -> None:
        version = max(1, round(share * self.shell.version))
        self.log.save_snapshot(CHARACTER, AVA, version, state_at(CHARACTER, AVA, self.log, version))
        kept, snapshot = self.log.snapshot(CHARACTER, AVA, upto=version)
        assert kept == version and CHARACTER.fold(self.log.stream(AVA, after=version), snapshot) == self.shell.state

    @precondition(lambda self: not self.erased and self.steps > STEPS // 2)
    @rule()
    def is_erased(self) -> None:
        self.tell(EraseCharacter())
        self.log.forget(AVA)
        self.erased = True

    @invariant()
    def promises_are_kept(self) -> None:
        facts = self.log.events(AVA)
        assert CHARACTER.fold(facts) == state_at(CHARACTER, AVA, self.log)
        assert self.marlow == state_at(CHARACTER, MARLOW, self.log)
        if self.erased:
            self.erased_means_erased(facts)
        else:
            self.nothing_heals_that_was_not_there(facts)
            assert CHARACTER.fold(facts) == self.shell.state
            assert sorted(self.shell.state.look.props) == sorted(self.props)

    def nothing_heals_that_was_not_there(self, facts: list[Event]) -> None:
        hurt: set[tuple[str, str]] = set()
        for fact in facts:
            if isinstance(fact, InjuryAdded):
                hurt.add((fact.injury.what, fact.injury.where))
            if isinstance(fact, InjuryHealed):
                hurt.remove((fact.injury.what, fact.injury.where))  # a KeyError if it was not there
        injured = {(i.what, i.where) for i in self.shell.state.look.injuries}
        assert injured == hurt
        assert {w for w in injured if w[0] != SCAR} <= self.wounds

    def erased_means_erased(self, facts: list[Event]) -> None:
        assert facts[-1] == CharacterErased() and set(map(type, facts[:-1])) == {Forgotten}
        assert state_at(CHARACTER, AVA, self.log) == Character(erased=True)
        assert not self.log.snapshots.select_events(AVA)
        with pytest.raises(NotFound):
            Shell(CHARACTER, AVA, self.log).handle(AssignVoice(voice="v"), uuid5(AVA, "late"))

    def teardown(self) -> None:
        self.folder.cleanup()


def test_any_life_of_a_character(figure: Record) -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=RUNS, stateful_step_count=STEPS))
    figure("identity.7", f"lives of {STEPS} steps in which every promise held", RUNS, "lives", f"= {RUNS}", True)
