"""Bluesky, the real network: what our ledger says is what a customer sees, whatever happened to the answers on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.errors import SourceRefused
from listener.settings.schema import HttpSettings
from moderation.model.outbox import EntryState
from moderation.model.post import OutgoingPost, PlaceNow, PostKind, Target
from moderation.publishers.bluesky import PLATFORM, REALM, BlueskyPublisher
from moderation.publishers.bluesky_records import record_key
from tests.servers.bluesky import Actor, Bluesky
from tests.servers.proxy import Proxy, Spoil, proxied
from tests.servers.real_desk import RealDesk, posting, real_clock

PUT = b"com.atproto.repo.putRecord"
ANSWER = "Dag Kim, we kijken met je mee: https://stroomwerk.example/storing?é=1."


def publisher_of(actor: Actor, url: str, clock: ManualClock, password: str = "") -> BlueskyPublisher:
    """Return a publisher that signs in with the actor's app password."""
    return BlueskyPublisher(
        identifier=actor.handle,
        password=SecretStr(password or actor.app_password),
        http=HttpSettings.model_validate({"timeout_seconds": 15}),
        clock=clock,
        service=url,
        allow_private=True,
    )


@asynccontextmanager
async def brand(network: Bluesky, home: Path) -> AsyncIterator[tuple[RealDesk, Actor, Proxy]]:
    """Open a desk for a new brand account that speaks to the network through a proxy."""
    actor, clock = network.actor("stroomloket"), real_clock()
    async with (
        proxied(network.url) as proxy,
        posting(home, publisher_of(actor, proxy.url, clock), clock, realms=(REALM,)) as real,
    ):
        yield real, actor, proxy


def shown(network: Bluesky, actor: Actor) -> list[tuple[str, str]]:
    """Return every post in the account's repository, as id and text."""
    return [(one["uri"], one["value"]["text"]) for one in network.records(actor)]


async def test_a_reply_stands_below_the_customers_message_with_its_link(bluesky: Bluesky, tmp_path: Path) -> None:
    """The customer's own view of the thread is what counts."""
    async with brand(bluesky, tmp_path) as (real, actor, _):
        kim, bas = bluesky.actor("kim"), bluesky.actor("bas")
        first = bluesky.post(kim, "Weer geen stroom in de Vogelbuurt")
        second = bluesky.post(bas, "Hier ook niet @stroomloket", reply={"root": first, "parent": first})
        entry = real.approved(real.heard(realm=REALM, native_id=second["uri"], root_id=first["uri"]), ANSWER)
        await real.settle()
        assert real.states() == [EntryState.SENT]
        bluesky.until(lambda: bool(bluesky.replies(bas, second["uri"])))
        (reply,) = bluesky.replies(bas, second["uri"])
        record = reply["post"]["record"]
        assert reply["post"]["uri"] == real.entry(entry).platform_id
        assert (record["text"], record["reply"]) == (ANSWER, {"root": first, "parent": second})
        (facet,) = record["facets"]
        marked = ANSWER.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        assert marked == facet["features"][0]["uri"] == "https://stroomwerk.example/storing?é=1"
        assert real.disagreements(shown(bluesky, actor)) == []


@pytest.mark.parametrize("how", [Spoil.CUT, Spoil.GARBLE, Spoil.DELAY])
async def test_what_was_accepted_unheard_is_found_and_not_posted_again(bluesky: Bluesky, tmp_path: Path, how: Spoil) -> None:
    async with brand(bluesky, tmp_path) as (real, actor, proxy):
        kim = bluesky.actor("kim")
        first = bluesky.post(kim, "Weer geen stroom @stroomloket")
        entry = real.approved(real.heard(realm=REALM, native_id=first["uri"]), "Dag Kim, we kijken.")
        proxy.spoil(PUT, how)
        await real.tried(entry)
        assert real.states() == [EntryState.UNKNOWN]
        assert len(shown(bluesky, actor)) == 1
        await real.settle()
        assert proxy.heard == [how]
        assert (real.entry(entry).state, real.entry(entry).attempt) == (EntryState.FOUND, 1)
        assert real.disagreements(shown(bluesky, actor)) == []


async def test_a_request_that_never_arrived_is_made_again_once_under_the_same_key(bluesky: Bluesky, tmp_path: Path) -> None:
    """Absent twice, a minute apart, on a platform that keeps our key: one more try (RULES 2.1)."""
    async with brand(bluesky, tmp_path) as (real, actor, proxy):
        first = bluesky.post(bluesky.actor("kim"), "Weer geen stroom @stroomloket")
        entry = real.approved(real.heard(realm=REALM, native_id=first["uri"]), "Dag Kim, we kijken.")
        proxy.spoil(PUT, Spoil.DROP)
        await real.settle()
        assert (real.entry(entry).state, real.entry(entry).attempt) == (EntryState.SENT, 2)
        assert [uri.split("/")[-1] for uri, _ in shown(bluesky, actor)] == [record_key(entry.key)]
        assert real.disagreements(shown(bluesky, actor)) == []


