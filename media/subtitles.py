"""Subtitles of a film: cues that a viewer has time to read, as SubRip text."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

WIDTH = 42
"""Characters of a line, and two lines a cue: the usual rule of broadcasters (Netflix, BBC)."""
LINES = 2
SHORTEST, LONGEST = 1.0, 7.0
"""Seconds for which a cue is shown."""
GAP = 0.083
"""Seconds between two cues, two film frames, so that the change is seen."""


@dataclass(frozen=True)
class Cue:
    """Something said, in seconds of the film; ``speaker`` is a name, empty for the narrator."""

    start: float
    end: float
    speaker: str
    text: str


def srt(cues: Iterable[Cue]) -> str:
    """SubRip text, numbered from 1, in the order of time; nothing said is an empty string."""
    return "".join(
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{_wrapped(cue.text)}\n\n"
        for number, cue in enumerate(readable(cues), 1)
    )


def readable(cues: Iterable[Cue]) -> list[Cue]:
    """Each cue on at most two lines, shown long enough and not too long, none over another.

    The name of the speaker leads a cue where it is another than before.
    """
    spoken = sorted((cue for cue in cues if cue.text.strip()), key=lambda cue: cue.start)
    split = [part for cue in _named(spoken) for part in _parts(cue)]
    return [_timed(cue, split[at + 1 : at + 2]) for at, cue in enumerate(split)]


def _named(cues: Sequence[Cue]) -> Iterator[Cue]:
    before = ""
    for cue in cues:
        text = re.sub(r"\s+", " ", cue.text).strip()
        led = f"{cue.speaker}: {text}" if cue.speaker and cue.speaker != before else text
        before = cue.speaker
        yield replace(cue, text=led)


def _parts(cue: Cue) -> list[Cue]:
    """A long cue as several, at sentence ends where it can be, each for its share of the time."""
    lines = textwrap.wrap(cue.text, WIDTH)
    pages = math.ceil(len(lines) / LINES)
    if pages == 1:
        return [cue]
    texts = _pages(cue.text, pages)
    total = sum(map(len, texts))
    parts, start = [], cue.start
    for text in texts:
        end = start + (cue.end - cue.start) * len(text) / total
        parts.append(replace(cue, start=start, end=end, text=text))
        start = end
    return parts


def _pages(text: str, pages: int) -> list[str]:
    """The text in pieces of two lines or less: fair shares, ending at punctuation near by if there is any."""
    if pages <= 1 or len(textwrap.wrap(text, WIDTH)) <= LINES:
        return [text]
    share = len(text) / pages
    cuts = [match.end() for match in re.finditer(r"\s", text) if _fits(text[: match.start()])]
    if not cuts:
        return textwrap.wrap(text, WIDTH * LINES - 8)
    cut = min(cuts, key=lambda at: abs(at - share) - _rest(text[:at]) * share)
    rest = text[cut:].strip()
    return [text[:cut].strip(), *_pages(rest, math.ceil(len(textwrap.wrap(rest, WIDTH)) / LINES))]


def _fits(text: str) -> bool:
    return len(textwrap.wrap(text, WIDTH)) <= LINES


def _rest(text: str) -> float:
    """How good a place to stop this is."""
    last = text.rstrip()[-1:]
    return 0.6 if last in ".!?…" else 0.3 if last in ",;:—" else 0.0


def _timed(cue: Cue, following: Sequence[Cue]) -> Cue:
    """Long enough to read, but gone before the next one comes."""
    end = min(max(cue.end, cue.start + SHORTEST), cue.start + LONGEST)
    if following:
        end = min(end, following[0].start - GAP)
    return replace(cue, end=max(end, cue.start + GAP))


def _wrapped(text: str) -> str:
    """One line, or two of about the same length."""
    if len(text) <= WIDTH:
        return text
    cuts = [match.start() for match in re.finditer(" ", text) if max(match.start(), len(text) - match.end()) <= WIDTH]
    if not cuts:
        return "\n".join(textwrap.wrap(text, WIDTH))
    cut = min(cuts, key=lambda at: abs(at - len(text) / 2))
    return f"{text[:cut]}\n{text[cut + 1 :]}"


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
