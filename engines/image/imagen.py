"""Google's Imagen as an image engine, in the enterprise mode of Google's client: pictures of places."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
from google.genai import types

from engines.google import ACCOUNT, client, sent
from engines.image.gemini import shape
from engines.references import filling
from engines.remote import Patience, refused
from engines.terms import Terms
from engines.video import ShotOrder
from events.errors import TakeFailed, Unsupported
from media.assets import Assets
from media.pictures import flattened, open_picture

SHAPES = ("1:1", "3:4", "4:3", "9:16", "16:9")


class Imagen:
    """An ``ImageEngine`` that knows words alone: a picture in which somebody has to be recognisable is not painted,
    unless ``faces`` is turned off, and a refine engine gives the faces back.

    Google has announced the end of every Imagen model for June to August 2026 ("Migrate from Imagen"), and its client
    drops the call in 2027: this is for whoever still has one. Follows "Imagen API" of Google Cloud's documentation
    (read in November 2026), through google-genai 3.4.
    """

    licence = "Google has announced the end of all Imagen models for 2026: use the image engine gemini."
    name = "imagen"

    def __init__(
        self,
        assets: Assets,
        *,
        model: str = "imagen-4.0-generate-001",
        price: float = 0.04,
        resolution: str = "1K",
        faces: bool = True,
        person_generation: str = "ALLOW_ADULT",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        self._model, self._resolution, self._faces = model, resolution, faces
        self._people, self._base_url = types.PersonGeneration(person_generation), base_url
        self._patience = patience or Patience()
        self.terms = Terms(account=ACCOUNT, unit="picture", dollars=price)

    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture of the order's size, ``(height, width, 3)`` RGB uint8. Raises ``TakeFailed``, and
        ``Unsupported`` where somebody has to be recognisable."""
        if self._faces and order.shot.identified:
            raise Unsupported(
                "imagen takes no pictures of characters, and somebody has to be recognisable here. Choose the image "
                "engine gemini, or turn off the option `faces` of imagen and let a refine engine repair the faces."
            )
        avoided = f"\nDo not show: {order.negative}" if order.negative else ""
        config = types.GenerateImagesConfig(
            number_of_images=1,
            aspect_ratio=shape(order.size, SHAPES),
            image_size=self._resolution,
            person_generation=self._people,
            include_rai_reason=True,
            output_mime_type="image/png",
            add_watermark=False,
            seed=order.seed % 2**31,
        )
        return filling(self._painted(self._answer(f"{order.prompt}{avoided}", config)), order.size)

    def _answer(self, prompt: str, config: types.GenerateImagesConfig) -> types.GenerateImagesResponse:
        """The library warns that the call will go: whoever chose this engine has read it above."""
        with client(enterprise=True, base_url=self._base_url) as google, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = partial(google.models.generate_images, model=self._model, prompt=prompt, config=config)
            answer: types.GenerateImagesResponse = sent(self.name, self._patience, call)
            return answer

    def _painted(self, answer: types.GenerateImagesResponse) -> np.ndarray:
        for made in answer.generated_images or []:
            if made.image and made.image.image_bytes:
                return flattened(open_picture(made.image.image_bytes, "The picture that imagen painted"))
            if made.rai_filtered_reason:
                raise refused(self.name, made.rai_filtered_reason)
        raise TakeFailed("imagen has answered without a picture. Paint it again.")
