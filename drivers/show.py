"""What the command line shows of characters, episodes and the log: a table each, and the same as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from drivers.console import facts, summary, table
from events.base import Event
from events.character import Character
from events.look import DAY, Injury
from events.mentions import unmasked

if TYPE_CHECKING:
    from actors.erasing import Erased
    from events.health import Health
    from events.history import Difference
    from events.log import Entry
    from events.mapper import Recorded
    from projections.recall import Recalled
    from projections.views import Views

Row = dict[str, Any]

STATUS_STYLES = {"delivered": "green", "completed": "green", "accepted": "green", "failed": "red", "flagged": "yellow"}

# ---------------------------------------------------------------- characters


Names = Mapping[UUID, str]
"""Everybody's name, to put back where others are told of by id."""


def named(told: Any, names: Names) -> Any:
    """Plain data with the names put back."""
    if isinstance(told, str):
        return unmasked(told, names)
    if isinstance(told, dict):
        return {key: named(value, names) for key, value in told.items()}
    return [named(value, names) for value in told] if isinstance(told, list | tuple) else told


def character_data(found: Character, names: Names | None = None) -> Row:
    """Without the face vectors: they are personal, long, and of no use outside."""
    told: Row = named(found.model_dump(mode="json", exclude={"identity": {"vectors"}, "notes": True}), names or {})
    return told


def character(found: Character, names: Names | None = None) -> Table:
    look = found.look
    told = {
        "about": found.description,
        "pronoun": found.pronoun,
        "voice": found.voice,
        "consent": f"{found.consent_by}, {found.consent_on}",
        "pictures": [reference.view for reference in found.references],
        "identity": _identity(found),
        "wears": (look.wardrobe.what if look.wardrobe else "") + (" (wet)" if look.is_wet else ""),
        "injuries": [_injury(injury, look.hour) for injury in look.injuries],
        "carries": look.props,
        "mood": look.mood.value,
        "is in": look.location,
        "pose": look.pose or "",
        "weather": look.weather or "",
        "with": look.companions,
        "knows": found.learnt,
        "traits": found.traits,
        "story time": f"{look.hour / DAY:.1f} days" if look.hour else "",
        "scenes": found.scenes,
        "branch of": names.get(found.branch_of, "") if names and found.branch_of else "",
    }
    return facts(named(told, names or {}), title=f"{found.name} ({found.slug})")


def _injury(injury: Injury, hour: float) -> str:
    words = f"{injury.what} {injury.where}".strip() + (" (bandaged)" if injury.bandaged else "")
    return words if injury.heals_at is None else f"{words}, {(injury.heals_at - hour) / DAY:.0f} days to heal"


def differences_data(found: Sequence[Difference], names: Names) -> Row:
    return {difference.field: named([difference.one, difference.other], names) for difference in found}


def differences(one: str, other: str, found: Sequence[Difference], names: Names) -> RenderableType:
    if not found:
        return f"{one} and {other} are the same."
    rows = ((each.field, *named([_plain(each.one), _plain(each.other)], names)) for each in found)
    return table(("", one, other), rows)


def _plain(value: Any) -> str:
    """A value of JSON in few words."""
    if isinstance(value, dict):
        return " ".join(_plain(part) for part in value.values() if part not in ("", None, False))
    if isinstance(value, list):
        return ", ".join(_plain(part) for part in value)
    return "" if value is None else str(value)


def health(name: str, found: Health) -> RenderableType:
    rows = ((part.name, f"{part.points:g} of {part.of:g}", part.raise_by) for part in found.parts)
    score = Text.assemble((f"{name}: {found.score} of 100", "bold"))
    return Group(score, Text(), table(("", "points", "what would raise it"), rows))


def recalled(found: Sequence[Recalled], names: Names) -> RenderableType:
    if not found:
        return "Nothing comes to mind."
    return table(("", "alike", "kind"), ((unmasked(r.line(), names), r.score, r.memory.kind) for r in found))


def erased(name: str, gone: Erased) -> Table:
    told = {
        "erased": name,
        "what-ifs": len(gone.characters) - 1,
        "films": [str(episode)[:8] for episode in gone.episodes],
        "stills": len(gone.stills),
        "files": gone.assets,
        "left": "only copies that were taken out of the studio",
    }
    return facts(told)


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


def history(recorded: Iterable[Recorded], names: Names) -> Table:
    rows = (
        (f.version, f"{f.occurred_at:%Y-%m-%d %H:%M:%S}", _verb(f.event), unmasked(summary(f.event), names))
        for f in recorded
    )
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
