"""The injuries that somebody comes into a scene with."""

from __future__ import annotations

from collections.abc import Sequence

from events.script import Change, ChangeKind


def standing(known: Sequence[Change]) -> list[Change]:
    """The injuries of earlier scenes that have not healed since, each as last told."""
    left: dict[tuple[str, str, str], Change] = {}
    for change in known:
        if change.kind == ChangeKind.INJURY:
            left[change.character, change.what, change.where] = change
        elif change.kind == ChangeKind.HEALING:
            left = {key: one for key, one in left.items() if not _heals(change, one)}
    return list(left.values())


def _heals(healing: Change, injury: Change) -> bool:
    same = healing.what in ("all", injury.what) and healing.where in ("", injury.where)
    return healing.character == injury.character and same
