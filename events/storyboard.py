"""Where a scene becomes shots: pure rules from camera words, spoken lines and time to framings."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from events.base import Value


class Framing(StrEnum):
    EXTREME_WIDE = "extreme wide"
    WIDE = "wide"
    FULL = "full"
    MEDIUM = "medium"
    CLOSE_UP = "close-up"
    EXTREME_CLOSE_UP = "extreme close-up"
    TWO_SHOT = "two-shot"
    OVER_THE_SHOULDER = "over-the-shoulder"


class Angle(StrEnum):
    EYE = "eye"
    LOW = "low"
    HIGH = "high"
    DUTCH = "dutch"


class Move(StrEnum):
    STATIC = "static"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    TRACK_LEFT = "track left"
    TRACK_RIGHT = "track right"
    DOLLY_IN = "dolly in"
    DOLLY_OUT = "dolly out"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    HANDHELD = "handheld"


class Camera(Value):
    framing: Framing = Framing.MEDIUM
    angle: Angle = Angle.EYE
    move: Move = Move.STATIC


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
    from the shot before without a cut. ``after_changes`` says whether the injuries, props and
    wardrobe that change in this scene have changed already.
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
