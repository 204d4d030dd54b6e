"""Making episodes, looking at them, and changing them: ``loraframe episode …``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from drivers import show
from drivers.console import Json, answer, err, facts, open_studio, table
from drivers.progress import Progress
from events.errors import InvalidInput

if TYPE_CHECKING:
    from actors.money import Estimate
    from actors.studio import Delivered, Studio
    from events.episode_facts import EpisodeReopened

app = typer.Typer(help="Make episodes, look at them, and change them.", no_args_is_help=True)

Seconds = Annotated[float, typer.Option(help="Length of the film.", min=1)]
Seed = Annotated[int, typer.Option(help="The same seed makes the same film.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the film and what belongs to it.")]
EpisodeId = Annotated[str, typer.Argument(metavar="ID", help="The episode's id, or its beginning.")]
Profile = Annotated[str, typer.Option("--profile", help="Engines to make it with: draft, studio, premium or your own.")]
Draft = Annotated[bool, typer.Option("--draft", help="Everything by the embedded engines; upgrade it later.")]
DRAFT = "draft"


@app.command("create")
def create_episode(
    story: Annotated[str, typer.Argument(help="A story, or a .txt, .fountain or .json file.")],
    cast: Annotated[str, typer.Option(help="Who plays: ava,marlow")],
    seconds: Annotated[float | None, typer.Option(help="Length of the film; 300, or what a scene list has.")] = None,
    seed: Seed = 1,
    series: Annotated[str, typer.Option(help="The series that this is the next episode of.")] = "",
    profile: Profile = "",
    draft: Draft = False,
    budget: Annotated[float | None, typer.Option(help="Dollars that it may cost at most.", min=0)] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Make a film of a story."""
    names = [name.strip() for name in cast.split(",") if name.strip()]
    from actors import money

    with open_studio(DRAFT if draft else profile) as studio:
        expected = money.estimate(studio, seconds)
        tell_estimate(expected, budget)
        episode_id = studio.request_episode(story, names, seconds, seed, series or None, budget)
        money.note(studio, episode_id, expected)
        make(studio, episode_id, out, json)


@app.command("resume")
def resume_episode(episode_id: EpisodeId, out: Out = None, json: Json = False) -> None:
    """Go on with an episode wherever it was left; nothing that is done is done again."""
    with open_studio() as studio:
        make(studio, UUID(studio.views.episode(episode_id)["episode_id"]), out, json)


@app.command("show")
def show_episode(episode_id: EpisodeId, json: Json = False) -> None:
    """How far an episode is: its scenes, shots, takes and verdicts."""
    with open_studio() as studio:
        found = show.episode_data(studio.views, episode_id)
        answer(found, show.episode(found), json)


@app.command("list")
def list_episodes(json: Json = False) -> None:
    """All episodes of the studio."""
    with open_studio() as studio:
        found = studio.episodes()
        answer(found, show.episodes(found), json)


@app.command("estimate")
def estimate_episode(seconds: Seconds = 300, profile: Profile = "", json: Json = False) -> None:
    """What an episode of this length would cost."""
    from actors import money

    with open_studio(profile) as studio:
        found = money.estimate(studio, seconds)
        lines = [line.model_dump() | {"dollars": line.dollars} for line in found.lines]
        answer({"dollars": found.dollars, "lines": lines}, _estimate(found), json)


@app.command("upgrade")
def upgrade_episode(
    episode_id: EpisodeId,
    engine: Annotated[str, typer.Option(help="The video engine that films them now.")],
    scenes: Annotated[str, typer.Option(help="Which: 3,7. All, unless said.")] = "",
    out: Out = None,
    json: Json = False,
) -> None:
    """Film scenes again by another engine; script, voices, music and timing stay."""
    from actors import revising

    with open_studio() as studio:
        full_id = _full(studio, episode_id)
        _say_what_is_stale(revising.upgrade(studio, full_id, engine, _numbers(scenes)))
        make(studio, full_id, out, json)


@app.command("revise")
def revise_line(
    episode_id: EpisodeId,
    scene: Annotated[int, typer.Argument(help="The scene's number.")],
    line: Annotated[int, typer.Argument(help="The line's number in it, from 1.", min=1)],
    text: Annotated[str, typer.Argument(help="What is said instead.")],
    out: Out = None,
    json: Json = False,
) -> None:
    """Change a line; only its speech, the shots that show it spoken, and the cut are made again."""
    from actors import revising

    with open_studio() as studio:
        full_id = _full(studio, episode_id)
        _say_what_is_stale(revising.revise(studio, full_id, scene, line - 1, text))
        make(studio, full_id, out, json)


@app.command("refresh")
def refresh_episode(
    episode_id: EpisodeId,
    look: Annotated[bool, typer.Option("--look", help="Only say what would be made again.")] = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Make again what depends on pictures, LoRAs, voices or engine settings that have changed since."""
    from actors import revising

    with open_studio() as studio:
        full_id = _full(studio, episode_id)
        if look:
            found = revising.stale(studio, full_id)
            answer(found, _stale(found), json)
            return
        _say_what_is_stale(revising.refresh(studio, full_id))
        make(studio, full_id, out, json)


def make(studio: Studio, episode_id: UUID, out: Path | None, json: bool) -> None:
    """Film an episode with its progress on stderr."""
    try:
        with Progress(err, studio.log.events(episode_id)) as progress:
            made = studio.resume_episode(episode_id, out, lambda entry: progress.tell(entry.recorded.event))
    except KeyboardInterrupt:
        err.print(f"Stopped. Go on with: loraframe episode resume {str(episode_id)[:8]}")
        raise
    answer(made, _delivered(made), json)


def _delivered(made: Delivered) -> Any:
    return facts({"film": made.film, "report": made.report, "episode": str(made.episode_id)[:8]})


def tell_estimate(found: Estimate, budget: float | None) -> None:
    """On stderr, and only where it costs anything."""
    if found.lines:
        err.print(_estimate(found))
    if budget is not None and found.dollars > budget:
        err.print(f"That is more than the budget of ${budget:.2f}: the film stops there until you raise it.")


def _estimate(found: Estimate) -> Any:
    columns = ("stage", "engine", "units", "unit", "price", "takes", "dollars")
    rows = [
        (x.stage, x.engine, f"{x.units:.0f}", x.unit, f"{x.price:g}", f"{x.takes:.1f}", f"{x.dollars:.2f}")
        for x in found.lines
    ]
    return table(columns, [*rows, ("all", "", "", "", "", "", f"{found.dollars:.2f}")], title="Estimate, US dollars")


def _full(studio: Studio, episode_id: str) -> UUID:
    return UUID(studio.views.episode(episode_id)["episode_id"])


def _numbers(text: str) -> Sequence[int]:
    try:
        return [int(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InvalidInput(f"--scenes takes numbers: 3,7. Not {text!r}.") from None


def _say_what_is_stale(found: EpisodeReopened | None) -> None:
    err.print(_stale(found))


def _stale(found: EpisodeReopened | None) -> str:
    if found is None:
        return "Nothing is stale."
    return f"{found.because}: {len(found.takes)} takes and {len(found.lines)} spoken lines are made again."
