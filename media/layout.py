"""Where each clip lies in the film. Only arithmetic: nothing here opens a file or needs a codec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

FADE = 12
"""Frames of a cross-fade: half a second."""


@dataclass(frozen=True)
class Piece:
    """A clip in its place in the film. It cross-fades with its neighbour where both say so; otherwise the
    cut is hard. ``frames`` is its length, 0 when only the file knows."""

    path: Path
    fade_in: bool = False
    fade_out: bool = False
    frames: int = 0


def film_layout(pieces: Sequence[Piece]) -> list[int]:
    """The film frame at which each piece begins; a cross-fade begins with the piece that fades in."""
    starts = []
    at = 0
    for piece, overlap in zip(pieces, [*overlaps(pieces), 0], strict=True):
        if piece.frames <= 0:
            raise ValueError(f"The length of {piece.path} has to be known before it can be laid out.")
        starts.append(at)
        at += piece.frames - overlap
    return starts


def film_frames(pieces: Sequence[Piece]) -> int:
    """Length of the film: all frames, those of a cross-fade counted once."""
    return film_layout(pieces)[-1] + pieces[-1].frames


def overlaps(pieces: Sequence[Piece]) -> list[int]:
    """Frames that each piece shares with the next."""
    return [FADE if left.fade_out and right.fade_in else 0 for left, right in pairwise(pieces)]
