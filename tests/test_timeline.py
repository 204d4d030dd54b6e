"""The editor's timeline, read back as an editor would."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from media.layout import FADE, Piece, film_layout
from media.timeline import Picture, Sound, write_timeline

PICTURES = [
    Picture("title", "clips/title.mp4", 96, fade_out=True),
    Picture("1-0", "clips/1-0.mp4", 120, fade_in=True, verdict="pass", note="IDR 0.91", metadata={"idr": 0.91}),
    Picture("1-1", "clips/1-1.mp4", 144, fade_out=True, verdict="unknown"),
    Picture("2-0", "clips/2-0.mp4", 150, fade_in=True, verdict="fail"),
]
SOUNDS = {
    "speech": [Sound("Ava: run", "speech/1-0.wav", 100, 40), Sound("Ava: now", "speech/1-1.wav", 130, 48)],
    "music": [Sound("tense", "music/tense.wav", 0, 486)],
}


@pytest.fixture
def timeline(tmp_path: Path) -> otio.schema.Timeline:
    write_timeline(tmp_path / "film.otio", "Rooftops", PICTURES, SOUNDS)
    return otio.adapters.read_from_file(str(tmp_path / "film.otio"))


def test_it_is_as_long_as_the_film(timeline: otio.schema.Timeline) -> None:
    assert timeline.name == "Rooftops"
    assert timeline.duration() == otio.opentime.RationalTime(96 + 120 + 144 + 150 - 2 * FADE, 24)


def test_cross_fades_stand_between_scenes_and_nowhere_else(timeline: otio.schema.Timeline) -> None:
    kinds = [type(item).__name__ for item in timeline.video_tracks()[0]]
    assert kinds == ["Clip", "Transition", "Clip", "Clip", "Transition", "Clip"]
    fades = [item for item in timeline.video_tracks()[0] if isinstance(item, otio.schema.Transition)]
    assert [fade.duration().value for fade in fades] == [FADE, FADE]


def test_clips_and_fades_begin_where_the_film_has_them(timeline: otio.schema.Timeline) -> None:
    """An editor shows a clip from its cut on, which is in the middle of a fade: half a fade after it begins."""
    track = timeline.video_tracks()[0]
    starts = film_layout([Piece(Path(p.file), p.fade_in, p.fade_out, p.frames) for p in PICTURES])
    shown = [clip.range_in_parent().start_time.value for clip in track.find_clips()]
    assert shown == [starts[0], starts[1] + FADE // 2, starts[2], starts[3] + FADE // 2]


def test_every_clip_has_frames_for_its_fades(timeline: otio.schema.Timeline) -> None:
    for clip in timeline.video_tracks()[0].find_clips():
        there, used = clip.available_range(), clip.source_range
        assert there.start_time <= used.start_time
        assert used.end_time_exclusive() <= there.end_time_exclusive()
    first, second, third, fourth = timeline.video_tracks()[0].find_clips()
    assert (first.source_range.start_time.value, first.source_range.duration.value) == (0, 90)
    assert (second.source_range.start_time.value, second.source_range.duration.value) == (6, 114)
    assert (third.source_range.start_time.value, third.source_range.duration.value) == (0, 138)
    assert (fourth.source_range.start_time.value, fourth.source_range.duration.value) == (6, 144)


def test_media_are_named_relative_to_the_timeline(timeline: otio.schema.Timeline) -> None:
    named = [clip.media_reference.target_url for clip in timeline.find_clips()]
    assert named[:2] == ["clips/title.mp4", "clips/1-0.mp4"]
    assert not any(name.startswith(("/", "file:")) for name in named)


def test_verdicts_are_marked(timeline: otio.schema.Timeline) -> None:
    marks = [(m.name, m.color) for clip in timeline.video_tracks()[0].find_clips() for m in clip.markers]
    assert marks == [("pass", "GREEN"), ("unknown", "YELLOW"), ("fail", "RED")]
    judged = list(timeline.video_tracks()[0].find_clips())[1]
    assert judged.markers[0].comment == "IDR 0.91"
    assert judged.metadata["loraframe"]["idr"] == 0.91


def test_sounds_lie_where_they_are_heard(timeline: otio.schema.Timeline) -> None:
    speech, music = timeline.audio_tracks()
    heard = [
        (clip.name, clip.range_in_parent().start_time.value, clip.duration().value) for clip in speech.find_clips()
    ]
    assert heard == [("Ava: run", 100, 30), ("Ava: now", 130, 48)]
    assert music.duration().value == 486
