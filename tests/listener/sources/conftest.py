"""A site on loopback, a clock moved by hand, and the HTTP client between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from listener.clock import ManualClock
from listener.settings.schema import HttpSettings
from listener.sources.feed import FeedSource
from listener.sources.http import HttpClient
from tests.fakes.blog import Blog
from tests.fakes.site import Site, open_site


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def http(clock: ManualClock) -> AsyncIterator[HttpClient]:
    client = HttpClient(
        HttpSettings.model_validate({"timeout_seconds": 20, "most_bytes": 100_000, "contact": "webcare@example.org"}), clock=clock
    )
    yield client
    await client.aclose()


@pytest.fixture
def source(site: Site, http: HttpClient, clock: ManualClock) -> FeedSource:
    """The feed of the site."""
    return FeedSource("feed", site.url("/feed"), http=http, clock=clock, allow_http=True, allow_private=True)


@pytest.fixture
def blog(site: Site) -> Blog:
    """The site as a blog with ten posts."""
    made = Blog(site, list(range(10)))
    site.answer = made.answer
    return made
