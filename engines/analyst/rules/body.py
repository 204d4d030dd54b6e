"""The parts of the body that a scene speaks of, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS
from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.language.words import listed, singular, table

WORDS = table("body")
PARTS = set(listed(WORDS["parts"]))
SIDES = set(listed(WORDS["sides"]))
LIMBS = {limb: set(listed(parts)) for limb, parts in WORDS["limbs"].items()}
NOUNS = {"NOUN", "PROPN", "ADJ", "ADV", "VERB", "X"}


@dataclass(frozen=True)
class Spot:
    """A part of a body as it is named; ``sure`` where the text itself says whose it is."""

    token: Token
    who: Slugs
    part: str
    sure: bool

    @property
    def head(self) -> str:
        return head(self.part)


def head(part: str) -> str:
    """ "left fingers" is a finger."""
    return singular(part.split()[-1]) if part else ""


def near(one: str, other: str) -> bool:
    """Whether two parts may be the same, or one lies on the other; nothing is said of a part without a name."""
    a, b = head(one), head(other)
    sides = {"left", "right"} & {*one.split()} ^ {"left", "right"} & {*other.split()}
    return not a or not b or (a == b and len(sides) < 2) or b in LIMBS.get(a, ()) or a in LIMBS.get(b, ())


def spots(scene: Scene) -> dict[int, Spot]:
    """Every part that the scene speaks of, by the number of its word."""
    found: dict[int, Spot] = {}
    owners: dict[str, Slugs] = {head(change.where): (change.character,) for change in scene.known if change.where}
    for token in scene.doc:
        if name := part_of(token):
            own = possessors(token, scene)
            who = own if own or _of_a_stranger(token, scene) else bearers(token, scene, owners.get(head(name), ()))
            found[token.i] = Spot(token, who, name, bool(own))
            owners |= {head(name): who} if who else {}
    return found


def _of_a_stranger(token: Token, scene: Scene) -> bool:
    """ "The guard's knee"."""
    owners = [child for child in token.children if child.dep_ == "poss" and child.pos_ in ("NOUN", "PROPN")]
    return any(not scene.who(owner) for owner in owners)


def first(found: Mapping[int, Spot], tokens: Iterable[Token]) -> Spot | None:
    """The first of these words that names a part."""
    return next((found[token.i] for token in tokens if token.i in found), None)


def part_of(token: Token) -> str:
    """The part that a word names, with left and right; "" for the side of a road and the arm of a chair."""
    words = _spelled(token)
    if not words or _paired(token) or (token.pos_ not in NOUNS) or _of_a_thing(token):
        return ""
    first = token.i - len(words.split()) + 1
    while first > token.sent.start and token.doc[first - 1].lower_ in SIDES:
        first -= 1
    return token.doc[first : token.i + 1].text.lower()


def _spelled(token: Token) -> str:
    word = singular(token.lower_) if token.lemma_.lower() not in PARTS else token.lemma_.lower()
    pair = f"{token.nbor(-1).lower_} {word}" if token.i else ""
    if pair in PARTS:
        return pair
    adverb = token.pos_ in ("ADV", "VERB") and not any(child.dep_ == "poss" for child in token.children)
    modifier = token.dep_ == "compound" and part_of(token.head) if token.head.i == token.i + 1 else False
    return word if word in PARTS and not adverb and not modifier else ""


def _paired(token: Token) -> bool:
    """ "Side by side", "hand over hand", "from head to heel"."""
    whole = token.doc[max(token.i - 2, 0) : token.i + 3].text.lower()
    if any(f"head to {end}" in whole for end in ("foot", "toe", "heel", "tail")):
        return True
    return any(0 <= at < len(token.doc) and token.doc[at].lower_ == token.lower_ for at in (token.i - 2, token.i + 2))


def _of_a_thing(token: Token) -> bool:
    ends = [end for child in token.children if child.lower_ == "of" for end in child.children if end.dep_ == "pobj"]
    return any(not _spelled(end) and end.pos_ == "NOUN"
               for end in ends)  # fmt: skip


def possessors(token: Token, scene: Scene) -> Slugs:
    """Those whose a thing is by its own words: "Ava's", "her", "whose", "of Ava"."""
    for child in token.children:
        if child.dep_ in ("poss", "nmod") and (who := scene.who(child) or _antecedent(child, scene)):
            return who
        if child.lower_ == "of":
            for end in child.children:
                if who := scene.who(end) or possessors(end, scene):
                    return who
    if token.dep_ == "conj" and not any(child.dep_ in ("det", "poss") for child in token.children):
        return possessors(token.head, scene)
    return ()


def _antecedent(word: Token, scene: Scene) -> Slugs:
    clause = next((token for token in word.ancestors if token.dep_ == "relcl"), None)
    return scene.who(clause.head) if word.lower_ == "whose" and clause is not None else ()


def bearers(token: Token, scene: Scene, before: Slugs = ()) -> Slugs:
    """Those to whom something happens where the text does not say whose it is: whom the verb is done to, ``before``,
    who does it, who was last spoken of."""
    verbs = [Deed(verb, scene.who) for verb in above(token)]
    if token.head.lower_ == "with" and (who := scene.who(token.head.head)):
        return who
    done_to = next((deed.people([*deed.things, *deed.receivers]) for deed in verbs[:1]), ())
    doers = next((who for deed in verbs if (who := deed.people(deed.doers) or deed.people(deed.things))), ())
    return done_to or before or doers or last_named(token, scene)


def above(token: Token) -> Iterator[Token]:
    """The verbs that a word hangs on, the nearest first."""
    return (verb for verb in (token, *token.ancestors) if verb.pos_ in VERBS and verb.dep_ not in ("aux", "amod"))


def last_named(token: Token, scene: Scene) -> Slugs:
    """Or who is named next in the sentence: "One knee is skinned, and Ava limps"."""
    earlier = [number for number in scene.people if number < token.i]
    later = [number for number in scene.people if token.i < number < token.sent.end]
    return scene.people[max(earlier) if earlier else min(later)][:1] if earlier or later else ()
