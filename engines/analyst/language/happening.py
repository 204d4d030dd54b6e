"""Whether a deed is told as done: not denied, wished, feared, asked for, nearly so, or only if."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.clauses import VERBS, governor, own_subjects
from engines.analyst.language.words import listed, table

WORDS = {name: set(listed(words)) for name, words in table("deeds").items() if isinstance(words, str)}
DENYING = WORDS["denying"] | WORDS["nearly"]
BARELY = {"barely", "hardly", "scarcely"}
"""With a clause of time they deny nothing: "has barely sat down when ..."."""


def happens(verb: Token) -> bool:
    return not denied(verb) and not supposed(verb) and _within_happens(verb)


def denied(verb: Token) -> bool:
    """ "Does not", "almost", "nobody does", "does nothing"."""
    words = {child.lower_ for child in verb.children if child.dep_ in ("neg", "advmod", "preconj", "cc")}
    just = bool(words & BARELY) and any(child.dep_ == "advcl" for child in verb.children)
    objects = [child for child in verb.children if child.dep_ in ("dobj", "attr")]
    return bool(words & DENYING and not just) or any(_nobody(token) for token in (*own_subjects(verb), *objects))


def supposed(verb: Token) -> bool:
    """ "If she does", "would do", "would stay and do"."""
    if any(child.dep_ == "mark" and child.lower_ in WORDS["supposing"] for child in verb.children):
        return True
    helping = [child for child in verb.children if child.dep_ == "aux"]
    inherits = verb.dep_ == "conj" and not helping and not own_subjects(verb) and verb.head.pos_ in VERBS
    return any(child.lower_ in WORDS["modal"] for child in helping) or (inherits and supposed(verb.head))


def _within_happens(verb: Token) -> bool:
    """What one only wants to do is not done; what one does not let happen does not happen."""
    if verb.dep_ == "pcomp" and verb.head.lower_ in WORDS["without"]:
        return False
    above = governor(verb)
    if above is None:
        return True
    if verb.dep_ == "conj":
        alike = any(child.lower_ in ("or", "nor") for child in above.children) and denied(above)
        return not alike and _within_happens(above)
    if verb.dep_ in ("xcomp", "ccomp"):
        return not _only_thought(verb, above) and not denied(above) and _within_happens(above)
    return not (verb.dep_ == "pcomp" and _only_thought(verb, above))


def _only_thought(verb: Token, head: Token) -> bool:
    """ "hopes to win", "fears that she falls", "thinks of falling"; but "hopes, laughing" laughs."""
    if verb.dep_ == "pcomp":
        return verb.head.lower_ in ("of", "about") and head.lemma_ in WORDS["thought_of"]
    told = head.lemma_ == "tell" and not any(child.tag_ == "TO" for child in verb.children)
    return head.lemma_.lower() in WORDS["only_thought"] and not told


def _nobody(token: Token) -> bool:
    """ "Nobody", "no key", "neither Ava nor Emil"; but "nothing but the key"."""
    words = {child.lower_ for child in token.children}
    if words & {"but", "except", "save"}:
        return False
    return token.lower_ in WORDS["nobody"] or bool(words & {"no", "neither"})
