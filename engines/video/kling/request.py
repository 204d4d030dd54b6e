"""One shot order in the words of Kling's API: the path that it goes to, and the body."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

from engines.video import ActorOrder, ShotOrder
from engines.video.kling.models import Setup
from events.character import Reference
from events.errors import Unsupported
from events.script import FPS
from media.assets import Assets
from media.pictures import GREY, flattened, open_picture

TEXT, IMAGE, IMAGES, OMNI = "text2video", "image2video", "multi-image2video", "omni-video"
PATHS = (OMNI, IMAGE, TEXT, IMAGES)
LONGEST_PROMPT, LONGEST_BEAT, MOST_BEATS = 2500, 512, 6
ELEMENTS, ELEMENTS_BESIDE_A_FRAME = 7, 3
SHORTEST_SIDE, LONGEST_SIDE, FLATTEST = 300, 1920, 2.5
"""Pixels of a picture that is sent, and its longer side over its shorter one."""
RATIOS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
BEST_VIEWS = ("front_neutral", "three_quarter_left", "three_quarter_right")


@dataclass(frozen=True)
class Request:
    """Raises ``Unsupported`` when asked for what the model, as it is set up, cannot do."""

    setup: Setup
    assets: Assets
    order: ShotOrder
    seconds: int

    def __post_init__(self) -> None:
        order, setup = self.order, self.setup
        lacking = {
            "a first picture where it cuts inside a shot": bool(order.first and setup.multi_shot),
            "a last picture in this mode": bool(order.last) and not setup.takes_last,
            "a last picture without a first one": bool(order.last) and not order.first,
            "shots without a first picture": not order.first and setup.needs_first,
            "shots that go on from a clip": bool(order.before) and not order.first,
        }
        for what, is_so in lacking.items():
            if is_so:
                raise Unsupported(f"{setup.name} has no {what}. Choose another engine or model for this shot.")

    @property
    def path(self) -> str:
        if self.setup.model.omni:
            return OMNI
        if self.order.first:
            return IMAGE
        return IMAGES if self.pictures else TEXT

    @property
    def body(self) -> dict[str, Any]:
        return {
            "model_name": self.setup.name,
            "duration": str(self.seconds),
            **({"mode": self.setup.mode} if self.setup.model.modes else {}),
            **({"sound": "on" if self.setup.sound else "off"} if self.setup.model.sound else {}),
            **({"cfg_scale": self.setup.cfg_scale} if self.setup.cfg_scale is not None else {}),
            **({"external_task_id": self.order.take_id} if self.order.take_id else {}),
            **({} if self.order.first else {"aspect_ratio": aspect_ratio(self.order.size)}),
            **self._shown(),
            **self._told(),
        }

    # ------------------------------------------------------------ what is shown

    @cached_property
    def frames(self) -> list[tuple[str, str]]:
        """The pictures to begin and to end with, and what Kling calls these."""
        frames = ((self.order.first, "first_frame"), (self.order.last, "end_frame"))
        return [(uri, part) for uri, part in frames if uri]

    @cached_property
    def in_library(self) -> list[ActorOrder]:
        """Those who are elements of Kling's library."""
        return [actor for actor in self.order.actors if actor.slug in self.setup.elements]

    @cached_property
    def pictures(self) -> list[tuple[str, str]]:
        """Names and pictures of the others, as many of each as there is room for, the best first. Beside a first frame,
        in which they can be seen already, none has to fit."""
        model = self.setup.model
        actors = [actor for actor in self.order.actors if actor not in self.in_library and actor.references]
        if not actors or not model.references:
            return []
        room = model.beside - len(self.frames) if self.frames else model.references
        room = max(0, room - len(self.in_library))
        if len(actors) > room and not self.frames:
            raise Unsupported(f"{self.setup.name} has room for {room} characters, and the shot has {len(actors)}.")
        each, over = divmod(room, len(actors))
        return [
            (actor.name, reference.uri)
            for number, actor in enumerate(actors)
            for reference in best_first(actor.references)[: each + (number < over)]
        ]

    def _shown(self) -> dict[str, Any]:
        if self.path == OMNI:
            shown = [{"image_url": self._picture(uri), "type": part} for uri, part in self.frames]
            shown += [{"image_url": self._picture(uri)} for _, uri in self.pictures]
            return ({"image_list": shown} if shown else {}) | self._elements()
        if self.path == IMAGE:
            names = {"first_frame": "image", "end_frame": "image_tail"}
            return {names[part]: self._picture(uri) for uri, part in self.frames} | self._elements()
        if self.path == IMAGES:
            return {"image_list": [{"image": self._picture(uri)} for _, uri in self.pictures]}
        return {}

    def _elements(self) -> dict[str, Any]:
        most = ELEMENTS_BESIDE_A_FRAME if self.frames else ELEMENTS
        if len(self.in_library) > most:
            raise Unsupported(f"{self.setup.name} takes {most} elements here, and the shot has {len(self.in_library)}.")
        ids = [{"element_id": self.setup.elements[actor.slug]} for actor in self.in_library]
        return {"element_list": ids} if ids else {}

    def _picture(self, uri: str) -> str:
        return base64.b64encode(as_jpeg(flattened(open_picture(self.assets.read(uri), uri)))).decode()

    # ------------------------------------------------------------ what is told

    def _told(self) -> dict[str, Any]:
        """The words; the Omni path has no field for what must not be seen, and reads it in the prompt."""
        avoided = fitting(self.order.negative)
        in_prompt = bool(avoided) and self.path == OMNI
        negative = {"negative_prompt": avoided} if avoided and not in_prompt else {}
        around = (self._cast(), f"Not to be seen: {avoided}" if in_prompt else "")
        if self.setup.multi_shot == "customize" and len(cut := beats(self.order, self.seconds)) > 1:
            shots = [
                {"index": number, "prompt": fitting(joined(text, *around), LONGEST_BEAT), "duration": str(length)}
                for number, (text, length) in enumerate(cut, 1)
            ]
            return {"multi_shot": True, "shot_type": "customize", "multi_prompt": shots} | negative
        told: dict[str, Any] = {"prompt": fitting(joined(self.order.prompt, *around))}
        if self.setup.multi_shot == "intelligence":
            told |= {"multi_shot": True, "shot_type": "intelligence"}
        return told | negative

    def _cast(self) -> str:
        """Which element or picture is whom, in the API's own marks."""
        marks: dict[str, list[str]] = {}
        for number, actor in enumerate(self.in_library, 1):
            marks.setdefault(actor.name, []).append(f"<<<element_{number}>>>")
        if self.path == OMNI:
            for number, (name, _) in enumerate(self.pictures, len(self.frames) + 1):
                marks.setdefault(name, []).append(f"<<<image_{number}>>>")
        return " ".join(f"{name} is {', '.join(shown)}." for name, shown in marks.items())


