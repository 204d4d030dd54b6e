"""An editor's timeline of a film (OpenTimelineIO): clips, cross-fades, sound and what the judge said of each clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from events.script import FPS
from media.assets import disk_errors
from media.layout import FADE

COLOURS = {"pass": otio.schema.MarkerColor.GREEN, "fail": otio.schema.MarkerColor.RED}
"""Of a marker by its verdict; anything else is yellow."""


@dataclass(frozen=True)
class Picture:
    """A clip of the film, as ``media/layout.py`` has it. ``file`` is relative to the timeline's folder;
    ``verdict`` of an accepted take is marked on it, with ``note`` and the ``metadata`` to keep."""

    name: str
    file: str
    frames: int
    fade_in: bool = False
    fade_out: bool = False
    verdict: str = ""
    note: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """A piece of sound that begins with film frame ``start``; ``file`` is relative to the timeline's folder."""

    name: str
    file: str
    start: int
    frames: int


def write_timeline(
    out: Path, title: str, pictures: Sequence[Picture], sounds: Mapping[str, Sequence[Sound]] | None = None
) -> None:
    """Write ``out`` (``.otio``). ``sounds`` are tracks by name; a sound gives way to the next one of its track."""
    timeline = otio.schema.Timeline(title, global_start_time=_time(0))
    timeline.tracks.append(_picture_track(pictures))
    timeline.tracks.extend(_sound_track(name, track) for name, track in (sounds or {}).items() if track)
    with disk_errors(out.parent):
        out.write_text(otio.adapters.write_to_string(timeline, "otio_json"))


def _picture_track(pictures: Sequence[Picture]) -> otio.schema.Track:
    """The clips in a row. The cut lies in the middle of a cross-fade; both clips have handles beyond it."""
    track = otio.schema.Track("picture", kind=otio.schema.TrackKind.Video)
    before: Picture | None = None
    for picture, after in zip(pictures, [*pictures[1:], None], strict=True):
        faded_in = before is not None and before.fade_out and picture.fade_in
        faded_out = after is not None and picture.fade_out and after.fade_in
        if faded_in:
            track.append(_cross_fade())
        start = FADE // 2 if faded_in else 0
        end = picture.frames - (FADE - FADE // 2 if faded_out else 0)
        track.append(_clip(picture, start, end))
        before = picture
    return track


def _clip(picture: Picture, start: int, end: int) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=picture.name,
        media_reference=_reference(picture.file, picture.frames),
        source_range=_range(start, end - start),
        metadata={"loraframe": dict(picture.metadata)},
    )
    if picture.verdict:
        colour = COLOURS.get(picture.verdict, otio.schema.MarkerColor.YELLOW)
        marker = otio.schema.Marker(picture.verdict, _range(start, end - start), colour, comment=picture.note)
        clip.markers.append(marker)
    return clip


def _cross_fade() -> otio.schema.Transition:
    return otio.schema.Transition(
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=_time(FADE - FADE // 2),
        out_offset=_time(FADE // 2),
    )


def _sound_track(name: str, sounds: Sequence[Sound]) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    track.extend(_sounds_and_gaps(sorted(sounds, key=lambda sound: sound.start)))
    return track


def _sounds_and_gaps(sounds: Sequence[Sound]) -> Iterator[otio.schema.Clip | otio.schema.Gap]:
    at = 0
    for sound, after in zip(sounds, [*sounds[1:], None], strict=True):
        if sound.start > at:
            yield otio.schema.Gap(source_range=_range(0, sound.start - at))
        end = sound.start + sound.frames
        end = min(end, after.start) if after else end
        yield otio.schema.Clip(
            name=sound.name,
            media_reference=_reference(sound.file, sound.frames),
            source_range=_range(0, end - sound.start),
        )
        at = end


def _reference(file: str, frames: int) -> otio.schema.ExternalReference:
    return otio.schema.ExternalReference(file, _range(0, frames))


def _range(start: int, frames: int) -> TimeRange:
    return TimeRange(_time(start), _time(frames))


def _time(frames: int) -> RationalTime:
    return RationalTime(frames, FPS)
