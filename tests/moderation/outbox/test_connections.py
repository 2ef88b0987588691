"""Accounts whose platform is down keep nothing from starting, and are known by what their platform last said (RULES F31, F38)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from listener.errors import NotAllowed, ProductError, SourceRefused, SourceUnavailable
from moderation.model.post import AccountId, ConnectedAccount, Limits, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.connections import Connections, Planned, known_accounts, remembered
from moderation.ports import Publisher
from moderation.publishers.simulated import SimulatedPublisher

OURS = AccountId(platform="mastodon", realm="social.example", native_id="77", name="stroom")
HERE = Target(platform="mastodon", realm="social.example", thread_id="1")
SIMULATED = ConnectedAccount(
    account=AccountId(platform="simulated", realm="simulated", native_id="loket", name="loket"), limits=Limits(most=500), native_key=True
)


class Memory:
    """What outlives the process."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def set(self, key: str, value: str) -> None:
        self.kept[key] = value


class Platform(SimulatedPublisher):
    """A publisher that says who it is, or why it cannot."""

    def __init__(self, says: AccountId | Exception = OURS, *, hangs: bool = False) -> None:
        self.says = says
        self.hangs = hangs
        self.asked = 0
        self.closed = 0

    native_key = True
    can_edit = True
    can_remove = True

    @property
    def limits(self) -> Limits:
        return Limits(most=1_000, counts="mastodon")

    async def whoami(self) -> AccountId:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    async def aclose(self) -> None:
        self.closed += 1


def plan(publisher: Publisher | ProductError, *, name: str = "stroom", realms: tuple[str, ...] = ("social.example",)) -> Planned:
    def opened() -> Publisher:
        if isinstance(publisher, ProductError):
            raise publisher
        return publisher

    return Planned(label=f"mastodon:{name}", platform="mastodon", open=opened, realms=realms, live=True)


async def test_starting_asks_nobody() -> None:
    platform = Platform()
    connections = Connections([plan(platform)], Memory())
    assert (platform.asked, connections.publishers, connections.waiting) == (0, {}, ("mastodon:stroom",))


async def test_an_account_that_says_who_it_is_can_post() -> None:
    platform = Platform()
    connections = Connections([plan(platform)], Memory())
    heard = await connections.connect_once()
    assert heard["mastodon:stroom"].limits == Limits(most=1_000, counts="mastodon")
    assert connections.publishers == {OURS.key: platform}
    assert connections.accounts.for_target(HERE).account == OURS
    await connections.connect_once()
    assert platform.asked == 1


@pytest.mark.parametrize("trouble", [SourceUnavailable("503"), SourceRefused("401"), ZeroDivisionError()])
async def test_one_that_cannot_say_is_tried_again_and_holds_up_no_other(trouble: Exception) -> None:
    down, up = Platform(trouble), Platform(replace(OURS, native_id="78", name="tweede"))
    connections = Connections([plan(down), plan(up, name="tweede")], Memory())
    assert list(await connections.connect_once()) == ["mastodon:tweede"]
    assert list(connections.troubles) == ["mastodon:stroom"]
    down.says = OURS
    assert len(await connections.connect_once()) == 2
    assert connections.troubles == {}


async def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.outbox.connections.CONNECT_SECONDS", 0.05)
    connections = Connections([plan(Platform(hangs=True))], Memory())
    assert await connections.connect_once() == {}
    assert "time" in connections.troubles["mastodon:stroom"]


async def test_a_missing_key_is_told_and_read_again_later() -> None:
    """A token put into secrets.env while we run is used without a restart."""
    said: list[Publisher | ProductError] = [SourceRefused("KLANKBORD_MASTODON_WRITE_TOKEN is not set")]

    def opened() -> Publisher:
        if isinstance(said[0], ProductError):
            raise said[0]
        return said[0]

    planned = Planned(label="mastodon:stroom", platform="mastodon", open=opened, live=True)
    connections = Connections([planned], Memory())
    await connections.connect_once()
    assert "WRITE_TOKEN" in connections.troubles["mastodon:stroom"]
    said[0] = Platform()
    await connections.connect_once()
    assert list(connections.publishers) == [OURS.key]


async def test_drafts_can_be_made_while_the_platform_is_down_once_it_was_up() -> None:
    memory = Memory()
    await Connections([plan(Platform())], memory).connect_once()
    again = Connections([plan(Platform(SourceUnavailable("503")))], memory)
    assert again.accounts.for_target(HERE) == ConnectedAccount(
        account=OURS,
        limits=Limits(most=1_000, counts="mastodon"),
        native_key=True,
        can_edit=True,
        can_remove=True,
        serves=("mastodon",),
        realms=("social.example",),
    )
    assert list(again.publishers) == [OURS.key]


async def test_a_desk_reads_no_key_and_asks_nobody() -> None:
    """Write secrets are loaded by the write gateway only."""
    memory = Memory()
    await Connections([plan(Platform())], memory).connect_once()
    locked = plan(SourceRefused("a desk opens no account"))
    assert known_accounts([locked], memory).for_target(HERE).account == OURS
    assert remembered(plan(Platform(), name="ander"), memory) is None


async def test_a_swapped_token_is_another_account_and_what_was_approved_stays_behind() -> None:
    """The entry's own key still leads to the publisher, which names another account: the gate refuses (F31)."""
    memory = Memory()
    await Connections([plan(Platform())], memory).connect_once()
    swapped = Platform(replace(OURS, native_id="666", name="iemand"))
    connections = Connections([plan(swapped)], memory)
    await connections.connect_once()
    assert (await connections.publishers[OURS.key].whoami()).native_id == "666"
    assert connections.accounts.for_target(HERE).account.native_id == "666"


def test_nobody_speaks_for_an_account_that_was_never_connected() -> None:
    """Else a post meant for real would go to the simulated account, and be shown as posted."""
    accounts = known_accounts([plan(Platform())], Memory(), everywhere=[SIMULATED])
    with pytest.raises(NotAllowed, match="account check"):
        accounts.for_target(HERE)
    assert accounts.for_target(replace(HERE, platform="reddit")) == SIMULATED


def test_an_account_speaks_at_its_own_places_only() -> None:
    named = ConnectedAccount(account=OURS, limits=Limits(most=500), native_key=True, serves=("mastodon",), realms=("social.example",))
    accounts = Accounts([named, SIMULATED])
    assert accounts.for_target(HERE) == named
    assert accounts.for_target(replace(HERE, realm="fediverse")) == named  # what it answers there stands on its own server
    with pytest.raises(NotAllowed):
        accounts.for_target(replace(HERE, realm="elsewhere.example"))


async def test_closing_closes_what_was_opened() -> None:
    platform = Platform()
    connections = Connections([plan(platform)], Memory())
    await connections.aclose()
    assert platform.closed == 1
