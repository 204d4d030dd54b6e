"""What besides the face makes a character that character in a clip: hair, eyes, clothes, and the marks it bears.

Each is measured by itself and has its own verdict. Colours are compared as ΔE after the light of the scene has been
taken out of them; what cannot be seen, or has nothing to be compared with, is ``unknown``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engines.face import Face, FaceEngine
from engines.face.identity import idr, likeness
from engines.face.mark import strength
from engines.face.mesh import mesh
from engines.face.style import (
    BOTH,
    Lab,
    clothes,
    difference,
    from_hex,
    hair,
    iris,
    main_colours,
    skin,
    to_hex,
    unlit,
    view,
)
from engines.video.puppet.figure.injury import wound_of
from events.character import Identity, Style
from events.look import Injury, Look
from events.verdict import Opinion, Trait
from media.pictures import flattened

MOST_FRAMES = 3
HAIR, EYES, WARDROBE = 25.0, 24.0, 22.0
"""ΔE above which a colour is another. Measured on puppet takes in all moods and times of day (``tests/test_traits.py``
records how many right ones fail and wrong ones pass): right ones differ by 16, 16 and 18 at most in 95 of 100."""
STRONG_LIGHT = 45.0
"""ΔE between the skin in the picture and the person's own from which on the light hides every colour and mark."""
SHARE = 0.2
"""Share of the clothes that has to have the garment's colour: a coat is open, an apron or a scarf covers a part."""


@dataclass(frozen=True)
class TraitSheet:
    """What a character is measured against: its identity, and its canonical reference with the mesh of the face."""

    identity: Identity
    picture: np.ndarray
    mesh: np.ndarray


@dataclass
class Seen:
    """What was seen of one character: colours in the light of its references, and how strong each mark was."""

    hair: list[Lab] = field(default_factory=list)
    eyes: dict[str, list[Lab]] = field(default_factory=lambda: defaultdict(list))
    """By the colour that they should have."""
    clothes: list[list[Lab]] = field(default_factory=list)
    marks: dict[Injury, list[float]] = field(default_factory=lambda: defaultdict(list))


def trait_sheet(engine: FaceEngine, identity: Identity, canonical: np.ndarray) -> TraitSheet:
    """The sheet of a character from its canonical reference picture, RGB or RGBA uint8."""
    picture = flattened(canonical)
    return TraitSheet(identity, picture, mesh(picture, engine.faces(picture, 1)[0].box)[0])


def traits(
    engine: FaceEngine,
    frames: Iterable[np.ndarray],
    cast: Mapping[str, TraitSheet],
    visible: Sequence[str],
    looks: Mapping[str, Look],
) -> tuple[Trait, ...]:
    """The traits of everybody ``visible``, measured on at most three of these frames, ``(h, w, 3)`` RGB uint8.

    For each of them, in order: hair, eyes, wardrobe, and one mark per injury of its look. A still is one frame.
    """
    seen = {slug: Seen() for slug in visible}
    for frame in _spread(list(frames)):
        for slug, face in _who(engine, frame, cast, visible):
            look_at(frame, face, cast[slug], looks.get(slug, Look()), seen[slug])
    return tuple(trait for slug in visible for trait in _judged(slug, seen[slug], cast[slug], looks.get(slug, Look())))


