"""Flux on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from engines.diffusion.faces import IPAdapter
from engines.diffusion.painter import Painter
from engines.diffusion.regions import Words
from engines.diffusion.windows import room, windows


class Flux(Painter):
    """An ``ImageEngine`` and editor on FLUX.1, by diffusers 0.42 (its documentation of November 2026).

    The default is the fast model (schnell), which everybody may use for anything; for FLUX.1-dev set ``model``, about
    28 ``steps`` and 3.5 ``guidance``. Its guidance is part of the model, so unwanted words need a second pass
    (``against``: how strongly, over 1), which takes twice the time. Takes IP-Adapters and ControlNet.
    """

    base = "flux"
    model = "black-forest-labs/FLUX.1-schnell"
    licence = (
        "FLUX.1-schnell is under Apache-2.0. FLUX.1-dev, and adapters trained on it, are for non-commercial use unless "
        "Black Forest Labs gives you a licence."
    )
    denoiser = "transformer"
    classes = {"paint": "FluxPipeline", "control": "FluxControlNetPipeline", "edit": "FluxInpaintPipeline"}
    controls = "FluxControlNetModel"
    advised = (4, 3.5)
    columns = 2

    def encode(self, text: str, length: int) -> Words:
        """T5 reads all of it; CLIP, for its summary, what it can read at once."""
        beginning = windows(text, self._base.tokenizer)[0]
        device = self._base._execution_device
        embeds, pooled, _ = self._base.encode_prompt(beginning, text, device=device, max_sequence_length=length)
        return Words(embeds, pooled)

    def length_of(self, text: str) -> int:
        return room(text, self._base.tokenizer_2)

    def told(self, words: Words, unwanted: Words | None) -> dict[str, Any]:
        told = {"prompt_embeds": words.embeds, "pooled_prompt_embeds": words.pooled, "guidance_scale": self._guidance}
        if unwanted is None:
            return told
        return told | {
            "negative_prompt_embeds": unwanted.embeds,
            "negative_pooled_prompt_embeds": unwanted.pooled,
            "true_cfg_scale": self._against,
        }

    def load_faces(self, pipeline: Any, adapters: Sequence[IPAdapter]) -> None:
        pipeline.load_ip_adapter(
            [each.model for each in adapters],
            weight_name=[each.weight for each in adapters],
            subfolder=[each.subfolder for each in adapters],
            image_encoder_pretrained_model_name_or_path=adapters[0].encoder,
            image_encoder_dtype=self._device.dtype,
        )

    def seen(self, pictures: Sequence[Image.Image]) -> list[torch.Tensor]:
        found: list[torch.Tensor] = self._base.prepare_ip_adapter_image_embeds(
            list(pictures), None, self._base._execution_device, 1
        )
        return found

    def shown(self, seen: list[torch.Tensor]) -> dict[str, Any]:
        """In the second pass, for what must not be seen, they see nothing (the inpainting pipeline of diffusers 0.42
        counts adapters wrongly where it has to think of that itself)."""
        return super().shown(seen) | {"negative_ip_adapter_image_embeds": [torch.zeros_like(each) for each in seen]}
