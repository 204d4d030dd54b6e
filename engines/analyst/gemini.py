"""A state analyst by Gemini, which also sees."""

from __future__ import annotations

from engines.analyst.chat import ChatAnalyst
from engines.chat.gemini import ANSWER_PRICE, MODEL, PRICE, GeminiChat
from engines.remote import Patience


class GeminiAnalyst(ChatAnalyst):
    """An ``Analyst``. Prices are dollars a million tokens; the options are those of ``GeminiChat``."""

    name = "gemini"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        effort: str = "low",
        enterprise: bool = False,
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        super().__init__(GeminiChat(model, price, answer_price, effort, enterprise, base_url, patience))
