"""The front door: what the command line, driver scripts and HTTP use.

with Studio.open() as studio:
    studio.import_character(Path("samples/cast/ava"))
    film = studio.create_episode("Ava finds a map.", cast=["ava"], seconds=60)
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from pydantic import ValidationError

from actors.casting import (
    Consent,
    Portrait,
    audition,
    embedder,
    more_pictures,
    read_folder,
    remeasured,
    slug_of,
    views_of,
)
from actors.cluster import Cluster
from actors.erasing import Erased, erase
from actors.lookalikes import lookalikes, must_be_new
from actors.remembering import Remembrance
from actors.residence import Residence
from actors.settings import Settings
from actors.shell import Clock, Outcome, now, open_log, state_at
from actors.still import Sitting, observed
from engines.registry import check_keys, check_names
from events.base import Command, Value
from events.camera import camera
from events.character import CHARACTER, BranchCharacter, Character, CharacterErased, Identity, MeasureIdentity
from events.engine_plan import EngineRule, VideoPlan
from events.episode import Episode
from events.episode_facts import CastMember
from events.errors import BadScript, InvalidInput, NoConsent, NotFound
from events.health import Health, health
from events.history import Difference, differences, version_at, whole
from events.job import JOB, RequestStill
from events.ledger import LEDGER_ID, SetBudget, project_scope
from events.log import Entry
from events.mapper import Recorded
from events.memories import TOLD
from events.mentions import masked, spellings
from events.production import EPISODE, RequestEpisode, video_plan
from events.script import Script
from events.series import SERIES, CreateSeries, OrderEpisode, Series, WriteBible
from events.storyboard import FACES
from projections.recall import Question, Recalled

if TYPE_CHECKING:
    from actors.making import Listener
    from media.assets import Assets


class Delivered(Value):
    """A finished episode: where its files are."""

    episode_id: UUID
    folder: Path
    film: Path
    report: Path


class Still(Value):
    """A finished picture: where it is, and how like the character (None where no face had to be seen)."""

    job_id: UUID
    picture: Path
    idr: float | None


class Studio:
    """Everything one can do, on one home. Use it as a context manager: it stops the Ray that it started."""

    def __init__(self, settings: Settings, clock: Clock = now, new_id: Callable[[], UUID] = uuid4) -> None:
        from media.assets import Assets, disk_errors
        from projections.views import Views

        with disk_errors(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.log = open_log(settings.database_url, create=True)
        self.assets: Assets = Assets(settings.home / "assets")
        self.views = Views(settings.views_url, self.log)
        self.remembrance = Remembrance(settings, on_ray=lambda: self._cluster.is_up)
        self._residence = Residence(settings)
        self._cluster = Cluster(settings)
        self._clock = clock
        self.new_id = new_id

    @staticmethod
    def open(settings: Settings | None = None) -> Studio:
        return Studio(settings or Settings.from_env())

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the Ray that this studio started."""
        self.remembrance.close()
        self._cluster.stop()

    # ------------------------------------------------------------ characters

    def create_character(
        self,
        name: str,
        pictures: Sequence[Path],
        consent: str,
        voice: str = "",
        description: str = "",
        pronoun: str = "they",
        twin: bool = False,
    ) -> Character:
        """Make a character from 1-20 pictures of one face. Raises ``BadPicture``, ``NoConsent``, ``Conflict``, and
        ``FaceKnown`` for the face of another character unless it is a ``twin``."""
        if not consent.strip():
            raise NoConsent('Say who agreed to the use of this face: --consent "NAME".')
        try:
            portrait = Portrait(
                name=name,
                consent=Consent(by=consent, on=self._clock().date()),
                pictures=dict(views_of(pictures)),
                description=description,
                pronoun=pronoun,
                voice=voice,
            )
        except ValidationError as error:
            wrong = error.errors()[0]
            raise InvalidInput(f"{wrong['loc'][0]}: {wrong['msg']}.") from error
        return self._create(portrait, twin)

    def import_character(self, folder: Path, twin: bool = False) -> Character:
        """Make the character of a folder with a ``character.yaml`` and its pictures. Raises as ``create_character``."""
        return self._create(read_folder(folder), twin)

    def _create(self, portrait: Portrait, twin: bool) -> Character:
        character_id = id_of("character", slug_of(portrait.name))

        def check(identity: Identity) -> None:
            if not twin:
                must_be_new(self, identity, character_id)

        self.begin("character", character_id, audition(portrait, self.settings, self.assets, check))
        return state_at(CHARACTER, character_id, self.log)

    def add_pictures(self, name: str, pictures: Sequence[Path]) -> Character:
        """Add reference pictures; identity and calibration are measured anew. Raises ``BadPicture``, ``Conflict``."""
        known = self.character(name)
        command = more_pictures(known, views_of(pictures), self.settings, self.assets)
        self.tell("character", id_of("character", known.slug), command)
        return self.character(name)

    def health(self, name: str) -> Health:
        """How well a character is set up to stay itself and to remember, and what would raise it."""
        found = self.character(name)
        twins = lookalikes(self, found.identity, id_of("character", found.slug)) if found.identity else []
        return health(found, twins)

    def recall(self, name: str, words: str, series: str | None = None) -> list[Recalled]:
        """What comes to a character's mind at these words, best first."""
        history = self.history(name)
        people = {form: at for at, known in self.names().items() for form in spellings([known])}
        question = Question(
            character_id=id_of("character", slug_of(name)),
            series_id=id_of("series", slug_of(series)) if series else None,
            query=masked(words, people),
            upto=history[-1].version,
        )
        return self.remembrance.recall([question])[0]

    def character(self, name: str, as_of: int | str | None = None) -> Character:
        """A character now, or as it was at a version of its log or after a scene ("2.4", see ``events/history.py``).
        Raises ``NotFound`` and, for words that are no point in time, ``InvalidInput``."""
        character_id = id_of("character", slug_of(name))
        history = self.history(name)
        return state_at(CHARACTER, character_id, self.log, version_at(history, str(as_of)) if as_of else None)

    def compare(self, one: str, other: str) -> list[Difference]:
        """What is different between two characters, or one at two times: NAME, or NAME@WHEN as in ``character``."""
        states = [self.character(name, as_of or None) for name, _, as_of in (n.partition("@") for n in (one, other))]
        return list(differences(*states))

    def branch_character(self, name: str, at: int | str, new_name: str) -> Character:
        """A "what if": another character that shares all that happened up to then. Raises as ``character`` does."""
        source = id_of("character", slug_of(name))
        history = self.history(name)
        version = whole(history, version_at(history, str(at)))
        command = BranchCharacter(
            source=source,
            version=version,
            name=new_name,
            slug=slug_of(new_name),
            history=tuple(self.log.events(source, upto=version)),
        )
        self.begin("character", id_of("character", command.slug), command)
        return self.character(command.slug)

    def erase_character(self, name: str) -> Erased:
        """Forget a character for ever, with every film it plays in. Films that were copied out of the studio are not
        reached. Raises ``NotFound``."""
        return erase(self, id_of("character", slug_of(name)))

    def names(self) -> dict[UUID, str]:
        """Everybody's name, for what is told of others by id (``events/mentions.py``)."""
        return {UUID(row["character_id"]): row["name"] for row in self.characters()}

    def characters(self) -> list[dict[str, Any]]:
        return self.views.characters()

    def history(self, name: str) -> list[Recorded]:
        """Every fact about a character, oldest first. Raises ``NotFound``."""
        recorded = self.log.recorded(id_of("character", slug_of(name)))
        if not recorded or isinstance(recorded[-1].event, CharacterErased):
            told = f"{name!r} was erased." if recorded else f"There is no character {name!r}."
            raise NotFound(told)
        return recorded

    # ------------------------------------------------------------ stills

    def generate(self, name: str, prompt: str, seed: int = 1, out: Path | None = None) -> Still:
        """A picture of a character, from words; what they say happens to it stays. Raises ``NotFound``, and
        ``QualityFailed`` when no picture was like it."""
        return self.resume_still(self.request_still(name, prompt, seed), out)

    def request_still(self, name: str, prompt: str, seed: int = 1) -> UUID:
        """Check and record the order for a still; nothing is painted yet."""
        check_names(self.settings.engines)
        if not prompt.strip():
            raise InvalidInput("Say what the picture shows.")
        member = self._member(slug_of(name))
        people = {form: at for at, known in self.names().items() for form in spellings([known])}
        command = RequestStill(
            character=member,
            asked=masked(prompt, people),
            changes=observed(prompt, member, self.settings, self.log),
            face=camera(prompt).framing in FACES,
            seed=seed,
            engines=self.settings.engines,
            limits=self.settings.limits,
        )
        job_id = self.new_id()
        self.begin("job", job_id, command)
        return job_id

    def resume_still(self, job_id: UUID, out: Path | None = None) -> Still:
        """Go on with a still wherever it was left; its picture is copied to ``out`` where one is named."""
        from actors.pools import STILL_POOLS, stages_here_or_there

        stages = stages_here_or_there(self.settings, STILL_POOLS)
        done = Sitting(self.settings, job_id, stages, self._reminded(job_id)).make().completed
        assert done
        if out:
            shutil.copyfile(self.assets.path(done.uri), out)
        return Still(job_id=job_id, picture=out or self.assets.path(done.uri), idr=done.idr)

    def _reminded(self, job_id: UUID) -> tuple[str, ...]:
        """What came to the character's mind when the still was ordered."""
        request = state_at(JOB, job_id, self.log).request
        assert request
        member = request.character
        if not state_at(CHARACTER, member.character_id, self.log, member.version).scenes:
            return ()
        question = Question(character_id=member.character_id, query=request.asked, upto=member.version, kinds=TOLD)
        return tuple(memory.line() for memory in self.remembrance.recall([question])[0])

    # ------------------------------------------------------------ episodes

    def create_episode(
        self,
        story: str | Path,
        cast: Sequence[str],
        seconds: float | None = None,
        seed: int = 1,
        out: Path | None = None,
        series: str | None = None,
        on_event: Listener | None = None,
    ) -> Delivered:
        """Make a film of a story (text, or a .txt, .fountain or .json file); returns when it is delivered.

        Raises ``BadScript`` and ``NotFound`` before anything is recorded, ``QualityFailed`` when no good film
        could be made. What was asked for is in the log from then on: ``resume_episode`` goes on after any crash.
        """
        return self.resume_episode(self.request_episode(story, cast, seconds, seed, series), out, on_event)

    def request_episode(
        self,
        story: str | Path,
        cast: Sequence[str],
        seconds: float | None = None,
        seed: int = 1,
        series: str | None = None,
        budget: float | None = None,
    ) -> UUID:
        """Check and record the order for an episode, with the most that it may cost; nothing is filmed yet. Raises
        ``KeyMissing`` before anything is recorded."""
        check_names(self.settings.engines)
        members = self._members(cast)
        from engines.script.read import USUAL

        told, written = self._read_story(story, [member.slug for member in members], seconds)
        check_keys(self._engines_of_a_film(written is not None))
        episode_id = self.new_id()
        series_id = self._series(series, episode_id, members) if series else None
        rules = self.series(series).rules if series else ()
        command = RequestEpisode(
            story=told,
            cast=tuple(members),
            seconds=written.seconds if written else seconds or USUAL,
            seed=seed,
            engines=self.settings.engines,
            limits=self.settings.limits,
            series_id=series_id,
            written=written,
            rules=rules,
            video=self.settings.video,
            on_unknown=self.settings.on_unknown,
            native_audio=self.settings.native_audio,
        )
        if budget is not None:
            self.tell("ledger", LEDGER_ID, SetBudget(scope=project_scope(episode_id), limit=budget))
        self.begin("episode", episode_id, command)
        return episode_id

    def resume_episode(
        self, episode_id: UUID | str, out: Path | None = None, on_event: Listener | None = None
    ) -> Delivered:
        """Go on with an episode wherever it was left, and put its files into ``out``."""
        full_id = self.views.episode_id(str(episode_id))
        if not self.episode(full_id).delivered:
            self._make(full_id, on_event)
        return self._hand_over(full_id, out)

    def episode(self, episode_id: UUID | str) -> Episode:
        """An episode now. Any unambiguous beginning of its id will do. Raises ``NotFound``."""
        return state_at(EPISODE, self.views.episode_id(str(episode_id)), self.log)

    def episodes(self) -> list[dict[str, Any]]:
        return self.views.episodes()

    # ------------------------------------------------------------ the log and what is made of it

    def tell(self, kind: str, aggregate_id: UUID, command: Command) -> Outcome:
        """Deliver a command to an aggregate, once."""
        return self._residence.tell(kind, aggregate_id, command, self.new_id())

    def begin(self, kind: str, aggregate_id: UUID, command: Command) -> Outcome:
        """The same for what is new: nobody is woken."""
        return self._residence.begin(kind, aggregate_id, command, self.new_id())

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """All facts of the log behind a position, in order."""
        return self.log.entries(after)

    def rebuild(self) -> str:
        """Throw read models and memories away and make them again from the log; returns the read models' digest."""
        self.views.rebuild()
        self.remembrance.rebuild()
        return self.views.digest()

    # ------------------------------------------------------------ inside

    def _members(self, cast: Sequence[str]) -> list[CastMember]:
        if not cast:
            raise InvalidInput("An episode needs a cast: --cast ava,marlow.")
        members = [self._member(slug_of(name)) for name in dict.fromkeys(cast)]
        return members

    def _member(self, slug: str) -> CastMember:
        """The character as it is now, measured by the face engine that will judge it."""
        character_id = id_of("character", slug)
        facts = self.log.recorded(character_id)
        if not facts or isinstance(facts[-1].event, CharacterErased):
            known = ", ".join(row["slug"] for row in self.characters()) or "nobody yet"
            raise NotFound(f"There is no character {slug!r}. The studio knows: {known}.")
        state = state_at(CHARACTER, character_id, self.log)
        if state.identity and state.identity.embedder != embedder(self.settings):
            measured = MeasureIdentity(identity=remeasured(state, self.settings, self.assets))
            return CastMember(
                slug=slug, character_id=character_id, version=self.tell("character", character_id, measured).version
            )
        return CastMember(slug=slug, character_id=character_id, version=facts[-1].version)

    def _engines_of_a_film(self, written: bool) -> list[str]:
        """Every engine that a film may need, whether its script is ``written`` or not."""
        unused = {"video", "retouch", *(["script"] if written else [])}
        others = [engine for stage, engine in self.settings.engines.items() if stage not in unused]
        return [*others, *self.settings.video_engines]

    def _read_story(self, story: str | Path, slugs: list[str], seconds: float | None) -> tuple[str, Script | None]:
        from engines.script.read import read_story

        told, written = read_story(story, slugs, seconds)
        if not told.strip():
            raise BadScript("The story is empty. Write a line about what happens.")
        return told, written

    def _series(self, title: str, episode_id: UUID, members: Sequence[CastMember]) -> UUID:
        series_id = self._open_series(title)
        cast = tuple(member.character_id for member in members)
        self.tell("series", series_id, OrderEpisode(episode_id=episode_id, cast=cast))
        return series_id

    def _open_series(self, title: str) -> UUID:
        series_id = id_of("series", slug_of(title))
        if not state_at(SERIES, series_id, self.log).title:
            self.begin("series", series_id, CreateSeries(title=title))
        return series_id

    def write_bible(self, title: str, rules: Sequence[str]) -> Series:
        """The rules that hold for every picture of a series from its next episode on; it is made if it is new."""
        series_id = self._open_series(title)
        people = {form: at for at, name in self.names().items() for form in spellings([name])}
        self.tell("series", series_id, WriteBible(rules=tuple(masked(rule, people) for rule in rules)))
        return self.series(title)

    def series(self, title: str) -> Series:
        return state_at(SERIES, id_of("series", slug_of(title)), self.log)

    def warm_up(self) -> None:
        """Let Ray and the workers of a film come up beside what is done next: for whoever is about to order one."""
        check_names(self.settings.engines)
        self._cluster.begin()

    def _make(self, episode_id: UUID, on_event: Listener | None) -> None:
        from actors.making import make

        settings = self.settings_of(self.episode(episode_id))
        check_names(settings.engines)
        self._cluster.start()
        make(settings, self.log, episode_id, on_event)

    def settings_of(self, episode: Episode) -> Settings:
        """Ours, with the engines that the episode was ordered with, and those that it was given since."""
        assert episode.request
        plan = video_plan(episode.request)
        given = (EngineRule(engine=engine, scenes=(scene,)) for scene, engine in episode.assigned.items())
        known = VideoPlan(default=plan.default, rules=(*given, *plan.rules), fallbacks=plan.fallbacks)
        ordered = self.settings.replaced(native_audio=episode.request.native_audio)
        return ordered.with_engines(episode.request.engines, known if episode.assigned else episode.request.video)

    def films(self, episode_id: UUID) -> Path:
        """Where the files of an episode go unless the user says otherwise."""
        return self.settings.home / "films" / str(episode_id)[:8]

    def _hand_over(self, episode_id: UUID, out: Path | None) -> Delivered:
        """Put the files of a delivered episode into a folder of the user's."""
        from media.assets import disk_errors

        folder = out or self.films(episode_id)
        with disk_errors(folder):
            for file in self.episode(episode_id).delivered:
                place = folder / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.assets.path(file.uri), place)
        return Delivered(episode_id=episode_id, folder=folder, film=folder / "film.mp4", report=folder / "report.json")


def id_of(kind: str, slug: str) -> UUID:
    """One name, one log: two people who create the same name at once meet in the same versions."""
    return uuid5(NAMESPACE_URL, f"loraframe:{kind}:{slug}")
