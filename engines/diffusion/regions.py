"""Several characters in one picture, each with its own words, adapters and face, in its own part of it.

As in MultiDiffusion (Bar-Tal et al. 2023): in every step the model is asked once for each region, and what it answers
is blended by masks, before the scheduler takes the step. The words for the whole picture keep a share everywhere, so
that the parts belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

WHOLE = 0.2
"""The share of the words for the whole picture: the default of the "base ratio" in the web UI's Regional Prompter."""
SOFT = 0.1
"""How wide two regions run into each other, as a share of the picture's width."""
POOLED = ("pooled_projections", "text_embeds")
IMAGES = ("ip_adapter_image_embeds", "image_embeds")


@dataclass(frozen=True)
class Words:
    """An encoded prompt: ``embeds`` (1, tokens, width) and ``pooled`` (1, width)."""

    embeds: torch.Tensor
    pooled: torch.Tensor


@dataclass(frozen=True)
class Region:
    """``begin`` is called before the model is asked for this region; ``images`` what IP-Adapters see in it."""

    words: Words
    begin: Callable[[], None]
    images: Any = None


def shares(count: int, width: int) -> torch.Tensor:
    """How much of each column belongs to each region: ``(count, width)``, every column adds up to 1."""
    at = (torch.arange(width) + 0.5) / width
    reached = [torch.ones(width)]
    reached += [((at - number / count) / SOFT + 0.5).clamp(0, 1) for number in range(1, count)]
    return torch.stack([one - other for one, other in zip(reached, [*reached[1:], torch.zeros(width)], strict=True)])


@contextmanager
def regional(model: Any, whole: Region, regions: Sequence[Region], columns: int) -> Iterator[None]:
    """Inside, the U-Net or transformer ``model`` answers by regions, from left to right. ``columns`` is how many it
    has in a row: of latents, or of tokens where it takes a sequence of them."""
    plain, own = model.forward, model.__dict__.get("forward")

    def forward(*args: Any, **asked: Any) -> tuple[torch.Tensor]:
        rows = _rows(asked, whole.words)
        whole.begin()
        sample = plain(*args, **asked)[0]
        if not rows:
            return (sample,)
        blended = WHOLE * sample
        for region, share in zip(regions, shares(len(regions), columns), strict=True):
            region.begin()
            told = plain(*args, **_told(asked, region, rows))[0]
            blended = blended + (1 - WHOLE) * _spread(share.to(told), told) * told
        sample = sample.clone()
        sample[rows] = blended[rows]
        return (sample,)

    model.forward = forward
    try:
        yield
    finally:
        if own is None:
            del model.forward
        else:
            model.forward = own


def _spread(share: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
    """The mask of columns in the shape of latents (b, c, h, w) or of a sequence of tokens (b, h × w, c)."""
    return share if sample.ndim == 4 else share.repeat(sample.shape[1] // len(share))[None, :, None]


def _rows(asked: dict[str, Any], words: Words) -> list[int]:
    """Which of the batch are asked for by the prompt: the others are for what must not be seen."""
    extra = asked.get("added_cond_kwargs") or {}
    pooled = next(found for name in POOLED if (found := asked.get(name, extra.get(name))) is not None)
    told = words.pooled[0].to(pooled)
    return [row for row in range(len(pooled)) if torch.equal(pooled[row], told)]


def _told(asked: dict[str, Any], region: Region, rows: list[int]) -> dict[str, Any]:
    """What the model was asked, with the region's words and pictures in the place of those for the whole."""
    told = dict(asked) | {"encoder_hidden_states": _put(asked["encoder_hidden_states"], rows, region.words.embeds)}
    for name in ("added_cond_kwargs", "joint_attention_kwargs"):
        if asked.get(name):
            told[name] = dict(asked[name])
    for place in (told, told.get("added_cond_kwargs") or {}):
        place.update({name: _put(place[name], rows, region.words.pooled) for name in POOLED if name in place})
    for place in (told.get("added_cond_kwargs") or {}, told.get("joint_attention_kwargs") or {}):
        place.update({name: region.images for name in IMAGES if name in place})
    return told


def _put(tensor: torch.Tensor, rows: list[int], values: torch.Tensor) -> torch.Tensor:
    tensor = tensor.clone()
    tensor[rows] = values.to(tensor)
    return tensor
