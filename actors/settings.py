"""All that a studio can be told, with defaults that work on a laptop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from pydantic import Field, ValidationError

from events.base import Value
from events.episode import Limits
from events.errors import BadSetting

ENGINES = {
    "script": "beats",
    "analyst": "rules",
    "image": "puppet",
    "video": "puppet",
    "face": "faceapi",
    "refine": "canonical",
    "speech": "kokoro",
    "music": "library",
    "text": "minilm",
}
"""The embedded engine of every stage."""
PLAIN = (
    "idle_seconds",
    "awake_characters",
    "video_workers",
    "speech_workers",
    "narrator_voice",
    "pass_idr",
    "judge_every",
    "milvus_uri",
    "milvus_token",
)
"""Settings that a variable of the same name sets."""


class Settings(Value):
    """``LORAFRAME_HOME`` holds everything unless ``LORAFRAME_DATABASE_URL`` says that the log lives in PostgreSQL."""

    home: Path
    database_url: str
    views_url: str
    engines: dict[str, str] = ENGINES
    engine_options: dict[str, dict[str, float]] = {}
    """Options by engine name, such as ``{"drifting": {"share": 0.2}}``."""
    limits: Limits = Limits()
    pass_idr: float = Field(default=0.75, ge=0, le=1)
    golden_idr: float = Field(default=0.85, ge=0, le=1)
    judge_every: float = Field(default=0.75, gt=0)
    """Seconds between two frames of a clip at which the judge looks."""
    idle_seconds: float = Field(default=60, gt=0)
    """How long a character actor stays awake with nothing to do."""
    awake_characters: int = Field(default=32, ge=1)
    """How many character actors may be awake at once."""
    video_workers: int = Field(default_factory=lambda: os.cpu_count() or 2, ge=1)
    speech_workers: int = Field(default=2, ge=1)
    narrator_voice: str = "bm_fable"
    milvus_uri: str = ""
    """The Milvus server that holds the memories, as ``http://host:19530/database``; empty: they are in ``home``."""
    milvus_token: str = Field(default="", repr=False)

    @property
    def namespace(self) -> str:
        """Where the actors of this log live in a Ray cluster, which other studios may share."""
        return f"loraframe-{crc32(self.database_url.encode()):08x}"

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> Settings:
        """Read ``LORAFRAME_*`` variables; anything unset has its default. Raises ``BadSetting``."""
        home = Path(environ.get("LORAFRAME_HOME", "~/.loraframe")).expanduser().absolute()
        told = {
            "home": home,
            "database_url": environ.get("LORAFRAME_DATABASE_URL", f"sqlite:///{home}/log.db"),
            "views_url": environ.get("LORAFRAME_VIEWS_URL", f"sqlite:///{home}/views.db"),
            "engines": ENGINES | _pairs(environ.get("LORAFRAME_ENGINES", "")),
        }
        for name in PLAIN:
            if value := environ.get(f"LORAFRAME_{name.upper()}"):
                told[name] = value
        try:
            return Settings.model_validate(told)
        except ValidationError as error:
            wrong = error.errors()[0]
            raise BadSetting(f"LORAFRAME_{str(wrong['loc'][0]).upper()}: {wrong['msg']}.") from error


def _pairs(text: str) -> dict[str, str]:
    """``video=puppet,speech=kokoro`` as a dictionary."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    unknown = [stage for stage, _, _ in pairs if stage not in ENGINES]
    if unknown:
        raise BadSetting(f"There is no stage {unknown[0]!r}. Stages are {', '.join(ENGINES)}.")
    return {stage.strip(): engine.strip() for stage, _, engine in pairs}
