"""Speech by ElevenLabs: the user's own voices there, paid by the character."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from engines.keys import key, without_secrets
from engines.remote import Final, Patience, Remote, message, unknown
from engines.speech import Speech, Word
from engines.speech.levels import faded, levelled, sounding
from engines.terms import Terms
from events.errors import BadSetting, LoraFrameError, Refused, TakeFailed, Unsupported

NAME = "ElevenLabs"
ADDRESS = "https://api.elevenlabs.io"
RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Samples per second of the formats ``pcm_…``; 44,100 needs the Pro plan or one above it."""
LARGEST_SEED = 2**32 - 1


class ElevenLabs:
    """The speech engine, after the API reference "Create speech with timing" and the page "Errors" of ElevenLabs'
    documentation, and its help centre on errors 400, 401 and 429, as they were in November 2026.

    ``voices`` are the ids of the user's voices by the names that characters have for them. ``price`` is in US dollars
    for one character of text.
    """

    licence = "What may be done with its voices depends on the plan: the free one has no commercial licence."

    def __init__(
        self,
        model: str = "eleven_multilingual_v2",
        price: float = 0.0001,
        voices: Mapping[str, str] | None = None,
        rate: int = 24_000,
        stability: float = 0.5,
        similarity: float = 0.75,
        style: float = 0.0,
        speaker_boost: bool = True,
        speed: float = 1.0,
        seed: int = 0,
        language: str = "",
        base_url: str = "",
        patience: Patience | None = None,
    ) -> None:
        if rate not in RATES:
            raise BadSetting(f"{NAME} has no sound of {rate} samples a second. Choose one of {RATES}.")
        if not 0 <= seed <= LARGEST_SEED:
            raise BadSetting(f"A seed is between 0 and {LARGEST_SEED}, not {seed}.")
        self.rate = rate
        self.terms = Terms(account="elevenlabs", unit="character", dollars=price)
        self._ids = dict(voices or {})
        self.voices = tuple(sorted(self._ids))
        self._told: dict[str, Any] = {"model_id": model, "seed": seed}
        self._told |= {"language_code": language} if language else {}
        self._told["voice_settings"] = {
            "stability": stability,
            "similarity_boost": similarity,
            "style": style,
            "use_speaker_boost": speaker_boost,
            "speed": speed,
        }
        address = base_url or os.environ.get("ELEVENLABS_BASE_URL", "") or ADDRESS
        self._remote = Remote(NAME, address, _headers, explained, patience)

    def say(self, text: str, voice: str) -> np.ndarray:
        """As ``spoken``, the sound alone."""
        return self.spoken(text, voice).samples

    def spoken(self, text: str, voice: str) -> Speech:
        """Mono float32 ``(samples,)`` at ``rate``, levelled, without silence at the ends. A text without words is
        silence of no length, and costs nothing.

        Raises ``BadSetting`` for an unknown voice, ``OutcomeUnknown`` where the text was sent and no answer came.
        """
        voice_id = self._id(voice)
        if not re.search(r"\w", text):
            return Speech(np.zeros(0, np.float32), ())
        path = f"/v1/text-to-speech/{voice_id}/with-timestamps"
        answer = self._remote.submit(
            path, params={"output_format": f"pcm_{self.rate}"}, json={"text": text, **self._told}
        )
        wave, words = _read(answer)
        heard = sounding(wave, self.rate)
        samples = levelled(faded(wave[heard], self.rate), self.rate)
        return Speech(samples, tuple(_moved(words, heard.start / self.rate, len(samples) / self.rate)))

    def _id(self, voice: str) -> str:
        if voice not in self._ids:
            known = ", ".join(self.voices) or "none yet"
            raise BadSetting(
                f"There is no voice {voice!r} for {NAME} (there is: {known}). Put its id from your voices there into "
                f"engines.yaml: `engines: {{speech: {{elevenlabs: {{voices: {{{voice}: ID}}}}}}}}`."
            )
        return self._ids[voice]


def _headers() -> dict[str, str]:
    return {"xi-api-key": key("ELEVENLABS_API_KEY")}


# ---------------------------------------------------------------- answers


def _read(answer: Any) -> tuple[np.ndarray, list[Word]]:
    """Sound and words of an answer. Raises ``OutcomeUnknown`` for one that is none: it has been paid for."""
    try:
        told = answer.json()
        wave = np.frombuffer(base64.b64decode(told["audio_base64"], validate=True), "<i2")
        words = list(_words(told.get("alignment") or {}))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise unknown(NAME, "what came is no speech") from error
    return wave.astype(np.float32) / 2**15, words


def _words(alignment: Mapping[str, Any]) -> list[Word]:
    """The words of the text as it was sent, from the times of its characters."""
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    timed = list(zip(*(alignment.get(name, ()) for name in names), strict=True))
    words = []
    for blank, letters in groupby(timed, key=lambda letter: letter[0].isspace()):
        if not blank:
            written, starts, ends = zip(*letters, strict=True)
            words.append(Word("".join(written), float(starts[0]), float(ends[-1])))
    return words


def _moved(words: list[Word], earlier: float, length: float) -> list[Word]:
    """The words once silence before them is cut away, all of them within the line."""

    def inside(time: float) -> float:
        return round(min(max(time - earlier, 0.0), length), 4)

    return [Word(word.text, inside(word.start), inside(word.end)) for word in words]


# ---------------------------------------------------------------- errors


def explained(status: int, body: Any) -> LoraFrameError | None:
    """What ElevenLabs' codes mean, where the HTTP status alone says less or something else. A code is in ``code``,
    formerly in ``status``."""
    detail = body.get("detail") if isinstance(body, dict) else None
    if status < 400 or not detail:
        return None
    if isinstance(detail, list):
        return Unsupported(f"{NAME} does not take this order: {_invalid(detail)}")
    codes = {detail.get("code"), detail.get("status")} if isinstance(detail, dict) else set()
    told = without_secrets(message(detail))[:300]
    for known, (kind, sentence) in CODES.items():
        if known in codes:
            return kind(sentence.format(told=told))
    return None


CODES: dict[str, tuple[type[LoraFrameError], str]] = {
    "quota_exceeded": (Final, "The account at ElevenLabs is used up: {told} Buy more there, or choose another engine."),
    "voice_not_found": (
        BadSetting,
        "ElevenLabs does not have this voice: {told} Put the id of one of your voices there into engines.yaml.",
    ),
    "model_not_found": (BadSetting, "ElevenLabs does not have this model: {told} Put another into engines.yaml."),
    "output_format_not_allowed": (
        Unsupported,
        "ElevenLabs' plan does not include this quality of sound: {told} Set a lower `rate` in engines.yaml.",
    ),
    "content_against_policy": (
        Refused,
        "ElevenLabs refuses to say this, by its safety rules: {told} Reword the line, or choose another engine.",
    ),
    "system_busy": (TakeFailed, "ElevenLabs is busy: {told} Try again later."),
}


def _invalid(detail: list[Any]) -> str:
    """A validation error: which field, and what of it is wrong."""
    wrong = [entry for entry in detail if isinstance(entry, dict)]
    told = "; ".join(f"{'.'.join(map(str, entry.get('loc', ())))}: {entry.get('msg', '')}" for entry in wrong)
    return without_secrets(told)[:300]
