"""The director of one episode: from its script to its delivery, by its log.

``Direction`` reads top to bottom as the making of a film. It keeps nothing that the log does not: kill it
at any moment, and the next one goes on from there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import ray

from actors.continuity import check_picture, check_words
from actors.crew import Crew
from actors.pools import Staff, Stages
from actors.residence import Residence
from actors.revising import played_by
from actors.settings import Settings
from actors.shell import Shell, open_log, state_at
from actors.spending import Purse, Spending
from actors.take import SceneFails, shoot
from actors.workers import Sitter, Spoken
from actors.writing import recalled, written
from engines.registry import is_remote
from events.base import Command
from events.character import CHARACTER, Character, Identity, PlayScene
from events.continuity import SceneWorld, changes_of, hours_before, people_of, plan_world
from events.episode import Episode, line_key
from events.episode_facts import EpisodeRequested, SpeechRendered
from events.errors import Overtaken, QualityFailed
from events.look import SceneRef
from events.mentions import SOMEBODY, masked, mentioned
from events.production import (
    EPISODE,
    AddSpeech,
    CheckQuality,
    CutEpisode,
    DeliverEpisode,
    FailEpisode,
    PlanScene,
    WriteScript,
    video_plan,
)
from events.prompt import Background
from events.revision import DropStoryboard
from events.script import NARRATOR, Scene, Script
from events.storyboard import Shot, lay_out_lines, plan_shots, retimed

if TYPE_CHECKING:
    from engines.refine import RefineOrder


class Direction:
    """One episode being made. ``make`` may be called again after any crash."""

    def __init__(self, settings: Settings, episode_id: UUID, stages: Staff | None = None) -> None:
        self.settings = settings
        self.episode_id = episode_id
        self.log = open_log(settings.database_url)
        self.shell: Shell[Episode] = Shell(EPISODE, episode_id, self.log)
        self.residence = Residence(settings)
        self.stages = stages or Stages(settings)
        request = self.request
        self.purse = Purse(Spending(self.residence, self.log, episode_id, request.series_id, request.on_unknown))
        self.crew = Crew(settings, self.stages, self.purse)
        self.cast: dict[str, Character] = {member.slug: played_by(member, self.log) for member in self.request.cast}
        self.world: dict[int, SceneWorld] = {}
        self.recalled: dict[int, dict[str, tuple[str, ...]]] = {}
        self._one_writer = asyncio.Lock()

    # ------------------------------------------------------------ the way of an episode

    async def make(self) -> None:
        """All of it. That its quality cannot be mended is recorded as the episode's failure; any other error says
        nothing about the episode, which goes on when the user has seen to it."""
        asked = asyncio.create_task(self.crew.profile(video_plan(self.request).default))  # the pools come up meanwhile
        try:
            await self.purse.settle_what_is_done(self.state)
            await self.write_script()
            await self.remember()
            await self.produce()
        except QualityFailed as error:
            await self.tell(FailEpisode(reason=str(error)), f"fail {self.state.revision}")
        finally:
            await self.purse.finish()
            asked.cancel()
        if self.state.failed:
            raise QualityFailed(self.state.failed)

    async def produce(self) -> None:
        """Shoot, cut, check, and only the flagged scenes again, until it is delivered or has failed."""
        while not (self.state.delivered or self.state.failed):
            await self.film()
            if not self.state.failed:
                await self.cut()
                await self.check_quality()
            if self.state.quality and self.state.quality.passed:
                await self.deliver()

    async def film(self) -> None:
        """All scenes, while their words are read; the reading neither stops the shooting nor outlives it."""
        reading = asyncio.create_task(check_words(self))
        try:
            await self.shoot_scenes()
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def write_script(self) -> None:
        if self.state.script is None:
            if self.request.written:
                await self.tell(WriteScript(script=self.request.written, engine="user"), "script")
            else:
                await self.crew.buy("script", "script", self._write)
        assert self.state.script
        looks = {slug: character.look for slug, character in self.cast.items()}
        self.world = plan_world(self.state.script, looks, self.people)

    async def remember(self) -> None:
        """What comes to everybody's mind in each scene, of what they had lived through when the film was ordered: so
        prompts do not depend on which scene is finished first."""
        if any(character.scenes for character in self.cast.values()):
            self.recalled = await asyncio.to_thread(recalled, self)

    async def shoot_scenes(self) -> None:
        """Scenes side by side, as many as there are workers; the characters are told in story order."""
        places = asyncio.Semaphore(self.settings.scenes_at_once)
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
                    for shot in self.state.shots_of(scene.number):
                        await shoot(self, shot)
                    await check_picture(self, scene)
                except SceneFails:
                    continue

    async def plan_scene(self, scene: Scene) -> None:
        spoken = await asyncio.gather(*(self.speak(scene, number) for number in range(len(scene.lines))))
        frames, planned = [line.frames for line in spoken], self.state.shots_of(scene.number)
        shots = retimed(planned, frames) if planned else None
        if planned and shots is None:
            await self.tell(DropStoryboard(scene=scene.number), f"drop {scene.number} {self.state.revision}")
        if shots is None:
            shots = plan_shots(scene, lay_out_lines(scene, frames), self.request.seed)
        if list(shots) != planned:
            await self.tell(PlanScene(shots=shots), f"plan {scene.number} {self.state.revision}")

    async def speak(self, scene: Scene, number: int) -> SpeechRendered:
        if line_key(scene.number, number) not in self.state.speech:
            what = f"speech {scene.number} {number} {self.state.revision}"
            units = len(scene.lines[number].text)
            await self.crew.buy(what, "speech", lambda: self._speak(scene, number, what), units)
        return self.speech(scene.number, number)

    async def _speak(self, scene: Scene, number: int, what: str) -> None:
        line = scene.lines[number]
        voice = self.voice(line.speaker)
        once = is_remote("speech", self.settings.engines["speech"])
        said: Spoken = await self.stages.ask("speaking", "say", line.text, voice, once=once)
        command = AddSpeech(scene=scene.number, line=number, speaker=line.speaker, voice=voice, **said.model_dump())
        await self.tell(command, what)

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
            if self.log.receipt(member.character_id, command_id):
                continue  # it has lived through this already, whatever take is shown of it now
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
        await self.tell(DeliverEpisode(files=tuple(files)), f"deliver {self.round}")

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
        """How many times scenes have gone round again, or the episode was opened again: each time there is another
        cut."""
        return sum(self.state.rounds.values()) + self.state.revision

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
        return self.state.scene(number)

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
        """Record a fact of this episode. ``what`` names the command, so that a repetition has the same id. What is
        being written is written to the end, whoever is cancelled meanwhile."""
        await self.purse.to_the_end(self._tell(command, what))

    async def _tell(self, command: Command, what: str) -> None:
        async with self._one_writer:
            await asyncio.to_thread(self.shell.handle, command, uuid5(self.episode_id, what))
        if self.shell.lost_to_stranger:
            raise Overtaken(f"Another director works on episode {self.episode_id}. This one stops.")

    async def _write(self) -> None:
        script = await asyncio.to_thread(written, self)
        await self.tell(WriteScript(script=script, engine=self.settings.engines["script"]), "script")


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
