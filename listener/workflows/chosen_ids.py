"""Mail has ids that its writers choose: one under the id of somebody else's mail is another mail, no edit of that one (RULES D2, D3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from listener.ledger.ledger import Ledger
from listener.ledger.page import content_hash, sound
from listener.model.mention import NAMED_BY_WRITERS, Mention, MentionKey


@dataclass(frozen=True, slots=True)
class _Held:
    """Whose the mail under an id is, and what it says."""

    writer: str
    content: str


def told_apart(mentions: Iterable[Mention], ledger: Ledger) -> list[Mention]:
    """Return the messages, each under an id of its own where another message has that id already: it answers that one then.

    Another message is one of somebody else; or one under the same From that says something else, unless its sender is proven: whoever was
    in copy knows the id and the address. The second id follows from the first, the address and, then, the words, so that the same mail
    read again is the same mention.
    """
    held: dict[MentionKey, _Held] = {}
    apart: list[Mention] = []
    for one in mentions:
        if one.platform in NAMED_BY_WRITERS:
            mine = _facts(one)
            if one.key not in held:
                before = ledger.mentions.find(one.key)
                held[one.key] = mine if before is None else _facts(before.mention)
            first = held[one.key]
            if first.writer != mine.writer or (one.unproven and first.content != mine.content):
                told = mine.writer if first.writer != mine.writer else f"{mine.writer}\x1f{mine.content}"
                mark = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
                one = replace(one, native_id=f"{one.native_id}#{mark}", parent_id=one.parent_id or one.native_id)
        apart.append(one)
    return apart


def _facts(one: Mention) -> _Held:
    return _Held("" if one.author is None else one.author.key, content_hash(sound(one.title), sound(one.text)))
