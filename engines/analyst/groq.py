"""A state analyst at Groq."""

from __future__ import annotations

from inspect import signature
from typing import Any

from engines.analyst.chat import ChatAnalyst
from engines.chat.groq import GroqChat

QUICK = {"effort": "low"}
"""A scene is read for what happens in it: that takes little thought."""


class GroqAnalyst(ChatAnalyst):
    """An ``Analyst``. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"
    __signature__ = signature(GroqChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GroqChat(**(QUICK | options)))
