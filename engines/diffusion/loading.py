"""Models from the Hugging Face hub or a folder, as safetensors alone: other weights can hold code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import diffusers
import torch

from engines.keys import without_secrets
from events.errors import EngineMissing


def load(kind: str, model: str, revision: str, dtype: torch.dtype, **components: Any) -> Any:
    """A pipeline or model of diffusers, of the class ``kind``, on the CPU. ``model`` is its name on the hub or a local
    folder; ``revision`` a commit to hold on to. ``HF_TOKEN`` is used where it is set. Raises ``EngineMissing`` where
    it cannot be had."""
    folder = Path(model).expanduser()
    place = str(folder) if folder.is_dir() else model
    token = os.environ.get("HF_TOKEN", "").strip() or None
    told = {"revision": revision, "token": token} if place == model and not folder.is_dir() else {}
    try:
        made = getattr(diffusers, kind).from_pretrained(place, dtype=dtype, use_safetensors=True, **told, **components)
    except (OSError, ValueError) as error:
        raise EngineMissing(
            f"The model {model!r} cannot be had: {without_secrets(str(error))[:300]} Name a folder that holds it, or "
            "download it where there is a network (a model behind a licence needs HF_TOKEN)."
        ) from error
    if hasattr(made, "set_progress_bar_config"):
        made.set_progress_bar_config(disable=True)
    return made
