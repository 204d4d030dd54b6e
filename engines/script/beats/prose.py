"""From a template to prose: choices, slots, people and their ways of speaking.

A template is plain text with ``[one|another]`` choices and ``{slots}``:

- ``{A}`` the name of role A, ``{A.they}`` ``{A.them}`` ``{A.their}`` ``{A.themself}`` its pronouns,
  ``{A.they:looks/look}`` a verb that agrees with the pronoun;
- ``{A!doubt}`` a phrase of that kind in A's own way of speaking (``phrases.yaml``), not used before;
- ``{object}`` and other words of the premise or the place; ``{Object}`` begins a sentence with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engines.script import CastNote
from engines.script.beats.tables import PHRASES

PRONOUNS = {
    "she": {"they": "she", "them": "her", "their": "her", "themself": "herself"},
    "he": {"they": "he", "them": "him", "their": "his", "themself": "himself"},
    "they": {"they": "they", "them": "them", "their": "their", "themself": "themselves"},
}
ATTITUDES: tuple[tuple[str, str], ...] = (
    ("brisk", r"command|captain|authorit|officer|leader|chief|boss|sergeant|director"),
    ("wise", r"mentor|elder|\bold\b|older|beard|grey|gray|professor|sixty|seventy|grand|retired|veteran"),
    ("blunt", r"outsider|scar\b|loner|thief|rebel|crop|soldier|guarded|tough|mechanic|trusts nobody"),
    ("eager", r"curious|young|eager|bright|student|child|girl|boy|apprentice|clever|dream"),
)
"""Ways of speaking, and what in a character's description suggests each."""

CHOICE = re.compile(r"\[([^\[\]]+)\]")
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?(?:!(\w+))?(?::([^/{}]+)/([^{}]+))?\}")
SENTENCE_START = re.compile(r"(^|(?<!\.\.)[.!?]['\"”’]?\s+)([a-z])")
ARTICLE = re.compile(r"\b([Aa]) (?=[aeio]|u(?!ni|se))")


@dataclass(frozen=True)
class Person:
    """One of the cast in this story."""

    slug: str
    name: str
    pronoun: str
    attitude: str

    def word(self, kind: str) -> str:
        return PRONOUNS[self.pronoun][kind]


@dataclass
class Voice:
    """What has been said in this episode so far, so that nothing is said twice."""

    rng: np.random.Generator
    said: set[str] = field(default_factory=set)

    def phrase(self, attitude: str, kind: str) -> str:
        """A phrase of this kind in this way of speaking, fresh while there are fresh ones."""
        phrases = PHRASES[kind].get(attitude, PHRASES[kind]["eager"])
        fresh = [phrase for phrase in phrases if phrase not in self.said] or phrases
        chosen = fresh[int(self.rng.integers(len(fresh)))]
        self.said.add(chosen)
        return str(chosen)


def people(cast: Sequence[CastNote]) -> list[Person]:
    """The cast with a way of speaking each: what its description suggests, all different while they last."""
    free = ["eager", "wise", "blunt", "brisk"]
    persons = []
    for note in cast:
        about = f"{note.description} {note.state}".lower()
        suggested = next((attitude for attitude, hints in ATTITUDES if re.search(hints, about)), "")
        attitude = suggested if suggested in free else free[0] if free else suggested or "eager"
        if attitude in free:
            free.remove(attitude)
        pronoun = note.pronoun.lower().split("/")[0].strip()
        persons.append(Person(note.slug, note.name.split()[0], pronoun if pronoun in PRONOUNS else "they", attitude))
    return persons


def fill(template: str, roles: Mapping[str, Person], slots: Mapping[str, str], voice: Voice) -> str:
    """The template as prose. Raises ``KeyError`` for a slot that is neither a role nor a known word."""

    def chosen(match: re.Match[str]) -> str:
        choices = match[1].split("|")
        return choices[int(voice.rng.integers(len(choices)))]

    def filled(match: re.Match[str]) -> str:
        key, form, phrase, singular, plural = match.groups()
        if key not in roles:
            return _capital(slots[key.lower()]) if key[0].isupper() else slots[key]
        person = roles[key]
        if phrase:
            return voice.phrase(person.attitude, phrase)
        subject = person.word(form) if form else person.name
        if not singular:
            return subject
        return f"{subject} {plural if form and person.pronoun == 'they' else singular}"

    text = SLOT.sub(filled, CHOICE.sub(chosen, template))
    text = ARTICLE.sub(r"\1n ", " ".join(text.split()))
    return SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
