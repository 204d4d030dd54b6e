"""SDXL on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from engines.diffusion.faces import IPAdapter
from engines.diffusion.painter import Painter
from engines.diffusion.regions import Words
from engines.diffusion.windows import windows


class SDXL(Painter):
    """An ``ImageEngine`` and editor on Stable Diffusion XL, by diffusers 0.42 (its documentation of November 2026).

    CLIP reads 75 tokens at a time, and our prompts are longer: they are read sentence by sentence in windows of that
    length, one after the other, as the web UIs do. Takes two IP-Adapters (face and style), ControlNet, negative words.
    """

    base = "sdxl"
    model = "stabilityai/stable-diffusion-xl-base-1.0"
    licence = (
        "SDXL's weights are under CreativeML Open RAIL++-M: free to use, with rules for what may be made with them."
    )
    denoiser = "unet"
    classes = {
        "paint": "StableDiffusionXLPipeline",
        "control": "StableDiffusionXLControlNetPipeline",
        "edit": "StableDiffusionXLInpaintPipeline",
    }
    controls = "ControlNetModel"
    control_argument = "image"
    advised = (30, 6.0)

    def encode(self, text: str, length: int) -> Words:
        texts = windows(text, self._base.tokenizer)
        texts += [""] * (length - len(texts))
        device = self._base._execution_device
        read = [self._base.encode_prompt(each, device=device, do_classifier_free_guidance=False) for each in texts]
        return Words(torch.cat([each[0] for each in read], dim=1), read[0][2])

    def length_of(self, text: str) -> int:
        return len(windows(text, self._base.tokenizer))

    def told(self, words: Words, unwanted: Words | None) -> dict[str, Any]:
        """Without unwanted words the model is led away from nothing at all: that is how it was trained."""
        return {
            "prompt_embeds": words.embeds,
            "pooled_prompt_embeds": words.pooled,
            "negative_prompt_embeds": unwanted.embeds if unwanted else torch.zeros_like(words.embeds),
            "negative_pooled_prompt_embeds": unwanted.pooled if unwanted else torch.zeros_like(words.pooled),
            "guidance_scale": self._guidance,
        }

    def load_faces(self, pipeline: Any, adapters: Sequence[IPAdapter]) -> None:
        pipeline.load_ip_adapter(
            [each.model for each in adapters],
            subfolder=[each.subfolder for each in adapters],
            weight_name=[each.weight for each in adapters],
            image_encoder_folder=adapters[0].encoder,
        )

    def seen(self, pictures: Sequence[Image.Image]) -> list[torch.Tensor]:
        device, guided = self._base._execution_device, self._guidance > 1
        found: list[torch.Tensor] = self._base.prepare_ip_adapter_image_embeds(list(pictures), None, device, 1, guided)
        return found
