"""English words to the phonemes that Kokoro was trained on, without any GPL dictionary or speaker.

A word is looked up in misaki's dictionaries (Apache-2.0; its JSON files only), then as a form of a known
word, then as two known words, and at last spelled out by ``spelling``. The alphabet and the rules for
endings are misaki's: one letter per sound, stress marks before the vowel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from engines.speech.spelling import sounds
from engines.speech.words import spoken
from engines.wheels import wheel_file

Entry = str | dict[str, str | None]

PUNCTUATION = ".,!?;:—…"
PRIMARY, SECONDARY = "ˈ", "ˌ"
SPOKEN_VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻɐ")
FLAP_AFTER = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
"""A t between one of these and an ending is a flap in American English ("waiting")."""

SYMBOLS = {
    "us": (
        "AA:ɑ AE:æ AH:ʌ AO:ɔ AW:W AY:I B:b CH:ʧ D:d DH:ð EH:ɛ ER:ɜɹ EY:A F:f G:ɡ HH:h IH:ɪ IY:i JH:ʤ K:k L:l M:m N:n "
        "NG:ŋ OW:O OY:Y P:p R:ɹ S:s SH:ʃ T:t TH:θ UH:ʊ UW:u V:v W:w Y:j Z:z ZH:ʒ"
    ),
    "gb": (
        "AA:ɑː AE:a AH:ʌ AO:ɔː AW:W AY:I B:b CH:ʧ D:d DH:ð EH:ɛ ER:ɜː EY:A F:f G:ɡ HH:h IH:ɪ IY:iː JH:ʤ K:k L:l M:m "
        "N:n NG:ŋ OW:Q OY:Y P:p R:ɹ S:s SH:ʃ T:t TH:θ UH:ʊ UW:uː V:v W:w Y:j Z:z ZH:ʒ"
    ),
}
WEAK = {"us": {"AH0": "ə", "ER0": "əɹ"}, "gb": {"AH0": "ə", "ER0": "ə", "IY0": "i", "UW0": "u"}}

DETERMINERS = frozenset(
    "a an the my your his her its our their this these those some any no every each another first last next".split()
)
OBJECTS = DETERMINERS | frozenset("it them him me us that you everything nothing what".split())
BEFORE_VERB = frozenset(
    "to will would can could shall should may might must i you we they who let's please don't didn't doesn't won't "
    "can't couldn't wouldn't shouldn't never always i'll you'll we'll they'll he'll she'll it'll i'd you'd we'd".split()
)
BEFORE_PARTICIPLE = frozenset(
    "have has had i've you've we've they've hadn't haven't hasn't was were been being is are be he she it".split()
)
LETTERS_ALWAYS = frozenset("AI EU ID PA TV UK UN US".split())
PREFIXES = {"un": "ʌn", "re": "ɹi", "non": "nɑn", "over": "Ovəɹ", "out": "Wt", "under": "ʌndəɹ", "mis": "mɪs"}
SUFFIXES = {"ly": "li", "ness": "nəs", "less": "ləs", "ful": "fᵊl", "er": "əɹ", "est": "əst", "y": "i", "ish": "ɪʃ"}


def phonemes(text: str, accent: str) -> str:
    """The text as Kokoro's phonemes with its punctuation; ``accent`` is "us" or "gb"."""
    return _lexicon(accent).say(text)


@cache
def _lexicon(accent: str) -> Lexicon:
    return Lexicon(accent)