def _spread(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    """At most three, from the middles of thirds: the first frames of a shot may still melt into the one before."""
    if len(frames) <= MOST_FRAMES:
        return list(frames)
    return [frames[int(len(frames) * (part + 0.5) / MOST_FRAMES)] for part in range(MOST_FRAMES)]


def _who(
    engine: FaceEngine, frame: np.ndarray, cast: Mapping[str, TraitSheet], visible: Sequence[str]
) -> Iterator[tuple[str, Face]]:
    """Each face goes to the one it is most like, the surest first, nobody has two."""
    faces = engine.faces(frame, len(visible))
    pairs = [(_alike(engine, face, cast[slug].identity), slug, at) for slug in visible for at, face in enumerate(faces)]
    named: set[str] = set()
    taken: set[int] = set()
    for _, slug, at in sorted(pairs, key=lambda pair: -pair[0]):
        if slug not in named and at not in taken:
            named.add(slug)
            taken.add(at)
            yield slug, faces[at]


def _alike(engine: FaceEngine, face: Face, identity: Identity) -> float:
    references = [np.array(vector) for vector in identity.vectors]
    return idr(likeness(face.vector, references, engine.similarity), identity.calibration)


# ---------------------------------------------------------------- looking


def look_at(frame: np.ndarray, face: Face, sheet: TraitSheet, look: Look, seen: Seen) -> None:
    """Add what one frame shows of one character."""
    points, sure = mesh(frame, face.box)
    if sure < 0:
        return
    around = view(frame, points)
    there, style = skin(around), sheet.identity.style
    if there is None or not style.skin or difference(there, own := from_hex(style.skin)) > STRONG_LIGHT:
        return
    for injury in _marks(look):
        if (strong := strength(sheet.picture, sheet.mesh, frame, points, wound_of(injury))) is not None:
            seen.marks[injury].append(strong)
    eyes = [(iris(frame, points, sides), seen.eyes[code]) for code, sides in _eyes(style)]
    for colour, kept in ((hair(around), seen.hair), *eyes):
        if colour is not None:
            kept.append(unlit(colour, there, own))
    if worn := [unlit(colour, there, own) for share, colour in main_colours(clothes(around)) if share >= SHARE]:
        seen.clothes.append(worn)


def _eyes(style: Style) -> list[tuple[str, Sequence[str]]]:
    """The colours that eyes should have, and which eyes."""
    if not style.left_eye:
        return [(style.eyes, BOTH)]
    return [(style.eyes, BOTH[:1]), (style.left_eye, BOTH[1:])]


def _marks(look: Look) -> list[Injury]:
    return list(dict.fromkeys(look.injuries))


# ---------------------------------------------------------------- judging


def _judged(slug: str, seen: Seen, sheet: TraitSheet, look: Look) -> Iterator[Trait]:
    style = sheet.identity.style
    yield _coloured(slug, "hair", style.hair, seen.hair, HAIR)
    eyes = [_coloured(slug, "eyes", code, seen.eyes[code], EYES) for code, _ in _eyes(style)]
    yield max(eyes, key=lambda trait: trait.distance or 0)
    yield _worn(slug, look.wardrobe.colour if look.wardrobe else "", seen.clothes)
    yield from (_marked(slug, injury, seen.marks[injury]) for injury in _marks(look))


def _worn(slug: str, expected: str, worn: Sequence[Sequence[Lab]]) -> Trait:
    """Of the main colours of the clothes the one that is meant is the nearest."""
    nearest = [min(colours, key=lambda colour: difference(colour, from_hex(expected))) for colours in worn if expected]
    return _coloured(slug, "wardrobe", expected, nearest, WARDROBE)


def _coloured(slug: str, trait: str, expected: str, colours: Sequence[Lab], gate: float) -> Trait:
    measured = np.median(colours, 0) if colours else None
    if measured is None or not expected:
        told = "" if measured is None else to_hex(measured)
        return Trait(slug=slug, trait=trait, value="unknown", expected=expected, measured=told)
    apart = difference(measured, from_hex(expected))
    value: Opinion = "pass" if apart <= gate else "fail"
    return Trait(
        slug=slug, trait=trait, value=value, expected=expected, measured=to_hex(measured), distance=round(apart, 1)
    )


def _marked(slug: str, injury: Injury, strengths: Sequence[float]) -> Trait:
    """``distance`` is how strong the mark is, 1 at the gate."""
    expected = f"{'bandaged ' * injury.bandaged}{injury.what} on the {injury.where or wound_of(injury).place}"
    if not strengths:
        return Trait(slug=slug, trait="mark", value="unknown", expected=expected)
    strong = float(np.median(strengths))
    there: Opinion = "pass" if strong >= 1 else "fail"
    told = "seen" if strong >= 1 else "not seen"
    return Trait(slug=slug, trait="mark", value=there, expected=expected, measured=told, distance=round(strong, 2))
