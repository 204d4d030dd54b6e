"""Healing: which of the known injuries the text says are over, and the scar that one may leave."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from engines.analyst.rules.injuries import standing
from engines.analyst.rules.page import Page, Sentence
from engines.analyst.rules.people import WHO, saying
from engines.analyst.rules.words import any_form, any_noun, any_of, listed, plural, singular, table
from events.script import Change, ChangeKind

WORDS = table("healing")
SCAR = "scar"


def _pattern(entry: str) -> re.Pattern[str]:
    """The words of an entry; "@" stands for a person or for what is somebody's."""
    return re.compile(rf"(?<!\w){saying(listed(WORDS[entry]))}(?!\w)", re.IGNORECASE)


HEALED, UNHEALED, EVERYTHING, GLOBALLY = (_pattern(entry) for entry in ("healed", "unhealed", "everything", "globally"))
NOW_SCARRED = re.compile(r"\bnow\b[^.;]*\bscars?\b|\bscars?\b[^.;]*\bwhere\b", re.IGNORECASE)
SCARRED, NO_SCAR = _pattern("scar"), _pattern("no_scar")
TRACE = any_noun(WORDS["traces"])
SOUND = re.compile(
    rf"\b(?:no|not (?:a|an|one|even an?|so much as an?|the least|the slightest)|nor an?|neither|without (?:an?|any"
    rf"|so much as"
    rf" an?|the)|hardly an?|scarcely an?|barely an?|(?:isn't|wasn't|is not|was not|aren't) an?|never an?|any|so "
    rf"much as an?)"
    rf" (?:single |last |least |faintest |further |visible |more )*{TRACE}\b"
    r"|\bnothing (?:[\w'@-]+ ){0,5}?(?:left|remains|remained|to see|to be seen|to show|shows|hurts)\b"
    rf"|\b{any_form(WORDS['troubling'])}(?: @\d+| it)? (?:no (?:more|longer)|not at all)\b"
    rf"|\bno longer (?:\w+ )?{any_form(WORDS['troubling'])}\b|\bno longer (?:tender|sore|stiff|swollen|visible"
    rf"|there|raw|red)\b"
    rf"|\b(?:has|have|had|is|are|was|were|'s|'ve)(?: [\w]+ly| all| both| quite| long since| at last| now| since| "
    rf"already"
    rf"| completely)* {any_of(listed(WORDS['over_with']))}\b"
    rf"|\b(?:is|are|was|were|looks?|feels?|felt|grew|grows?|as)(?: \w+ly| as| all| "
    rf"quite)* {any_of(listed(WORDS['sound']))}"
    r" (?:again|once more|as (?:new|ever|before|the other|the day))\b"
    rf"|\bas {any_of(listed(WORDS['sound']))} as\b"
    rf"|\b(?:comes?|came|come|cuts?|takes?|took|taken|peels?|peeled|throws?|threw|tosses|tossed|puts?|unwinds?|unwound"
    rf"|strips?|stripped|saws?|sawed|sheds?|leaves?|left|removes?|removed|flings?|flung|burns?|burned|burnt) "
    rf"(?:off |away )?"
    rf"(?:the |his |her |@\d+'s )(?:\w+ )?{any_of(listed(WORDS['dressings']))}\b"
    rf"|\b{any_of(listed(WORDS['dressings']))} (?:\w+ )?(?:comes?|came|is|are|falls?|fell|drops?|dropped) (?:off"
    rf"|away|out)\b"
    r"|\bwhere\b[^;.]*\b(?:used to be|had been|once was|once were|was once|were once)\b",
    re.IGNORECASE,
)
"""Ways of saying that nothing is left of a hurt."""
LASTS = re.compile(
    r"\bas (?!good|new|well|strong|sound|straight|smooth|whole|fit|right|clean|clear|supple|firm|steady|though"
    r"|if)[\w-]+ as"
    r" (?:ever|before|on|the day|it was|when)\b|\b(?:still|stays?|stayed|remains?|remained|keeps?|kept|goes on|went on)"
    rf" (?:\w+ly )?(?:{any_form(WORDS['troubling'])}|sore|stiff|swollen|raw|red|blue|purple|black|yellow|green|open"
    rf"|tender)\b",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"\b(?:wound|injury|hurt|bandage|dressing|plaster|stitches|sling|splint|crutch|crutches|swelling|scab"
    r"|it|limp|cast)\b",
    re.I,
)
SO_IS = re.compile(r"So (?:is|are|has|have|was|were|do|does)\b")
DENIED = re.compile(
    r"\b(?:not|never|n't|would|will|could|should|might|may|if|until|before|hopes?|wish(?:es)?|almost"
    r"|nearly|hardly|nor|neither|half|slowly|wants?|pray(?:s|ing)?|promis\w+|to be)\b(?! even| a (?:trace"
    r"|twinge|mark|scratch)| so much| leave| left| find| without)",
    re.IGNORECASE,
)


