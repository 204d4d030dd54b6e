"""Produces a series of several episodes from one YAML file: ``python -m drivers.series samples/series.yaml``.

Run it again after any crash: episodes that are finished are handed over, the others go on where they stopped.
Each episode finds its characters as the one before left them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from actors.casting import read_folder, slug_of
from actors.studio import Delivered, Studio
from drivers.console import complain, err, out
from drivers.progress import Progress
from events.base import Value
from events.errors import BadScript, LoraFrameError, NotFound


class Order(Value):
    """One episode: a ``story``, or the ``file`` of one beside the YAML file."""

    story: str = ""
    file: Path | None = None
    cast: tuple[str, ...] = ()
    seconds: float = Field(default=300, gt=0)
    seed: int = 1


class Show(Value):
    """A series: its title, the rules of its bible, the folders of its characters, and its episodes in order."""

    title: str = Field(min_length=1)
    rules: tuple[str, ...] = ()
    cast: tuple[Path, ...] = Field(min_length=1)
    episodes: tuple[Order, ...] = Field(min_length=1)


def read_show(file: Path) -> Show:
    """Raises ``BadScript``. Paths in the file are relative to it."""
    try:
        return Show.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadScript(f"{file} is no series: {error}. Compare it with samples/series.yaml.") from error


def produce(studio: Studio, file: Path, folder: Path, tell: Callable[[str], None] = err.print) -> list[Delivered]:
    """Make all episodes of a series, one after the other, each into a folder of its own."""
    show = read_show(file)
    slugs = [cast(studio, file.parent / place) for place in show.cast]
    if show.rules:
        studio.write_bible(show.title, show.rules)
    made = []
    for number, order in enumerate(show.episodes, 1):
        tell(f"{show.title}, episode {number} of {len(show.episodes)}")
        made.append(produce_episode(studio, show, order, number, slugs, file.parent, folder / f"episode-{number:02}"))
    return made


def cast(studio: Studio, folder: Path) -> str:
    """The character of a folder, made where the studio does not know it yet."""
    slug = slug_of(read_folder(folder).name)
    try:
        studio.character(slug)
    except NotFound:
        studio.import_character(folder)
    return slug


def produce_episode(
    studio: Studio, show: Show, order: Order, number: int, slugs: list[str], beside: Path, folder: Path
) -> Delivered:
    ordered = studio.series(show.title).episodes
    if len(ordered) >= number:
        episode_id = ordered[number - 1]
    else:
        story = beside / order.file if order.file else order.story
        episode_id = studio.request_episode(story, order.cast or slugs, order.seconds, order.seed, show.title)
    with Progress(err, studio.log.events(episode_id)) as progress:
        return studio.resume_episode(episode_id, folder, lambda entry: progress.tell(entry.recorded.event))


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        err.print("usage: python -m drivers.series SERIES.yaml [FOLDER]")
        return 2
    file = Path(arguments[0])
    folder = Path(arguments[1]) if len(arguments) == 2 else Path(file.stem)
    try:
        with Studio.open() as studio:
            for delivered in produce(studio, file, folder):
                out.print(delivered.film, soft_wrap=True)
    except LoraFrameError as error:
        complain(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
