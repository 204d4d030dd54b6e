"""The director of one episode: from its script to its delivery, by its log.

``Direction`` reads top to bottom as the making of a film. It keeps nothing that the log does not: kill it
at any moment, and the next one goes on from there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import ray

from actors.pools import Sitter, Spoken, Stages
from actors.remembering import Remembrance
from actors.residence import Residence
from actors.settings import Settings
from actors.shell import Shell, open_log, state_at
from actors.take import SceneFails, shoot
from engines.registry import engine_class
from events.base import Command
from events.character import CHARACTER, Character, Identity, PlayScene
from events.continuity import SceneWorld, changes_of, compare, hours_before, known_of, people_of, plan_world
from events.episode import ContinuityError, Episode, EpisodeRequested, SpeechRendered, line_key
from events.errors import EngineError, EngineMissing, Overtaken, QualityFailed
from events.look import SceneRef
from events.memories import TOLD
from events.mentions import SOMEBODY, masked, mentioned
from events.production import (
    EPISODE,
    AddSpeech,
    CheckContinuity,
    CheckQuality,
    CutEpisode,
    DeliverEpisode,
    FailEpisode,
    PlanScene,
    WriteScript,
)
from events.prompt import Background, describe_look
from events.script import NARRATOR, Scene, Script
from events.series import SERIES, Series
from events.storyboard import Shot, lay_out_lines, plan_shots
from projections.recall import Question

if TYPE_CHECKING:
    from engines.analyst import Analyst, Person
    from engines.refine import RefineOrder
    from engines.video import Profile


class Direction:
    """One episode being made. ``make`` may be called again after any crash."""

    profile: asyncio.Task[Profile]
    """Asked for at once, needed by the first shot: the pools come up one after the other."""

    def __init__(self, settings: Settings, episode_id: UUID) -> None:
        self.settings = settings
        self.episode_id = episode_id
        self.log = open_log(settings.database_url)
        self.shell: Shell[Episode] = Shell(EPISODE, episode_id, self.log)
        self.residence = Residence(settings)
        self.stages = Stages(settings)
        self.cast: dict[str, Character] = {
            member.slug: state_at(CHARACTER, member.character_id, self.log, member.version)
            for member in self.request.cast
        }
        self.world: dict[int, SceneWorld] = {}
        self.recalled: dict[int, dict[str, tuple[str, ...]]] = {}
        self._one_writer = asyncio.Lock()

    # ------------------------------------------------------------ the way of an episode

    async def make(self) -> None:
        """All of it; what cannot be mended is recorded as the episode's failure."""
        self.profile = asyncio.create_task(self.stages.ask("filming", "profile"))
        try:
            await self.write_script()
            await self.remember()
            await self.produce()
        except EngineMissing:
            raise  # nothing is wrong with the episode: it goes on when the engine has been installed
        except (EngineError, QualityFailed) as error:
            await self.tell(FailEpisode(reason=str(error)), "fail")
        finally:
            self.profile.cancel()
        if self.state.failed:
            raise QualityFailed(self.state.failed)

    async def produce(self) -> None:
        """Shoot, cut, check, and only the flagged scenes again, until it is delivered or has failed."""
        while not (self.state.delivered or self.state.failed):
            await asyncio.gather(self.check_continuity(), self.shoot_scenes())
            if not self.state.failed:
                await self.cut()
                await self.check_quality()
            if self.state.quality and self.state.quality.passed:
                await self.deliver()

    async def write_script(self) -> None:
        if self.state.script is None:
            script = self.request.written
            if script is None:
                script = await asyncio.to_thread(self._written)
            await self.tell(WriteScript(script=script, engine=self.request.engines["script"]), "script")
        assert self.state.script
        looks = {slug: character.look for slug, character in self.cast.items()}
        self.world = plan_world(self.state.script, looks, self.people)

    async def check_continuity(self) -> None:
        """Note where the script's own words say something else of a character than its plan does."""
        if self.state.continuity is None:
            errors = await asyncio.to_thread(self._continuity)
            await self.tell(CheckContinuity(errors=tuple(errors)), "continuity")

    async def remember(self) -> None:
        """What comes to everybody's mind in each scene, of what they had lived through when the film was ordered: so
        prompts do not depend on which scene is finished first."""
        if any(character.scenes for character in self.cast.values()):
            self.recalled = await asyncio.to_thread(self._recalled)

    async def shoot_scenes(self) -> None:
        """Scenes side by side, as many as there are workers; the characters are told in story order."""
        places = asyncio.Semaphore(self.settings.video_workers + 1)
        shooting = [asyncio.create_task(self.shoot_scene(scene, places)) for scene in self.script.scenes]
        try:
            for scene, task in zip(self.script.scenes, shooting, strict=True):
                await task
                if self.state.failed:
                    return
                await self.tell_cast(scene)
        finally:
            for task in shooting:
                task.cancel()
            await asyncio.gather(*shooting, return_exceptions=True)

    async def shoot_scene(self, scene: Scene, places: asyncio.Semaphore) -> None:
        """Speech, storyboard, then shot after shot, each begun from the tail of the one before."""
        async with places:
            await self.plan_scene(scene)
            while scene.number not in self.state.completed and not self.state.failed:
                try:
                    tail = ""
                    for shot in self.state.shots_of(scene.number):
                        tail = (await shoot(self, shot, tail)).tail
                except SceneFails:
                    continue

    async def plan_scene(self, scene: Scene) -> None:
        spoken = await asyncio.gather(*(self.speak(scene, number) for number in range(len(scene.lines))))
        if not self.state.shots_of(scene.number):
            timings = lay_out_lines(scene, [line.frames for line in spoken])
            shots = plan_shots(scene, timings, self.request.seed)
            await self.tell(PlanScene(shots=shots), f"plan {scene.number}")

    async def speak(self, scene: Scene, number: int) -> SpeechRendered:
        if line_key(scene.number, number) not in self.state.speech:
            line = scene.lines[number]
            voice = self.voice(line.speaker)
            said: Spoken = await self.stages.ask("speaking", "say", line.text, voice)
            command = AddSpeech(scene=scene.number, line=number, speaker=line.speaker, voice=voice, **said.model_dump())
            await self.tell(command, f"speech {scene.number} {number}")
        return self.speech(scene.number, number)

    async def tell_cast(self, scene: Scene) -> None:
        """The scene is done: each of its characters learns what happened to it there, once."""
        for member in self.request.cast:
            if member.slug not in scene.characters:
                continue
            command = PlayScene(
                scene=SceneRef(episode=self.episode_id, scene=scene.number, series=self.request.series_id),
                changes=changes_of(scene, member.slug, self.people),
                idr=self.state.identity_in(scene.number).get(member.slug),
                told=masked(scene.description, self.people),
                hours=hours_before(self.script, scene, member.slug),
            )
            command_id = uuid5(self.episode_id, f"scene {scene.number} {member.slug}")
            await asyncio.to_thread(self.residence.tell, "character", member.character_id, command, command_id)

    async def cut(self) -> None:
        if self.state.cut is None:
            film = await self.stages.ask("finishing", "cut", self.state, self.names)
            await self.tell(CutEpisode(**film.model_dump()), f"cut {self.round}")

    async def check_quality(self) -> None:
        if self.state.cut and self.state.quality is None:
            seen = await self.stages.ask("finishing", "screen", self.state, self.identities)
            command = CheckQuality(film=self.state.cut.film, **seen.model_dump())
            await self.tell(command, f"quality {self.round}")

    async def deliver(self) -> None:
        ledger = self.log.recorded(self.episode_id)
        files = await self.stages.ask("finishing", "deliver", self.state, str(self.episode_id), self.names, ledger)
        await self.tell(DeliverEpisode(files=tuple(files)), "deliver")

    # ------------------------------------------------------------ what it knows

    @property
    def state(self) -> Episode:
        return self.shell.state

    @property
    def request(self) -> EpisodeRequested:
        assert self.state.request
        return self.state.request

    @property
    def round(self) -> int:
        """How many times scenes have gone round again: each time there is another cut."""
        return sum(self.state.rounds.values())

    @property
    def script(self) -> Script:
        assert self.state.script
        return self.state.script

    @property
    def identities(self) -> dict[str, Identity]:
        return {slug: character.identity for slug, character in self.cast.items() if character.identity}

    @property
    def names(self) -> dict[str, str]:
        return {slug: character.name for slug, character in self.cast.items()}

    @property
    def people(self) -> dict[str, UUID]:
        """Whom the names in the script mean: in a character's log, others are told of by their ids."""
        return people_of({member.slug: member.character_id for member in self.request.cast}, self.names)

    def scene(self, number: int) -> Scene:
        return next(scene for scene in self.script.scenes if scene.number == number)

    def speech(self, scene: int, line: int) -> SpeechRendered:
        return self.state.speech[line_key(scene, line)]

    def voice(self, speaker: str) -> str:
        return self.settings.narrator_voice if speaker == NARRATOR else self.cast[speaker].voice

    def background(self, scene: int) -> Background:
        """What the prompts of a scene draw on besides its own words."""
        recalled = self.recalled.get(scene, {})
        spoken_of = mentioned(" ".join([*self.request.rules, *(line for lines in recalled.values() for line in lines)]))
        ids = {member.character_id for member in self.request.cast} | spoken_of
        names = {at: state_at(CHARACTER, at, self.log).name or SOMEBODY for at in ids}
        return Background(recalled=recalled, rules=self.request.rules, names=names)

    def sitters(self, shot: Shot) -> dict[str, Sitter]:
        """How everybody in a shot should look besides the face."""
        world = self.world[shot.scene]
        return {
            slug: Sitter(canonical=self.cast[slug].canonical, look=world.look(slug, shot.after_changes))
            for slug in shot.visible
        }

    def repair(self, shot: Shot, attempt: int) -> RefineOrder:
        """Whose faces belong into the takes of a shot, and where they can be seen."""
        from engines.refine import RefineOrder

        last = self.state.shots_of(shot.scene)[-1]
        return RefineOrder(
            visible=shot.visible,
            identified=shot.identified,
            references={slug: self.cast[slug].references for slug in shot.visible},
            identities=self.identities,
            fade_in=shot.index == 0,
            fade_out=shot.shot_id == last.shot_id,
            attempt=attempt,
        )

    async def tell(self, command: Command, what: str) -> None:
        """Record a fact of this episode. ``what`` names the command, so that a repetition has the same id."""
        async with self._one_writer:
            await asyncio.to_thread(self.shell.handle, command, uuid5(self.episode_id, what))
        if self.shell.lost_to_stranger:
            raise Overtaken(f"Another director works on episode {self.episode_id}. This one stops.")

    def _continuity(self) -> list[ContinuityError]:
        analyst: Analyst = engine_class("analyst", self.request.engines.get("analyst", "rules"))()
        found: list[ContinuityError] = []
        for scene in self.script.scenes:
            cast = {slug: person(self.cast[slug]) for slug in scene.characters}
            looks = self.world[scene.number].before
            known = [change for slug in scene.characters for change in known_of(looks[slug], slug)]
            found += compare(scene, analyst.observe(scene.description, cast, known))
        return found

    def _recalled(self) -> dict[int, dict[str, tuple[str, ...]]]:
        asked = [
            (scene, member)
            for scene in self.script.scenes
            for member in self.request.cast
            if member.slug in scene.characters
        ]
        questions = [
            Question(
                character_id=member.character_id,
                series_id=self.request.series_id,
                query=masked(scene.description, self.people),
                upto=member.version,
                kinds=TOLD,
                hour=self.world[scene.number].before[member.slug].hour,
            )
            for scene, member in asked
        ]
        recalled: dict[int, dict[str, tuple[str, ...]]] = {}
        for (scene, member), found in zip(asked, Remembrance(self.settings).recall(questions), strict=True):
            lines = tuple(memory.line(self.episode_number(memory.memory.scene.episode)) for memory in found)
            recalled.setdefault(scene.number, {})[member.slug] = lines
        return recalled

    def episode_number(self, episode_id: UUID) -> int | None:
        """Its place in the series, from 1; None for a film or a still outside of it."""
        series = state_at(SERIES, self.request.series_id, self.log) if self.request.series_id else Series()
        return series.episodes.index(episode_id) + 1 if episode_id in series.episodes else None

    def _written(self) -> Script:
        from engines.script import CastNote, StoryOrder

        notes = tuple(
            CastNote(
                slug=slug,
                name=character.name,
                description=character.description,
                pronoun=character.pronoun,
                state=describe_look(character.look),
            )
            for slug, character in self.cast.items()
        )
        order = StoryOrder(story=self.request.story, cast=notes, seconds=self.request.seconds, seed=self.request.seed)
        script: Script = engine_class("script", self.request.engines["script"])().write(order)
        return script


def person(character: Character) -> Person:
    from engines.analyst import Person

    return Person(name=character.name, pronoun=character.pronoun)


@ray.remote(num_cpus=0, max_restarts=0, max_task_retries=0)
class EpisodeDirector:
    """The Ray actor around a ``Direction``: one per episode, named, detached."""

    def __init__(self, settings: Settings, episode_id: str) -> None:
        self._direction = Direction(settings, UUID(episode_id))
        self._making: asyncio.Task[None] | None = None

    async def make(self) -> None:
        """Make the film; a second caller waits for the first one's work."""
        if self._making is None:
            self._making = asyncio.create_task(self._direction.make())
        await asyncio.shield(self._making)


def director_actor(settings: Settings, episode_id: UUID) -> Any:
    """The episode's director, awake."""
    options = EpisodeDirector.options(  # type: ignore[attr-defined]
        name=f"director:{episode_id}", namespace=settings.namespace, lifetime="detached", get_if_exists=True
    )
    return options.remote(settings, str(episode_id))
