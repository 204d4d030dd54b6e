"""What a video engine is told of a shot: made again from the log whenever it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from events.episode import Take
from events.errors import Unsupported
from events.prompt import forbidden
from events.storyboard import Shot

if TYPE_CHECKING:
    from actors.director import Direction
    from engines.video import ActorOrder, Profile, ShotOrder, SpokenLine


def shot_order(direction: Direction, shot: Shot, take: Take, profile: Profile) -> ShotOrder:
    """Raises ``Unsupported`` for what the engine cannot do."""
    from engines.video import ShotOrder

    scene = direction.scene(shot.scene)
    shots = direction.state.shots_of(shot.scene)
    before = direction.state.accepted_take(shots[shot.index - 1].shot_id) if is_chained(shot, profile) else None
    opening = direction.state.accepted_take(shots[0].shot_id)
    tail = before.tail if before else ""
    return ShotOrder(
        shot=shot,
        prompt=take.prompt,
        location=scene.location,
        place=scene.place,
        time=scene.time,
        weather=scene.weather,
        mood=scene.mood,
        description=scene.description,
        actors=tuple(actor_order(direction, slug, shot) for slug in shot.visible),
        lines=tuple(spoken(direction, shot)),
        tail=tail,
        first=tail or direction.state.frames.get(shot.shot_id, ""),
        before=before.uri if before and profile.extends else "",
        before_operation=before.operation if before and profile.extends else "",
        anchor=opening.uri if opening and shot.index else "",
        negative=forbidden(direction.background(shot.scene)) if profile.negative else "",
        take_id=f"{direction.episode_id}-{take.take_id}",
        seed=take.seed,
        fade_in=shot.index == 0,
        fade_out=shot.shot_id == shots[-1].shot_id,
    )


def is_chained(shot: Shot, profile: Profile) -> bool:
    """Whether a shot begins at the tail of the one before: not the first of a scene, and not where a chain has become
    so long that it would drift. Raises ``Unsupported`` for an engine that cannot, and was not told to begin anew."""
    if shot.index == 0 or (profile.hops and shot.index % profile.hops == 0):
        return False
    if not (profile.first_frame or profile.extends):
        raise Unsupported(
            f"{profile.name} cannot begin at the last frame of the shot before. Choose another engine, or let every "
            f"shot of it begin anew: `engines: {{video: {{{profile.name}: {{hops: 1}}}}}}` in engines.yaml."
        )
    return True


def actor_order(direction: Direction, slug: str, shot: Shot) -> ActorOrder:
    from engines.video import ActorOrder

    character = direction.cast[slug]
    look = direction.world[shot.scene].look(slug, shot.after_changes)
    return ActorOrder(slug=slug, name=character.name, references=character.references, look=look)


def spoken(direction: Direction, shot: Shot) -> list[SpokenLine]:
    from engines.video import SpokenLine

    scene = direction.scene(shot.scene)
    return [
        SpokenLine(
            speaker=timing.speaker,
            text=scene.lines[timing.line].text,
            audio=direction.speech(shot.scene, timing.line).uri,
            start=timing.start - shot.start,
            frames=timing.frames,
        )
        for timing in shot.lines
    ]
