"""Of whom or what a word is said: "soaked" in "Ava is soaked", "Soaked, she runs", "her soaked coat"."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS, listed_with
from engines.analyst.language.coreference import Who
from engines.analyst.language.deeds import Deed
from engines.analyst.language.happening import WORDS

DENYING = WORDS["denying"] | {"no"}
WITHOUT = WORDS["without"]
OF_THE_OBJECT = ("oprd", "ccomp", "xcomp")
WITHIN = ("conj", "prep", "agent", "advmod", "npadvmod", "pobj", "pcomp", "amod", "dep", "attr", "acomp", "dative")


def said_of(word: Token, who: Who) -> tuple[Token, ...]:
    """The words for those of whom a participle, an adjective or a phrase is said, a phrase by its preposition; ()
    where nothing says so."""
    if beside := _beside(word, who):
        return (beside,)
    if word.pos_ in VERBS and word.dep_ != "amod":
        deed = Deed(word, who)
        return deed.things if deed.passive else deed.doers
    head = word.head
    if head == word:
        return ()
    if head.dep_ in ("acl", "advcl") and (beside := _beside(head, who)):
        return (beside,)
    if head.pos_ in VERBS and head.dep_ != "amod":
        deed = Deed(head, who)
        return deed.things if deed.passive or _of_the_object(word, deed) else deed.doers
    if head.pos_ in ("ADJ", "ADV", "ADP") and word.dep_ in WITHIN:
        return said_of(head, who)
    return tuple(listed_with(head))


def _beside(word: Token, who: Who) -> Token | None:
    """Whom it follows, most often behind a comma: "Ava, soaked, stops", "he in a cap, she in a hat"."""
    first = word.left_edge.i
    if word.dep_ == "prep" and first and who(word.doc[first - 1]) and word.doc[first - 1].dep_ != "poss":
        return word.doc[first - 1]
    if (
        first < 2
        or word.doc[first - 1].text != ","
        or word.dep_ in ("conj", "ROOT")
        or word.doc[first - 1].is_sent_start
    ):
        return None
    return word.doc[first - 2] if who(word.doc[first - 2]) and word.doc[first - 2].dep_ != "poss" else None


def _of_the_object(word: Token, deed: Deed) -> bool:
    """ "Finds her soaked", "rubs it dry", "wraps her in a shawl"; but "takes the hat in tears"."""
    return bool(deed.people(deed.things)) or (word.dep_ in OF_THE_OBJECT and bool(deed.things))


def verb_of(word: Token) -> Token | None:
    """The verb of the clause in which a word stands."""
    return next((token for token in (word, *word.ancestors) if token.pos_ in VERBS and token.dep_ != "aux"), None)


def denied(word: Token) -> bool:
    """ "No cloud", "not a single cloud", "without a cloud"."""
    before = word.doc[max(word.left_edge.i - 1, word.sent.start) : word.i]
    without = word.dep_ == "pobj" and word.head.lower_ in WITHOUT
    return without or any(token.lower_ in DENYING and token.dep_ != "preconj" for token in before)
