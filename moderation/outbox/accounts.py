"""Which of our accounts speaks at a place."""

from __future__ import annotations

from collections.abc import Iterable

from listener.errors import NotAllowed
from moderation.model.post import FEDIVERSE, ConnectedAccount, Target, place_names
from moderation.model.thread import ANSWERED_IN_PRIVATE


class Accounts:
    """The connected accounts, in the order of the settings. One that names the platform goes before one that serves every platform.

    waiting: platforms of accounts that are not connected yet; nobody else speaks there in their place.
    """

    def __init__(self, accounts: Iterable[ConnectedAccount], *, waiting: Iterable[str] = ()) -> None:
        self._accounts = tuple(accounts)
        self._waiting = frozenset(waiting)

    @property
    def all(self) -> tuple[ConnectedAccount, ...]:
        return self._accounts

    def become(self, other: Accounts) -> None:
        """Hold from now on what `other` holds: an account was connected while we run."""
        self._accounts, self._waiting = other._accounts, other._waiting

    def for_target(self, target: Target) -> ConnectedAccount:
        """Return the account that posts at `target`. Raises `NotAllowed` when none is connected to that platform and place.

        A target with one person (`Target.person`) is a private one: where nothing of ours can answer so, no account is offered, also
        none that would serve every platform.
        """
        if target.person and target.platform not in ANSWERED_IN_PRIVATE:
            raise NotAllowed(f"Klankbord cannot answer a private message on {target.platform}; answer it there.", key="private_there")
        of_platform = [one for one in self._accounts if target.platform in one.serves]
        for one in of_platform:
            # a mention on Reddit or Mastodon knows no realm but all of it: where an account may post there is for the policy gate
            listed = not place_names(target, one.account).isdisjoint(one.realms)
            if not one.realms or listed or target.platform == "reddit" or target.realm == FEDIVERSE:
                return one
        if target.platform in self._waiting:
            raise NotAllowed(f"The account for {target.platform} was never connected; `klankbord account check` says why.")
        if not of_platform:
            for one in self._accounts:
                if not one.serves:
                    return one
        raise NotAllowed(
            f"No account is connected that posts on {target.platform} at {target.realm}; see outbox.accounts in klankbord.yaml."
        )
