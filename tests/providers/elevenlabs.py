"""ElevenLabs' "Create speech with timing": PCM at the rate that is asked for, and when each character is heard."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable

import numpy as np

from tests.providers.server import Answer, Mishap, Provider, Request

KEY = "test-key-of-elevenlabs-1234567890"
PATH = re.compile(r"/v1/text-to-speech/([\w-]+)/with-timestamps")
SILENCE, LETTER = 0.3, 0.06
"""Seconds of silence before and after a line, and of one of its characters."""
LOUDNESS = 0.02


class ElevenLabsServer(Provider):
    """``plan_rate`` is the best that its plan has. Orders are counted by text and voice."""

    def __init__(
        self, mishaps: Iterable[Mishap] = (), voices: Iterable[str] = ("id-ava", "id-kai"), plan_rate: int = 24_000
    ) -> None:
        super().__init__(mishaps)
        self.voices = set(voices)
        self.plan_rate = plan_rate

    def answer(self, request: Request) -> Answer:
        if request.headers.get("xi-api-key") != KEY:
            given = request.headers.get("xi-api-key", "")
            return wrong(401, "invalid_api_key", f"Invalid API key: {given}")
        asked = PATH.fullmatch(request.path)
        if request.method != "POST" or not asked:
            return wrong(404, "not_found", "Not Found")
        return self._invalid(request, asked[1]) or self._spoken(request, asked[1])

    def _invalid(self, request: Request, voice: str) -> Answer | None:
        rate = int(request.query["output_format"].removeprefix("pcm_"))
        if voice not in self.voices:
            return wrong(404, "voice_not_found", f"A voice with the id {voice} was not found.")
        if rate > self.plan_rate:
            return wrong(403, "output_format_not_allowed", f"pcm_{rate} needs the Pro tier or above.")
        stability = request.json["voice_settings"]["stability"]
        if not 0 <= stability <= 1:
            loc = ["body", "voice_settings", "stability"]
            return Answer(422, {"detail": [{"type": "less_than_equal", "loc": loc, "msg": "at most 1", "input": KEY}]})
        return None

    def _spoken(self, request: Request, voice: str) -> Answer:
        text, seed = request.json["text"], request.json.get("seed")
        rate = int(request.query["output_format"].removeprefix("pcm_"))
        order = f"{voice} {text}"
        if lost := self.accept(order, order):
            return lost
        if self.fates[order] is Mishap.REFUSED:
            return wrong(403, "content_against_policy", "This text may violate our Terms of Service.")
        if self.fates[order] is Mishap.FAILED:
            return Answer(200, {"audio_base64": "?", "alignment": None})
        starts = [SILENCE + LETTER * number for number in range(len(text))]
        alignment = {
            "characters": list(text),
            "character_start_times_seconds": starts,
            "character_end_times_seconds": [start + LETTER for start in starts],
        }
        sound = base64.b64encode(pcm(text, voice, seed, rate)).decode()
        return Answer(200, {"audio_base64": sound, "alignment": alignment, "normalized_alignment": alignment})

    def busy(self) -> Answer:
        return wrong(429, "too_many_concurrent_requests", "Too many concurrent requests.")

    def used_up(self) -> Answer:
        return wrong(401, "quota_exceeded", "This request exceeds your quota. You have 0 credits remaining.")


def wrong(status: int, code: str, words: str) -> Answer:
    return Answer(status, {"detail": {"type": "error", "code": code, "status": code, "message": words}})


def pcm(text: str, voice: str, seed: int, rate: int) -> bytes:
    """A quiet tone for each letter, another for each voice and seed, between two silences."""
    pitch = 120 + zlib.crc32(f"{voice} {seed}".encode()) % 80
    pieces = [np.zeros(round(SILENCE * rate))]
    for letter in text:
        time = np.arange(round(LETTER * rate)) / rate
        tone = np.sin(2 * np.pi * (pitch + ord(letter)) * time) * np.sin(np.pi * time / LETTER)
        pieces.append(tone * LOUDNESS * letter.isalnum())
    wave = np.concatenate([*pieces, pieces[0]])
    return np.round(wave * 2**15).astype("<i2").tobytes()
