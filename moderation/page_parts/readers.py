"""The staff pages' parts as somebody sees them who only reads: nothing of what is said in private, by customers or by us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from moderation.inbox.outbox_parts import OutboxNow, OutboxParts
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import ObjectBrands
from moderation.inbox.shadow_parts import ShadowParts
from moderation.model.object_kind import ObjectKind
from moderation.model.outbox import EntryState
from moderation.model.shadow import ShadowItem
from moderation.page_parts.room_scope import brand_invitations, brand_status
from moderation.parts import Desk


def without_private(parts: StaffParts, desk: Desk) -> StaffParts:
    """Return `parts` without drafts, posts, plans and decisions that belong to private messages; counts of cases stay as they are."""
    objects = parts.objects

    def seen(kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
        wanted = frozenset(numbers)
        return wanted if objects is None else wanted - objects.private_of_many(kind, wanted)

    return replace(
        parts,
        outbox=None if parts.outbox is None or objects is None else _outbox(parts.outbox, objects),
        shadow=None if parts.shadow is None or objects is None else _shadow(parts.shadow, objects),
        status=None if parts.status is None else brand_status(parts.status, desk.status, seen),
        invitations=None if parts.invitations is None else brand_invitations(parts.invitations, seen),
    )


def _outbox(room: OutboxParts, objects: ObjectBrands) -> OutboxParts:
    def now(states: Sequence[EntryState]) -> OutboxNow:
        whole = room.now(states)
        entries = objects.private_of_many(ObjectKind.ENTRY, [one.entry_id for one in whole.entries])
        drafts = objects.private_of_many(ObjectKind.DRAFT, [one.draft_id for one in whole.drafts])
        return replace(
            whole,
            entries=tuple(one for one in whole.entries if one.entry_id not in entries),
            drafts=tuple(one for one in whole.drafts if one.draft_id not in drafts),
        )

    return replace(room, now=now)


def _shadow(room: ShadowParts, objects: ObjectBrands) -> ShadowParts:
    def public(items: Sequence[ShadowItem]) -> list[ShadowItem]:
        private = objects.private_of_many(ObjectKind.SHADOW, [one.shadow_id for one in items])
        return [one for one in items if one.shadow_id not in private]

    return replace(room, waiting=lambda: public(room.waiting()), checked=lambda: public(room.checked()))
