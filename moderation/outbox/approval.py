"""What an approval binds, as one hash; and the key that makes repeats of one write recognisable. Pure."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from moderation.model.outbox import OutboxEntry
from moderation.model.post import OutgoingPost

KEY_LENGTH = 32
"""Characters of an idempotency key; Discord takes the first 25 as its nonce."""


def approval_hash(post: OutgoingPost, *, expires_at: datetime) -> str:
    """Return the SHA-256 over account, kind, target (with the mention as it was read), exact text, media and expiry.

    Any byte changed gives another hash, and the approval no longer holds (RULES 0.5). The account is the one the platform named
    ("whoami"), so a swapped token is another account (F31).
    """
    what, further = _bound(post)
    return _digest(["klankbord-approval-1", *what, expires_at.astimezone(UTC).isoformat(timespec="microseconds"), *further])


def content_hash(post: OutgoingPost) -> str:
    """Return the SHA-256 over all that an approval binds but its end: what somebody saw and presses Send for (RULES S13)."""
    what, further = _bound(post)
    return _digest(["klankbord-shown-1", *what, *further])


def _bound(post: OutgoingPost) -> tuple[list[object], list[object]]:
    """Return what is bound before and after the expiry. What came later is absent where it says nothing, so that older approvals hold."""
    target = post.target
    more = [post.title, post.edits, list(post.options), target.person]
    what: list[object] = [
        [post.account.platform, post.account.realm, post.account.native_id],
        post.kind.value,
        [target.platform, target.realm, target.thread_id, target.parent_id, target.mention_id, target.revision, target.content_hash],
        post.text,
        list(post.media),
    ]
    return what, [*([more] if any(more) else []), *([["removes", post.removes]] if post.removes else [])]


def _digest(bound: list[object]) -> str:
    return hashlib.sha256(json.dumps(bound, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def idempotency_key(approved: str, *, salt: str) -> str:
    """Return the key of the write that the approval hash `approved` allows. The salt sets two approvals of one text apart."""
    return hashlib.sha256(f"{salt}:{approved}".encode()).hexdigest()[:KEY_LENGTH]


def still_bound(entry: OutboxEntry) -> bool:
    """Tell whether what would leave is, byte for byte, what was approved, under the key that was made for it."""
    return entry.approval_hash == approval_hash(entry.post, expires_at=entry.expires_at) and entry.key == idempotency_key(
        entry.approval_hash, salt=entry.key_salt
    )
