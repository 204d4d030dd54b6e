"""Stable Diffusion 3 and 3.5 on this machine."""

from __future__ import annotations

from typing import Any

from engines.diffusion.painter import Painter
from engines.diffusion.regions import Words
from engines.diffusion.windows import room, windows

CLIP = 77
"""Tokens of an encoded prompt that are CLIP's; T5's follow."""


class SD3(Painter):
    """An ``ImageEngine`` and editor on Stable Diffusion 3, by diffusers 0.42 (its documentation of November 2026).
    Takes ControlNet and negative words, and no IP-Adapter."""

    base = "sd3"
    model = "stabilityai/stable-diffusion-3.5-medium"
    licence = (
        "Stable Diffusion 3.5 is under Stability AI's Community License: free for research, and for businesses with "
        "less than a million dollars a year."
    )
    denoiser = "transformer"
    classes = {
        "paint": "StableDiffusion3Pipeline",
        "control": "StableDiffusion3ControlNetPipeline",
        "edit": "StableDiffusion3InpaintPipeline",
    }
    controls = "SD3ControlNetModel"
    advised = (40, 4.5)
    sees = False

    def encode(self, text: str, length: int) -> Words:
        """T5 reads all of it; each CLIP what it can read at once."""
        beginning = windows(text, self._base.tokenizer)[0]
        read = self._base.encode_prompt(
            beginning,
            beginning,
            text,
            device=self._base._execution_device,
            do_classifier_free_guidance=False,
            max_sequence_length=length,
        )
        return Words(read[0], read[2])

    def length_of(self, text: str) -> int:
        return room(text, self._base.tokenizer_3) if self._base.tokenizer_3 else 1

    def told(self, words: Words, unwanted: Words | None) -> dict[str, Any]:
        """Without unwanted words the model is led away from an empty prompt: that is how it was trained."""
        unwanted = unwanted or self.encode("", words.embeds.shape[1] - CLIP)
        return {
            "prompt_embeds": words.embeds,
            "pooled_prompt_embeds": words.pooled,
            "negative_prompt_embeds": unwanted.embeds,
            "negative_pooled_prompt_embeds": unwanted.pooled,
            "guidance_scale": self._guidance,
        }