async def test_the_same_key_twice_is_the_first_post_unchanged(bluesky: Bluesky, tmp_path: Path) -> None:
    """A put without our condition would replace it, under a new time and content id."""
    async with brand(bluesky, tmp_path) as (real, actor, _):
        target = Target(platform=PLATFORM, realm=REALM, thread_id="")
        post = OutgoingPost(account=real.account.account, kind=PostKind.STATUS_UPDATE, target=target, text="De storing is voorbij.")
        publisher = publisher_of(actor, bluesky.url, real.desk.clock)
        first = await publisher.publish(post, key="k" * 32)
        before = bluesky.records(actor)
        real.desk.clock.advance(timedelta(seconds=90))
        assert await publisher.publish(post, key="k" * 32) == first
        assert bluesky.records(actor) == before
        assert [one.platform_id for one in await publisher.own_posts(target, real.desk.clock.now() - timedelta(hours=1))] == [
            first.platform_id
        ]
        await publisher.aclose()


async def test_a_deleted_message_is_not_answered(bluesky: Bluesky, tmp_path: Path) -> None:
    async with brand(bluesky, tmp_path) as (real, actor, _):
        kim = bluesky.actor("kim")
        first = bluesky.post(kim, "Weer geen stroom @stroomloket")
        entry = real.approved(real.heard(realm=REALM, native_id=first["uri"]), "Dag Kim, we kijken.")
        bluesky.delete(kim, first["uri"])
        await real.settle()
        assert real.entry(entry).state in (EntryState.CANCELLED, EntryState.NEEDS_HUMAN)
        assert (real.entry(entry).attempt, shown(bluesky, actor)) == (0, [])


async def test_a_thread_that_takes_no_replies_and_a_customer_who_blocked_us_are_left_alone(bluesky: Bluesky, tmp_path: Path) -> None:
    """The PDS would take both posts, and nobody would be shown them: it has to be asked before."""
    async with brand(bluesky, tmp_path) as (real, actor, _):
        kim, bas = bluesky.actor("kim"), bluesky.actor("bas")
        gated, blocked = bluesky.post(kim, "Geen stroom @stroomloket"), bluesky.post(bas, "Geen stroom @stroomloket")
        made = "2026-01-01T00:00:00.000Z"
        bluesky.put(kim, "app.bsky.feed.threadgate", gated["uri"].split("/")[-1], {"post": gated["uri"], "allow": [], "createdAt": made})
        bluesky.put(bas, "app.bsky.graph.block", record_key("block"), {"subject": actor.did, "createdAt": made})
        bluesky.until(lambda: bool((bluesky.seen(actor, gated["uri"]) or {}).get("viewer", {}).get("replyDisabled")))
        publisher = publisher_of(actor, bluesky.url, real.desk.clock)
        targets = [real.heard(realm=REALM, native_id=one["uri"]) for one in (gated, blocked)]
        assert await publisher.place_now(targets[0]) is PlaceNow.LOCKED
        assert await publisher.place_now(targets[1]) in (PlaceNow.LOCKED, PlaceNow.GONE)
        for target, text in zip(targets, ("Dag Kim", "Dag Bas"), strict=True):
            real.approved(target, text)
        await real.settle()
        assert not {EntryState.SENT, EntryState.FOUND, EntryState.UNKNOWN} & set(real.states())
        assert shown(bluesky, actor) == []
        await publisher.aclose()


async def test_a_wrong_password_is_refused_and_not_repeated_in_what_we_say(bluesky: Bluesky) -> None:
    publisher = publisher_of(bluesky.actor("stroomloket"), bluesky.url, real_clock(), "fout-fout-fout-fout")
    with pytest.raises(SourceRefused) as refused:
        await publisher.whoami()
    assert "fout" not in str(refused.value)
    await publisher.aclose()


async def test_a_session_is_renewed_before_it_ends(bluesky: Bluesky, tmp_path: Path) -> None:
    """Signing in is limited to 300 a day; a desk that runs for a week must not need it."""
    async with brand(bluesky, tmp_path) as (real, actor, proxy):
        proxy.spoil(b"com.atproto.server.createSession", Spoil.DROP)
        first = bluesky.post(bluesky.actor("kim"), "Weer geen stroom @stroomloket")
        real.desk.clock.advance(timedelta(minutes=119, seconds=30))
        real.approved(real.heard(realm=REALM, native_id=first["uri"]), "Dag Kim, we kijken.")
        await real.settle()
        assert proxy.heard == []
        assert real.disagreements(shown(bluesky, actor)) == []
        assert real.states() == [EntryState.SENT]


async def test_what_somebody_posts_in_the_app_is_seen(bluesky: Bluesky, tmp_path: Path) -> None:
    """The watch over our own account has to notice a post that nobody here approved (RULES S33)."""
    async with brand(bluesky, tmp_path) as (real, actor, _):
        publisher = publisher_of(actor, bluesky.url, real.desk.clock)
        since = real.desk.clock.now() - timedelta(minutes=5)
        assert await publisher.own_latest(since) == []
        bluesky.post(actor, "Gratis stroom voor iedereen!")
        assert [one.text for one in await publisher.own_latest(since) or []] == ["Gratis stroom voor iedereen!"]
        await publisher.aclose()
