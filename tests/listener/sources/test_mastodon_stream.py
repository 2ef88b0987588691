"""What a Mastodon server pushes only hurries; a deletion counts once the server itself no longer has the status."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.model.push import Arrived, Connected, Edited, Gone, Pushed
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.sources.mastodon_stream import MOST_CONNECTIONS, MastodonStream
from listener.sources.pacing import Limit, Pace
from listener.sources.purse import Purse
from tests.fakes.mastodon import TOKEN, FakeMastodon
from tests.fakes.site import Reply, Site
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def fake(site: Site) -> FakeMastodon:
    made = FakeMastodon()
    site.answer = made
    return made


@pytest.fixture
def source(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> MastodonSource:
    return opened(site, http, clock)


def opened(site: Site, http: HttpClient, clock: ManualClock, *, token: str = TOKEN, **what: Any) -> MastodonSource:
    chosen = {"hashtags": ["stroomwerk"], "mentions": False, **what}
    return MastodonSource(
        "mastodon", site.url(""), token=lambda: token, http=http, clock=clock, allow_http=True, allow_private=True, **chosen
    )


def stream_of(source: MastodonSource, *, idle_seconds: float = PATIENCE_SECONDS) -> MastodonStream:
    made = source.stream()
    assert made is not None
    made._idle_seconds = idle_seconds
    return made


@asynccontextmanager
async def listening(source: MastodonSource, **how: float) -> AsyncIterator[AsyncGenerator[Pushed, None]]:
    """Connect, and hand out what is told after that."""
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(stream_of(source, **how).events()) as events:
        assert await anext(events) == Connected()
        yield events


async def test_something_new_hurries_and_says_nothing_itself(fake: FakeMastodon, source: MastodonSource, clock: ManualClock) -> None:
    async with listening(source) as events:
        own_id = fake.add("#stroomwerk storing", clock.now())
        fake.pushes.tell("update", fake.statuses[own_id])
        assert await anext(events) == Arrived()
    assert fake.pushes.opened == ["/api/v1/streaming/hashtag?tag=stroomwerk"]


async def test_who_stops_listening_closes_every_connection(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> None:
    source = opened(site, http, clock, hashtags=["stroomwerk", "storing"], mentions=True)
    async with listening(source):
        assert fake.pushes.connections == 3
    fake.pushes.send(b":thump\n")
    fake.pushes.send(b":thump\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while fake.pushes.connections:
            fake.pushes.send(b":thump\n")
            await asyncio.sleep(0.01)


async def test_a_deletion_removes_what_the_server_no_longer_has(fake: FakeMastodon, source: MastodonSource, clock: ManualClock) -> None:
    """It names a number of this server; what that was is known of what pulls showed."""
    own_id, name = fake.add("#stroomwerk weg", clock.now()), ""
    name = fake.name_of(own_id)
    await source.pull(None)
    async with listening(source) as events:
        del fake.statuses[own_id]
        fake.pushes.tell("delete", own_id)
        gone = await anext(events)
    assert isinstance(gone, Gone)
    assert [one.key for one in gone.removals] == [("mastodon", "fediverse", name)]


async def test_a_deletion_of_what_was_only_pushed_so_far_removes_it_too(
    fake: FakeMastodon, source: MastodonSource, clock: ManualClock
) -> None:
    """It may be in a page that is being read: the mark that is left keeps it out (RULES F7)."""
    async with listening(source) as events:
        own_id = fake.add("#stroomwerk weg", clock.now())
        status = fake.statuses.pop(own_id)
        fake.pushes.tell("update", status)
        fake.pushes.tell("delete", own_id)
        assert await anext(events) == Arrived()
        assert isinstance(await anext(events), Gone)


@pytest.mark.parametrize("said", ["", "7", "../../../etc", "9" * 400, "[]", "ä"])
async def test_a_deletion_of_nothing_that_we_know_removes_nothing(
    fake: FakeMastodon, source: MastodonSource, clock: ManualClock, site: Site, said: str
) -> None:
    fake.add("#stroomwerk blijft", clock.now())
    await source.pull(None)
    async with listening(source) as events:
        asked = len(site.requests)
        fake.pushes.tell("delete", said or "\ndata: ")
        assert await anext(events) == Arrived()
        assert len(site.requests) == asked, "nobody was asked about what may be no number"


async def test_a_deletion_of_what_is_still_there_removes_nothing(fake: FakeMastodon, source: MastodonSource, clock: ManualClock) -> None:
    """Whoever stands between us and the server could say it; and the server may say it of a boost."""
    own_id = fake.add("#stroomwerk blijft", clock.now())
    await source.pull(None)
    async with listening(source) as events:
        fake.pushes.tell("delete", own_id)
        assert await anext(events) == Arrived()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_deletion_that_cannot_be_confirmed_removes_nothing(
    fake: FakeMastodon, source: MastodonSource, clock: ManualClock, site: Site, status: int
) -> None:
    own_id = fake.add("#stroomwerk", clock.now())
    await source.pull(None)
    async with listening(source) as events:
        site.answer = lambda _: Reply(status=status)
        fake.pushes.tell("delete", own_id)
        assert await anext(events) == Arrived()


async def test_an_edit_names_what_was_edited(fake: FakeMastodon, source: MastodonSource, clock: ManualClock) -> None:
    async with listening(source) as events:
        own_id = fake.add("#stroomwerk fout", clock.now(), host="far.example")
        fake.pushes.tell("status.update", fake.statuses[own_id])
        assert await anext(events) == Edited((("mastodon", "fediverse", fake.name_of(own_id)),))  # type: ignore[arg-type] # a key equals its tuple


async def test_of_notifications_only_mentions_hurry(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> None:
    source = opened(site, http, clock, hashtags=[], mentions=True)
    async with listening(source) as events:
        for what in ("favourite", "follow", "reblog", "mention"):
            fake.pushes.tell("notification", {"id": "1", "type": what})
        fake.pushes.cut()
        assert [one async for one in events] == [Arrived()]
    assert fake.pushes.opened == ["/api/v1/streaming/user/notification"]


ODD = (
    b":thump\n",
    b"\n\n\n",
    b"event: update\n\n",  # nothing said
    b"data\ndata:\n: x\nid: 4\nretry: 1\n\n",  # fields that nobody needs
    b"event: filters_changed\ndata: undefined\n\n",
    b"event: announcement.delete\ndata: 1\n\n",
    b"event: \xff\xfe\ndata: \xc3\x28\n\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
)


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_no_news_is_read_over(fake: FakeMastodon, source: MastodonSource, odd: bytes) -> None:
    async with listening(source) as events:
        fake.pushes.send(odd)
        fake.pushes.tell("update", {"id": "1"})
        assert await anext(events) == Arrived()


@pytest.mark.parametrize("payload", ["{", "[]", "null", "[" * 100_000, '{"id": NaN}', '{"uri": [], "id": {}}', "ÿ" * 900_000])
async def test_news_that_cannot_be_read_still_hurries(fake: FakeMastodon, source: MastodonSource, payload: str) -> None:
    """That something happened is all that is needed."""
    async with listening(source) as events:
        fake.pushes.send(f"event: update\ndata: {payload[:900_000]}\n\n".encode("latin-1"))
        fake.pushes.tell("status.update", payload[:400_000])
        assert await anext(events) == Arrived()
        assert await anext(events) == Arrived()


async def test_events_may_come_cut_anywhere(fake: FakeMastodon, source: MastodonSource, clock: ManualClock) -> None:
    """A network hands over bytes, not lines."""
    own_id = fake.add("#stroomwerk é€", clock.now())
    told = f'event: update\r\ndata: {{"id": "{own_id}", "uri": "https://x.example/é"}}\r\n\r\n'.encode()
    async with listening(source) as events:
        for at in range(len(told)):
            fake.pushes.send(told[at : at + 1])
        assert await anext(events) == Arrived()
        fake.pushes.tell("delete", own_id)
        assert await anext(events) == Arrived()


async def test_a_line_without_an_end_is_given_up_before_it_fills_memory(fake: FakeMastodon, source: MastodonSource) -> None:
    async with listening(source) as events:
        for _ in range(40):
            fake.pushes.send(b"data: " + b"x" * 50_000)
        with pytest.raises(SourceUnavailable, match=r"more than 1,000,000 bytes"):
            await anext(events)


async def test_many_lines_of_one_event_do_not_fill_memory_either(fake: FakeMastodon, source: MastodonSource) -> None:
    async with listening(source) as events:
        for _ in range(60):
            fake.pushes.send(b"data: " + b"x" * 50_000 + b"\n")
        fake.pushes.send(b"\n")
        fake.pushes.tell("update", {"id": "1"})
        assert await anext(events) == Arrived()


async def test_a_server_that_says_nothing_is_left(fake: FakeMastodon, source: MastodonSource) -> None:
    """A connection through a sleeping router looks open for hours."""
    async with listening(source, idle_seconds=0.3) as events:
        with pytest.raises(SourceUnavailable, match=r"said nothing for 0\.3 seconds"):
            await anext(events)


async def test_heartbeats_keep_a_quiet_connection(fake: FakeMastodon, source: MastodonSource) -> None:
    async def beat() -> None:
        for _ in range(25):
            await asyncio.sleep(0.1)
            fake.pushes.send(b":thump\n")
        fake.pushes.tell("update", {"id": "1"})

    async with listening(source, idle_seconds=2.0) as events:
        beating = asyncio.create_task(beat())
        assert await anext(events) == Arrived()
        await beating


async def test_the_end_of_one_connection_ends_the_stream(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> None:
    """Half a stream would look whole on the page that says so."""
    source = opened(site, http, clock, hashtags=["a", "b"])
    async with listening(source) as events:
        fake.pushes._open[0].put_nowait(None)
        assert [one async for one in events] == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply(status=401, body=b'{"error": "The access token is invalid"}'), SourceRefused),
        (Reply(status=403), SourceRefused),
        (Reply(status=404), SourceRefused),
        (Reply(status=429, headers={"Retry-After": "120"}), RateLimited),
        (Reply(status=503), SourceUnavailable),
        (Reply(status=302, headers={"Location": "http://elsewhere.example/"}), SourceUnavailable),
        (Reply(status=204), SourceUnavailable),
        (Reply(raw=b"not http at all\r\n\r\n"), SourceUnavailable),
        (Reply(raw=b""), SourceUnavailable),
    ],
)
async def test_a_refused_stream_says_how(fake: FakeMastodon, source: MastodonSource, answer: Reply, error: type[Exception]) -> None:
    fake.pushes.answer = answer
    with pytest.raises(error) as caught:
        await anext(stream_of(source).events())
    assert TOKEN not in str(caught.value)


async def test_the_host_that_streams_may_be_another_one(fake: FakeMastodon, source: MastodonSource, site: Site) -> None:
    fake.streams_at = f"ws://127.0.0.1:{site.port}"
    async with listening(source):
        pass
    assert [one.path for one in site.requests][:2] == ["/api/v2/instance", "/api/v1/streaming/hashtag?tag=stroomwerk"]


async def test_a_server_cannot_send_us_and_the_token_inward(fake: FakeMastodon, source: MastodonSource, site: Site) -> None:
    """RULES S20: what a person typed may be inside their own network; what a server names may not."""
    fake.streams_at = f"ws://localhost:{site.port}"
    with pytest.raises(SourceRefused):
        await anext(stream_of(source).events())
    assert fake.pushes.opened == []


@pytest.mark.parametrize("named", ["", "wss://", "file:///etc", "javascript:1", "nonsense"])
async def test_an_address_that_is_none_is_not_used(fake: FakeMastodon, source: MastodonSource, named: str) -> None:
    fake.streams_at = named
    async with listening(source):
        assert fake.pushes.opened, "the server itself was asked"


async def test_without_a_token_nobody_is_asked(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> None:
    """Open hashtags are pulled without one."""
    assert not stream_of(opened(site, http, clock, token="")).is_wanted
    assert stream_of(opened(site, http, clock)).is_wanted


async def test_searches_alone_have_no_stream(site: Site, http: HttpClient, clock: ManualClock) -> None:
    assert opened(site, http, clock, hashtags=[], queries=["stroomwerk"]).stream() is None


async def test_many_hashtags_do_not_become_a_flood_of_connections(
    site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon
) -> None:
    source = opened(site, http, clock, hashtags=[f"tag{n}" for n in range(30)], mentions=True)
    async with listening(source):
        assert len(fake.pushes.opened) == MOST_CONNECTIONS
    assert "/api/v1/streaming/user/notification" in fake.pushes.opened


async def test_opening_waits_for_its_turn_and_counts(site: Site, http: HttpClient, clock: ManualClock, fake: FakeMastodon) -> None:
    purse = Purse()
    paced = http.at_pace(Pace("m", (Limit(requests=1000, seconds=60),)), purse)
    async with listening(opened(site, paced, clock)):
        assert purse.requests_today == 2, "the instance and the stream"
