"""Video by any workflow of ComfyUI that has named inputs (``engines/workflows``)."""

from __future__ import annotations

import math
from pathlib import Path
from uuid import uuid4

from engines.comfyui import ACCOUNT, LICENCE, Comfy, order_id
from engines.remote import Patience
from engines.video import Clip, Profile, ShotOrder
from media.assets import Assets

SAVERS = ("SaveVideo", "SaveWEBM", "VHS_VideoCombine")
SUFFIXES = (".mp4", ".webm", ".mkv", ".mov", ".gif")


class ComfyVideo:
    """A ``VideoEngine`` on a server of the user's own (``engines/comfyui.py`` says which documentation it follows).

    ``workflow`` is a file in LORAFRAME_HOME or the user's home, by default Wan 2.2 (5B) with a first picture; ``lora``
    a file on the server. ``fps`` is the rate that the workflow films at; the frames it is asked for are a multiple of
    ``frame_step`` and one, its ``size`` (of the film where left out) a multiple of ``multiple``. Without an input
    "frames", every clip is ``longest_clip`` long. ``hops`` as in ``Profile``: 1 for a workflow without a first picture.
    """

    licence = LICENCE

    def __init__(
        self,
        assets: Assets,
        workflow: str = "",
        lora: str = "",
        longest_clip: float = 8.0,
        fps: float = 24.0,
        frame_step: int = 4,
        size: tuple[int, int] | None = None,
        multiple: int = 32,
        hops: int = 0,
        price_per_second: float = 0.0,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        self._comfy = Comfy(assets, workflow, "image_to_video.json", SAVERS, lora, base_url, patience)
        self._fps, self._step = fps, frame_step
        self._size, self._multiple = size, multiple
        drawn = self._comfy.workflow
        self.profile = Profile(
            name="comfyui",
            longest_clip=longest_clip,
            lengths=() if "frames" in drawn.inputs else (longest_clip,),
            first_frame="first" in drawn.inputs,
            needs_first_frame="first" in drawn.inputs,
            last_frame="last" in drawn.inputs,
            hops=hops,
            references=len(drawn.references),
            adapters=drawn.takes_lora,
            negative="negative" in drawn.inputs,
            seeds="seed" in drawn.inputs,
            price_per_second=price_per_second,
            account=ACCOUNT,
            findable=True,
            remote=True,
        )

    def submit(self, order: ShotOrder) -> str:
        """An order that is there already is not sent again: the server would do all of it twice."""
        if order.take_id and (known := self.find(order.take_id)):
            return known
        width, height = fitting(self._size or order.size, self._multiple)
        welcome = {"width": width, "height": height, "frames": self._frames(order.shot.frames)}
        return self._comfy.order(order, order_id(order.take_id) if order.take_id else uuid4(), welcome)

    def collect(self, operation: str, order: ShotOrder, folder: Path) -> Clip:
        file = self._comfy.files(operation, SUFFIXES)[0]
        place = folder / f"comfyui{Path(file['filename']).suffix.lower()}"
        self._comfy.fetch(file, place)
        return Clip(path=str(place))

    def find(self, take_id: str) -> str:
        return self._comfy.find(order_id(take_id))

    def _frames(self, frames: int) -> int:
        """Frames to ask for, at the workflow's own rate."""
        wanted = self.profile.seconds_for(frames) * self._fps
        return math.ceil((wanted - 1 - 1e-6) / self._step) * self._step + 1


def fitting(size: tuple[int, int], multiple: int) -> tuple[int, int]:
    """The largest size inside this one that a model can make."""
    width, height = (max(side // multiple, 1) * multiple for side in size)
    return width, height
