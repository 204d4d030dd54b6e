"""Scripts and prompts by a model at Groq."""

from __future__ import annotations

from engines.chat.groq import ANSWER_PRICE, MODEL, PRICE, GroqChat
from engines.remote import Patience
from engines.script.chat import ChatWriter
from engines.script.prompting import PromptWriter


class GroqWriter(ChatWriter):
    """A ``ScriptEngine``. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        strict: bool = True,
        effort: str = "",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GroqChat(model, price, answer_price, False, strict, effort, base_url, patience))


class GroqPrompts(PromptWriter):
    """Rewrites prompts. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        strict: bool = True,
        effort: str = "",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GroqChat(model, price, answer_price, False, strict, effort, base_url, patience))
