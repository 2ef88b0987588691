"""Bring the search up to date with the ledger, or make it again; texts are never encoded here, signs are taken from kept vectors."""

from __future__ import annotations

from listener.ledger.ledger import Ledger
from listener.ports import Progress
from listener.search.store import SearchStore
from listener.text.searching import search_text

MOST_CHANGES = 2_000
"""Changes applied at once: enough to be fast, few enough to fit in memory with their vectors and texts."""


def keep_search(ledger: Ledger, search: SearchStore, *, model_id: str) -> bool:
    """Apply the next changes of the ledger and return whether there may be more.

    When the search holds signs of another model's vectors, those are taken over first, a batch a call; words go on being found meanwhile.
    What was kept long enough leaves as what was removed does: there is nothing of it to be found by.
    When it is ahead of the ledger (a restored backup), it begins again from nothing.
    """
    followed = search.followed()
    if ledger.analyses.last_seq() < followed.seq:
        search.clear()
        followed = search.followed()
    if followed.model != model_id:
        search.begin_codes(model_id)
        followed = search.followed()
    if followed.coded < followed.seq:
        mentions, _, reached = ledger.analyses.changes_since(followed.coded, MOST_CHANGES, model_id)
        held = [one for one in mentions if one.vector.size]
        search.apply_codes(held, followed.seq if reached == followed.coded else min(reached, followed.seq))
        return True
    mentions, removed, reached = ledger.analyses.changes_since(followed.seq, MOST_CHANGES, model_id)
    if reached == followed.seq:
        return False
    stored = ledger.mentions.by_ids([one.mention_id for one in mentions], as_analysed=True)
    texts = {one.mention_id: search_text(f"{one.mention.title} {one.mention.text}") for one in stored if one.expired_at is None}
    there = [one for one in mentions if one.mention_id in texts]
    gone = [one.mention_id for one in mentions if not one.vector.size]
    search.apply(there, texts, sorted({*removed, *gone}), reached)
    return True


def rebuild_search(ledger: Ledger, search: SearchStore, *, model_id: str, progress: Progress) -> int:
    """Clear the search, apply every change again, and return the number of mentions it holds. Encodes nothing."""
    search.clear()
    progress.start("Rebuilding the search", ledger.analyses.analysed_count())
    held = 0
    while keep_search(ledger, search, model_id=model_id):
        progress.advance(search.followed().held - held)
        held = search.followed().held
    progress.finish()
    return held
