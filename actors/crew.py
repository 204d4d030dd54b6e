"""The engines that a director works with: what they can do, and what it pays them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from actors.pools import Staff
from actors.settings import Settings
from actors.spending import Call, Made, Purse, Spent
from actors.workers import terms_of
from engines.registry import is_remote, make_engine
from engines.terms import FREE, Terms
from events.production import NO_ENGINE

if TYPE_CHECKING:
    from engines.video import Profile

WORKERS_OF = {"speech": "speaking", "image": "painting", "refine": "judging", "lips": "filming"}
"""The pools of the stages that are not the director's own."""


class Crew:
    """``own`` engines work in the director's process, the others in the pools."""

    def __init__(self, settings: Settings, stages: Staff, purse: Purse) -> None:
        self._settings = settings
        self._stages = stages
        self._purse = purse
        self._profiles: dict[str, asyncio.Task[Profile]] = {}
        self._own: dict[str, Any] = {}

    async def profile(self, engine: str) -> Profile:
        """What a video engine can do, as its workers say."""
        if engine not in self._profiles:
            self._profiles[engine] = asyncio.create_task(self._stages.ask("filming", "profile", engine=engine))
        return await asyncio.shield(self._profiles[engine])

    def own(self, stage: str) -> Any:
        if stage not in self._own:
            name = self._settings.engines[stage]
            self._own[stage] = make_engine(stage, name, self._settings.engine_options)
        return self._own[stage]

    async def buy(self, what: str, stage: str, made: Made, units: float = 1) -> None:
        """Await what a stage makes and its recording, once and within the budget where it costs anything."""
        engine = self._settings.engines[stage]
        terms = await self._terms(stage, engine) if units else FREE
        call = Call(what=what, stage=stage, engine=engine, account=terms.account, dollars=terms.price(units))
        await self._purse.buy(call, made, self._meter(stage))

    async def rewritten(self, words: str, profile: Profile, names: Sequence[str], what: str) -> str:
        """A shot's prompt as its engine takes it best, where the user has chosen somebody who knows; ``names`` stay."""
        answer = words

        async def rewrite() -> None:
            nonlocal answer
            keep = [name for name in names if name in words]
            answer = await asyncio.to_thread(self.own("prompt").rewrite, words, profile, keep)

        if self._settings.engines["prompt"] != NO_ENGINE:
            await self.buy(f"prompt {what}", "prompt", rewrite)
        return answer

    async def _terms(self, stage: str, engine: str) -> Terms:
        if not is_remote(stage, engine):
            return FREE
        if stage in WORKERS_OF:
            pool = WORKERS_OF[stage]
            films = self._settings.video_engines[0] if pool == "filming" else ""
            told: Terms = await self._stages.ask(pool, "terms", stage, engine=films)
            return told
        return terms_of(self.own(stage))

    def _meter(self, stage: str) -> Spent | None:
        """What an engine of this process has cost, where it counts."""
        engine = self._own.get(stage)
        return (lambda: float(engine.spent)) if engine and hasattr(engine, "spent") else None