class Lexicon:
    """The dictionaries of one accent and the rules around them."""

    def __init__(self, accent: str) -> None:
        self.accent = accent
        written: dict[str, Entry] = {}
        for grade in ("silver", "gold"):
            written |= json.loads(wheel_file("misaki", f"data/{accent}_{grade}.json").read_text(encoding="utf-8"))
        self.letters = {letter: str(written[letter]) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
        self.entries = {word.lower(): entry for word, entry in written.items()}
        self.entries |= {word: entry for word, entry in written.items() if word.islower()}

    def say(self, text: str) -> str:
        tokens = re.findall(rf"[A-Za-z]+(?:'[A-Za-z]+)*'?|[{PUNCTUATION}]", spoken(text))
        said: list[str] = []
        for at in reversed(range(len(tokens))):
            token = tokens[at]
            following = said[-1] if said else "."
            said.append(token if token in PUNCTUATION else self._in_place(tokens, at, following))
        joined = " ".join(reversed(said)).replace("ɾ", "T").replace("ʔ", "t")
        return re.sub(r" +(?=[.,!?;:…])", "", joined)

    def _in_place(self, tokens: list[str], at: int, following: str) -> str:
        """One word among its neighbours; ``following`` is how the next token is said."""
        word = tokens[at].lower()
        before_vowel = following.lstrip(PRIMARY + SECONDARY)[:1] in SPOKEN_VOWELS
        if word in ("the", "to", "a", "an") and following not in PUNCTUATION:
            weak = {"the": ("ðə", "ði"), "to": ("tə", "tʊ"), "a": ("ɐ", "ɐ"), "an": ("ɐn", "ɐn")}
            return weak[word][before_vowel]
        if word == "used" and tokens[at + 1 : at + 2] == ["to"]:
            return "jˈust" if self.accent == "us" else "jˈuːst"
        if word == "i":
            return f"{SECONDARY}I"
        return self.word(tokens[at], _parts_of_speech(tokens, at))

    def word(self, word: str, parts: Sequence[str] = ()) -> str:
        """One word, however little is known of it."""
        if word.isupper() and len(word) > 1 and self._is_initials(word):
            return self._letters(word)
        lower = word.lower()
        if lower.endswith("in'") and (said := self.word(f"{lower[:-1]}g", parts)).endswith("ŋ"):
            return f"{said[:-1]}n"
        lower = lower.rstrip("'")
        known = self._known(lower, parts) or self._form(lower, parts) or self._compound(lower)
        return known or self._spelled(lower)

    def _known(self, word: str, parts: Sequence[str] = ()) -> str | None:
        names = _names()
        if word in names:
            return self._from_sounds(names[word])
        entry = self.entries.get(word)
        if isinstance(entry, dict):
            return next((said for part in parts if (said := entry.get(part))), entry["DEFAULT"])
        return entry

    def _form(self, word: str, parts: Sequence[str] = ()) -> str | None:
        """A known word with an ending or a beginning."""
        for stem, ending in _stems(word):
            said = self._known(stem, parts) or (self._form(stem) if len(stem) > 4 and ending != "'s" else None)
            if said is None and ending == "'s":
                said = self._spelled(stem)
            if said:
                return self._with_ending(said, ending)
        for prefix, sound in PREFIXES.items():
            rest = word.removeprefix(prefix)
            said = self._known(rest) or self._form(rest) if rest != word and len(rest) > 3 else None
            if said:
                return _unstressed(sound, SECONDARY) + said
        return None

    def _with_ending(self, stem: str, ending: str) -> str:
        weak_i = "ɪ" if self.accent == "gb" else "ᵻ"
        if ending in ("s", "'s"):
            if stem[-1] in "szʃʒʧʤ":
                return f"{stem}{weak_i}z"
            return stem + ("s" if stem[-1] in "ptkfθ" else "z")
        if ending == "ed":
            if stem[-1] in "td":
                return f"{self._flapped(stem)}{weak_i}d"
            return stem + ("t" if stem[-1] in "pkfθʃsʧ" else "d")
        if ending == "ing":
            return f"{self._flapped(stem)}ɪŋ"
        sound = SUFFIXES[ending]
        if self.accent == "gb":
            sound = sound.replace("əɹ", "ə")
        return (self._flapped(stem) if ending in ("er", "est", "y") else stem) + sound

    def _flapped(self, stem: str) -> str:
        flaps = self.accent == "us" and len(stem) > 1 and stem[-1] == "t" and stem[-2] in FLAP_AFTER
        return stem[:-1] + "ɾ" if flaps else stem

    def _compound(self, word: str) -> str | None:
        """Two known words written as one ("moonbase"); the longest first part wins."""
        for cut in range(len(word) - 3, 2, -1):
            first, second = self._known(word[:cut]), self._known(word[cut:]) or self._form(word[cut:])
            if first and second:
                return first + second.replace(SECONDARY, "").replace(PRIMARY, SECONDARY)
        return None

    def _is_initials(self, word: str) -> bool:
        if word in LETTERS_ALWAYS:
            return True
        known = self._known(word.lower()) or self._form(word.lower())
        return not known and (len(word) <= 4 or not set(word) & set("AEIOUY"))

    def _letters(self, word: str) -> str:
        """Letter by letter, the stress on the last."""
        said = [self.letters[letter] for letter in word if letter.isalpha()]
        return "".join([*(_unstressed(letter, SECONDARY) for letter in said[:-1]), said[-1]])

    def _spelled(self, word: str) -> str:
        letters = re.sub("[^a-z]", "", word)
        if len(letters) == 1:
            return self._letters(letters.upper())
        return self._from_sounds(sounds(letters)) if letters else ""

    def _from_sounds(self, arpabet: tuple[str, ...]) -> str:
        """ARPAbet to this accent; British drops an r that no vowel follows."""
        symbols = _symbols(self.accent)
        said = ""
        for at, sound in enumerate(arpabet):
            follower = arpabet[at + 1] if at + 1 < len(arpabet) else ""
            if self.accent == "gb" and sound == "R" and not follower[-1:].isdigit():
                continue
            stress = {"1": PRIMARY, "2": SECONDARY}.get(sound[-1], "")
            said += stress + (WEAK[self.accent].get(sound) or symbols[sound.rstrip("012")])
        return said if PRIMARY in said else _stress_first_vowel(said)


def _parts_of_speech(tokens: list[str], at: int) -> tuple[str, ...]:
    """Guesses from the neighbours, good enough for the words that sound different as noun and verb: the
    parts of speech of misaki's dictionaries, the likeliest first, "None" at the end of a clause."""
    before = tokens[at - 1] if at else "."
    after = tokens[at + 1].lower() if at + 1 < len(tokens) else "."
    last = ("None",) if after in PUNCTUATION else ()
    return (*_guess(tokens[at].lower(), before, after), *last)


def _guess(word: str, before: str, after: str) -> tuple[str, ...]:
    if word in ("close", "closer") and before.lower() not in BEFORE_VERB and after not in OBJECTS:
        return ()
    if before.lower() in DETERMINERS:
        return ("NOUN",)
    if before.lower() in BEFORE_VERB:
        return ("VERB",)
    if before.lower() in BEFORE_PARTICIPLE:
        return ("VERB",) if word.endswith("s") else ("VBN",)
    after_a_name = before[:1].isupper() and word.endswith("s")
    return ("VERB",) if after_a_name or after in OBJECTS else ()


def _stems(word: str) -> Iterator[tuple[str, str]]:
    """What a word may be an inflected form of, with the ending: "stopped" is ("stop", "ed")."""
    for ending in ("'s", "s", "ed", "ing", *SUFFIXES):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        yield stem, ending
        if ending == "s" and stem.endswith("ie"):
            yield f"{stem[:-2]}y", ending
        elif ending == "s" and stem.endswith("e"):
            yield stem[:-1], ending
        elif ending not in ("'s", "s"):
            if stem.endswith("i"):
                yield f"{stem[:-1]}y", ending
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1], ending
            yield f"{stem}e", ending


@cache
def _names() -> dict[str, tuple[str, ...]]:
    lines = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines if line and not line.startswith(";"))
    return {name.lower(): tuple(spelt) for name, *spelt in entries}


@cache
def _symbols(accent: str) -> dict[str, str]:
    return dict(pair.split(":", 1) for pair in SYMBOLS[accent].split())


def _unstressed(said: str, stress: str = "") -> str:
    return said.replace(PRIMARY, stress)


def _stress_first_vowel(said: str) -> str:
    at = next((i for i, sound in enumerate(said) if sound in SPOKEN_VOWELS), None)
    return said if at is None else said[:at] + PRIMARY + said[at:]
