"""The command line ``loraframe``. Every command is one sentence to the ``Studio``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from drivers import character, costs, episode, show
from drivers.console import Json, answer, complain, err, json_line, open_studio, out
from events.errors import (
    Conflict,
    EngineMissing,
    InvalidInput,
    KeyMissing,
    LoraFrameError,
    NotFound,
    Offline,
    OverBudget,
    QuotaExceeded,
)

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DEMO_CAST = ("ava", "marlow", "kairo")
FOLLOW_SECONDS = 0.5
USER_ERROR, FAILURE, STOPPED = 2, 1, 130

MENDABLE = (InvalidInput, NotFound, Conflict, EngineMissing, KeyMissing, Offline, OverBudget, QuotaExceeded)
"""What the user can mend, and then give the same command again."""

app = typer.Typer(
    help="Video series with characters who stay themselves.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(character.app, name="character")
app.add_typer(episode.app, name="episode")
app.add_typer(costs.app, name="costs")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. Exit code 2 for what the user can mend, 1 for what failed on our side."""
    try:
        app(args=arguments, prog_name="loraframe")
    except LoraFrameError as error:
        complain(error)
        sys.exit(USER_ERROR if isinstance(error, MENDABLE) else FAILURE)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


# ---------------------------------------------------------------- the demo


@app.command()
def demo(seconds: episode.Seconds = 300, seed: episode.Seed = 1, out: episode.Out = None, json: Json = False) -> None:
    """Make a film with the sample cast and the sample story; needs no key, no GPU and no network."""
    from drivers.series import cast

    with open_studio() as studio:
        studio.warm_up()
        with err.status("Casting"):
            names = [cast(studio, SAMPLES / "cast" / name) for name in DEMO_CAST]
        episode.make(studio, studio.request_episode(SAMPLES / "stories" / "demo.txt", names, seconds, seed), out, json)


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
