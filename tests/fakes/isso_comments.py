"""The comments of one post as Isso shows them: its Atom feed, and each comment by its number."""

from __future__ import annotations

from datetime import timedelta

from listener.clock import ManualClock
from listener.model.page import Page
from listener.sources.feed import FeedSource
from tests.fakes.atom import atom, entry
from tests.fakes.site import Reply, Request, Site

ISSO = "tag:blog.example,2018:/isso/1/"


class Comments:
    """An Isso with one thread: `numbers` are the comments that stand, `answering` those of them that answer comment 1."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.numbers = [1, 2, 3]
        self.answering: set[int] = set()
        self.at: dict[int, str] = {}
        self.refuses = 403
        site.answer = self.answer

    def answer(self, request: Request) -> Reply:
        path, number = request.path.rpartition("/")[::2]
        if path == "/id":
            return Reply(status=self.refuses if int(number) in self.numbers else 404)
        etag = f'"1-{max(n for n in self.numbers if n not in self.answering)}"'
        if request.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        top = [n for n in reversed(self.numbers) if n not in self.answering]
        listed = [*top, *(n for n in self.numbers if n in self.answering)]
        return Reply(body=atom(*map(self.entry, listed)), headers={"ETag": etag})

    def entry(self, number: int) -> str:
        above = f"{ISSO}1" if number in self.answering else ""
        link = f'<link href="{self.site.url("/post")}#isso-{number}"/><title>'
        at = self.at.get(number, "2026-03-02T08:00:00Z")
        return entry(f"{ISSO}{number}", f"comment {number} {at}", answers=above, at=at).replace("<title>", link)

    async def after(self, source: FeedSource, clock: ManualClock, before: Page, *minutes: int) -> tuple[list[str], Page]:
        """Pull after each wait; return what was removed, by number, and the last page."""
        removed: list[str] = []
        page = before
        for wait in minutes:
            clock.advance(timedelta(minutes=wait))
            page = await source.pull(page.next)
            removed += [one.native_id.removeprefix(ISSO) for one in page.removals]
        return removed, page
