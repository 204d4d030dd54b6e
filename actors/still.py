"""One still to an accepted picture: request, paint, judge, refine, and again, by the job's log.

The same loop as a shot's (``actors/take.py``) for one picture. It keeps nothing that the log does not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from actors.residence import Residence
from actors.settings import Settings
from actors.shell import Shell, open_log, state_at
from actors.spending import Call, Spending
from actors.workers import Sitter
from events.base import Command
from events.camera import camera
from events.character import CHARACTER, PlayScene
from events.continuity import known_of
from events.episode_facts import CastMember
from events.errors import QualityFailed, TakeFailed
from events.job import (
    JOB,
    FailPicture,
    Job,
    JudgePicture,
    PaintPicture,
    Picture,
    RefinePicture,
    RequestPicture,
    Step,
    next_step,
)
from events.log import Log
from events.look import SceneRef, rehearse
from events.mentions import mentioned, unmasked
from events.prompt import describe_identity, still_prompt
from events.script import Change, ChangeKind
from events.storyboard import Shot

if TYPE_CHECKING:
    from engines.refine import RefineOrder
    from engines.video import ShotOrder


Ask = Callable[..., Any]
"""(pool, method, arguments …) to the answer of that stage."""


class Sitting:
    """One still being made. ``make`` may be called again after any crash."""

    def __init__(self, settings: Settings, job_id: UUID, ask: Ask, recalled: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.job_id = job_id
        self.ask = ask
        self.recalled = recalled
        self.log = log = open_log(settings.database_url)
        self.shell: Shell[Job] = Shell(JOB, job_id, log)
        assert self.shell.state.request
        self.request = self.shell.state.request
        self.spending = Spending(Residence(settings), log, job_id, policy=settings.on_unknown)
        member = self.request.character
        self.character = state_at(CHARACTER, member.character_id, log, member.version)
        self.look = rehearse(self.character.look, self.request.changes)
        self.shot = Shot(
            shot_id="still",
            scene=1,
            index=0,
            start=0,
            frames=24,
            camera=camera(self.request.asked),
            focus=member.slug,
            visible=(member.slug,),
            identified=(member.slug,) if self.request.face else (),
        )

    def make(self) -> Job:
        """Until a picture is good enough. Raises ``QualityFailed`` when none is; the character is told of it once."""
        steps = {
            Step.REQUEST: self.order_picture,
            Step.PAINT: self.paint,
            Step.JUDGE: self.judge,
            Step.REFINE: self.refine,
        }
        while (step := next_step(self.state)) is not Step.DONE:
            try:
                steps[step]()
            except TakeFailed as error:
                self.tell(FailPicture(code=error.code, reason=str(error)))
        if self.state.failed:
            raise QualityFailed(self.state.failed)
        self.tell_character()
        return self.state

    def order_picture(self) -> None:
        told = still_prompt(self.character.replaced(look=self.look), self.request.asked, self.recalled)
        self.tell(RequestPicture(prompt=self.named(told)))

    def paint(self) -> None:
        with self.paying(f"picture {self.picture.number}", "image", "painting"):
            painted = self.ask("painting", "paint", self.order(), once=self._is_remote("image"))
            self.tell(PaintPicture(**painted.model_dump()))

    def judge(self) -> None:
        verdict, worked = self.ask(
            "judging", "judge_still", self.picture.uri, self._identities, self.shot, self._sitters
        )
        self.tell(JudgePicture(verdict=verdict, worked=worked))

    def refine(self) -> None:
        before, number = self.picture.original or self.picture.uri, self.picture.refinements + 1
        what = f"picture {self.picture.number} refined {number}"
        with self.paying(what, "retouch", "judging"):
            asked = before, self.repair(), self.shot, self._sitters
            refined = self.ask("judging", "refine_still", *asked, once=self._is_remote("retouch"))
            self.tell(RefinePicture(**refined.model_dump(exclude={"tail"})))

    def tell_character(self) -> None:
        """It has lived through this picture as through a scene."""
        assert self.state.completed
        command = PlayScene(
            scene=SceneRef(episode=self.job_id, scene=1),
            changes=self.request.changes,
            idr=self.state.completed.idr,
            told=self.request.asked,
            medium="still",
        )
        told = uuid5(self.job_id, "told")
        Residence(self.settings).tell("character", self.request.character.character_id, command, told)

    def paying(self, what: str, stage: str, pool: str) -> AbstractContextManager[None]:
        """Around a call of an engine and the recording of what it made, once and within the budget where it costs
        anything."""
        if not self._is_remote(stage):
            return nullcontext()
        engine = self.settings.engines[stage]
        terms = self.ask(pool, "terms", stage)
        price = terms.price(1)
        call = Call(what=what, stage=stage, engine=engine, account=terms.account, dollars=price)
        return self.spending.paid(call) if price else nullcontext()

    def _is_remote(self, stage: str) -> bool:
        from engines.registry import is_remote

        return is_remote(stage, self.settings.engines[stage])

    # ------------------------------------------------------------ what it knows

    @property
    def state(self) -> Job:
        return self.shell.state

    @property
    def picture(self) -> Picture:
        return self.state.pictures[-1]

    @property
    def _identities(self) -> dict[str, Any]:
        return {self.character.slug: self.character.identity}

    @property
    def _sitters(self) -> dict[str, Sitter]:
        return {self.character.slug: Sitter(canonical=self.character.canonical, look=self.look)}

    def named(self, text: str) -> str:
        return unmasked(text, {at: state_at(CHARACTER, at, self.log).name for at in mentioned(text)})

    def tell(self, command: Command) -> None:
        """Record a fact of this job; a repetition at the same version has the same id."""
        self.shell.handle(command, uuid5(self.job_id, f"{self.shell.version} {type(command).__name__}"))

    def order(self) -> ShotOrder:
        from engines.script import lexicon
        from engines.video import ActorOrder, ShotOrder
        from events.script import Mood, TimeOfDay, Weather

        asked, actor = self.named(self.request.asked), self.character
        return ShotOrder(
            shot=self.shot,
            prompt=self.picture.prompt,
            location=self.look.location or asked,
            place=lexicon.place(asked),
            time=lexicon.time_of_day(asked) or TimeOfDay.DAY,
            weather=lexicon.weather(asked) or Weather.CLEAR,
            mood=lexicon.mood(asked) or Mood.CALM,
            description=asked,
            actors=(ActorOrder(slug=actor.slug, name=actor.name, references=actor.references, look=self.look),),
            seed=self.picture.seed,
        )

    def repair(self) -> RefineOrder:
        from engines.refine import RefineOrder

        return RefineOrder(
            visible=self.shot.visible,
            identified=self.shot.identified,
            references={self.character.slug: self.character.references},
            identities=self._identities,
            words={self.character.slug: describe_identity(self.character)},
            attempt=self.picture.refinements + 1,
        )


def observed(words: str, member: CastMember, settings: Settings, log: Log) -> tuple[Change, ...]:
    """What these words do to a character, as the state analyst reads them."""
    from engines.analyst import Person
    from engines.registry import make_engine

    found = state_at(CHARACTER, member.character_id, log, member.version)
    cast = {member.slug: Person(name=found.name, pronoun=found.pronoun)}
    analyst = make_engine("analyst", settings.engines["analyst"], settings.engine_options)
    changes = analyst.observe(words, cast, known_of(found.look, member.slug))
    weather = (c.replaced(character=member.slug) for c in changes if c.kind == ChangeKind.WEATHER)
    return (*weather, *(change for change in changes if change.character == member.slug))
