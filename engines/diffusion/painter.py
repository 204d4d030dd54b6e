"""What all image engines on local diffusion models do, whatever the model: see ``engines/image/sdxl.py`` and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import cv2
import diffusers
import numpy as np
import torch
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from engines.diffusion import device as machine
from engines.diffusion.adapters import load_adapter, open_adapter, use_adapters
from engines.diffusion.bases import NAMES, Base
from engines.diffusion.control import ControlNet, Preprocess, control_picture
from engines.diffusion.faces import IPAdapter, Kind, face_of, nothing, picture_of, style_of
from engines.diffusion.loading import load
from engines.diffusion.regions import Region, Words, regional
from engines.video import ActorOrder, ShotOrder
from events.errors import BadSetting, TakeFailed, Unsupported
from media.assets import Assets

Task = Literal["paint", "control", "edit"]
PIXELS = 2**20
"""What these models paint at a time: they were trained on pictures of about a megapixel."""
MARGIN = 32
"""Pixels around a mask that are painted with it, so that it fits in."""


@dataclass(frozen=True)
class Scene:
    """What a picture shows: as a whole, and each region of it, if there are any; and what must not be seen."""

    whole: Region
    regions: tuple[Region, ...] = ()
    unwanted: Words | None = None


class Painter:
    """An ``ImageEngine`` on a pipeline of diffusers, on this machine; it can ``edit`` too.

    ``model`` is a name on the Hugging Face hub or a local folder, ``revision`` a commit to hold on to. ``loras``: LoRA
    files by the slug of their character (formats of diffusers, kohya, ComfyUI). ``ip_adapter``: {"face": …, "style":
    …} as ``IPAdapter``; ``controlnet``: as ``ControlNet``. ``regions``: two and more characters are painted each in a
    part of the picture, left to right. ``steps`` and ``guidance``: left out, what the model's makers advise.
    ``against``: how strongly Flux is led away from unwanted words (over 1). ``strength``: how much an edit may change
    (0..1). ``device``: left out, the best there is. ``compiled``: for many pictures in a row.

    The pipeline is loaded by the first order. Raises ``BadSetting`` and ``Unsupported`` for options that cannot be.
    """

    base: ClassVar[Base]
    model: ClassVar[str]
    licence: ClassVar[str]
    denoiser: ClassVar[str]
    classes: ClassVar[Mapping[Task, str]]
    controls: ClassVar[str]
    advised: ClassVar[tuple[int, float]]
    """Steps and guidance."""
    control_argument: ClassVar[str] = "control_image"
    columns: ClassVar[int] = 1
    """Latents across for each column that the denoiser sees."""
    sees: ClassVar[bool] = True
    """Whether it takes IP-Adapters."""

    def __init__(
        self,
        assets: Assets,
        model: str = "",
        revision: str = "",
        loras: Mapping[str, str] | None = None,
        lora_weight: float = 1.0,
        ip_adapter: Mapping[str, Any] | None = None,
        controlnet: Mapping[str, Any] | None = None,
        preprocess: Preprocess | None = None,
        regions: bool = True,
        steps: int = 0,
        guidance: float | None = None,
        against: float = 2.0,
        strength: float = 0.8,
        pixels: int = PIXELS,
        device: str = "",
        threads: int = 1,
        compiled: bool = False,
    ) -> None:
        files = {slug: Path(file).expanduser() for slug, file in (loras or {}).items()}
        self._assets = assets
        self._model = model or self.model
        self._revision = revision
        self._weight = lora_weight
        self._loras = {slug: open_adapter(slug, file, self.base) for slug, file in files.items()}
        self._faces: dict[Kind, IPAdapter] = _options(dict[Kind, IPAdapter], ip_adapter or {}, "ip_adapter")
        self._control: ControlNet | None = _options(ControlNet, controlnet, "controlnet") if controlnet else None
        self._preprocess = preprocess
        self._regions = regions
        self._steps = steps or self.advised[0]
        self._guidance = self.advised[1] if guidance is None else guidance
        self._against = against
        self._strength = strength
        self._pixels = pixels
        self._device = machine.find_device(device, threads)
        self._compiled = compiled
        self._loaded: set[str] = set()
        self._pipelines: dict[Task, Any] = {}
        self._placed: Any = None
        if self._faces and not self.sees:
            raise Unsupported(f"{NAMES[self.base]} takes no IP-Adapter here. Use a LoRA, or choose SDXL or Flux.")

    # ---------------------------------------------------------------- orders

    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture of the order's size, ``(height, width, 3)`` RGB uint8. The same order and seed give the same
        picture on the same device. Raises ``TakeFailed``, ``Unsupported`` and, at first, ``EngineMissing``."""
        with _failures(NAMES[self.base]), torch.no_grad():
            pipeline = self._pipeline("control" if self._control else "paint")
            extra = self._controlled(self._control, order) if self._control else {}
            scene = self._scene(order)
            width, height = working_size(order.size, self._pixels, self._multiple)
            with self._by_regions(scene, width):
                told = self.told(scene.whole.words, scene.unwanted)
                picture = self._run(pipeline, scene.whole, order.seed, width=width, height=height, **told, **extra)
        return cv2.resize(picture, order.size, interpolation=cv2.INTER_AREA)

    def edit(
        self,
        picture: np.ndarray,
        mask: np.ndarray,
        instruction: str,
        references: Sequence[str] = (),
        seed: int = 0,
        slugs: Sequence[str] = (),
    ) -> np.ndarray:
        """Paint an ``(h, w, 3)`` RGB uint8 picture anew where the ``(h, w)`` mask is not 0, as the ``instruction``
        says; every other pixel stays as it is. ``references``: asset addresses of the face, best first, for an
        IP-Adapter. ``slugs``: whose LoRAs work. Raises as ``paint``."""
        covered = mask > 0
        width, height = working_size((picture.shape[1], picture.shape[0]), self._pixels, self._multiple)
        with _failures(NAMES[self.base]), torch.no_grad():
            pipeline = self._pipeline("edit")
            face = picture_of(references[0], self._assets) if "face" in self._faces and references else None
            whole = self._region(instruction, self.length_of(instruction), slugs, {"face": face})
            asked = {
                "image": Image.fromarray(picture),
                "mask_image": Image.fromarray(np.uint8(255) * covered),
                "padding_mask_crop": MARGIN,
                "strength": self._strength,
            }
            told = self.told(whole.words, None)
            painted = self._run(pipeline, whole, seed, width=width, height=height, **told, **asked)
        edited: np.ndarray = np.where(covered[..., None], painted, picture)
        return edited

    # ---------------------------------------------------------------- what a model differs in

    def encode(self, text: str, length: int) -> Words:
        """``length`` is ``length_of`` the longest text beside which this one is used."""
        raise NotImplementedError

    def length_of(self, text: str) -> int:
        """How much room a text needs, where that differs."""
        return 1

    def told(self, words: Words, unwanted: Words | None) -> dict[str, Any]:
        """How the pipeline is told the words, and how closely to follow them."""
        raise NotImplementedError

    def load_faces(self, pipeline: Any, adapters: Sequence[IPAdapter]) -> None:
        """Load IP-Adapters into the pipeline."""
        raise NotImplementedError

    def seen(self, pictures: Sequence[Image.Image]) -> list[torch.Tensor]:
        """What the IP-Adapters see in these pictures, one for each."""
        raise NotImplementedError

    def shown(self, seen: list[torch.Tensor]) -> dict[str, Any]:
        """How the pipeline is told what they see."""
        return {"ip_adapter_image_embeds": seen}

    # ---------------------------------------------------------------- what is shown

    def _scene(self, order: ShotOrder) -> Scene:
        """Two and more characters have a region each; then the words for the whole go without adapters and faces."""
        cast = [actor for slug in order.shot.visible for actor in order.actors if actor.slug == slug]
        apart = cast if self._regions and len(cast) > 1 else []
        texts = {actor.slug: words_for(order.prompt, actor, cast) for actor in apart}
        length = max(self.length_of(text) for text in [order.prompt, order.negative, *texts.values()])
        style = style_of(order, self._assets) if "style" in self._faces else None
        together = [] if apart else cast
        shown = {"style": style, "face": self._face(together[0]) if together else None}
        whole = self._region(order.prompt, length, [actor.slug for actor in together], shown)
        unwanted = self.encode(order.negative, length) if order.negative else None
        regions = tuple(
            self._region(texts[actor.slug], length, [actor.slug], {"style": style, "face": self._face(actor)})
            for actor in apart
        )
        return Scene(whole, regions, unwanted)

    def _face(self, actor: ActorOrder) -> Image.Image | None:
        return face_of(actor.references, self._assets) if "face" in self._faces else None

    def _region(self, text: str, length: int, slugs: Sequence[str], shown: Mapping[Any, Image.Image | None]) -> Region:
        """The words are read with the adapters of those whom they are about: these may have changed the reading."""
        mine = [slug for slug in slugs if slug in self._loras]
        self._load_adapters(mine)

        def begin() -> None:
            use_adapters(self._base, dict.fromkeys(mine, self._weight))

        begin()
        pictures = [shown.get(kind) for kind in self._faces]
        return Region(self.encode(text, length), begin, self._images(pictures) if pictures else None)

    def _images(self, pictures: Sequence[Image.Image | None]) -> list[torch.Tensor]:
        """What is seen in each; nothing where there is no picture."""
        seen = self.seen([picture or nothing() for picture in pictures])
        return [found if shown else torch.zeros_like(found) for found, shown in zip(seen, pictures, strict=True)]

    def _load_adapters(self, slugs: Sequence[str]) -> None:
        """New layers are put in without what moves the model about, then it goes where it runs again."""
        new = [slug for slug in slugs if slug not in self._loaded]
        if not new:
            return
        self._placed.remove_all_hooks()
        for slug in new:
            load_adapter(self._base, self._loras[slug], self.base)
            self._loaded.add(slug)
        machine.place(self._placed, self._device)

    def _controlled(self, net: ControlNet, order: ShotOrder) -> dict[str, Any]:
        picture = Image.fromarray(control_picture(order, net, self._assets, self._preprocess))
        return {self.control_argument: picture, "controlnet_conditioning_scale": net.scale}

    # ---------------------------------------------------------------- the pipelines

    @cached_property
    def _base(self) -> Any:
        """The pipeline that paints from words; the others share its parts."""
        pipeline = load(self.classes["paint"], self._model, self._revision, self._device.dtype)
        if self._faces:
            self.load_faces(pipeline, list(self._faces.values()))
            scales = [adapter.scale for adapter in self._faces.values()]
            pipeline.set_ip_adapter_scale(scales if len(scales) > 1 else scales[0])
        if self._compiled:
            machine.compile_blocks(getattr(pipeline, self.denoiser))
        return pipeline

    def _pipeline(self, task: Task) -> Any:
        """The one for a task, where it runs."""
        if task not in self._pipelines:
            self._pipelines[task] = self._base if task == "paint" else self._sharing(task)
        if self._placed is not self._pipelines[task]:
            self._placed = self._pipelines[task]
            machine.place(self._placed, self._device)
        return self._placed

    def _sharing(self, task: Task) -> Any:
        parts = dict(self._base.components)
        if task == "control" and self._control:
            net = self._control
            parts["controlnet"] = load(self.controls, net.model, net.revision, self._device.dtype)
        pipeline = getattr(diffusers, self.classes[task])(**parts)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    @property
    def _multiple(self) -> int:
        """Sides of a picture are multiples of so many pixels."""
        return 2 * int(self._base.vae_scale_factor)

    def _by_regions(self, scene: Scene, width: int) -> Any:
        if not scene.regions:
            return nullcontext()
        columns = width // (self._base.vae_scale_factor * self.columns)
        return regional(getattr(self._base, self.denoiser), scene.whole, scene.regions, columns)

    def _run(self, pipeline: Any, whole: Region, seed: int, **asked: Any) -> np.ndarray:
        whole.begin()
        images = {} if whole.images is None else self.shown(whole.images)
        chance = machine.generator(seed)
        made = pipeline(num_inference_steps=self._steps, generator=chance, output_type="pil", **images, **asked)
        return np.asarray(made.images[0].convert("RGB"))


