"""Where a scene becomes shots: where its lines are heard, where it is cut, and what the camera sees.

Pure rules over film frames (``FPS`` a second). They follow the usual grammar of continuity editing: establish the
place, then follow who speaks, cut in the pauses between lines, and look at a listener during a long one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from pydantic import Field

from events.base import Value
from events.camera import Angle, Camera, Framing, Move, camera
from events.errors import BadScript
from events.script import FPS, NARRATOR, ChangeKind, Mood, Scene

__all__ = [
    "Angle",
    "Camera",
    "Framing",
    "Move",
    "Shot",
    "Timing",
    "camera",
    "cut_points",
    "lay_out_lines",
    "plan_shots",
    "retimed",
    "scene_frames",
]

LEAD_IN, PAUSE, LONGEST_PAUSE, TAIL = (round(seconds * FPS) for seconds in (0.7, 0.4, 0.9, 0.6))
SHORTEST, IDEAL, LONGEST = 4 * FPS, round(5.2 * FPS), 8 * FPS
"""Lengths of a shot in frames."""

FACES = {
    Framing.MEDIUM,
    Framing.CLOSE_UP,
    Framing.EXTREME_CLOSE_UP,
    Framing.TWO_SHOT,
    Framing.OVER_THE_SHOULDER,
}
"""Framings in which a face is large enough to be recognised."""
PAIRS = {Framing.TWO_SHOT, Framing.OVER_THE_SHOULDER}
WIDE_FRAMINGS = {Framing.EXTREME_WIDE, Framing.WIDE, Framing.FULL}
SEEN_TO_HAPPEN = {ChangeKind.INJURY, ChangeKind.HEALING, ChangeKind.PROP_GAINED, ChangeKind.PROP_LOST}


def scene_frames(scene: Scene) -> int:
    """The length of a scene in film frames."""
    return round(scene.seconds * FPS)


# ---------------------------------------------------------------- values


class Timing(Value):
    """When line ``line`` of its scene is heard; frames count from the scene's first frame."""

    line: int = Field(ge=0)
    speaker: str
    start: int = Field(ge=0)
    frames: int = Field(gt=0)


class Shot(Value):
    """One call of a video engine, 4-8 s.

    ``start`` and ``frames`` are film frames inside the scene. ``focus`` is the slug the camera is
    for; ``visible`` all slugs in the picture, left to right; ``identified`` those whose face must be
    recognisable in it (none in an establishing wide). ``continues`` says that the framing goes on
    from the shot before without a cut. ``after_changes`` says whether this scene's injuries, healings
    and props have happened already; its wardrobe, moods and locations hold from its first frame.
    """

    shot_id: str
    scene: int = Field(ge=1)
    index: int = Field(ge=0)
    start: int = Field(ge=0)
    frames: int = Field(gt=0)
    camera: Camera
    focus: str = ""
    visible: tuple[str, ...] = ()
    identified: tuple[str, ...] = ()
    lines: tuple[Timing, ...] = ()
    continues: bool = False
    after_changes: bool = True


# ---------------------------------------------------------------- lines


def lay_out_lines(scene: Scene, spoken_frames: Sequence[int]) -> tuple[Timing, ...]:
    """When each line of the scene is heard; ``spoken_frames`` are the lengths of the spoken lines, in frames.

    There are at least 0.7 s before the first line, 0.4 s between lines and 0.6 s after the last. Time left over
    is shared out, but the pause between two people who talk to each other stays within 0.9 s, and a scene that
    begins with one of the cast speaking is quiet for up to 4 s, so that the camera can establish it and come close.
    Where the speech is too long for the scene, the narrator's last line is dropped, then the one before, and
    so on (``Timing.line`` tells which remain); raises ``BadScript`` when the dialogue alone does not fit.
    """
    kept = list(range(len(scene.lines)))
    while kept and _spare(scene, spoken_frames, kept) < 0:
        narrated = [line for line in kept if scene.lines[line].speaker == NARRATOR]
        if not narrated:
            raise BadScript(
                f"The dialogue of scene {scene.number} ({scene.scene_id}) takes longer than its "
                f"{scene.seconds:g} seconds. Shorten its lines or make the scene longer."
            )
        kept.remove(narrated[-1])
    if not kept:
        return ()
    timings, start = [], 0
    for line, gap in zip(kept, _gaps(scene, spoken_frames, kept), strict=False):
        start += gap
        timings.append(Timing(line=line, speaker=scene.lines[line].speaker, start=start, frames=spoken_frames[line]))
        start += spoken_frames[line]
    return tuple(timings)


