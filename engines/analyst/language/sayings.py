"""Verbs with the words that make their sense: "part company", "hold her breath", "fall into each other's arms".

A saying is a verb and the words that stand with it in its clause, in any order and with others between them: "turn back
on" is in "turns her broad back on him". Small words that the tree hangs on other words are best left out of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from spacy.tokens import Token

from engines.analyst.language.words import listed

CLAUSES = {"conj", "advcl", "relcl", "ccomp", "xcomp", "parataxis", "csubj", "acl", "pcomp", "dep"}
OWN = {"xcomp", "ccomp"}
SUBJECTS = {"nsubj", "nsubjpass"}
PARTICLES = {"on", "off", "in", "up", "out", "over", "along", "down", "by", "through", "away", "behind"}


class Sayings:
    """A table of sayings, found by their verbs."""

    def __init__(self, entry: str | Iterable[str]) -> None:
        self.by_verb: dict[str, list[frozenset[str]]] = defaultdict(list)
        for saying in listed(f"{entry}," if isinstance(entry, str) else entry):
            verb, *rest = saying.split()
            self.by_verb[verb].append(frozenset(rest))

    def of(self, verb: Token) -> tuple[str, ...] | None:
        """The words with the verb in the fullest saying that it stands in; () for the bare verb, None for no saying."""
        sayings = self.by_verb.get(verb.lemma_.lower())
        if not sayings:
            return None
        words = words_with(verb)
        said = [saying for saying in sayings if saying <= words]
        return max((tuple(sorted(saying)) for saying in said), key=len) if said else None


def clause(verb: Token) -> list[Token]:
    """The words of a verb's clause in their order, less those of clauses within it; what has no subject of its own
    ("lets go of the rope") belongs to it."""
    return sorted(_within(verb), key=lambda token: token.i)


def _within(token: Token) -> Iterator[Token]:
    yield token
    for child in token.children:
        if child.pos_ not in ("VERB", "AUX") or child.dep_ not in CLAUSES or _is_own(child):
            yield from _within(child)


def _is_own(verb: Token) -> bool:
    return verb.dep_ in OWN and not any(child.dep_ in SUBJECTS for child in verb.children)


def words_with(verb: Token) -> set[str]:
    """The words of the clause and their plain forms; "on" and its like only where nothing stands behind them."""
    words = [token for token in clause(verb) if token is not verb and not _governs(token)]
    return {form for token in words for form in (token.lower_, token.lemma_.lower())}


def _governs(token: Token) -> bool:
    return token.lower_ in PARTICLES and token.dep_ == "prep" and any(child.dep_ == "pobj" for child in token.children)
