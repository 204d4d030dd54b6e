"""What the user calls a story: a sentence, a text file, a Fountain screenplay, or a list of scenes in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from events.errors import BadScript
from events.script import Script

SUFFIXES = (".txt", ".md", ".fountain", ".json")
USUAL = 300.0
"""Seconds of an episode when nobody says otherwise."""
LONGEST = 200_000
"""Characters of the longest story file that is read."""


def read_story(story: str | Path, cast: Sequence[str], seconds: float | None) -> tuple[str, Script | None]:
    """The story's text, and its script where the user has written one. Raises ``BadScript``, also where the
    scenes do not add up to ``seconds`` (None: a list of scenes is as long as it is, a screenplay ``USUAL`` s)."""
    if not _is_file(story):
        return str(story), None
    path = Path(story)
    text = _text(path)
    if path.suffix == ".fountain":
        from engines.script.fountain import read_fountain

        return text, read_fountain(text, cast, seconds or USUAL)
    if path.suffix == ".json":
        from engines.script.scene_json import read_scenes

        return text, read_scenes(text, cast, seconds)
    return text, None


def _is_file(story: str | Path) -> bool:
    """A path is a file, and so is a short text that ends like one."""
    return isinstance(story, Path) or (len(story) < 300 and story.strip().endswith(SUFFIXES) and "\n" not in story)


def _text(path: Path) -> str:
    if path.suffix not in SUFFIXES:
        raise BadScript(f"{path.name} is no story file. Use one of {', '.join(SUFFIXES)}.")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScript(f"{path} cannot be read as text: {error}.") from error
    if len(text) > LONGEST:
        raise BadScript(f"{path} has {len(text)} characters; a story may have {LONGEST}. Make several episodes of it.")
    return text
