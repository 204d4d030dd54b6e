"""Gemini: Google's models, which also see, by generate_content with a JSON schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from google import genai
from google.genai import errors, types

from engines.chat import Answered, Check, Meter, Said, Turn, Usage, anything, converse, patiently, token_terms
from engines.chat.pictures import jpeg
from engines.chat.schema import answer_schema
from engines.google import ACCOUNT, client, google_errors
from engines.remote import Patience, refused
from events.errors import BadSetting, KeyMissing

MODEL = "gemini-3.8-flash"
PRICE, ANSWER_PRICE = 0.75, 3.75
"""Dollars a million tokens: ai.google.dev/gemini-api/docs/pricing, October 2026; twice that from 2027 on."""
EFFORTS = ("minimal", "low", "medium", "high")
DECLINED = {
    types.FinishReason.SAFETY,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII,
    types.FinishReason.RECITATION,
    types.FinishReason.IMAGE_SAFETY,
    types.FinishReason.ESCALATION,
}


class GeminiChat:
    """A ``ChatModel`` of Google. Follows ai.google.dev/gemini-api/docs: structured output, image understanding,
    pricing (October 2026).

    ``effort`` is how long it thinks ("minimal", "low", "medium", "high"; empty: the model's own way).
    """

    name = "Gemini"
    sees = True

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
        self.model = model
        self.terms = token_terms(ACCOUNT, price, answer_price)
        self._meter = Meter()
        self._thinking = _thinking(effort)
        self._enterprise = enterprise
        self._base_url = base_url
        self._patience = patience or Patience()

    def answer(
        self,
        instructions: str,
        told: str,
        schema: type[Answered],
        pictures: Sequence[np.ndarray] = (),
        *,
        check: Check = anything,
        seed: int = 1,
        longest: int = 8192,
    ) -> Answered:
        """See ``ChatModel``."""
        seen = [types.Part.from_bytes(data=jpeg(picture), mime_type="image/jpeg") for picture in pictures]
        config = types.GenerateContentConfig(
            system_instruction=instructions,
            response_mime_type="application/json",
            response_json_schema=answer_schema(schema),
            max_output_tokens=longest,
            seed=seed % 2**31,
            thinking_config=self._thinking,
        )

        def say(turns: Sequence[Turn]) -> Said:
            first, *later = [_content(turn) for turn in turns]
            opening = types.Content(role="user", parts=[*(first.parts or []), *seen])
            said = patiently(lambda: self._said([opening, *later], config), _asked_to_wait, self._patience)
            self._meter.add(said.usage)
            return said

        return converse(self.name, say, told, schema, check)

    @property
    def used(self) -> Usage:
        """See ``Meter``."""
        return self._meter.used

    @cached_property
    def _client(self) -> genai.Client:
        return client(self._enterprise, self._base_url)

    def _said(self, contents: list[types.Content], config: types.GenerateContentConfig) -> Said:
        with google_errors(self.name, submitting=True):
            answer = self._sent(contents, config)
        if answer.prompt_feedback and (why := answer.prompt_feedback.block_reason):
            raise refused(self.name, f"{why.value}.")
        reason = answer.candidates[0].finish_reason if answer.candidates else None
        if reason in DECLINED:
            raise refused(self.name, f"{reason.value}.")
        return Said(text=answer.text or "", cut=reason is types.FinishReason.MAX_TOKENS, usage=_usage(answer))

    def _sent(
        self, contents: list[types.Content], config: types.GenerateContentConfig
    ) -> types.GenerateContentResponse:
        try:
            return self._client.models.generate_content(model=self.model, contents=contents, config=config)
        except errors.ClientError as error:
            if error.code == 404:
                raise BadSetting(
                    f"{self.name} has no model {self.model!r} (any more). Choose another in engines.yaml."
                ) from None
            if "API_KEY_INVALID" in str(error.details):
                raise KeyMissing(f"{self.name} does not accept the key. Set GEMINI_API_KEY to one of yours.") from None
            raise


def _thinking(effort: str) -> types.ThinkingConfig | None:
    if effort and effort not in EFFORTS:
        raise BadSetting(f"There is no effort {effort!r}. Choose one of {', '.join(EFFORTS)}, or leave it empty.")
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel(effort.upper())) if effort else None


def _content(turn: Turn) -> types.Content:
    return types.Content(role="model" if turn.by_model else "user", parts=[types.Part(text=turn.text)])


def _usage(answer: types.GenerateContentResponse) -> Usage:
    """Its thoughts are charged like its answer."""
    if (told := answer.usage_metadata) is None:
        return Usage()
    thoughts, words = told.thoughts_token_count or 0, told.candidates_token_count or 0
    return Usage(asked=told.prompt_token_count or 0, answered=thoughts + words)


def _asked_to_wait(error: BaseException | None) -> float | None:
    """Google says how long in the details of an error (``google.rpc.RetryInfo``): ``"retryDelay": "21s"``."""
    told = str(error.details) if isinstance(error, errors.APIError) else ""
    delay = re.search(r"retryDelay\W+([\d.]+)s", told)
    return float(delay[1]) if delay else None
