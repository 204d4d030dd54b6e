"""The switch that makes every call off this machine fail; it holds in all tests (``tests/conftest.py``)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from engines import keys
from engines.offline import VARIABLE, is_here
from engines.remote import Remote, error_for, message, must_be_safe
from events.errors import Expired, KeyMissing, LoraFrameError, Offline, QuotaExceeded, TakeFailed, Unsupported
from tests.providers.server import Answer, Provider, Request

ELSEWHERE = "203.0.113.7"
"""An address that is nobody's (RFC 5737)."""


def test_a_call_off_this_machine_is_stopped_before_it_is_made() -> None:
    with socket.socket() as caller, pytest.raises(Offline, match=VARIABLE):
        caller.connect((ELSEWHERE, 443))


def test_without_the_switch_nothing_is_watched() -> None:
    script = "import engines, socket; s = socket.socket(); s.settimeout(0.01); s.connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {VARIABLE: "0"})


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", True), (ELSEWHERE, False), ("a.test", False)],
)
def test_what_is_on_this_machine(host: str, here: bool) -> None:
    assert is_here(host) is here


@pytest.mark.parametrize("url", ["http://example.com", "http://10.0.0.1", "ftp://127.0.0.1", "file:///etc/passwd"])
def test_keys_and_faces_travel_by_https_or_stay_here(url: str) -> None:
    with pytest.raises(Unsupported, match="https"):
        must_be_safe(url)
    must_be_safe("https://example.com")
    must_be_safe("http://127.0.0.1:8000")


# ---------------------------------------------------------------- keys and errors


def test_a_key_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    with pytest.raises(KeyMissing, match="GROQ_API_KEY"):
        keys.key("GROQ_API_KEY")


def test_what_a_provider_repeats_of_a_key_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "planted-key-1")
    told = error_for("Groq", 401, {"error": {"message": "Bad key planted-key-1."}})
    assert isinstance(told, KeyMissing) and "planted" not in str(told) and keys.HIDDEN in str(told)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Unsupported),
        (401, KeyMissing),
        (402, QuotaExceeded),
        (404, Expired),
        (429, QuotaExceeded),
        (500, TakeFailed),
    ],
)
def test_what_a_status_means(status: int, kind: type[LoraFrameError]) -> None:
    assert type(error_for("It", status, "no")) in (kind, *kind.__subclasses__())
    assert error_for("It", 200, "yes") is None


def test_the_sentence_is_found_wherever_it_is() -> None:
    nested = {"detail": {"status": "quota_exceeded", "message": "Buy more."}}
    assert message(nested) == "Buy more." and message("plain") == "plain" and message({"a": 1}) == "{'a': 1}"


class Flaky(Provider):
    """Answers a question at the third try."""

    def answer(self, request: Request) -> Answer:
        return Answer(200, {"ok": True}) if len(self.requests) > 2 else Answer(503, {"error": "later"})


def test_a_question_is_asked_until_there_is_an_answer() -> None:
    from engines.remote import Patience

    waited: list[float] = []
    with Flaky() as server:
        remote = Remote("It", server.url, patience=Patience(sleep=waited.append))
        assert remote.ask("/status").json() == {"ok": True}
    assert len(server.requests) == 3 and waited == [1.0, 2.0]
