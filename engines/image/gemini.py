"""Google's Gemini as an image engine: pictures of characters as they look on their reference pictures, and edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from google.genai import types

from engines.google import ACCOUNT, client, is_safety, sent
from engines.references import filling, jpeg, legend, pictures_for
from engines.remote import Patience, refused
from engines.terms import Terms
from engines.video import ShotOrder
from events.errors import LoraFrameError, TakeFailed
from media.assets import Assets
from media.frames import png
from media.pictures import flattened, open_picture

SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""Width to height of what the models paint."""
REFUSALS = {
    types.FinishReason.SAFETY, types.FinishReason.BLOCKLIST, types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII, types.FinishReason.IMAGE_SAFETY, types.FinishReason.IMAGE_PROHIBITED_CONTENT,
}  # fmt: skip
KEEPING = "Paint one picture. The people in it look exactly as on their pictures: face, hair, age, skin."
EDITING = (
    "Edit the first picture. Change only what is white in the second picture, a mask of the same size; everything "
    "else, the framing and the size stay exactly as they are."
)


class GeminiImage:
    """An ``ImageEngine`` that also edits. A picture is one paid call, sent once.

    Follows "Image generation" (Nano Banana) of the Gemini API's documentation (read in November 2026), through
    google-genai 3.4. The models take no mask of their own: it is shown to them as a picture, and what they change
    besides is for the caller to take back (``engines/refine/edit.py``).
    """

    licence = "Google's terms of service hold; pictures carry an invisible SynthID watermark."
    name = "gemini"

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "gemini-3.1-flash-image",
        price: float = 0.067,
        resolution: str = "1K",
        references: int = 6,
        enterprise: bool = False,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        """``price`` is that of a picture at ``resolution``: 1K, 2K or 4K."""
        self._assets, self._model, self._resolution, self._most = assets, model, resolution, references
        self._enterprise, self._base_url = enterprise, base_url
        self._patience = patience or Patience()
        self.terms = Terms(account=ACCOUNT, unit="picture", dollars=price)

    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture of the order's size, ``(height, width, 3)`` RGB uint8. Raises ``TakeFailed``."""
        shown = pictures_for(order, self._most, self.name)
        avoided = f"Do not show: {order.negative}" if order.negative else ""
        told = "\n".join(part for part in (KEEPING if shown else "", order.prompt, legend(shown), avoided) if part)
        pictures = [_part(jpeg(self._assets, reference.uri)) for _, reference in shown]
        return filling(self._picture([told, *pictures], shape(order.size), order.seed), order.size)

    def edit(
        self, picture: np.ndarray, mask: np.ndarray, instruction: str, references: Sequence[str] = (), seed: int = 0
    ) -> np.ndarray:
        """An ``(h, w, 3)`` RGB uint8 picture, changed as told where ``mask`` ``(h, w)`` is not 0; as large as it was.
        ``references`` are asset addresses of the pictures that the instruction calls the third and so on."""
        white = np.where(mask[..., None] > 0, np.uint8(255), np.uint8(0)).repeat(3, 2)
        seen = [types.Part.from_bytes(data=png(part), mime_type="image/png") for part in (picture, white)]
        pictures = [_part(jpeg(self._assets, uri)) for uri in references[: self._most]]
        size = picture.shape[1], picture.shape[0]
        made = self._picture([f"{EDITING}\n{instruction}", *seen, *pictures], shape(size), seed)
        return cv2.resize(made, size, interpolation=cv2.INTER_AREA if made.shape[1] > size[0] else cv2.INTER_CUBIC)

    def _picture(self, contents: list[Any], ratio: str, seed: int) -> np.ndarray:
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(aspect_ratio=ratio, image_size=self._resolution),
            seed=seed % 2**31,
        )
        with client(self._enterprise, self._base_url) as google:
            answer = sent(
                self.name,
                self._patience,
                lambda: google.models.generate_content(model=self._model, contents=contents, config=config),
            )
        return self._painted(answer)

    def _painted(self, answer: types.GenerateContentResponse) -> np.ndarray:
        """The last picture of the answer: models that think paint drafts before it. Raises ``TakeFailed``."""
        for part in reversed(answer.parts or []):
            if part.inline_data and part.inline_data.data and not part.thought:
                return flattened(open_picture(part.inline_data.data, "The picture that gemini painted"))
        raise self._without_picture(answer)

    def _without_picture(self, answer: types.GenerateContentResponse) -> LoraFrameError:
        if answer.prompt_feedback and answer.prompt_feedback.block_reason:
            return refused(self.name, answer.prompt_feedback.block_reason_message or "The prompt is blocked.")
        if not answer.candidates:
            return TakeFailed(f"{self.name} has answered with nothing. Paint it again.")
        candidate = answer.candidates[0]
        told = candidate.finish_message or " ".join(part.text for part in answer.parts or [] if part.text)
        if candidate.finish_reason in REFUSALS or is_safety(told):
            return refused(self.name, told)
        return TakeFailed(f"{self.name} has answered without a picture: {told[:300]} Paint it again.")


def shape(size: tuple[int, int], shapes: Sequence[str] = SHAPES) -> str:
    """The one of ``shapes`` that is nearest to this size."""
    width, height = size

    def gap(name: str) -> float:
        across, down = map(int, name.split(":"))
        return float(abs(np.log(width / height * down / across)))

    return min(shapes, key=gap)


def _part(content: bytes) -> types.Part:
    return types.Part.from_bytes(data=content, mime_type="image/jpeg")
