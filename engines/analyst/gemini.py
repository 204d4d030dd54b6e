"""A state analyst by Gemini, which also sees."""

from __future__ import annotations

from inspect import signature
from typing import Any

from engines.analyst.chat import ChatAnalyst
from engines.chat.gemini import GeminiChat

QUICK = {"effort": "low"}
"""A scene is read for what happens in it: that takes little thought."""


class GeminiAnalyst(ChatAnalyst):
    """An ``Analyst``. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"
    __signature__ = signature(GeminiChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GeminiChat(**(QUICK | options)))
