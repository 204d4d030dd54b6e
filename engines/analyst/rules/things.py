"""Props: what somebody comes to have, and what is given, lost, thrown away, sold, stolen or destroyed.

Each rule is a class of verbs with the roles that gain and lose, after VerbNet (Kipper Schuler 2005): give-13.1,
get-13.5, fulfilling-13.4, cheat-10.6, exchange-13.6, throw-17.1, destroy-44, disappearance-48.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from engines.analyst.language.coreference import Slugs
from engines.analyst.language.deeds import Deed
from engines.analyst.language.grammar import Scene
from engines.analyst.rules.dealings import CLASSES, Dealing, Move, from_whom
from engines.analyst.rules.possession import Possession, counted, key_of
from events.script import Change


def changes(scene: Scene) -> Iterator[Change]:
    """What each of the cast comes to have and what each loses, in the order of the text."""
    hands = Possession(scene)
    for sentence in scene.sentences:
        for dealing in (Dealing(deed, hands) for deed in sentence.told):
            for rule in RULES if not dealing.only_meant else ():
                for move in rule(dealing):
                    hands.pass_on(*move)
    yield from hands.changes()


def _told_of_before(deed: Deed) -> bool:
    """ "Looks at the lamp that her father gave her": what was done long before a story in the present."""
    root = deed.verb.sent.root
    verbs = (root, *(child for child in root.children if child.dep_ in ("aux", "auxpass")))
    present = any(verb.tag_ in ("VBZ", "VBP") for verb in verbs)
    return deed.verb.dep_ == "relcl" and deed.verb.tag_ == "VBD" and present


def had(it: Dealing) -> Iterator[Move]:
    """No move, but whoever carries a thing is who loses it."""
    for thing in it.themes("having"):
        if it.doers:
            it.hands.holder.setdefault(key_of(thing), it.doers)
    for thing in it.meant(it.deed.doers) if it.verb == "be" and it.possessors else ():
        it.hands.holder.setdefault(key_of(thing), it.possessors)
    yield from ()


def offered(it: Dealing) -> Iterator[Move]:
    for thing in it.themes("offering"):
        it.hands.offered[key_of(thing)] = it.doers
    yield from ()


def given(it: Dealing) -> Iterator[Move]:
    if _told_of_before(it.deed):
        return
    if it.takers or it.somebody:
        for thing in it.themes("giving"):
            yield thing, it.doers, it.receiver(thing)
        for thing, takers in it.gapped() if {*it.stems} & CLASSES["giving"] else ():
            yield thing, it.doers, takers
    elif not it.doers and _across(it):
        for thing in it.themes("giving"):
            yield thing, (), it.alone
    elif it.verb in CLASSES["hurling"]:
        it.hands.offered.update({key_of(thing): it.doers for thing in it.themes("giving")})


def _across(it: Dealing) -> bool:
    """A clerk pushes it over the counter to the only customer."""
    ends = it.deed.with_words("across", "over", "under", "through", "on", "onto")
    return any(token.lemma_ in CLASSES["openings"] for token in ends)


def made_a_present(it: Dealing) -> Iterator[Move]:
    """ "Makes her a present of the lamp"."""
    for gift in it.deed.verb.subtree if it.verb == "make" else ():
        if gift.lower_ in ("present", "gift"):
            to = it.deed.people([child for child in gift.children if child.dep_ == "nsubj"]) or it.takers
            for thing in it.meant(list(counted(gift))):
                yield thing, it.doers, to


def given_up(it: Dealing) -> Iterator[Move]:
    for thing in it.themes("giving_up"):
        if not it.stows:
            agent = it.agent(thing)
            yield thing, (agent if agent != it.doers else it.hands.owner(thing) or agent), it.takers


def thrown(it: Dealing) -> Iterator[Move]:
    if it.away and not it.takers and not it.stows:
        for thing in it.themes("throwing"):
            yield thing, it.hands.owner(thing) or it.doers, ()


def let_go(it: Dealing) -> Iterator[Move]:
    """ "Lets the letter fall"."""
    head = it.deed.verb.head
    if head.lemma_ == "let" and it.verb == "have":
        for thing in it.themes("having"):
            yield thing, it.deed.people(Deed(head, it.deed.who).doers), it.doers
    elif head.lemma_ == "let" and it.deed.verb.dep_ in ("ccomp", "xcomp") and it.verb in CLASSES["letting"]:
        for thing in it.meant(it.deed.doers):
            yield thing, it.hands.owner(thing) or it.deed.people(Deed(head, it.deed.who).doers), it.takers


def misread(it: Dealing) -> Iterator[Move]:
    """ "Lets the letter fall", "hears the glass shatter", where the parser takes the second verb for a noun."""
    for noun in it.deed.things if it.verb in ("let", "hear", "see", "watch", "feel") else ():
        if noun.lemma_ in CLASSES["letting"] | CLASSES["vanishing"]:
            for thing in it.meant([child for child in noun.children if child.dep_ == "compound"]):
                owner = it.hands.owner(thing) or it.hands.named_owner(noun)
                yield thing, owner or (it.doers if it.verb == "let" else ()), ()


def destroyed(it: Dealing) -> Iterator[Move]:
    for thing in it.themes("destroying"):
        unowned = CLASSES["only_owned"] & {*it.stems} or any(child.lower_ in ("a", "an") for child in thing.children)
        yield thing, it.hands.owner(thing) or (() if unowned else it.doers), ()


def taken(it: Dealing) -> Iterator[Move]:
    if losers := _has_it_done(it):
        yield from ((thing, losers, ()) for thing in it.themes("taking") or it.meant(it.deed.doers))
        return
    if it.robbed:
        yield from ((thing, it.robbed, ()) for thing in it.themes("taking"))
        return
    for thing in _taken(it, "taking"):
        others = it.source(thing) or it.hands.giver(thing) or (it.alone if it.seized else ())
        yield thing, tuple(who for who in others if who not in it.doers), it.takers or it.agent(thing)


def _has_it_done(it: Dealing) -> Slugs:
    """ "Has her watch stolen"."""
    head = next((verb for verb in it.deed.verb.ancestors if verb.pos_ in ("VERB", "AUX")), it.deed.verb)
    done = it.deed.verb.dep_ in ("acl", "ccomp") and it.deed.verb.tag_ == "VBN"
    return it.deed.people(Deed(head, it.deed.who).doers) if done and head.lemma_ == "have" else ()


def searched(it: Dealing) -> Iterator[Move]:
    """No move, but what an unnamed searcher takes next was theirs."""
    if it.verb in CLASSES["searching"] and not it.doers and (it.deed.doers or it.deed.passive):
        ends = [*it.deed.things, *it.deed.with_words("through")]
        it.hands.searched = tuple(dict.fromkeys(who for end in ends for who in it.holder(end)))
    yield from ()


def got(it: Dealing) -> Iterator[Move]:
    for name in ("getting", "finding"):
        for thing in _taken(it, name):
            takers = it.takers if it.takers and it.verb in CLASSES["for_somebody"] else it.agent(thing)
            others = it.source(thing) or (it.hands.giver(thing) if name == "getting" and not it.of_stranger else ())
            if takers or it.source(thing):
                yield thing, tuple(who for who in others if who not in takers), takers


def _taken(it: Dealing, name: str) -> Iterator[Token]:
    """What the doers take that was not their own before."""
    said = any(word in ("from", "of", "off") for word, _ in it.phrases)
    partly = it.verb in CLASSES["from_somewhere"] and it.verb in it.stems and not said
    joined = [token for word, token in it.phrases if token.dep_ == "conj" and from_whom(token)]
    things = it.themes(name)
    for thing in [*things, *it.meant(joined)] if things else ():
        own = (name != "getting" and it.hands.has(it.doers, thing)) or it.from_own
        if not own and not partly:
            yield thing


def kept(it: Dealing) -> Iterator[Move]:
    """What somebody else keeps."""
    for thing in it.themes("keeping"):
        others = tuple(who for who in it.hands.owner(thing) if who not in it.doers)
        for_oneself = set(it.doers) & set(it.deed.people(it.deed.with_words("for", "to")))
        if others or (for_oneself and not it.hands.has(it.doers, thing)):
            yield thing, others, it.doers


def left_without(it: Dealing) -> Iterator[Move]:
    """ "Rides on without it"."""
    if CLASSES["moving_on"] & {it.verb, *it.stems}:
        for thing in it.meant(it.deed.with_words("without")):
            if not any(child.lower_ in ("a", "an", "any") for child in thing.children):
                yield thing, it.doers, ()


def stowed(it: Dealing) -> Iterator[Move]:
    """Put into one's own pocket, it is one's own from then on."""
    if it.stows and not any(child.lower_ in ("back", "again", "away") for child in it.deed.verb.children):
        for thing in it.themes("stowing"):
            if not it.hands.has(it.doers, thing):
                yield thing, (), it.doers


def presented(it: Dealing) -> Iterator[Move]:
    """ "Presents her with a lamp", "she is armed with a lance"."""
    takers = it.deed.people(it.deed.things)
    if it.verb not in CLASSES["presenting"] or not (takers or any(it.is_somebody(one) for one in it.deed.things)):
        return
    for token in it.deed.with_words("with"):
        for thing in it.meant([token]) if token.i > it.deed.verb.i else ():
            yield thing, it.doers, it.named_before(thing) or takers


def robbed(it: Dealing) -> Iterator[Move]:
    """ "Relieves her of the lamp"."""
    if it.verb not in CLASSES["robbing"]:
        return
    losers, robbers = it.deed.people(it.deed.things), it.doers
    if not it.deed.things and it.deed.verb.tag_ in ("VBN", "VBD"):
        losers, robbers = robbers, ()
    for thing in it.meant(it.deed.with_words("of")) if losers else ():
        yield thing, losers, robbers


def exchanged(it: Dealing) -> Iterator[Move]:
    """ "Trades the lamp with Kairo for a rope"."""
    if it.verb not in CLASSES["exchanging"] or not it.doers:
        return
    others = it.deed.people(it.deed.with_words("with")) or it.takers
    for thing in it.meant(it.deed.things):
        yield thing, it.doers, others
    for thing in it.price():
        yield thing, others or tuple(who for who in it.hands.owner(thing) if who not in it.doers), it.doers


def priced(it: Dealing) -> Iterator[Move]:
    """ "Gets the lamp for her ring", "sells her ring for a lamp"."""
    if it.verb not in CLASSES["for_price"] or not it.doers:
        return
    for thing in it.price():
        if it.hands.has(it.doers, thing) or (it.verb in CLASSES["bought"] and (it.sources or it.of_stranger)):
            yield thing, it.doers, ()
        elif it.themes("giving") or it.themes("giving_up"):
            yield thing, (), it.doers


def went(it: Dealing) -> Iterator[Move]:
    """Things that go by themselves: "the knife slips from her hand", "his notebook has turned to pulp"."""
    inverted = it.deed.things if it.verb in ("go", "fly", "come", "sail") else ()
    with_it = [child for child in it.deed.verb.children if child.dep_ == "conj" and child.pos_ == "NOUN"]
    subjects = it.deed.things if it.deed.passive else (*it.deed.doers, *inverted)
    if not it.deed.passive and any(token not in inverted for token in it.deed.things) and not it.gone:
        return
    if it.possessors:
        return
    goes = it.verb in CLASSES["going"] and not CLASSES["kept"] & {*it.stems} and (it.away or bool(it.sources))
    for thing in it.meant([*subjects, *with_it]) if goes or it.gone else ():
        alone = it.alone if it.sunk or it.ruined else ()
        yield thing, it.sources or it.hands.owner(thing) or alone, ()


def so_too(it: Dealing) -> Iterator[Move]:
    """ "Her lamp is gone, and so is her rope", "and the rope with it": as the thing before, so the next."""
    so = it.deed.verb.pos_ == "AUX" or it.verb in ("have", "do", "go")
    last = it.hands.events[-1:] if so and any(child.lower_ == "so" for child in it.deed.verb.children) else []
    for thing in it.meant([*it.deed.doers, *it.deed.things]) if last else ():
        yield thing, it.hands.owner(thing) or (last[0][1],), ()


def belongs(it: Dealing) -> Iterator[Move]:
    """ "The lamp belongs to her now", "the lamp is hers", "the lamp is in her hands"."""
    if it.verb not in CLASSES["belonging"] or it.deed.passive:
        return
    takers = it.possessors
    now = any(child.lower_ == "now" for child in it.deed.verb.children)
    handed = it.verb in ("go", "pass", "fall") or it.deed.verb.dep_ == "conj" or now
    for thing in it.meant(it.deed.doers) if takers or it.somebody else ():
        owner = tuple(who for who in it.sources or it.hands.owner(thing) if who not in takers)
        if owner or (handed and takers and not it.hands.has(takers, thing)):
            yield thing, owner, takers
    yield from ((thing, (), to) for thing, to in it.gapped() if it.verb in ("go", "pass", "fall"))


def owner_of(it: Dealing) -> Iterator[Move]:
    """ "Is the owner of a harp"."""
    for noun in it.deed.things if it.verb in ("be", "become") and it.doers else ():
        if noun.lemma_ == "owner":
            yield from ((thing, (), it.doers) for thing in it.meant(list(counted(noun))))


def put_back(it: Dealing) -> Iterator[Move]:
    if not it.takers and not it.stows:
        for thing in it.themes("returning"):
            it.hands.put_back(thing)
    yield from ()


RULES = (had, searched, offered, given, made_a_present, given_up, let_go, misread, thrown, destroyed, taken, got,
         kept, left_without, stowed, presented, robbed, exchanged, priced, went, so_too, belongs, owner_of,
         put_back)  # fmt: skip
