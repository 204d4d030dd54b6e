"""Scripts and prompts by Gemini."""

from __future__ import annotations

from inspect import signature
from typing import Any

from engines.chat.gemini import GeminiChat
from engines.script.chat import ChatWriter
from engines.script.prompting import PromptWriter


class GeminiWriter(ChatWriter):
    """A ``ScriptEngine``. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"
    __signature__ = signature(GeminiChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GeminiChat(**options))


class GeminiPrompts(PromptWriter):
    """Rewrites prompts. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"
    __signature__ = signature(GeminiChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GeminiChat(**options))
