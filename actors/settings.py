"""All that a studio can be told, with defaults that work on a laptop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from pydantic import Field, ValidationError

from actors.profiles import engine_book
from engines.registry import is_remote
from events.base import Value
from events.engine_plan import VideoPlan
from events.episode_facts import Limits, NativeAudio, Policy
from events.errors import BadSetting
from events.production import NO_ENGINE

ENGINES = {
    "script": "beats",
    "analyst": "rules",
    "prompt": NO_ENGINE,
    "image": "puppet",
    "video": "puppet",
    "face": "faceapi",
    "refine": "canonical",
    "retouch": "canonical",
    "lips": NO_ENGINE,
    "interpolate": NO_ENGINE,
    "upscale": NO_ENGINE,
    "speech": "kokoro",
    "music": "library",
    "text": "minilm",
}
"""The embedded engine of every stage; some can be left out."""
PLAIN = (
    "idle_seconds",
    "awake_characters",
    "video_workers",
    "remote_calls",
    "speech_workers",
    "judge_workers",
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
    engine_options: dict[str, dict[str, dict[str, Any]]] = {}
    """How engines are set up, by stage and name, such as ``{"video": {"veo": {"model": "veo-…"}}}``."""
    video: VideoPlan | None = None
    """Who films what, where it is not one engine for everything."""
    on_unknown: Policy = "ask"
    native_audio: NativeAudio = "replace"
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
    remote_calls: int = Field(default=16, ge=1)
    """How many calls to one provider may be under way at once."""
    speech_workers: int = Field(default=2, ge=1)
    judge_workers: int = Field(default=1, ge=1)
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
            "engine_options": engine_book(home).engines,
        }
        for name in PLAIN:
            if value := environ.get(f"LORAFRAME_{name.upper()}"):
                told[name] = value
        try:
            settings = Settings.model_validate(told)
        except ValidationError as error:
            wrong = error.errors()[0]
            raise BadSetting(f"LORAFRAME_{str(wrong['loc'][0]).upper()}: {wrong['msg']}.") from error
        profile = environ.get("LORAFRAME_PROFILE", "")
        return settings.with_profile(profile) if profile else settings

    def with_profile(self, name: str) -> Settings:
        """The same with the engines of a named profile, and the embedded ones for what it leaves open. Raises
        ``BadSetting``."""
        chosen = engine_book(self.home).profile(name)
        engines = ENGINES | chosen.engines
        plan = VideoPlan(default=engines["video"], rules=chosen.shots, fallbacks=chosen.fallbacks)
        return self.replaced(
            engines=engines, video=plan, on_unknown=chosen.on_unknown, native_audio=chosen.native_audio
        )

    def with_engines(self, engines: Mapping[str, str], video: VideoPlan | None) -> Settings:
        return self.replaced(engines=self.engines | dict(engines), video=video)

    @property
    def scenes_at_once(self) -> int:
        """As many as can be filmed side by side, and some that are prepared and judged meanwhile: one here, as many
        again where filming takes no core of ours."""
        remote = any(is_remote("video", engine) for engine in self.video_engines)
        return max(self.video_workers + 1, 2 * self.remote_calls if remote else 0)

    def options(self, stage: str, engine: str) -> dict[str, str]:
        """How an engine is set up, for the record."""
        told = self.engine_options.get(stage, {}).get(engine.partition(":")[0], {})
        return {name: str(value) for name, value in told.items()}

    @property
    def video_engines(self) -> tuple[str, ...]:
        """Every engine that films."""
        return self.video.engines if self.video else (self.engines["video"],)


def _pairs(text: str) -> dict[str, str]:
    """``video=puppet,speech=kokoro`` as a dictionary."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    unknown = [stage for stage, _, _ in pairs if stage not in ENGINES]
    if unknown:
        raise BadSetting(f"There is no stage {unknown[0]!r}. Stages are {', '.join(ENGINES)}.")
    return {stage.strip(): engine.strip() for stage, _, engine in pairs}
