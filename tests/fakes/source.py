"""A source whose pages are written by the test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from listener.errors import SourceError
from listener.model.mention import Author, Mention
from listener.model.page import Cursor, Page


def mention(native_id: str, text: str = "", *, author: str = "kim", at: datetime | None = None, **more: object) -> Mention:
    """Return a mention with sensible defaults; its text names its id unless given."""
    fields: dict[str, object] = {
        "platform": "fake",
        "realm": "fake.example",
        "native_id": native_id,
        "text": text or f"post {native_id}",
        "posted_at": at or datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        "author": Author(platform="fake", realm="fake.example", native_id=author, name=author),
    }
    return Mention(**{**fields, **more})  # type: ignore[arg-type] # the test's own words decide the rest


class FakeSource:
    """Hands out scripted pages in order; the cursor is the number of pages read. A `SourceError` in the script is raised once, in its turn.

    `rewind()` makes it hand out everything again, as platforms do after an outage.
    """

    def __init__(self, pages: Sequence[Page | Sequence[Mention] | SourceError], *, source_id: str = "fake") -> None:
        self._pages = list(pages)
        self._source_id = source_id
        self._raised: set[int] = set()
        self._shift = 0
        self.pulls: list[Cursor | None] = []
        self.closed = 0

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        self.pulls.append(cursor)
        position = int(cursor) - self._shift if cursor else 0
        while position < len(self._pages) and position in self._raised:
            position += 1
        if position >= len(self._pages):
            return Page(mentions=(), next=cursor)
        found = self._pages[position]
        if isinstance(found, SourceError):
            self._raised.add(position)
            raise found
        page = found if isinstance(found, Page) else Page(mentions=tuple(found), next=None)
        more = page.more or any(not isinstance(later, SourceError) for later in self._pages[position + 1 :])
        return Page(
            mentions=page.mentions,
            next=Cursor(str(position + 1 + self._shift)),
            removals=page.removals,
            skipped=page.skipped,
            more=more,
            gap=page.gap,
            cost_usd=page.cost_usd,
            requests=page.requests,
            missed=page.missed,
        )

    async def aclose(self) -> None:
        self.closed += 1

    def add(self, *pages: Page | Sequence[Mention] | SourceError) -> None:
        """Let something new happen on the platform."""
        self._pages += pages

    def mend(self) -> None:
        """Let every failure that is still to come be over."""
        self._raised |= {position for position, one in enumerate(self._pages) if isinstance(one, SourceError)}

    def rewind(self) -> None:
        """Hand out all pages again, whatever cursor comes."""
        self._shift += len(self._pages)
        self._raised.clear()
