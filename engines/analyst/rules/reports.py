"""What a verb of telling or learning tells: the clause behind it, the words after its colon, what stands around a
"she realises", what a thing is told of, or the sentence that comes next."""

from __future__ import annotations

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.rules.passages import FINITE, TIDINGS, Passage, Words, finite, lemmas, states, subjects

SECRETS = lemmas("secrets")
KNOWING = lemmas("telling") | lemmas("learning") | lemmas("studying")
CLAUSES = {"ccomp", "acl", "relcl", "advcl", "xcomp", "dep"}
QUESTION_WORDS = {"WRB", "WP", "WP$"}
PAUSES = {":", "—", "–", "-", "--"}
TIMES = {"once", "when", "while", "before", "after", "as", "until", "if"}


def clause(deed: Deed) -> Token | None:
    """The verb of what is told: "that …", "who …", "where …", on the verb, on its object or on a phrase."""
    ends = [token for token in (*deed.things, *deed.receivers) if token.i > deed.verb.i]
    behind = [token for _, token in deed.phrases()]
    heads = dict.fromkeys([deed.verb, *ends, *behind])
    found = [
        child for head in heads for child in head.children if child.i > deed.verb.i and _content(child, head, deed)
    ]
    return min(found, key=lambda verb: verb.i, default=_hung_elsewhere(deed.verb))


def _hung_elsewhere(verb: Token) -> Token | None:
    """The verb of the first "that …" behind a verb, where the parser has hung it on another."""
    for token in verb.doc[verb.i + 1 : verb.sent.end]:
        if token.tag_ in FINITE or token.text in (*PAUSES, ";") or token.lower_ in ("so", "such"):
            return None
        if token.lower_ == "that" and token.dep_ == "mark":
            return token.head if finite(token.head) else None
    return None


def _content(verb: Token, head: Token, deed: Deed) -> bool:
    timed = any(child.dep_ == "mark" and child.lower_ in TIMES for child in verb.children)
    if verb.dep_ not in CLAUSES or not finite(verb) or timed or next(iter(verb.subtree)).pos_ == "AUX":
        return False
    by_whom = (
        verb.dep_ == "relcl"
        and head.dep_ == "pobj"
        and next(iter(verb.subtree)).lower_ == "that"
        and len(subjects(verb)) > 0
    )
    if by_whom and all(token.lower_ != "that" for token in subjects(verb)):
        return True
    asked = opener(verb) == "where" and verb.dep_ != "advcl" and bool(head.pos_ == "VERB" or deed.who(head))
    return verb.dep_ == "ccomp" or opener(verb) == "that" or asked


def opener(verb: Token) -> str:
    """ "that" for a clause that it opens; "where" for one that a question word opens; else ""."""
    for token in verb.subtree:
        if token.lower_ == "that" and (token.dep_ == "mark" or verb.dep_ == "acl"):
            return "that"
        if token.tag_ in QUESTION_WORDS and token.i < verb.i and token.lower_ != "when":
            return "where" if token.tag_ == "WRB" or token.lower_ == "what" or verb.dep_ != "relcl" else ""
        if token.i >= verb.i:
            return ""
    return ""


def told_by(deed: Deed, passage: Passage) -> Words:
    """The words that say what a verb tells, within its own sentence; () where it does not say."""
    verb, told = deed.verb, clause(deed) or _cleft(deed.verb)
    pointed = after_colon(deed, passage)
    if told is not None:
        own = tuple(token for token in told.subtree)
        return pointed if pointed and own[0].lower_ == "what" else _joined(own, pointed)
    return pointed or _set_before(verb, passage) or _around(verb, passage)


def _cleft(verb: Token) -> Token | None:
    """ "What he whispers to her is that …"."""
    if verb.dep_ not in ("csubj", "ccomp", "relcl") or not any(child.lower_ in ("what", "all") for child in verb.lefts):
        return None
    above = next((up for up in verb.ancestors if up.lemma_ == "be"), None)
    behind = above.children if above is not None else ()
    return next((child for child in behind if child.i > verb.i and child.dep_ in CLAUSES and finite(child)), None)


def _set_before(verb: Token, passage: Passage) -> Words:
    """ "He cannot swim, a fact he shares with her"."""
    noun = verb.head
    if verb.dep_ != "relcl" or noun.lemma_.lower() not in TIDINGS | {"thing", "something"}:
        return ()
    start = noun.left_edge.i
    before = passage.words(passage.sentence.span.start, start)
    return before if before and before[-1].text in (",", "—", "–") and states(before) else ()


def _joined(own: Words, pointed: Words) -> Words:
    return own if not pointed or pointed[0] in own else (*own, *pointed)


def after_colon(deed: Deed, passage: Passage) -> Words:
    """What stands behind a colon, or a dash, that no deed of another sort comes before."""
    for token in passage.words(deed.verb.i + 1, passage.sentence.span.end):
        if _acts_next(token, deed.verb):
            return ()
        if token.text in PAUSES and not (token.text == "-" and not token.whitespace_):
            return _pointed_at(token, deed, passage)
    return ()


