"""Scripts and prompts by Gemini."""

from __future__ import annotations

from engines.chat.gemini import ANSWER_PRICE, MODEL, PRICE, GeminiChat
from engines.remote import Patience
from engines.script.chat import ChatWriter
from engines.script.prompting import PromptWriter


class GeminiWriter(ChatWriter):
    """A ``ScriptEngine``. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        effort: str = "",
        enterprise: bool = False,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GeminiChat(model, price, answer_price, effort, enterprise, base_url, patience))


class GeminiPrompts(PromptWriter):
    """Rewrites prompts. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        effort: str = "",
        enterprise: bool = False,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GeminiChat(model, price, answer_price, effort, enterprise, base_url, patience))
