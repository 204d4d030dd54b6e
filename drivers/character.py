"""The commands ``loraframe character …``: make characters, look at them at any time, ask "what if", forget them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drivers import show
from drivers.console import Json, answer, err, facts, open_studio
from events.errors import InvalidInput

app = typer.Typer(help="Make characters and look at them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The character's name.")]
AsOf = Annotated[
    str,
    typer.Option(metavar="WHEN", help="As it was at a version (12), or after a scene (EPISODE.SCENE: 2.4 or 3f9a.4)."),
]
Twin = Annotated[bool, typer.Option("--twin", help="Even if the face belongs to another character.")]


@app.command("create")
def create(
    name: Name,
    consent: Annotated[str, typer.Option(help="Who agreed to the use of this face.")] = "",
    ref: Annotated[list[Path] | None, typer.Option(help="A picture with one face; say it once per picture.")] = None,
    voice: Annotated[str, typer.Option(help="A voice; `loraframe doctor` lists them.")] = "",
    description: Annotated[str, typer.Option(help="A sentence on who this is.")] = "",
    pronoun: Annotated[str, typer.Option(help="she, he, they …")] = "they",
    twin: Twin = False,
    json: Json = False,
) -> None:
    """Make a character from pictures of one face."""
    if not ref:
        raise InvalidInput("A character needs at least one picture: --ref FILE. Three or more make it steadier.")
    with open_studio() as studio:
        made = studio.create_character(name, ref, consent, voice, description, pronoun, twin)
        answer(show.character_data(made), show.character(made), json)


@app.command("import")
def import_folder(folder: Path, twin: Twin = False, json: Json = False) -> None:
    """Make the character of a folder: a character.yaml and its pictures."""
    with open_studio() as studio:
        made = studio.import_character(folder, twin)
        answer(show.character_data(made), show.character(made), json)


@app.command("add-pictures")
def add_pictures(
    name: Name,
    ref: Annotated[list[Path], typer.Option(help="A picture of the same face; say it once per picture.")],
    json: Json = False,
) -> None:
    """Give a character more reference pictures; its identity is measured anew from all of them."""
    with open_studio() as studio:
        made, names = studio.add_pictures(name, ref), studio.names()
        answer(show.character_data(made, names), show.character(made, names), json)


@app.command("memory-status")
def memory_status(name: Name, json: Json = False) -> None:
    """How well a character is set up to stay itself and to remember, 0 to 100, and what would raise it."""
    with open_studio() as studio:
        found = studio.health(name)
        answer(found.model_dump(mode="json") | {"advice": found.advice}, show.health(name, found), json)


@app.command("recall")
def recall(
    name: Name,
    words: Annotated[str, typer.Argument(help="What the character is reminded of.")],
    series: Annotated[str, typer.Option(help="In which series; outside of all unless said.")] = "",
    json: Json = False,
) -> None:
    """What comes to a character's mind at these words, each with its scene."""
    with open_studio() as studio:
        found, names = studio.recall(name, words, series or None), studio.names()
        answer(show.named([each.model_dump(mode="json") for each in found], names), show.recalled(found, names), json)


@app.command("show")
def show_one(name: Name, as_of: AsOf = "", json: Json = False) -> None:
    """Who a character is and what has happened to it, now or at any time."""
    with open_studio() as studio:
        found, names = studio.character(name, as_of or None), studio.names()
        answer(show.character_data(found, names), show.character(found, names), json)


@app.command("diff")
def diff(
    one: Annotated[str, typer.Argument(help="A character, or one at a time: ava, ava@2.4")],
    other: Annotated[str, typer.Argument(help="Another character, or another time: ava@3.1")],
    json: Json = False,
) -> None:
    """What is different between two characters, or one at two times."""
    with open_studio() as studio:
        found, names = studio.compare(one, other), studio.names()
        answer(show.differences_data(found, names), show.differences(one, other, found, names), json)


@app.command("branch")
def branch(
    name: Name,
    at: Annotated[str, typer.Option(metavar="WHEN", help="Up to when they share their history.")],
    called: Annotated[str, typer.Option("--as", help="The name of the new one; NAME what-if unless said.")] = "",
    json: Json = False,
) -> None:
    """Begin a "what if": a character that shares all that happened up to then, and goes its own way."""
    with open_studio() as studio:
        made, names = studio.branch_character(name, at, called or f"{name} what-if"), studio.names()
        answer(show.character_data(made, names), show.character(made, names), json)


@app.command("erase")
def erase(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Forget a character for ever: its face, voice and memories, its "what ifs", and every film it plays in."""
    if not yes:
        told = f"Erase {name} with every film it plays in? Nothing of it can be brought back"
        typer.confirm(told, abort=True, err=True)
    with open_studio() as studio:
        gone = studio.erase_character(name)
        answer(gone.model_dump(mode="json"), show.erased(name, gone), json)


@app.command("generate")
def generate(
    name: Name,
    prompt: Annotated[str, typer.Argument(help="What the picture shows.")],
    out: Annotated[Path | None, typer.Option(help="Where the picture goes, a .png file.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same picture.")] = 1,
    json: Json = False,
) -> None:
    """A picture of a character; what it tells of stays with the character."""
    with open_studio() as studio, err.status("Painting"):
        made = studio.generate(name, prompt, seed, out)
        answer(made, facts({"picture": made.picture, "IDR": made.idr}), json)


@app.command("history")
def history(name: Name, json: Json = False) -> None:
    """Every fact about a character, oldest first."""
    with open_studio() as studio:
        recorded, names = studio.history(name), studio.names()
        data = show.named([show.recorded_data(fact) for fact in recorded], names)
        answer(data, show.history(recorded, names), json)


@app.command("list")
def list_all(json: Json = False) -> None:
    """All characters of the studio."""
    with open_studio() as studio:
        found = studio.characters()
        answer(found, show.characters(found), json)
