"""Post-production: accepted takes become a film with cards, sound and subtitles."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zlib import crc32

from engines.music import FADE, AmbienceEngine, MusicEngine
from events.base import Value
from events.episode import Episode
from events.script import FPS
from media import cards, layout, subtitles
from media.assets import Assets
from media.cut import cut
from media.own_sound import own_sounds, parts
from media.reel import Reel, card_frames, wind
from media.sound import Cue, Kind, encode_below, mix, read_wav

CROSS_FADE = layout.FADE / FPS
PANS = (-0.12, 0.12, 0.0, -0.2, 0.2)
"""Where the voices of a cast stand, in its order."""


class Film(Value):
    """A film in the asset store."""

    film: str
    subtitles: str
    sound: str
    title: str
    end: str
    frames: int
    worked: float


def assemble(
    episode: Episode, names: Mapping[str, str], assets: Assets, music: MusicEngine, ambience: AmbienceEngine
) -> Film:
    """Cut the accepted takes of all scenes. The same episode gives the same frames and samples."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=assets.root) as name, ThreadPoolExecutor(1) as painter:
        folder = Path(name)
        title, end, soundtrack = folder / "title.mp4", folder / "end.mp4", folder / "sound.m4a"
        reel = wind(episode, assets.path, title, end)
        painted = painter.submit(_paint_cards, episode, names, title, end)
        samples = mix(
            [*_speech(reel, names, assets), *own_sounds(reel, assets), *_beds(reel, music, ambience)], reel.seconds
        )
        encode_below(samples, soundtrack)
        painted.result()
        captions = [subtitles.Cue(line.start, line.end, line.speaker, line.text) for line in reel.lines(names)]
        cut(reel.pieces, soundtrack, captions, folder / "film.mp4", title=reel.script.title)
        made = (folder / "film.mp4", soundtrack, title, end)
        film, sound, *shown = (assets.take(file) if file.exists() else "" for file in made)
    return Film(
        film=film,
        subtitles=assets.write(subtitles.srt(captions).encode()),
        sound=sound,
        title=shown[0],
        end=shown[1],
        frames=reel.frames,
        worked=time.perf_counter() - started,
    )


def reel_of(episode: Episode, assets: Assets) -> Reel:
    """The layout of an episode whose cards are not at hand: for everything but cutting."""
    return wind(episode, assets.path, Path("title.mp4"), Path("end.mp4"))


def _paint_cards(episode: Episode, names: Mapping[str, str], title: Path, end: Path) -> None:
    assert episode.script
    script = episode.script
    title_frames, end_frames = card_frames(script)
    if title_frames:
        cards.title_card(title, script.title, script.logline, script.scenes[0].mood, title_frames)
    if end_frames:
        cards.end_card(end, script.title, list(names.values()), script.scenes[-1].mood, end_frames)


def _speech(reel: Reel, names: Mapping[str, str], assets: Assets) -> Iterator[Cue]:
    pans = dict(zip(names.values(), PANS, strict=False))
    for line in reel.lines(names):
        samples, rate = read_wav(assets.read(line.uri))
        for start, part in parts(line, samples, rate):
            yield Cue(start, part, Kind.SPEECH, rate=rate, pan=pans.get(line.speaker, 0.0))


def _beds(reel: Reel, music: MusicEngine, ambience: AmbienceEngine) -> Iterator[Cue]:
    """Music by mood and the sound of each place; each overlaps the next by its fade."""
    assert reel.episode.request
    seed = reel.episode.request.seed
    for mood, start, end in reel.moods():
        played = music.music(mood, end - start + FADE, crc32(f"{seed} {mood}".encode()))
        yield Cue(start, played, Kind.MUSIC)
    for scene in reel.script.scenes:
        span = reel.span(scene)
        sound = ambience.ambience(
            scene.place, scene.time, scene.weather, span.seconds + FADE - CROSS_FADE, crc32(scene.location.encode())
        )
        yield Cue(span.start, sound, Kind.AMBIENCE)
