"""Matrix, a real homeserver: what our ledger says is what the room's other people see, whatever happened to the answers on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.errors import NotAllowed, PublishRejected, RateLimited, SourceRefused
from listener.model.mention import BrandHit, Kept
from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from listener.sources.matrix import MatrixSource
from moderation.model.outbox import EntryState
from moderation.model.post import OutgoingPost, PlaceNow, PostKind, Target
from moderation.publishers.matrix import MatrixPublisher
from moderation.workflows.draft_text import target_below
from tests.servers.proxy import Proxy, Spoil, proxied
from tests.servers.real_desk import RealDesk, posting, real_clock
from tests.servers.synapse import Synapse, User

SEND = b"/send/m.room.message/"


def publisher_of(user: User, url: str, clock: ManualClock, *, seconds: float = 15) -> MatrixPublisher:
    """Return a publisher with the user's access token."""
    return MatrixPublisher(
        homeserver=url,
        token=SecretStr(user.token),
        http=HttpSettings.model_validate({"timeout_seconds": seconds}),
        clock=clock,
        allow_private=True,
    )


async def heard_of(reader: User, url: str, real: RealDesk) -> Target:
    """Read what this account's rooms said as the product does, keep it, and return the place below the newest message."""
    desk = real.desk
    client = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=desk.clock)
    source = MatrixSource(
        "matrix",
        url,
        token=lambda: reader.token,
        http=client,
        clock=desk.clock,
        in_private_to="Stroomwerk",
        allow_http=True,
        allow_private=True,
    )
    try:
        page = await source.pull(None)
    finally:
        await client.aclose()
    hits = (BrandHit(brand="Stroomwerk", directed=True, terms=()),)
    kept = [Kept(mention=one, hits=hits) for one in page.mentions]
    desk.ledger.mentions.add_page(kept, source="matrix", next_cursor=None, at=desk.clock.now())
    stored = desk.ledger.mentions.find(page.mentions[-1].key)
    assert stored is not None
    return target_below(stored)


class Room:
    """A room with a customer and the brand in it, and a desk that answers there through a proxy."""

    def __init__(self, server: Synapse, real: RealDesk, proxy: Proxy, *, kim: User, brand: User, room: str) -> None:
        self.server, self.real, self.proxy = server, real, proxy
        self.kim, self.brand, self.room = kim, brand, room

    def asked(self, text: str = "Weer geen stroom @stroomloket") -> Target:
        """Let the customer say something to the brand; return the place below it."""
        return self.real.heard(realm=self.room, native_id=self.server.say(self.kim, self.room, text))

    def shown(self) -> list[tuple[str, str]]:
        """Return the brand's messages as the customer sees them, edits left out."""
        return [
            (event["event_id"], event["content"]["body"])
            for event in self.server.messages(self.kim, self.room)
            if event["type"] == "m.room.message" and event["sender"] == self.brand.user_id and "m.new_content" not in event["content"]
        ]


@asynccontextmanager
async def brand_in_room(server: Synapse, home: Path, *, limited: bool = False) -> AsyncIterator[Room]:
    """Open a room and a desk in it. `limited`: the server's default rate limits hold for the brand."""
    kim, brand = server.user("kim"), server.user("stroomloket", limited=limited)
    room, clock = server.room(kim, brand), real_clock()
    async with (
        proxied(server.url) as proxy,
        posting(home, publisher_of(brand, proxy.url, clock), clock, realms=(room,)) as real,
    ):
        yield Room(server, real, proxy, kim=kim, brand=brand, room=room)


async def test_a_reply_names_the_message_it_answers_and_holds_plain_text_only(synapse: Synapse, tmp_path: Path) -> None:
    """Text that looks like HTML is shown as it was written: there is no formatted body that an app could render."""
    async with brand_in_room(synapse, tmp_path) as here:
        target = here.asked()
        entry = here.real.approved(target, "Dag <b>Kim</b>,\nwe kijken & bellen.")
        await here.real.settle()
        event = next(one for one in synapse.messages(here.kim, here.room) if one["event_id"] == here.real.entry(entry).platform_id)
        assert event["content"] == {
            "msgtype": "m.text",
            "body": "Dag <b>Kim</b>,\nwe kijken & bellen.",
            "m.relates_to": {"m.in_reply_to": {"event_id": target.parent_id}},
        }
        assert here.real.disagreements(here.shown()) == []


