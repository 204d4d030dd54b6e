"""Line identity.4: forty changes over three episodes of fifteen scenes, and every prompt knows every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from actors.settings import Settings
from actors.studio import Delivered, Studio
from bench.figures import Record
from engines.script.scene_json import read_scenes
from events.character import CHARACTER, Character, PlayScene
from events.continuity import changes_of, hours_before, plan_world
from events.look import SceneRef
from events.prompt import shot_prompt
from events.script import Script
from events.storyboard import plan_shots
from tests.examples import PILOT
from tests.people import creating
from tests.saga import CAST, CHANGES, EPISODES, SCENES, scenes, truth, write
from tests.scenario import given

SAMPLES = Path(__file__).parent.parent / "samples" / "cast"
JUMPER = "a teal jumper"


def exact(prompt: str, sentences: Mapping[str, str]) -> bool:
    """Whether the prompt says of everybody exactly what the books say."""
    return all(sentence in prompt for sentence in sentences.values())


def prompts_of(script: Script, cast: Mapping[str, Character]) -> list[str]:
    """Of the last shot of every scene: what has happened in it has happened."""
    worlds = plan_world(script, {slug: character.look for slug, character in cast.items()})
    last = [plan_shots(scene, (), seed=1)[-1] for scene in script.scenes]
    pairs = zip(script.scenes, last, strict=True)
    return [
        shot_prompt(s, shot, cast, {c: worlds[s.number].look(c, shot.after_changes) for c in CAST}) for s, shot in pairs
    ]


def lived(character: Character, script: Script, slug: str) -> Character:
    """The character after it was told every scene of an episode."""
    state = character
    for scene in script.scenes:
        command = PlayScene(
            scene=SceneRef(episode=PILOT, scene=scene.number),
            changes=changes_of(scene, slug),
            hours=hours_before(script, scene, slug),
        )
        state = CHARACTER.fold(CHARACTER.decide(state, command), state)
    return state


def test_the_story_has_forty_changes() -> None:
    assert len(CHANGES) == 40
    assert len({change[:5] for change in CHANGES}) == 40


def test_every_prompt_of_the_saga_says_exactly_what_is_so(figure: Record) -> None:
    import json

    cast = {slug: given(CHARACTER).and_then(creating(slug.title())).state for slug in CAST}
    told = {}
    for episode in range(1, EPISODES + 1):
        script = read_scenes(json.dumps(scenes(episode)), CAST)
        told |= {(episode, n): prompt for n, prompt in enumerate(prompts_of(script, cast), start=1)}
        cast = {slug: lived(character, script, slug) for slug, character in cast.items()}
    books = {(e, s): sentences for e, s, sentences in truth(dict.fromkeys(CAST, JUMPER))}
    wrong = {at: (told[at], books[at]) for at in books if not exact(told[at], books[at])}
    right = len(books) - len(wrong)
    figure("identity.4", "prompts with the exact state, by the rules alone", right, "of 45", "= 45", right == 45)
    assert not wrong


@pytest.mark.usefixtures("ray_cluster")
@pytest.mark.long
def test_every_prompt_of_the_saga_as_it_was_filmed(tmp_path: Path, figure: Record) -> None:
    """Two scenes are filmed at once; characters are told in story order; a rebuild changes nothing."""
    engines = Settings.from_env({}).engines | {"video": "slate"}
    told = {"LORAFRAME_HOME": str(tmp_path / "home"), "LORAFRAME_VIDEO_WORKERS": "2"}
    with Studio(Settings.from_env(told).model_copy(update={"engines": engines})) as studio:
        dressed = {}
        for slug in CAST:
            wardrobe = studio.import_character(SAMPLES / slug).look.wardrobe
            dressed[slug] = wardrobe.what if wardrobe else ""
        films = [
            studio.create_episode(write(tmp_path, number), CAST, series="The Saga") for number in range(1, EPISODES + 1)
        ]
        right = sum(
            exact(filmed_prompt(studio, films[episode - 1], scene), sentences)
            for episode, scene, sentences in truth(dressed)
        )
        wanted = EPISODES * SCENES
        figure(
            "identity.4",
            f"prompts of {EPISODES} filmed episodes with the exact state",
            right,
            f"of {wanted}",
            f"= {wanted}",
            right == wanted,
        )
        before = [studio.character(slug) for slug in CAST], studio.views.digest()
        same = ([studio.character(slug) for slug in CAST], studio.rebuild()) == before
        figure("identity.4", f"state after a rebuild, {EPISODES} episodes", int(same), "1 = identical", "= 1", same)
        assert (right, same) == (wanted, True)


def filmed_prompt(studio: Studio, film: Delivered, scene: int) -> str:
    """What the engine was told for the scene's last shot."""
    state = studio.episode(film.episode_id)
    take = state.accepted_take(state.shots_of(scene)[-1].shot_id)
    assert take
    return take.prompt
