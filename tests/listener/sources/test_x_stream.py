"""X's filtered stream with tweepy run for real: every post that was pushed is paid for once, and no cap is passed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.model.page import Spent
from listener.model.push import Arrived, Connected, Pushed
from listener.sources.purse import Purse
from listener.sources.streaming import Connections
from listener.sources.x import XSource
from listener.sources.x_stream import XStream
from tests.fakes.site import Reply, Site
from tests.fakes.x_posts import post
from tests.fakes.x_stream import FOREIGN, FakeXStream
from tests.patience import PATIENCE_SECONDS, busy

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
QUERY = "stroomwerk -is:retweet"


@pytest.fixture
def fake(site: Site) -> FakeXStream:
    made = FakeXStream([], now=NOW)
    site.answer = made
    return made


def opened(site: Site, clock: ManualClock, *, purse: Purse | None = None, source_id: str = "x", **what: Any) -> XSource:
    chosen = {"queries": ["stroomwerk"], "account": "", "expansions": (), **what}
    return XSource(source_id, token=lambda: "a-token", clock=clock, purse=purse or Purse(), api_url=site.url("").rstrip("/"), **chosen)


def stream_of(source: XSource) -> XStream:
    made = source.stream()
    assert made is not None
    return made


@asynccontextmanager
async def listening(source: XSource) -> AsyncIterator[AsyncGenerator[Pushed, None]]:
    """Connect, and hand out what is told after that."""
    async with asyncio.timeout(30), aclosing(stream_of(source).events()) as events:
        assert await anext(events) == Connected()
        yield events


async def refused(source: XSource) -> SourceError:
    """Return what opening a stream, or the stream after that, ends with."""
    async with asyncio.timeout(30), aclosing(stream_of(source).events()) as events:
        with pytest.raises(SourceError) as caught:
            async for _ in events:
                pass
    return caught.value


async def posts_until(events: AsyncGenerator[Pushed, None], count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        told = await anext(events)
        assert isinstance(told, Arrived)
        found += [one.native_id for one in told.mentions]
    return found


async def test_a_post_comes_whole_within_the_second(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock, expansions=("authors",))) as events:
        fake.push(post("stroomwerk ligt eruit", at=NOW, author="501"), user="kim")
        told = await anext(events)
    assert isinstance(told, Arrived)
    (mention,) = told.mentions
    assert (mention.text, mention.author and mention.author.name) == ("stroomwerk ligt eruit", "kim")
    assert told.cost_usd == pytest.approx(0.015)
    assert "author_id" in fake.params["expansions"]


async def test_a_post_that_a_pull_reads_again_that_day_is_paid_for_once(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    """X charges once a day for it, however it is read."""
    source = opened(site, clock)
    async with listening(source) as events:
        fake.push(post("stroomwerk", at=NOW - timedelta(minutes=1)))
        await posts_until(events, 1)
        page = await source.pull(None)
    assert [one.text for one in page.mentions] == ["stroomwerk"]
    assert page.cost_usd == 0


async def test_the_day_after_it_is_paid_for_again(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    source = opened(site, clock)
    async with listening(source) as events:
        fake.push(post("stroomwerk", at=NOW - timedelta(minutes=1)))
        await posts_until(events, 1)
    clock.advance(timedelta(days=1))
    assert (await source.pull(None)).cost_usd == pytest.approx(0.005)


@pytest.mark.parametrize(("cap", "each", "expansions"), [(1.0, 0.005, ()), (1.0, 0.015, ("authors",)), (0.2, 0.005, ()), (5.0, 0.005, ())])
async def test_no_cap_is_passed_while_posts_come_as_fast_as_x_sends(
    site: Site, fake: FakeXStream, clock: ManualClock, cap: float, each: float, expansions: Any
) -> None:
    """RULES P8: what X sent before it noticed that we left is paid too; a part of the cap is kept for that."""
    purse = Purse(most_usd=cap)
    source = opened(site, clock, purse=purse, expansions=expansions)
    kept = min(40 * each, cap / 4)
    async with asyncio.timeout(60), aclosing(stream_of(source).events()) as events:
        assert await anext(events) == Connected()
        found: list[str] = []

        async def all_of_them() -> None:
            for number in range(2_000):
                fake.push(post("stroomwerk", at=NOW, number=number, author=str(number + 1)), user="kim" if expansions else "")
                told = await anext(events)
                assert isinstance(told, Arrived)
                found.extend(one.native_id for one in told.mentions)

        with pytest.raises(BudgetSpent):
            await all_of_them()
    spent = purse.told().usd
    assert spent == pytest.approx(each * len(found))
    assert cap - kept - each < spent <= cap - kept + each
    assert each * len(set(fake.sold)) <= cap, "also what was sent and not read"


async def test_at_the_cap_the_stream_is_closed_and_what_was_kept_for_it_is_free(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    purse = Purse(most_usd=0.1)
    source = opened(site, clock, purse=purse)
    async with asyncio.timeout(30), aclosing(stream_of(source).events()) as events:
        await anext(events)
        for number in range(16):
            fake.push(post("stroomwerk", at=NOW, number=number))
        with pytest.raises(BudgetSpent):
            async for _ in events:
                pass
    await left(fake)
    assert purse.affordable(0.005, 100) == 4
    purse.pay(0.005 * 4)
    assert isinstance(await refused(source), BudgetSpent)
    assert fake.connections == 1, "with nothing left, X is not asked"


async def test_a_pull_under_way_and_a_stream_do_not_spend_the_same_money() -> None:
    purse = Purse(most_usd=1.0)
    purse.set_aside(0.005, 40)
    granted = purse.affordable(0.005, 1_000)
    assert granted == 150, "a fifth is for the stream, and a quarter of that again for what it may get meanwhile"
    went_on = 0
    while purse.spend_aside(0.005):
        went_on += 1
    assert (150 + went_on + 1 + 40) * 0.005 == pytest.approx(1.0, abs=0.0051)
    purse.pay(0.0)
    assert purse.spend_aside(0.0), "the pull is over and cost nothing: its posts were known"


async def test_what_was_granted_and_not_used_is_free_when_the_round_ends() -> None:
    purse = Purse(most_usd=1.0)
    purse.affordable(0.005, 1_000)
    with pytest.raises(BudgetSpent):
        purse.set_aside(0.005, 40)
    purse.settle()
    purse.set_aside(0.005, 40)
    assert purse.told() == Spent()


# rules


async def test_our_rules_are_kept_in_step_and_nobody_elses_are_touched(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    fake.rules += [
        {"id": "2", "value": "old query", "tag": "klankbord:x"},
        {"id": "3", "value": QUERY, "tag": "klankbord:x"},
        {"id": "4", "value": QUERY, "tag": "klankbord:x"},  # twice: one goes
        {"id": "5", "value": "of a source that is gone", "tag": "klankbord:formerly"},
        {"id": "6", "value": QUERY, "tag": "my-klankbord:x"},
        {"id": "7", "value": QUERY},
    ]
    async with listening(opened(site, clock, account="@stroomwerk")):
        pass
    assert fake.changes == [
        {"delete": {"ids": ["2", "4", "5"]}},
        {"add": [{"value": "@stroomwerk -is:retweet", "tag": "klankbord:x"}]},
    ]
    assert FOREIGN in fake.rules
    fake.changes.clear()
    await left(fake)
    async with listening(opened(site, clock, account="@stroomwerk")):
        assert fake.changes == [], "nothing is asked for twice"


async def test_a_rule_that_x_does_not_take_is_told(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    fake.refuses_rules = {QUERY}
    error = await refused(opened(site, clock))
    assert isinstance(error, SourceRefused)
    assert "no viable alternative" in str(error)


async def test_posts_of_others_rules_are_paid_for_and_not_kept(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    """X sends an application the posts of all its rules, whoever made them."""
    purse = Purse()
    async with listening(opened(site, clock, purse=purse)) as events:
        fake.push(post("cats", at=NOW), tag="somebody else's")
        told = await anext(events)
    assert isinstance(told, Arrived)
    assert not told.mentions
    assert told.cost_usd == pytest.approx(0.005)
    assert told != Arrived(), "it hurries no pull"


async def test_one_application_has_one_stream(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    shared = Connections()
    two = opened(site, clock, source_id="x-two", connections=shared)
    async with listening(opened(site, clock, connections=shared)):
        error = await refused(two)
    assert isinstance(error, SourceRefused)
    assert "x has it" in str(error)
    await left(fake)
    async with listening(two):
        pass


async def test_an_account_that_is_a_number_has_no_rule(site: Site, clock: ManualClock) -> None:
    assert opened(site, clock, queries=[], account="12345").stream() is None


# faults


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply(status=401, body=b"{}"), SourceRefused),
        (Reply(status=402, body=b"{}"), SourceRefused),
        (Reply(status=403, body=b"{}"), SourceRefused),
        (Reply(status=429, headers={"x-rate-limit-reset": str(int(NOW.timestamp()) + 120)}), RateLimited),
        (Reply(status=503), SourceUnavailable),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), SourceUnavailable),
        (Reply(raw=b"nonsense"), SourceUnavailable),
    ],
)
async def test_a_refused_stream_says_how_and_is_asked_once(
    site: Site, fake: FakeXStream, clock: ManualClock, answer: Reply, error: type[SourceError], caplog: pytest.LogCaptureFixture
) -> None:
    fake.answer = answer
    with caplog.at_level(logging.DEBUG):
        found = await refused(opened(site, clock))
    assert isinstance(found, error)
    assert len([path for path, _ in fake.asked if path.endswith("/stream")]) == 1, "tweepy by itself tries for ever"
    assert "a-token" not in caplog.text


@pytest.mark.parametrize(
    "odd",
    [
        b"\r\n",
        b"\r\n\r\n\r\n",
        b"{\r\n",
        b"[]\r\n",
        b"null\r\n",
        b'{"data": []}\r\n',
        b'{"data": {}}\r\n',
        b'{"unknown": true}\r\n',
        b"[" * 100_000 + b"\r\n",
        b"\xff\xfe\r\n",
    ],
)
async def test_what_is_no_post_is_read_over_and_costs_nothing(site: Site, fake: FakeXStream, clock: ManualClock, odd: bytes) -> None:
    purse = Purse()
    async with listening(opened(site, clock, purse=purse)) as events:
        fake.send(odd)
        fake.push(post("stroomwerk", at=NOW))
        assert len(await posts_until(events, 1)) == 1
    assert purse.told().micro_usd == 5_000


@pytest.mark.parametrize("odd", [{"id": "12"}, {"id": "x", "text": 7}, {"id": "13", "text": "zonder tijd"}])
async def test_a_post_that_cannot_be_read_is_a_skip(site: Site, fake: FakeXStream, clock: ManualClock, odd: dict[str, Any]) -> None:
    async with listening(opened(site, clock)) as events:
        fake.push({"author_id": "1", **odd})
        told = await anext(events)
    assert isinstance(told, Arrived)
    assert len(told.skipped) == 1


async def test_lines_may_come_cut_anywhere(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock)) as events:
        whole = b'{"data": {"id": "1500000000000000000", "text": "stroomwerk \xc3\xa9", "created_at": "2026-03-02T12:00:00.000Z", '
        whole += b'"author_id": "1"}, "matching_rules": [{"id": "1", "tag": "klankbord:x"}]}\r\n'
        for at in range(len(whole)):
            fake.send(whole[at : at + 1])
        assert await posts_until(events, 1) == ["1500000000000000000"]


async def test_a_line_that_never_ends_is_given_up(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock)) as events:
        for _ in range(30):
            fake.send(b"x" * 50_000)
        with pytest.raises(SourceUnavailable, match="1,000,000 bytes"):
            await anext(events)


async def test_xs_own_word_that_it_ends_ends_it(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock)) as events:
        fake.send(b'{"errors": [{"title": "operational-disconnect", "type": "https://api.x.com/2/problems/operational-disconnect"}]}\r\n')
        with pytest.raises(SourceUnavailable, match="operational-disconnect"):
            await anext(events)


async def test_an_end_in_order_is_an_end(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock)) as events:
        fake.cut()
        assert [one async for one in events] == []
    assert fake.connections == 1


async def test_a_broken_connection_is_an_end_and_what_came_before_it_is_kept(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    async with listening(opened(site, clock)) as events:
        fake.push(post("stroomwerk", at=NOW))
        assert fake._open is not None
        fake._open.put_nowait(b"\xff" * 10)  # and the chunk after it is no chunk
        fake.cut()
        assert await posts_until(events, 1)


async def test_who_stops_listening_leaves_x_at_once(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    """RULES F37: a thread that waits for X's next line must not hold up the service."""
    async with listening(opened(site, clock)) as events:
        fake.push(post("stroomwerk", at=NOW))
        await posts_until(events, 1)
        await asyncio.sleep(0.05)  # now it waits for the next one
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2 * busy()
    await left(fake)


async def test_requests_count_under_the_cap(site: Site, fake: FakeXStream, clock: ManualClock) -> None:
    purse = Purse(most_requests=2)
    assert isinstance(await refused(opened(site, clock, purse=purse)), BudgetSpent)  # rules, a rule, and no third one
    assert fake.connections == 0


async def left(fake: FakeXStream) -> None:
    """Wait until X noticed that nobody listens any more, which it does when it sends something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while fake.is_open:
            fake.send(b"\r\n")
            await asyncio.sleep(0.01)
