"""Whole episodes by the studio, on a real Ray: what drifts is kept out, what happened stays, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest

from actors.settings import Settings
from actors.studio import Delivered, Studio
from bench.figures import Record
from engines.face.onnx import Faces
from events.base import Event
from events.episode import Episode
from events.episode_facts import FirstFramePainted, ScriptWritten, TakeJudged, TakeSubmitted
from events.production import is_acceptable
from events.script import Script
from media.frames import frame_count, frames_at, sample
from tests.providers.clips import mp4
from tests.providers.comfyui import ComfyUI

CAST = Path(__file__).parent.parent / "samples" / "cast"
LEFT_CHEEK, RIGHT_CHEEK, CHIN = 14, 2, 8
"""Landmarks (iBUG): beside the mouth on the person's own left and right, and the chin."""

pytestmark = pytest.mark.usefixtures("ray_cluster")


@contextmanager
def opened(home: Path, **settings: Any) -> Iterator[Studio]:
    """A studio of its own, with Ava and Kairo."""
    told = {"LORAFRAME_HOME": str(home), "LORAFRAME_SPEECH_WORKERS": "1", "LORAFRAME_VIDEO_WORKERS": "1"}
    with Studio(Settings.from_env(told).model_copy(update=settings)) as studio:
        for name in ("ava", "kairo"):
            studio.import_character(CAST / name)
        yield studio


@pytest.fixture
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Studio]:
    with opened(tmp_path / "home", **getattr(request, "param", {})) as studio:
        yield studio


def filming(engine: str, **options: float) -> dict[str, Any]:
    """Settings with another video engine."""
    engines = Settings.from_env({}).engines | {"video": engine}
    return {"engines": engines, "engine_options": {"video": {"drifting": options}} if options else {}}


def scene(number: int, who: list[str], camera: str, **told: Any) -> dict[str, Any]:
    """Eight quiet seconds in one place, so that nothing but the characters' state can change."""
    told = {"location": "the living room", "time": "day", "weather": "clear", "mood": "calm"} | told
    description = f"{' and '.join(who)} wait."
    fixed = {"scene_id": f"s{number}", "description": description, "duration_sec": 8, "dialogue": [], "narration": ""}
    return fixed | {"characters": who, "camera": camera} | told


def script(folder: Path, name: str, *scenes: dict[str, Any]) -> Path:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(list(scenes)))
    return file


def facts(studio: Studio, made: Delivered, kind: type[Event]) -> list[Any]:
    return [event for event in studio.log.events(made.episode_id) if isinstance(event, kind)]


# ---------------------------------------------------------------- drift


@pytest.mark.parametrize("studio", [filming("drifting:slate", drifts=0.4, fails=0.1)], indirect=True)
def test_no_drifted_take_gets_into_the_film(studio: Studio, tmp_path: Path, figure: Record) -> None:
    """Line main.3, in production: twice the drift asked for, and lost takes besides."""
    scenes = (scene(n, ["ava", "kairo"], "medium close-up") for n in range(1, 6))
    made = studio.create_episode(script(tmp_path, "drift", *scenes), ["ava", "kairo"])
    fates = {take.take_id: take.operation.partition(":")[0] for take in facts(studio, made, TakeSubmitted)}
    verdicts = {take.take_id: take.verdict for take in facts(studio, made, TakeJudged)}
    state = studio.episode(made.episode_id)
    shown = {take_id for take_id in state.accepted.values() if not state.takes[take_id].original}

    drifted = {take for take in verdicts if fates[take] == "drifts"}
    good = {take for take in verdicts if fates[take] == "good"}
    refused = {take for take in good if not is_acceptable(state.shots[state.takes[take].shot_id], verdicts[take])}
    assert drifted and good
    repaired = drifted & set(state.accepted.values()) - shown
    assert all(_lowest(state, take_id) >= 0.75 for take_id in repaired)
    figure("identity.2", "drifted takes in the film that were repaired", len(repaired), f"of {len(drifted)}", "", True)
    slipped = drifted & shown
    figure("main.3", "drifted takes in the delivered film", len(slipped), f"of {len(drifted)}", "= 0", not slipped)
    figure("main.3", "good takes refused in production", len(refused), f"of {len(good)}", "= 0", not refused)
    assert not slipped and not refused
    assert made.film.stat().st_size > 0


