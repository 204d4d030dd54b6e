"""Companions: who joins whom, finds each other again, or parts; every pair in both directions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import permutations, product

from engines.analyst.language.grammar import Scene
from engines.analyst.rules import meeting, parting
from engines.analyst.rules.party import Party, Sides
from events.script import Change, ChangeKind

GAINED, LOST = ChangeKind.COMPANION_GAINED, ChangeKind.COMPANION_LOST


def changes(scene: Scene) -> Iterator[Change]:
    """Those who had lost each other in the first sentence and meet again in the second are only told to meet."""
    party = Party(scene)
    before = party.pairs
    told: dict[tuple[ChangeKind, str, str], None] = {}
    for sentence in scene.sentences:
        party.hears(sentence)
        if sentence.unreal:
            continue
        lost = _pairs(parting.parted(sentence, party), party.apart)
        gained = _pairs(meeting.met(sentence, party), party.pairs | {*lost})
        told |= dict.fromkeys((LOST, *pair) for pair in lost)
        told |= dict.fromkeys((GAINED, *pair) for pair in gained)
        for pair in {*gained} - before:
            told.pop((LOST, *pair), None)
        party.pairs = party.pairs - {*lost} | {*gained}
    yield from (Change(kind=kind, character=one, what=other) for kind, one, other in told)


def _pairs(groups: Iterable[Sides], but: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each of some with each of the others, else all of them with each other; both ways."""
    pairs = [
        pair
        for some, others in groups
        for pair in ([*product(some, others), *product(others, some)] if others else permutations(some, 2))
    ]
    return [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1] and pair not in but]
