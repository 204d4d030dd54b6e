"""LTX-Video on the user's own card: from words, a picture to begin with, a picture to end with, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition, linear_quadratic_schedule

from engines.diffusion.filming import Cues, Footage, PipelineFilming
from engines.diffusion.weights import Offload, Weights
from engines.diffusion.windows import room
from engines.video import Profile, ShotOrder
from events.errors import BadSetting
from media.assets import Assets

DECODE_TIMESTEP, PICTURE_NOISE = 0.05, 0.025
"""What diffusers' documentation of LTX-Video gives for 0.9.1 and later."""


class LTX(PipelineFilming):
    """Films with LTX-Video 0.9.5 or later, whose one pipeline takes pictures at any frame. A clip has 8 k + 1 frames,
    257 at most by the model's page. A distilled model wants ``guidance: 1`` and the ``timesteps`` of its page.

    Follows diffusers' documentation of LTX-Video (0.42, November 2026).
    """

    base = "ltx"
    step = 8
    grid = 32
    licence = "The weights of LTX-Video are under Lightricks' own licence: read on its page what it asks of companies."

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "Lightricks/LTX-Video-0.9.5",
        revision: str = "",
        steps: int = 40,
        timesteps: Sequence[float] = (),
        guidance: float = 5.0,
        size: tuple[int, int] = (1024, 576),
        fps: float = 24.0,
        longest_frames: int = 257,
        pieces: int = 1,
        picture_noise: float = PICTURE_NOISE,
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
            Profile(name="ltx", longest_clip=0, first_frame=True, last_frame=True, hops=hops),
            Weights(model, revision, device, dtype, offload, threads, compiled),
            Footage(size=tuple(size), fps=fps, longest=longest_frames, pieces=pieces),
            steps=steps,
            guidance=guidance,
            loras=loras,
            lora_weight=lora_weight,
        )
        self._timesteps = list(timesteps) or (linear_quadratic_schedule(steps) * 1000).tolist()
        self._picture_noise = picture_noise

    def _run(self, order: ShotOrder, cues: Cues, chance: torch.Generator) -> np.ndarray:
        pipeline = self._ready("conditions", self._made, order)
        pictures = [(0, cues.first), (cues.frames - 1, cues.last)]
        conditions = [LTXVideoCondition(image=picture, frame_index=at) for at, picture in pictures if picture]
        return pipeline(
            **self._told(order, cues, chance),
            conditions=conditions or None,
            frame_rate=self._footage.fps,
            timesteps=self._timesteps,
            decode_timestep=DECODE_TIMESTEP,
            image_cond_noise_scale=self._picture_noise,
            max_sequence_length=max(room(text, pipeline.tokenizer) for text in (order.prompt, order.negative)),
        ).frames[0]

    def _made(self) -> Any:
        pipeline = self._weights.load("LTXConditionPipeline")
        if pipeline.scheduler.config.use_dynamic_shifting:
            raise BadSetting(f"{self._weights.model} is older than LTX-Video 0.9.5. Set a later `model` for ltx.")
        return pipeline
