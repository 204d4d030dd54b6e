"""Read models: what they show, and that they are nothing but the log told again."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from bench.figures import Record
from events.base import Command, Event
from events.character import CHARACTER, AssignVoice, CharacterBranched, CharacterErased
from events.episode_facts import EpisodeErased, EpisodeReopened, TakeFailed
from events.errors import InvalidInput, NotFound
from events.ledger import (
    LEDGER,
    LEDGER_ID,
    STUDIO,
    BudgetSet,
    CostEstimated,
    DoubtCost,
    ReserveCost,
    SettleCost,
    series_scope,
)
from events.log import Log
from events.look import WardrobeChanged
from events.production import EPISODE, FlagScene
from events.revision import ReviseLine
from events.series import SERIES, CreateSeries, OrderEpisode
from events.verdict import Verdict
from projections import tables, views
from projections.apply import HANDLERS
from projections.views import Views
from tests.examples import AGGREGATES, AVA, CAST, FACTS, MARLOW, PILOT, PURCHASE, SCRIPT, SEEN, SHOW
from tests.people import creating, finds, playing
from tests.scenario import given
from tests.test_episode import CLOSE, DELIVERED, FAIL, PLANNED, ask, fail, film

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Where the log is and where the views are."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.db", f"sqlite:///{tmp_path}/views.db"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url, url


@pytest.fixture
def log(urls: tuple[str, str]) -> Log:
    return Log(urls[0], AGGREGATES)


@pytest.fixture
def shown(urls: tuple[str, str], log: Log) -> Views:
    return Views(urls[1], log)


def tell(log: Log, aggregate_id: UUID, events: Iterable[Event]) -> None:
    """Append facts one by one, a second apart."""
    for version, event in enumerate(events, start=len(log.events(aggregate_id))):
        command = AssignVoice(voice=f"{aggregate_id} {version}")
        when = START + timedelta(seconds=version)
        log.append(aggregate_id, version, [event], command, uuid5(aggregate_id, str(version)), when)


ERASURES = (CharacterErased, EpisodeErased)


def facts_of(kind: str) -> list[Event]:
    """An example of each, but that it was erased and that it became another's "what if"."""
    return [e for e in FACTS if e.topic.startswith(kind) and not isinstance(e, (*ERASURES, CharacterBranched))]


def tell_everything(log: Log) -> None:
    tell(log, AVA, facts_of("character."))
    tell(log, MARLOW, given(CHARACTER).and_then(creating("Marlow")).past)
    tell(log, SHOW, facts_of("series."))
    tell(log, PILOT, DELIVERED.past)


# ---------------------------------------------------------------- told again


def test_every_fact_has_handlers() -> None:
    assert HANDLERS.keys() == {fact for aggregate in AGGREGATES for fact in aggregate.facts}


def test_every_example_can_be_applied(log: Log, shown: Views) -> None:
    examples = [event for event in facts_of("episode.") if not isinstance(event, TakeFailed)]
    tell(log, PILOT, examples)
    assert shown.catch_up() == len(examples)
    assert (shown.episode(PILOT)["status"], shown.episode(PILOT)["title"]) == ("failed", SCRIPT.title)


def test_rebuilt_views_are_the_same_to_the_byte(log: Log, shown: Views, figure: Record) -> None:
    """Line main.6, also when the views had followed in small steps."""
    before = shown.digest()
    tell(log, PILOT, PLANNED.past)
    shown.catch_up()
    tell_everything_else(log, shown)
    followed, rows = shown.digest(), shown.dump()
    shown.rebuild()
    same = shown.digest() == followed and shown.dump() == rows
    store = log.url.partition(":")[0]
    figure("main.6", f"read models after rebuild, {store}", int(same), "1 = byte-identical", "= 1", same)
    assert same
    assert followed != before


def tell_everything_else(log: Log, shown: Views) -> None:
    for event in DELIVERED.past[len(PLANNED.past) :]:
        tell(log, PILOT, [event])
        shown.catch_up()
    tell(log, AVA, facts_of("character."))
    tell(log, SHOW, facts_of("series."))
    shown.catch_up()


def test_views_in_another_place_hold_the_same_rows(log: Log, shown: Views, tmp_path: Path) -> None:
    tell_everything(log)
    shown.catch_up()
    other = Views(f"sqlite:///{tmp_path}/other/views.db", log)
    other.catch_up()
    assert other.digest() == shown.digest()


