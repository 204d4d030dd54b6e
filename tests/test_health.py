"""The health of a character: a sum that can be argued with, and what would raise it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from events.character import Calibration, Character, Identity, Quality, Reference
from events.consolidation import Note
from events.health import WEIGHTS, Health, health
from events.look import SceneRef

TIGHT = Calibration(stranger=0.45, weakest=0.6, median=0.75)
GOOD = Quality(sharpness=200, face=240, light=0.6, contrast=0.15, yaw=0, pitch=0, roll=0)
POSES = [(0, 0), (0, 1), (0, -1), (30, 0), (-30, 0), (80, 0), (-80, 0), (0, 12), (0, -12)]


def pictured(*qualities: Quality | None, calibration: Calibration = TIGHT) -> Character:
    """A character that has everything but these pictures to speak for it."""
    references = tuple(
        Reference(view=f"view{at}", uri="asset://" + "0" * 64, quality=quality) for at, quality in enumerate(qualities)
    )
    identity = Identity(embedder="test", vectors=((1.0, 0.0),) * len(references), calibration=calibration)
    return Character(
        name="Nora", slug="nora", consent_by="Nora", consent_on=date(2026, 1, 1), references=references,
        identity=identity, voice="bf_emma", scenes=12,
    )  # fmt: skip


PERFECT = pictured(*(GOOD.replaced(yaw=yaw, pitch=pitch) for yaw, pitch in POSES))


def points(measured: Health) -> dict[str, float]:
    return {part.name: part.points for part in measured.parts}


def advice(character: Character, name: str) -> str:
    return next(part.raise_by for part in health(character).parts if part.name == name)


def test_the_weights_are_points_of_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100


def test_a_character_that_lacks_nothing_has_a_hundred_and_no_advice() -> None:
    assert health(PERFECT).score == 100
    assert health(PERFECT).advice == []


def test_nothing_is_worth_nothing_but_being_unlike_anybody() -> None:
    assert {name for name, of in points(health(Character())).items() if of} == {"uniqueness"}
    assert len(health(Character()).advice) == len(WEIGHTS) - 1


def test_the_score_is_the_sum_of_its_parts_and_the_same_every_time() -> None:
    some = pictured(GOOD, GOOD.replaced(sharpness=20), None)
    assert health(some) == health(some)
    assert health(some).score == round(sum(points(health(some)).values()))


@pytest.mark.parametrize(
    ("changed", "part", "told"),
    [
        ({"references": PERFECT.references[:7]}, "references", "Add 1 more picture: there are 7."),
        ({"references": PERFECT.references[:5]}, "pose coverage", "no left profile yet"),
        ({"voice": ""}, "voice", "Give it a voice"),
        ({"consent_by": ""}, "consent", "who agreed"),
        ({"scenes": 4}, "scenes", "it has played 4"),
        ({"scenes": 0}, "memory", "consolidated"),
    ],
)
def test_what_is_lacking_costs_its_part_and_says_so(changed: dict[str, object], part: str, told: str) -> None:
    lacking = PERFECT.replaced(**changed)
    assert points(health(lacking))[part] < points(health(PERFECT))[part]
    assert told in advice(lacking, part)
    assert health(lacking).score < 100


def test_scenes_that_wait_to_be_consolidated_are_no_memory_yet() -> None:
    notes = tuple(Note(scene=SceneRef(episode=UUID(int=1), scene=number)) for number in (1, 2))
    assert points(health(PERFECT.replaced(scenes=2, notes=notes)))["memory"] == 0
    assert points(health(PERFECT.replaced(scenes=5, notes=notes)))["memory"] == WEIGHTS["memory"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [({"sharpness": 15}, "it is soft"), ({"face": 90}, "its face is small"), ({"light": 0.12}, "it is dark"),
     ({"light": 0.9}, "it is overexposed")],
)  # fmt: skip
def test_the_worst_picture_is_named_with_its_fault(fault: dict[str, float], told: str) -> None:
    weak = pictured(GOOD, GOOD, GOOD.replaced(**fault))
    assert advice(weak, "quality") == f"Replace the picture view2: {told}."


def test_references_that_disagree_name_the_picture_to_blame() -> None:
    poor = pictured(GOOD, GOOD, GOOD, calibration=TIGHT.replaced(poor="view1"))
    assert points(health(poor))["agreement"] == 0
    assert "view1" in advice(poor, "agreement")


def test_the_further_apart_the_references_the_fewer_points() -> None:
    spread = [pictured(GOOD, GOOD, GOOD, calibration=TIGHT.replaced(weakest=weakest)) for weakest in (0.6, 0.45, 0.3)]
    full, some, none = (points(health(character))["agreement"] for character in spread)
    assert full == WEIGHTS["agreement"] > some > none >= 0


def test_a_face_of_two_characters_is_told_with_the_other_name() -> None:
    shared = health(PERFECT, duplicates=["Kairo"])
    assert shared.score == 90
    assert shared.advice == ["This face belongs to Kairo too: use other pictures."]


def test_what_raises_the_score_most_is_said_first() -> None:
    lacking = PERFECT.replaced(voice="", consent_by="")
    assert ["agreed" in line for line in health(lacking).advice] == [True, False]