def _lowest(state: Episode, take_id: str) -> float:
    """The lowest IDR of those who have to be recognised in a take."""
    take = state.takes[take_id]
    assert take.verdict
    return take.verdict.lowest(state.shots[take.shot_id].identified) or 0.0


# ---------------------------------------------------------------- engines elsewhere


def test_what_an_engine_elsewhere_begins_with_is_painted_here(tmp_path: Path) -> None:
    """ComfyUI's workflow for clips animates a picture: the painters come up when the first one is needed."""
    with ComfyUI(polls=1) as server:
        server.clip = mp4(8)
        engines = Settings.from_env({}).engines | {"video": "comfyui", "music": "synth"}
        options = {"video": {"comfyui": {"base_url": server.url}}}
        with opened(tmp_path / "home", engines=engines, engine_options=options) as studio:
            made = studio.create_episode(script(tmp_path, "rain", scene(1, [], "wide")), ["ava"])
        assert {painted.shot_id for painted in facts(studio, made, FirstFramePainted)} == {"s01-01"}
        assert server.orders.total() == len(studio.episode(made.episode_id).accepted) and made.film.exists()


# ---------------------------------------------------------------- continuity


@pytest.mark.parametrize("studio", [filming("puppet")], indirect=True)
def test_what_happened_is_there_in_every_later_scene_and_episode(
    studio: Studio, tmp_path: Path, figure: Record
) -> None:
    """Line main.4, in the prompts and in the picture."""
    hurt = {"kind": "injury", "character": "kairo", "what": "burn", "where": "left cheek"}
    dressed = {"kind": "wardrobe", "character": "kairo", "what": "yellow raincoat", "colour": "#e0b020"}
    healed = {"kind": "healing", "character": "kairo", "what": "burn", "where": "left cheek"}
    seen = ["kairo"], "medium close-up"
    first = script(
        tmp_path, "one", scene(1, *seen), scene(2, *seen, changes=[hurt]), scene(3, *seen, changes=[dressed])
    )
    second = script(tmp_path, "two", scene(1, *seen), scene(2, *seen, changes=[healed]), scene(3, *seen))
    one = studio.create_episode(first, ["kairo"], series="The Observatory")
    two = studio.create_episode(second, ["kairo"], series="The Observatory")

    prompts = [prompt_of_last_shot(studio, made, number) for made in (one, two) for number in (1, 2, 3)]
    told = [("burn on the left cheek" in prompt, "yellow raincoat" in prompt) for prompt in prompts]
    truth = list(zip([False, True, True, True, False, False], [False, False, True, True, True, True], strict=True))
    exact = sum(a == b for a, b in zip(told, truth, strict=True))

    pictures = [picture_of_last_shot(studio, made, number) for made in (one, two) for number in (1, 2, 3)]
    wounds = [redness(picture) for picture in pictures]
    coats = [yellowness(picture) for picture in pictures]
    marked = min(wounds[1:4]) - max(wounds[0], *wounds[4:])
    worn = min(coats[2:]) - max(coats[:2])
    figure("main.4", "prompts of two episodes with the exact state", exact, "of 6", "= 6", exact == 6)
    figure("main.4", "a burn in the picture: cheek redder than without it", marked, "Lab a*", "> 3", marked > 3)
    figure("main.4", "a raincoat in the picture: cloth yellower than without it", worn, "Lab b*", "> 10", worn > 10)
    assert told == truth and marked > 3 and worn > 10
    assert studio.series("The Observatory").episodes == (one.episode_id, two.episode_id)


