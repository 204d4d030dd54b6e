"""Puppet takes for tests of what is seen in them: right ones, and ones that are wrong in one thing on purpose."""

from __future__ import annotations

import atexit
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import cv2
import numpy as np
import yaml
from PIL import Image

from engines.face import style
from engines.video import ActorOrder, ShotOrder
from engines.video.puppet import Puppet
from engines.video.puppet.figure import landmarks
from engines.video.puppet.figure.cloth import cloth_of
from engines.video.puppet.figure.cutout import Cutout, cutout
from events.character import Reference
from events.look import Garment, Look
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Camera, Framing, Move, Shot
from media.assets import Assets
from tests.sample_cast import CAST, SLUGS

VIEWS = (
    "front_neutral", "front_blink", "front_smile", "front_sad", "mouth_half", "mouth_wide", "three_quarter_left",
    "three_quarter_right",
)  # fmt: skip
OTHER_HAIR = {"ava": "#1e1c22", "kairo": "#c8aa6e", "marlow": "#96321e", "zuri": "#bea064"}
OTHER_EYES = {"ava": "#4a2c1a", "kairo": "#5a9ac8", "marlow": "#4a2c1a", "zuri": "#78b496"}
FRAMES = (6, 24, 42)
FACING = (Framing.MEDIUM, Framing.CLOSE_UP, Framing.EXTREME_CLOSE_UP, Framing.TWO_SHOT)
MOVES = (Move.STATIC, Move.DOLLY_IN, Move.HANDHELD, Move.TRACK_LEFT, Move.ZOOM_IN)
Change = Callable[[np.ndarray, Cutout], np.ndarray]


@cache
def studio() -> tuple[Assets, Puppet]:
    folder = Path(mkdtemp(prefix="lf-takes-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    assets = Assets(folder)
    return assets, Puppet(assets, sets_kept=2, figures_kept=24)


@cache
def own_clothes(slug: str) -> Garment:
    return Garment.model_validate(yaml.safe_load((CAST / slug / "character.yaml").read_text())["wardrobe"])


@cache
def references(slug: str, change: Change | None = None) -> tuple[Reference, ...]:
    """The reference pictures of a character, each changed in the same way."""
    assets, _ = studio()
    return tuple(_reference(assets, slug, shown, change) for shown in VIEWS)


def _reference(assets: Assets, slug: str, shown: str, change: Change | None) -> Reference:
    uri = assets.write((CAST / slug / f"{shown}.webp").read_bytes())
    if change is not None:
        pixels = np.asarray(Image.open(assets.path(uri)).convert("RGBA")).copy()
        pixels[..., :3] = change(pixels[..., :3], cutout(assets.path(uri)))
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", compress_level=1)
        uri = assets.write(file.getvalue())
    return Reference(view=shown, uri=uri)


def take(
    number: int, slug: str, look: Look, change: Change | None = None, framing: Framing | None = None
) -> list[np.ndarray]:
    """Three frames of a shot of this character; ``number`` chooses place, time, weather, mood, camera and partner."""
    _, puppet = studio()
    framing = framing or FACING[number % 4]
    partner = SLUGS[(SLUGS.index(slug) + 1 + number % 3) % 4] if framing is Framing.TWO_SHOT else None
    people = {slug: (references(slug, change), look)}
    if partner:
        people[partner] = references(partner), Look(wardrobe=own_clothes(partner))
    camera = Camera(framing=framing, move=MOVES[number % 5])
    cast = tuple(people)
    shot = Shot(shot_id=f"s{number}", scene=number + 1, index=0, start=0, frames=48, camera=camera, focus=slug,
                visible=cast, identified=cast)  # fmt: skip
    actors = tuple(ActorOrder(slug=s, name=s, references=r, look=worn) for s, (r, worn) in people.items())
    moods, times, places = list(Mood), list(TimeOfDay), list(Place)
    order = ShotOrder(
        shot=shot, prompt="", location="", place=places[(3 * number + 2) % 8], time=times[(number + number // 4) % 4],
        weather=(Weather.CLEAR, Weather.CLOUDY, Weather.FOG)[number % 3], mood=moods[(7 * number + 3) % 10],
        actors=actors,
    )  # fmt: skip
    film = puppet.film(order)
    return [film.frame(at) for at in FRAMES]


# ---------------------------------------------------------------- what can be wrong


@cache
def recast(slug: str) -> Change:
    """Other hair and other eyes: strands, pupils and whites as they are."""

    def change(rgb: np.ndarray, face: Cutout) -> np.ndarray:
        rgb = _painted(rgb, _hair(rgb, face), OTHER_HAIR[slug])
        for eye in landmarks.EYES.values():
            rgb = _painted(rgb, _iris(rgb, face.mesh[[*eye["upper"], *eye["lower"][::-1]], :2]), OTHER_EYES[slug])
        return rgb

    return change


def _hair(rgb: np.ndarray, face: Cutout) -> np.ndarray:
    """What is neither cloth nor face and more like the hair than like the skin."""
    lab, cloth = style.to_lab(rgb), cloth_of(face)
    to_hair, to_skin = (
        np.linalg.norm((lab - style.to_lab(colour[None, None])[0, 0]) * (0.6, 1, 1), axis=2)
        for colour in (cloth.hair, cloth.skin)
    )
    head = np.zeros(lab.shape[:2], np.uint8)
    cv2.fillConvexPoly(head, np.round(face.mesh[list(landmarks.OVAL), :2]).astype(np.int32), 1)
    return (cloth.front > 0.5) & (head == 0) & (to_hair < to_skin) & (face.alpha > 100)


def _iris(rgb: np.ndarray, rim: np.ndarray) -> np.ndarray:
    """Between the lids what is neither white nor black nor skin: coloured, or dark but not the darkest."""
    lids = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(lids, [np.round(rim).astype(np.int32)], 1)
    lab = style.to_lab(rgb)
    x = np.arange(rgb.shape[1])[None]
    near = np.abs(x - rim[:, 0].mean()) < 0.33 * np.ptp(rim[:, 0])
    white = (lab[..., 0] > 80) & (np.linalg.norm(lab[..., 1:], axis=2) < 14)
    return (lids > 0) & near & ~white & (lab[..., 0] > 13)


def _painted(rgb: np.ndarray, mask: np.ndarray, code: str) -> np.ndarray:
    """The masked part in this colour, as light and dark as it was within itself."""
    if not mask.any():
        return rgb
    lab, target = style.to_lab(rgb), style.from_hex(code)
    lab[..., 0] = np.where(
        mask, np.clip(target[0] + 0.6 * (lab[..., 0] - np.median(lab[mask][:, 0])), 2, 98), lab[..., 0]
    )
    lab[..., 1:] = np.where(mask[..., None], target[1:], lab[..., 1:])
    return np.clip(np.rint(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255), 0, 255).astype(np.uint8)
