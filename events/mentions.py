"""How one character's log speaks of another: by its id, never by its name.

Whoever reads puts the names back; of somebody who was erased there is no name left, so it reads "somebody".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

SOMEBODY = "somebody"
_MENTION = re.compile(r"\{([0-9a-f]{32})\}")


def mention(character_id: UUID) -> str:
    return f"{{{character_id.hex}}}"


def spellings(names: Iterable[str]) -> set[str]:
    """The ways in which a script may write these names: as they are, by the first name, and in capitals."""
    words = {word for name in names for word in (name, name.split()[0])}
    return words | {word.upper() for word in words}


def masked(text: str, people: Mapping[str, UUID]) -> str:
    """The text with every name in ``people`` replaced by a mention: whole words, as they are spelt there."""
    if not people:
        return text
    longest_first = sorted(people, key=len, reverse=True)
    names = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: mention(people[found[0]]), text)


def mentioned(text: str) -> set[UUID]:
    return {UUID(found) for found in _MENTION.findall(text)}


def unmasked(text: str, names: Mapping[UUID, str]) -> str:
    """The text with the names put back."""
    return _MENTION.sub(lambda found: names.get(UUID(found[1])) or SOMEBODY, text)
