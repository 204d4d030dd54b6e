"""The command line ``loraframe``. Every command is one sentence to the ``Studio``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from drivers import character, show
from drivers.console import Json, answer, complain, err, facts, json_line, open_studio, out
from drivers.progress import Progress
from events.errors import Conflict, InvalidInput, LoraFrameError, NotFound

if TYPE_CHECKING:
    from actors.studio import Delivered, Studio

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DEMO_CAST = ("ava", "marlow", "kairo")
FOLLOW_SECONDS = 0.5
USER_ERROR, FAILURE, STOPPED = 2, 1, 130

app = typer.Typer(
    help="Video series with characters who stay themselves.", no_args_is_help=True, pretty_exceptions_enable=False
)
episode = typer.Typer(help="Make episodes and look at them.", no_args_is_help=True)
app.add_typer(character.app, name="character")
app.add_typer(episode, name="episode")

Seconds = Annotated[float, typer.Option(help="Length of the film.", min=1)]
Seed = Annotated[int, typer.Option(help="The same seed makes the same film.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the film and what belongs to it.")]
EpisodeId = Annotated[str, typer.Argument(metavar="ID", help="The episode's id, or its beginning.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Exit code 2 for what the user can mend, 1 for what failed on our side."""
    try:
        app(args=arguments, prog_name="loraframe")
    except LoraFrameError as error:
        complain(error)
        sys.exit(USER_ERROR if isinstance(error, InvalidInput | NotFound | Conflict) else FAILURE)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


# ---------------------------------------------------------------- the demo


@app.command()
def demo(seconds: Seconds = 300, seed: Seed = 1, out: Out = None, json: Json = False) -> None:
    """Make a film with the sample cast and the sample story; needs no key, no GPU and no network."""
    from drivers.series import cast

    with open_studio() as studio:
        studio.warm_up()
        with err.status("Casting"):
            names = [cast(studio, SAMPLES / "cast" / name) for name in DEMO_CAST]
        _make(studio, studio.request_episode(SAMPLES / "stories" / "demo.txt", names, seconds, seed), out, json)


# ---------------------------------------------------------------- episodes


@episode.command("create")
def create_episode(
    story: Annotated[str, typer.Argument(help="A story, or a .txt, .fountain or .json file.")],
    cast: Annotated[str, typer.Option(help="Who plays: ava,marlow")],
    seconds: Annotated[float | None, typer.Option(help="Length of the film; 300, or what a scene list has.")] = None,
    seed: Seed = 1,
    series: Annotated[str, typer.Option(help="The series that this is the next episode of.")] = "",
    out: Out = None,
    json: Json = False,
) -> None:
    """Make a film of a story."""
    names = [name.strip() for name in cast.split(",") if name.strip()]
    with open_studio() as studio:
        _make(studio, studio.request_episode(story, names, seconds, seed, series or None), out, json)


@episode.command("resume")
def resume_episode(episode_id: EpisodeId, out: Out = None, json: Json = False) -> None:
    """Go on with an episode wherever it was left; nothing that is done is done again."""
    with open_studio() as studio:
        _make(studio, UUID(studio.views.episode(episode_id)["episode_id"]), out, json)


@episode.command("show")
def show_episode(episode_id: EpisodeId, json: Json = False) -> None:
    """How far an episode is: its scenes, shots, takes and verdicts."""
    with open_studio() as studio:
        found = show.episode_data(studio.views, episode_id)
        answer(found, show.episode(found), json)


@episode.command("list")
def list_episodes(json: Json = False) -> None:
    """All episodes of the studio."""
    with open_studio() as studio:
        found = studio.episodes()
        answer(found, show.episodes(found), json)


def _make(studio: Studio, episode_id: UUID, out: Path | None, json: bool) -> None:
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


# ---------------------------------------------------------------- the house


@app.command()
def log(
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is new, until Ctrl-C.")] = False,
    after: Annotated[int, typer.Option(help="Begin behind this position.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Every fact there is, in order: one line each."""
    with open_studio() as studio:
        position = after
        while True:
            for entry in studio.entries(position):
                position = entry.position
                json_line(show.entry_data(entry)) if json else out.print(show.entry(entry), soft_wrap=True)
            if not follow:
                return
            time.sleep(FOLLOW_SECONDS)


@app.command()
def rebuild(json: Json = False) -> None:
    """Throw the read models away and make them again from the log."""
    with open_studio() as studio:
        digest = studio.rebuild()
        answer({"digest": digest}, f"The read models are made again from the log (sha256 {digest[:16]}…).", json)


@app.command()
def doctor(json: Json = False) -> None:
    """What is installed, which engines can run, what is missing and how to get it."""
    from drivers.doctor import examine, report

    found = examine()
    answer(found, report(found), json)
    if not all(check.ok for check in found if check.needed):
        sys.exit(FAILURE)


if __name__ == "__main__":
    main()
