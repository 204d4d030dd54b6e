"""Scripts and prompts by a model at Groq."""

from __future__ import annotations

from inspect import signature
from typing import Any

from engines.chat.groq import GroqChat
from engines.script.chat import ChatWriter
from engines.script.prompting import PromptWriter


class GroqWriter(ChatWriter):
    """A ``ScriptEngine``. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"
    __signature__ = signature(GroqChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GroqChat(**options))


class GroqPrompts(PromptWriter):
    """Rewrites prompts. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"
    __signature__ = signature(GroqChat)

    def __init__(self, **options: Any) -> None:
        super().__init__(GroqChat(**options))
