"""The embedded analyst: rules and tables of words, no model and no key.

The text is read once (``page``); each family of changes then looks for its own words in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engines.analyst import Person
from engines.analyst.rules import (
    clothes,
    company,
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
from engines.analyst.rules.page import read
from events.script import Change

FAMILIES = (weather, water, injuries, healing, clothes, things, moods, places, poses, company, knowledge)


class Rules:
    """The embedded ``Analyst``."""

    def observe(
        self, text: str, cast: Mapping[str, Person], known: Sequence[Change] = (), *, subject: str = ""
    ) -> tuple[Change, ...]:
        """See ``Analyst``. ``subject`` is the slug of the one whom a pronoun means before anybody is named."""
        page = read(text, cast, known, subject)
        return tuple(dict.fromkeys(change for family in FAMILIES for change in family.changes(page)))