def _spare(scene: Scene, spoken_frames: Sequence[int], kept: Sequence[int]) -> int:
    """Frames left when every pause is at its shortest."""
    pauses = LEAD_IN + PAUSE * (len(kept) - 1) + TAIL
    return scene_frames(scene) - pauses - sum(spoken_frames[line] for line in kept)


def _gaps(scene: Scene, spoken_frames: Sequence[int], kept: Sequence[int]) -> list[int]:
    """The silence before each kept line and after the last."""
    smallest = [LEAD_IN, *[PAUSE] * (len(kept) - 1), TAIL]
    exchange = [NARRATOR not in (scene.lines[one].speaker, scene.lines[other].speaker) for one, other in pairwise(kept)]
    share = _spare(scene, spoken_frames, kept) // len(smallest)
    between = [PAUSE + (min(share, LONGEST_PAUSE - PAUSE) if talk else share) for talk in exchange]
    left = _spare(scene, spoken_frames, kept) - (sum(between) - PAUSE * len(between))
    narrated = scene.lines[kept[0]].speaker == NARRATOR
    before = left // 2 if narrated else min(left, SHORTEST - LEAD_IN)
    return [LEAD_IN + before, *between, TAIL + left - before]


# ---------------------------------------------------------------- cuts


def cut_points(frames: int, timings: Sequence[Timing], rng: np.random.Generator) -> list[int]:
    """The frames at which the shots of a scene begin, with the end of the scene as the last.

    The cheapest way through the scene by dynamic programming: shots of 4-8 s near a length that the seed varies,
    cut in pauses, just before a line rather than inside it. A scene under 8 s may be one shot.
    """
    if frames < 2 * SHORTEST:
        return [0, frames]
    ideal = IDEAL + int(rng.integers(-12, 13))
    cost = _cut_costs(frames, timings)
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for end in range(SHORTEST, frames + 1):
        ways = [
            (best[begin][0] + ((end - begin - ideal) / FPS) ** 2 + cost[end], begin)
            for begin in range(max(0, end - LONGEST), end - SHORTEST + 1)
            if begin in best
        ]
        if ways:
            best[end] = min(ways)
    points = [frames]
    while points[0] > 0:
        points.insert(0, best[points[0]][1])
    return points


def _cut_costs(frames: int, timings: Sequence[Timing]) -> np.ndarray:
    """What a cut costs at each frame: much inside a line, less inside narration, least just before a line."""
    cost = np.full(frames + 1, 1.0)
    for timing in timings:
        cost[timing.start + 1 : timing.start + timing.frames] = 4.0 if timing.speaker == NARRATOR else 40.0
    for timing in timings:
        cost[max(0, timing.start - 8) : timing.start + 1] = 0.0
    cost[frames] = 0.0
    return cost


# ---------------------------------------------------------------- shots


def plan_shots(scene: Scene, timings: Sequence[Timing], seed: int) -> tuple[Shot, ...]:
    """The shots of a scene; their frames add up to the scene's. The same arguments give the same shots.

    The first shot establishes; then the camera follows who speaks. The scene's own camera words are honoured in
    the main shot: the first one if they ask for a wide, else the longest with speech of the cast after it.
    In a scene with injuries, healings or props, the shots of its first half show what was before
    (``after_changes`` false), and the first shot of the second half looks at whom it happened to.
    """
    rng = np.random.default_rng([seed, scene.number])
    points = cut_points(scene_frames(scene), timings, rng)
    spans = list(pairwise(points))
    heard = [[t for t in timings if t.start < end and t.start + t.frames > start] for start, end in spans]
    turn = next((i for i, (start, end) in enumerate(spans) if start + end >= points[-1]), len(spans))
    changed = {change.character for change in scene.changes if change.kind in SEEN_TO_HAPPEN} & set(scene.characters)
    main = _main_shot(scene, spans, heard)
    shots: list[Shot] = []
    for index, (start, end) in enumerate(spans):
        star = next((who for who in scene.characters if who in changed), "") if index == turn else ""
        shot = Shot(
            shot_id=f"s{scene.number:02d}-{index + 1:02d}",
            scene=scene.number,
            index=index,
            start=start,
            frames=end - start,
            camera=Camera(),
            lines=tuple(heard[index]),
            after_changes=not changed or index >= turn,
        )
        shots.append(_framed(shot, scene, shots, star, index == main, rng))
    return tuple(shots)


