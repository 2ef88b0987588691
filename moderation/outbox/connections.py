"""The accounts that are to post: opened when their platform answers, remembered for when it does not (RULES F31, F38)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from listener.errors import ProductError, SourceUnavailable
from moderation.model.post import AccountId, ConnectedAccount, Limits
from moderation.outbox.accounts import Accounts
from moderation.outbox.connect import connect
from moderation.ports import Publisher

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 15.0
"""A platform that takes longer to say whose account this is, is not connected now."""
_PREFIX = "account:"


class Memory(Protocol):
    """Texts by key that outlive the process. `listener/ledger/meta.py`."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An account that the settings name, `label` as "platform:name".

    `open` makes no request; it raises a `ProductError` for what is missing. `known` is given for accounts that need no platform to say who
    they are: simulated ones.
    """

    label: str
    platform: str
    open: Callable[[], Publisher]
    realms: tuple[str, ...] = ()
    live: bool = False
    known: ConnectedAccount | None = None


def remembered(planned: Planned, memory: Memory) -> ConnectedAccount | None:
    """Return the account as its platform last named it, without asking anybody; None when it never did."""
    if planned.known is not None:
        return planned.known
    kept = memory.get(f"{_PREFIX}{planned.label}")
    if kept is None:
        return None
    found = json.loads(kept)
    return ConnectedAccount(
        account=AccountId(**found["account"]),
        limits=Limits(**found["limits"]),
        native_key=found["native_key"],
        can_edit=found["can_edit"],
        can_remove=found.get("can_remove", False),
        serves=(planned.platform,),
        realms=planned.realms,
    )


def known_accounts(planned: Sequence[Planned], memory: Memory, *, everywhere: Sequence[ConnectedAccount] = ()) -> Accounts:
    """Return whoever may speak, for a desk: no key is read and no platform asked. `everywhere` are accounts for all other platforms."""
    known = [remembered(one, memory) for one in planned]
    waiting = [one.platform for one, account in zip(planned, known, strict=True) if account is None]
    return Accounts([*(one for one in known if one is not None), *everywhere], waiting=waiting)


class Connections:
    """Keeps `publishers`, by the key of the account they post as, and `accounts` up to date. One per write gateway.

    Opening asks nobody, so that a start never waits for a platform. `connect_once` asks those that were not heard yet; a remembered account
    counts meanwhile, and the gateway asks its platform again just before each send.
    """

    def __init__(
        self, planned: Sequence[Planned], memory: Memory, *, everywhere: Sequence[tuple[ConnectedAccount, Publisher]] = ()
    ) -> None:
        self._planned = tuple(planned)
        self._memory = memory
        self._everywhere = tuple(everywhere)
        self._open: dict[str, Publisher] = {}
        self._heard: dict[str, ConnectedAccount] = {}
        self.troubles: dict[str, str] = {}
        self.publishers: dict[str, Publisher] = {account.account.key: publisher for account, publisher in everywhere}
        self.accounts = known_accounts(planned, memory, everywhere=[account for account, _ in everywhere])
        for one in planned:
            self._open_one(one)
        self.tried = False

    @property
    def waiting(self) -> tuple[str, ...]:
        """The accounts whose platform did not say yet who they are, by label."""
        return tuple(one.label for one in self._planned if one.label not in self._heard)

    async def connect_once(self) -> dict[str, ConnectedAccount]:
        """Ask every account that was not heard yet, side by side, and return all that are connected now, by label. Never raises for one."""
        self.tried = True
        waiting = [one for one in self._planned if one.label not in self._heard]
        await asyncio.gather(*(self._connect(one) for one in waiting))
        if any(one.label in self._heard for one in waiting):
            fresh = known_accounts(self._planned, self._memory, everywhere=[account for account, _ in self._everywhere])
            self.accounts.become(fresh)
        return dict(self._heard)

    async def aclose(self) -> None:
        """Close every publisher."""
        for publisher in (*self._open.values(), *(publisher for _, publisher in self._everywhere)):
            await publisher.aclose()

    def _open_one(self, planned: Planned) -> Publisher | None:
        if planned.label in self._open:
            return self._open[planned.label]
        try:
            publisher = planned.open()
        except ProductError as error:
            self._note(planned, error)
            return None
        self._open[planned.label] = publisher
        if (account := remembered(planned, self._memory)) is not None:
            self.publishers[account.account.key] = publisher
        return publisher

    async def _connect(self, planned: Planned) -> None:
        publisher = self._open_one(planned)
        if publisher is None:
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                account = await connect(publisher, serves=(planned.platform,), realms=planned.realms)
        except TimeoutError:
            self._note(planned, SourceUnavailable("no answer in time"))
            return
        except ProductError as error:
            self._note(planned, error)
            return
        except Exception as error:  # one publisher's own mistake must not keep the others from being connected
            logger.exception("an account could not be connected", extra={"account": planned.label})
            self._note(planned, error)
            return
        if planned.known is None:
            self._memory.set(f"{_PREFIX}{planned.label}", _kept(account))
        self.publishers[account.account.key] = publisher
        self._heard[planned.label] = account
        self.troubles.pop(planned.label, None)

    def _note(self, planned: Planned, error: Exception) -> None:
        said = str(error) if isinstance(error, ProductError) else type(error).__name__
        if self.troubles.get(planned.label) != said:
            logger.warning("an account is not connected", extra={"account": planned.label, "error": said})
        self.troubles[planned.label] = said


def _kept(account: ConnectedAccount) -> str:
    return json.dumps(
        {
            "account": asdict(account.account),
            "limits": asdict(account.limits),
            "native_key": account.native_key,
            "can_edit": account.can_edit,
            "can_remove": account.can_remove,
        }
    )