def prompt_of_last_shot(studio: Studio, made: Delivered, number: int) -> str:
    return accepted_take(studio, made, number).prompt


def picture_of_last_shot(studio: Studio, made: Delivered, number: int) -> np.ndarray:
    path = studio.assets.path(accepted_take(studio, made, number).uri)
    return next(picture for _, picture in sample(path, 1.0))


def accepted_take(studio: Studio, made: Delivered, number: int) -> Any:
    episode: Episode = studio.episode(made.episode_id)
    return episode.accepted_take(episode.shots_of(number)[-1].shot_id)


def redness(picture: np.ndarray) -> float:
    """Lab a* of the left cheek above that of the right one."""
    (face,) = Faces().faces(picture, 1)[:1]
    return float(np.diff([patch(picture, cheek(face.landmarks, side))[1] for side in (RIGHT_CHEEK, LEFT_CHEEK)])[0])


def cheek(landmarks: np.ndarray, jaw: int) -> np.ndarray:
    """The middle of a cheek: between the jaw beside the mouth and the nose's tip."""
    return landmarks[jaw] * 0.6 + landmarks[33] * 0.4


def yellowness(picture: np.ndarray) -> float:
    """Lab b* of the cloth, two face heights below the nose."""
    (face,) = Faces().faces(picture, 1)[:1]
    down = face.landmarks[CHIN] - face.landmarks[27]
    shoulder = face.landmarks[CHIN] + down * 0.75 + np.array([down[1] * 0.7, 0])
    return float(patch(picture, shoulder)[2])


def patch(picture: np.ndarray, at: np.ndarray, half: int = 8) -> np.ndarray:
    """Mean Lab of a small square of an RGB picture."""
    x, y = np.clip(at.round().astype(int), half, [picture.shape[1] - half - 1, picture.shape[0] - half - 1])
    lab = cv2.cvtColor(picture[y - half : y + half, x - half : x + half].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return lab.reshape(-1, 3).mean(0)


# ---------------------------------------------------------------- the log and what is made from it


STORY = "Ava finds a map under the floor of the observatory, and Kairo hides it."


@pytest.mark.parametrize("studio", [filming("slate")], indirect=True)
def test_everything_can_be_made_again_from_the_log(studio: Studio, figure: Record) -> None:
    """Line main.6: the read models, and every version of a character's past."""
    made = studio.create_episode(STORY, ["ava", "kairo"], seconds=16)

    before = studio.views.digest()
    after = studio.rebuild()
    figure("main.6", "read models after a rebuild", after[:12], "sha256", f"= {before[:12]}", before == after)
    assert before == after
    assert made.episode_id in {UUID(row["episode_id"]) for row in studio.views.episodes()}

    past = [studio.character("ava", as_of=recorded.version) for recorded in studio.history("ava")]
    scenes = [character.scenes for character in past]
    assert scenes == sorted(scenes) and scenes[0] == 0 and scenes[-1] > 0
    assert past[-1] == studio.character("ava")


def test_the_same_seed_gives_the_same_film(tmp_path: Path, figure: Record) -> None:
    """Line main.6: in studios that know nothing of each other."""
    script, film = made_with_seed(3, tmp_path / "one")
    script_again, film_again = made_with_seed(3, tmp_path / "two")
    differ = sum(not np.array_equal(a, b) for a, b in zip(film, film_again, strict=True))
    what = "frames that are others in a second film of the same seed"
    figure("main.6", what, differ, f"of {len(film)}", "= 0", not differ)
    assert script == script_again and not differ


def made_with_seed(seed: int, home: Path) -> tuple[Script, list[np.ndarray]]:
    """The script and every seventh frame of a puppet film."""
    with opened(home, **filming("puppet")) as studio:
        made = studio.create_episode(STORY, ["ava", "kairo"], seconds=8, seed=seed)
        frames = [picture for _, picture in frames_at(made.film, list(range(0, frame_count(made.film), 7)))]
        return facts(studio, made, ScriptWritten)[0].script, frames
