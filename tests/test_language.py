"""The grammar of a scene: who did what to what, whom a pronoun means, and what was not done at all."""

from __future__ import annotations

import pytest

from engines.analyst import Person
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, read
from engines.analyst.language.naming import name_of
from engines.analyst.language.nouns import sorts_of

CAST = {
    "ava": Person(name="Ava", pronoun="she"),
    "emil": Person(name="Dr. Emil Brandt", pronoun="he"),
    "kairo": Person(name="Kairo", pronoun="he"),
    "zuri": Person(name="Zuri", pronoun="she"),
}


def deed(text: str, lemma: str, subject: str = "") -> tuple[Scene, Deed]:
    scene = read(text, CAST, subject=subject)
    return scene, next(deed for sentence in scene.sentences for deed in sentence.deeds if deed.lemma == lemma)


def roles(text: str, lemma: str) -> tuple[tuple[str, ...], list[str], tuple[str, ...]]:
    """Who does it, what it is done to, and to whom."""
    scene, found = deed(text, lemma)
    return found.people(found.doers), [name_of(thing, scene) for thing in found.things], found.people(found.receivers)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("Ava gives Kairo the brass key.", (("ava",), ["brass key"], ("kairo",))),
        ("Ava gives the brass key to Kairo.", (("ava",), ["brass key"], ("kairo",))),
        ("Kairo is given the brass key by Ava.", (("ava",), ["brass key"], ("kairo",))),
        ("The brass key is given to Kairo.", ((), ["brass key"], ("kairo",))),
        ("Kairo looks at the brass key that Ava has given him.", (("ava",), ["brass key"], ("kairo",))),
        ("Ava stops, kneels and gives Kairo a lamp and a rope.", (("ava",), ["lamp", "rope"], ("kairo",))),
        ("Dr. Brandt, who has found Ava, gives her his watch.", (("emil",), ["watch"], ("ava",))),
    ],
)
def test_a_deed_has_its_roles_however_it_is_told(text: str, done: tuple[object, ...]) -> None:
    assert roles(text, "give") == done


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ava takes the lamp.", True),
        ("Ava does not take the lamp.", False),
        ("Ava almost takes the lamp.", False),
        ("Nobody takes the lamp.", False),
        ("Ava wants to take the lamp.", False),
        ("Ava would take the lamp.", False),
        ("If Ava takes the lamp, Kairo will leave.", False),
        ("Without taking the lamp Ava leaves.", False),
        ("Ava begins to laugh and takes the lamp.", True),
        ("Ava would stay and take the lamp.", False),
        ("Ava does not hesitate; she takes the lamp.", True),
        ("Does Ava take the lamp?", False),
        ("Ava dreams that she takes the lamp.", False),
    ],
)
def test_what_was_not_done_is_not_told_as_done(text: str, told: bool) -> None:
    scene = read(text, CAST)
    taken = [deed for sentence in scene.sentences for deed in sentence.told if deed.verb.lemma_ == "take"]
    assert bool(taken) == told


@pytest.mark.parametrize(
    ("text", "doers"),
    [
        ("Kairo sees Ava. She smiles.", ("ava",)),
        ("Kairo watches Emil. He smiles.", ("kairo",)),
        ("Ava and Zuri meet Kairo. He smiles.", ("kairo",)),
        ("Ava meets Kairo. Both of them smile.", ("ava", "kairo")),
        ("Ava meets Kairo. They smile.", ("ava", "kairo")),
        ("The guard sees Ava, who smiles.", ("ava",)),
        ("Ava sees that the guard smiles.", ()),
    ],
)
def test_a_pronoun_means_whom_the_text_goes_on_about(text: str, doers: tuple[str, ...]) -> None:
    _, found = deed(text, "smile")
    assert found.people(found.doers) == doers


def test_a_text_goes_on_about_its_subject() -> None:
    _, found = deed("He smiles.", "smile", subject="kairo")
    assert found.people(found.doers) == ("kairo",)


def test_what_is_said_aloud_is_set_aside() -> None:
    scene = read('"I lost the lamp," Kairo tells Ava.', CAST)
    assert [deed.lemma for sentence in scene.sentences for deed in sentence.deeds] == ["tell"]
    assert list(scene.quotes.values()) == ["I lost the lamp,"]
    aloud = [deed.lemma for sentence in scene.aloud.sentences for deed in sentence.deeds]
    assert "lose" in aloud


def test_a_noun_has_the_sorts_of_its_senses() -> None:
    scene = read("The lamp stands in the kitchen of the ship with a coat and her courage.", CAST)
    sorts = {token.text: sorts_of(token) for token in scene.doc}
    assert "thing" in sorts["lamp"] and "place" in sorts["kitchen"] and "vehicle" in sorts["ship"]
    assert "garment" in sorts["coat"] and sorts["courage"] == ("abstract",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ava finds her father's old silver watch.", "old silver watch"),
        ("Ava finds the sheriff's star.", "sheriff's star"),
        ("Ava finds three copper coins.", "copper coins"),
        ("Ava finds Kairo's lamp.", "lamp"),
    ],
)
def test_a_thing_is_named_by_what_is_said_of_it(text: str, name: str) -> None:
    scene, found = deed(text, "find")
    assert [name_of(thing, scene) for thing in found.things] == [name]
