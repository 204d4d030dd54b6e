"""What is handed over beside the film: subtitles, contact sheet, report and an editor's timeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from events.episode import Episode
from events.episode_facts import Deliverable
from events.mapper import Recorded
from events.script import FPS, Scene
from media.assets import Assets
from media.contact_sheet import Entry, contact_sheet
from media.layout import Piece
from media.post import reel_of
from media.reel import OwnSound, Reel, SpokenLine
from media.report import report
from media.retention import plot, retention
from media.timeline import Picture, Sound, write_timeline


def deliver(
    episode: Episode, episode_id: str, names: Mapping[str, str], ledger: Sequence[Recorded], assets: Assets, gate: float
) -> list[Deliverable]:
    """Everything that belongs into the episode's folder; the clips lie beside the timeline that names them."""
    assert episode.cut
    reel = reel_of(episode, assets)
    told = report(episode_id, reel, names, ledger)
    kept = retention(reel, names, gate)
    return [
        Deliverable(name="film.mp4", uri=episode.cut.film),
        Deliverable(name="film.srt", uri=episode.cut.subtitles),
        Deliverable(name="contact-sheet.jpg", uri=_sheet(reel, assets, assets.path(episode.cut.film), names)),
        Deliverable(name="report.json", uri=assets.write(json.dumps(told, indent=1, ensure_ascii=False).encode())),
        Deliverable(name="identity.json", uri=assets.write(json.dumps(kept, indent=1, ensure_ascii=False).encode())),
        Deliverable(name="identity.png", uri=_plot(kept, reel.script.title, assets)),
        Deliverable(name="timeline.otio", uri=_timeline(reel, names, assets)),
        Deliverable(name="sound.m4a", uri=episode.cut.sound),
        *_clips(reel),
        *(Deliverable(name=_speech_file(line), uri=line.uri) for line in reel.lines(names)),
        *(Deliverable(name=_own_file(own), uri=own.uri) for own in reel.own_sounds()),
    ]


def _clips(reel: Reel) -> Iterator[Deliverable]:
    assert reel.episode.cut
    cards = {"title": reel.episode.cut.title, "end": reel.episode.cut.end}
    for name in reel.starts:
        take = reel.episode.accepted_take(name)
        yield Deliverable(name=_clip_file(name), uri=take.uri if take else cards[name])


def _clip_file(name: str) -> str:
    return f"clips/{name}.mp4"


def _speech_file(line: SpokenLine) -> str:
    return f"speech/{round(line.start * FPS):06d}-{line.slug}.wav"


def _own_file(own: OwnSound) -> str:
    return f"clips/{own.shot_id}.wav"


def _timeline(reel: Reel, names: Mapping[str, str], assets: Assets) -> str:
    """The cut as an editor opens it: clips and lines lie beside the timeline, under these names."""
    pictures = [_picture(reel, name, piece) for name, piece in zip(reel.starts, reel.pieces, strict=True)]
    lines = [
        Sound(line.text[:40], _speech_file(line), round(line.start * FPS), round((line.end - line.start) * FPS))
        for line in reel.lines(names)
        if line.ours
    ]
    own = [
        Sound(own.shot_id, _own_file(own), round(own.start * FPS), round((own.end - own.start) * FPS))
        for own in reel.own_sounds()
    ]
    tracks = {"speech": lines, **({"clips": own} if own else {}), "mix": [Sound("mix", "sound.m4a", 0, reel.frames)]}
    with tempfile.TemporaryDirectory(dir=assets.root) as folder:
        file = Path(folder) / "timeline.otio"
        write_timeline(file, reel.script.title, pictures, tracks)
        return assets.take(file)


def _picture(reel: Reel, name: str, piece: Piece) -> Picture:
    take = reel.episode.accepted_take(name)
    verdict = take.verdict if take else None
    return Picture(
        name,
        _clip_file(name),
        piece.frames,
        piece.fade_in,
        piece.fade_out,
        verdict.value if verdict else "",
        verdict.reason if verdict else "",
        {"prompt": take.prompt, "seed": take.seed} if take else {},
    )


def _sheet(reel: Reel, assets: Assets, film: Path, names: Mapping[str, str]) -> str:
    entries = [_entry(reel, scene, names) for scene in reel.script.scenes]
    with tempfile.TemporaryDirectory(dir=assets.root) as folder:
        picture = Path(folder) / "sheet.jpg"
        contact_sheet(film, entries, picture, reel.script.title, reel.script.logline)
        return assets.take(picture)


def _plot(kept: Mapping[str, Any], title: str, assets: Assets) -> str:
    with tempfile.TemporaryDirectory(dir=assets.root) as folder:
        picture = Path(folder) / "identity.png"
        plot(kept, title, picture)
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
