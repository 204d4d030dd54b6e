"""What a series may be told."""

from __future__ import annotations

import pytest

from events.base import Command
from events.errors import Conflict, NotFound
from events.series import (
    SERIES,
    BibleWritten,
    CharacterCast,
    CreateSeries,
    EpisodeOrdered,
    OrderEpisode,
    SeriesCreated,
    WriteBible,
)
from tests.examples import AVA, MARLOW, PILOT, SHOW
from tests.scenario import given

LIGHTS = SeriesCreated(title="Lights")


def test_a_series_is_created_once() -> None:
    assert given(SERIES).when(CreateSeries(title="Lights")).then(LIGHTS).title == "Lights"
    given(SERIES, LIGHTS).when(CreateSeries(title="Lights")).refused(Conflict, "Lights")


def test_nothing_can_be_ordered_of_a_series_that_is_not_there() -> None:
    command: Command = OrderEpisode(episode_id=PILOT, cast=(AVA,))
    given(SERIES).when(command).refused(NotFound)


def test_an_episode_brings_its_cast_along() -> None:
    state = (
        given(SERIES, LIGHTS, CharacterCast(character_id=AVA))
        .when(OrderEpisode(episode_id=PILOT, cast=(AVA, MARLOW)))
        .then(CharacterCast(character_id=MARLOW), EpisodeOrdered(episode_id=PILOT))
    )
    assert (state.cast, state.episodes) == ((AVA, MARLOW), (PILOT,))


@pytest.mark.parametrize("cast", [(AVA,), ()])
def test_an_episode_is_ordered_once(cast: tuple[()]) -> None:
    ordered = given(SERIES, LIGHTS, CharacterCast(character_id=AVA), EpisodeOrdered(episode_id=PILOT))
    ordered.when(OrderEpisode(episode_id=PILOT, cast=cast)).then()


def test_the_order_of_the_episodes_is_kept() -> None:
    both = given(SERIES, LIGHTS).and_then(*(OrderEpisode(episode_id=e, cast=()) for e in (SHOW, PILOT)))
    assert both.state.episodes == (SHOW, PILOT)


def test_the_bible_is_written_anew_and_the_same_one_changes_nothing() -> None:
    rules = ("No neon.", "The sea is always in sight.")
    state = given(SERIES, LIGHTS).when(WriteBible(rules=rules)).then(BibleWritten(rules=rules))
    assert state.rules == rules
    given(SERIES, LIGHTS, BibleWritten(rules=rules)).when(WriteBible(rules=rules)).then()
    assert given(SERIES, LIGHTS, BibleWritten(rules=rules)).and_then(WriteBible(rules=())).state.rules == ()
