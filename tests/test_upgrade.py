"""Drafts first: a film by the slate, then chosen scenes, a line or a face made anew, and nothing else.

The real studio, director and workers, in one process.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from actors import revising
from actors.director import Direction
from actors.pools import LocalStages
from actors.settings import Settings
from actors.studio import Studio
from bench.figures import Record
from events.base import Event
from events.episode import Episode
from events.episode_facts import EpisodeCut, SpeechRendered, TakeRequested, TakeSubmitted
from events.errors import KeyMissing
from media.frames import frame_count

CAST = Path(__file__).parents[1] / "samples" / "cast"


def scene(number: int, who: list[str], said: str) -> dict[str, object]:
    return {
        "scene_id": f"s{number}",
        "description": f"{' and '.join(who)} wait.",
        "characters": who,
        "duration_sec": 9,
        "camera": "medium close-up",
        "location": "the living room",
        "dialogue": [{"speaker": who[0], "text": said}],
        "narration": "",
    }


class Drafted:
    """A delivered draft of three scenes."""

    def __init__(self, home: Path) -> None:
        told = {"LORAFRAME_HOME": str(home), "LORAFRAME_ENGINES": "video=slate,music=synth"}
        self.studio = Studio(Settings.from_env(told))
        for name in ("ava", "kairo"):
            self.studio.import_character(CAST / name)
        self.script = script = home / "script.json"
        scenes = (scene(1, ["ava"], "Wait."), scene(2, ["kairo"], "Listen."), scene(3, ["ava"], "Go on."))
        script.write_text(json.dumps(scenes))
        self.episode_id: UUID = self.studio.request_episode(script, ["ava", "kairo"])
        self.make()

    def make(self) -> None:
        settings = self.studio.settings_of(self.episode)
        asyncio.run(Direction(settings, self.episode_id, LocalStages(settings)).make())

    @property
    def episode(self) -> Episode:
        return self.studio.episode(self.episode_id)

    def since(self, after: int, kind: type[Event]) -> list[Event]:
        """The facts of this kind behind a version."""
        return [fact for fact in self.studio.log.events(self.episode_id, after=after) if isinstance(fact, kind)]

    @property
    def version(self) -> int:
        return len(self.studio.log.events(self.episode_id))


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    return Drafted(tmp_path_factory.mktemp("drafted"))


def test_the_order_says_whether_clips_keep_their_sound(drafted: Drafted) -> None:
    keeping = drafted.studio.settings.replaced(native_audio="keep")
    studio = Studio(keeping)
    episode_id = studio.request_episode(drafted.script, ["ava", "kairo"])
    assert drafted.studio.settings_of(studio.episode(episode_id)) == keeping
    assert drafted.studio.settings_of(drafted.episode).native_audio == "replace"


def test_an_engine_that_cannot_work_here_opens_nothing(drafted: Drafted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KLING_ACCESS_KEY", raising=False)
    before = drafted.version
    with pytest.raises(KeyMissing, match="KLING_ACCESS_KEY"):
        revising.upgrade(drafted.studio, drafted.episode_id, "kling")
    assert drafted.version == before and drafted.episode.delivered


def shots_of(*scenes: int, episode: Episode) -> set[str]:
    return {shot.shot_id for number in scenes for shot in episode.shots_of(number)}


def test_a_draft_and_its_upgrade(drafted: Drafted, figure: Record) -> None:
    """Line engines.4: only the takes of the chosen scenes are ordered; script, voices and timing stay."""
    before, version = drafted.episode, drafted.version
    revising.upgrade(drafted.studio, drafted.episode_id, "simulated:slate", [1, 3])
    drafted.make()
    after = drafted.episode

    ordered = {fact.shot_id for fact in drafted.since(version, TakeRequested)}
    wanted = shots_of(1, 3, episode=before)
    figure(
        "engines.4.upgrade",
        "shots filmed for an upgrade of two scenes",
        len(ordered),
        "",
        f"= {len(wanted)}",
        ordered == wanted,
    )
    assert ordered == wanted
    assert len(drafted.since(version, TakeSubmitted)) == len(wanted)
    assert after.delivered and after.shots == before.shots and after.speech == before.speech
    assert {after.accepted_take(shot).engine for shot in wanted} == {"simulated:slate"}
    assert after.accepted["s02-01"] == before.accepted["s02-01"]
    paid = drafted.studio.views.purchases(drafted.episode_id)
    assert {(row["account"], row["status"]) for row in paid} == {("simulated", "COMPLETED")} and len(paid) == len(
        wanted
    )


def test_another_line_is_spoken_and_filmed_and_cut_and_nothing_else(drafted: Drafted, figure: Record) -> None:
    """Line engines.4: the scene's speech, its shots that show the mouth, and the cut."""
    before, version = drafted.episode, drafted.version
    marked = revising.revise(drafted.studio, drafted.episode_id, 2, 0, "Hush.")
    showing = {s.shot_id for s in before.shots_of(2) if any(t.line == 0 and t.speaker in s.visible for t in s.lines)}
    stale = {before.takes[take].shot_id for take in marked.takes} if marked else set()
    figure(
        "engines.4.line", "shots that a changed line makes stale", len(stale), "", f"= {len(showing)}", stale == showing
    )
    assert stale == showing and marked and marked.lines == ("2/0",)

    drafted.make()
    spoken = drafted.since(version, SpeechRendered)
    assert [(line.scene, line.line) for line in spoken] == [(2, 0)]
    assert {fact.shot_id for fact in drafted.since(version, TakeRequested)} == showing
    assert len(drafted.since(version, EpisodeCut)) == 1
    film = drafted.episode.cut
    assert film and frame_count(drafted.studio.assets.path(film.film)) == film.frames


def test_today_s_pictures_make_exactly_their_shots_stale(drafted: Drafted) -> None:
    assert revising.stale(drafted.studio, drafted.episode_id) is None
    picture = drafted.studio.settings.home / "another.webp"
    picture.write_bytes((CAST / "kairo" / "front_sad.webp").read_bytes())
    drafted.studio.add_pictures("kairo", [picture])
    marked = revising.stale(drafted.studio, drafted.episode_id)
    assert marked
    shots = {drafted.episode.takes[take].shot_id for take in marked.takes}
    assert shots == {shot.shot_id for shot in drafted.episode.shots.values() if "kairo" in shot.visible}
