"""What the identity judge says of a take: who was seen, how like itself, and where it went wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import Field

from events.base import Value


class Sighting(Value):
    """How one character was seen in a clip or film.

    ``idr`` is the median and ``low`` the 10th percentile of its calibrated identity over the sampled
    frames in which it was found, ``raw`` the median raw similarity; None when never seen. ``copied`` says how near its
    faces are to one single reference picture: 0 like a usual pair of the character's pictures, 1 identical.
    """

    slug: str
    frames: int = Field(ge=0)
    idr: float | None = None
    low: float | None = None
    raw: float | None = None
    copied: float | None = None
    copy_paste: bool = False


Opinion = Literal["pass", "fail", "unknown"]


class Span(Value):
    """A stretch of a clip, in seconds from its start, in which something is wrong with the faces.

    ``drift``: ``slugs`` does not look like itself; ``bleed``: it looks like itself and like the second one at once;
    ``swap``: the two have changed places; ``missing``: it is expected and not found.
    """

    kind: Literal["drift", "bleed", "swap", "missing"]
    slugs: tuple[str, ...]
    start: float
    end: float


class Trait(Value):
    """One thing besides the face that was measured of a character: what it should be, what it is, how far apart.

    ``trait`` is hair, eyes, wardrobe or mark; colours are ``#rrggbb`` and ``distance`` their ΔE (CIE76).
    """

    slug: str
    trait: str
    value: Opinion
    expected: str = ""
    measured: str = ""
    distance: float | None = None


class Verdict(Value):
    """What the identity judge says of a take. ``reason`` is a sentence for the report."""

    value: Opinion
    sightings: tuple[Sighting, ...] = ()
    reason: str = ""
    spans: tuple[Span, ...] = ()
    traits: tuple[Trait, ...] = ()

    def lowest(self, slugs: Collection[str]) -> float | None:
        """The lowest IDR of these, None where none of them was seen."""
        return min((s.idr for s in self.sightings if s.slug in slugs and s.idr is not None), default=None)

    @property
    def has_anothers_head(self) -> bool:
        """The right face under somebody else's hair: a repair cannot mend that, another take can."""
        return any(trait.trait == "hair" and trait.value == "fail" for trait in self.traits)
