"""Camera words become five curves: x, y, push, roll and focus, by the scene's clock.

The curves run on scene time, so that a shot that goes on from the one before goes on without a jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.video.puppet.layer import View
from events.storyboard import Angle, Camera, Framing, Move

ACTOR_DEPTH = 1.8


@dataclass(frozen=True)
class Lens:
    """Where a framing puts the camera: ``push`` towards the actors, ``y`` up or down, ``blur`` of the set behind
    in frame pixels, and how far moves may go (``reach``)."""

    push: float
    y: float
    blur: float
    reach: float


LENSES = {
    Framing.EXTREME_WIDE: Lens(0.0, 0, 0, 1.0),
    Framing.WIDE: Lens(0.06, 0, 0, 1.0),
    Framing.FULL: Lens(0.24, 8, 0, 0.8),
    Framing.MEDIUM: Lens(0.62, -10, 3.5, 0.6),
    Framing.CLOSE_UP: Lens(0.95, -30, 9, 0.45),
    Framing.EXTREME_CLOSE_UP: Lens(1.1, -40, 13, 0.3),
    Framing.TWO_SHOT: Lens(0.58, -8, 3.5, 0.6),
    Framing.OVER_THE_SHOULDER: Lens(0.8, -24, 7, 0.5),
}

TRAVEL = {
    Move.PAN_LEFT: (-1, 0, 0),
    Move.PAN_RIGHT: (1, 0, 0),
    Move.TRACK_LEFT: (-1, 0, 0),
    Move.TRACK_RIGHT: (1, 0, 0),
    Move.TILT_UP: (0, -1, 0),
    Move.TILT_DOWN: (0, 1, 0),
    Move.DOLLY_IN: (0, 0, 1),
    Move.ZOOM_IN: (0, 0, 1),
    Move.DOLLY_OUT: (0, 0, -1),
    Move.ZOOM_OUT: (0, 0, -1),
}
"""Direction of x, y and push."""

TILTED = {Angle.LOW: -110, Angle.HIGH: 90}
"""How far a low or high angle moves the set, at depth 1."""

SPAN = 20.0
"""Seconds that a move is laid out for: about a scene."""

SIDEWAYS = frozenset({Move.PAN_LEFT, Move.PAN_RIGHT, Move.TRACK_LEFT, Move.TRACK_RIGHT})


def wobble(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (Hz) and phases of a band-limited random curve."""
    random = np.random.default_rng(seed)
    return random.uniform(0.15, 1.1, 5), random.uniform(0, 2 * np.pi, 5)


def at(curve: tuple[np.ndarray, np.ndarray], seconds: float) -> float:
    """The value of a ``wobble`` at a moment, within about -1..1."""
    frequency, phase = curve
    return float(np.sum(np.sin(2 * np.pi * frequency * seconds + phase) / (1 + 2 * frequency)) / 1.8)


class Path:
    """The camera of one shot. ``aim`` is the x in frame pixels of what it looks at, at the depth of the set."""

    def __init__(self, camera: Camera, aim: float, seed: int) -> None:
        self.camera, self.aim = camera, aim
        self.lens = LENSES[camera.framing]
        self.drift = [wobble(seed + k) for k in range(3)]

    @property
    def on_ones(self) -> bool:
        """Sideways moves stutter on twos, unless the set is out of focus: it then moves by a pixel or two in a step."""
        return self.camera.move in SIDEWAYS and not self.lens.blur

    def view(self, seconds: float) -> View:
        """Where the camera is, ``seconds`` into the scene."""
        x, y, push = self._travel(seconds)
        shake = self._shake(seconds)
        return View(
            x=self.aim + x + shake[0],
            y=self.lens.y + TILTED.get(self.camera.angle, 0) + y + shake[1],
            push=max(0.0, self.lens.push + push),
            roll=(5.5 if self.camera.angle is Angle.DUTCH else 0.0) + shake[2],
            focus=self.lens.blur,
        )

    def rest(self) -> View:
        """The view in the middle of the move: what the actors are placed for."""
        y = self.lens.y + TILTED.get(self.camera.angle, 0)
        return View(self.aim, y, self.lens.push, 0.0, self.lens.blur)

    def largest(self, depth: float) -> float:
        """The largest scale that the move comes to at a depth."""
        reach = 0.42 * self.lens.reach if TRAVEL.get(self.camera.move, (0, 0, 0))[2] else 0.0
        return View(push=self.lens.push + reach).scale(depth)

    def _travel(self, seconds: float) -> tuple[float, float, float]:
        """The move, at a steady pace over ``SPAN`` and slower and slower after it."""
        share = seconds / SPAN
        if share > 1:
            share = 1 + np.tanh(share - 1)
        x, y, push = TRAVEL.get(self.camera.move, (0, 0, 0))
        reach = self.lens.reach
        sideways = 640 if "track" in self.camera.move.value else 480
        forward = share if push > 0 else 1 - share
        return x * sideways * reach * (share - 0.5), y * 130 * reach * (share - 0.5), 0.42 * reach * abs(push) * forward

    def _shake(self, seconds: float) -> tuple[float, float, float]:
        """The hand that holds the camera: strong when asked for, still when static."""
        if self.camera.move is Move.STATIC:
            return 0.0, 0.0, 0.0
        size = 1.0 if self.camera.move is Move.HANDHELD else 0.12
        x, y, roll = (at(curve, seconds) for curve in self.drift)
        return 16 * size * x, 11 * size * y, 0.6 * size * roll