def test_tables_of_another_shape_are_made_again(
    log: Log, shown: Views, urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_everything(log)
    told = shown.characters()
    monkeypatch.setattr(views, "REVISION", views.REVISION + 1)
    newer = Views(urls[1], log)
    assert newer.dump()[tables.characters.name] == []
    assert newer.characters() == told


def test_the_views_are_not_in_the_log(log: Log, urls: tuple[str, str], tmp_path: Path) -> None:
    if urls[0].startswith("sqlite"):
        Views(urls[1], log)
        assert tables.PREFIX.encode() not in (tmp_path / "log.db").read_bytes()
    assert all(table.name.startswith("view_") for table in tables.metadata.sorted_tables)


def test_catching_up_goes_on_over_many_batches(log: Log, shown: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "BATCH", 3)
    tell_everything(log)
    entries, _ = log.since(0)
    assert shown.catch_up() == len(entries)
    assert shown.catch_up() == 0
    assert len(shown.history("ava")) == len(facts_of("character."))


SCENES = 25
REBUILDS = 5


def follow(urls: tuple[str, str], writer: int, told: multiprocessing.SimpleQueue[int]) -> None:
    """Write to a character of one's own, catching up after every fact."""
    log = Log(urls[0], AGGREGATES, create=False)
    shown = Views(urls[1], log)
    applied = 0
    for scene in range(SCENES):
        tell(log, UUID(int=100 + writer), [*playing_facts(scene)])
        applied += shown.catch_up()
    told.put(applied)


def playing_facts(scene: int) -> tuple[Event, ...]:
    ava = given(CHARACTER).and_then(creating())
    if scene == 0:
        return ava.past
    return ava.and_then(playing(scene, finds(f"coin {scene}"))).past[len(ava.past) :]


def test_two_processes_that_catch_up_apply_every_fact_once(log: Log, shown: Views, urls: tuple[str, str]) -> None:
    spawn = multiprocessing.get_context("spawn")
    told = spawn.SimpleQueue()
    followers = [spawn.Process(target=follow, args=(urls, writer, told)) for writer in range(2)]
    for follower in followers:
        follower.start()
    applied = told.get() + told.get()
    for follower in followers:
        follower.join()
    applied += shown.catch_up()
    assert applied == sum(len(log.events(UUID(int=100 + writer))) for writer in range(2))
    assert [row["scenes"] for row in shown.characters()] == [SCENES - 1] * 2
    followed = shown.digest()
    shown.rebuild()
    assert shown.digest() == followed


def test_others_may_follow_while_the_views_are_made_again(log: Log, shown: Views, urls: tuple[str, str]) -> None:
    spawn = multiprocessing.get_context("spawn")
    told = spawn.SimpleQueue()
    follower = spawn.Process(target=follow, args=(urls, 0, told))
    follower.start()
    while follower.is_alive() and not shown.catch_up():
        pass  # it has not begun yet
    for _ in range(REBUILDS):
        shown.rebuild()
    follower.join()
    assert (follower.exitcode, told.empty()) == (0, False)
    assert [row["scenes"] for row in shown.characters()] == [SCENES - 1]
    followed = shown.digest()
    shown.rebuild()
    assert shown.digest() == followed


# ---------------------------------------------------------------- characters


def test_a_character_is_shown_as_its_facts_tell(log: Log, shown: Views) -> None:
    tell(log, AVA, facts_of("character."))
    ava = shown.character("ava")
    state = CHARACTER.fold(facts_of("character."))
    assert ava["character_id"] == str(AVA) == str(shown.character_id("ava"))
    assert (ava["name"], ava["voice"], ava["consent_on"]) == ("Ava Lindqvist", "af_heart", "2026-01-01")
    assert ava["look"] == state.look.model_dump(mode="json")
    assert (ava["scenes"], ava["last_scene"], ava["version"]) == (1, 1, len(facts_of("character.")))
    assert [(p["view"], p["uri"]) for p in ava["pictures"]] == [("front_neutral", "asset://" + "a" * 64)]


def test_its_history_tells_what_happened_when_and_where(log: Log, shown: Views) -> None:
    tell(log, AVA, facts_of("character."))
    history = shown.history("ava")
    assert [row["topic"] for row in history] == [event.topic for event in facts_of("character.")]
    hurt = next(row for row in history if row["topic"] == "character.injury-added")
    assert hurt["fact"]["injury"]["where"] == "left cheek"
    assert (hurt["episode_id"], hurt["scene"], hurt["version"]) == (str(PILOT), 1, 6)
    assert hurt["occurred_at"] == "2026-01-01T00:00:05+00:00"


def test_no_face_vector_leaves_the_log(log: Log, shown: Views) -> None:
    tell(log, AVA, facts_of("character."))
    shown.catch_up()
    assert "-0.5" not in str(shown.dump())


def test_clothes_of_no_scene_are_history_too(log: Log, shown: Views) -> None:
    tell(log, AVA, [FACTS[0], WardrobeChanged(garment=facts_of("character.wardrobe")[0].garment)])
    assert shown.history("ava")[1]["episode_id"] == ""


def test_who_is_not_there_is_not_found(shown: Views) -> None:
    assert shown.character_id("nobody") is None
    for asked in (shown.character, shown.history):
        with pytest.raises(NotFound, match="nobody"):
            asked("nobody")


def test_nothing_of_who_was_erased_is_shown_now_or_after_a_rebuild(log: Log, shown: Views) -> None:
    tell_everything(log)
    marlow = shown.history("marlow")
    tell(log, AVA, [CharacterErased()])
    tell(log, PILOT, [EpisodeErased()])
    for erased in (AVA, PILOT):
        log.forget(erased)
    shown.catch_up()
    followed = shown.digest()
    told = str(shown.dump())
    assert not [mark for mark in ("Ava Lindqvist", str(AVA), str(PILOT), SCRIPT.title) if mark in told]
    assert shown.history("marlow") == marlow
    shown.rebuild()
    assert shown.digest() == followed


def test_a_branch_is_shown_with_its_own_name(log: Log, shown: Views) -> None:
    branched = next(fact for fact in FACTS if isinstance(fact, CharacterBranched))
    tell(log, UUID(int=5), [*facts_of("character."), branched])
    assert (shown.character("ava-if")["name"], shown.character("ava-if")["branch_of"]) == ("Ava if", str(MARLOW))


# ---------------------------------------------------------------- series and episodes


def test_a_series_shows_its_cast_and_its_episodes_in_order(log: Log, shown: Views) -> None:
    ordered = [OrderEpisode(episode_id=PILOT, cast=(MARLOW, AVA)), OrderEpisode(episode_id=UUID(int=1), cast=())]
    tell(log, PILOT, PLANNED.past)
    tell(log, UUID(int=1), PLANNED.past)
    tell(log, SHOW, given(SERIES).and_then(CreateSeries(title="Lights"), *ordered).past)
    lights = shown.series("Lights")
    assert lights["series_id"] == str(SHOW)
    assert lights["cast"] == [str(MARLOW), str(AVA)]
    assert [episode["episode_id"] for episode in lights["episodes"]] == [str(PILOT), str(UUID(int=1))]
    with pytest.raises(NotFound, match="Shadows"):
        shown.series("Shadows")


def test_an_episode_shows_how_far_it_is(log: Log, shown: Views) -> None:
    episode, statuses = given(EPISODE), {}
    for event in DELIVERED.past:
        tell(log, PILOT, [event])
        episode = given(EPISODE, *episode.past, event)
        row = shown.episode(PILOT)
        statuses[row["status"]] = row["progress"]
        assert row["progress"]["shots_accepted"] == len(episode.state.accepted)
        assert row["progress"]["scenes_completed"] == len(episode.state.completed)
    assert list(statuses) == ["requested", "written", "shooting", "cut", "checked", "delivered"]
    assert statuses["delivered"] == {"scenes": 2, "scenes_completed": 2, "shots": 3, "shots_accepted": 3}


def test_a_delivered_episode(log: Log, shown: Views) -> None:
    tell(log, PILOT, DELIVERED.past)
    episode = shown.episode(PILOT)
    assert (episode["title"], episode["seed"], episode["passed"]) == ("The lantern", 7, True)
    assert episode["files"] == [{"name": "film.mp4", "uri": "asset://film"}]
    assert [member["character_id"] for member in episode["cast"]] == [str(m.character_id) for m in CAST]
    scenes = shown.scenes(PILOT)
    assert [scene["status"] for scene in scenes] == ["completed", "completed"]
    assert [line["text"] for line in scenes[0]["lines"]] == [line.text for line in SCRIPT.scenes[0].lines]
    assert [shot["accepted"] for shot in shown.shots(PILOT)] == ["s01-1-t1", "s01-2-t1", "s02-1-t1"]


def test_an_episode_is_found_by_the_beginning_of_its_id(log: Log, shown: Views) -> None:
    one, other = UUID("aaaa0000-0000-0000-0000-000000000001"), UUID("aaab0000-0000-0000-0000-000000000002")
    tell(log, one, PLANNED.past)
    tell(log, other, PLANNED.past)
    assert shown.episode_id("aaaa") == one
    assert shown.episode_id("AAAB0") == shown.episode_id(other) == other
    with pytest.raises(InvalidInput, match="2 episodes"):
        shown.episode("aaa")
    for nothing in ("b", "", "%", "_"):
        with pytest.raises(NotFound):
            shown.episode(nothing)


def test_a_flagged_scene_shows_its_takes_as_dropped(log: Log, shown: Views) -> None:
    flagged = DELIVERED.and_then(FlagScene(scene=1, reason="black"))
    tell(log, PILOT, flagged.past)
    assert [take["status"] for take in shown.takes(PILOT)] == ["dropped", "dropped", "accepted"]
    first, second = shown.scenes(PILOT)
    assert (first["status"], first["rounds"], first["reason"]) == ("flagged", 1, "black")
    assert (second["status"], second["rounds"]) == ("completed", 0)


# ---------------------------------------------------------------- money and measures


def bought(*commands: Command) -> list[Event]:
    return list(given(LEDGER).and_then(ReserveCost(purchase=PURCHASE), *commands).past)


@pytest.mark.parametrize(
    ("commands", "status", "reserved", "spent"),
    [
        ((), "RESERVED", 0.4, 0.0),
        ((DoubtCost(purchase_id=PURCHASE.purchase_id, reason="no answer"),), "UNKNOWN", 0.4, 0.0),
        ((SettleCost(purchase_id=PURCHASE.purchase_id, ending="completed", dollars=0.3),), "COMPLETED", 0.0, 0.3),
        ((SettleCost(purchase_id=PURCHASE.purchase_id, ending="failed"),), "FAILED", 0.0, 0.0),
        ((SettleCost(purchase_id=PURCHASE.purchase_id, ending="refunded"),), "REFUNDED", 0.0, 0.0),
    ],
)
def test_every_purchase_is_shown_with_how_it_ended(
    log: Log, shown: Views, commands: tuple[Command, ...], status: str, reserved: float, spent: float
) -> None:
    tell(log, LEDGER_ID, bought(*commands))
    (purchase,) = shown.purchases(PILOT)
    assert (purchase["status"], purchase["reserved"], purchase["spent"]) == (status, reserved, spent)
    assert shown.purchases() == [purchase] and shown.purchases(SHOW) == []


def test_budgets_and_estimates_are_shown_until_they_are_taken_away(log: Log, shown: Views) -> None:
    scope = series_scope(SHOW)
    tell(log, LEDGER_ID, [BudgetSet(scope=STUDIO, limit=20), BudgetSet(scope=scope, limit=5)])
    tell(log, LEDGER_ID, [CostEstimated(project=PILOT, dollars=3.5), BudgetSet(scope=scope, limit=None)])
    assert shown.budgets() == {STUDIO: 20}
    assert shown.estimates() == {str(PILOT): 3.5}


def test_a_stale_take_says_why_and_counts_no_more(log: Log, shown: Views) -> None:
    past = PLANNED.and_then(*film(CLOSE), ReviseLine(scene=1, line=0, text="Watch out!")).past
    reopened = EpisodeReopened(takes=(f"{CLOSE}-t1",), because="line 0 is another")
    tell(log, PILOT, [*past, reopened])
    (take,) = shown.takes(PILOT)
    assert (take["status"], take["reason"]) == ("stale", "line 0 is another")
    assert not any(shot["accepted"] for shot in shown.shots(PILOT))


def test_metrics_count_takes_retakes_identity_and_work(log: Log, shown: Views) -> None:
    seen = [Verdict(value="pass", sightings=(SEEN.replaced(idr=idr),)) for idr in (0.8, 0.9)]
    takes = [*film("s01-1", seen[0]), *film(CLOSE, FAIL), *film(CLOSE, seen[1], number=2), ask("s01-2"), fail("s01-2")]
    tell(log, PILOT, PLANNED.and_then(*takes).past)
    told = shown.metrics()
    assert told["takes"] == {"fail": 1, "failed": 1, "pass": 2}
    assert told["retakes"] == 1
    assert told["idr"] == {"ava": pytest.approx(0.85)}
    assert told["engine_seconds"] == {"face": 0.0, "video": 6.0}


def test_identity_is_known_by_character(log: Log, shown: Views) -> None:
    verdict = Verdict(value="pass", sightings=(SEEN,))
    tell(log, PILOT, PLANNED.and_then(*film(CLOSE, verdict)).past)
    (take,) = shown.takes(PILOT)
    assert [(s["character_id"], s["idr"]) for s in take["sightings"]] == [(str(AVA), 0.9)]
