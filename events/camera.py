"""The camera: framing, angle and move, and how an author's camera words are read."""

from __future__ import annotations

import re
from enum import StrEnum

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


# ---------------------------------------------------------------- camera words

FRAMING_WORDS: tuple[tuple[str, Framing], ...] = (
    (r"extreme close|insert|\becu\b|\bbcu\b|detail", Framing.EXTREME_CLOSE_UP),
    (r"extreme wide|extreme long|aerial|establishing|panorama|\bews\b", Framing.EXTREME_WIDE),
    (r"over[- ]the[- ]shoulder|over (?:\w+ )?shoulder|\bots\b", Framing.OVER_THE_SHOULDER),
    (r"two[- ]?shot|two of them|both faces", Framing.TWO_SHOT),
    (r"close[- ]?up|close on|tight on|\bcu\b|\bclose\b", Framing.CLOSE_UP),
    (r"full shot|full figure|full[- ]length|head to toe", Framing.FULL),
    (r"medium|waist|mid[- ]shot|\bms\b", Framing.MEDIUM),
    (r"\bwide\b|long shot|master|\bws\b", Framing.WIDE),
)
ANGLE_WORDS: tuple[tuple[str, Angle], ...] = (
    (r"dutch|canted|tilted angle|oblique", Angle.DUTCH),
    (r"low[- ]angle|from below|worm|looking up at", Angle.LOW),
    (r"high[- ]angle|from above|bird|overhead|looking down (?:at|on)", Angle.HIGH),
)
MOVE_WORDS: tuple[tuple[str, Move], ...] = (
    (r"hand[- ]?held|shaky", Move.HANDHELD),
    (r"(?:dolly|push)\w*(?: \w+)? in\b|push in|moves? closer|creep", Move.DOLLY_IN),
    (r"(?:dolly|pull)\w*(?: \w+)? (?:out|back)", Move.DOLLY_OUT),
    (r"zoom\w*(?: \w+)? out", Move.ZOOM_OUT),
    (r"zoom", Move.ZOOM_IN),
    (r"\bpan\w*(?: \w+)?(?: to the)? left", Move.PAN_LEFT),
    (r"\bpan(?:s|ning)?\b", Move.PAN_RIGHT),
    (r"(?:track|truck|follow)\w*(?: \w+)?(?: to the)? left", Move.TRACK_LEFT),
    (r"\btrack|\btruck|\bfollow", Move.TRACK_RIGHT),
    (r"\b(?:tilt\w*|crane\w*|boom\w*)(?: \w+)? down", Move.TILT_DOWN),
    (r"\b(?:tilt(?:s|ing)?\b(?! angle)|crane)", Move.TILT_UP),
    (r"dolly", Move.DOLLY_IN),
)


def camera(words: str) -> Camera:
    """Read free camera words ("slow dolly in, low angle close-up"); what they leave out is a static medium
    shot at eye level. The first row that matches wins, so the tables go from the special to the general."""
    said = words.lower()
    return Camera(
        framing=next((framing for pattern, framing in FRAMING_WORDS if re.search(pattern, said)), Framing.MEDIUM),
        angle=next((angle for pattern, angle in ANGLE_WORDS if re.search(pattern, said)), Angle.EYE),
        move=next((move for pattern, move in MOVE_WORDS if re.search(pattern, said)), Move.STATIC),
    )
