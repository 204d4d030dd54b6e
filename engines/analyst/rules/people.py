"""Who is meant: names, titles and pronouns in a text become numbers, so that all rules can look for people alike.

"Dr. Brandt gives her his watch" becomes "@1 gives @0 @1's watch"; several people at once are "@0@1".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engines.analyst import Person
from engines.analyst.rules.words import any_noun, any_of, listed, table

WHO = r"(?:@\d+)+\^?"
"""One or more people; a "^" says that the pronoun was that of a subject ("he", "they")."""
TITLE = any_of(re.escape(title) for title in listed(table("people")["titles"]))
OTHER = rf"\b{any_noun(table('people')['unnamed'])}\b"
"""A noun for people who have no name."""

NO_NOUN = any_of(listed(table("people")["never_after_possessive"]))
HER = rf"her(?=\s*(?:$|[^\w\s@]|@\d|{NO_NOUN}\b))"
"""The "her" of "sees her"; before a noun it is the "her" of "her hat"."""
FRIENDS = any_of(listed(table("people")["several"]))
GROUP = (
    r"(?:all|the|these) (?:two|three|four|five|six)(?: (?:old |young |tired "
    rf"|weary )?{FRIENDS})?(?! \w+s\b(?<!was)(?<!has))"
    r"|(?:both|all|each) of (?:them|whom)|the (?:pair|couple|trio|lot|two|three) of them\b|the (?:pair|couple"
    r"|trio)\b(?! of)"
    r"|both(?! (?:feet|teeth|men|women|her|his|their|the|of|\w+s(?<!was)(?<!has))\b)|each other|one another|they|them"
    r"|(?:everybody|everyone)(?! (?:in|at|on|from|who|else|of|aboard|around)\b)"
)
SPOKEN_OF = re.compile(
    rf"(?P<name>@\d+)|\b(?:(?P<object>him|{HER})|(?P<possessive>his|her|hers)|(?P<subject>he|she)"
    rf"|(?P<their>their)|(?<!\d )(?P<rest>the (?:other|others|other two|other three))(?! \w)|(?P<group>{GROUP}))\b",
    re.IGNORECASE,
)
LIST = re.compile(
    r"(?P<all>@\d+\^?(?:'s)?(?:(?:, @\d+(?:'s)?)+,?)? and (?:with )?@\d+\^?)(?P<own>'s)?(?! (?!was|has|is\b)\w+s\b)"
)
MALE = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she"}


def saying(words: Iterable[str]) -> str:
    """A regular expression for any of these words, as they read in a numbered text: "@" stands for somebody,
    and so do "he" and "her"."""
    plain = any_of(re.escape(said) for said in words)
    plain = re.sub(
        r"(?<!\w)(?:each\\ other|one\\ another|they|them)(?!\w)",
        lambda match: rf"(?:(?:@\d+){{2,}}\^?|{match[0]})",
        plain,
    )
    plain = re.sub(r"(?<!\w)(?:he|she|him)(?!\w)", lambda _: rf"(?:{WHO}|he|she|him)", plain)
    plain = re.sub(r"(?<!\w)(?:her|his|their)(?=\\ )", lambda _: rf"(?:{WHO}(?:'s)?|her|his|their)", plain)
    return re.sub(r"(?<![\w@(:])@(?!\\d)", lambda _: rf"(?:{WHO}(?:'s)?)", plain)


def numbered(text: str, cast: Mapping[str, Person], subject: str = "") -> str:
    """The text with a number, its place in the cast, for everybody that is named or meant by a pronoun.
    ``subject`` is the slug of the one whom a first pronoun means."""
    for number, person in enumerate(cast.values()):
        text = re.sub(_names(person.name), f"@{number}", text)
    text = LIST.sub(_together, text)
    meant = Meant(list(cast.values()), list(cast).index(subject) if subject in cast else None)
    return LIST.sub(_together, SPOKEN_OF.sub(meant, text))


def _names(name: str) -> str:
    """Full name, first name or last name, with or without a title, as written or in capitals."""
    words = [word for word in name.split() if not re.fullmatch(TITLE, word)] or name.split()
    parts = [re.escape(part) for part in dict.fromkeys((" ".join(words), words[0], words[-1]))]
    spelled = any_of([*parts, *(part.upper() for part in parts)])
    return rf"(?:\b(?:the )?{TITLE} )?\b{spelled}\b(?!-)"


def _together(match: re.Match[str]) -> str:
    return "".join(re.findall(r"@\d+", match["all"])) + (match["own"] or "")


class Meant:
    """Says whom each pronoun means, from the beginning of a text to its end. Where the cast has nobody for "he", it
    may be anybody whose pronoun is "they": their sex is not known."""

    def __init__(self, cast: list[Person], subject: int | None) -> None:
        self.pronouns = [person.pronoun for person in cast]
        self.last: dict[str, int] = {} if subject is None else {self.pronouns[subject]: subject}
        self.topic = dict(self.last)
        self.named: list[int] = []
        self.sentence = 0

    def __call__(self, match: re.Match[str]) -> str:
        if match["name"]:
            self._mention(int(match[0][1:]), match)
            return match[0]
        if match["group"] or match["their"] or match["rest"]:
            return self._several(match)
        pronoun = MALE[match[0].lower()]
        number = self._one(pronoun, subject=bool(match["subject"]))
        if number is None:
            return match[0]
        self._mention(number, match, topic=not match["possessive"])
        return f"@{number}" + ("'s" if match["possessive"] else "^" if match["subject"] else "")

    def _mention(self, number: int, match: re.Match[str], topic: bool = True) -> None:
        pronoun = self.pronouns[number]
        sentence = len(re.findall(r"[.!?] ", match.string[: match.start()]))
        if topic and (sentence != self.sentence or pronoun not in self.topic):
            self.topic[pronoun] = number
        self.sentence = sentence if topic else self.sentence
        self.last[pronoun] = number
        self.named = [*(one for one in self.named if one != number), number]

    def _one(self, pronoun: str, subject: bool) -> int | None:
        """The last one spoken of; a subject goes on with whom the sentence is about. Before anybody is named, the
        only one whom it can mean."""
        if pronoun not in self.pronouns:
            pronoun = "they"
        found = self.topic.get(pronoun) if subject else self.last.get(pronoun)
        possible = [number for number, other in enumerate(self.pronouns) if other == pronoun]
        return found if found is not None else possible[0] if len(possible) == 1 else None

    def _several(self, match: re.Match[str]) -> str:
        said = match[0].lower()
        people = sorted(self.named) if len(self.named) > 1 else list(range(len(self.pronouns)))
        if match["rest"]:
            people = [number for number in range(len(self.pronouns)) if number not in self.named[-1:]]
        elif re.search(r"\b(?:all|everybody|everyone)\b", said):
            people = list(range(len(self.pronouns)))
        alone = self.pronouns[people[0]] == "they" if people else False
        if not people or (len(people) < 2 and not alone and not match["rest"]):
            return match[0]
        end = "'s" if match["their"] else "^" if said == "they" else ""
        return "".join(f"@{number}" for number in people) + end
