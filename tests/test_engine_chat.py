"""Language models at Groq and Google: what is sent, what is taken for an answer, and what each error means.

Both providers' servers are on this machine; the contract holds for both.
"""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import Field

from engines.chat import REPAIRS, ChatModel, most
from engines.chat.gemini import GeminiChat
from engines.chat.groq import GroqChat
from engines.chat.schema import answer_schema
from engines.remote import Patience
from events.base import Value
from events.errors import (
    BadScript,
    BadSetting,
    KeyMissing,
    LoraFrameError,
    OutcomeUnknown,
    QuotaExceeded,
    Refused,
    TakeFailed,
    Unsupported,
)
from events.script import Mood
from tests.providers import gemini_text, groq
from tests.providers.gemini_text import GeminiTextServer
from tests.providers.groq import GroqServer
from tests.providers.server import Mishap

ROOT = Path(__file__).parent.parent


class Feeling(Value):
    """How somebody feels."""

    who: str = Field(min_length=2)
    mood: Mood = Mood.CALM
    places: tuple[str, ...] = ()


GOOD = '{"who": "ava", "mood": "tense", "places": ["harbour"]}'
NO_MOOD = '{"who": "ava", "mood": "odd", "places": []}'
NO_JSON = "I would say that Ava is tense."
TENSE = Feeling(who="ava", mood=Mood.TENSE, places=("harbour",))
PICTURE = np.full((1200, 2400, 3), 90, np.uint8)


@dataclass(frozen=True)
class Side:
    """A provider: its server, the client for it, and where its requests have what."""

    server: Callable[..., Any]
    chat: Callable[..., Any]
    messages: Callable[[Any], list[str]]
    instructions: Callable[[Any], str]
    seeing: dict[str, Any]
    picture: Callable[[Any], bytes]


def _groq_messages(asked: Any) -> list[str]:
    said = [message["content"] for message in asked["messages"][1:]]
    return [content if isinstance(content, str) else content[0]["text"] for content in said]


SIDES = {
    "groq": Side(
        server=GroqServer,
        chat=GroqChat,
        messages=_groq_messages,
        instructions=lambda asked: asked["messages"][0]["content"],
        seeing={"model": "qwen/qwen3.8-27b", "sees": True, "strict": False},
        picture=lambda asked: base64.b64decode(
            asked["messages"][1]["content"][1]["image_url"]["url"].removeprefix("data:image/jpeg;base64,")
        ),
    ),
    "gemini": Side(
        server=GeminiTextServer,
        chat=GeminiChat,
        messages=lambda asked: [content["parts"][0]["text"] for content in asked["contents"]],
        instructions=lambda asked: asked["systemInstruction"]["parts"][0]["text"],
        seeing={},
        picture=lambda asked: base64.urlsafe_b64decode(asked["contents"][0]["parts"][1]["inlineData"]["data"]),
    ),
}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", groq.KEY)
    monkeypatch.setenv("GEMINI_API_KEY", gemini_text.KEY)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Side:
    return SIDES[request.param]


@contextmanager
def speaking(side: Side, answers: Iterable[str] = (GOOD,), told: Any = (), **options: Any) -> Iterator[Any]:
    """A server that answers so, and a client for it with a diary of how long it slept."""
    with side.server(answers, **dict(told)) as server:
        slept: list[float] = []
        chat = side.chat(base_url=server.url, patience=Patience(sleep=slept.append), **options)
        yield server, chat, slept


def ask(chat: ChatModel, **options: Any) -> Feeling:
    return chat.answer("Say how she feels.", '{"story": "Ava waits."}', Feeling, **options)


# ---------------------------------------------------------------- what is sent, and what comes back


def test_a_good_answer_is_taken(side: Side) -> None:
    with speaking(side) as (server, chat, slept):
        assert ask(chat, seed=7) == TENSE
    (request,) = server.requests
    assert side.instructions(request.json) == "Say how she feels."
    assert side.messages(request.json) == ['{"story": "Ava waits."}']
    assert '"seed": 7' in request.body.decode() or '"seed":7' in request.body.decode()
    assert slept == []


def test_tokens_are_counted_and_priced(side: Side) -> None:
    with speaking(side, [NO_JSON, GOOD], price=1.0, answer_price=10.0) as (_, chat, _):
        ask(chat)
        assert (chat.used.asked, chat.used.answered) == (2000, 400)
        assert chat.terms.price(chat.used.asked, chat.used.answered) == pytest.approx(0.002 + 0.004)
        assert most(chat, "script", 1000, 200).price(1) >= chat.terms.price(2000, 400)


