"""The prompt engine: other words for a video engine, and the same facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engines.chat import most
from engines.chat.groq import GroqChat
from engines.remote import Patience
from engines.script.prompting import PromptWriter, facts
from engines.video import Profile
from events.character import Character
from events.errors import BadScript, TakeFailed
from events.look import Garment, Injury, Look
from events.prompt import Background, shot_prompt
from events.script import Line, Mood, Pose, Scene, TimeOfDay
from events.storyboard import Camera, Framing, Shot, Timing
from tests.providers import groq
from tests.providers.groq import GroqServer

PROMPT = """close-up shot, low angle, dolly in camera.
the lamp room, night, storm. Mood: tense.
Ava: A keeper of thirty with short black hair. Green eyes. Now wearing red wool coat (soaking wet); with a deep cut on \
the left cheek and a bandaged burn on the right hand; carrying brass key; sitting; in the company of Marlow; tense.
Marlow. Now calm.
Ava remembers: In scene 2 of episode 1 the lamp broke.
Ava turns the key. Nobody follows.
Ava says: “I won't go.”
Always: No modern cars. Rain stays rain."""
GOOD = """A close-up as the camera moves to dolly in, low. The lamp room at night, a storm against the glass; all is \
tense. Ava — a keeper of thirty with short black hair. Green eyes — is sitting, her red wool coat soaking wet, a deep \
cut on the left cheek, a bandaged burn on the right hand, in her fist the brass key. Beside her Marlow, calm. She \
turns the key. Nobody follows. Ava says, "I won’t go." No modern cars. Rain stays rain."""
VEO = Profile(name="veo", longest_clip=8, native_audio=True, references=3)
SILENT = Profile(name="wan", longest_clip=5, first_frame=True)


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", groq.KEY)


def rewritten(*answers: str, engine: Profile = VEO, prompt: str = PROMPT, **told: Any) -> tuple[str, GroqServer]:
    with GroqServer([json.dumps({"prompt": answer}) for answer in answers]) as server:
        writer = PromptWriter(GroqChat(base_url=server.url, patience=Patience(sleep=lambda seconds: None)))
        return writer.rewrite(prompt, engine, **told), server


def test_every_fact_of_a_prompt_is_found() -> None:
    assert facts(PROMPT) == (
        "close-up",
        "dolly in",
        "the lamp room",
        "night",
        "storm",
        "tense",
        "Ava",
        "A keeper of thirty with short black hair. Green eyes",
        "red wool coat",
        "soaking wet",
        "deep cut on the left cheek",
        "bandaged burn on the right hand",
        "brass key",
        "sitting",
        "Marlow",
        "calm",
        "I won't go.",
        "No modern cars",
        "Rain stays rain",
    )


def test_the_facts_of_a_shot_are_found_in_its_own_prompt() -> None:
    """As ``events/prompt.py`` writes it: whatever it says of a state is a fact."""
    hurt = (Injury(what="cut", where="left cheek", grave=True), Injury(what="burn", where="right hand", bandaged=True))
    look = Look(
        wardrobe=Garment(what="a red wool coat"),
        injuries=hurt,
        props=("brass key", "old map"),
        pose=Pose.SITTING,
        companions=("Marlow",),
        mood=Mood.TENSE,
        dry_at=5.0,
    )
    told = Scene(
        number=1,
        scene_id="one",
        description="Ava turns the key.",
        characters=("ava", "marlow"),
        seconds=16,
        location="the lamp room, upstairs",
        time=TimeOfDay.NIGHT,
        lines=(Line(speaker="ava", text="I won't go."),),
    )
    shot = Shot(
        shot_id="s01-1",
        scene=1,
        index=0,
        start=0,
        frames=96,
        camera=Camera(framing=Framing.TWO_SHOT),
        visible=("ava", "marlow"),
        lines=(Timing(line=0, speaker="ava", start=0, frames=24),),
    )
    cast = {
        "ava": Character(name="Ava", slug="ava", description="A keeper of thirty,\nwith black hair."),
        "marlow": Character(name="Marlow", slug="marlow"),
    }
    background = Background(recalled={"ava": ("(scene 2) The lamp broke.",)}, rules=("Nobody dies.",))

    assert facts(shot_prompt(told, shot, cast, {"ava": look, "marlow": Look()}, background)) == (
        "two-shot",
        "static",
        "the lamp room, upstairs",
        "night",
        "clear",
        "calm",
        "Ava",
        "A keeper of thirty, with black hair",
        "red wool coat",
        "soaking wet",
        "deep cut on the left cheek",
        "bandaged burn on the right hand",
        "brass key",
        "old map",
        "sitting",
        "Marlow",
        "tense",
        "I won't go.",
        "Nobody dies",
    )


def test_a_prompt_is_rewritten() -> None:
    answer, server = rewritten(GOOD)
    assert answer == GOOD
    told = json.loads(server.requests[0].json["messages"][1]["content"])
    assert told["prompt"] == PROMPT
    assert tuple(told["keep"]) == facts(PROMPT)


@pytest.mark.parametrize("fact", facts(PROMPT))
def test_a_fact_that_is_gone_is_asked_back(fact: str) -> None:
    said = "I won’t go." if fact == "I won't go." else fact
    lacking = GOOD.lower().replace(said.lower(), "…")
    answer, server = rewritten(lacking, GOOD)
    assert answer == GOOD
    assert fact in server.requests[1].json["messages"][-1]["content"]


def test_a_fact_is_never_dropped_silently() -> None:
    with pytest.raises(TakeFailed, match="left cheek"):
        rewritten(GOOD.replace("left cheek", "right cheek"))


def test_nobody_says_what_nobody_said() -> None:
    with pytest.raises(TakeFailed, match="never come back"):
        rewritten(f'{GOOD} Marlow adds, "Never come back."')


def test_what_the_caller_wants_kept_is_kept() -> None:
    with pytest.raises(TakeFailed, match="silver ring"):
        rewritten(GOOD, keep=["silver ring"])


def test_it_may_have_so_many_characters_and_no_more() -> None:
    with pytest.raises(TakeFailed, match="characters"):
        rewritten(GOOD, longest=len(GOOD) - 1)
    assert rewritten(GOOD, longest=len(GOOD))[0] == GOOD
    with pytest.raises(BadScript, match="two shots"):
        rewritten(GOOD, longest=50)


def test_a_prompt_without_end_is_not_sent() -> None:
    with pytest.raises(BadScript, match="too long"):
        rewritten(GOOD, prompt=PROMPT + "word " * 10_000)


@pytest.mark.parametrize(("engine", "says"), [(VEO, "It makes sound"), (SILENT, "what moves and changes")])
def test_the_model_is_told_what_the_engine_can_do(engine: Profile, says: str) -> None:
    _, server = rewritten(GOOD, engine=engine)
    assert says in json.loads(server.requests[0].json["messages"][1]["content"])["engine"]


def test_what_a_prompt_may_cost_is_known() -> None:
    chat = GroqChat()
    assert PromptWriter(chat).terms.price(1) == pytest.approx(most(chat, "prompt", 6000, 3000).dollars)
