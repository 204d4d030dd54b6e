"""The embedded state analyst: what a scene's text changes in its characters, and what only sounds like a change."""

from __future__ import annotations

import json
from statistics import mean
from time import thread_time

import pytest

from bench.analyst import BOUND, DEV, HELD_OUT, compared, readings, scores
from bench.figures import Record
from engines.analyst import Answer, Person
from engines.analyst.rules import Rules
from engines.registry import engine_class
from events.script import Change, ChangeKind

CAST = {
    "ava": Person(name="Ava", pronoun="she"),
    "emil": Person(name="Dr. Emil Brandt", pronoun="he"),
    "kairo": Person(name="Kairo", pronoun="he"),
}
QUICK = 0.04
"""Seconds of processor time that a scene may take."""
REACHED = 0.8
"""Mean F1 over the kinds on the held-out scenes, as first measured."""
BURN = Change(kind=ChangeKind.INJURY, character="kairo", what="burn", where="right hand")


def observed(text: str, *known: Change) -> list[tuple[str, ...]]:
    """Kind, character, what and, where there is one, the place on the body."""
    found = Rules().observe(text, CAST, known)
    return [tuple(part for part in (c.kind.value, c.character, c.what, c.where) if part) for c in found]


@pytest.mark.parametrize("kind", ChangeKind)
def test_scenes_that_the_rules_were_written_against_are_read_well(kind: ChangeKind, dev: dict) -> None:
    assert dev[kind].f1 >= 0.88


def test_scenes_that_the_rules_have_never_seen_are_read_well(figure: Record) -> None:
    """Line identity.3. The promise is 0.9 for every kind: a kind that is not there yet is shown so by its figure, and
    what has been reached must stay."""
    found = {kind: score.f1 for kind, score in scores(readings(HELD_OUT, Rules())).items()}
    for kind, f1 in found.items():
        figure(f"identity.3.{kind}", f"{kind}: F1 on held-out scenes", f1, "F1", f">= {BOUND}", f1 >= BOUND)
    assert set(found) == set(ChangeKind)
    assert mean(found.values()) >= REACHED


@pytest.fixture(scope="module")
def dev() -> dict:
    return scores(readings(DEV, Rules()))


def test_a_scene_is_read_quickly() -> None:
    scenes = len(json.loads(HELD_OUT.read_text(encoding="utf-8")))
    observed("Ava waits.")
    began = thread_time()
    readings(HELD_OUT, Rules())
    assert (thread_time() - began) / scenes < QUICK


def test_the_registry_knows_the_analyst() -> None:
    assert engine_class("analyst", "rules") is Rules


def test_an_answer_has_a_schema_and_is_read_back() -> None:
    found = Answer(changes=Rules().observe("Kairo kneels in the chapel.", CAST))
    assert Answer.model_validate_json(found.model_dump_json()) == found
    assert "changes" in Answer.model_json_schema()["properties"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dr. Brandt twists his left ankle.", [("injury", "emil", "sprain", "left ankle")]),
        ("A spark burns Ava's thumb; Emil bandages it.", [("injury", "ava", "burn", "thumb")]),
        ("In a long red coat Ava walks on.", [("wardrobe", "ava", "long red coat"), ("pose", "ava", "walking")]),
        ("Ava falls into the canal.", [("soaked", "ava", "clothes")]),
        ("Kairo gives Ava the brass key.", [("prop_lost", "kairo", "brass key"), ("prop_gained", "ava", "brass key")]),
        ("Kairo is furious. Then he begins to laugh for joy.", [("mood", "kairo", "joyful")]),
        ("Rain at dawn. By noon the sky is clear.", [("weather", "clear")]),
        ("Ava and Emil sit down in the kitchen.", [("location", "ava", "kitchen"), ("location", "emil", "kitchen"),
                                                  ("pose", "ava", "sitting"), ("pose", "emil", "sitting")]),
        ("Kairo deserts Ava.", [("companion_lost", "kairo", "ava"), ("companion_lost", "ava", "kairo")]),
        ("Kairo kneels in the dry riverbed.", [("location", "kairo", "dry riverbed"), ("pose", "kairo", "kneeling")]),
        ("Ava has bought a theodolite.", [("prop_gained", "ava", "theodolite")]),
        ("The wind tears the parasol from Ava's hands.", [("prop_lost", "ava", "parasol")]),
        ("The river sweeps Emil away.", [("soaked", "emil", "clothes")]),
        ('"The bridge has been blown up," Emil tells Ava.', [("learnt", "ava", "The bridge has been blown up")]),
        ("Ava reads the telegram. The war is over.", [("learnt", "ava", "The war is over")]),
        ("Ava learns that the mine is empty.", [("learnt", "ava", "the mine is empty")]),
    ],
)  # fmt: skip
def test_a_change_is_read_from_the_text(text: str, told: list[tuple[str, ...]]) -> None:
    assert sorted(observed(text)) == sorted(told)


