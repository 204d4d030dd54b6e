"""What happens to people in a screenplay's action text, and how they feel where a scene says so itself.

The state analyst reads the text; place, feeling and weather come from the scene's own heading and notes instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engines.analyst import Person
from events.script import Change, ChangeKind, Mood

OF_THE_SCENE = {ChangeKind.LOCATION, ChangeKind.MOOD, ChangeKind.WEATHER}


def changes_in(
    text: str, cast: Mapping[str, str], earlier: Sequence[Change] = (), subject: str = ""
) -> tuple[Change, ...]:
    """The changes that this text makes to the cast (slug to name), but for those that a scene says of itself.

    ``earlier`` are the changes of the scenes before: a bandage or a healing belongs to an injury told there.
    ``subject`` is who "he" or "she" is until somebody is named.
    """
    from engines.analyst.rules import Rules  # loads a parser, which those who only plan do not need

    people = {slug: Person(name=name) for slug, name in cast.items()}
    found = Rules().observe(text, people, earlier, subject=subject)
    return tuple(change for change in found if change.kind not in OF_THE_SCENE)


def felt(
    characters: Sequence[str], location: str, mood: Mood, known: dict[tuple[str, ChangeKind], str]
) -> tuple[Change, ...]:
    """Where everybody in a scene is and how they feel, where that is new; it is remembered in ``known``."""
    changes = []
    for who in characters:
        for kind, what in ((ChangeKind.LOCATION, location), (ChangeKind.MOOD, str(mood))):
            if what and known.get((who, kind)) != what:
                known[who, kind] = what
                changes.append(Change(kind=kind, character=who, what=what))
    return tuple(changes)