# ---------------------------------------------------------------- words


def beats(order: ShotOrder, seconds: int) -> list[tuple[str, int]]:
    """An order as shots within it: text and whole seconds of each. It is cut where another begins to speak, and no line
    is in the text of another beat."""
    starts = {0: 0}
    for number, line in enumerate(order.lines[1:], 1):
        second = round(line.start / FPS)
        if line.speaker != order.lines[number - 1].speaker and max(starts) < second < seconds:
            starts[second] = number
    cuts = [*list(starts.items())[:MOST_BEATS], (seconds, len(order.lines))]
    return [
        (without(order.prompt, [line.text for line in (*order.lines[:first], *order.lines[after:])]), end - begin)
        for (begin, first), (end, after) in pairwise(cuts)
    ]


def without(prompt: str, lines: list[str]) -> str:
    return "\n".join(told for told in prompt.splitlines() if not any(line in told for line in lines))


def joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def fitting(text: str, longest: int = LONGEST_PROMPT) -> str:
    if len(text) > longest:
        raise Unsupported(
            f"Kling reads {longest} characters there, and this shot is told in {len(text)}. Shorten the scene's "
            "description or those of its characters, or choose another engine for it."
        )
    return text


# ---------------------------------------------------------------- pictures


def best_first(references: tuple[Reference, ...]) -> list[Reference]:
    """From the front, then from the sides, then the rest in its order."""
    return sorted(references, key=lambda shown: (*BEST_VIEWS, shown.view).index(shown.view))


def as_jpeg(picture: np.ndarray) -> bytes:
    """RGB uint8 as Kling takes it: neither too long nor too small, and far below its 10 MB."""
    height, width = picture.shape[:2]
    least = int(-(-max(width, height) // FLATTEST))
    ground = Image.new("RGB", (max(width, least), max(height, least)), (GREY,) * 3)
    ground.paste(Image.fromarray(picture), ((ground.width - width) // 2, (ground.height - height) // 2))
    scale = max(SHORTEST_SIDE / min(ground.size), min(1.0, LONGEST_SIDE / max(ground.size)))
    if scale != 1:
        ground = ground.resize((round(ground.width * scale), round(ground.height * scale)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    ground.save(file, "JPEG", quality=92)
    return file.getvalue()


def aspect_ratio(size: tuple[int, int]) -> str:
    for name, ratio in RATIOS.items():
        if abs(size[0] / size[1] / ratio - 1) < 0.02:
            return name
    raise Unsupported(f"Kling films in {', '.join(RATIOS)}, and not in {size[0]}x{size[1]}.")
