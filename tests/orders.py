"""A shot of one or two of the sample cast, as engines are told of it."""

from __future__ import annotations

from typing import Any

from engines.refine import RefineOrder
from engines.video import ActorOrder, ShotOrder
from events.camera import Camera, Framing
from events.character import Reference
from events.look import Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Shot
from media.assets import Assets
from tests.sample_cast import CAST, identities

VIEWS = ("front_blink", "front_neutral", "three_quarter_left")


def actor(slug: str, assets: Assets) -> ActorOrder:
    references = tuple(
        Reference(view=view, uri=assets.write((CAST / slug / f"{view}.webp").read_bytes())) for view in VIEWS
    )
    return ActorOrder(slug=slug, name=slug.title(), references=references, look=Look())


def order(assets: Assets, *slugs: str, frames: int = 100, **told: Any) -> ShotOrder:
    """Everybody named is in the picture and has to be recognisable."""
    shot = Shot(
        shot_id="1-1", scene=1, index=0, start=0, frames=frames, camera=Camera(framing=Framing.MEDIUM),
        visible=slugs, identified=slugs,
    )  # fmt: skip
    place = {"place": Place.STREET, "time": TimeOfDay.DAY, "weather": Weather.CLEAR, "mood": Mood.CALM}
    people = tuple(actor(slug, assets) for slug in slugs)
    return ShotOrder(
        **{"shot": shot, "prompt": "They walk.", "location": "a street", "actors": people, **place, **told}
    )


def repair(assets: Assets, *slugs: str, attempt: int = 1) -> RefineOrder:
    """Everybody named is in the picture and has to be who they are."""
    references = {slug: actor(slug, assets).references for slug in slugs}
    return RefineOrder(visible=slugs, identified=slugs, references=references, identities=identities(), attempt=attempt)
