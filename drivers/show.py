"""What the command line shows of characters, episodes and the log: a table each, and the same as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from drivers.console import facts, summary, table
from events.base import Event
from events.character import Character

if TYPE_CHECKING:
    from events.log import Entry
    from events.mapper import Recorded
    from projections.views import Views

Row = dict[str, Any]

STATUS_STYLES = {"delivered": "green", "completed": "green", "accepted": "green", "failed": "red", "flagged": "yellow"}

# ---------------------------------------------------------------- characters


def character_data(found: Character) -> Row:
    """Without the face vectors: they are personal, long, and of no use outside."""
    return found.model_dump(mode="json", exclude={"identity": {"vectors"}})


def character(found: Character) -> Table:
    look = found.look
    told = {
        "about": found.description,
        "pronoun": found.pronoun,
        "voice": found.voice,
        "consent": f"{found.consent_by}, {found.consent_on}",
        "pictures": [reference.view for reference in found.references],
        "identity": _identity(found),
        "wears": look.wardrobe.what if look.wardrobe else "",
        "injuries": [f"{i.what} {i.where}".strip() + (" (bandaged)" if i.bandaged else "") for i in look.injuries],
        "carries": look.props,
        "mood": look.mood.value,
        "is in": look.location,
        "scenes": found.scenes,
    }
    return facts(told, title=f"{found.name} ({found.slug})")


def _identity(found: Character) -> str:
    if not found.identity:
        return "not measured yet"
    poor = found.identity.calibration.poor
    return found.identity.embedder + (f"; the pictures disagree, look at {poor}" if poor else "")


def characters(found: Sequence[Row]) -> RenderableType:
    if not found:
        return "Nobody yet. `loraframe character create` or `character import` makes one."
    columns = ("slug", "name", "voice", "scenes", "version")
    return table(columns, ([row[column] for column in columns] for row in found))


def recorded_data(fact: Recorded) -> Row:
    told = fact.event.model_dump(mode="json", exclude={"vectors"})
    stamp = fact.model_dump(mode="json", include={"version", "occurred_at", "event_id", "command_id"})
    return stamp | {"topic": fact.event.topic, "fact": told}


def history(recorded: Iterable[Recorded]) -> Table:
    rows = ((f.version, f"{f.occurred_at:%Y-%m-%d %H:%M:%S}", _verb(f.event), summary(f.event)) for f in recorded)
    return table(("version", "when", "what", "facts"), rows)


def _verb(fact: Event) -> str:
    """``character.injury-added`` → ``injury-added``."""
    return fact.topic.partition(".")[2]


# ---------------------------------------------------------------- episodes


def episodes(found: Sequence[Row]) -> RenderableType:
    if not found:
        return "No episode yet. `loraframe episode create` makes one."
    rows = ((r["episode_id"][:8], r["title"], status(r["status"]), r["seconds"], r["requested_at"][:16]) for r in found)
    return table(("id", "title", "status", "seconds", "asked for"), rows)


def status(word: str) -> Text:
    return Text(word, style=STATUS_STYLES.get(word, ""))


def episode_data(views: Views, episode_id: str) -> Row:
    """An episode as the read models tell it, with its scenes, shots and takes."""
    found = views.episode(episode_id)
    key = found["episode_id"]
    return found | {"scenes": views.scenes(key), "shots": views.shots(key), "takes": views.takes(key)}


def episode(found: Row) -> Group:
    progress = found["progress"]
    told = {
        "id": found["episode_id"],
        "status": status(found["status"]),
        "why": found["reason"],
        "logline": found["logline"],
        "cast": [member["slug"] for member in found["cast"]],
        "seconds": found["seconds"],
        "seed": found["seed"],
        "scenes": f"{progress['scenes_completed']} of {progress['scenes']}",
        "shots": f"{progress['shots_accepted']} of {progress['shots']}",
        "takes": len(found["takes"]),
        "findings": [finding["sentence"] for finding in found["findings"] or ()],
    }
    return Group(facts(told, title=found["title"] or "An episode without a script yet"), Text(), _scenes(found))


def _scenes(found: Row) -> Table:
    columns = ("scene", "seconds", "location", "who", "mood", "status", "takes", "lowest IDR")
    identified = {shot["shot_id"]: shot["identified"] for shot in found["shots"]}
    return table(columns, (_scene(scene, found["takes"], identified) for scene in found["scenes"]))


def _scene(scene: Row, takes: Iterable[Row], identified: Mapping[str, Sequence[str]]) -> list[Any]:
    mine = [take for take in takes if take["scene"] == scene["number"]]
    accepted = [take for take in mine if take["status"] == "accepted"]
    sightings = [seen for take in accepted for seen in take["sightings"] if seen["slug"] in identified[take["shot_id"]]]
    seen = [seen["idr"] for seen in sightings if seen["idr"] is not None]
    told = [scene[name] for name in ("number", "seconds", "location", "characters", "mood")]
    return [*told, status(scene["status"]), len(mine), min(seen, default=None)]


# ---------------------------------------------------------------- the log


def entry_data(entry: Entry) -> Row:
    return {"position": entry.position, "aggregate_id": str(entry.aggregate_id)} | recorded_data(entry.recorded)


def entry(found: Entry) -> Text:
    fact = found.recorded
    return Text.assemble(
        (f"{found.position:>6}  ", "dim"),
        f"{fact.occurred_at:%H:%M:%S}  ",
        (f"{str(found.aggregate_id)[:8]}/{fact.version:<4}", "dim"),
        (f" {fact.event.topic:<29} ", "bold"),
        summary(fact.event),
    )
