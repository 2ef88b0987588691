"""How a comment or post stands now, asked of the Graph API by its id. Meta says the same of what is gone and of what we may not see.

So a "not there" (100/33) is believed only when another one of the same account and kind is shown at the same time: permissions are given
for comments and for posts as a whole (developers.facebook.com/docs/permissions, pages_read_user_content and pages_read_engagement, as of
2026-11). Several ids at once (`?ids=`) are refused as a whole when one of them is gone, so each is asked for by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from listener.errors import SourceError, SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Skip
from listener.model.recheck import Wanted
from listener.sources.meta_facebook import read_object
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.meta_graph_errors import is_not_there
from listener.sources.meta_instagram import read_comment
from listener.sources.meta_networks import FACEBOOK_COMMENT, INSTAGRAM_REPLY
from listener.sources.one_by_one import FAILS_ON_IT, one_by_one

FACEBOOK_POST = "id,message,created_time,from,permalink_url"


async def look_up(source: MetaGraphSource, wanted: Sequence[Wanted], control: Sequence[Wanted]) -> tuple[Found, ...]:
    """Return how each stands now, in the order asked for; fewer when Meta stops answering in between."""
    found = await one_by_one(wanted, partial(_read, source), unsure=_unsure)
    shown = {_kind(one) for one, read in zip(wanted, found, strict=False) if isinstance(read, Mention)}
    missing = {_kind(one) for one, read in zip(wanted, found, strict=False) if read is None}
    for one in control:
        if _kind(one) in missing - shown and await _stands(source, one):
            shown.add(_kind(one))
    return tuple(_gone(source, one, sure=_kind(one) in shown) if read is None else read for one, read in zip(wanted, found, strict=False))


async def _stands(source: MetaGraphSource, one: Wanted) -> bool:
    try:
        return isinstance(await _read(source, one), Mention)
    except SourceError:
        return False


def _unsure(one: Wanted) -> Found | None:
    return Skip(where=f"object {one.native_id}"[:300], reason=FAILS_ON_IT)


def _kind(one: Wanted) -> tuple[str, bool]:
    """Return whose it is, and whether it is a comment: what stands below a post."""
    return one.realm, bool(one.root_id)


async def _read(source: MetaGraphSource, one: Wanted) -> Found | None:
    """Return what Meta shows of it, None when it shows nothing; a skip for what nobody can ask for by its id."""
    fields = _fields(source.platform, one)
    if not fields:
        return Skip(where=f"object {one.native_id}"[:300], reason="Meta shows this by its id to nobody; it is told by the webhook only")
    try:
        answer = await source.object(one.native_id, {"fields": fields})
    except SourceRefused as error:
        if not is_not_there(error):
            raise
        return None
    return _as_found(source.platform, one, answer)


def _fields(network: str, one: Wanted) -> str:
    """Return what to ask of it; "" for private messages and for posts of others that only their listing shows."""
    if one.channel or network == "threads" or (network == "instagram" and not one.root_id):
        return ""
    if network == "instagram":
        return INSTAGRAM_REPLY
    return FACEBOOK_COMMENT if one.root_id else FACEBOOK_POST


def _as_found(network: str, one: Wanted, answer: Mapping[str, Any]) -> Found:
    if network == "instagram":
        return read_comment(one.realm, answer, media_id=one.root_id)
    return read_object(one.realm, answer, post_id=one.root_id)


def _gone(source: MetaGraphSource, one: Wanted, *, sure: bool) -> Found:
    if sure:
        return Removal(platform=source.platform, realm=one.realm, native_id=one.native_id, reason="unknown")
    return Skip(where=f"object {one.native_id}"[:300], reason="Meta shows nothing of its kind now; it is kept until it is known to be gone")
