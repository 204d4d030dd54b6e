"""Groq: open models, fast, by chat completions with a JSON schema."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import groq
import numpy as np

from engines.chat import Answered, Check, Meter, Said, Turn, Usage, anything, converse, patiently, token_terms
from engines.chat.pictures import jpeg
from engines.chat.schema import answer_schema
from engines.keys import key, without_secrets
from engines.remote import LOST_ON_THE_WAY, NOT_SENT, Patience, error_for, must_be_safe, refused, unknown
from events.errors import BadSetting, LoraFrameError, TakeFailed, Unsupported

MODEL = "openai/gpt-oss-120b"
PRICE, ANSWER_PRICE = 0.15, 0.60
"""Dollars a million tokens: groq.com/pricing, 2026."""
MOST_PICTURES = 5
TIMEOUT = 120.0


class GroqChat:
    """A ``ChatModel`` at Groq. Follows console.groq.com/docs: structured outputs (strict mode), vision, errors (2026).

    ``strict`` decoding, which can give nothing but the schema, is there for the GPT-OSS models; others (the ones that
    see, like qwen/qwen3.8-27b) only do their best. ``effort`` is how long it thinks ("low", "medium", "high"; empty:
    the model's own way).
    """

    name = "Groq"

    def __init__(
        self,
        model: str = MODEL,
        price: float = PRICE,
        answer_price: float = ANSWER_PRICE,
        sees: bool = False,
        strict: bool = True,
        effort: str = "",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        self.model = model
        self.sees = sees
        self.terms = token_terms("groq", price, answer_price)
        self._meter = Meter()
        self._strict = strict
        self._effort = effort
        self._base_url = base_url or os.environ.get("GROQ_BASE_URL", "") or "https://api.groq.com"
        self._patience = patience or Patience()
        must_be_safe(self._base_url)

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
        self._must_see(pictures)
        seen = [_picture(picture) for picture in pictures]
        told_first = {"role": "system", "content": instructions}
        request = self._request(schema, seed, longest)

        def say(turns: Sequence[Turn]) -> Said:
            first, *later = turns
            opening = {"role": "user", "content": [{"type": "text", "text": first.text}, *seen] if seen else first.text}
            messages = [told_first, opening, *(_message(turn) for turn in later)]
            said = patiently(lambda: self._said(request | {"messages": messages}), _asked_to_wait, self._patience)
            self._meter.add(said.usage)
            return said

        return converse(self.name, say, told, schema, check)

    def _must_see(self, pictures: Sequence[np.ndarray]) -> None:
        if pictures and not self.sees:
            raise Unsupported(f"{self.model} does not see pictures. Choose a model at {self.name} that does.")
        if len(pictures) > MOST_PICTURES:
            raise Unsupported(f"{self.name} takes {MOST_PICTURES} pictures at most, and these are {len(pictures)}.")

    def _request(self, schema: type[Answered], seed: int, longest: int) -> dict[str, Any]:
        told = {"name": schema.__name__, "schema": answer_schema(schema), "strict": self._strict}
        thinking = {"reasoning_effort": self._effort} if self._effort else {}
        return {
            "model": self.model,
            "response_format": {"type": "json_schema", "json_schema": told},
            "max_completion_tokens": longest,
            "seed": seed % 2**31,
            **thinking,
        }

    @property
    def used(self) -> Usage:
        """See ``Meter``."""
        return self._meter.used

    @cached_property
    def _client(self) -> groq.Groq:
        return groq.Groq(api_key=key("GROQ_API_KEY"), base_url=self._base_url, max_retries=0, timeout=TIMEOUT)

    def _said(self, request: Mapping[str, Any]) -> Said:
        try:
            with groq_errors(self.name, self.model):
                completion = self._client.chat.completions.create(**request)
        except MalformedAnswer as error:
            return Said(text=str(error))
        choice, counted = completion.choices[0], completion.usage
        if declined := getattr(choice.message, "refusal", None):
            raise refused(self.name, str(declined))
        usage = Usage(asked=counted.prompt_tokens, answered=counted.completion_tokens) if counted else Usage()
        return Said(text=choice.message.content or "", cut=choice.finish_reason == "length", usage=usage)


class MalformedAnswer(Exception):
    """The model's own words, which Groq itself found to be none of the schema."""


@contextmanager
def groq_errors(name: str, model: str) -> Iterator[None]:
    """Around a call: the library's errors as ours, without their cause, as an answer may repeat what was sent."""
    try:
        yield
    except groq.APIStatusError as error:
        if (text := _failed_generation(error.body)) is not None:
            raise MalformedAnswer(text) from None
        raise _meant(name, model, error.status_code, error.body) from None
    except groq.APIConnectionError as error:
        if isinstance(error.__cause__, LoraFrameError):
            raise error.__cause__ from None
        if isinstance(error.__cause__, NOT_SENT):
            raise TakeFailed(f"{name} cannot be reached: {without_secrets(str(error.__cause__))}.") from None
        raise unknown(name, type(error.__cause__ or error).__name__) from None
    except groq.APIError as error:
        raise TakeFailed(f"{name} answered with what nobody can read: {without_secrets(str(error))[:300]}") from None


def _meant(name: str, model: str, status: int, body: object) -> LoraFrameError:
    if status in LOST_ON_THE_WAY:
        return unknown(name, f"HTTP {status}")
    if status == 404:
        return BadSetting(f"{name} has no model {model!r} (any more). Choose another in engines.yaml.")
    return error_for(name, status, body) or TakeFailed(f"{name} answered with HTTP {status}.")


def _failed_generation(body: object) -> str | None:
    told = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(told, Mapping) and told.get("code") == "json_validate_failed":
        return str(told.get("failed_generation") or "")
    return None


def _asked_to_wait(error: BaseException | None) -> float | None:
    """Groq says in seconds how long; for a day's quota that is longer than anybody waits."""
    told = error.response.headers.get("retry-after", "") if isinstance(error, groq.APIStatusError) else ""
    return float(told) if re.fullmatch(r"\d+(\.\d+)?", told) else None


def _message(turn: Turn) -> dict[str, Any]:
    return {"role": "assistant" if turn.by_model else "user", "content": turn.text}


def _picture(picture: np.ndarray) -> dict[str, Any]:
    coded = base64.b64encode(jpeg(picture)).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{coded}"}}
