"""The embedded script engine: a beat planner that needs no key and no network.

A story prompt becomes a premise (``premise.py``), the asked length an outline of beats (``outline.py``), and each beat
is told by one of its templates (``beats.yaml``, ``prose.py``) with the cast in its roles: A leads, B knows more than
they say, C doubts, D comes late; H is whoever gets hurt. The same order gives the same script.
A story of a page, which tells what happens itself, is not planned but retold (``retelling.py``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engines.script import StoryOrder, check_order, lexicon
from engines.script.beats.outline import chosen_beats, scene_count, settings, times, weathers
from engines.script.beats.premise import Premise, describe, opening_sentence, premise, sentence_about
from engines.script.beats.prose import Voice, fill, people
from engines.script.beats.retelling import is_page, retold
from engines.script.beats.tables import GENRES
from engines.script.pace import LONGEST, SHORTEST, share_out, speaking_time, words
from engines.script.reading import felt
from events.script import NARRATOR, Change, ChangeKind, Line, Mood, Scene, Script

ROLES = "ABCD"


@dataclass(frozen=True)
class Draft:
    """A told beat before it has a length. ``optional`` are the lines that may go, by their position, and whether they
    are the story's own words."""

    beat: Mapping[str, Any]
    action: str
    camera: str
    cast: tuple[str, ...]
    lines: tuple[Line, ...]
    optional: Mapping[int, bool]
    changes: tuple[Change, ...]
    setting: str

    @property
    def seconds(self) -> float:
        """What its lines take to say."""
        return speaking_time([line.text for line in self.lines])


class BeatPlanner:
    """A ``ScriptEngine`` that plans and writes by rule. Films of 8 s and more; raises ``BadScript``."""

    name = "beats"

    def write(self, order: StoryOrder) -> Script:
        """The script of an order. Raises ``BadScript`` for a story without words, no cast, or less than 8 s."""
        check_order(order)
        about = premise(order.story, order.cast)
        if is_page(order):
            return retold(order, order.title or about.title)
        told, drafts = _told(about, order)
        return Script(
            title=order.title or about.title,
            logline=told.logline(),
            scenes=tuple(_scenes(drafts, about, order)),
        )


def _told(about: Premise, order: StoryOrder) -> tuple[Telling, list[Draft]]:
    """The story in as many scenes as its dialogue leaves room for: rather a beat less than an answer without
    its question."""
    most = scene_count(order.seconds)
    for count in range(most, 0, -1):
        beats = chosen_beats(count)
        told = Telling(about, order, beats)
        drafts = _without_extras([told.tell(beat) for beat in beats], order.seconds)
        if _demand(drafts, order.seconds) <= order.seconds or order.seconds > LONGEST * (count - 1):
            break
    return told, _shortened(drafts, order.seconds)


