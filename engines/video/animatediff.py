"""AnimateDiff: a motion adapter in a Stable Diffusion 1.5, so that a character's own SD LoRA can act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import diffusers
import numpy as np
import torch

from engines.diffusion.filming import Cues, Footage, PipelineFilming
from engines.diffusion.weights import Offload, Weights
from engines.diffusion.windows import windows
from engines.video import Profile, ShotOrder
from media.assets import Assets

STRIDE = 4
"""Frames between two windows of FreeNoise: diffusers' default."""


class AnimateDiff(PipelineFilming):
    """Films from words alone: a shot of it cannot begin at the tail of another, so set ``hops: 1`` to let every one
    begin anew. ``model`` is a Stable Diffusion 1.5 or of its family, ``motion`` its motion adapter.

    The adapter was trained on ``context`` frames at 8 a second. Longer shots are filmed in windows of as many, shifted
    by four and averaged (FreeNoise, Qiu et al. 2023); long prompts are read in windows too. The scheduler is the one
    of diffusers' documentation of AnimateDiff (0.42, November 2026): DDIM with linear betas.
    """

    base = "sd15"
    licence = "The weights of Stable Diffusion 1.5 are under CreativeML Open RAIL-M, which rules out harmful uses."

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "stable-diffusion-v1-5/stable-diffusion-v1-5",
        motion: str = "guoyww/animatediff-motion-adapter-v1-5-2",
        revision: str = "",
        motion_revision: str = "",
        steps: int = 25,
        guidance: float = 7.5,
        size: tuple[int, int] = (768, 432),
        fps: float = 8.0,
        context: int = 16,
        longest_frames: int = 64,
        hops: int = 0,
        loras: Mapping[str, str] | None = None,
        lora_weight: float = 1.0,
        device: str = "",
        dtype: str = "",
        offload: Offload = "",
        threads: int = 1,
    ) -> None:
        footage = Footage(size=tuple(size), fps=fps, longest=longest_frames, shortest=context)
        super().__init__(
            assets,
            Profile(name="animatediff", longest_clip=0, hops=hops),
            Weights(model, revision, device, dtype, offload, threads),
            footage,
            steps=steps,
            guidance=guidance,
            loras=loras,
            lora_weight=lora_weight,
        )
        self._motion = motion, motion_revision

    def _run(self, order: ShotOrder, cues: Cues, chance: torch.Generator) -> np.ndarray:
        pipeline = self._ready("words", self._made, order)
        pipeline.encode_prompt = in_windows(pipeline, order.prompt, order.negative)
        return pipeline(**self._told(order, cues, chance), decode_chunk_size=8).frames[0]

    def _made(self) -> Any:
        name, revision = self._motion
        adapter = self._weights.load("MotionAdapter", name, revision)
        pipeline = self._weights.load("AnimateDiffPipeline", motion_adapter=adapter)
        pipeline.scheduler = diffusers.DDIMScheduler.from_config(
            pipeline.scheduler.config,
            beta_schedule="linear",
            clip_sample=False,
            timestep_spacing="linspace",
            steps_offset=1,
        )
        if self._footage.longest > self._footage.shortest:
            pipeline.enable_free_noise(self._footage.shortest, STRIDE)
        return pipeline


def in_windows(pipeline: Any, *texts: str) -> Callable[..., Any]:
    """``pipeline.encode_prompt`` (of the family of SD 1.5) for these texts, which come out equally long."""
    encode = type(pipeline).encode_prompt.__get__(pipeline)
    length = max(len(windows(text, pipeline.tokenizer)) for text in texts)

    def parts(prompt: str | Sequence[str] | None) -> list[list[str]]:
        """By window, that part of each text."""
        told = [prompt or ""] if prompt is None or isinstance(prompt, str) else prompt
        cut = [windows(text, pipeline.tokenizer) for text in told]
        return [[(text + [""] * length)[number] for text in cut] for number in range(length)]

    def encode_windows(
        prompt: Any, device: Any, count: int = 1, guided: bool = False, negative_prompt: Any = None, **told: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        count, guided = told.pop("num_images_per_prompt", count), told.pop("do_classifier_free_guidance", guided)
        unwanted = parts(negative_prompt if negative_prompt is not None else [""] * len(parts(prompt)[0]))
        read = [
            encode(wanted, device, count, guided, no, **told)
            for wanted, no in zip(parts(prompt), unwanted, strict=True)
        ]
        words, without = zip(*read, strict=True)
        return torch.cat(words, dim=1), torch.cat(without, dim=1) if guided else None

    return encode_windows
