"""Every few scenes become one memory; what keeps coming back becomes a trait; where it is from is kept."""

from __future__ import annotations

from events.character import CHARACTER, KnowledgeGained
from events.consolidation import MemoriesConsolidated
from events.script import Change, ChangeKind
from tests.people import creating, playing
from tests.scenario import Given, given


def told(number: int, what: str, *changes: Change, medium: str = "clip"):
    return playing(number, *changes).replaced(told=what, medium=medium)


def consolidations(story: Given) -> list[MemoriesConsolidated]:
    return [fact for fact in story.past if isinstance(fact, MemoriesConsolidated)]


TENSE = Change(kind=ChangeKind.MOOD, character="ava", what="tense")
LAB = Change(kind=ChangeKind.LOCATION, character="ava", what="the lab")
STORY = [told(n, f"Scene {n} happens. And more of it.", TENSE, LAB) for n in range(1, 8)]


def test_three_filmed_scenes_become_one_memory_with_its_sources() -> None:
    ava = given(CHARACTER).and_then(creating(), *STORY[:3])
    (summed,) = consolidations(ava)
    assert summed.summary == "Scene 1 happens. Scene 2 happens. Scene 3 happens."
    assert [source.scene for source in summed.sources] == [1, 2, 3]
    assert ava.state.notes == ()
    assert [len(consolidations(given(CHARACTER).and_then(creating(), *STORY[:n]))) for n in range(8)] == [
        0, 0, 0, 1, 1, 1, 2, 2,
    ]  # fmt: skip


def test_five_stills_become_one() -> None:
    stills = [told(n, f"Picture {n}.", medium="still") for n in range(1, 6)]
    assert not consolidations(given(CHARACTER).and_then(creating(), *stills[:4]))
    assert len(consolidations(given(CHARACTER).and_then(creating(), *stills))) == 1


def test_what_keeps_coming_back_is_a_trait_and_what_happens_once_is_not() -> None:
    lantern = Change(kind=ChangeKind.PROP_GAINED, character="ava", what="a lantern")
    once = told(3, "She finds it.", lantern)
    ava = given(CHARACTER).and_then(creating(), *STORY[:2], once)
    assert ava.state.traits == ("is often at the lab", "is usually tense")
    later = ava.and_then(*(told(n, "On.") for n in (4, 5, 6)))
    assert "carries a lantern" in later.state.traits


def test_a_long_sentence_is_cut_at_a_word() -> None:
    ava = given(CHARACTER).and_then(creating(), *(told(n, "word " * 100) for n in (1, 2, 3)))
    (summed,) = consolidations(ava)
    assert len(summed.summary) < 3 * 165 and summed.summary.endswith("word…")


def test_what_was_learnt_is_known_once() -> None:
    learnt = Change(kind=ChangeKind.LEARNT, character="ava", what="the lamp was never lit")
    ava = given(CHARACTER).and_then(creating(), told(1, "a", learnt), told(2, "b", learnt, learnt))
    assert ava.state.learnt == ("the lamp was never lit",)
    assert sum(isinstance(fact, KnowledgeGained) for fact in ava.past) == 1
