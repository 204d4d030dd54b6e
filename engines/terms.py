"""What a call of an engine costs."""

from __future__ import annotations

from pydantic import Field

from events.base import Value


class Terms(Value):
    """``dollars`` for one ``unit`` (a picture, a character of text, a token) on the bill of ``account``. Where an
    answer is charged besides, ``answer_dollars`` for each unit of it."""

    account: str = ""
    unit: str = ""
    dollars: float = Field(default=0.0, ge=0)
    answer_dollars: float = Field(default=0.0, ge=0)

    def price(self, units: float, answered: float = 0) -> float:
        return self.dollars * units + self.answer_dollars * answered


FREE = Terms()
