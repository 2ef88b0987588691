"""How Isso, a server of comments, tells of its comments in Atom (Isso 0.14, isso/views/comments.py and isso/db/comments.py; read 2026-11).

- A comment that others answer is not deleted but emptied: it stays in the feed as one paragraph without words, by nobody.
- Comments that answer none come first, the newest on top; after them all answers, the oldest on top.
- The ETag is the number of the newest comment that answers none: neither answers nor edits nor deletions change it.
- `/id/NUMBER` beside the feed is 404 when there is no such comment, and 403 when it is somebody else's.
- The newest comment's number is given again once that one was deleted: then it is another comment, and its id gets the time of it.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

from listener.sources.feed_entries import Entry
from listener.sources.feed_memory import Memory, short

STANDS = frozenset({403})
_ID = re.compile(r"(tag:[^,]{1,255},2018:/isso/\d+/(\d{1,18}))(?:@\d+)?")


def number_of(native_id: str) -> int | None:
    """Return the number of a comment; None for what is none of Isso's."""
    found = _ID.fullmatch(native_id)
    return int(found[2]) if found else None


def is_isso(entries: Sequence[Entry]) -> bool:
    """Tell whether a feed is Isso's."""
    return any(number_of(entry.guid) is not None for entry in entries)


def guid_of(native_id: str) -> str:
    """Return what the feed calls an entry that we call `native_id`."""
    found = _ID.fullmatch(native_id)
    return found[1] if found else native_id


def told_apart(entries: Sequence[Entry], before: Memory) -> tuple[tuple[Entry, ...], list[str]]:
    """Return the entries under the ids that we know them by, and the ids of comments whose number was given to another one.

    It is another one when the one before was removed, or was missing from the feed already when this one was written.
    """
    known = {guid_of(one.native_id): one.native_id for one in (*(each.shown for each in before.missing), *before.shown)}
    since = {one.shown.native_id: one.since for one in before.missing}
    names: dict[str, str] = {}
    replaced: list[str] = []
    for entry in entries:
        if number_of(entry.guid) is None:
            continue
        ours = known.get(entry.guid, "")
        written = int(entry.updated.timestamp()) if entry.updated else 0
        again = since[ours] <= written if ours in since else not ours and short(entry.guid) in before.gone
        if again and not is_emptied(entry):
            replaced += [ours] if ours else []
            ours = f"{entry.guid}@{written}"
        names[entry.guid] = ours or entry.guid
    if all(name == guid for guid, name in names.items()):
        return tuple(entries), []
    renamed = (replace(one, guid=names.get(one.guid, one.guid), reply_to=names.get(one.reply_to, one.reply_to)) for one in entries)
    return tuple(renamed), replaced


def is_emptied(entry: Entry) -> bool:
    """Tell whether a comment has neither words nor an author: it was deleted, and stays for its answers' sake, or it is but a picture."""
    return entry.emptied and not entry.text and not entry.author and number_of(entry.guid) is not None


def page_of(native_id: str, feed: str) -> str:
    """Return where the server that has its feed at `feed` answers for one comment; "" for what is none of Isso's."""
    number = number_of(native_id)
    return "" if number is None else urljoin(feed, f"id/{number}")


def places(comments: list[tuple[str, bool]]) -> list[int]:
    """Return where each comment (its id, and whether it is an answer) stands, from the feed's end on; empty when one is none of Isso's."""
    found = [(number_of(native_id), answers) for native_id, answers in comments]
    placed = [-number if answers else number for number, answers in found if number is not None]
    return placed if len(placed) == len(found) else []
