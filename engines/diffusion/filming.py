"""What every video pipeline of diffusers has in common: the order checked, the pieces filmed, the clip written.

Nothing leaves this machine but the fetching of a model from the Hugging Face hub, and nothing costs money: submitting
an order only names it, and collecting it films it, as often as it is asked for.
"""

from __future__ import annotations

import hashlib
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import av
import cv2
import numpy as np
import torch
from PIL import Image

from engines.diffusion.bases import Base
from engines.diffusion.device import generator
from engines.diffusion.weights import Wardrobe, Weights
from engines.video import Clip, Profile, ShotOrder
from events.base import Value
from events.errors import BadSetting, TakeFailed, Unsupported
from events.script import FPS
from media.assets import Assets, disk_errors
from media.clips import i420
from media.pictures import flattened, open_picture

MOST_SQUEEZE = 0.05
"""How much the shape of what a model films may differ from the film's: it is stretched to fit, and pictures to begin
with are squeezed by as much, so that a chain of shots neither zooms nor grows bars."""
ENCODING = {
    "preset": "veryfast",
    "crf": "12",
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "x264-params": "mbtree=0",
}
"""Near enough to lossless: the clip is encoded once more when it is taken in. With the macroblock tree, pictures of
64×32 gave other bytes at most runs (libx264 in PyAV 18); without, the same."""


class Footage(Value):
    """What a pipeline films: ``size`` in its own pixels, ``shortest`` to ``longest`` frames in one run at ``fps``, and
    up to ``pieces`` runs for a shot, each begun at the last frame of the one before."""

    size: tuple[int, int]
    fps: float
    longest: int
    shortest: int = 2
    pieces: int = 1

    @property
    def seconds(self) -> float:
        """Of the longest shot. Of every piece but the first, its first frame is there already."""
        return (self.pieces * (self.longest - 1) + 1) / self.fps

    def frames_for(self, film_frames: int) -> int:
        """How many frames it takes to cover so many of the film's."""
        return max(self.shortest, math.ceil(film_frames / FPS * self.fps - 1e-6))


class Cues(Value):
    """What one run is told besides the words: pictures (PIL, in the pipeline's size) that its first and its last frame
    are to be, and how many frames."""

    frames: int
    first: Any = None
    last: Any = None


class PipelineFilming(ABC):
    """A ``VideoEngine`` on a pipeline of diffusers. ``base``: what its adapters are trained on; ``step``: its clips
    have k · ``step`` + 1 frames; ``grid``: their sides are multiples of this."""

    base: ClassVar[Base]
    step: ClassVar[int] = 1
    grid: ClassVar[int] = 8

    def __init__(
        self,
        assets: Assets,
        profile: Profile,
        weights: Weights,
        footage: Footage,
        *,
        steps: int,
        guidance: float,
        loras: Mapping[str, str] | None,
        lora_weight: float,
    ) -> None:
        _must_be_filmable(profile.name, footage, self.grid, self.step)
        self._assets = assets
        self._weights = weights
        self._footage = footage
        self._steps = steps
        self._guidance = guidance
        self._wardrobe = Wardrobe(loras or {}, lora_weight, self.base)
        self._pipelines: dict[str, Any] = {}
        self._placed: Any = None
        self._one_at_a_time = threading.Lock()
        self.profile = profile.replaced(
            longest_clip=footage.seconds,
            sizes=(footage.size,),
            adapters=True,
            seeds=True,
            negative=guidance > 1,
            repeatable=weights.is_exact,
        )

    # ------------------------------------------------------------ the seam

    def submit(self, order: ShotOrder) -> str:
        """Only a name: nothing is begun. Raises ``Unsupported``."""
        self._must_suit(order)
        return hashlib.sha256(f"{self._weights.model}\n{order.model_dump_json()}".encode()).hexdigest()

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        """Film it. Raises ``TakeFailed`` where memory does not suffice."""
        self._must_suit(order)
        path, plan = folder / f"{operation[:16]}.mp4", self._plan(order)
        fps = sum(plan, 1 - len(plan)) * FPS / order.shot.frames if order.last else self._footage.fps
        with self._one_at_a_time, enough_memory(self.profile.name):
            write_mp4(path, self._film(order, plan), fps, order.size)
        return Clip(path=str(path), cost=0.0)

    # ------------------------------------------------------------ what each pipeline adds

    @abstractmethod
    def _run(self, order: ShotOrder, cues: Cues, chance: torch.Generator) -> np.ndarray:
        """The frames of one piece, ``(frames, height, width, 3)`` RGB, 0..1."""

    def _ready(self, kind: str, make: Callable[[], Any], order: ShotOrder) -> Any:
        """The pipeline of this kind, made by its first shot, alone on the card, wearing the adapters of the people in
        this one."""
        if kind not in self._pipelines:
            self._pipelines[kind] = make()
            self._weights.compile(self._pipelines[kind])
        pipeline = self._pipelines[kind]
        if pipeline is not self._placed:
            if self._placed is not None:
                self._weights.taken_off(self._placed)
            self._weights.place_pipeline(pipeline)
            self._placed = pipeline
        self._wardrobe.wear(pipeline, [actor.slug for actor in order.actors])
        return pipeline

    def _told(self, order: ShotOrder, cues: Cues, chance: torch.Generator) -> dict[str, Any]:
        """What every pipeline is told by the same names."""
        width, height = self._footage.size
        return {
            "prompt": order.prompt,
            "negative_prompt": order.negative or None,
            "num_frames": cues.frames,
            "width": width,
            "height": height,
            "num_inference_steps": self._steps,
            "guidance_scale": self._guidance,
            "generator": chance,
            "output_type": "np",
        }

    # ------------------------------------------------------------ filming

    def _plan(self, order: ShotOrder) -> list[int]:
        """The lengths of the pieces that cover a shot."""
        missing, plan = self._footage.frames_for(order.shot.frames), []
        while missing > 0:
            overlap = 1 if plan else 0
            plan.append(min(_rounded_up(missing + overlap, self.step), self._footage.longest))
            missing -= plan[-1] - overlap
        return plan

    def _film(self, order: ShotOrder, plan: Sequence[int]) -> Iterator[np.ndarray]:
        """The frames of a shot, ``(height, width, 3)`` RGB uint8; each piece begins at the last frame of the one
        before."""
        chance = generator(order.seed)
        picture = self._picture(order.first)
        for number, frames in enumerate(plan, start=1):
            last = self._picture(order.last) if number == len(plan) else None
            cues = Cues(frames=frames, first=picture, last=last)
            film = _bytes(self.profile.name, self._run(order, cues, chance))
            yield from film[1:] if number > 1 else film
            picture = Image.fromarray(film[-1])

    def _picture(self, uri: str) -> Image.Image | None:
        if not uri:
            return None
        picture = flattened(open_picture(self._assets.read(uri), uri))
        return Image.fromarray(cv2.resize(picture, self._footage.size, interpolation=cv2.INTER_AREA))

    def _must_suit(self, order: ShotOrder) -> None:
        name, profile = self.profile.name, self.profile
        profile.seconds_for(order.shot.frames)
        if order.first and not profile.first_frame:
            raise Unsupported(f"{name} cannot begin at a given picture. Choose another engine for this shot.")
        if profile.needs_first_frame and not order.first:
            raise Unsupported(f"{name} is set up to animate a picture, and this shot has none to begin with.")
        if order.last and not profile.last_frame:
            raise Unsupported(f"{name} cannot end at a given picture. Choose another engine or model for this shot.")
        if order.negative and not profile.negative:
            raise Unsupported(f"{name} reads a negative prompt only at a guidance above 1: set `guidance` for it.")
        _must_fit(name, self._footage.size, order.size)


