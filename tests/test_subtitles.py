"""Subtitles can be read: short lines, time enough, one after the other."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.subtitles import GAP, LONGEST, WIDTH, Cue, readable, srt

SPEECH = (
    "If we leave now, we can still reach the lighthouse before the storm does. But nobody has climbed its stairs "
    "for twenty years, and the last one who tried never told us what she saw up there."
)


def test_a_cue_is_written_as_subrip() -> None:
    assert (
        srt([Cue(61.5, 63.25, "Ava", "Close the door!")])
        == "1\n00:01:01,500 --> 00:01:03,250\nAva: Close the door!\n\n"
    )


def test_nothing_said_is_nothing_written() -> None:
    assert srt([]) == ""
    assert srt([Cue(0, 1, "Ava", "  ")]) == ""


def test_a_long_line_stands_on_two_lines_of_about_the_same_length() -> None:
    first, second = srt([Cue(0, 4, "", "The lighthouse stood where the road ended, dark and quiet.")]).splitlines()[2:4]
    assert abs(len(first) - len(second)) < 10


def test_a_long_speech_is_split_in_time_at_its_pauses() -> None:
    cues = readable([Cue(10, 22, "", SPEECH)])

    assert len(cues) == 3
    assert cues[0].text.endswith((".", ","))
    assert cues[0].start == 10
    assert cues[-1].end <= 22
    assert " ".join(cue.text for cue in cues) == SPEECH


def test_the_speaker_is_named_when_another_one_speaks() -> None:
    said = [Cue(0, 2, "Ava", "Run."), Cue(2, 4, "Ava", "Now."), Cue(4, 6, "Kairo", "Why?"), Cue(6, 8, "", "They ran.")]
    assert [cue.text for cue in readable(said)] == ["Ava: Run.", "Now.", "Kairo: Why?", "They ran."]


def test_a_short_word_stays_long_enough_to_read() -> None:
    (cue,) = readable([Cue(5, 5.3, "", "No.")])
    assert cue.end == 6.0


sentences = st.text(alphabet="abc de,f. ", min_size=1, max_size=300)


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0.5, 12), sentences), max_size=8))
def test_cues_never_overlap_nor_outgrow_the_screen(said: list[tuple[float, float, str]]) -> None:
    apart = [
        Cue(start + 400 * at, start + 400 * at + length, "", text) for at, (start, length, text) in enumerate(said)
    ]
    cues = readable(apart)

    for cue in cues:
        assert cue.end - cue.start == pytest.approx(min(max(cue.end - cue.start, GAP), LONGEST))
    for before, after in pairwise(cues):
        assert before.end <= after.start or after.start - before.start <= GAP
    for block in re.split(r"\n\n", srt(apart).strip()):
        lines = block.splitlines()[2:]
        assert len(lines) <= 2
        assert all(len(line) <= WIDTH or " " not in line for line in lines)