async def test_an_answer_within_a_thread_stays_in_it(synapse: Synapse, tmp_path: Path) -> None:
    async with brand_in_room(synapse, tmp_path) as here:
        root, below = (synapse.say(here.kim, here.room, text) for text in ("Storing?", "Ook hier @stroomloket"))
        here.real.approved(here.real.heard(realm=here.room, native_id=below, root_id=root), "Dag Kim, we kijken.")
        await here.real.settle()
        relation = synapse.messages(here.kim, here.room)[-1]["content"]["m.relates_to"]
        assert relation == {"m.in_reply_to": {"event_id": below}, "rel_type": "m.thread", "event_id": root, "is_falling_back": False}


@pytest.mark.parametrize("how", [Spoil.CUT, Spoil.GARBLE, Spoil.DELAY])
async def test_what_was_accepted_unheard_is_found_and_not_posted_again(synapse: Synapse, tmp_path: Path, how: Spoil) -> None:
    async with brand_in_room(synapse, tmp_path) as here:
        entry = here.real.approved(here.asked(), "Dag Kim, we kijken.")
        here.proxy.spoil(SEND, how)
        await here.real.tried(entry)
        assert here.real.states() == [EntryState.UNKNOWN]
        assert len(here.shown()) == 1
        await here.real.settle()
        assert here.proxy.heard == [how]
        assert (here.real.entry(entry).state, here.real.entry(entry).attempt) == (EntryState.FOUND, 1)
        assert here.real.disagreements(here.shown()) == []


async def test_it_is_found_behind_a_burst_of_other_messages(synapse: Synapse, tmp_path: Path) -> None:
    """One page of a busy room is not the room: only paging finds everything."""
    async with brand_in_room(synapse, tmp_path) as here:
        entry = here.real.approved(here.asked(), "Dag Kim, we kijken.")
        here.proxy.spoil(SEND, Spoil.CUT)
        await here.real.tried(entry)
        assert here.real.states() == [EntryState.UNKNOWN]
        for number in range(110):
            synapse.say(here.brand if number % 2 else here.kim, here.room, f"nog een bericht {number}")
        await here.real.settle()
        assert (here.real.entry(entry).state, here.real.entry(entry).attempt) == (EntryState.FOUND, 1)


async def test_the_same_key_twice_is_one_message(synapse: Synapse, tmp_path: Path) -> None:
    async with brand_in_room(synapse, tmp_path) as here:
        publisher = publisher_of(here.brand, synapse.url, here.real.desk.clock)
        post = OutgoingPost(account=here.real.account.account, kind=PostKind.REPLY, target=here.asked(), text="Dag Kim.")
        first = await publisher.publish(post, key="k" * 32)
        assert await publisher.publish(post, key="k" * 32) == first
        assert here.shown() == [(first.platform_id, "Dag Kim.")]
        await publisher.aclose()


async def test_an_edit_replaces_the_text_and_is_found_when_its_answer_was_lost(synapse: Synapse, tmp_path: Path) -> None:
    """Two edits: both name the first message, as apps want it, and the last one's words are what stands there."""
    async with brand_in_room(synapse, tmp_path) as here:
        target = here.asked()
        first = here.real.approved(target, "We zoeken het uit.")
        await here.real.settle()
        event_id = here.real.entry(first).platform_id
        publisher = publisher_of(here.brand, synapse.url, here.real.desk.clock)
        here.real.approved(target, "De storing is bekend.", edits=event_id)
        await here.real.settle()
        last = here.real.approved(target, "De storing is voorbij.", edits=event_id)
        here.proxy.spoil(SEND, Spoil.CUT)
        await here.real.settle()
        assert here.real.states() == [EntryState.SENT, EntryState.SENT, EntryState.FOUND]
        assert here.real.entry(last).platform_id == event_id
        edits = [one["content"] for one in synapse.messages(here.kim, here.room) if "m.new_content" in one.get("content", {})]
        assert [one["m.new_content"]["body"] for one in edits] == ["De storing is bekend.", "De storing is voorbij."]
        assert {one["m.relates_to"]["event_id"] for one in edits} == {event_id}
        (seen,) = await publisher.own_posts(target, here.real.desk.clock.now() - timedelta(hours=2))
        assert (seen.platform_id, seen.text) == (event_id, "De storing is voorbij.")
        await publisher.aclose()