def test_a_schema_is_closed_and_says_all_that_is_needed() -> None:
    schema = answer_schema(Feeling)
    assert groq.loose(schema) == ""
    assert schema["required"] == ["who", "mood", "places"]
    assert schema["properties"]["mood"]["enum"] == list(Mood)
    assert groq.loose(Feeling.model_json_schema())


def test_a_picture_is_shown_small_and_without_notes(side: Side) -> None:
    with speaking(side, **side.seeing) as (server, chat, _):
        assert ask(chat, pictures=[PICTURE]) == TENSE
    seen = Image.open(io.BytesIO(side.picture(server.requests[0].json)))
    assert (seen.format, seen.size) == ("JPEG", (1024, 512))
    assert not seen.getexif()


def test_a_model_that_does_not_see_is_not_shown_anything() -> None:
    with speaking(SIDES["groq"]) as (server, chat, _), pytest.raises(Unsupported, match="does not see"):
        ask(chat, pictures=[PICTURE])
    assert not server.requests


def test_groq_takes_five_pictures_at_most() -> None:
    side = SIDES["groq"]
    with speaking(side, **side.seeing) as (server, chat, _), pytest.raises(Unsupported, match="5 pictures at most"):
        ask(chat, pictures=[PICTURE] * 6)
    assert not server.requests


def test_thinking_can_be_kept_short() -> None:
    with speaking(SIDES["groq"], effort="low") as (server, chat, _):
        ask(chat)
    assert server.requests[0].json["reasoning_effort"] == "low"
    with speaking(SIDES["gemini"], effort="low") as (server, chat, _):
        ask(chat)
    assert server.requests[0].json["generationConfig"]["thinkingConfig"] == {"thinking_level": "LOW"}


def test_an_effort_that_there_is_not_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="huge"):
        GeminiChat(effort="huge")


# ---------------------------------------------------------------- repair


@pytest.mark.parametrize("bad", [NO_MOOD, NO_JSON, '{"who": "ava"', '{"who": "ava", "engine": "veo"}', ""])
def test_a_bad_answer_is_sent_back_once_with_what_is_wrong(side: Side, bad: str) -> None:
    with speaking(side, [bad, GOOD]) as (server, chat, _):
        assert ask(chat) == TENSE
    told, was, again = side.messages(server.requests[1].json)
    assert told == '{"story": "Ava waits."}'
    assert was == (bad or "(nothing)")
    assert "cannot be used" in again
    assert len(server.requests) == 2


def test_what_is_wrong_is_named(side: Side) -> None:
    with speaking(side, [NO_MOOD, GOOD]) as (server, chat, _):
        ask(chat)
    assert "mood: Input should be 'calm'" in side.messages(server.requests[1].json)[-1]


def test_it_is_repaired_twice(side: Side) -> None:
    with speaking(side, [NO_JSON, NO_MOOD, GOOD]) as (server, chat, _):
        assert ask(chat) == TENSE
    assert len(server.requests) == 1 + REPAIRS
    assert len(side.messages(server.requests[-1].json)) == 5


def test_after_two_repairs_it_gives_up(side: Side) -> None:
    with speaking(side, [NO_JSON]) as (server, chat, _), pytest.raises(TakeFailed, match="in 3 tries"):
        ask(chat)
    assert len(server.requests) == 1 + REPAIRS


def test_who_asks_has_the_last_word(side: Side) -> None:
    def check(feeling: Feeling) -> None:
        if feeling.places != ("quay",):
            raise BadScript("Ava is on the quay.")

    with speaking(side, [GOOD, GOOD.replace("harbour", "quay")]) as (server, chat, _):
        assert ask(chat, check=check).places == ("quay",)
    assert "Ava is on the quay." in side.messages(server.requests[1].json)[-1]


def test_an_answer_that_was_cut_off_is_asked_for_shorter(side: Side) -> None:
    with (
        speaking(side, [GOOD[:20]], told={"cut": True}) as (server, chat, _),
        pytest.raises(TakeFailed, match="cut off"),
    ):
        ask(chat)
    assert "Write less" in side.messages(server.requests[1].json)[-1]


def test_what_groq_itself_finds_malformed_is_repaired() -> None:
    side = SIDES["groq"]
    with speaking(side, [NO_JSON, GOOD], told={"checked": True}, **side.seeing) as (server, chat, _):
        assert ask(chat) == TENSE
    assert side.messages(server.requests[1].json)[1] == NO_JSON


# ---------------------------------------------------------------- errors


def test_a_busy_provider_is_waited_for_as_long_as_it_says(side: Side) -> None:
    told = {"mishaps": [Mishap.BUSY, Mishap.BUSY], "later": "21"}
    with speaking(side, told=told) as (server, chat, slept):
        assert ask(chat) == TENSE
    assert slept == [21.0, 21.0]
    assert sum(server.orders.values()) == 1