@pytest.mark.parametrize(
    "text",
    [
        "Kairo almost cuts his thumb.",
        "Ava dreams that she is kneeling in the snow. A wolf bites her hand.",
        "When he was a boy, Emil broke his arm.",
        '"I have burnt my hand," Kairo reads aloud from the script.',
        "Emil would wear a red coat if he had one.",
        "Ava takes a breath. Emil takes his time.",
        "Emil finds the courage to speak. Ava gives him a look.",
        "Kairo hears that Emil is in Cairo.",
        "The storm of applause does not end.",
        "Tears of rain run down the pane.",
        "Ava is neither happy nor sad.",
    ],
)
def test_what_did_not_happen_is_passed_over(text: str) -> None:
    assert [told for told in observed(text) if told[0] not in ("weather", "learnt")] == []


def test_an_injury_that_is_treated_where_it_happens_is_one_change() -> None:
    (cut,) = Rules().observe("Ava cuts her left palm badly. Emil sews it up.", CAST)
    assert (cut.what, cut.where, cut.bandaged, cut.grave) == ("cut", "left palm", True, True)


def test_a_known_injury_heals_only_where_the_text_says_so() -> None:
    assert observed("Kairo's hand is as good as new.", BURN) == [("healing", "kairo", "burn", "right hand")]
    assert observed("The burn on Kairo's hand still throbs.", BURN) == []
    assert observed("Kairo's hand is as good as new.") == []


def test_a_healed_wound_may_leave_a_scar() -> None:
    told = observed("The burn on Kairo's hand has healed and left a scar.", BURN)
    assert told == [("injury", "kairo", "scar", "right hand"), ("healing", "kairo", "burn", "right hand")] or told == [
        ("healing", "kairo", "burn", "right hand"),
        ("injury", "kairo", "scar", "right hand"),
    ]


def test_only_what_was_soaked_can_dry() -> None:
    wet = Change(kind=ChangeKind.SOAKED, character="ava", what="clothes")
    assert observed("By noon Ava's clothes are dry.", wet) == [("dried", "ava", "clothes")]
    assert observed("By noon Ava's clothes are dry.") == []
    assert observed("By noon Ava's clothes are still not dry.", wet) == []


def test_companions_are_gained_once() -> None:
    already = [
        Change(kind=ChangeKind.COMPANION_GAINED, character=one, what=other)
        for one, other in (("ava", "kairo"), ("kairo", "ava"))
    ]
    assert len(observed("Ava, Emil and Kairo set off together.")) == 6
    assert len(observed("Ava, Emil and Kairo set off together.", *already)) == 4


def test_a_label_is_matched_by_one_find_only() -> None:
    label = Change(kind=ChangeKind.PROP_GAINED, character="ava", what="brass key")
    right, wrong, missed = compared([label], [label.model_copy(update={"what": "keys"})] * 2)
    assert (right, len(wrong), missed) == (1, 1, [])
