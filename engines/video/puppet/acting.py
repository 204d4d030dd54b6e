"""Acting: what a character does from frame to frame: mouth, eyes, head, breath.

Everything runs on the scene's clock and the character's own seed, so that a shot that goes on from the one
before goes on in the same pose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from engines.video import ShotOrder
from engines.video.puppet import camera
from engines.video.puppet.figure import Pose, blinks, mouth_track
from engines.video.puppet.staging import Mark
from events.script import FPS, Mood
from media.assets import Assets

FEELINGS = {
    Mood.CALM: ("neutral", "neutral"),
    Mood.JOYFUL: ("smile", "smile"),
    Mood.TENDER: ("smile", "neutral"),
    Mood.HOPEFUL: ("smile", "neutral"),
    Mood.MYSTERIOUS: ("surprised", "neutral"),
    Mood.TENSE: ("angry", "neutral"),
    Mood.SAD: ("sad", "sad"),
    Mood.ANGRY: ("angry", "angry"),
    Mood.FEARFUL: ("surprised", "sad"),
    Mood.TRIUMPHANT: ("smile", "smile"),
}
"""What a face shows between times in a mood: while listening, while speaking."""

GLANCES = {Mood.SAD: "down", Mood.HOPEFUL: "up", Mood.TRIUMPHANT: "up", Mood.FEARFUL: "left", Mood.MYSTERIOUS: "right"}
"""Where a lonely look goes now and then."""

HOLD = 2
"""Poses are held for two frames."""


def seed_for(*parts: object) -> int:
    """A number from words: the same words, the same number, in any process."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big")


class Acting:
    """One character's performance in one shot."""

    def __init__(self, order: ShotOrder, mark: Mark, turns: frozenset[str], assets: Assets) -> None:
        shot = order.shot
        seed = seed_for(shot.scene, mark.slug)
        self.start = shot.start
        self.sway, self.nod = camera.wobble(seed), camera.wobble(seed + 1)
        self.breath = seed % 7
        self.mouths = _mouths(order, mark.slug, assets)
        speaking = _spans([mouth != "shut" for mouth in self.mouths])
        self.poses = _poses(order, mark, turns, self.mouths, speaking, seed)

    def pose(self, frame: int) -> Pose:
        """The pose at a frame of the shot, held on twos."""
        return self.poses[frame - frame % HOLD]

    def motion(self, frame: int) -> tuple[float, float, float]:
        """Tilt (degrees), sway (face heights) and stretch of the body at a frame of the shot."""
        frame -= frame % HOLD
        seconds = (self.start + frame) / FPS
        effort = 0.5 if self.mouths[frame] != "shut" else 0.0
        tilt = 0.8 * camera.at(self.nod, seconds * 0.5) + 0.5 * effort * camera.at(self.nod, seconds * 2.2)
        sway = 0.035 * camera.at(self.sway, seconds * 0.4)
        return tilt, sway, 1 + 0.004 * float(np.sin(seconds * 1.8 + self.breath)) + 0.004 * effort


def _mouths(order: ShotOrder, slug: str, assets: Assets) -> list[str]:
    """The mouth per frame of the shot, from the character's own lines."""
    mouths = ["shut"] * order.shot.frames
    for line in order.lines:
        if line.speaker == slug and line.audio:
            track = mouth_track(assets.path(line.audio), line.start, order.shot.frames)
            mouths = [new if new != "shut" else old for new, old in zip(track, mouths, strict=True)]
    return mouths


def _spans(active: list[bool], reach: int = 10) -> list[bool]:
    """Join pauses shorter than ``2 × reach`` frames: one goes on speaking through them."""
    padded = np.convolve(active, np.ones(2 * reach + 1), mode="same") > 0
    return [bool(value) for value in padded]


def _poses(
    order: ShotOrder, mark: Mark, turns: frozenset[str], mouths: list[str], speaking: list[bool], seed: int
) -> list[Pose]:
    shot = order.shot
    last = shot.start + shot.frames
    feels = _beats(seed + 2, last, low=1.6, high=3.4, share=0.42)[shot.start :]
    away = _beats(seed + 3, last, low=1.0, high=2.0, share=0.26)[shot.start :]
    closed = list(blinks(seed + 4 + order.seed, last))[shot.start :]
    turned = _turned(mark, order, turns)
    listening, talking = FEELINGS[order.mood]

    poses, before = [], ""
    for frame in range(shot.frames):
        turn = turned(away[frame] and not speaking[frame])
        mood = (talking if speaking[frame] else listening) if feels[frame] else "neutral"
        changes = bool(before) and turn != before
        if changes:
            for late in range(frame, min(frame + 4, shot.frames)):
                closed[late] = True
        before = turn
        front = turn == "front"
        poses.append(
            Pose(mood if front else "neutral", mouths[frame] if front else "shut", closed[frame] and front, turn)
        )
    return poses


def _turned(mark: Mark, order: ShotOrder, turns: frozenset[str]) -> Callable[[bool], str]:
    """Which way the head points when it looks away and when it does not."""
    away = mark.turn if mark.turn != "front" else GLANCES.get(order.mood, "front")
    away = away if away in turns else "front"
    always = mark.foreground or (mark.extent == "full" and mark.slug not in order.shot.identified)
    return lambda looks_away: away if looks_away or (always and mark.turn != "front") else "front"


def _beats(seed: int, frames: int, low: float, high: float, share: float) -> list[bool]:
    """Alternating stretches of seconds, on for about ``share`` of the time, beginning off."""
    random = np.random.default_rng(seed)
    beats: list[bool] = []
    while len(beats) < frames:
        on = random.uniform(low, high)
        beats += [False] * int(on * (1 / share - 1) * random.uniform(0.7, 1.3) * FPS)
        beats += [True] * int(on * FPS)
    return beats[:frames]
