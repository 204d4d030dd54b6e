"""A story of three episodes of fifteen scenes with forty changes of state, and what must be so after each scene.

``CHANGES`` are told as an author would; ``truth`` keeps the books as a script supervisor does, in the simplest way
there is, and shares no code with what it is compared with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EPISODES, SCENES = 3, 15
CAST = ("ava", "kairo")

# (episode, scene, who, what happens, with what, where)
CHANGES: tuple[tuple[int, int, str, str, str, str], ...] = (
    (1, 1, "ava", "wardrobe", "grey travelling coat", ""),
    (1, 2, "ava", "prop_gained", "brass key", ""),
    (1, 2, "kairo", "wardrobe", "blue fisherman's jumper", ""),
    (1, 3, "kairo", "injury", "cut", "left cheek"),
    (1, 4, "kairo", "injury+bandaged", "cut", "left cheek"),
    (1, 5, "ava", "prop_gained", "oil lantern", ""),
    (1, 6, "ava", "injury", "bruise", "forehead"),
    (1, 7, "kairo", "prop_gained", "folded map", ""),
    (1, 8, "ava", "prop_lost", "brass key", ""),
    (1, 8, "kairo", "prop_gained", "brass key", ""),
    (1, 9, "kairo", "wardrobe", "yellow oilskin", ""),
    (1, 10, "ava", "injury+grave", "gash", "right hand"),
    (1, 12, "kairo", "healing", "cut", "left cheek"),
    (1, 13, "ava", "wardrobe", "red wool scarf", ""),
    (1, 14, "kairo", "prop_lost", "folded map", ""),
    (1, 15, "ava", "prop_lost", "oil lantern", ""),
    (2, 1, "kairo", "injury", "burn", "right hand"),
    (2, 2, "ava", "prop_gained", "silver whistle", ""),
    (2, 3, "ava", "healing", "bruise", "forehead"),
    (2, 4, "kairo", "wardrobe", "black uniform", ""),
    (2, 5, "kairo", "prop_lost", "brass key", ""),
    (2, 5, "ava", "prop_gained", "brass key", ""),
    (2, 7, "ava", "injury", "scratch", "chin"),
    (2, 8, "kairo", "prop_gained", "coil of rope", ""),
    (2, 9, "ava", "wardrobe", "white lab coat", ""),
    (2, 11, "kairo", "injury", "black eye", ""),
    (2, 12, "ava", "prop_lost", "silver whistle", ""),
    (2, 13, "kairo", "wardrobe", "green parka", ""),
    (2, 14, "ava", "prop_gained", "sealed letter", ""),
    (2, 15, "kairo", "healing", "burn", "right hand"),
    (3, 1, "ava", "wardrobe", "grey travelling coat", ""),
    (3, 2, "kairo", "prop_lost", "coil of rope", ""),
    (3, 4, "kairo", "injury", "sprain", "left ankle"),
    (3, 6, "ava", "prop_lost", "sealed letter", ""),
    (3, 6, "kairo", "prop_gained", "sealed letter", ""),
    (3, 8, "ava", "injury", "graze", "left knee"),
    (3, 10, "kairo", "wardrobe", "blue fisherman's jumper", ""),
    (3, 12, "kairo", "healing", "all", ""),
    (3, 13, "ava", "prop_gained", "ship in a bottle", ""),
    (3, 15, "ava", "wardrobe", "red wool scarf", ""),
)
HOURS = {(2, 7): 2.0, (2, 10): 120.0, (3, 1): 48.0, (3, 11): 900.0}
"""Where time passes: by scene 10 of the second episode the scratch has healed by itself (4 days), by the last jump all
that was not grave and the gash too (21 days, doubled), which leaves a scar."""
HEALED_BY_TIME = {
    (2, 10): {("ava", "scratch", "chin")},
    (3, 11): {("ava", "gash", "right hand"), ("ava", "graze", "left knee"), ("kairo", "black eye", ""),
              ("kairo", "sprain", "left ankle")},
}  # fmt: skip
SCARS = {(3, 11): {("ava", "scar", "right hand")}}


@dataclass
class Books:
    """What the script supervisor has noted of one person."""

    wardrobe: str = ""
    injuries: list[tuple[str, str, str]] = field(default_factory=list)
    props: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """As the prompt has to say it, up to the mood."""
        hurt = [f"a {how}{what}{f' on the {where}' if where else ''}" for what, where, how in self.injuries]
        parts = [
            f"wearing {self.wardrobe}",
            *([f"with {' and '.join(hurt)}"] if hurt else []),
            *(f"carrying {prop}" for prop in self.props),
        ]
        return f"Now {'; '.join(parts)}; "


def truth(dressed: dict[str, str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Episode, scene, and by slug the sentence that every prompt at its end must have."""
    books = {who: Books(wardrobe=dressed[who]) for who in CAST}
    for episode in range(1, EPISODES + 1):
        for scene in range(1, SCENES + 1):
            _time_heals(books, episode, scene)
            for _, _, who, kind, what, where in (c for c in CHANGES if c[:2] == (episode, scene)):
                _note(books[who], kind, what, where)
            yield episode, scene, {who: books[who].sentence() for who in CAST}


def _time_heals(books: dict[str, Books], episode: int, scene: int) -> None:
    for who, what, where in HEALED_BY_TIME.get((episode, scene), ()):
        books[who].injuries = [i for i in books[who].injuries if i[:2] != (what, where)]
    for who, what, where in SCARS.get((episode, scene), ()):
        books[who].injuries.append((what, where, ""))


def _note(book: Books, kind: str, what: str, where: str) -> None:
    if kind == "wardrobe":
        book.wardrobe = what
    elif kind == "prop_gained":
        book.props.append(what)
    elif kind == "prop_lost":
        book.props.remove(what)
    elif kind == "healing":
        book.injuries = [i for i in book.injuries if i[0] == "scar" or (what != "all" and i[:2] != (what, where))]
    else:
        book.injuries = [i for i in book.injuries if i[:2] != (what, where)]
        book.injuries.append(
            (what, where, {"injury": "", "injury+bandaged": "bandaged ", "injury+grave": "deep "}[kind])
        )


def scenes(episode: int, seconds: float = 4) -> list[dict[str, Any]]:
    """An episode as a JSON scene list. Both are in every scene, in a picture that shows both."""
    told = []
    for scene in range(1, SCENES + 1):
        changes = [_change(c) for c in CHANGES if c[:2] == (episode, scene)]
        told.append(
            {
                "scene_id": f"e{episode}s{scene}",
                "description": f"Ava and Kairo go on, part {scene}.",
                "characters": list(CAST),
                "duration_sec": seconds,
                "camera": "two-shot",
                "mood": "calm",
                "location": "the living room",
                "changes": changes or [{"kind": "mood", "character": "ava", "what": "calm"}],
                "hours_later": HOURS.get((episode, scene), 0),
            }
        )
    return told


def _change(change: tuple[int, int, str, str, str, str]) -> dict[str, Any]:
    _, _, who, kind, what, where = change
    kind, _, how = kind.partition("+")
    return {"kind": kind, "character": who, "what": what, "where": where} | ({how: True} if how else {})


def write(folder: Path, episode: int) -> Path:
    file = folder / f"episode-{episode}.json"
    file.write_text(json.dumps(scenes(episode)))
    return file
