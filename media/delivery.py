"""What is handed over beside the film: subtitles, contact sheet, report and an editor's timeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from events.episode import Deliverable, Episode
from events.mapper import Recorded
from events.script import Scene
from media.assets import Assets
from media.contact_sheet import Entry, contact_sheet
from media.post import reel_of
from media.reel import Reel
from media.report import report


def deliver(
    episode: Episode, episode_id: str, names: Mapping[str, str], ledger: Sequence[Recorded], assets: Assets
) -> list[Deliverable]:
    """Everything that belongs into the episode's folder; the clips lie beside the timeline that names them."""
    assert episode.cut
    reel = reel_of(episode, assets)
    told = report(episode_id, reel, names, ledger)
    return [
        Deliverable(name="film.mp4", uri=episode.cut.film),
        Deliverable(name="film.srt", uri=episode.cut.subtitles),
        Deliverable(name="contact-sheet.jpg", uri=_sheet(reel, assets, assets.path(episode.cut.film), names)),
        Deliverable(name="report.json", uri=assets.write(json.dumps(told, indent=1, ensure_ascii=False).encode())),
        *_clips(reel),
    ]


def _clips(reel: Reel) -> Iterator[Deliverable]:
    for shot in reel.shots():
        take = reel.episode.accepted_take(shot.shot_id)
        assert take
        yield Deliverable(name=f"clips/{shot.shot_id}.mp4", uri=take.uri)


def _sheet(reel: Reel, assets: Assets, film: Path, names: Mapping[str, str]) -> str:
    entries = [_entry(reel, scene, names) for scene in reel.script.scenes]
    with tempfile.TemporaryDirectory(dir=assets.root) as folder:
        picture = Path(folder) / "sheet.jpg"
        contact_sheet(film, entries, picture, reel.script.title, reel.script.logline)
        return assets.take(picture)


def _entry(reel: Reel, scene: Scene, names: Mapping[str, str]) -> Entry:
    """The scene's picture: the middle of its first shot in which somebody is recognised, else of its longest."""
    assert reel.episode.quality
    shots = reel.episode.shots_of(scene.number)
    seen = {shot_id: sighting.idr for shot_id, sighting in reel.episode.quality.identity}
    shown = next((shot for shot in shots if shot.shot_id in seen), max(shots, key=lambda shot: shot.frames))
    return Entry(
        frame=reel.starts[shown.shot_id] + shown.frames // 2,
        scene=scene.number,
        location=scene.location,
        mood=scene.mood,
        cast=tuple(names[slug] for slug in scene.characters),
        idr=seen.get(shown.shot_id),
    )
