"""What a look at one kept post says that is new: such a look shows less than a list does, and what it leaves out was not edited away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from listener.model.mention import Mention, StoredMention
from listener.model.page import Found, Skip
from listener.model.recheck import Wanted
from listener.workflows.keep_mentions import repaired


def is_about(asked: Wanted, found: Found, platform: str) -> bool:
    """Tell whether an answer is about the post that was asked for; a skip names none."""
    return isinstance(found, Skip) or found.key == (platform, asked.realm, asked.native_id)


def edit_of(before: StoredMention, found: Mention, now: datetime, *, said_to: Callable[[StoredMention], str]) -> Mention | None:
    """Return a post that was edited, with what a look does not show as it was; None for one that reads as it did.

    said_to: tells the brand to whose own account a kept post came; an edit takes that back from nobody.
    """
    kept = before.mention
    author = found.author
    if author is not None and kept.author is not None and author.key == kept.author.key and not author.name:
        author = kept.author
    whole = replace(
        found,
        author=author,
        title=found.title or kept.title,
        url=found.url or kept.url,
        parent_id=kept.parent_id or found.parent_id,
        root_id=kept.root_id or found.root_id,
        channel=kept.channel or found.channel,
        posted_at=kept.posted_at,
    )
    read = repaired(whole, now)
    if read.content_hash == kept.content_hash and read.edited_at == kept.edited_at:
        return None
    return whole if whole.said_to else replace(whole, said_to=said_to(before))
