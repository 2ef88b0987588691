"""What of a page is kept, and in which form, however it came: pulled, told by a stream, or sent. One bad mention is left out alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from listener.errors import StoreError
from listener.ledger.ledger import Ledger
from listener.ledger.mentions import Added
from listener.model.mention import BrandHit, Kept, Mention, StoredMention
from listener.model.page import Skip
from listener.text.query import BrandQuery
from listener.text.storable import sane_time, storable
from listener.workflows.chosen_ids import told_apart

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 500_000
MOST_IN_A_TITLE = 10_000

Keep = Literal["matching", "all"]


def read_each(mentions: Sequence[Mention], choose: Callable[[Sequence[Mention]], list[Kept]]) -> tuple[list[Kept], list[Skip]]:
    """Return what `choose` keeps of a page. One mention on which our own code fails must not hold up its page for ever (RULES F24).

    It is left out alone, as a skip with its id. A `StoreError` is no fault of a mention and goes up.
    """
    try:
        return choose(mentions), []
    except StoreError:
        raise
    except Exception:  # whatever it is, it is one of these: each is tried alone
        logger.exception("a page cannot be read as a whole")
    kept: list[Kept] = []
    unread: list[Skip] = []
    for one in mentions:
        try:
            kept += choose([one])
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - told by its id, and the next one goes on
            unread.append(Skip(where=f"item {one.native_id}"[:200], reason=f"our own reader fails on it ({type(error).__name__})"))
    return kept, unread


def add_all(
    kept: Sequence[Kept], skipped: Sequence[Skip], *, whole: Callable[..., Added], alone: Callable[[Sequence[Kept]], Added]
) -> tuple[Added, tuple[Skip, ...]]:
    """Save a page by `whole(kept, skipped=…)`; return what that did, and what was skipped in all.

    Where the ledger cannot hold one of its mentions, they are saved one by one first, by `alone`, which moves no cursor, and only what it
    cannot hold is left out. A `StoreError` (the store itself: locked, full) goes up.
    """
    try:
        return whole(kept, skipped=skipped), tuple(skipped)
    except StoreError:
        raise
    except Exception:  # as above
        logger.exception("a page cannot be kept as a whole")
    each: list[Added] = []
    unkept: list[Skip] = []
    for one in kept:
        try:
            each.append(alone([one]))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - told by its id, and the next one goes on
            unkept.append(Skip(where=f"item {one.mention.native_id}"[:200], reason=f"it cannot be kept ({type(error).__name__})"))
    told = (*skipped, *unkept)
    last = whole((), skipped=told)
    new, edited, unchanged = sum(one.new for one in each), sum(one.edited for one in each), sum(one.unchanged for one in each)
    return Added(new=new, edited=edited, removed=last.removed, unchanged=unchanged), told


def select_kept(mentions: Sequence[Mention], queries: Sequence[BrandQuery], ledger: Ledger, keep: Keep) -> list[Kept]:
    """Keep what a brand query catches; also edits of mentions we already have, so that no stale text stays.

    What was said to a brand's own account is directed at that brand, whatever it names; what was said to it in private is always kept.
    """
    apart = told_apart(mentions, ledger)
    matched = [(one, tuple(hit for query in queries if (hit := query.match(one)))) for one in apart]
    known = set() if keep == "all" else ledger.mentions.known([one.key for one, hits in matched if not hits])
    return [
        Kept(mention=one, hits=_directed(one, hits))
        for one, hits in matched
        if keep == "all" or hits or one.key in known or (one.channel and one.said_to)
    ]


def said_to_before(kept: StoredMention, queries: Sequence[BrandQuery]) -> str:
    """Return the brand to whose own account a kept mention came: directed at it by none of its words. "" for none."""
    by_words = {hit.brand for query in queries if (hit := query.match(kept.mention)) and hit.directed}
    return next((hit.brand for hit in kept.hits if hit.directed and hit.brand not in by_words), "")


def _directed(mention: Mention, hits: tuple[BrandHit, ...]) -> tuple[BrandHit, ...]:
    if not mention.said_to:
        return hits
    terms = next((hit.terms for hit in hits if hit.brand == mention.said_to), ())
    others = tuple(hit for hit in hits if hit.brand != mention.said_to)
    return (*others, BrandHit(brand=mention.said_to, directed=True, terms=terms))


def repaired(mention: Mention, received_at: datetime) -> Mention:
    """Return the mention in a form every store can hold, with flags for what was repaired (RULES I2, I3, I22).

    No edit is later than now either: a site whose clock ran ahead would keep all that is changed there afterwards from being followed.
    A text longer than half a million characters is cut there, a title at ten thousand (flag "cut"): nobody writes one, and reading it
    would hold up the others.
    """
    text, text_flags = storable(mention.text[:MOST_CHARACTERS])
    text_flags |= {"cut"} if len(mention.text) > MOST_CHARACTERS or len(mention.title) > MOST_IN_A_TITLE else set()
    title, title_flags = storable(mention.title[:MOST_IN_A_TITLE])
    posted_at, time_flags = sane_time(mention.posted_at, received_at)
    edited_at = None if mention.edited_at is None else sane_time(mention.edited_at, received_at)[0]
    author = mention.author and replace(mention.author, name=storable(mention.author.name)[0][:500])
    flags = mention.flags | text_flags | title_flags | time_flags
    return replace(mention, text=text, title=title, posted_at=posted_at, edited_at=edited_at, author=author, flags=flags)
