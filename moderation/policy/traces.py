"""Whether a text shows a person: their handle, their name, or six words in a row of what they wrote. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from listener.text.normal_form import normal_form

IN_A_ROW = 6
"""Words in a row that are somebody's own: fewer stand in other people's sentences too."""
SHORTEST_NAME = 4
"""Letters of a name that is looked for everywhere: a shorter one stands in too many words of others."""

_WORD = re.compile(r"[^\W_]+")


def spoken(text: str) -> str:
    """Return the words of a text alone, in one case, with blanks around: marks, invisible signs and escapes tell nothing apart."""
    plain = "".join(sign for sign in normal_form("NFKC", text) if unicodedata.category(sign) not in {"Cf", "Mn"})
    return f" {' '.join(_WORD.findall(plain.casefold()))} "


def runs(words: str, length: int = IN_A_ROW) -> set[str]:
    """Return every stretch of `length` words of what `spoken` made."""
    each = words.split()
    return {" ".join(each[at : at + length]) for at in range(len(each) - length + 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a person is known by. `names` are as `spoken` returns them, `said` what `runs` does of all their texts; `whole` are texts of a
    few words, and `sent` what we wrote to them: those show them only where they stand alone."""

    names: frozenset[str]
    said: frozenset[str]
    whole: frozenset[str]
    sent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], texts: Iterable[str], sent: Iterable[str] = ()) -> Traces:
        """Return the traces of these names, ids and addresses, of these texts, and of what we sent. A name of a few letters is left out."""
        called = {spoken(one) for one in names}
        written = {spoken(one) for one in texts}
        return cls(
            names=frozenset(one for one in called if len(one.replace(" ", "")) >= SHORTEST_NAME),
            said=frozenset().union(*(runs(one) for one in written)),
            whole=frozenset(one for one in written if 1 < len(one.split()) < IN_A_ROW),
            sent=frozenset(one for one in map(spoken, sent) if one.strip()),
        )

    def shown_by(self, text: str) -> bool:
        """Tell whether a text shows the person."""
        if not text:
            return False
        words = spoken(text)
        return any(one in words for one in self.names) or words in self.whole | self.sent or not self.said.isdisjoint(runs(words))

    def quoted_by(self, text: str) -> bool:
        """The same for a text that is made of quotes: there a short message counts as well."""
        return self.shown_by(text) or any(one in spoken(text) for one in self.whole)