def test_nobody_waits_for_a_quota_of_a_day(side: Side) -> None:
    told = {"mishaps": [Mishap.BUSY], "later": "40000"}
    with speaking(side, told=told) as (server, chat, slept), pytest.raises(QuotaExceeded):
        ask(chat)
    assert slept == [] and not server.orders


def test_a_provider_that_is_always_busy_is_given_up(side: Side) -> None:
    with speaking(side, told={"mishaps": [Mishap.BUSY] * 9}) as (server, chat, slept), pytest.raises(QuotaExceeded):
        ask(chat)
    assert len(slept) == 4 and not server.orders


@pytest.mark.parametrize("mishap", [Mishap.DROP, Mishap.GATEWAY])
def test_an_answer_that_is_lost_is_not_asked_for_again(side: Side, mishap: Mishap) -> None:
    with speaking(side, told={"mishaps": [mishap]}) as (server, chat, _), pytest.raises(OutcomeUnknown):
        ask(chat)
    assert sum(server.orders.values()) == 1 and len(server.requests) == 1


def test_an_error_of_the_provider_is_told(side: Side) -> None:
    with speaking(side, told={"mishaps": [Mishap.ERROR]}) as (server, chat, _), pytest.raises(TakeFailed, match="500"):
        ask(chat)
    assert not server.orders and len(server.requests) == 1


def test_a_refusal_is_told(side: Side) -> None:
    with (
        speaking(side, told={"mishaps": [Mishap.REFUSED]}) as (server, chat, _),
        pytest.raises(Refused, match="Reword"),
    ):
        ask(chat)
    assert len(server.requests) == 1


def test_a_question_that_is_blocked_is_a_refusal() -> None:
    with speaking(SIDES["gemini"], told={"blocked": True}) as (_, chat, _), pytest.raises(Refused, match="PROHIBITED"):
        ask(chat)


def test_a_model_that_is_no_more_is_a_bad_setting(side: Side) -> None:
    with speaking(side, model="old-model") as (server, chat, _), pytest.raises(BadSetting, match="old-model"):
        ask(chat)
    assert not server.orders


def test_strict_decoding_where_there_is_none_is_told() -> None:
    with speaking(SIDES["groq"], model="qwen/qwen3.8-27b") as (_, chat, _), pytest.raises(Unsupported, match="strict"):
        ask(chat)


def test_without_a_key_nothing_is_sent(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GROQ_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name)
    with speaking(side) as (server, chat, _), pytest.raises(KeyMissing, match="_API_KEY"):
        ask(chat)
    assert not server.requests
    assert chat.terms.price(1) > 0


def test_a_key_that_is_not_accepted_is_never_shown(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = "planted-key-0987654321"
    for name in ("GROQ_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, planted)
    with speaking(side) as (_, chat, _), pytest.raises(KeyMissing, match="does not accept the key") as told:
        ask(chat)
    assert planted not in "".join(traceback.format_exception(told.value))
    assert planted not in repr(told.value)


@pytest.mark.parametrize("mishap", [Mishap.ERROR, Mishap.BUSY, Mishap.DROP, Mishap.GATEWAY, Mishap.REFUSED])
def test_no_error_has_the_key_in_it(side: Side, mishap: Mishap) -> None:
    with speaking(side, told={"mishaps": [mishap] * 9}) as (_, chat, _), pytest.raises(LoraFrameError) as told:
        ask(chat)
    shown = "".join(traceback.format_exception(told.value))
    assert groq.KEY not in shown and gemini_text.KEY not in shown


def test_a_server_elsewhere_needs_https(side: Side) -> None:
    with pytest.raises(Unsupported, match="https"):
        ask(side.chat(base_url="http://example.com"))


def test_a_server_that_is_not_there_has_taken_nothing(side: Side) -> None:
    with speaking(side) as (_, chat, _):
        pass
    with pytest.raises(TakeFailed, match="cannot be reached"):
        ask(chat)


@pytest.mark.parametrize("engine", ["groq import GroqChat", "gemini import GeminiChat"])
def test_no_call_leaves_this_machine_while_that_is_forbidden(engine: str) -> None:
    script = f"""
import engines
from engines.analyst import Answer
from engines.chat.{engine} as Chat
from events.errors import Offline
try:
    Chat(base_url="https://192.0.2.1").answer("", "", Answer)
except Offline as error:
    print(error)
"""
    told = os.environ | {"LORAFRAME_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=told, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "A call to 192.0.2.1 was stopped, because LORAFRAME_OFFLINE is set.\n", done.stderr
