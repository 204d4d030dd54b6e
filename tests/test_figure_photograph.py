"""A photograph as the only reference. No picture of a real person is kept here: renders of the sample cast on a
coloured ground, lit from one side, stand for photographs."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engines.face.matte import matte
from engines.face.mesh import mesh
from engines.video import ActorOrder
from engines.video.puppet.figure import Figure, Light, Pose
from engines.video.puppet.figure import landmarks as lm
from engines.video.puppet.figure.cutout import cutout
from events.character import Reference
from events.errors import BadPicture
from events.look import Garment, Injury, Look
from media.assets import Assets

CAST = Path(__file__).parents[1] / "samples" / "cast"


def photograph(name: str, ground: tuple[int, int, int] = (90, 120, 80)) -> tuple[np.ndarray, np.ndarray]:
    """An opaque picture, brighter on its left, and the alpha it was made with."""
    pixels = np.asarray(Image.open(CAST / name / "front_neutral.webp").convert("RGBA")).astype(np.float32)
    y, x = np.mgrid[:640, :640] / 640
    behind = np.array(ground) * (0.6 + 0.5 * y + 0.2 * np.sin(9 * x) * np.sin(7 * y))[..., None]
    share = pixels[..., 3:] / 255
    shown = pixels[..., :3] * (1.15 - 0.6 * x)[..., None] * share + behind * (1 - share)
    return np.clip(shown, 0, 255).astype(np.uint8), pixels[..., 3]


def stored(picture: np.ndarray, folder: Path, form: str = "JPEG") -> tuple[Assets, str]:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, quality=92)
    assets = Assets(folder)
    return assets, assets.write(file.getvalue())


def person(picture: np.ndarray, folder: Path, **look: object) -> Figure:
    assets, uri = stored(picture, folder)
    references = (Reference(view="photo", uri=uri),)
    return Figure(ActorOrder(slug="x", name="X", references=references, look=Look(**look)), assets)


@pytest.mark.parametrize("name", ["ava", "kairo", "marlow", "zuri"])
def test_the_person_is_cut_out_of_the_photograph(name: str, tmp_path: Path) -> None:
    picture, alpha = photograph(name)
    assets, uri = stored(picture, tmp_path)
    found = cutout(assets.path(uri))
    scale = found.alpha.shape[0] / 640
    true = np.asarray(Image.fromarray(alpha.astype(np.uint8)).resize(found.alpha.shape[::-1]))
    agree = (found.alpha > 128) == (true > 128)
    assert agree.mean() > 0.97
    assert found.alpha[: int(20 * scale)].max() == 0


def test_its_own_light_is_flattened(tmp_path: Path) -> None:
    picture, _ = photograph("zuri")
    assets, uri = stored(picture, tmp_path)
    flat = cutout(assets.path(uri))
    points, _ = mesh(picture, (200, 180, 240, 260))

    def sides(rgb: np.ndarray, at: np.ndarray) -> float:
        one, other = (rgb[int(at[k, 1]), int(at[k, 0])].astype(float).mean() for k in (50, 280))
        return abs(one / other - 1)

    assert sides(flat.rgb, flat.mesh) < 0.6 * sides(picture, points)


@pytest.mark.parametrize("name", ["kairo", "zuri"])
def test_a_photograph_speaks_blinks_and_feels(name: str, tmp_path: Path) -> None:
    figure = person(photograph(name)[0], tmp_path)
    assert figure.turns == {"front"}
    poses = [Pose(), *(Pose(mouth=m) for m in ("half", "wide", "round")), Pose(blink=True)]
    poses += [Pose(expression=e) for e in ("smile", "sad", "angry", "surprised")]
    sprites = [figure.sprite(pose, Light(), "bust", 120).pixels.astype(int) for pose in poses]
    for k, one in enumerate(sprites):
        for other in sprites[k + 1 :]:
            assert (np.abs(one - other).max(2) > 12).sum() > 30


def test_an_open_mouth_is_dark_inside(tmp_path: Path) -> None:
    figure = person(photograph("ava")[0], tmp_path)
    shut, wide = (figure.sprite(Pose(mouth=m), Light(), "bust", 160) for m in ("shut", "wide"))
    rest = cutout(next(p for p in tmp_path.rglob("*") if p.is_file()))
    middle = rest.mesh[[13, 14], :2].mean(0) - lm.between_eyes(rest.mesh)
    x, y = (middle * shut.face / lm.face_size(rest.mesh) + shut.eyes).astype(int)
    below = slice(y + int(0.03 * shut.face), y + int(0.09 * shut.face)), slice(x - 4, x + 5)
    assert wide.pixels[below][..., :3].mean() < 0.6 * shut.pixels[below][..., :3].mean()


def test_a_photograph_wears_and_suffers_as_the_story_says(tmp_path: Path) -> None:
    picture, _ = photograph("marlow")
    plain = person(picture, tmp_path).sprite(Pose(), Light(), "half", 90)
    look = {
        "wardrobe": Garment(what="coat", colour="#8a2f2a"),
        "injuries": (Injury(what="cut", where="left cheek", bandaged=True),),
    }
    told = person(picture, tmp_path, **look).sprite(Pose(), Light(), "half", 90)
    difference = np.abs(plain.pixels.astype(int) - told.pixels.astype(int)).max(2) > 20
    face = slice(int(plain.eyes[1]), int(plain.eyes[1] + 0.5 * plain.face))
    assert difference[face].sum() > 20
    assert difference[int(plain.eyes[1] + 1.5 * plain.face) :].mean() > 0.2


def test_a_picture_of_the_head_alone_gets_a_neck_and_a_body(tmp_path: Path) -> None:
    head = photograph("zuri")[0][40:440, 120:520]
    sprite = person(head, tmp_path, wardrobe=Garment(what="jumper", colour="#2f4a6a")).sprite(
        Pose(), Light(), "half", 80
    )
    column = sprite.pixels[int(sprite.eyes[1]) :, int(sprite.eyes[0])]
    assert column[:, 3].min() == 255
    chest = column[int(2 * sprite.face), :3].astype(int)
    assert chest[2] > chest[0] + 20


def test_a_turned_picture_of_another_camera_is_brought_to_size(tmp_path: Path) -> None:
    front, turned = (Image.open(CAST / "kairo" / f"{view}.webp") for view in ("front_neutral", "three_quarter_left"))
    assets = Assets(tmp_path)
    references = []
    for view, picture in (("front", front), ("three_quarter_left", turned.resize((400, 400)))):
        file = io.BytesIO()
        picture.save(file, "PNG")
        references.append(Reference(view=view, uri=assets.write(file.getvalue())))
    figure = Figure(ActorOrder(slug="k", name="K", references=tuple(references), look=Look()), assets)
    ahead, aside = (figure.sprite(Pose(turn=turn), Light(), "bust", 90) for turn in ("front", "left"))
    crowns = [np.flatnonzero(sprite.pixels[..., 3].any(1))[0] for sprite in (ahead, aside)]
    assert abs(crowns[0] - crowns[1]) < 0.15 * ahead.face


def test_a_picture_without_a_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="face"):
        person(np.full((300, 300, 3), 120, np.uint8), tmp_path)


def test_the_matte_and_the_mesh_find_the_person() -> None:
    picture, alpha = photograph("kairo")
    assert np.abs(matte(picture) - alpha / 255).mean() < 0.06
    points, sure = mesh(picture, (200, 180, 240, 260))
    assert points.shape == (468, 3)
    assert sure > 0
    assert 150 < lm.face_width(points) < 260
