"""Stills by any workflow of ComfyUI that has named inputs (``engines/workflows``)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image, ImageOps

from engines.comfyui import ACCOUNT, LICENCE, Comfy
from engines.remote import Patience
from engines.terms import Terms
from engines.video import ShotOrder
from engines.video.comfyui import fitting
from events.errors import BadPicture, TakeFailed
from media.assets import Assets
from media.pictures import flattened, open_picture

SAVERS = ("SaveImage",)
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class ComfyImage:
    """An ``ImageEngine`` on a server of the user's own (``engines/comfyui.py`` says which documentation it follows).

    ``workflow``, ``lora``, ``size`` and ``multiple`` as in ``ComfyVideo``; the workflow is by default SDXL with a LoRA.
    """

    licence = LICENCE

    def __init__(
        self,
        assets: Assets,
        workflow: str = "",
        lora: str = "",
        size: tuple[int, int] | None = None,
        multiple: int = 8,
        price: float = 0.0,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        self._comfy = Comfy(assets, workflow, "text_to_image.json", SAVERS, lora, base_url, patience)
        self._assets = assets
        self._size, self._multiple = size, multiple
        self.terms = Terms(account=ACCOUNT, unit="picture", dollars=price)

    def paint(self, order: ShotOrder) -> np.ndarray:
        """One picture of the order's size, ``(height, width, 3)`` RGB uint8: what is made in another shape is cut."""
        width, height = fitting(self._size or order.size, self._multiple)
        operation = self._comfy.order(order, uuid4(), {"width": width, "height": height})
        file = self._comfy.files(operation, SUFFIXES)[0]
        with tempfile.TemporaryDirectory(dir=self._assets.root) as folder:
            place = Path(folder) / "picture"
            self._comfy.fetch(file, place)
            picture = Image.fromarray(_opened(place.read_bytes()))
        return np.asarray(ImageOps.fit(picture, order.size, Image.Resampling.LANCZOS))


def _opened(content: bytes) -> np.ndarray:
    try:
        return flattened(open_picture(content, "The picture of ComfyUI"))
    except BadPicture as error:
        raise TakeFailed(str(error)) from error
