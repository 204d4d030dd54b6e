"""Wan on the user's own card: from words, from a picture to begin with, or between two pictures."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import diffusers
import ftfy  # noqa: F401 (the pipelines fail without it, in the middle of a shot)
import numpy as np
import torch

from engines.diffusion.filming import Cues, Footage, PipelineFilming
from engines.diffusion.weights import Offload, Weights
from engines.video import Profile, ShotOrder
from events.errors import Unsupported
from media.assets import Assets


class Wan(PipelineFilming):
    """Films from a picture with ``model``, and from words with ``text_model``: the same one where that is empty, for
    Wan 2.2 TI2V can do both. ``last_frame``: ``model`` was trained to arrive at a picture too (Wan 2.2 I2V-A14B,
    Wan 2.1 FLF2V). ``needs_first_frame``: there is no model for words, so a picture is painted first.

    A clip has 4 k + 1 frames, 121 at most as Wan 2.2 was trained (81 in Wan 2.1, at 16 a second); a longer shot is
    filmed in up to ``pieces``, each begun at the last frame of the one before. Settings are those of the models' pages
    and of diffusers' documentation of Wan (0.42, November 2026), with the VAE in float32.
    """

    base = "wan"
    step = 4
    grid = 16
    licence = "The weights of Wan 2.1 and 2.2 are under Apache-2.0."

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
        text_model: str = "",
        revision: str = "",
        text_revision: str = "",
        steps: int = 50,
        guidance: float = 5.0,
        size: tuple[int, int] = (1280, 704),
        fps: float = 24.0,
        longest_frames: int = 121,
        pieces: int = 2,
        last_frame: bool = False,
        needs_first_frame: bool = False,
        hops: int = 0,
        loras: Mapping[str, str] | None = None,
        lora_weight: float = 1.0,
        device: str = "",
        dtype: str = "",
        offload: Offload = "",
        threads: int = 1,
        compiled: bool = False,
    ) -> None:
        super().__init__(
            assets,
            Profile(
                name="wan",
                longest_clip=0,
                first_frame=True,
                last_frame=last_frame,
                needs_first_frame=needs_first_frame,
                hops=hops,
            ),
            Weights(model, revision, device, dtype, offload, threads, compiled),
            Footage(size=tuple(size), fps=fps, longest=longest_frames, pieces=pieces),
            steps=steps,
            guidance=guidance,
            loras=loras,
            lora_weight=lora_weight,
        )
        self._text = text_model, text_revision

    def _run(self, order: ShotOrder, cues: Cues, chance: torch.Generator) -> np.ndarray:
        told = self._told(order, cues, chance)
        if cues.first is None:
            return self._ready("words", self._for_words, order)(**told).frames[0]
        pipeline = self._ready("picture", self._for_pictures, order)
        _must_take(self._weights.model, pipeline, cues)
        return pipeline(**told, image=cues.first, last_image=cues.last).frames[0]

    def _must_suit(self, order: ShotOrder) -> None:
        super()._must_suit(order)
        if order.last and not order.first:
            raise Unsupported("wan ends at a given picture only where it begins at one too: paint one to begin with.")

    def _for_words(self) -> Any:
        model, revision = self._text
        if model or "picture" not in self._pipelines:
            pipeline = self._load("WanPipeline", model, revision)
        else:
            pipeline = _of_the_same(self._pipelines["picture"], diffusers.WanPipeline)
        _must_take_words(model or self._weights.model, pipeline)
        return pipeline

    def _for_pictures(self) -> Any:
        if "words" not in self._pipelines or self._text[0]:
            return self._load("WanImageToVideoPipeline")
        return _of_the_same(self._pipelines["words"], diffusers.WanImageToVideoPipeline)

    def _load(self, kind: str, model: str = "", revision: str = "") -> Any:
        exact = {"default": self._weights.place.dtype, "vae": torch.float32}
        return self._weights.load(kind, model, revision, dtype=exact)


def _of_the_same(pipeline: Any, kind: Any) -> Any:
    """A pipeline of another kind that is made of the same parts: they are in memory once."""
    config = {name: pipeline.config[name] for name in ("boundary_ratio", "expand_timesteps")}
    parts = {**pipeline.components, **config}
    made = kind(**{name: parts[name] for name in inspect.signature(kind).parameters if name in parts})
    made.set_progress_bar_config(disable=True)
    return made


def _must_take_words(model: str, pipeline: Any) -> None:
    config = _transformer(pipeline)
    if config.in_channels != config.out_channels:
        raise Unsupported(
            f"{model} films from a picture only, and this shot has none to begin with: set a `text_model` for wan, or "
            "`needs_first_frame: true`, and one is painted."
        )


def _must_take(model: str, pipeline: Any, cues: Cues) -> None:
    """By what the transformer was built for: Wan 2.2 TI2V holds the first picture still and has no place for another;
    Wan 2.1 I2V sees one picture by CLIP, FLF2V two; Wan 2.2 I2V-A14B has none to see, and any to hold."""
    config, holds = _transformer(pipeline), pipeline.config.expand_timesteps
    if config.in_channels == config.out_channels and not holds:
        raise Unsupported(f"{model} films from words only. Set a `model` for wan that begins at a picture.")
    sees = 0 if config.image_dim is None else 1 if config.pos_embed_seq_len is None else 2
    if cues.last and (holds or sees == 1):
        raise Unsupported(f"{model} cannot end at a given picture. Wan 2.2 I2V-A14B and Wan 2.1 FLF2V can.")
    if sees == 2 and not cues.last:
        raise Unsupported(f"{model} films between two pictures only, and this shot has none to end with.")


def _transformer(pipeline: Any) -> Any:
    return (pipeline.transformer or pipeline.transformer_2).config