def _must_be_filmable(name: str, footage: Footage, grid: int, step: int) -> None:
    if any(side % grid or side <= 0 for side in footage.size):
        raise BadSetting(f"{name} films in sizes whose sides are multiples of {grid}, and not {footage.size}.")
    if footage.longest % step != 1 % step or footage.longest < 2:
        raise BadSetting(f"A clip of {name} has a multiple of {step} frames and one, not {footage.longest}.")


def _must_fit(name: str, filmed: tuple[int, int], wanted: tuple[int, int]) -> None:
    squeeze = filmed[0] / filmed[1] * wanted[1] / wanted[0]
    if abs(math.log(squeeze)) > MOST_SQUEEZE:
        raise Unsupported(
            f"{name} is set up to film in {filmed[0]}×{filmed[1]}, which has another shape than the film "
            f"({wanted[0]}×{wanted[1]}). Set a `size` for it that is nearer."
        )


@contextmanager
def enough_memory(name: str) -> Iterator[None]:
    """Around a run of a pipeline. Raises ``TakeFailed`` where memory does not suffice."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise TakeFailed(
            f"{name} has not enough memory for this clip. Set a smaller `size`, fewer `longest_frames`, or "
            "`offload: layers`."
        ) from error


def _rounded_up(frames: int, step: int) -> int:
    """The next k · ``step`` + 1, with k at least 1."""
    return max(1, math.ceil((frames - 1) / step)) * step + 1


def _bytes(name: str, film: np.ndarray) -> np.ndarray:
    if not np.isfinite(film).all():
        raise TakeFailed(f"{name} has filmed nothing that can be seen (not a number). Set a wider `dtype` for it.")
    return (film * 255).round().clip(0, 255).astype(np.uint8)


def write_mp4(path: Path, frames: Iterable[np.ndarray], fps: float, size: tuple[int, int]) -> None:
    """RGB uint8 pictures as H.264 in BT.709, stretched to ``size``; the file is there whole or not at all."""
    part, rate = path.with_name(path.name + ".part"), Fraction(fps).limit_denominator(1001)
    try:
        with disk_errors(path), av.open(str(part), "w", format="mp4") as file:
            stream = file.add_stream("libx264", rate=rate, options=ENCODING)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            stream.codec_context.thread_count = 1
            for number, picture in enumerate(frames):
                fitted = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
                frame = av.VideoFrame.from_ndarray(i420(fitted), format="yuv420p")
                frame.pts, frame.time_base = number, 1 / rate
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
