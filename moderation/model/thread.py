"""Which thread a message stands in, for the ledger and for whoever answers it."""

from __future__ import annotations

from listener.model.mention import Mention

CHATS = frozenset({"whatsapp", "messenger", "instagram"})
"""Channels of private messages in which all that two people say is one conversation: the pair is its thread, one end being the realm."""

ANSWERED_IN_PRIVATE = frozenset({"mail", "email", "discourse", "matrix", "webhook"})
"""Platforms on which an account of ours answers a private message where only its writer reads it. There is no other way to answer one."""


def thread_of(mention: Mention) -> str:
    """Return a message's thread: its root, or itself when it opened one; in a chat, whoever writes to us there."""
    if mention.channel in CHATS and not mention.root_id and mention.author is not None and mention.author.native_id:
        return mention.author.native_id
    return mention.root_id or mention.native_id