def changes(page: Page) -> Iterator[Change]:
    known = list(standing(page))
    verdicts: dict[Change, bool] = {}
    scars: list[Change] = []
    whole: set[str] = set()
    topic: list[Change] = []
    for sentence in page.aloud:
        if sentence.unreal or not known:
            continue
        if GLOBALLY.search(sentence.text) and (clear := _verdict(sentence.text)) is not None and clear:
            whole |= _owners(sentence, known)
        told = dict(_told(sentence, known, topic))
        if SO_IS.match(sentence.text) and True in verdicts.values():
            told |= dict.fromkeys((one for one in known if _mentioned(one, sentence.text, sentence, known)), True)
        verdicts |= told
        healed = [one for one, over in told.items() if over]
        topic = [one for one in known if _mentioned(one, sentence.text, sentence, known)] or topic
        if SCARRED.search(sentence.text) and not NO_SCAR.search(sentence.text):
            scars += [one for one in healed or [one for one in topic if verdicts.get(one)]][-1:]
    for one in known:
        if verdicts.get(one) and one.character not in whole:
            yield Change(kind=ChangeKind.HEALING, character=one.character, what=one.what, where=one.where)
    yield from (Change(kind=ChangeKind.HEALING, character=who, what="all") for who in sorted(whole))
    for one in dict.fromkeys(scars):
        if one.what != SCAR:
            yield Change(kind=ChangeKind.INJURY, character=one.character, what=SCAR, where=one.where)


def _owners(sentence: Sentence, known: list[Change]) -> set[str]:
    hurt = {one.character for one in known}
    return ({*sentence.everybody} & hurt) or ({*sentence.before} & hurt) or (hurt if len(hurt) == 1 else set())


def _verdict(words: str) -> bool | None:
    """Whether these words say that something is healed, that it is not, or neither."""
    sound = SOUND.search(words)
    if UNHEALED.search(GLOBALLY.sub("", SOUND.sub("", words))) or LASTS.search(words):
        return False
    found = HEALED.search(words) or NOW_SCARRED.search(words)
    if sound and not (found and found.start() < sound.start()):
        wants_no = re.match(r"(?:any|so much)\b", sound[0], re.IGNORECASE)
        return bool(DENIED.search(words[: sound.start()])) == bool(wants_no)
    if not found:
        return None
    return not DENIED.search(words[: found.start()])


def _told(sentence: Sentence, known: list[Change], topic: list[Change]) -> Iterator[tuple[Change, bool]]:
    """A verdict is for the injuries of its own clause; where it names none, for those of the sentence that have no
    verdict of their own, else for those spoken of before, else for the injuries of whom it is about."""
    here = [one for one in known if _mentioned(one, sentence.text, sentence, known)]
    decided: dict[Change, bool] = {}
    loose: list[tuple[bool, list[Change]]] = []
    for words, about in _pieces(sentence):
        over = _verdict(words)
        inside = [one for one in known if _mentioned(one, words, sentence, known, about)]
        if over is None:
            continue
        if inside and not EVERYTHING.search(words):
            decided |= dict.fromkeys(inside, over)
        else:
            loose.append((over, [one for one in known if one.character in about]))
    for over, owned in loose:
        left = [one for one in here if one not in decided] or ([] if here else topic or owned)
        decided |= dict.fromkeys(left, over)
    for one in here:
        if one not in decided and True in decided.values() and _too(one, sentence):
            decided[one] = True
    yield from decided.items()


def _pieces(sentence: Sentence) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Clauses, each with the short ones after it that have no verb of their own ("healed at last", "as if …")."""
    cuts = [
        0,
        *(
            m.start()
            for m in re.finditer(
                r"[;:,](?! (?:too|as well|like)\b)|\b(?:and|but|while|though|although)\b", sentence.text
            )
        ),
        len(sentence.text),
    ]
    for start, end in itertools.pairwise(cuts):
        yield sentence.text[start:end], sentence.subject(min(start + 6, max(end - 1, 0)))


def _mentioned(one: Change, words: str, sentence: Sentence, known: list[Change], about: tuple[str, ...] = ()) -> bool:
    """Whether words speak of this injury: of the part or by its name, and of nobody else's."""
    stems = any_of(listed(WORDS["stems"].get(one.what) or [one.what]))
    part = plural(singular(one.where.split()[-1])) if one.where else "~"
    for match in re.finditer(rf"\b(?:{stems}\w*|(?:{part}))\b", words, re.IGNORECASE):
        owner = _possessor(match, words, sentence)
        if owner and one.character not in owner:
            continue
        rivals = [
            other
            for other in known
            if other.character != one.character and (other.what == one.what or _part(other) == _part(one))
        ]
        if not owner and rivals and one.character not in (about or sentence.people(words) or sentence.before):
            continue
        if _other_side(one, match, words):
            continue
        return True
    return bool(len(known) == 1 and GENERIC.search(words) and (about or one.character in sentence.everybody))


def _part(one: Change) -> str:
    return singular(one.where.split()[-1]) if one.where else ""


def _other_side(one: Change, match: re.Match[str], words: str) -> bool:
    side = re.search(r"\b(left|right) $", words[: match.start()])
    return bool(side and one.where.split()[0] in ("left", "right") and side[1] != one.where.split()[0])


def _possessor(match: re.Match[str], words: str, sentence: Sentence) -> tuple[str, ...]:
    """Whose it is: "@0's bruised hip", "the gash on @0's forearm", "the wound in @1"."""
    before = re.search(rf"({WHO})'s (?:[\w-]+ ){{0,3}}$", words[: match.start()])
    after = re.match(
        rf" (?:\w+ ){{0,2}}?(?:on|in|across|over|above|of|at|along|under|below) ({WHO})", words[match.end() :]
    )
    found = after or before
    return sentence.people(found[1]) if found else ()


def _too(one: Change, sentence: Sentence) -> bool:
    return bool(re.search(r"\b(?:too|as well|likewise|also|both|so (?:is|has|have|are|was))\b", sentence.text))
