"""Never faster than a platform allows, whoever shares the key, and nothing while it says "enough" (RULES F16, P12, P17, P19)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, RateLimited
from listener.sources.http import HttpClient
from listener.sources.pacing import POLITE, PUBLISHED, Limit, Pace, Paces
from listener.sources.purse import Purse
from tests.fakes.site import Reply, Site


def no_sleep(seconds: float) -> None:
    pytest.fail(f"slept {seconds} seconds")


@pytest.mark.parametrize("hurry", [5.0, 1.4], ids=["in bursts", "evenly"])
@pytest.mark.parametrize(("platform", "most"), [("mastodon", 240), ("bluesky", 2_400), ("discourse", 48), ("reddit", 80), ("", 60)])
def test_our_share_of_what_a_platform_publishes_is_never_exceeded(platform: str, most: int, hurry: float) -> None:
    """In *any* stretch: a bucket that is full at noon and refilled at a minute past would let twice as much through."""
    now, sent = [0.0], [0.0][:0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    seconds = PUBLISHED[platform][0].seconds if platform else 60
    pace = Pace(platform, PUBLISHED.get(platform, POLITE), monotonic=lambda: now[0], sleep=sleep)
    for _ in range(most * 5 // 2):
        try:
            pace.take()
        except RateLimited as told:
            now[0] += told.wait_seconds
            pace.take()
        sent.append(now[0])
        now[0] += seconds / most / hurry
    in_a_row = [sent[later] - sent[earlier] for earlier, later in zip(range(len(sent)), range(most, len(sent)), strict=False)]
    assert min(in_a_row) >= seconds - 1e-6, "more than our share went out in one stretch"
    assert sent[-1] <= 2.5 * seconds, "a pace that holds more back than it must"


def test_two_limits_hold_together() -> None:
    """Stack Exchange allows thirty in a second and ten thousand in a day."""
    now = [0.0]
    pace = Pace("both", (Limit(requests=5, seconds=1), Limit(requests=10, seconds=100)), monotonic=lambda: now[0], sleep=no_sleep)
    for at in (0.0, 0.1, 0.2, 0.3, 1.1, 1.2, 1.3, 1.4):
        now[0] = at
        pace.take()
    now[0] = 5.0
    with pytest.raises(RateLimited) as told:
        pace.take()
    assert told.value.wait_seconds == pytest.approx(95.0)


def test_units_count_where_a_platform_counts_units() -> None:
    """A YouTube search costs a hundred units of ten thousand a day."""
    pace = Pace("youtube", PUBLISHED["youtube"], monotonic=lambda: 0.0, sleep=no_sleep)
    for _ in range(80):
        pace.take(100)
    with pytest.raises(RateLimited):
        pace.take()


def test_a_used_up_quota_is_told_as_a_wait_and_not_slept_through() -> None:
    pace = Pace("reddit", monotonic=lambda: 100.0, sleep=no_sleep)
    pace.close_for(300)
    with pytest.raises(RateLimited, match="reddit") as told:
        pace.take()
    assert told.value.wait_seconds == 300


@pytest.mark.parametrize(
    ("headers", "closed"),
    [
        ({"x-rate-limit-limit": "450", "x-rate-limit-remaining": "91", "x-rate-limit-reset": "1772453100"}, 0),  # X: a moment
        ({"x-rate-limit-limit": "450", "x-rate-limit-remaining": "90", "x-rate-limit-reset": "1772453100"}, 300),
        ({"x-ratelimit-limit": "300", "x-ratelimit-remaining": "60", "x-ratelimit-reset": "2026-03-02T12:01:00.000Z"}, 60),  # Mastodon
        ({"ratelimit-limit": "3000", "ratelimit-remaining": "0", "ratelimit-reset": "1772452920"}, 120),  # Bluesky
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "241"}, 241),  # Reddit: seconds left
        ({"x-ratelimit-remaining": "12.0", "x-ratelimit-used": "88", "x-ratelimit-reset": "241"}, 0),
        ({"ratelimit-remaining": "lots", "ratelimit-reset": "60"}, 0),
        ({"ratelimit-remaining": "nan", "ratelimit-limit": "10", "ratelimit-reset": "60"}, 0),
        ({}, 0),
    ],
)
def test_an_answer_that_leaves_less_than_is_ours_closes_until_its_reset(clock: ManualClock, headers: dict[str, str], closed: float) -> None:
    """Without a limit in words of the platform, its answers are all that tells (X, RULES P17)."""
    pace = Pace("x", monotonic=lambda: 0.0, sleep=no_sleep)
    pace.heed(headers, now=clock.now())
    if not closed:
        pace.take()
        return
    with pytest.raises(RateLimited) as told:
        pace.take()
    assert told.value.wait_seconds == pytest.approx(closed)


async def test_sources_of_one_host_share_a_pace_and_those_of_another_do_not_wait(http: HttpClient, site: Site, clock: ManualClock) -> None:
    """F16: a platform that says "wait" is asked nothing by anybody inside the window; the next platform is asked at once."""
    paces = Paces(monotonic=clock.monotonic)
    site.answer = lambda _: Reply(status=429, headers={"Retry-After": "600"})
    first, second = (http.at_pace(paces.of("mastodon", "one.example"), Purse()) for _ in range(2))
    other = http.at_pace(paces.of("mastodon", "two.example"), Purse())
    with pytest.raises(RateLimited):
        await first.get(site.url("/"), allow_http=True, allow_private=True)
    for _ in range(50):
        with pytest.raises(RateLimited) as told:
            await second.get(site.url("/"), allow_http=True, allow_private=True)
    assert len(site.requests) == 1, "asked inside the window"
    assert told.value.wait_seconds == pytest.approx(600, abs=1)
    site.answer = lambda _: Reply(body=b"x")
    await other.get(site.url("/"), allow_http=True, allow_private=True)
    clock.advance(timedelta(seconds=told.value.wait_seconds))
    await second.get(site.url("/"), allow_http=True, allow_private=True)
    assert len(site.requests) == 3


async def test_waiting_for_a_turn_holds_up_nobody_else(clock: ManualClock) -> None:
    """The wait is a sleep of one task, not of the event loop."""
    pace = Pace("slow", (Limit(requests=2, seconds=10),), monotonic=clock.monotonic)
    sleeping = asyncio.Event()

    async def sleep(seconds: float) -> None:
        sleeping.set()
        await asyncio.Event().wait()

    await pace.turn(sleep)
    waiting = asyncio.create_task(pace.turn(sleep))
    await asyncio.wait_for(sleeping.wait(), 5)
    assert not waiting.done()
    waiting.cancel()


async def test_a_cap_on_requests_stops_before_the_request(http: HttpClient, site: Site, clock: ManualClock) -> None:
    site.answer = lambda _: Reply(body=b"x")
    paced = http.at_pace(Paces(monotonic=clock.monotonic).of("feed"), Purse(most_requests=3))
    for _ in range(3):
        await paced.get(site.url("/"), allow_http=True, allow_private=True)
    with pytest.raises(BudgetSpent, match="3 requests"):
        await paced.get(site.url("/"), allow_http=True, allow_private=True)
    assert len(site.requests) == 3
