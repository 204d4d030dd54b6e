"""Which words said aloud are news: a statement, of weight, and no question, order, plan or old story."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spacy.tokens import Token

from engines.analyst.language.grammar import english
from engines.analyst.language.words import any_of, forms
from engines.analyst.rules.passages import Passage, finite, lemmas, subjects

MERELY_POSSIBLE = {"might", "could", "should", "would", "must"}
TRIFLES = lemmas("trifles")
KIN = any_of(lemmas("kin"))
MY_KIN = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!'s )(?<!'re )(?<!not )"
    rf"\b(?:my|our) (?:\w+ )?{KIN}\b(?! (?:is|was|has been) (?:a|an|the)\b)",
    re.IGNORECASE,
)
"""Who somebody is to the speaker is no news of itself: "my sister lost her purse"."""
NEWSWORTHY = re.compile(rf"\b{any_of(lemmas('newsworthy'))}\b", re.IGNORECASE)
LIES = re.compile(
    r"\b(?:lied|a lie|(?:is|are) lying|pretend\w*|jok\w+|bluff\w*|heard (?:it|this|that)"
    r"|(?:is|was) (?:wrong|mistaken))\b",
    re.IGNORECASE,
)
REFUTED = re.compile(
    r"(?:it|he|she|they|there) (?:(?:is|are|was|were|has|have|had|does|do|did)(?: not|n't)"
    r"|could not be|cannot be)[.,;!]"
    r"|(?:he|she) (?:is|was) (?:wrong|mistaken|lying)\b",
    re.IGNORECASE,
)
"""What follows a claim that is wrong: "It is not." """
USUAL = re.compile(
    r"\bas (?:(?:he|she|they|it|everybody)(?: always)? (?:says?|said|does|did|tells?|told)|usual|ever|always)\b",
    re.IGNORECASE,
)


def is_news(said: str) -> bool:
    """Whether words said aloud state a fact of weight: nobody asks, orders, supposes or greets in them."""
    doc = english()(said)
    return any(_fact(sentence.root, sentence.text) for sentence in doc.sents)


def _fact(root: Token, text: str) -> bool:
    if text.rstrip().endswith("?") or TRIFLES & set(re.findall(r"[\w']+", text.lower())) or _planned(root):
        return False
    if not finite(root):
        return bool(NEWSWORTHY.search(text)) and root.pos_ in ("NOUN", "PROPN", "ADJ") and len(text.split()) > 2
    reproach = root.lemma_ not in ("be", "have") and any(token.lower_ == "you" for token in subjects(root))
    return bool(subjects(root)) and not reproach and (bool(NEWSWORTHY.search(MY_KIN.sub("", text))) or _happening(root))


def _happening(root: Token) -> bool:
    """ "They are closing the school": what is news once it is done."""
    return root.tag_ == "VBG" and any(map(NEWSWORTHY.fullmatch, forms(root.lemma_.lower())))


def _planned(root: Token) -> bool:
    """ "I'll be back", "Then I am coming too"."""
    mine = any(token.lower_ in ("i", "we") for token in subjects(root))
    coming = root.tag_ == "VBG" or any(child.lower_ in ("will", "'ll", "can", "wo", "shall") for child in root.children)
    return mine and coming


def statement(said: str) -> bool:
    """Whether words said aloud state anything at all."""
    doc = english()(said)
    return any(
        finite(sentence.root)
        and subjects(sentence.root)
        and not sentence.text.rstrip().endswith("?")
        and not _planned(sentence.root)
        and not any(token.lower_ in ("this", "here") for token in subjects(sentence.root))
        and not any(child.lower_ in MERELY_POSSIBLE for child in sentence.root.children)
        for sentence in doc.sents
    )


def weighs(words: Iterable[Token]) -> bool:
    """Whether one of these words tells of life and death, crime, kin and the like."""
    return any(NEWSWORTHY.fullmatch(token.text) for token in words)


def doubted(passage: Passage) -> bool:
    """Whether the text calls what was said a lie, or an old story."""
    text = " ".join(there.sentence.span.text for step in range(3) if (there := passage.near(step)))
    return bool(LIES.search(text))


def stale(passage: Passage) -> bool:
    """Whether what is told is refuted at once, or is what they always say."""
    following = passage.near(1)
    refuted = following is not None and REFUTED.match(following.sentence.span.text)
    return bool(USUAL.search(passage.sentence.span.text) or refuted)
