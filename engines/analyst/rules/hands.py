"""Who holds which thing while a scene goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from engines.analyst.rules.page import Slugs
from engines.analyst.rules.phrases import head
from engines.analyst.rules.words import singular
from events.script import ChangeKind


@dataclass
class Hands:
    """Who holds what as the scene goes on, and the events in their order."""

    holder: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    last: str = ""
    events: list[tuple[ChangeKind, str, str]] = field(default_factory=list)
    before: int = 0
    """How many events there were before this sentence."""
    offered: dict[str, str] = field(default_factory=dict)
    """What was thrown or held out, and by whom: gone when somebody else takes it."""
    people: Slugs = ()
    """Who is in the scene, in the order in which the text names them."""

    def gain(self, who: str, what: str) -> None:
        if self.holder.get(key_of(what)) == who:
            return
        self.spoken(what)
        if self.offered.get(key_of(what), who) != who:
            self.lose(self.offered.pop(key_of(what)), what)
        self.holder[key_of(what)] = who
        self._add(ChangeKind.PROP_GAINED, who, what)

    def lose(self, who: str, what: str) -> None:
        self.spoken(what)
        if self.holder.get(key_of(what)) == who:
            self.holder.pop(key_of(what))
        self._add(ChangeKind.PROP_LOST, who, what)

    def back(self) -> None:
        """What was only taken to look at is put back."""
        if self.events and self.events[-1][0] == ChangeKind.PROP_GAINED:
            self.holder.pop(key_of(self.events.pop()[2]), None)

    def loser(self, what: str) -> str:
        """Who lost it last, "" where nobody did."""
        return next(
            (
                who
                for kind, who, lost in reversed(self.events)
                if kind == ChangeKind.PROP_LOST and key_of(lost) == key_of(what)
            ),
            "",
        )

    def spoken(self, what: str) -> None:
        self.last = self.names.setdefault(key_of(what), what)

    def _add(self, kind: ChangeKind, who: str, what: str) -> None:
        named = self.names.get(key_of(what), what)
        if (kind, who, key_of(what)) not in {(old[0], old[1], key_of(old[2])) for old in self.events}:
            self.events.append((kind, who, named))


def key_of(what: str) -> str:
    """Two phrases with the same last word are the same thing."""
    return singular(head(what))
