"""Rows of drafts and outbox entries as records, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from moderation.model.outbox import Draft, DraftState, EntryState, NewDraft, NewEntry, OutboxEntry
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target


def target_row(target: Target) -> dict[str, Any]:
    """Return the columns that say where a post goes."""
    return {
        "platform": target.platform,
        "realm": target.realm,
        "thread_id": target.thread_id,
        "parent_id": target.parent_id,
        "mention_id": target.mention_id or None,
        "revision": target.revision,
        "content_hash": target.content_hash,
        "person": target.person,
    }


def target_of(row: Row[Any]) -> Target:
    """Return where a post goes."""
    return Target(
        platform=row.platform,
        realm=row.realm,
        thread_id=row.thread_id,
        parent_id=row.parent_id,
        mention_id=row.mention_id or 0,
        revision=row.revision,
        content_hash=row.content_hash,
        person=row.person,
    )


def draft_row(draft: NewDraft) -> dict[str, Any]:
    """Return the columns of a draft, without those that the ledger adds."""
    return {
        **target_row(draft.target),
        "kind": draft.kind.value,
        "text": draft.text,
        "language": draft.language,
        "author": draft.author,
        "case_id": draft.case_id,
        "issue_id": draft.issue_id,
        "template": draft.template,
        "title": draft.title,
        "edits": draft.edits,
        "removes": draft.removes,
        "options": list(draft.options),
    }


def draft_of(row: Row[Any]) -> Draft:
    """Return a draft."""
    return Draft(
        draft_id=row.draft_id,
        state=DraftState(row.state),
        made_at=row.made_at,
        kind=PostKind(row.kind),
        target=target_of(row),
        text=row.text,
        language=row.language,
        author=row.author,
        case_id=row.case_id,
        issue_id=row.issue_id,
        template=row.template,
        title=row.title,
        edits=row.edits,
        removes=row.removes,
        options=tuple(row.options),
    )


def entry_row(entry: NewEntry) -> dict[str, Any]:
    """Return the columns of an outbox entry that was just approved, without its approval's id."""
    account = entry.post.account
    return {
        **target_row(entry.post.target),
        "draft_id": entry.draft_id,
        "state": EntryState.APPROVED.value,
        "kind": entry.post.kind.value,
        "account_platform": account.platform,
        "account_realm": account.realm,
        "account_native_id": account.native_id,
        "account_name": account.name,
        "text": entry.post.text,
        "media": list(entry.post.media),
        "title": entry.post.title,
        "edits": entry.post.edits,
        "removes": entry.post.removes,
        "options": list(entry.post.options),
        "language": entry.language,
        "text_key": entry.text_key,
        "idempotency_key": entry.key,
        "key_salt": entry.key_salt,
        "case_id": entry.case_id,
        "issue_id": entry.issue_id,
        "changed_at": entry.approved_at,
    }


def entry_of(row: Row[Any]) -> OutboxEntry:
    """Return an outbox entry from a row of `outbox` joined with its `approval`."""
    account = AccountId(platform=row.account_platform, realm=row.account_realm, native_id=row.account_native_id, name=row.account_name)
    post = OutgoingPost(
        account=account,
        kind=PostKind(row.kind),
        target=target_of(row),
        text=row.text,
        media=tuple(row.media),
        title=row.title,
        edits=row.edits,
        removes=row.removes,
        options=tuple(row.options),
    )
    return OutboxEntry(
        entry_id=row.entry_id,
        draft_id=row.draft_id,
        state=EntryState(row.state),
        version=row.version,
        post=post,
        language=row.language,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        expires_at=row.expires_at,
        approval_hash=row.approval_hash,
        key=row.idempotency_key,
        key_salt=row.key_salt,
        text_key=row.text_key,
        changed_at=row.changed_at,
        attempt=row.attempt,
        started_at=row.started_at,
        not_before=row.not_before,
        case_id=row.case_id,
        issue_id=row.issue_id,
        standing_id=row.standing_id,
        platform_id=row.platform_id,
        url=row.url,
        reason=row.reason,
        note=row.note,
    )
