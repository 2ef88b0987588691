"""Mail has ids that its writers choose: one under the id of somebody else's mail is another mail, no edit of that one (RULES D2, D3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from listener.ledger.ledger import Ledger
from listener.model.mention import Mention, MentionKey

CHOSEN_BY_WRITERS = frozenset({"mail"})
"""Platforms on which whoever writes names the message. Everybody who got a mail knows its id, and may send another one under it."""


def told_apart(mentions: Iterable[Mention], ledger: Ledger) -> list[Mention]:
    """Return the messages, each under an id of its own where somebody else's message has that id already: it answers that one then.

    The second writer's id follows from the first and the address, so that the same mail read again is the same mention.
    """
    writers: dict[MentionKey, str] = {}
    apart: list[Mention] = []
    for one in mentions:
        if one.platform in CHOSEN_BY_WRITERS:
            writer = "" if one.author is None else one.author.key
            if one.key not in writers:
                before = ledger.mentions.find(one.key)
                writers[one.key] = writer if before is None else "" if before.mention.author is None else before.mention.author.key
            if writers[one.key] != writer:
                mark = hashlib.sha256(writer.encode("utf-8", "surrogatepass")).hexdigest()[:16]
                one = replace(one, native_id=f"{one.native_id}#{mark}", parent_id=one.parent_id or one.native_id)
        apart.append(one)
    return apart
