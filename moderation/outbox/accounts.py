"""Which of our accounts speaks at a place."""

from __future__ import annotations

from collections.abc import Iterable

from listener.errors import NotAllowed
from moderation.model.post import ConnectedAccount, Target


class Accounts:
    """The connected accounts, in the order of the settings. One that names the platform goes before one that serves every platform."""

    def __init__(self, accounts: Iterable[ConnectedAccount]) -> None:
        self._accounts = tuple(accounts)

    @property
    def all(self) -> tuple[ConnectedAccount, ...]:
        return self._accounts

    def for_target(self, target: Target) -> ConnectedAccount:
        """Return the account that posts at `target`. Raises `NotAllowed` when none is connected to that platform and place."""
        named = [one for one in self._accounts if target.platform in one.serves and (not one.realms or target.realm in one.realms)]
        anywhere = [one for one in self._accounts if not one.serves]
        for one in (*named, *anywhere):
            return one
        raise NotAllowed(
            f"No account is connected that posts on {target.platform} at {target.realm}; see outbox.accounts in klankbord.yaml."
        )
