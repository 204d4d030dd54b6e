"""Those of a scene who are, or may become, each other's companions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene, Sentence
from engines.analyst.language.sayings import clause
from engines.analyst.language.words import listed, table
from events.script import ChangeKind

WORDS = table("company")
OF_PEOPLE = set(listed(WORDS["of_people"]))
WORD = re.compile(r"\w+")
SEVERAL = {"two", "three", "four", "pair", "couple", "trio", "friend", "companion", "traveller", "partner", "other"}
Sides = tuple[Slugs, Slugs]
"""Each of the first with each of the second; all of the first with each other where there are no second."""


class Party:
    """``pairs`` are the companions as far as the scene is told, ``apart`` those who had lost each other before it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.so_far: Slugs = ()
        self.told = ""
        """The text up to here."""
        named = tuple(dict.fromkeys(slug for sentence in scene.sentences for slug in sentence.everybody))
        spoken_of = (
            slug for slug, person in scene.cast.items() if {*person.name.split()} & {*WORD.findall(scene.text)}
        )
        self.everybody: Slugs = tuple(dict.fromkeys((*named, *spoken_of)))
        """Whoever is named in the scene, be it aloud."""
        self.pairs: set[tuple[str, str]] = set()
        self.apart: set[tuple[str, str]] = set()
        self.offer: Slugs = ()
        """Whoever has offered to go with the others, or asked them to."""
        for change in scene.known:
            pair = (change.character, change.what)
            if change.kind == ChangeKind.COMPANION_GAINED:
                self.pairs.add(pair)
                self.apart.discard(pair)
            elif change.kind == ChangeKind.COMPANION_LOST:
                self.pairs.discard(pair)
                self.apart.add(pair)

    def hears(self, sentence: Sentence) -> None:
        self.so_far = tuple(dict.fromkeys((*self.so_far, *sentence.everybody)))
        self.told += f"{sentence.span.text} "

    def whole(self, *some: Slugs) -> Slugs:
        """The smallest group that is one: some of these, those of the story so far, everybody."""
        return next((group for group in (*some, self.so_far) if len(group) > 1), self.everybody)

    def friends(self, some: Slugs) -> Slugs:
        """The companions of some, as far as they are known, else all others of the scene so far."""
        known = [other for one, other in self.pairs if one in some and other not in some]
        so_far = tuple(who for who in self.so_far if who not in some)
        return tuple(dict.fromkeys(known)) or so_far or tuple(who for who in self.everybody if who not in some)

    def of(self, tokens: Sequence[Token]) -> Slugs:
        """Those whom these words mean; "the two" are all so far, "her side" is she."""
        return tuple(dict.fromkeys(slug for token in tokens for slug in self._one(token)))

    def _one(self, token: Token) -> Iterator[str]:
        yield from self.scene.who(token)
        if token.lemma_.lower() in OF_PEOPLE:
            yield from (slug for child in token.children if child.dep_ == "poss" for slug in self.scene.who(child))
        if token.lower_ == "each" and token.dep_ == "nsubj":
            yield from self.whole()
        if token.lemma_.lower() in SEVERAL and not self.scene.who(token):
            counted = [child for child in token.children if child.lower_ == "of"]
            named = [slug for child in counted for end in child.children for slug in self.scene.who(end)]
            both = any(child.lower_ in ("the", "both", "these", "those") for child in token.children)
            yield from named or (self.whole() if both else ())

    def doers(self, deed: Deed) -> Slugs:
        """Whoever does it, else those to whom somebody without a name does it."""
        return self.of(deed.doers) or self.of(deed.things)

    def others(self, deed: Deed) -> Slugs:
        """All others whom the clause names, not as owners of something nor after "without"."""
        named = [token for token in clause(deed.verb) if token.dep_ != "poss" and token.head.lower_ != "without"]
        return tuple(who for who in self.of(named) if who not in self.doers(deed))

    def with_someone(self, deed: Deed, *prepositions: str) -> Slugs:
        return tuple(who for who in self.of(deed.with_words(*prepositions)) if who not in self.doers(deed))
