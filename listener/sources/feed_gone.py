"""Which entries a feed should still show and does not: arithmetic on two documents, as sure as a feed lets us be. Pure.

Feeds drop their oldest entries, editors reorder lists, servers cut answers short, and what is taken as removed never comes back
(RULES F7). So an entry only counts as missing while this document and the last one are in order of time and whole, an older entry is still
shown, and nothing shown leads to the same address; and while no more are missing than are shown. Its page decides (`feed_pages`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from listener.sources import feed_isso
from listener.sources.feed_entries import Entry, FeedBody
from listener.sources.feed_memory import MOST_MISSING, Memory, Missing, Order, Shown
from listener.sources.feed_mentions import Listing

_COUNTED = re.compile(r"(.*?)([0-9]{1,18})", re.DOTALL)


def order_of(entries: Sequence[Entry]) -> Order:
    """Return what the document is in order of, newest or oldest first: "time" of publication, "count" of its ids, "" of neither.

    Ids count where no entry has a time of publication, and all end in a number after the same words. "threads" is Isso's own order.
    """
    if not entries:
        return ""
    published = [entry.published for entry in entries]
    times = [at.timestamp() for at in published if at is not None]
    if times:
        return "time" if len(times) == len(published) and _runs_one_way(times, strictly=False) else ""
    threads = feed_isso.places([(entry.guid, bool(entry.reply_to)) for entry in entries])
    if threads and _falls(threads):
        return "threads"
    counted = _counts([entry.guid for entry in entries])
    return "count" if counted is not None and _runs_one_way(counted, strictly=True) else ""


def missing_from(body: FeedBody, order: Order, listing: Listing, before: Memory, now: datetime) -> tuple[Missing, ...]:
    """Return the entries that are missing from this document, newest first, each with the time of the first pull that missed it.

    Nothing is missing where nothing can be known: all begin anew once two documents in order follow each other.
    """
    if not order or not _alike(order, before.order) or not body.whole:
        return ()
    links = {one.link for one in listing.shown}
    gone = {one.shown.native_id: one for one in before.missing}
    gone |= {one.native_id: Missing(shown=one, since=int(now.timestamp())) for one in before.shown if one.native_id not in gone}
    left = [one for native_id, one in gone.items() if native_id not in listing.present and one.shown.link not in links]
    places = _places(order, [*listing.shown, *(one.shown for one in left)])
    if not listing.shown or not places:
        return ()
    # Isso answers for each comment, so that it can be asked about its last answers too, whenever the feed is too short to have dropped them
    oldest = min(places[: len(listing.shown)]) if order != "threads" or len(listing.shown) >= len(before.shown) else -math.inf
    waiting = {one.shown.native_id for one in before.missing} if order == "threads" else frozenset()
    newer = [(at, one) for at, one in zip(places[len(listing.shown) :], left, strict=True) if at > oldest or one.shown.native_id in waiting]
    return tuple(one for _, one in sorted(newer, key=lambda pair: -pair[0]))[:MOST_MISSING]


def due(missing: Sequence[Missing], listing: Listing, now: datetime) -> tuple[list[Missing], tuple[Missing, ...]]:
    """Return those of the missing whose page is to be asked for now, and all of them as they are to be remembered.

    While more are missing than are shown, something else has happened to this feed: all wait another hour.
    """
    ready = [one for one in missing if one.is_due(now)]
    if len(missing) > len(listing.shown):
        waiting = {one.shown.native_id for one in ready}
        return [], tuple(replace(one, asked=int(now.timestamp())) if one.shown.native_id in waiting else one for one in missing)
    return ready, tuple(missing)


def _places(order: Order, shown: Iterable[Shown]) -> list[int]:
    """Return where each entry stands in that order; an empty list when one of them has no place in it."""
    if order == "threads":
        return feed_isso.places([(one.native_id, bool(one.root)) for one in shown])
    if order == "count":
        return _counts([one.native_id for one in shown]) or []
    times = [one.at for one in shown]
    return times if all(times) else []


def _counts(ids: Sequence[str]) -> list[int] | None:
    """Return the numbers at the end of ids, when the same words stand before each."""
    found = [_COUNTED.fullmatch(one) for one in ids]
    if not all(found) or len({one[1] for one in found if one}) != 1:
        return None
    return [int(one[2]) for one in found if one]


def _runs_one_way(places: Sequence[float], *, strictly: bool) -> bool:
    steps = [later - earlier for earlier, later in pairwise(places)]
    if strictly:
        return _falls(places) or all(step > 0 for step in steps)
    return all(step <= 0 for step in steps) or all(step >= 0 for step in steps)


def _falls(places: Sequence[float]) -> bool:
    return all(later < earlier for earlier, later in pairwise(places))


def _alike(order: Order, before: Order) -> bool:
    """Tell whether two documents are in the same order: a list of Isso without answers, or of another version, may seem a counted one."""
    return order == before or {order, before} == {"count", "threads"}
