"""How much of a text the encoders of these models read: CLIP 75 tokens at a time, T5 256 or 512 at once."""

from __future__ import annotations

import re
from typing import Any

WINDOW = 75
"""Tokens that CLIP reads, besides the two around them."""
SHORT, LONG = 256, 512
"""Tokens of T5 with which Flux and SD3 were trained, and the most that their pipelines take."""


def windows(text: str, tokenizer: Any) -> list[str]:
    """A text in parts of up to 75 tokens, cut after sentences, else between words."""
    parts = [""]
    for sentence in re.split(r"(?<=[.;!?\n])\s+", text):
        whole = _tokens(sentence, tokenizer) <= WINDOW
        for piece in [sentence] if whole else sentence.split():
            longer = f"{parts[-1]} {piece}".strip()
            if _tokens(longer, tokenizer) <= WINDOW:
                parts[-1] = longer
            else:
                parts.append(piece)
    return [part for part in parts if part] or [""]


def _tokens(text: str, tokenizer: Any) -> int:
    return len(tokenizer(text, truncation=False, verbose=False).input_ids) - 2


def room(text: str, tokenizer: Any) -> int:
    """The tokens of T5 to ask for: as many as the models know best, and more where a text needs them. What is longer
    still is cut, and the log says so."""
    return SHORT if len(tokenizer(text, truncation=False, verbose=False).input_ids) <= SHORT else LONG
