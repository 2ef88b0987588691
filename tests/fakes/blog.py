"""A site with a feed of posts, each with a page of its own, and a feed source that pulls it as time goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from listener.clock import ManualClock
from listener.model.page import Cursor, Page
from listener.sources.feed import FeedSource
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply, Request, Site

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
LATER = timedelta(minutes=31)


@dataclass
class Blog:
    """A site with a feed of posts at /feed, each with a page at /p/NUMBER; `pages` says what is answered in place of 200."""

    site: Site
    numbers: list[int]
    pages: dict[str, Reply] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    feed: Callable[[Blog], bytes] | None = None

    def answer(self, request: Request) -> Reply:
        if request.path == "/feed":
            return Reply(body=(self.feed or self.newest_first)(self), headers={"Content-Type": "application/rss+xml", **self.headers})
        return self.pages.get(request.path, Reply(body=b"<html><p>a post</p></html>"))

    def entry(self, number: int, *, link: str | None = None, at: datetime | None = None, text: str = "words") -> str:
        when = at or START + timedelta(minutes=number)
        address = self.site.url(f"/p/{number}") if link is None else link
        return item(f"urn:{number}", link=address, at=f"{when:%a, %d %b %Y %H:%M:%S} GMT", text=text)

    def newest_first(self, _: Blog) -> bytes:
        return rss(*(self.entry(number) for number in sorted(self.numbers, reverse=True)))

    def gone(self, number: int, status: int = 404) -> None:
        """Take a post away, page and all."""
        self.numbers.remove(number)
        self.pages[f"/p/{number}"] = Reply(status=status)

    def asked(self) -> list[str]:
        """Return the pages that were asked for."""
        return [one.path for one in self.site.requests if one.path != "/feed"]


async def rounds(source: FeedSource, clock: ManualClock, cursor: Cursor | None, *waits: timedelta) -> tuple[list[str], Cursor]:
    """Pull at once and after each wait; return the ids of what was removed, and the last cursor."""
    removed: list[str] = []
    page: Page = await source.pull(cursor)
    removed += [one.native_id for one in page.removals]
    for wait in waits:
        clock.advance(wait)
        page = await source.pull(page.next)
        removed += [one.native_id for one in page.removals]
    assert page.next is not None
    return removed, page.next


async def begun(source: FeedSource) -> Cursor:
    page = await source.pull(None)
    assert page.next is not None
    assert page.removals == ()
    return page.next
