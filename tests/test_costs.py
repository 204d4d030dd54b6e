"""Money as a user sees it: estimates, budgets, purchases, and profiles of engines."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from actors import money
from actors.profiles import engine_book
from actors.settings import ENGINES, Settings
from actors.studio import Studio
from drivers import cli
from drivers.doctor import examine
from engines.registry import check_names
from events.engine_plan import EngineRule, VideoPlan
from events.errors import BadSetting, NotFound
from events.ledger import LEDGER_ID, Purchase, ReserveCost

PROJECT = UUID(int=7)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LORAFRAME_HOME", str(tmp_path))
    return tmp_path


def studio(home: Path, engines: str = "", yours: str = "") -> Studio:
    (home / "engines.yaml").write_text(yours)
    return Studio(Settings.from_env({"LORAFRAME_HOME": str(home), "LORAFRAME_ENGINES": engines}))


def bought(studio: Studio, engine: str, dollars: float) -> str:
    purchase = Purchase(
        purchase_id=f"{PROJECT}/{engine}",
        stage="video",
        engine=engine,
        account=engine,
        project=PROJECT,
        dollars=dollars,
        by=UUID(int=8),
    )
    studio.tell("ledger", LEDGER_ID, ReserveCost(purchase=purchase))
    return purchase.purchase_id


# ---------------------------------------------------------------- profiles


def test_every_profile_of_ours_names_engines_that_are_there() -> None:
    for profile in engine_book(Path("/nowhere")).profiles.values():
        check_names(profile.engines)


def test_yours_is_added_to_ours_and_wins(home: Path) -> None:
    yours = "profiles: {mine: {video: puppet}}\nengines: {video: {veo: {model: veo-9, price_per_second: 0.5}}}\n"
    settings = studio(home, yours=yours).settings
    veo = settings.engine_options["video"]["veo"]
    assert (veo["model"], veo["price_per_second"], veo["hops"]) == ("veo-9", 0.5, 4)
    assert {"draft", "mine"} <= engine_book(home).profiles.keys()


def test_a_profile_is_the_whole_set_and_the_embedded_engines_are_the_rest(home: Path) -> None:
    yours = """
    profiles:
      mine:
        video: slate
        shots: [{engine: kling, mentions: [fight]}, {engine: veo, framings: [wide]}]
        fallbacks: [puppet]
        on_unknown: retry
        native_audio: keep
    """
    settings = studio(home, "video=drifting,music=synth", yours).settings.with_profile("mine")
    assert settings.engines == ENGINES | {"video": "slate"}
    assert settings.video_engines == ("slate", "kling", "veo", "puppet")
    assert (settings.on_unknown, settings.native_audio) == ("retry", "keep")
    assert studio(home, "video=slate").settings.with_profile("draft").engines == ENGINES


@pytest.mark.parametrize(
    ("yours", "words"),
    [
        ("profiles: {mine: {vidio: veo}}", "vidio"),
        ("profiles: {mine: {shots: [{framings: [wide]}]}}", "engine"),
        ("profiles: [", "YAML"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(home: Path, yours: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        studio(home, yours=yours)


def test_a_profile_that_nobody_wrote_is_refused(home: Path) -> None:
    with pytest.raises(BadSetting, match="draft"):
        studio(home).settings.with_profile("luxury")


# ---------------------------------------------------------------- estimates


def test_the_embedded_engines_cost_nothing(home: Path) -> None:
    assert money.estimate(studio(home), 300).dollars == 0


def test_an_estimate_is_seconds_times_price_times_takes(home: Path) -> None:
    (line,) = money.estimate(studio(home, "video=simulated"), 100).lines
    assert (line.units, line.price, line.takes) == (100, 0.1, money.USUAL_TAKES)
    assert line.dollars == pytest.approx(13.0)


def test_where_several_may_film_the_dearest_is_thought_to(home: Path) -> None:
    plan = VideoPlan(default="puppet", rules=(EngineRule(engine="simulated", scenes=(1,)),))
    opened = studio(home)
    dear = Studio(opened.settings.model_copy(update={"video": plan}))
    assert [line.engine for line in money.estimate(dear, 100).lines] == ["simulated"]


def test_an_estimate_names_every_stage_that_costs_anything(home: Path) -> None:
    opened = Studio(studio(home).settings.with_profile("studio"))
    found = money.estimate(opened, 300)
    money.note(opened, PROJECT, found)
    assert opened.views.estimates() == {str(PROJECT): pytest.approx(found.dollars)}
    assert {line.stage for line in found.lines} == {"script", "analyst", "image", "video"}
    assert found.dollars == pytest.approx(sum(line.dollars for line in found.lines))


# ---------------------------------------------------------------- the command line


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    with pytest.raises(SystemExit) as ended:
        cli.main([*arguments, "--json"])
    assert not ended.value.code
    told: dict = json.loads(capsys.readouterr().out)
    return told


def test_purchases_are_listed_and_summed_up(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = studio(home)
    money.settle(opened, bought(opened, "veo", 1.5), paid=True)
    bought(opened, "kling", 0.5)
    rows = answered(capsys, "costs")["purchases"]
    assert {(row["engine"], row["status"], row["spent"]) for row in rows} == {
        ("veo", "COMPLETED", 1.5),
        ("kling", "RESERVED", 0.0),
    }
    by = answered(capsys, "costs", "--by", "engine")["purchases"]
    assert [(row["engine"], row["calls"], row["reserved"], row["spent"]) for row in by] == [
        ("kling", 1, 0.5, 0.0),
        ("veo", 1, 0.0, 1.5),
    ]


def test_a_budget_is_set_and_taken_away(home: Path) -> None:
    opened = studio(home)
    assert money.set_budget(opened, 20) == "studio"
    assert money.set_budget(opened, 5, account="google") == "account:google"
    assert money.set_budget(opened, None) == "studio"
    assert opened.views.budgets() == {"account:google": 5}


def test_what_is_not_reserved_cannot_be_settled(home: Path) -> None:
    with pytest.raises(NotFound, match="loraframe costs"):
        money.settle(studio(home), "nothing/at all", paid=False)


def test_the_doctor_says_what_a_film_minute_costs_and_which_key_is_missing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KLING_ACCESS_KEY", raising=False)
    found = {check.what: check for check in examine(studio(home).settings)}
    kling = found["video engine kling"]
    assert not kling.ok and not kling.needed and "KLING_ACCESS_KEY" in kling.advice
    assert "about $6.55 a film minute" in kling.found
    assert "about $7.80 a film minute" in found["video engine simulated"].found
