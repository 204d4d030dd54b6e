"""The embedded analyst: rules of grammar and tables of words, no model of its own and no key.

A scene is parsed once (``grammar``); each family of changes then looks for its own deeds and words in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engines.analyst import Person
from engines.analyst.language.grammar import read
from engines.analyst.rules import (
    clothes,
    company,
    drying,
    healing,
    injuries,
    knowledge,
    moods,
    places,
    poses,
    things,
    water,
    weather,
)
from events.script import Change

FAMILIES = (weather, water, drying, injuries, healing, clothes, things, moods, places, poses, company, knowledge)


class Rules:
    """The embedded ``Analyst``."""

    def observe(
        self, text: str, cast: Mapping[str, Person], known: Sequence[Change] = (), *, subject: str = ""
    ) -> tuple[Change, ...]:
        """See ``Analyst``. ``subject`` is the slug of the one whom a pronoun means before anybody is named."""
        scene = read(text, cast, known, subject)
        return tuple(dict.fromkeys(change for family in FAMILIES for change in family.changes(scene)))
