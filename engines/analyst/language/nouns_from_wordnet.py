"""Makes ``nouns.txt`` from the noun files of WordNet 3.0 (Debian: ``wordnet-base``, in /usr/share/wordnet):

python -m engines.analyst.language.nouns_from_wordnet /usr/share/wordnet
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SHA256 = {
    "data.noun": "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2",
    "index.noun": "a490d99d93d017bf4822fe2f0ffa51fd73911ce271dc7535fade21f8814b5a04",
}
TABLE = Path(__file__).parent.parent / "tables" / "nouns.txt"
SENSES = 4
"""So many senses of a word count, the commonest first: WordNet orders them by how often its makers met them."""
ANCHORS = {
    "vehicle": "vehicle conveyance",
    "furniture": "furniture furnishing bedclothes",
    "garment": "clothing garment footwear headdress footgear attire outfit",
    "fixture": "structural_member movable_barrier framework protective_covering opening stairway step panel access "
    "fixture hearth",
    "place": "structure way facility location geological_formation body_of_water land platform tract mountain "
    "water_system excavation settlement vegetation",
    "thing": "document writing writing_paper letter currency coin award jewelry gem natural_object medium_of_exchange "
    "publication certificate ticket picture representation instrumentality creation commodity decoration whole",
    "substance": "fabric material paper",
}
"""A sense is of the sort of the nearest of these that stands above it."""
FILES = {5: "animal", 8: "body", 13: "food", 15: "place", 18: "person", 20: "plant", 27: "substance", 28: "time"}
"""The sorts of WordNet's own files of nouns, for senses below no anchor."""
ABOUT = "The sorts of each noun's commonest senses in WordNet 3.0, made by nouns_from_wordnet.py."
THINGLIKE = {3, 6, 10, 14, 15, 17, 20, 21}
"""The files of objects, artefacts, groups, places, plants, possessions and messages; elsewhere it is another word."""
KEPT_WHEN_RARE = {"place", "thing", "garment", "furniture", "vehicle", "fixture", "body", "person"}


@dataclass(frozen=True)
class Sense:
    file: int
    word: str
    above: str | None


def senses(folder: Path) -> dict[str, Sense]:
    found = {}
    for line in _lines(folder / "data.noun"):
        fields = line.split(" | ")[0].split()
        pointers = 4 + 2 * int(fields[3], 16)
        above = [
            fields[at + 1]
            for at in range(pointers + 1, pointers + 1 + 4 * int(fields[pointers]), 4)
            if fields[at] in ("@", "@i")
        ]
        found[fields[0]] = Sense(int(fields[1]), fields[4], above[0] if above else None)
    return found


def sort_of(sense: Sense, known: dict[str, Sense]) -> str:
    anchors = {word: sort for sort, words in ANCHORS.items() for word in words.split()}
    at: Sense | None = sense
    own = FILES.get(sense.file)
    if own and own != "place":
        return own
    while at is not None:
        if at.word in anchors and at.file in THINGLIKE:
            return anchors[at.word]
        at = known[at.above] if at.above else None
    return own or "abstract"


def sorts(folder: Path) -> dict[str, tuple[str, ...]]:
    """The sorts of each noun of one word."""
    known = senses(folder)
    found = {}
    for line in _lines(folder / "index.noun"):
        fields = line.split()
        word, at = fields[0], 6 + int(fields[3])
        own = [known[offset] for offset in fields[at : at + SENSES]]
        several = tuple(dict.fromkeys(sort_of(sense, known) for sense in own))
        common = int(fields[at - 1]) > 0
        if word.isalpha() and len(word) > 2 and (common or KEPT_WHEN_RARE & {*several}):
            found[word] = several
    return found


def _lines(file: Path, licence: bool = False) -> list[str]:
    """The lines of a file of WordNet: its nouns, or the licence that it begins with."""
    lines = file.read_text(encoding="ascii").splitlines()
    return [line for line in lines if line.startswith("  ") == licence]


def _head(folder: Path) -> str:
    told = [line.split(maxsplit=1)[1:] for line in _lines(folder / "data.noun", licence=True)]
    return "".join(f"# {' '.join(words)}".rstrip() + "\n" for words in [[ABOUT], [], *told])


def main(folder: str) -> None:
    for name, digest in SHA256.items():
        if hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{folder}/{name} is not that of WordNet 3.0.")
    grouped = defaultdict(list)
    for word, several in sorts(Path(folder)).items():
        grouped[" ".join(several)].append(word)
    TABLE.write_text(
        _head(Path(folder)) + "".join(f"{key}: {' '.join(words)}\n" for key, words in sorted(grouped.items()))
    )


if __name__ == "__main__":
    main(sys.argv[1])
