"""A state analyst at Groq."""

from __future__ import annotations

from engines.analyst.chat import ChatAnalyst
from engines.chat.groq import ANSWER_PRICE, MODEL, PRICE, GroqChat
from engines.remote import Patience


class GroqAnalyst(ChatAnalyst):
    """An ``Analyst``. Prices are dollars a million tokens; the options are those of ``GroqChat``."""

    name = "groq"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        sees: bool = False,
        strict: bool = True,
        effort: str = "low",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GroqChat(model, price, answer_price, sees, strict, effort, base_url, patience))
