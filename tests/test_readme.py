"""What the README shows is true: its Python, its commands, its settings and its links."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.settings import Settings
from drivers import cli
from engines.script.read import read_story

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands(program: str) -> Iterator[list[str]]:
    for block in blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == [program]:
                yield words[1:]


def test_the_python_example_uses_what_is_there() -> None:
    (example,) = blocks("python")
    tree = ast.parse(example)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            assert all(hasattr(module, alias.name) for alias in node.names)
        if isinstance(node, ast.Constant) and str(node.value).startswith("samples/"):
            assert (ROOT / node.value).exists()
    studio = importlib.import_module("actors.studio").Studio
    methods = [
        n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "studio"
    ]
    assert methods and all(callable(getattr(studio, method)) for method in methods)


@pytest.mark.parametrize("words", list(commands("loraframe")), ids=" ".join)
def test_every_command_is_understood(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        cli.main([*words, "--help"])
    assert exit.value.code == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words if word.startswith("--"))


def test_make_knows_every_target() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = [words[0] for words in commands("make")] + re.findall(r"`make ([a-z-]+)`", README)
    assert set(told) <= set(targets) and {"demo", "test"} <= set(told)


def test_every_setting_is_one(tmp_path: Path) -> None:
    known = (ROOT / "actors" / "settings.py").read_text()
    named = re.findall(r"`LORAFRAME_([A-Z_]+)`", README)
    assert named
    for name in named:
        assert f"LORAFRAME_{name}" in known or name.lower() in Settings.model_fields, name


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    made_by_bench = {"docs/benchmarks.md", "docs/contact-sheet.jpg"}
    assert [link for link in links if not (ROOT / link).exists() and link not in made_by_bench] == []


def test_the_scene_list_is_a_script_that_can_be_shot(tmp_path: Path) -> None:
    (scenes,) = blocks("json")
    file = tmp_path / "scenes.json"
    file.write_text(scenes)
    _, script = read_story(file, ["ava"], sum(scene["duration_sec"] for scene in json.loads(scenes)))
    assert script and script.scenes[0].characters == ("ava",)