async def test_a_message_that_was_taken_back_is_not_answered(synapse: Synapse, tmp_path: Path) -> None:
    async with brand_in_room(synapse, tmp_path) as here:
        target = here.asked()
        here.real.approved(target, "Dag Kim, we kijken.")
        redact = f"/_matrix/client/v3/rooms/{quote(here.room)}/redact/{quote(target.parent_id)}/r1"
        synapse.ask(here.kim, "PUT", redact, {})
        await here.real.settle()
        assert here.real.states()[0] in (EntryState.CANCELLED, EntryState.NEEDS_HUMAN)
        assert here.shown() == []


@pytest.mark.parametrize("how", ["kick", "ban", "mute", "encrypt"])
async def test_a_room_that_does_not_want_us_gets_nothing(synapse: Synapse, tmp_path: Path, how: str) -> None:
    """Thrown out, banned, silenced, or a room where a plain text could be trusted by nobody."""
    async with brand_in_room(synapse, tmp_path) as here:
        target, room = here.asked(), f"/_matrix/client/v3/rooms/{quote(here.room)}"
        here.real.approved(target, "Dag Kim, we kijken.")
        publisher = publisher_of(here.brand, synapse.url, here.real.desk.clock)
        assert await publisher.place_now(target) is PlaceNow.OPEN
        if how in ("kick", "ban"):
            synapse.ask(here.kim, "POST", f"{room}/{how}", {"user_id": here.brand.user_id})
        elif how == "mute":
            levels = synapse.ask(here.kim, "GET", f"{room}/state/m.room.power_levels")
            synapse.ask(here.kim, "PUT", f"{room}/state/m.room.power_levels", {**levels, "events_default": 50})
        else:
            synapse.ask(here.kim, "PUT", f"{room}/state/m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
        assert await publisher.place_now(target) is PlaceNow.LOCKED
        if how != "encrypt":
            post = OutgoingPost(account=here.real.account.account, kind=PostKind.REPLY, target=target, text="Dag Kim.")
            with pytest.raises(PublishRejected) as refused:
                await publisher.publish(post, key="k" * 32)
            assert refused.value.why == "forbidden"
        await here.real.settle()
        assert not {EntryState.SENT, EntryState.FOUND, EntryState.UNKNOWN} & set(here.real.states())
        assert here.shown() == []
        await publisher.aclose()


async def test_a_text_longer_than_an_event_is_refused_before_it_leaves(synapse: Synapse, tmp_path: Path) -> None:
    """60,000 bytes are taken whole; an edit carries its text twice, so that half of it is too much there (nothing is ever cut)."""
    async with brand_in_room(synapse, tmp_path) as here:
        publisher = publisher_of(here.brand, synapse.url, here.real.desk.clock)
        post = OutgoingPost(account=here.real.account.account, kind=PostKind.REPLY, target=here.asked(), text="é" * 30_000)
        accepted = await publisher.publish(post, key="a" * 32)
        assert here.shown() == [(accepted.platform_id, "é" * 30_000)]
        for long, edits in [("é" * 30_001, ""), ("é" * 20_000, accepted.platform_id), ('"' * 50_000, "")]:
            one = OutgoingPost(account=post.account, kind=PostKind.REPLY, target=post.target, text=long, edits=edits)
            with pytest.raises(PublishRejected) as refused:
                await publisher.publish(one, key="b" * 32)
            assert refused.value.why == "too_long"
        await publisher.aclose()


async def test_a_token_that_ended_is_refused(synapse: Synapse) -> None:
    brand = synapse.user("stroomloket")
    publisher = publisher_of(brand, synapse.url, real_clock())
    await publisher.whoami()
    synapse.ask(brand, "POST", "/_matrix/client/v3/logout", {})
    with pytest.raises(SourceRefused) as refused:
        await publisher.whoami()
    assert brand.token not in str(refused.value)
    await publisher.aclose()


async def test_the_servers_own_rate_limit_is_waited_for_and_then_exactly_one_message_stands_there(synapse: Synapse, tmp_path: Path) -> None:
    """Synapse's defaults: ten messages at once, then one in five seconds. We wait as long as it says and lose nothing."""
    async with brand_in_room(synapse, tmp_path, limited=True) as here:
        publisher = publisher_of(here.brand, synapse.url, here.real.desk.clock, seconds=20)
        account, entry, texts = here.real.account.account, None, []
        for attempt in range(5):  # on a slow machine the limit may have passed by the time we post: then once more
            target = here.asked(f"En nu? {attempt} @stroomloket")
            burst = [OutgoingPost(account=account, kind=PostKind.REPLY, target=target, text=f"vol {attempt} {one}") for one in range(16)]
            sends = (publisher.publish(one, key=f"{attempt:016d}{number:016d}") for number, one in enumerate(burst))
            limits = [one for one in await asyncio.gather(*sends, return_exceptions=True) if isinstance(one, RateLimited)]
            assert limits
            assert all(0 < one.wait_seconds < 60 for one in limits)
            texts.append(f"Dag Kim, we kijken {attempt}.")
            entry = here.real.approved(target, texts[-1])
            await here.real.tried(entry)
            if here.real.entry(entry).state is not EntryState.SENT:
                break
        assert entry is not None
        held = here.real.entry(entry)
        assert (held.state, held.reason) == (EntryState.PROVEN_ABSENT, "rate_limited")
        assert texts[-1] not in [text for _, text in here.shown()]
        await here.real.write.gateway.run_once()
        assert here.real.entry(entry).attempt == 1  # inside the window nothing is asked for
        await asyncio.sleep(max(one.wait_seconds for one in limits) + 0.5)  # the server counts by its own clock
        here.real.desk.clock.advance(timedelta(minutes=2))
        await here.real.settle()
        assert here.real.entry(entry).state is EntryState.SENT
        assert [text for _, text in here.shown()].count(texts[-1]) == 1
        await publisher.aclose()


async def test_a_direct_message_is_answered_in_its_room(synapse: Synapse, tmp_path: Path) -> None:
    """Read as private, answered to whoever wrote it; the account's own name opens its direct rooms."""
    kim, brand, clock = synapse.user("kim"), synapse.user("stroomloket"), real_clock()
    room = synapse.direct(kim, brand)
    said = synapse.say(kim, room, "Mijn rekening klopt niet")
    async with posting(tmp_path, publisher_of(brand, synapse.url, clock), clock, realms=(brand.user_id,)) as real:
        target = await heard_of(brand, synapse.url, real)
        assert (target.person, target.thread_id, target.parent_id) == (kim.user_id, room, said)
        entry = real.approved(target, "Dag Kim, we zoeken het uit.")
        await real.settle()
        assert real.entry(entry).state is EntryState.SENT
        content = synapse.messages(kim, room)[-1]["content"]
        assert (content["body"], content["m.relates_to"]) == ("Dag Kim, we zoeken het uit.", {"m.in_reply_to": {"event_id": said}})
        with pytest.raises(NotAllowed) as refused:
            real.approved(replace(target, person=""), "Voor iedereen.")
        assert "private_stays_private" in refused.value.rules


@pytest.mark.parametrize("how", ["opened", "shared", "left"])
async def test_a_direct_room_that_is_none_any_more_gets_nothing(synapse: Synapse, tmp_path: Path, how: str) -> None:
    """Between approval and send somebody lets everybody in, or one more, or goes; a look at the place may come too early, too."""
    kim, brand, bas, clock = synapse.user("kim"), synapse.user("stroomloket"), synapse.user("bas"), real_clock()
    room = synapse.direct(kim, brand)
    synapse.say(kim, room, "Mijn rekening klopt niet")
    publisher = publisher_of(brand, synapse.url, clock)
    async with posting(tmp_path, publisher, clock, realms=(brand.user_id,)) as real:
        target = await heard_of(brand, synapse.url, real)
        real.approved(target, "Dag Kim, we zoeken het uit.")
        assert await publisher.place_now(target) is PlaceNow.OPEN
        if how == "opened":
            synapse.let_in(kim, room, "public")
        elif how == "shared":
            synapse.ask(kim, "POST", f"/_matrix/client/v3/rooms/{quote(room)}/invite", {"user_id": bas.user_id})
        else:
            synapse.ask(kim, "POST", f"/_matrix/client/v3/rooms/{quote(room)}/leave", {})
        assert await publisher.place_now(target) is (PlaceNow.GONE if how == "left" else PlaceNow.SHARED)
        post = OutgoingPost(account=real.account.account, kind=PostKind.REPLY, target=target, text="Dag Kim.")
        with pytest.raises(PublishRejected, match="nothing was posted"):
            await publisher.publish(post, key="k" * 32)
        await real.settle()
        assert [(one.state, one.reason) for one in real.desk.entries.entries()] == [
            (EntryState.CANCELLED, "target_gone" if how == "left" else "target_shared")
        ]
        reader = brand if how == "left" else kim
        assert [one for one in synapse.messages(reader, room) if one["type"] == "m.room.message" and one["sender"] == brand.user_id] == []
