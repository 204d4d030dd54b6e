"""Faces followed through a clip, and who of the shot each of them has to be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import cv2
import numpy as np

from engines.face import Face, FaceEngine
from engines.face.assignment import UNKNOWN_FACE
from engines.face.identity import idr, likeness
from engines.face.mesh import mesh as face_mesh
from engines.refine import RefineOrder
from engines.refine.colour import skin
from engines.refine.expression import traits
from events.character import Identity

LOOK = 8
"""Frames between two searches for faces; between them each is followed by its mesh."""
SURE = 5.0
"""What the mesh model has to say of a face. Measured: 12 and more on faces of film frames, -1 to 2 on what the detector
took for one in skies and walls."""
THUMB = 24
HELD_MEAN, HELD_MOST = 0.5, 5.0
"""Grey levels by which a face may differ from the picture before, at ``THUMB`` pixels, and still be held: the noise
of coding a picture twice. Measured on puppet clips: 0.2-0.6 and 2-4.5 where held, 8 and more at a blink."""
RIVALS = 3
"""Faces looked at beyond those that have to be there."""
LOW = 10
"""Percentile of the IDR over a clip by which a face is held for its own, and left alone."""


@dataclass(frozen=True)
class Sight:
    """One face in one picture: ``mesh`` (468, 3) in pixels, ``skin`` its colours (``colour.skin``), ``traits`` what it
    does (``expression.traits``)."""

    mesh: np.ndarray
    skin: np.ndarray
    traits: np.ndarray
    thumb: np.ndarray = field(repr=False)

    @property
    def box(self) -> tuple[float, float, float, float]:
        low, high = self.mesh[:, :2].min(0), self.mesh[:, :2].max(0)
        return (*low, *(high - low))


@dataclass
class Track:
    """One face through a clip: what was seen in each frame (the same ``Sight`` again while it is held), and the
    vectors of some of them."""

    sights: dict[int, Sight] = field(default_factory=dict)
    vectors: list[np.ndarray] = field(default_factory=list)

    @property
    def place(self) -> float:
        """Where it stands, in pixels from the left."""
        return float(np.median([sight.mesh[:, 0].mean() for sight in self.sights.values()]))

    @property
    def size(self) -> float:
        """How much of the clip it fills: height of the box, over all frames."""
        return sum(sight.box[3] for sight in self.sights.values())

    def idr(self, engine: FaceEngine, identity: Identity, percentile: float = 50) -> float:
        """How like a character the face is, over the frames in which it was looked at."""
        references = [np.array(vector) for vector in identity.vectors]
        seen = [idr(likeness(v, references, engine.similarity), identity.calibration) for v in self.vectors]
        return float(np.percentile(seen, percentile)) if seen else 0.0


# ---------------------------------------------------------------- following


def follow(pictures: Iterable[np.ndarray], engine: FaceEngine, expected: int) -> list[Track]:
    """All faces of a clip's frames ``(h, w, 3)`` RGB uint8, of which ``expected`` are somebody's."""
    tracks: list[Track] = []
    kept: deque[np.ndarray] = deque(maxlen=LOOK)
    for number, picture in enumerate(pictures):
        kept.append(picture)
        for track in tracks:
            _go_on(track, picture, number - 1, number)
        if number % LOOK == 0:
            for face in engine.faces(picture, expected):
                _meet(tracks, face, kept, number)
    return tracks


def _meet(tracks: list[Track], face: Face, kept: Sequence[np.ndarray], number: int) -> None:
    """A face that was found is one that is followed, or a new one; that is followed back to the last search."""
    middle = face.landmarks.mean(0)
    known = next((track for track in tracks if number in track.sights and _within(track.sights[number], middle)), None)
    if known:
        known.vectors.append(face.vector)
        return
    sight = _look(kept[-1], face.box)
    if sight is None:
        return
    track = Track({number: sight}, [face.vector])
    tracks.append(track)
    for back in range(1, len(kept)):
        _go_on(track, kept[-1 - back], number - back + 1, number - back)


def _within(sight: Sight, point: np.ndarray) -> bool:
    x, y, width, height = sight.box
    return bool(x <= point[0] <= x + width and y <= point[1] <= y + height)


def _go_on(track: Track, picture: np.ndarray, last: int, number: int) -> None:
    """Follow a face from one frame to its neighbour."""
    before = track.sights.get(last)
    if before is None:
        return
    held = _is_held(before, picture)
    now = before if held else _look(picture, before.box)
    if now is not None:
        track.sights[number] = now


def _look(picture: np.ndarray, box: tuple[float, float, float, float]) -> Sight | None:
    points, sure = face_mesh(picture, box)
    if sure < SURE:
        return None
    found = points.astype(np.float64)
    return Sight(found, skin(picture, found), traits(picture, found), _thumb(picture, found))


def _is_held(sight: Sight, picture: np.ndarray) -> bool:
    gone = np.abs(_thumb(picture, sight.mesh) - sight.thumb)
    return bool(gone.mean() < HELD_MEAN and gone.max() < HELD_MOST)


def _thumb(picture: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The face small and grey: a change of it is no noise."""
    limits = picture.shape[1::-1]
    low = np.clip(mesh[:, :2].min(0), 0, np.array(limits) - 2).astype(int)
    high = np.clip(mesh[:, :2].max(0), low + 2, limits).astype(int)
    grey = cv2.cvtColor(picture[low[1] : high[1], low[0] : high[0]], cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32)


# ---------------------------------------------------------------- who is who


def assigned(
    tracks: Sequence[Track],
    engine: FaceEngine,
    cast: Mapping[str, Identity],
    visible: Sequence[str],
    identified: Sequence[str],
) -> dict[str, Track]:
    """Which face has to be whose. People keep their order from left to right, so that two who were swapped get their
    own places back; where there are more people or more faces than the other, large faces, those who have to be
    recognisable and likeness decide."""
    largest = sorted(tracks, key=lambda track: -track.size)[: len(visible) + RIVALS]
    faces = sorted(largest, key=lambda track: track.place)
    likes = {(slug, id(face)): face.idr(engine, cast[slug]) for slug in visible for face in faces}

    def gain(slug: str, face: Track) -> float:
        wanted = UNKNOWN_FACE if slug in identified else 0
        return face.size / largest[0].size + likes[slug, id(face)] + wanted

    count = min(len(faces), len(visible))
    castings = [
        list(zip(people, chosen, strict=True))
        for people in combinations(visible, count)
        for chosen in combinations(faces, count)
    ]
    return dict(max(castings, key=lambda casting: sum(gain(slug, face) for slug, face in casting)))


def drifted(tracks: Sequence[Track], engine: FaceEngine, order: RefineOrder, enough: float) -> list[tuple[str, Track]]:
    """The faces that have to be somebody's and are less like them than ``enough`` (IDR)."""
    if not tracks:
        return []
    places = assigned(tracks, engine, order.identities, order.visible, order.identified)
    wanted = [(slug, places[slug]) for slug in order.identified if slug in places]
    return [(slug, track) for slug, track in wanted if track.idr(engine, order.identities[slug], LOW) < enough]
