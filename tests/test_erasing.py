"""Erased means erased: no trace in log, snapshots, read models or files; all others stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from PIL import Image

from actors.settings import Settings
from actors.shell import Shell
from actors.studio import Studio, id_of
from bench.figures import Record
from events.character import CHARACTER, CharacterErased, CreateCharacter, EraseCharacter, Reference
from events.episode_facts import CastMember
from events.errors import Conflict, NotFound
from events.production import RequestEpisode, WriteScript
from events.script import Scene, Script
from tests.people import creating, playing
from tests.scenario import given

MARK = "Zyxquin"
"""Planted in every text about the one who is erased; nothing else spells like it."""
PILOT, SOLO = UUID("aaaa0000-0000-4000-8000-000000000001"), UUID("bbbb0000-0000-4000-8000-000000000002")


@pytest.fixture(params=["sqlite", "postgres"])
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Studio]:
    told = {"LORAFRAME_HOME": str(tmp_path / "home")}
    if request.param == "postgres":
        url = request.getfixturevalue("fresh_postgres_url")
        told |= {"LORAFRAME_DATABASE_URL": url, "LORAFRAME_VIEWS_URL": url}
    with Studio(Settings.from_env(told)) as studio:
        yield studio


def character(studio: Studio, name: str, **told: object) -> CreateCharacter:
    """A character whose pictures are files of its own."""
    picture = studio.assets.write(b"the picture of " + name.encode())
    shared = studio.assets.write(b"a picture that everybody has")
    references = (Reference(view="front", uri=picture), Reference(view="shared", uri=shared))
    return creating(name).replaced(references=references, **told)


def casting(studio: Studio, name: str, **told: object) -> UUID:
    command = character(studio, name, **told)
    studio.tell("character", id_of("character", command.slug), command)
    return id_of("character", command.slug)


def film(studio: Studio, episode_id: UUID, *names: str) -> None:
    """An episode as far as its script, which tells of its cast."""
    slugs = [name.lower() for name in names]
    cast = tuple(CastMember(slug=s, character_id=id_of("character", s), version=4) for s in slugs)
    studio.tell("episode", episode_id, RequestEpisode(story=f"{names} meet.", cast=cast, seconds=10))
    told = Scene(number=1, scene_id="s1", description=f"{names[0]} waits.", characters=tuple(slugs), seconds=10)
    studio.tell("episode", episode_id, WriteScript(script=Script(title="T", scenes=(told,)), engine="beats"))
    studio.films(episode_id).mkdir(parents=True)
    (studio.films(episode_id) / "film.mp4").write_bytes(f"a film with {names}".encode())


@pytest.fixture
def marked(studio: Studio) -> UUID:
    """One with the mark everywhere, one whose memory mentions it by id, a "what if" of the first, and two films."""
    told = {"description": f"{MARK} of the sea", "consent_by": f"{MARK} herself"}
    marked = casting(studio, MARK, **told)
    casting(studio, "Marlow")
    shell = Shell(CHARACTER, marked, studio.log)
    shell.handle(playing(0).replaced(told=f"{MARK} waits at the quay."), uuid5(marked, "told"))
    for number in range(1, 105):  # enough for a snapshot
        shell.handle(playing(number), uuid5(marked, str(number)))
    studio.branch_character(MARK, 20, f"{MARK} again")
    film(studio, PILOT, MARK, "Marlow")
    film(studio, SOLO, "Marlow")
    studio.views.catch_up()
    return marked


def everything(studio: Studio) -> bytes:
    """Every byte that the studio keeps: its files, and what the databases answer."""
    files = [path.read_bytes() + str(path).encode() for path in studio.settings.home.rglob("*") if path.is_file()]
    rows = [row.state for row in studio.log.recorder.select_notifications(1, 100_000)]
    snapshots = [row.state for row in studio.log.snapshots.select_events(id_of("character", MARK.lower()))]
    return b"".join([*files, *rows, *snapshots, str(studio.views.dump()).encode()])


def test_no_trace_is_left_of_who_was_erased(studio: Studio, marked: UUID, figure: Record) -> None:
    """Line identity.7, its last third."""
    assert MARK.encode() in everything(studio)
    gone = studio.erase_character(MARK)
    kept = everything(studio).lower().count(MARK.lower().encode())
    store = studio.log.url.partition(":")[0]
    figure("identity.7.erased", f"planted marks found after an erasure, {store}", kept, "marks", "= 0", kept == 0)
    assert kept == 0
    assert len(gone.characters) == 2 and gone.episodes == (PILOT,)
    assert not studio.films(PILOT).exists()
    for asked in (studio.character, studio.history):
        with pytest.raises(NotFound, match="was erased"):
            asked(MARK)
    with pytest.raises(NotFound):
        studio.views.episode(PILOT)


def test_others_stay_as_they_are(studio: Studio, marked: UUID) -> None:
    before = studio.character("marlow"), studio.history("marlow"), studio.episode(SOLO)
    studio.erase_character(MARK)
    assert (studio.character("marlow"), studio.history("marlow"), studio.episode(SOLO)) == before
    assert all(reference.uri in studio.assets for reference in before[0].references)
    assert (studio.films(SOLO) / "film.mp4").exists()


def test_the_log_is_still_read_to_its_end_and_shown_the_same_after_a_rebuild(studio: Studio, marked: UUID) -> None:
    studio.erase_character(MARK)
    shown = studio.views.digest()
    assert studio.rebuild() == shown
    assert len(list(studio.entries())) > 100
    assert studio.log.events(marked)[-1] == CharacterErased()


def test_erasing_again_is_as_good_as_once(studio: Studio, marked: UUID) -> None:
    """A crash on the way is mended by the same command."""
    studio.tell("character", marked, EraseCharacter())  # the last step that had been done
    studio.erase_character(MARK)
    facts = studio.log.events(marked)
    studio.erase_character(MARK)
    assert studio.log.events(marked) == facts
    assert MARK.encode() not in everything(studio)


def test_an_erased_name_stays_empty(studio: Studio, marked: UUID) -> None:
    studio.erase_character(MARK)
    with pytest.raises(Conflict, match="erased"):
        casting(studio, MARK)


def test_who_was_never_there_cannot_be_erased(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.erase_character("nobody")


def test_pictures_of_a_character_are_files_and_go_with_it(studio: Studio, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    uri = studio.assets.write((tmp_path / "a.png").read_bytes())
    casting(studio, "Ava", wardrobe=None)
    command = character(studio, "Kairo").replaced(references=(Reference(view="front", uri=uri),))
    studio.tell("character", id_of("character", "kairo"), command)
    studio.erase_character("Kairo")
    assert uri not in studio.assets


# ---------------------------------------------------------------- the rules


def test_nothing_is_known_of_the_erased() -> None:
    state = given(CHARACTER).and_then(creating()).when(EraseCharacter()).then(CharacterErased())
    assert (state.name, state.references, state.identity, state.erased) == ("", (), None, True)


@pytest.mark.parametrize("command", [EraseCharacter(), playing(1)])
def test_the_erased_are_told_nothing_more(command: EraseCharacter) -> None:
    given(CHARACTER).and_then(creating(), EraseCharacter()).when(command).refused(NotFound, "erased")
