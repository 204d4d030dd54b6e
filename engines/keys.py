"""Keys of providers: read from the usual variables when they are needed, and never written anywhere."""

from __future__ import annotations

import os

from events.errors import KeyMissing

SECRETS = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "ELEVENLABS_API_KEY",
    "COMFY_API_KEY",
    "KLING_ACCESS_KEY",
    "KLING_SECRET_KEY",
    "HF_TOKEN",
)
HIDDEN = "[secret]"


def key(*names: str) -> str:
    """The first of these variables that is set. Raises ``KeyMissing``."""
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    raise KeyMissing(f"Set {' or '.join(names)} to your key, and try again.")


def without_secrets(text: str) -> str:
    """The text with every known key taken out: what providers answer may repeat what they were sent."""
    for name in SECRETS:
        if value := os.environ.get(name, "").strip():
            text = text.replace(value, HIDDEN)
    return text
