"""Injuries: what hurts somebody in this scene, and which hurts, new or known, are treated in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engines.analyst.language.grammar import Scene
from engines.analyst.rules.body import near
from engines.analyst.rules.injury_signs import Hurt, Reader
from engines.analyst.rules.standing import standing
from engines.analyst.rules.treatments import aimed_at, treatments
from events.script import Change


def changes(scene: Scene) -> Iterator[Change]:
    reader, known = Reader(scene), standing(scene.known)
    found: list[Hurt] = []
    treated: list[Change] = []
    for sentence in scene.sentences:
        for hurt in reader.hurts(sentence):
            if not any(_same_as_known(hurt, one) for one in known):
                found = _added(found, hurt)
        if sentence.unreal or sentence.asks:
            continue
        for deed in treatments(sentence.span, scene):
            before = [hurt for hurt in found if hurt.at < sentence.span.end]
            aimed = aimed_at(deed, reader.spots, before)
            found = [replace(hurt, bandaged=True) if hurt in aimed else hurt for hurt in found]
            if not aimed:
                treated += [one for one in aimed_at(deed, reader.spots, known) if isinstance(one, Change)]
    yield from (hurt.change for hurt in found)
    yield from dict.fromkeys(one.model_copy(update={"bandaged": True}) for one in treated)


def _same_as_known(hurt: Hurt, known: Change) -> bool:
    """Whether a text only speaks of what is known already."""
    if hurt.who != known.character or hurt.fresh:
        return False
    again = hurt.kind == "adjective" and bool(hurt.where) and near(hurt.where, known.where)
    return again or hurt.is_(known)


def _added(found: Sequence[Hurt], hurt: Hurt) -> list[Hurt]:
    """A hurt that is spoken of twice is one; "tears her palm, a deep gash" is a gash."""
    for at, one in enumerate(found):
        if one.who != hurt.who or not near(one.where, hurt.where):
            continue
        if one.what == hurt.what:
            where = max(one.where, hurt.where, key=len)
            found = [*found]
            found[at] = replace(one, where=where, grave=one.grave or hurt.grave)
            return list(found)
        if one.where == hurt.where and (hurt.kind == "adjective" or _weaker(hurt, one)):
            return list(found)
        if one.where == hurt.where and one.kind == "verb" and hurt.kind == "noun":
            return [*found[:at], replace(hurt, grave=one.grave or hurt.grave), *found[at + 1 :]]
    return [*found, hurt]


def _weaker(hurt: Hurt, one: Hurt) -> bool:
    """ "The wound" is whatever hurt it was."""
    return hurt.what == "wound" and hurt.kind == "noun" and bool(one.where)
