"""Compares what a platform accepted with what our ledger says: each approved post at most once, nothing else, and no false "sent"."""

from __future__ import annotations

from collections.abc import Iterable

from moderation.model.outbox import EntryState, OutboxEntry
from moderation.outbox.approval import still_bound
from tests.fakes.platforms.record import Post

_POSTED = (EntryState.SENT, EntryState.FOUND)
_NOT_POSTED = (EntryState.REFUSED, EntryState.CANCELLED, EntryState.EXPIRED)


def breaches(accepted: Iterable[Post], entries: Iterable[OutboxEntry]) -> list[str]:
    """Return one sentence per breach; an empty list means the two books agree.

    Posts and entries belong together by the exact text, so texts of a test differ. Edits of earlier posts are left out.
    """
    wrong: list[str] = []
    known = {entry.post.text: entry for entry in entries if not entry.post.edits}
    times: dict[str, list[Post]] = {}
    for post in accepted:
        times.setdefault(post.text, []).append(post)
    for text, posts in times.items():
        entry = known.get(text)
        if entry is None:
            wrong.append(f"{posts[0].post_id} was accepted and nobody approved it")
            continue
        if len(posts) > 1:
            wrong.append(f"entry {entry.entry_id} was accepted {len(posts)} times")
        if not still_bound(entry) or not entry.approved_by:
            wrong.append(f"entry {entry.entry_id} left though its approval does not bind it")
        if entry.state in _NOT_POSTED:
            wrong.append(f"entry {entry.entry_id} is {entry.state} and was accepted")
        if entry.state in _POSTED and entry.platform_id != posts[0].post_id:
            wrong.append(f"entry {entry.entry_id} names another post than the platform")
    wrong += [
        f"entry {entry.entry_id} is {entry.state} and was never accepted"
        for text, entry in known.items()
        if entry.state in _POSTED and text not in times
    ]
    return wrong
