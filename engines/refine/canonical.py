"""The embedded refine engine: a drifted face gets the character's own, from the reference picture that does the same.

A clip is gone through twice: once to follow its faces, and, when it is known who has to be whom and which view to
show when, once to paint. Whatever no face is painted on is encoded from the very samples that were decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from engines.face import FaceEngine
from engines.face.judge import Gates
from engines.face.onnx import Faces
from engines.refine import Refined, RefineOrder
from engines.refine.expression import EYES_OPEN, MOUTH_OPEN, away
from engines.refine.paint import Patch, Strokes, painted
from engines.refine.tracking import Sight, Track, drifted, follow
from engines.refine.views import View, chosen, views_of
from engines.refine.warp import height
from media.assets import Assets
from media.clips import ClipWriter
from media.frames import frame_count, rgb
from media.ssim import outside

SPREAD = 0.8
"""Standard deviation, in pictures that differ, over which a face's points and light are averaged."""
JUMP = 0.02
"""Standard deviation of the same in heights of the face: how far its points may lie apart."""
FORGOTTEN = 1e-3


@dataclass(frozen=True)
class Act:
    """One picture of a face that is to be painted: what is there, with which view and how."""

    sight: Sight
    view: View
    strokes: Strokes


class Canonical:
    """A ``RefineEngine``."""

    name = "canonical"

    def __init__(self, assets: Assets, faces: FaceEngine | None = None, gates: Gates | None = None) -> None:
        self.assets = assets
        self.faces = faces or Faces()
        self.gates = gates or Gates()

    def clip(self, path: Path, order: RefineOrder, folder: Path) -> Refined:
        tracks = follow(pictures(path), self.faces, len(order.visible))
        parts = [self._acts(slug, track, order) for slug, track in self._wrong(tracks, order)]
        if not parts:
            return Refined(path=str(path), outside=1.0)
        refined = folder / f"{path.stem}-refined-{order.attempt}.mp4"
        _paint(path, refined, parts, order)
        boxes = [[part[number].sight.box for part in parts if number in part] for number in range(frame_count(path))]
        return Refined(path=str(refined), outside=min(outside(path, refined, boxes)))

    def still(self, picture: np.ndarray, order: RefineOrder) -> np.ndarray:
        tracks = follow([picture], self.faces, len(order.visible))
        refined = picture.copy()
        for slug, track in self._wrong(tracks, order):
            act = self._acts(slug, track, order)[0]
            painted(act.view, act.sight, picture, act.strokes).onto(refined)
        return refined

    def _wrong(self, tracks: Sequence[Track], order: RefineOrder) -> list[tuple[str, Track]]:
        """The faces that have to be somebody's and are not."""
        return drifted(tracks, self.faces, order, self.gates.pass_)

    def _acts(self, slug: str, track: Track, order: RefineOrder) -> dict[int, Act]:
        return acts(track, views_of(order.references[slug], self.assets), order.attempt)


# ---------------------------------------------------------------- what to paint


def acts(track: Track, views: Sequence[View], attempt: int) -> dict[int, Act]:
    """What is painted of one face, by frame. While it is held it is the same ``Act`` again."""
    numbers = sorted(track.sights)
    sights = list({id(track.sights[number]): track.sights[number] for number in numbers}.values())
    steady = _steadied(sights)
    seen, done = (away(np.array([face.traits for face in faces])) for faces in (sights, views))
    choice = chosen([sight.mesh for sight in steady], seen, views, done)
    does = zip(steady, choice, seen, strict=True)
    shown = [Act(sight, views[view], _strokes(gone, done[view], attempt)) for sight, view, gone in does]
    by_sight = {id(sight): act for sight, act in zip(sights, shown, strict=True)}
    return {number: by_sight[id(track.sights[number])] for number in numbers}


def _strokes(seen: np.ndarray, done: np.ndarray, attempt: int) -> Strokes:
    """What the view does not do and has to be taken from the picture."""
    missing = np.clip(np.abs(seen - done) - 1.5, 0, 1)
    return Strokes(float(missing[MOUTH_OPEN]), float(missing[EYES_OPEN]), push=(attempt - 1) / 2)


def _steadied(sights: Sequence[Sight]) -> list[Sight]:
    """Points and colours averaged with their neighbours in time, so that what the mesh guesses does not tremble; less
    with those that lie elsewhere (bilateral: a head that turns at once is not shown half turned)."""
    times, meshes = np.arange(len(sights)), np.stack([sight.mesh for sight in sights])
    weights = np.exp(-(((times[:, None] - times) / SPREAD) ** 2) / 2)
    for one, other in np.argwhere(weights > FORGOTTEN):
        moved = np.abs(meshes[one] - meshes[other])[:, :2].mean() / height(meshes[one])
        weights[one, other] *= np.exp(-((moved / JUMP) ** 2) / 2)
    weights[weights < FORGOTTEN] = 0
    weights /= weights.sum(1, keepdims=True)
    meshes = np.einsum("ij,j...->i...", weights, meshes)
    skins = np.einsum("ij,j...->i...", weights, np.stack([sight.skin for sight in sights]))
    return [replace(s, mesh=mesh, skin=skin) for s, mesh, skin in zip(sights, meshes, skins, strict=True)]


# ---------------------------------------------------------------- painting


def _paint(path: Path, refined: Path, parts: Sequence[dict[int, Act]], order: RefineOrder) -> None:
    """The clip again, with each part's face over what is there."""
    last: list[tuple[Act, Patch] | None] = [None] * len(parts)
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        size = video.width, video.height
        with ClipWriter(refined, frame_count(path), order.fade_in, order.fade_out, size) as writer:
            for number, frame in enumerate(decoded(file)):
                planes = frame.to_ndarray(format="yuv420p")
                for index, part in enumerate(parts):
                    last[index] = _patch(part.get(number), last[index], frame)
                    if found := last[index]:
                        found[1].onto_i420(planes)
                writer.write_i420(planes)


def _patch(act: Act | None, before: tuple[Act, Patch] | None, frame: av.VideoFrame) -> tuple[Act, Patch] | None:
    if act is None:
        return None
    if before and before[0] is act:
        return before
    return act, painted(act.view, act.sight, rgb(frame), act.strokes)


def pictures(path: Path) -> Iterator[np.ndarray]:
    """All frames of a clip, ``(h, w, 3)`` RGB uint8."""
    with av.open(str(path)) as file:
        yield from (rgb(frame) for frame in decoded(file))


def decoded(file: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    video = file.streams.video[0]
    video.thread_count = 1
    yield from file.decode(video)
