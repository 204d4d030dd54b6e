"""Whose face is this? A new character must not have the face of another one, or films would confuse the two."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID

from actors.shell import state_at
from events.character import CHARACTER, Identity
from events.errors import FaceKnown

if TYPE_CHECKING:
    from actors.studio import Studio

NEAREST = 5
"""How many of the nearest known faces are looked at for each picture."""


def must_be_new(studio: Studio, identity: Identity, character_id: UUID) -> None:
    """Raises ``FaceKnown`` for a face that belongs to somebody else than ``character_id``."""
    if known := lookalikes(studio, identity, character_id):
        raise FaceKnown(
            f"This face already belongs to {' and '.join(known)}. Add the pictures to that character, or make a double "
            "of it with --twin."
        )


def lookalikes(studio: Studio, identity: Identity, but: UUID) -> list[str]:
    """The names of all others whose face this is: most of its pictures pass as theirs."""
    others = {at: name for at, name in studio.names().items() if at != but}
    if not others:
        return []
    seen: Counter[UUID] = Counter()
    for nearest in studio.remembrance.nearest_faces(identity.vectors, NEAREST, identity.embedder):
        seen.update({at for at, _, raw in nearest if at in others and _passes(studio, raw, at)})
    return [others[at] for at, times in seen.items() if 2 * times > len(identity.vectors)]


def _passes(studio: Studio, raw: float, character_id: UUID) -> bool:
    from engines.face.identity import idr

    identity = state_at(CHARACTER, character_id, studio.log).identity
    return identity is not None and idr(raw, identity.calibration) >= studio.settings.pass_idr