def retimed(shots: Sequence[Shot], spoken_frames: Sequence[int]) -> tuple[Shot, ...] | None:
    """The same shots with lines of another length, each beginning where it did; None where one does not fit there:
    it would run into the next, out of its scene, or through other shots than before."""
    known = {timing.line: timing for shot in shots for timing in shot.lines}
    heard = {line: timing.replaced(frames=spoken_frames[line]) for line, timing in known.items()}
    begins = [*(timing.start for timing in heard.values()), shots[-1].start + shots[-1].frames][1:]
    if any(timing.start + timing.frames > begin for timing, begin in zip(heard.values(), begins, strict=False)):
        return None
    new = tuple(shot.replaced(lines=tuple(heard[timing.line] for timing in shot.lines)) for shot in shots)
    return new if all(_hears_its_lines(shot, heard) for shot in new) else None


def _hears_its_lines(shot: Shot, heard: Mapping[int, Timing]) -> bool:
    span = shot.start, shot.start + shot.frames
    return {timing.line for timing in shot.lines} == {n for n, timing in heard.items() if _overlap(span, timing) > 0}


def _main_shot(scene: Scene, spans: Sequence[tuple[int, int]], heard: Sequence[Sequence[Timing]]) -> int:
    if len(spans) == 1 or camera(scene.camera).framing in WIDE_FRAMINGS:
        return 0
    return max(range(1, len(spans)), key=lambda i: (_spoken(spans[i], heard[i]), -i))


def _spoken(span: tuple[int, int], heard: Sequence[Timing]) -> int:
    """Frames of this span in which one of the cast speaks."""
    return sum(_overlap(span, timing) for timing in heard if timing.speaker != NARRATOR)


def _overlap(span: tuple[int, int], timing: Timing) -> int:
    return min(span[1], timing.start + timing.frames) - max(span[0], timing.start)


def _framed(shot: Shot, scene: Scene, shots: Sequence[Shot], star: str, main: bool, rng: np.random.Generator) -> Shot:
    """Give a shot its camera and the people in it; ``shots`` are those before, ``star`` has to be seen."""
    before = shots[-1] if shots else None
    if before and _goes_on(shot, before, scene):
        kept = {"camera", "focus", "visible", "identified"}
        return shot.model_copy(update={key: getattr(before, key) for key in kept} | {"continues": True})
    focus = _focus(shot, scene, shots, star)
    partner = star if star not in ("", focus) else _partner(shot, scene, focus)
    wanted = camera(scene.camera) if main and scene.camera else None
    if star not in ("", focus):
        framing = Framing.TWO_SHOT
    else:
        framing = wanted.framing if wanted else _framing(shot, before, focus, partner, rng)
    framing = _possible(framing, focus, partner)
    seen = _seen(scene, framing, focus, partner)
    facing = (focus,) if framing == Framing.OVER_THE_SHOULDER else seen
    return shot.model_copy(
        update={
            "camera": _camera(framing, wanted, scene, before, rng),
            "focus": focus,
            "visible": seen,
            "identified": facing if framing in FACES else (),
        }
    )


def _possible(framing: Framing, focus: str, partner: str) -> Framing:
    """A framing for two needs two, a framing of a face needs somebody."""
    if not focus and framing in FACES:
        return Framing.WIDE
    return Framing.MEDIUM if framing in PAIRS and not partner else framing


def _goes_on(shot: Shot, before: Shot, scene: Scene) -> bool:
    """One person alone in the middle of a line: there is nobody to cut to, so the picture stays."""
    running = any(t.start < shot.start and t.speaker == before.focus for t in shot.lines)
    return running and len(scene.characters) == 1 and before.after_changes == shot.after_changes


def _focus(shot: Shot, scene: Scene, shots: Sequence[Shot], star: str) -> str:
    """Whom the camera is for: who speaks most; a listener once a line has run on; else who was looked at least."""
    span = (shot.start, shot.start + shot.frames)
    spoken = {
        who: sum(_overlap(span, timing) for timing in shot.lines if timing.speaker == who)
        for who in scene.characters
        if any(timing.speaker == who for timing in shot.lines)
    }
    if not spoken:
        return star or _least_seen(scene, shots)
    if star in spoken:
        return star
    speaker = max(spoken, key=lambda who: spoken[who])
    last = shots[-1].focus if len(shots) > 1 else ""
    runs_on = any(timing.speaker == speaker and timing.start < shot.start - FPS for timing in shot.lines)
    listener = next((who for who in scene.characters if who != speaker), speaker)
    return listener if runs_on and speaker == last and len(spoken) == 1 else speaker


