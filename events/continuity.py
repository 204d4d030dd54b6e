"""The world state of every scene, known before any is shot: so scenes can be shot in parallel."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from uuid import UUID

from events.base import Value
from events.episode_facts import ContinuityError, SeenIn
from events.look import Look, rehearse
from events.mentions import masked, spellings
from events.script import Change, ChangeKind, Scene, Script
from events.verdict import Trait

SUDDEN = frozenset(
    {
        ChangeKind.INJURY,
        ChangeKind.PROP_GAINED,
        ChangeKind.PROP_LOST,
        ChangeKind.SOAKED,
        ChangeKind.COMPANION_GAINED,
        ChangeKind.COMPANION_LOST,
        ChangeKind.LEARNT,
    }
)
"""Changes that are seen to happen inside the scene; the others hold from its first frame."""


class SceneWorld(Value):
    """How every member of the cast looks when a scene begins and when it ends, by slug."""

    before: dict[str, Look]
    after: dict[str, Look]

    def look(self, slug: str, after_changes: bool) -> Look:
        return (self.after if after_changes else self.before)[slug]


People = Mapping[str, UUID]
"""Whom the names and slugs of a script mean."""


def people_of(cast: Mapping[str, UUID], names: Mapping[str, str]) -> dict[str, UUID]:
    """The cast by slug and by every spelling of its names."""
    return {form: cast[slug] for slug in cast for form in {slug, *spellings([names[slug]])}}


def plan_world(script: Script, looks: Mapping[str, Look], people: People | None = None) -> dict[int, SceneWorld]:
    """Fold the changes of all scenes, in story order, into the looks with which the cast comes on."""
    worlds, current = {}, dict(looks)
    people = people or {}
    for scene in script.scenes:
        before = {
            slug: rehearse(look, _changes(scene, slug, people, sudden=False), scene.hours_later)
            for slug, look in current.items()
        }
        current = {slug: rehearse(look, _changes(scene, slug, people, sudden=True)) for slug, look in before.items()}
        worlds[scene.number] = SceneWorld(before=before, after=current)
    return worlds


def changes_of(scene: Scene, slug: str, people: People | None = None) -> tuple[Change, ...]:
    """What the scene does to one character, in the order in which it is seen; its place, weather, mood and company
    included. Others are mentioned by their ids."""
    people = people or {}
    return (*_changes(scene, slug, people, sudden=False), *_changes(scene, slug, people, sudden=True))


def hours_before(script: Script, scene: Scene, slug: str) -> float:
    """Hours of the story since the character's scene before this one, or since the beginning of the script."""
    before = [s for s in script.scenes if s.number < scene.number]
    last = max((s.number for s in before if slug in s.characters), default=0)
    return sum(s.hours_later for s in (*before, scene) if s.number > last)


def _changes(scene: Scene, slug: str, people: People, sudden: bool) -> tuple[Change, ...]:
    written = tuple(c for c in scene.changes if c.character == slug and (c.kind in SUDDEN) is sudden)
    implied = () if sudden or slug not in scene.characters else _implied(scene, slug, {c.kind for c in written})
    return tuple(_masked(change, people) for change in (*implied, *written))


def _implied(scene: Scene, slug: str, told: Container[ChangeKind]) -> Iterator[Change]:
    """Where everybody in a scene is, in what weather, and how they feel, unless it is said of this one."""
    place, mood, weather = ChangeKind.LOCATION, ChangeKind.MOOD, ChangeKind.WEATHER
    for kind, what in ((place, scene.location), (mood, scene.mood.value), (weather, scene.weather.value)):
        if what and kind not in told:
            yield Change(kind=kind, character=slug, what=what)


def _masked(change: Change, people: People) -> Change:
    what = masked(change.what, people)
    return change if what == change.what else change.replaced(what=what)


# ---------------------------------------------------------------- planned against observed

ONE_AT_A_TIME = {ChangeKind.WARDROBE, ChangeKind.MOOD, ChangeKind.LOCATION, ChangeKind.POSE, ChangeKind.WEATHER}
"""Of these somebody has one at a time, so that two of them contradict each other."""
MUST_BE_PLANNED = {ChangeKind.INJURY, ChangeKind.WARDROBE, ChangeKind.PROP_GAINED, ChangeKind.PROP_LOST}
"""What a scene's words say and its plan does not would be forgotten in the next scene."""
NAMED_FREELY = MUST_BE_PLANNED | {ChangeKind.LOCATION}


def compare(scene: Scene, observed: Iterable[Change], seen_in: SeenIn = "text") -> list[ContinuityError]:
    """Where a scene's own words or its picture (``observed``, as the state analyst reads them) say something else of a
    character than its planned changes do. What is planned and not said is no error: a plan may know more than its
    words, and than is in the picture."""
    found = []
    for change in observed:
        planned = [c for c in scene.changes if (c.character, c.kind) == (change.character, change.kind)]
        if any(_is_same(change, c) for c in planned):
            continue
        contradicted = planned[-1] if planned and change.kind in ONE_AT_A_TIME else None
        if contradicted or change.kind in MUST_BE_PLANNED:
            found.append(
                ContinuityError(
                    scene=scene.number,
                    slug=change.character,
                    kind=change.kind.value,
                    planned=_words(contradicted) if contradicted else "",
                    observed=_words(change),
                    seen_in=seen_in,
                )
            )
    return found


def known_of(look: Look, slug: str) -> list[Change]:
    """A look as the changes that led to it: what an analyst may rely on when it reads what happens next."""
    worn = look.wardrobe
    told = [Change(kind=ChangeKind.WARDROBE, character=slug, what=worn.what, colour=worn.colour)] if worn else []
    hurt = [
        Change(kind=ChangeKind.INJURY, character=slug, what=i.what, where=i.where, bandaged=i.bandaged, grave=i.grave)
        for i in look.injuries
    ]
    held = [Change(kind=ChangeKind.PROP_GAINED, character=slug, what=prop) for prop in look.props]
    wet = [Change(kind=ChangeKind.SOAKED, character=slug, what="clothes")] if look.is_wet else []
    return [*told, *hurt, *held, *wet]


def _is_same(one: Change, other: Change) -> bool:
    """The same thing, named more or less fully: "key" and "brass key", "alley" and "the alley behind the market"."""
    if one.kind not in NAMED_FREELY:
        return one.what == other.what
    first, second = one.what.lower().split(), other.what.lower().split()
    same_thing = first[-1] in second or second[-1] in first
    return same_thing and (not one.where or not other.where or one.where == other.where)


def _words(change: Change) -> str:
    how = "bandaged " if change.bandaged else ""
    return f"{how}{change.what}{f' on the {change.where}' if change.where else ''}"


def pictured(scene: int, traits: Iterable[Trait]) -> list[ContinuityError]:
    """The traits that a picture shows otherwise than they should be."""
    return [
        ContinuityError(
            scene=scene,
            slug=trait.slug,
            kind=trait.trait,
            planned=trait.expected,
            observed=trait.measured,
            seen_in="picture",
        )
        for trait in traits
        if trait.value == "fail"
    ]