def words_for(prompt: str, actor: ActorOrder, cast: Sequence[ActorOrder]) -> str:
    """The prompt without the paragraphs about the others, and with this one's first (see ``events/prompt.py``)."""
    others = tuple(
        f"{other.name}{sign}" for other in cast if other.slug != actor.slug for sign in (":", ".", " remembers:")
    )
    kept = [line for line in prompt.splitlines() if not line.startswith(others)]
    return "\n".join(sorted(kept, key=lambda line: not line.startswith(actor.name)))


def working_size(size: tuple[int, int], pixels: int, multiple: int) -> tuple[int, int]:
    """How large to paint a picture of this size: at most about so many pixels, sides a multiple of ``multiple``."""
    scale = min(1.0, (pixels / (size[0] * size[1])) ** 0.5)
    width, height = (max(multiple, round(side * scale / multiple) * multiple) for side in size)
    return width, height


def _options(kind: Any, told: Any, name: str) -> Any:
    """Raises ``BadSetting``."""
    try:
        return TypeAdapter(kind).validate_python(told)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise BadSetting(f"The option {name}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}.") from error


@contextmanager
def _failures(name: str) -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TakeFailed(
            f"The card's memory is too small for {name} at this size. Order a smaller picture, close what else uses "
            "the card, or choose the device cpu."
        ) from error
