"""What Kling's models can do, and how one of them is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.video import Profile
from events.errors import BadSetting

BOTH, PRO = ("std", "pro"), ("pro",)
SIZES = {"std": ((1280, 720), (720, 1280)), "pro": ((1920, 1080), (1080, 1920))}
CUTS = ("", "intelligence", "customize")


@dataclass(frozen=True)
class Model:
    """What the capability map of the documentation says of a model. ``last`` and ``sound`` are the modes in which it
    takes a last picture and makes sound; ``beside`` is how many pictures it takes where one is the first frame."""

    lengths: tuple[int, ...] = (5, 10)
    modes: tuple[str, ...] = BOTH
    omni: bool = False
    from_text: bool = True
    last: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    last_with_sound: bool = False
    references: int = 0
    beside: int = 0
    elements: bool = False
    multi_shot: bool = False
    guidance: bool = False
    """It takes ``cfg_scale`` under every path that it is ordered by."""


THIRD = Model(
    tuple(range(3, 16)), last=BOTH, sound=BOTH, last_with_sound=True, elements=True, multi_shot=True, guidance=True
)
THIRD_OMNI = Model(
    THIRD.lengths, omni=True, last=BOTH, sound=BOTH, last_with_sound=True, references=7, beside=7, elements=True,
    multi_shot=True,
)  # fmt: skip
MODELS = {
    "kling-v3-omni": THIRD_OMNI,
    "kling-v3": THIRD,
    "kling-video-o1": Model(omni=True, last=BOTH, references=7, beside=2, elements=True),
    "kling-v2-6": Model(last=PRO, sound=PRO),
    "kling-v2-5-turbo": Model(last=PRO),
    "kling-v2-1-master": Model(modes=()),
    "kling-v2-1": Model(from_text=False, last=PRO),
    "kling-v2-master": Model(modes=()),
    "kling-v1-6": Model(last=PRO, references=4),
}


def model_named(name: str) -> Model:
    if name not in MODELS:
        raise BadSetting(
            f"Nothing is known of the Kling model {name!r}. Choose one of {', '.join(MODELS)}, or say with `like: …` "
            "which of them it is like."
        )
    return MODELS[name]


@dataclass(frozen=True)
class Setup:
    """A model as the settings want it. Raises ``BadSetting`` for options that do not go together."""

    name: str
    model: Model
    mode: str = "std"
    sound: bool = False
    multi_shot: str = ""
    elements: Mapping[str, int] = field(default_factory=dict)
    cfg_scale: float | None = None

    def __post_init__(self) -> None:
        model = self.model
        wrong = {
            f"mode {self.mode!r}": self.mode not in (model.modes or BOTH),
            f"sound in mode {self.mode!r}": self.sound and self.mode not in model.sound,
            f"multi_shot {self.multi_shot!r}": self.multi_shot not in (CUTS if model.multi_shot else ("",)),
            "elements": bool(self.elements) and not model.elements,
            "elements with multi_shot": bool(self.elements and self.multi_shot) and not model.omni,
            "cfg_scale": self.cfg_scale is not None and not model.guidance,
        }
        if lacking := [what for what, is_so in wrong.items() if is_so]:
            raise BadSetting(f"{self.name} has no {' and no '.join(lacking)}. Change it in engines.yaml.")

    @property
    def takes_last(self) -> bool:
        silent = not self.sound or self.model.last_with_sound
        return self.mode in self.model.last and silent and not self.multi_shot

    @property
    def needs_first(self) -> bool:
        """Elements are taken beside a picture only, but by an Omni model."""
        return not self.model.from_text or (bool(self.elements) and not self.model.omni)

    def price(self, prices: float | Mapping[str, float]) -> float:
        """Dollars for a second. Raises ``BadSetting`` where nobody says."""
        if not isinstance(prices, Mapping):
            return prices
        what = f"{self.mode} sound" if self.sound else self.mode
        if what not in prices:
            raise BadSetting(f"Say what a second of {what!r} costs: price_per_second of the video engine kling.")
        return prices[what]

    def profile(self, price: float, account: str, hops: int) -> Profile:
        cut_inside = bool(self.multi_shot)
        return Profile(
            name="kling",
            account=account,
            remote=True,
            findable=True,
            longest_clip=self.model.lengths[-1],
            lengths=self.model.lengths,
            first_frame=not cut_inside,
            needs_first_frame=self.needs_first,
            last_frame=self.takes_last,
            hops=1 if cut_inside else hops,
            references=self.model.references,
            negative=True,
            native_audio=self.sound,
            speaks=self.sound,
            sizes=SIZES[self.mode],
            price_per_second=price,
        )
