"""The world state of every scene, known before any is shot: so scenes can be shot in parallel."""

from __future__ import annotations

from collections.abc import Mapping

from events.base import Value
from events.character import Look, rehearse
from events.script import Change, ChangeKind, Scene, Script

SUDDEN = frozenset({ChangeKind.INJURY, ChangeKind.PROP_GAINED, ChangeKind.PROP_LOST})
"""Changes that are seen to happen inside the scene; the others hold from its first frame."""


class SceneWorld(Value):
    """How every member of the cast looks when a scene begins and when it ends, by slug."""

    before: dict[str, Look]
    after: dict[str, Look]

    def look(self, slug: str, after_changes: bool) -> Look:
        return (self.after if after_changes else self.before)[slug]


def plan_world(script: Script, looks: Mapping[str, Look]) -> dict[int, SceneWorld]:
    """Fold the changes of all scenes, in story order, into the looks with which the cast comes on."""
    worlds, current = {}, dict(looks)
    for scene in script.scenes:
        before = {slug: rehearse(look, _changes(scene, slug, sudden=False)) for slug, look in current.items()}
        current = {slug: rehearse(look, _changes(scene, slug, sudden=True)) for slug, look in before.items()}
        worlds[scene.number] = SceneWorld(before=before, after=current)
    return worlds


def changes_of(scene: Scene, slug: str) -> tuple[Change, ...]:
    """What the scene does to one character, in the order in which it is seen; its place and mood included."""
    return (*_changes(scene, slug, sudden=False), *_changes(scene, slug, sudden=True))


def _changes(scene: Scene, slug: str, sudden: bool) -> tuple[Change, ...]:
    written = tuple(c for c in scene.changes if c.character == slug and (c.kind in SUDDEN) is sudden)
    if sudden or slug not in scene.characters:
        return written
    told = {c.kind for c in written}
    implied = ((ChangeKind.LOCATION, scene.location), (ChangeKind.MOOD, scene.mood.value))
    return (*(Change(kind=k, character=slug, what=w) for k, w in implied if w and k not in told), *written)