def _acts_next(token: Token, verb: Token) -> bool:
    """Whether a word is the next deed after a verb: "hears the bell and goes to the door"."""
    joined = token.pos_ == "VERB" and token.dep_ == "conj" and token.head in (verb, *verb.ancestors)
    return joined and token.lemma_ not in KNOWING


def _pointed_at(colon: Token, deed: Deed, passage: Passage) -> Words:
    """The statement behind a colon, in the next sentence too; "the hour of the raid: midnight" whole."""
    end, following = passage.sentence.span.end, passage.near(1)
    words = passage.words(colon.i + 1, end)
    words = words or (tuple(following.sentence.span) if following and colon.text == ":" else ())
    if states(words):
        return _upto_semicolon(words)
    named = [thing for thing in deed.things if thing.lemma_.lower() in SECRETS | TIDINGS and thing.i > deed.verb.i]
    return passage.words(named[0].left_edge.i, end) if named else ()


def _upto_semicolon(words: Words) -> Words:
    cut = next((at for at, token in enumerate(words) if token.text == ";"), len(words))
    return words[:cut] if states(words[:cut]) else words


def _around(verb: Token, passage: Passage) -> Words:
    """ "There is a second exit, she realises": the words around a clause that is put in between commas."""
    own = [token for token in subjects(verb)]
    if not own:
        return ()
    span = passage.sentence.span
    left = (
        min(token.left_edge.i for token in own if token.i < verb.i)
        if any(token.i < verb.i for token in own)
        else verb.i
    )
    if passage.scene.doc[left - 1].lower_ in ("so", "as"):
        left -= 1
    if left - 1 <= span.start or passage.scene.doc[left - 1].text != ",":
        return ()
    before = _last_part(passage.words(span.start, left - 1))
    comma = next((token for token in passage.words(verb.i, span.end) if token.text in (",", ";")), None)
    after = passage.words(comma.i + 1, span.end) if comma and comma.text == "," else ()
    goes_on = bool(after) and after[0].dep_ not in ("cc", "punct") and after[0].tag_ != "VBG"
    words = (*before, *(after if goes_on else ()))
    return words if states(words) and _is_between(verb) else ()


def _is_between(verb: Token) -> bool:
    unbound = (
        verb.dep_ == "relcl" and not opener(verb) and not any(token.tag_ in ("WP", "WDT") for token in verb.subtree)
    )
    return (
        unbound
        or verb.dep_ in ("parataxis", "ccomp")
        or any(child.dep_ == "ccomp" and child.i < verb.i for child in verb.children)
    )


def _last_part(words: Words) -> Words:
    cut = max((at for at, token in enumerate(words) if token.text == ";"), default=-1)
    return words[cut + 1 :]


def told_of(deed: Deed) -> Words:
    """A thing told: "the combination of the safe", "of the sale of the mill", "about the tunnel"."""
    objects = [token for token in deed.things if token.lemma_.lower() in SECRETS and token.i > deed.verb.i]
    tidings = any(token.lemma_.lower() in TIDINGS for token in deed.things)
    own = {child.i for child in deed.verb.children}
    phrases = [
        token
        for word, token in deed.phrases()
        if word in ("of", "about") and not deed.who(token) and (tidings or token.head.i in own)
    ]
    if deed.lemma.split()[0] in ("confess", "admit", "own"):
        phrases += [token for word, token in deed.phrases() if word == "to" and not deed.who(token)]
        objects += [
            child
            for child in deed.verb.children
            if child.dep_ == "xcomp" and any(token.tag_ == "VBG" for token in (child, *child.children))
        ]
    found = next(iter([*objects, *phrases]), None)
    return tuple(found.subtree) if found is not None and len(list(found.subtree)) > 1 else ()


def report(passage: Passage | None, teller: Slugs = (), *, heard: bool = False) -> Words:
    """A sentence that states how things are, with nobody of the scene for its subject: what a letter says, where the
    sentence before has somebody read it; or with the one who tells it."""
    if passage is None or passage.quoted or passage.sentence.unreal:
        return ()
    words = _upto_semicolon(tuple(passage.sentence.span))
    root = passage.sentence.span.root
    if words[-1].text == "?" or root not in words or words[0].tag_ in QUESTION_WORDS or not finite(root):
        return ()
    about = subjects(root)
    people = {
        slug for subject in about for token in (subject, *_named_beside(subject)) for slug in passage.scene.who(token)
    }
    return words if about and not people - {*teller} and (heard or lasts(root)) else ()


def _named_beside(subject: Token) -> list[Token]:
    """Those who do something to it: "the bruise he got"."""
    return [token for clause in subject.children if clause.dep_ == "relcl" for token in subjects(clause)]


def lasts(root: Token) -> bool:
    """A state, or something before or after the scene, not what happens next in it."""
    around = any(child.dep_ in ("aux", "auxpass") for child in root.children)
    return root.tag_ == "VBD" or root.lemma_ == "be" or around
