"""What our accounts say on open networks is heard by our sources, and is known to be ours (RULES F34, S33)."""

from __future__ import annotations

import pytest

from listener.model.mention import Mention
from listener.sources.bluesky_posts import read_post
from listener.sources.discord_items import read_message
from listener.sources.mastodon_statuses import read_status
from listener.sources.matrix_events import read_event
from moderation.model.post import AccountId, ConnectedAccount, Limits
from moderation.outbox.accounts import Accounts
from moderation.publishers import bluesky, discord_channel, mastodon, matrix
from tests.fakes.desk import MORNING, Desk
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.matrix import ROOM, FakeMatrix

DID = "did:plc:us"


def _on_mastodon() -> object:
    fake = FakeMastodon()
    status = fake.statuses[fake.add("Dag Kim", MORNING, who="Stroomloket", host="social.example")]
    return read_status(status, host="other.example")


def _on_bluesky() -> object:
    record = {"$type": "app.bsky.feed.post", "text": "Dag Kim", "createdAt": MORNING.isoformat()}
    author = {"did": DID, "handle": "renamed.example"}
    return read_post({"uri": f"at://{DID}/app.bsky.feed.post/3k1", "author": author, "record": record}, signed_in=True)


def _on_discord() -> object:
    author = {"id": "1180000000000000001", "username": "renamed", "bot": True}
    said = {"id": "1477772417433600002", "type": 0, "content": "Dag Kim", "author": author, "timestamp": MORNING.isoformat()}
    return read_message(said, guild="1170000000000000001", place="1170000000000000103")


def _in_matrix() -> object:
    fake = FakeMatrix()
    fake.say("Dag Kim", MORNING, who="@loket:matrix.example")
    return read_event(fake.events[0], room=ROOM, name="Renamed")


@pytest.mark.parametrize(
    ("account", "heard"),
    [
        (AccountId(platform=mastodon.PLATFORM, realm="social.example", native_id="1", name="stroomloket"), _on_mastodon()),
        (AccountId(platform=bluesky.PLATFORM, realm=bluesky.REALM, native_id=DID, name="loket.example"), _on_bluesky()),
        (
            AccountId(platform=discord_channel.PLATFORM, realm=discord_channel.REALM, native_id="1180000000000000001", name="Klankbord"),
            _on_discord(),
        ),
        (
            AccountId(platform=matrix.PLATFORM, realm="matrix.example", native_id="@loket:matrix.example", name="@loket:matrix.example"),
            _in_matrix(),
        ),
    ],
)
async def test_a_source_names_our_account_as_the_outbox_knows_it(desk: Desk, account: AccountId, heard: object) -> None:
    """As each publisher's `whoami` spells it, however the account calls itself today."""
    desk.outbox._precheck.accounts.become(Accounts([ConnectedAccount(account=account, limits=Limits(most=500), native_key=True)]))
    assert isinstance(heard, Mention)
    assert heard.author is not None
    assert heard.author.key in desk.outbox.own_authors()