def _fingerprint(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


class Telling:
    """One run of the planner through one story: who plays which role, and what was used already."""

    def __init__(self, about: Premise, order: StoryOrder, beats: Sequence[Mapping[str, Any]]) -> None:
        genre = GENRES[about.genre]
        self.order = order
        self.rng = rng = np.random.default_rng([order.seed, _fingerprint(order.story)])
        self.cast = cast = people(order.cast)
        self.voice = Voice(rng)
        self.roles = {**dict(zip(ROLES, cast, strict=False)), "H": cast[min(2, len(cast) - 1)]}
        self.places = settings(about, genre["places"], beats, rng)
        self.slots = {**describe(about), **self._picked(genre), **self._of_cast()}
        self.own = {key: _mine(self.slots[key]) for key in ("goal", "deadline", "stake")}
        self.own["figure"] = about.figure.replace(f"{cast[0].name}'s", "my")
        self.told: set[str] = set()
        self.spoken: set[str] = set()

    def _picked(self, genre: Mapping[str, Any]) -> dict[str, str]:
        """One of each of the genre's sentences, garments, tools and injuries."""
        words_of = {key: self._one_of(options) for key, options in genre["words"].items()}
        words_of["nearer"] = next(other for other in genre["words"]["near"] if other != words_of["near"])
        garment = self._one_of(genre["garments"])
        opening = opening_sentence(self.order.story)
        return {
            **words_of,
            **({"opening": opening} if opening else {}),
            "garment": garment,
            "coat": garment.split()[-1],
            "tool": self._one_of(genre["tools"]),
            **self._one_of(genre["injuries"]),
        }

    def _of_cast(self) -> dict[str, str]:
        """What is said of the cast: who they are together, and what the story says of B and C."""
        first, *others = self.cast
        old_hand = others and others[0].attitude == "wise" and first.attitude == "eager"
        return {
            "company": _listed([person.name for person in self.cast[:3]]),
            "child": "child" if old_hand else first.name,
            **{f"about_{role}": sentence_about(self.order.story, person.name) for role, person in self.roles.items()},
        }

    def _one_of(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def logline(self) -> str:
        goal = fill("{company} must {goal}, {deadline}", self.roles, self.slots, self.voice)
        return f"{goal}."

    def tell(self, beat: Mapping[str, Any]) -> Draft:
        """Tell one beat by one of the templates that this cast can play."""
        playable = [telling for telling in beat["tellings"] if self._playable(telling["cast"])]
        fullest = max(len(telling["cast"]) for telling in playable)
        fewest = fullest if beat.get("everybody") else min(fullest, 2)
        best = [telling for telling in playable if len(telling["cast"]) >= fewest]
        telling = self._one_of(best)
        setting = self.places[beat["where"]]
        self.slots |= {"at": setting, "into": _into(setting)}
        called_for = [entry for entry in telling["lines"] if self._called_for(entry)]
        written = [(entry, self._line(entry)) for entry in called_for]
        lines = [(entry, line) for entry, line in written if line.text not in self.spoken]
        self.spoken |= {line.text for _, line in lines}
        draft = Draft(
            beat=beat,
            action=self._fill(telling["action"]),
            camera=str(telling.get("camera") or beat["camera"]),
            cast=tuple(dict.fromkeys(self.roles[role].slug for role in telling["cast"])),
            lines=tuple(line for _, line in lines),
            optional={i: "given" in entry for i, (entry, _) in enumerate(lines) if _role(entry).endswith("+")},
            changes=tuple(self._change(change) for change in telling.get("changes", beat.get("changes", ()))),
            setting=setting.split(" ", 1)[1],
        )
        self.told.add(beat["beat"])
        return draft

    def _playable(self, roles: Sequence[str]) -> bool:
        if any(role not in self.roles for role in roles):
            return False
        return len({self.roles[role].slug for role in roles}) == len(roles)

    def _called_for(self, entry: Mapping[str, Any]) -> bool:
        """A line that looks back needs the beat it looks back to; one that quotes needs the quotation."""
        return entry.get("after", "") in ("", *self.told) and self.slots.get(entry.get("given", "company"), "") != ""

    def _fill(self, template: str) -> str:
        return fill(template, self.roles, self.slots, self.voice)

    def _line(self, entry: Mapping[str, Any]) -> Line:
        role = _role(entry)
        slots = self.slots if role[0] != "A" else {**self.slots, **self.own}
        speaker = NARRATOR if role[0] == "N" else self.roles[role[0]].slug
        return Line(speaker=speaker, text=fill(entry[role], self.roles, slots, self.voice))

    def _change(self, change: Mapping[str, Any]) -> Change:
        what = self._fill_plain(change["what"])
        return Change(
            kind=ChangeKind(change["kind"]),
            character=self.roles[change["who"]].slug,
            what=what,
            where=self._fill_plain(change.get("where", "")),
            colour=lexicon.colour(what) if change["kind"] == "wardrobe" else "",
            bandaged=change.get("bandaged", False),
        )

    def _fill_plain(self, template: str) -> str:
        """Words for a record rather than for a sentence: no article, no capital."""
        text = self._fill(template)
        text = text[:1].lower() + text[1:]
        return text.removeprefix("the ").removeprefix("a ").removeprefix("an ")


def _role(entry: Mapping[str, Any]) -> str:
    """The key of a line that says who speaks: N, A, B, C, D or H, with a + for a line that may go."""
    return next(key for key in entry if key[0].isupper())


def _mine(words_of_prompt: str) -> str:
    """How the lead says it: "find her brother" is "find my brother", "their house" is "our house"."""
    return re.sub(r"\btheir\b", "our", re.sub(r"\b(?:her|his)\b", "my", words_of_prompt))


def _into(setting: str) -> str:
    preposition, where = setting.split(" ", 1)
    return f"{ {'in': 'into', 'on': 'out onto', 'at': 'up to'}[preposition] } {where}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _demand(drafts: Sequence[Draft], seconds: float) -> float:
    """Seconds that the drafts ask for, none less than the shortest scene of such a film."""
    floor = min(SHORTEST, seconds / len(drafts))
    return sum(max(floor, draft.seconds) for draft in drafts)


def _without_extras(drafts: list[Draft], seconds: float) -> list[Draft]:
    """Drop optional lines until every scene and the film have room for the rest, or none are left: the story's own
    words last, and of the others the last one of the fullest scene first."""
    longest = max(LONGEST, seconds / len(drafts))
    while True:
        full = [i for i, draft in enumerate(drafts) if draft.seconds > longest and draft.optional]
        within = full or range(len(drafts) if _demand(drafts, seconds) > seconds else 0)
        extras = [(prized, i, line) for i in within for line, prized in drafts[i].optional.items()]
        if not extras:
            return drafts
        _, i, line = min(extras, key=lambda extra: (extra[0], -drafts[extra[1]].seconds, -extra[2]))
        drafts[i] = _without(drafts[i], line)


def _shortened(drafts: list[Draft], seconds: float) -> list[Draft]:
    """What is still too long, as in a film of very few seconds, loses its longest lines."""
    longest = LONGEST if len(drafts) > 1 else seconds
    while any(draft.seconds > longest for draft in drafts) or _demand(drafts, seconds) > seconds + 0.01:
        fullest = max(range(len(drafts)), key=lambda i: drafts[i].seconds)
        lines = drafts[fullest].lines
        drafts[fullest] = _without(drafts[fullest], max(range(len(lines)), key=lambda i: words(lines[i].text)))
    return drafts


def _without(draft: Draft, gone: int) -> Draft:
    """The draft without its line at this position."""
    kept = [i for i in range(len(draft.lines)) if i != gone]
    optional = {kept.index(i): prized for i, prized in draft.optional.items() if i != gone}
    return replace(draft, lines=tuple(draft.lines[i] for i in kept), optional=optional)


def _scenes(drafts: Sequence[Draft], about: Premise, order: StoryOrder) -> list[Scene]:
    lengths = share_out(order.seconds, [draft.seconds for draft in drafts])
    beats = [draft.beat for draft in drafts]
    hours = times(beats, order.story)
    skies = weathers(beats, GENRES[about.genre]["weather"])
    scenes: list[Scene] = []
    known: dict[tuple[str, ChangeKind], str] = {}
    for number, (draft, seconds, time, weather) in enumerate(zip(drafts, lengths, hours, skies, strict=True), start=1):
        scenes.append(
            Scene(
                number=number,
                scene_id=f"{number:02d}-{draft.beat['beat']}",
                description=draft.action,
                characters=draft.cast,
                seconds=seconds,
                location=draft.setting,
                place=lexicon.place(draft.setting),
                time=time,
                weather=weather,
                mood=Mood(draft.beat["mood"]),
                camera=draft.camera,
                lines=draft.lines,
                changes=(*draft.changes, *felt(draft.cast, draft.setting, Mood(draft.beat["mood"]), known)),
            )
        )
    return scenes
