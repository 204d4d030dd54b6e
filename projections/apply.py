"""What every fact does to the tables. Begin with ``HANDLERS`` at the end of this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from events import character as c
from events import episode_facts as e
from events import job as j
from events import look as k
from events import series as s
from events.base import Event, Forgotten, Value
from events.consolidation import MemoriesConsolidated
from events.log import Entry
from projections import costs, tables
from projections.tables import change, put

Handler = Callable[[Connection, Entry, Any], None]
"""(connection, entry, the entry's fact): writes rows in the caller's transaction."""

REVISION = 3
"""Raise it when handlers write other rows than before: all tables are made again then."""


def apply(connection: Connection, entry: Entry) -> None:
    """Write down one fact. Raises ``KeyError`` for a fact without handlers."""
    fact = entry.recorded.event
    if isinstance(fact, Forgotten):
        return
    for handler in HANDLERS[type(fact)]:
        handler(connection, entry, fact)


def _id(entry: Entry) -> str:
    return str(entry.aggregate_id)


def _told(fact: Value, table: Table) -> dict[str, Any]:
    """The fields that the table has columns for."""
    return fact.model_dump(mode="json", include=set(table.c.keys()))


def _when(entry: Entry) -> str:
    return entry.recorded.occurred_at.isoformat()


# ---------------------------------------------------------------- characters


def character_created(connection: Connection, entry: Entry, fact: c.CharacterCreated) -> None:
    told = _told(fact, tables.characters)
    look = k.Look().model_dump(mode="json")
    put(connection, tables.characters, character_id=_id(entry), look=look, created_at=_when(entry), **told)


def character_touched(connection: Connection, entry: Entry, fact: Event) -> None:
    """Every fact about a character moves its version and is kept in its history (but no face vectors)."""
    key = {"character_id": _id(entry)}
    version = entry.recorded.version
    scene = getattr(fact, "scene", None)
    change(connection, tables.characters, key, version=version, updated_at=_when(entry))
    put(
        connection,
        tables.history,
        **key,
        version=version,
        occurred_at=_when(entry),
        topic=fact.topic,
        episode_id=str(scene.episode) if scene else "",
        scene=scene.scene if scene else 0,
        fact=fact.model_dump(mode="json", exclude={"vectors", "scene"}),
    )


def picture_added(connection: Connection, entry: Entry, fact: c.ReferenceAdded) -> None:
    key = {"character_id": _id(entry), "version": entry.recorded.version}
    put(connection, tables.pictures, **key, **_told(fact, tables.pictures))


def identity_extracted(connection: Connection, entry: Entry, fact: c.IdentityExtracted) -> None:
    calibration = fact.calibration.model_dump(mode="json")
    key = {"character_id": _id(entry)}
    change(connection, tables.characters, key, embedder=fact.embedder, calibration=calibration)


def voice_assigned(connection: Connection, entry: Entry, fact: c.VoiceAssigned) -> None:
    change(connection, tables.characters, {"character_id": _id(entry)}, voice=fact.voice)


def scene_played(connection: Connection, entry: Entry, fact: c.SceneGenerated) -> None:
    change(
        connection,
        tables.characters,
        {"character_id": _id(entry)},
        scenes=tables.characters.c.scenes + 1,
        last_episode_id=str(fact.scene.episode),
        last_scene=fact.scene.scene,
    )


def look_changed(connection: Connection, entry: Entry, fact: Event) -> None:
    """The look after a fact is what the character's own rule makes of it."""
    table, key = tables.characters, {"character_id": _id(entry)}
    before = connection.scalar(select(table.c.look).where(table.c.character_id == _id(entry)))
    after = k.evolve(k.Look.model_validate(before), fact)
    change(connection, table, key, look=after.model_dump(mode="json"))


def character_branched(connection: Connection, entry: Entry, fact: c.CharacterBranched) -> None:
    told = {"name": fact.name, "slug": fact.slug, "branch_of": str(fact.source)}
    change(connection, tables.characters, {"character_id": _id(entry)}, **told)


def traits_learnt(connection: Connection, entry: Entry, fact: MemoriesConsolidated) -> None:
    change(connection, tables.characters, {"character_id": _id(entry)}, traits=list(fact.traits))


def erased(key: str) -> Handler:
    """Every row that is about the character or the episode, wherever it is; what others have lived through in the
    episode stays theirs."""

    def handler(connection: Connection, entry: Entry, fact: Event) -> None:
        for table in tables.metadata.sorted_tables:
            if key in table.c and not (key == "episode_id" and table is tables.history):
                connection.execute(delete(table).where(table.c[key] == _id(entry)))

    return handler


# ---------------------------------------------------------------- series


def series_created(connection: Connection, entry: Entry, fact: s.SeriesCreated) -> None:
    put(connection, tables.series, series_id=_id(entry), title=fact.title, created_at=_when(entry))


def bible_written(connection: Connection, entry: Entry, fact: s.BibleWritten) -> None:
    change(connection, tables.series, {"series_id": _id(entry)}, rules=list(fact.rules))


def series_touched(connection: Connection, entry: Entry, fact: Event) -> None:
    change(connection, tables.series, {"series_id": _id(entry)}, version=entry.recorded.version)


def character_cast(connection: Connection, entry: Entry, fact: s.CharacterCast) -> None:
    member = {"character_id": str(fact.character_id), "version": entry.recorded.version}
    put(connection, tables.series_cast, series_id=_id(entry), **member)


def episode_ordered(connection: Connection, entry: Entry, fact: s.EpisodeOrdered) -> None:
    ordered = {"episode_id": str(fact.episode_id), "version": entry.recorded.version}
    put(connection, tables.series_episodes, series_id=_id(entry), **ordered)


# ---------------------------------------------------------------- episodes


def episode_requested(connection: Connection, entry: Entry, fact: e.EpisodeRequested) -> None:
    told = _told(fact, tables.episodes) | {"series_id": str(fact.series_id or "")}
    put(connection, tables.episodes, episode_id=_id(entry), requested_at=_when(entry), **told)
    for member in fact.cast:
        put(connection, tables.episode_cast, episode_id=_id(entry), **_told(member, tables.episode_cast))


def episode_touched(connection: Connection, entry: Entry, fact: Event) -> None:
    _change_episode(connection, entry, version=entry.recorded.version, updated_at=_when(entry))


def episode_is(status: str) -> Handler:
    """The episode has come this far."""

    def handler(connection: Connection, entry: Entry, fact: Event) -> None:
        _change_episode(connection, entry, status=status)

    return handler


def script_written(connection: Connection, entry: Entry, fact: e.ScriptWritten) -> None:
    _change_episode(connection, entry, title=fact.script.title, logline=fact.script.logline)
    for scene in fact.script.scenes:
        put(connection, tables.scenes, episode_id=_id(entry), status="written", **_told(scene, tables.scenes))
        for index, line in enumerate(scene.lines):
            key = {"episode_id": _id(entry), "scene": scene.number, "line": index}
            put(connection, tables.lines, **key, speaker=line.speaker, text=line.text)


def speech_rendered(connection: Connection, entry: Entry, fact: e.SpeechRendered) -> None:
    put(connection, tables.lines, episode_id=_id(entry), **_told(fact, tables.lines))


def shot_planned(connection: Connection, entry: Entry, fact: e.ShotPlanned) -> None:
    put(connection, tables.shots, episode_id=_id(entry), **_told(fact.shot, tables.shots))
    _change_scene(connection, entry, fact.shot.scene, status="planned")


def take_requested(connection: Connection, entry: Entry, fact: e.TakeRequested) -> None:
    scene = connection.scalar(_in_episode(select(tables.shots.c.scene), tables.shots, entry, shot_id=fact.shot_id))
    told = _told(fact, tables.takes)
    put(connection, tables.takes, episode_id=_id(entry), scene=scene, requested_at=_when(entry), **told)
    _change_scene(connection, entry, scene, status="shooting")


def take_is(status: str, *fields: str) -> Handler:
    """The take has come this far; these fields of the fact are kept."""

    def handler(connection: Connection, entry: Entry, fact: Any) -> None:
        key = {"episode_id": _id(entry), "take_id": fact.take_id}
        told = {name: getattr(fact, name) for name in fields}
        change(connection, tables.takes, key, status=status, updated_at=_when(entry), **told)

    return handler


def take_judged(connection: Connection, entry: Entry, fact: e.TakeJudged) -> None:
    key = {"episode_id": _id(entry), "take_id": fact.take_id}
    change(connection, tables.takes, key, verdict=fact.verdict.value, reason=fact.verdict.reason)
    for sighting in fact.verdict.sightings:
        _put_sighting(connection, entry, tables.sightings, {"take_id": fact.take_id}, sighting)


def take_refined(connection: Connection, entry: Entry, fact: e.TakeRefined) -> None:
    """The repaired take stands for the first one where it is better."""
    key = {"episode_id": _id(entry), "take_id": fact.take_id}
    told = {"before": fact.before, "after": fact.after, "outside": fact.outside, "kept": fact.kept, "uri": fact.uri}
    put(connection, tables.refinements, **key, round=fact.round, **told)
    if fact.kept:
        change(connection, tables.takes, key, uri=fact.uri, tail=fact.tail)
        take_judged(connection, entry, e.TakeJudged(take_id=fact.take_id, verdict=fact.verdict))


def continuity_checked(connection: Connection, entry: Entry, fact: e.ContinuityChecked) -> None:
    _change_episode(connection, entry, continuity=fact.model_dump(mode="json")["errors"])


def take_observed(connection: Connection, entry: Entry, fact: e.TakeObserved) -> None:
    key = {"episode_id": _id(entry), "take_id": fact.take_id}
    change(connection, tables.takes, key, observed=fact.model_dump(mode="json")["observed"])


def take_accepted(connection: Connection, entry: Entry, fact: e.TakeAccepted) -> None:
    change(connection, tables.shots, {"episode_id": _id(entry), "shot_id": fact.shot_id}, accepted=fact.take_id)


def scene_completed(connection: Connection, entry: Entry, fact: e.SceneCompleted) -> None:
    _change_scene(connection, entry, fact.scene, status="completed")


def scene_flagged(connection: Connection, entry: Entry, fact: e.SceneFlagged) -> None:
    """None of the scene's takes counts any more."""
    rounds = tables.scenes.c.rounds + 1
    _change_scene(connection, entry, fact.scene, status="flagged", reason=fact.reason, rounds=rounds)
    key = {"episode_id": _id(entry), "scene": fact.scene}
    change(connection, tables.shots, key, accepted="")
    change(connection, tables.takes, key, status="dropped", updated_at=_when(entry))


def episode_cut(connection: Connection, entry: Entry, fact: e.EpisodeCut) -> None:
    cut = {"film": fact.film, "subtitles": fact.subtitles, "frames": fact.frames}
    _change_episode(connection, entry, **cut, passed=None, measures=None, findings=None)


def quality_checked(connection: Connection, entry: Entry, fact: e.QualityChecked) -> None:
    _change_episode(connection, entry, **_told(fact, tables.episodes))
    for shot_id, sighting in fact.identity:
        _put_sighting(connection, entry, tables.film_sightings, {"shot_id": shot_id}, sighting)


def engine_assigned(connection: Connection, entry: Entry, fact: e.EngineAssigned) -> None:
    for number in fact.scenes:
        _change_scene(connection, entry, number, engine=fact.engine)


def line_revised(connection: Connection, entry: Entry, fact: e.LineRevised) -> None:
    key = {"episode_id": _id(entry), "scene": fact.scene, "line": fact.line}
    change(connection, tables.lines, key, text=fact.text)


def cast_updated(connection: Connection, entry: Entry, fact: e.CastUpdated) -> None:
    for member in fact.cast:
        put(connection, tables.episode_cast, episode_id=_id(entry), **_told(member, tables.episode_cast))


def episode_reopened(connection: Connection, entry: Entry, fact: e.EpisodeReopened) -> None:
    """What is stale says why; its scenes are being shot again."""
    for take_id in fact.takes:
        key = {"episode_id": _id(entry), "take_id": take_id}
        change(connection, tables.takes, key, status="stale", reason=fact.because, updated_at=_when(entry))
        change(connection, tables.shots, {"episode_id": _id(entry), "accepted": take_id}, accepted="")
    stale = _in_episode(select(tables.takes.c.scene), tables.takes, entry).where(tables.takes.c.take_id.in_(fact.takes))
    for number in connection.scalars(stale.distinct()).all():
        _change_scene(connection, entry, number, status="shooting", reason=fact.because)


def storyboard_dropped(connection: Connection, entry: Entry, fact: e.StoryboardDropped) -> None:
    key = {"episode_id": _id(entry), "scene": fact.scene}
    connection.execute(delete(tables.shots).where(*(tables.shots.c[name] == value for name, value in key.items())))
    change(connection, tables.takes, key, status="stale", updated_at=_when(entry))
    _change_scene(connection, entry, fact.scene, status="written")


def episode_delivered(connection: Connection, entry: Entry, fact: e.EpisodeDelivered) -> None:
    _change_episode(connection, entry, files=fact.model_dump(mode="json")["files"], delivered_at=_when(entry))


def worked(stage: str) -> Handler:
    """The seconds that this stage's engine worked for the fact."""

    def handler(connection: Connection, entry: Entry, fact: Any) -> None:
        key = {"episode_id": _id(entry), "version": entry.recorded.version}
        put(connection, tables.work, **key, stage=stage, seconds=fact.worked)

    return handler


def episode_failed(connection: Connection, entry: Entry, fact: e.EpisodeFailed) -> None:
    _change_episode(connection, entry, reason=fact.reason)


# ---------------------------------------------------------------- stills


def job_requested(connection: Connection, entry: Entry, fact: j.JobRequested) -> None:
    told = {"character_id": str(fact.character.character_id), "asked": fact.asked, "requested_at": _when(entry)}
    put(connection, tables.jobs, job_id=_id(entry), **told)


def job_touched(connection: Connection, entry: Entry, fact: Event) -> None:
    _change_job(connection, entry, version=entry.recorded.version, updated_at=_when(entry))


def job_is(status: str, *fields: str) -> Handler:
    """The still has come this far; these fields of the fact are kept."""

    def handler(connection: Connection, entry: Entry, fact: Any) -> None:
        _change_job(connection, entry, status=status, **{name: getattr(fact, name) for name in fields})

    return handler


def picture_requested(connection: Connection, entry: Entry, fact: j.PictureRequested) -> None:
    _change_job(connection, entry, pictures=fact.picture)


def _change_job(connection: Connection, entry: Entry, **values: Any) -> None:
    change(connection, tables.jobs, {"job_id": _id(entry)}, **values)


# ---------------------------------------------------------------- rows of an episode


def _in_episode(query: Any, table: Any, entry: Entry, **key: Any) -> Any:
    for name, value in {"episode_id": _id(entry), **key}.items():
        query = query.where(table.c[name] == value)
    return query


def _change_episode(connection: Connection, entry: Entry, **values: Any) -> None:
    change(connection, tables.episodes, {"episode_id": _id(entry)}, **values)


def _change_scene(connection: Connection, entry: Entry, number: int | None, **values: Any) -> None:
    change(connection, tables.scenes, {"episode_id": _id(entry), "number": number}, **values)


def _put_sighting(connection: Connection, entry: Entry, table: Any, key: dict[str, str], seen: e.Sighting) -> None:
    cast = tables.episode_cast
    found = connection.scalar(_in_episode(select(cast.c.character_id), cast, entry, slug=seen.slug))
    put(connection, table, episode_id=_id(entry), character_id=found or "", **key, **_told(seen, table))


# ---------------------------------------------------------------- which fact goes where


def _character(*handlers: Handler) -> tuple[Handler, ...]:
    return (*handlers, character_touched)


def _series(*handlers: Handler) -> tuple[Handler, ...]:
    return (*handlers, series_touched)


def _episode(*handlers: Handler) -> tuple[Handler, ...]:
    return (*handlers, episode_touched)


def _job(*handlers: Handler) -> tuple[Handler, ...]:
    return (*handlers, job_touched)


HANDLERS: dict[type[Event], Iterable[Handler]] = {
    c.CharacterCreated: _character(character_created),
    c.ReferenceAdded: _character(picture_added),
    c.IdentityExtracted: _character(identity_extracted),
    c.VoiceAssigned: _character(voice_assigned),
    c.SceneGenerated: _character(scene_played),
    c.KnowledgeGained: _character(),
    c.CharacterBranched: _character(character_branched),
    c.CharacterErased: (erased("character_id"),),
    MemoriesConsolidated: _character(traits_learnt),
    **{fact: _character(look_changed) for fact in k.EVOLVE},
    s.SeriesCreated: _series(series_created),
    s.BibleWritten: _series(bible_written),
    s.CharacterCast: _series(character_cast),
    s.EpisodeOrdered: _series(episode_ordered),
    e.EpisodeRequested: _episode(episode_requested, episode_is("requested")),
    e.ScriptWritten: _episode(script_written, episode_is("written")),
    e.SpeechRendered: _episode(speech_rendered, worked("speech")),
    e.ShotPlanned: _episode(shot_planned),
    e.TakeRequested: _episode(take_requested, take_is("requested"), episode_is("shooting")),
    e.TakeSubmitted: _episode(take_is("submitted", "operation")),
    e.TakeRendered: _episode(take_is("rendered", "uri", "tail", "frames", "worked"), worked("video")),
    e.TakeJudged: _episode(take_judged, worked("face"), take_is("rejected")),
    e.TakeRefined: _episode(take_refined, worked("refine")),
    e.TakeFailed: _episode(take_is("failed", "code", "reason")),
    e.TakeAccepted: _episode(take_accepted, take_is("accepted")),
    e.SceneCompleted: _episode(scene_completed),
    e.EpisodeCut: _episode(episode_cut, worked("cut"), episode_is("cut")),
    e.QualityChecked: _episode(quality_checked, worked("quality"), episode_is("checked")),
    e.SceneFlagged: _episode(scene_flagged, episode_is("shooting")),
    e.FirstFramePainted: _episode(worked("image")),
    e.EngineAssigned: _episode(engine_assigned),
    e.LineRevised: _episode(line_revised),
    e.CastUpdated: _episode(cast_updated),
    e.EpisodeReopened: _episode(episode_reopened, episode_is("shooting")),
    e.StoryboardDropped: _episode(storyboard_dropped),
    e.EpisodeDelivered: _episode(episode_delivered, episode_is("delivered")),
    e.EpisodeFailed: _episode(episode_failed, episode_is("failed")),
    e.ContinuityChecked: _episode(continuity_checked),
    e.TakeObserved: _episode(take_observed),
    e.EpisodeErased: (erased("episode_id"),),
    j.JobRequested: _job(job_requested, job_is("requested")),
    j.PictureRequested: _job(picture_requested, job_is("painting")),
    j.PicturePainted: _job(job_is("painted", "uri")),
    j.PictureJudged: _job(job_is("judged")),
    j.PictureRefined: _job(job_is("refined")),
    j.PictureFailed: _job(job_is("retaking", "reason")),
    j.JobCompleted: _job(job_is("completed", "uri", "idr")),
    j.JobFailed: _job(job_is("failed", "reason")),
    j.JobErased: (erased("job_id"),),
    **costs.HANDLERS,
}
"""Fact → what it does to the tables, in this order."""
