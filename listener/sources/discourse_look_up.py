"""How posts of a Discourse forum stand now, asked for one by one: as they are, gone, or nothing that anybody can be sure of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from listener.errors import SourceRefused, SourceUnavailable
from listener.model.mention import Removal
from listener.model.page import Found, Skip
from listener.sources.discourse_forum import FORBIDDEN, Forum, Post
from listener.sources.discourse_posts import PLATFORM, read_post
from listener.sources.fields import number
from listener.sources.one_by_one import FAILS_ON_IT, one_by_one
from listener.sources.patience import Patience

MOST_LOOKED_UP = 20
"""Posts of one question: each costs a request."""
MOST_LOST = 10


async def look_up(forum: Forum, native_ids: Sequence[str]) -> tuple[Found, ...]:
    """Return up to 20 posts as they stand now, in the order asked for; one that the forum does not show any more is a removal.

    Fewer come back when the forum asks us to wait in between, or fails. When it shows none at all and no list either, that proves
    nothing; nor does it that a post is not for us to see (403).
    """
    asked = list(dict.fromkeys(native_ids))[:MOST_LOOKED_UP]
    found = await one_by_one(asked, partial(standing, forum), unsure=lambda one: Skip(where=f"post {one}", reason=FAILS_ON_IT))
    shown = any(post is not None and not isinstance(post, Skip) for post in found)
    sure = shown or bool(found and await _shows_anything(forum))
    answers = zip(asked, found, strict=False)
    return tuple(post if isinstance(post, Skip) else as_found(forum, one, post, sure=sure) for one, post in answers)


async def became(forum: Forum, post_ids: Sequence[int], patience: Patience, *, sure: bool, private: bool) -> tuple[list[Found], list[int]]:
    """Return what became of posts that are no longer listed, and those that are still to be asked for.

    What is not for us is not asked about each round, but when kept posts are looked at again.
    """
    found: list[Found] = []
    unsure = list(post_ids[MOST_LOST:])
    for number_of_it in post_ids[:MOST_LOST]:
        one = str(number_of_it)
        try:
            post = await standing(forum, one)
        except SourceUnavailable:
            found.append(Skip(where=f"post {one}", reason=FAILS_ON_IT))
            unsure += [] if patience.is_over(f"post {one}") else [number_of_it]
            continue
        is_what = post if isinstance(post, Skip) else as_found(forum, one, post, sure=sure, private=private)
        found.append(is_what)
        unsure += [number_of_it] if isinstance(is_what, Skip) and is_what is not post else []
    return found, unsure


async def standing(forum: Forum, native_id: str) -> Post | Skip | None:
    """Return a post, None when the forum says that it is not there; one that is not for us to see (403) may stand all the same."""
    try:
        return await forum.standing(native_id) if number(native_id) else None
    except SourceRefused as refusal:
        if refusal.status != FORBIDDEN:
            raise
        return Skip(where=f"post {native_id}", reason=f"{forum.host} does not show it to us; it is kept, for it may be there")


def as_found(forum: Forum, native_id: str, post: Post | None, *, sure: bool, private: bool = False) -> Found:
    """Return what a post that was asked for is; one that is not there (None) is a removal when it is `sure` that others would be shown.

    `private` is not known of a post that is looked up by its number; the ledger keeps what it knows of it.
    """
    if post is not None:
        return read_post(post, base=forum.base, realm=forum.host, private=private)
    if sure and number(native_id):
        return Removal(platform=PLATFORM, realm=forum.host, native_id=native_id, reason="unknown")
    return Skip(where=f"post {native_id}", reason=f"{forum.host} shows nothing at all now; it is kept until it is known to be gone")


async def _shows_anything(forum: Forum) -> bool:
    try:
        return bool(await forum.topics(0))
    except SourceRefused:
        return False
