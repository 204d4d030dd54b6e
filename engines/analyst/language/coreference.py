"""Whom a pronoun means: names are known, "she" and "them" are followed through the text.

A subject goes on with whoever was the last subject; an object is somebody else than the subject of its verb; a
possessive is the subject's own where that fits. (The preferences of centering theory, Grosz, Joshi and Weinstein 1995,
with binding conditions in their plainest form.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spacy.tokens import Doc, Token

from engines.analyst import Person

Slugs = tuple[str, ...]
Who = Callable[[Token], Slugs]
"""Whom a word means; () where it is about a thing or about somebody without a name."""
SINGULAR = {"he": "he", "him": "he", "his": "he", "himself": "he", "she": "she", "her": "she", "hers": "she",
            "herself": "she"}  # fmt: skip
PLURAL = {"they", "them", "their", "theirs", "themselves", "both", "everyone", "everybody"}
ALL = {"everyone", "everybody"}
GROUPS = {"men": "he", "women": "she", "friends": "", "companions": "", "boys": "he", "girls": "she", "travellers": ""}
COUNTS = {"both": 2, "two": 2, "three": 3}
NOMINATIVE = {"he", "she"}
"""No object, whatever the tree says."""
SUBJECTS = {"nsubj", "nsubjpass", "csubj"}
OBJECTS = {"dobj", "dative"}


def meant(doc: Doc, named: Mapping[int, str], cast: Mapping[str, Person], subject: str = "") -> dict[int, Slugs]:
    """Those of the cast whom each word means, by the word's number. ``named``: the slugs of the names in the text;
    ``subject``: the slug whom a first pronoun means."""
    follower = _Follower(cast, named, subject)
    found: dict[int, Slugs] = {}
    for token in doc:
        slugs = (named[token.i],) if token.i in named else follower.pronoun(token, found)
        if slugs:
            found[token.i] = slugs
            follower.mention(token, slugs)
    return found


class _Follower:
    """Goes through a text and remembers who was spoken of."""

    def __init__(self, cast: Mapping[str, Person], named: Mapping[int, str], subject: str) -> None:
        self.cast, self.named = cast, named
        self.recent: list[str] = [subject] if subject in cast else []
        """Everybody spoken of, the last one at the end."""
        self.subjects: list[str] = list(self.recent)

    def mention(self, token: Token, slugs: Slugs) -> None:
        for slug in slugs:
            self.recent = [*(one for one in self.recent if one != slug), slug]
            if _is_subject(token):
                self.subjects = [*(one for one in self.subjects if one != slug), slug]

    def pronoun(self, token: Token, found: Mapping[int, Slugs]) -> Slugs:
        word = token.lower_
        if word in PLURAL and not (word == "both" and token.dep_ in ("preconj", "det", "predet")):
            return self._all(token, word)
        if word == "other" and token.i and token.nbor(-1).lower_ == "each":
            return self._all(token, word)
        if word in ("other", "others") and token.i and token.nbor(-1).lower_ == "the" and token.pos_ in ("NOUN", "ADJ"):
            return tuple(slug for slug in self.cast if slug not in self.recent[-1:])
        if word in GROUPS and (group := self._group(token, GROUPS[word])):
            return group
        if word not in SINGULAR or (token.pos_ not in ("PRON", "DET", "ADJ") and word != "hers"):
            return ()
        return self._one(token, SINGULAR[word], found)

    def _group(self, token: Token, pronoun: str) -> Slugs:
        """ "The two men", "both women": all of the cast whom the noun fits, where they are as many."""
        fits = tuple(slug for slug, person in self.cast.items() if pronoun in ("", person.pronoun))
        counts = [COUNTS[child.lower_] for child in token.children if child.lower_ in COUNTS]
        described = any(child.dep_ not in ("det", "nummod", "predet", "acl", "relcl", "punct") for child in token.lefts)
        return fits if counts == [len(fits)] and token.pos_ == "NOUN" and not described else ()

    def _one(self, token: Token, pronoun: str, found: Mapping[int, Slugs]) -> Slugs:
        fits = [slug for slug, person in self.cast.items() if person.pronoun == pronoun]
        fits = fits or [slug for slug, person in self.cast.items() if person.pronoun == "they"]
        own = [slug for slug in _own_subject(token, found) if slug in fits]
        if token.lower_.endswith("self"):
            return tuple(own[:1]) or self._last(self.subjects, fits)
        if token.dep_ == "poss" or token.tag_ == "PRP$":
            return tuple(own[:1]) or self._last(self.recent, fits)
        if _is_subject(token) or token.lower_ in NOMINATIVE:
            if apart := self._apart(token, found) & {*fits}:
                fits = [slug for slug in fits if slug in self.recent and slug not in apart]
            return (
                self._last(self.subjects, fits) or self._last(self.recent, fits) or tuple(fits[:1] * (len(fits) == 1))
            )
        others = [slug for slug in fits if slug not in own]
        return self._last(self.recent, others) or tuple(others[:1] * (len(others) == 1))

    def _apart(self, subject: Token, found: Mapping[int, Slugs]) -> set[str]:
        """Whom a subject cannot mean: "he" none whom its own verb names after it ("he gives John"), "him" not the one
        who lets him ("John lets him have it")."""
        verb = subject.head
        if subject.lower_ in NOMINATIVE or verb.dep_ != "ccomp":
            return {self.named[child.i] for child in verb.children if child.dep_ in OBJECTS and child.i in self.named}
        return {slug for child in verb.head.children if child.dep_ in SUBJECTS for slug in found.get(child.i, ())}

    @staticmethod
    def _last(spoken_of: list[str], fits: list[str]) -> Slugs:
        return next(((slug,) for slug in reversed(spoken_of) if slug in fits), tuple(fits[:1] * (len(fits) == 1)))

    def _all(self, token: Token, word: str) -> Slugs:
        """Those spoken of so far, where they are several; one whose pronoun is "they"."""
        if word in ALL or len(self.recent) < 2:
            everybody = tuple(self.cast)
            alone = [slug for slug in everybody if self.cast[slug].pronoun == "they"]
            return everybody if len(everybody) > 1 and not alone else tuple(alone)
        return tuple(slug for slug in self.cast if slug in self.recent)


def _is_subject(token: Token) -> bool:
    while token.dep_ == "conj":
        token = token.head
    misread = token.dep_ == "compound" and token.pos_ == "PROPN" and token.head.pos_ == "VERB"
    return token.dep_ in SUBJECTS or misread or (token.dep_ == "ROOT" and token.pos_ in ("PROPN", "PRON"))


def _own_subject(token: Token, found: Mapping[int, Slugs]) -> Slugs:
    """The subject of the clause in which a word stands, as far as it is known already."""
    for verb in token.ancestors:
        if verb.pos_ not in ("VERB", "AUX"):
            continue
        subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
        for subject in subjects:
            if subject.i == token.i or token.is_ancestor(subject) or subject.is_ancestor(token):
                return ()
            about = verb.head if verb.dep_ == "relcl" and subject.tag_ in ("WP", "WDT") else subject
            return tuple(slug for one in (about, *about.conjuncts) for slug in found.get(one.i, ()))
        if verb.dep_ not in ("conj", "xcomp", "advcl", "acl", "ccomp"):
            return ()
    return ()