def _least_seen(scene: Scene, shots: Sequence[Shot]) -> str:
    looked_at = [shot.focus for shot in shots]
    last = looked_at[-1] if looked_at else ""
    return min(scene.characters, key=lambda who: (who == last, looked_at.count(who)), default="")


def _partner(shot: Shot, scene: Scene, focus: str) -> str:
    """Who shares the picture with the focus: the other speaker of the shot, else a neighbour."""
    others = [who for who in scene.characters if who != focus]
    speaking = [t.speaker for t in shot.lines if t.speaker in others]
    return next(iter([*speaking, *others]), "")


def _framing(shot: Shot, before: Shot | None, focus: str, partner: str, rng: np.random.Generator) -> Framing:
    """A framing for what happens in the shot: an exchange, a speaker, a listener, or nobody speaking."""
    if before is None:
        return Framing.EXTREME_WIDE if rng.random() < 0.35 else Framing.WIDE
    if not focus:
        return _another((Framing.WIDE, Framing.EXTREME_WIDE, Framing.FULL), before.camera.framing, rng)
    speakers = {timing.speaker for timing in shot.lines} - {NARRATOR}
    if len(speakers) > 1:
        choices: tuple[Framing, ...] = (Framing.TWO_SHOT, Framing.TWO_SHOT, Framing.OVER_THE_SHOULDER)
    elif focus in speakers:
        choices = (Framing.MEDIUM, Framing.CLOSE_UP, Framing.OVER_THE_SHOULDER)
    elif speakers:
        choices = (Framing.CLOSE_UP, Framing.OVER_THE_SHOULDER)
    else:
        choices = (Framing.MEDIUM, Framing.CLOSE_UP, Framing.TWO_SHOT, Framing.EXTREME_CLOSE_UP)
    possible = tuple(choice for choice in choices if partner or choice not in PAIRS)
    return _another(possible, before.camera.framing, rng)


def _another(choices: Sequence[Framing], last: Framing, rng: np.random.Generator) -> Framing:
    fresh = [choice for choice in choices if choice != last] or list(choices)
    return fresh[int(rng.integers(len(fresh)))]


def _seen(scene: Scene, framing: Framing, focus: str, partner: str) -> tuple[str, ...]:
    """Left to right in the order of the scene's cast, so that nobody jumps across the axis."""
    if framing in WIDE_FRAMINGS:
        return scene.characters
    pair = {focus, partner} if framing in PAIRS else {focus}
    return tuple(who for who in scene.characters if who in pair)


WIDE_MOVES = (Move.PAN_LEFT, Move.PAN_RIGHT, Move.DOLLY_IN, Move.TILT_UP, Move.TRACK_RIGHT, Move.DOLLY_OUT)
CALM_MOVES = (Move.STATIC, Move.DOLLY_IN, Move.TRACK_LEFT, Move.TRACK_RIGHT, Move.ZOOM_IN, Move.DOLLY_OUT)
UNEASY_MOVES = (Move.HANDHELD, Move.DOLLY_IN, Move.TRACK_LEFT, Move.TRACK_RIGHT, Move.ZOOM_IN)
DETAIL_MOVES = (Move.STATIC, Move.DOLLY_IN, Move.ZOOM_IN, Move.HANDHELD)
UNEASY = {Mood.TENSE, Mood.ANGRY, Mood.FEARFUL}
CALM_ANGLES = (Angle.EYE, Angle.EYE, Angle.EYE, Angle.EYE, Angle.LOW, Angle.HIGH)
UNEASY_ANGLES = (Angle.EYE, Angle.EYE, Angle.EYE, Angle.LOW, Angle.HIGH, Angle.DUTCH)


def _camera(
    framing: Framing, wanted: Camera | None, scene: Scene, before: Shot | None, rng: np.random.Generator
) -> Camera:
    """The wanted camera, or one that fits the mood; never the same camera twice in a row."""
    asked = wanted.model_copy(update={"framing": framing}) if wanted else None
    if asked and (before is None or asked != before.camera):
        return asked
    moves = [move for move in _moves(framing, scene.mood) if before is None or move != before.camera.move]
    angles = UNEASY_ANGLES if scene.mood in UNEASY else CALM_ANGLES
    return Camera(
        framing=framing, angle=angles[int(rng.integers(len(angles)))], move=moves[int(rng.integers(len(moves)))]
    )


def _moves(framing: Framing, mood: Mood) -> tuple[Move, ...]:
    if framing in WIDE_FRAMINGS:
        return WIDE_MOVES
    if framing == Framing.EXTREME_CLOSE_UP:
        return DETAIL_MOVES
    return UNEASY_MOVES if mood in UNEASY else CALM_MOVES
