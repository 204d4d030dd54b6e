"""Clauses: which words hang together, what stands above a verb, and which words stand where its subject does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

RELATIVE = {"who", "whom", "which", "that"}
VERBS = {"VERB", "AUX"}
SUBJECTS, PASSIVE_SUBJECTS = {"nsubj", "csubj", "expl"}, {"nsubjpass", "csubjpass"}


def listed_with(token: Token) -> Iterator[Token]:
    """A word and those that are joined to it by "and" or a comma."""
    yield token
    for child in token.children:
        lists = child.dep_ == "appos" and any(end.dep_ == "conj" for end in child.children)
        if (child.dep_ == "conj" and child.pos_ not in VERBS) or lists:
            yield from listed_with(child)


def own_subjects(verb: Token) -> list[Token]:
    """The words that hang on a verb, or on its auxiliary, as its subject."""
    helping = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    return [
        child
        for head in (verb, *helping)
        for child in head.children
        if child.dep_ in SUBJECTS | PASSIVE_SUBJECTS and not parted(child, head)
    ]


def phrases(head: Token, deps: Sequence[str]) -> Iterator[tuple[str, Token]]:
    """Each preposition below a word with the words behind it: ("from", key), ("to", door)."""
    for child in head.children:
        if child.dep_ not in deps or child.pos_ not in ("ADP", "SCONJ", "ADV", "PART"):
            continue
        for behind in child.children:
            if behind.dep_ in ("pobj", "pcomp"):
                yield from ((child.lower_, token) for token in listed_with(behind))
            elif behind.dep_ == "conj" and behind.pos_ == "ADP":
                yield from (
                    (behind.lower_, token)
                    for end in behind.children
                    if end.dep_ == "pobj"
                    for token in listed_with(end)
                )
        yield from phrases(child, deps)


def antecedents(clause: Token) -> Iterator[Token]:
    """What a relative clause is about: the nearest word, unless its verb says that they are several, "her and him, who
    go on"."""
    yield clause.head
    if clause.tag_ == "VBP":
        yield from clause.head.conjuncts


def governor(verb: Token) -> Token | None:
    """The verb above this one, past "after", "without" and the like."""
    if verb.dep_ in ("relcl", "ROOT") or stands_apart(verb):
        return None
    for token in verb.ancestors:
        if token.pos_ in VERBS:
            return token
        if token.pos_ not in ("ADP", "SCONJ", "ADJ", "ADV", "PART"):
            return None
    return None


def stands_apart(verb: Token) -> bool:
    """ "She tells him the truth: he was never a doctor": the first half is no part of the second."""
    if verb.dep_ != "ccomp":
        return False
    before = verb.i < verb.head.i
    own = before or any(child.dep_ in SUBJECTS | PASSIVE_SUBJECTS for child in verb.children)
    that = not before and any(child.dep_ == "mark" for child in verb.children)
    return own and not that and parted(verb, verb.head)


def parted(one: Token, other: Token) -> bool:
    between = one.doc[min(one.i, other.i) : max(one.i, other.i)]
    return any(token.text in (":", ";") for token in between)
