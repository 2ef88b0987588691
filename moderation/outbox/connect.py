"""What a publisher is asked once, so that drafts can be measured and approvals bound."""

from __future__ import annotations

from moderation.model.post import ConnectedAccount
from moderation.ports import Publisher


async def connect(publisher: Publisher, *, serves: tuple[str, ...] = (), realms: tuple[str, ...] = ()) -> ConnectedAccount:
    """Return whose account this is, as the platform says, and what it asks of a text. Raises a `SourceError` when it cannot say."""
    account = await publisher.whoami()  # first: some learn their limits by it
    return ConnectedAccount(
        account=account,
        limits=publisher.limits,
        native_key=publisher.native_key,
        can_edit=publisher.can_edit,
        can_remove=publisher.can_remove,
        serves=serves,
        realms=realms,
    )
