"""Drift: how surely the judge tells a face that is not quite the character's from all that a film does to a face.

Takes of one or two of the sample cast are filmed as they should be, and spoilt by ``Drifting``: with another face, with
one between two, with two exchanged, out of focus. All are real clips, judged as in production. A blend is judged
twice: by a cast that knows whose face was blended in, and by one that does not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from bench.figures import FIGURES, Record, recorder
from bench.judging import identities
from bench.plots import plot_blends, plot_roc
from engines.face.judge import Gates, judge_clip
from engines.face.onnx import Faces
from engines.video import ActorOrder, Clip, Profile, ShotOrder
from engines.video.build import understudies
from engines.video.drifting import Drifting, Fate
from events.character import Identity
from events.script import Mood, Place, TimeOfDay, Weather
from events.storyboard import Camera, Shot
from events.verdict import Verdict
from media.assets import Assets
from media.clips import ClipWriter
from media.pictures import open_picture

DOCS = Path(__file__).resolve().parent.parent / "docs"
PLOTS = ("identity-roc.png", "identity-blend.png")
SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
HALF = 0.5
RECALL, FALSE_ALARMS, SWAPS = 0.95, 0.02, 0.95
HOLD, HELD = 4, 6
"""Frames for which an expression is held, and how many of them a take has."""
SAMPLING = HOLD / 24
VIEWS = (
    *("front_neutral", "front_smile", "front_sad", "front_surprised", "front_blink", "mouth_half", "mouth_wide"),
    *("three_quarter_left", "three_quarter_right", "look_up"),
)

# ---------------------------------------------------------------- filming


class Rehearsal:
    """A ``VideoEngine`` that moves cut-outs: expressions and turns change six times in a second, and each take has its
    own size of the people, tilt of the camera, width of the face (a slight turn), light, tint, softness and grain."""

    profile = Profile(name="rehearsal", longest_clip=60, references=20, repeatable=True, house_clips=True)

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def submit(self, order: ShotOrder) -> str:
        return f"{order.shot.shot_id}-{order.seed}"

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        path = folder / f"{operation}.mp4"
        frames = HOLD * HELD
        chance = np.random.default_rng(order.seed)
        film = Film(chance)
        with ClipWriter(path, frames, size=order.size) as writer:
            for _ in range(HELD):
                views = [actor.references[chance.integers(len(actor.references))].uri for actor in order.actors]
                people = [open_picture(self._assets.read(uri), uri) for uri in views]
                writer.write(film.exposed(people, order.size), HOLD)
        return Clip(path=str(path), frames=frames)


class Film:
    """What camera, light and stock do to all frames of one take."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.scale = chance.uniform(0.45, 0.95)
        self.squeeze = chance.uniform(0.92, 1.04)
        self.tilt = chance.uniform(-10, 10)
        self.soft = chance.uniform(0.3, 1.5)
        self.tint = chance.uniform(0.6, 1.05) * chance.uniform(0.85, 1.0, 3)
        self.ground = chance.integers(40, 140, 3)
        self.grain = chance.normal(0, 4, (720, 1280, 1)).round().astype(np.int16).repeat(3, 2)

    def exposed(self, people: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
        """RGBA cut-outs side by side as one frame, RGB uint8."""
        width, height = size
        picture = np.full((height, width, 3), self.ground, np.uint8)
        for place, person in enumerate(people, 1):
            self._place(picture, person, width * place / (len(people) + 1))
        turned = cv2.getRotationMatrix2D((width / 2, height / 2), self.tilt, 1)
        picture = cv2.warpAffine(picture, turned, size, borderMode=cv2.BORDER_REPLICATE)
        soft = cv2.GaussianBlur(picture, (0, 0), self.soft)
        lit = cv2.transform(soft, np.diag(self.tint))
        return cv2.add(lit, self.grain, dtype=cv2.CV_8U)

    def _place(self, picture: np.ndarray, person: np.ndarray, middle: float) -> None:
        tall = round(640 * self.scale)
        wide = round(tall * self.squeeze)
        person = cv2.resize(person, (wide, tall), interpolation=cv2.INTER_AREA)
        left = round(middle - wide / 2)
        part = picture[-tall:, left : left + wide]
        alpha = person[..., 3:] / np.float32(255)
        part[:] = (person[..., :3] * alpha + part * (1 - alpha)).round()


def ordered(actors: Sequence[ActorOrder], seed: int) -> ShotOrder:
    """An order for a take of these, left to right, all to be recognised."""
    slugs = tuple(actor.slug for actor in actors)
    shot = {"shot_id": f"drift-{seed}", "scene": 1, "index": 0, "start": 0, "frames": HOLD * HELD, "camera": Camera()}
    return ShotOrder(
        shot=Shot(**shot, visible=slugs, identified=slugs),
        prompt="",
        location="rehearsal room",
        place=Place.ROOM,
        time=TimeOfDay.DAY,
        weather=Weather.CLEAR,
        mood=Mood.CALM,
        actors=tuple(actors),
        seed=seed,
    )


# ---------------------------------------------------------------- the takes


@dataclass(frozen=True)
class Sizes:
    """How many takes of each kind; ``shares`` are those of the blends, each with ``blends`` takes."""

    good: int
    drifts: int
    blends: int
    swaps: int
    blurs: int
    shares: Sequence[float] = SHARES


FIRST_SEED = 1000
"""Takes below it were those on which the judge's gates were chosen."""
FULL = Sizes(good=150, drifts=36, blends=12, swaps=24, blurs=12)


@dataclass(frozen=True)
class Planned:
    """A take to be made: who is in it, whose face is lent to somebody in it, and what goes wrong."""

    fate: Fate
    actors: tuple[str, ...]
    understudy: str = ""
    share: float = 0.0

    @property
    def is_drift(self) -> bool:
        """Another face, or half of one and more."""
        return self.fate is Fate.DRIFTS or (self.fate is Fate.BLENDS and self.share >= HALF)


@dataclass(frozen=True)
class Judged:
    """A take and its verdicts: by the whole cast, and by a cast without the understudy."""

    planned: Planned
    verdict: Verdict
    unaware: Verdict

    @property
    def idr(self) -> float:
        """The lowest IDR in it, 0 where somebody was not seen."""
        return min(seen.idr or 0.0 for seen in self.verdict.sightings)


def plan(sizes: Sizes, slugs: Sequence[str]) -> Iterator[Planned]:
    """Everybody in turn with everybody's face; every third take is a two-shot."""
    pairs = cycle(permutations(slugs, 2))
    fates = chain(
        ((Fate.GOOD, 0.0) for _ in range(sizes.good)),
        ((Fate.DRIFTS, 0.0) for _ in range(sizes.drifts)),
        ((Fate.BLENDS, share) for share in sizes.shares for _ in range(sizes.blends)),
        ((Fate.SWAPS, 0.0) for _ in range(sizes.swaps)),
        ((Fate.BLURS, 0.0) for _ in range(sizes.blurs)),
    )
    for number, ((fate, share), (one, other)) in enumerate(zip(fates, pairs, strict=False)):
        third = next(slug for slug in slugs if slug not in (one, other))
        two = fate is Fate.SWAPS or number % 3 == 0
        yield Planned(fate, (one, third) if two else (one,), other, share)


def judged(planned: Iterable[Planned], faces: Faces, everybody: dict[str, Identity]) -> list[Judged]:
    """Film the takes and have them judged; ``everybody`` are the identities of the sample cast."""
    with TemporaryDirectory() as folder:
        assets = Assets(Path(folder) / "assets")
        cast = {actor.slug: _rehearsed(actor) for actor in understudies(assets)}
        return [
            _judged(take, filmed(take, number, cast, assets, Path(folder)), faces, everybody)
            for number, take in enumerate(planned, FIRST_SEED)
        ]


def _rehearsed(actor: ActorOrder) -> ActorOrder:
    references = tuple(reference for reference in actor.references if reference.view in VIEWS)
    return actor.model_copy(update={"references": references})


def filmed(take: Planned, number: int, cast: dict[str, ActorOrder], assets: Assets, folder: Path) -> Path:
    """The clip of a planned take. The understudy can only stand in for the first of the actors: it stands beside."""
    lenders = [cast[take.understudy]] if take.understudy else []
    shares = {"drifts": 0.0} | ({str(take.fate): 1.0} if take.fate is not Fate.GOOD else {})
    engine = Drifting(Rehearsal(assets), lenders, assets=assets, share=take.share, **shares)
    order = ordered([cast[slug] for slug in take.actors], number)
    return Path(engine.collect(engine.submit(order), order, folder).path)


def _judged(take: Planned, path: Path, faces: Faces, everybody: dict[str, Identity]) -> Judged:
    others = {slug: identity for slug, identity in everybody.items() if slug != take.understudy}
    verdict = judge_clip(faces, path, everybody, take.actors, take.actors, every=SAMPLING)
    blended = take.fate in (Fate.BLENDS, Fate.DRIFTS)
    unaware = judge_clip(faces, path, others, take.actors, take.actors, every=SAMPLING) if blended else verdict
    path.unlink()
    return Judged(take, verdict, unaware)


# ---------------------------------------------------------------- what came out


def share_failed(takes: Iterable[Judged], unaware: bool = False) -> float:
    """The share of these takes that the judge refuses."""
    failed = [(take.unaware if unaware else take.verdict).value == "fail" for take in takes]
    return sum(failed) / len(failed)


def of(takes: Sequence[Judged], *fates: Fate) -> list[Judged]:
    return [take for take in takes if take.planned.fate in fates]


def drifted(takes: Sequence[Judged]) -> list[Judged]:
    return [take for take in takes if take.planned.is_drift]


def report(takes: Sequence[Judged], record: Record) -> bool:
    """Record the figures of line identity.1; whether all bounds are kept."""
    kept = []

    def bounded(line: str, what: str, value: float, bound: str, ok: bool) -> None:
        record(line, what, value, "share", bound, ok)
        kept.append(ok)

    bad, good, swaps = drifted(takes), of(takes, Fate.GOOD), of(takes, Fate.SWAPS)
    recall, unaware = share_failed(bad), share_failed(bad, unaware=True)
    alarms, swapped = share_failed(good), sum(_is_swap(take) for take in swaps) / len(swaps)
    told = f"{len(bad)} takes with another face or half of one and more"
    bounded("identity.1.recall", f"of {told}, refused", recall, f"≥ {RECALL}", recall >= RECALL)
    what = f"of {told} of somebody unknown to the judge, refused"
    bounded("identity.1.recall", what, unaware, f"≥ {RECALL}", unaware >= RECALL)
    what = f"of {len(good)} good takes, refused"
    bounded("identity.1.false-alarms", what, alarms, f"≤ {FALSE_ALARMS}", alarms <= FALSE_ALARMS)
    what = f"of {len(swaps)} two-shots with exchanged faces, found as swaps"
    bounded("identity.1.swaps", what, swapped, f"≥ {SWAPS}", swapped >= SWAPS)
    blends = of(bad, Fate.BLENDS)
    what = f"of {len(blends)} takes with a face between two, half of another's and more, refused"
    record("identity.1.recall", what, share_failed(blends), "share", "", True)
    blurs = of(takes, Fate.BLURS)
    passed = sum(take.verdict.value == "pass" for take in blurs) / len(blurs)
    record("identity.1.blur", f"of {len(blurs)} takes out of focus, not passed", 1 - passed, "share", "", True)
    return all(kept)


def _is_swap(take: Judged) -> bool:
    return take.verdict.value == "fail" and any(span.kind == "swap" for span in take.verdict.spans)


def roc(takes: Sequence[Judged], alone: bool) -> list[tuple[float, float]]:
    """False alarms and recall at every gate that changes one: of the IDR ``alone``, or of the judge as it is."""
    good, bad = of(takes, Fate.GOOD), drifted(takes)

    def refused(group: Sequence[Judged], gate: float) -> float:
        return float(np.mean([take.idr < gate or (not alone and take.verdict.value == "fail") for take in group]))

    gates = sorted({0.0, *(take.idr + 1e-9 for take in (*good, *bad))})
    return [(refused(good, gate), refused(bad, gate)) for gate in gates]


def by_share(takes: Sequence[Judged]) -> dict[str, list[tuple[float, float]]]:
    """Share of takes refused at each share of another face: 0 the good ones, 1 another's whole face."""
    gate = Gates().pass_
    groups = {0.0: of(takes, Fate.GOOD), 1.0: of(takes, Fate.DRIFTS)}
    for share in sorted({take.planned.share for take in of(takes, Fate.BLENDS)}):
        groups[share] = [take for take in of(takes, Fate.BLENDS) if take.planned.share == share]
    ordered_groups = sorted(groups.items())
    return {
        "the other is in the cast": [(share, share_failed(group)) for share, group in ordered_groups],
        "the other is unknown": [(share, share_failed(group, unaware=True)) for share, group in ordered_groups],
        f"IDR below {gate} alone": [
            (share, float(np.mean([take.idr < gate for take in group]))) for share, group in ordered_groups
        ],
    }


def measure() -> None:
    """Film and judge all takes, record what came out, and draw it into ``build/`` and ``docs/``."""
    faces = Faces()
    everybody = identities(faces)
    publish(judged(plan(FULL, tuple(everybody)), faces, everybody), FIGURES.parent)
    for name in PLOTS:
        shutil.copyfile(FIGURES.parent / name, DOCS / name)


def publish(takes: Sequence[Judged], folder: Path) -> None:
    """Record the figures of these takes and draw their curves into a folder."""
    record = recorder("bench.drift")
    record("identity.1", "clips filmed and judged", len(takes), "clips", "≥ 200", len(takes) >= 200)
    report(takes, record)
    for what, points in by_share(takes).items():
        for share, failed in points:
            record("identity.1.blend", f"{share:.0%} of another face, refused: {what}", failed, "share", "", True)
    plot(takes, folder)


def plot(takes: Sequence[Judged], folder: Path) -> None:
    roc_file, blend_file = (folder / name for name in PLOTS)
    plot_roc({"IDR alone": roc(takes, alone=True), "the judge": roc(takes, alone=False)}, roc_file)
    plot_blends(by_share(takes), blend_file)
