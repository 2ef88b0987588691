"""As much of praw as our Reddit source touches, with posts written by the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any


def submission(number: int, *, created: float, title: str = "", body: str = "", author: str | None = "kim", **more: Any) -> SimpleNamespace:
    """Return a submission as praw holds one."""
    fields = {"name": f"t3_{number:x}", "id": f"{number:x}", "created_utc": created, "title": title or f"title {number}", "selftext": body}
    who = SimpleNamespace(name=author) if author else None
    return SimpleNamespace(**{**fields, "author": who, "author_fullname": f"t2_{author}", "edited": False, **more})


def comment(number: int, *, created: float, body: str = "", author: str | None = "kim", **more: Any) -> SimpleNamespace:
    """Return a comment as praw holds one."""
    fields = {"name": f"t1_{number:x}", "id": f"{number:x}", "created_utc": created, "body": body or f"comment {number}"}
    who = SimpleNamespace(name=author) if author else None
    return SimpleNamespace(**{**fields, "author": who, "link_id": "t3_1", "parent_id": "t3_1", "edited": False, **more})


class FakeReddit:
    """Lists of posts per listing, newest first as Reddit does; `errors` raises in place of a listing; `requests` counts hundreds."""

    def __init__(self) -> None:
        self.listings: dict[str, list[SimpleNamespace]] = {}
        self.hidden: dict[str, SimpleNamespace] = {}
        self.errors: dict[str, Exception] = {}
        self.requests: list[str] = []
        self.most_listed = 1_000
        self.before: Callable[[], None] | None = None

    def subreddit(self, name: str) -> _FakeSubreddit:
        return _FakeSubreddit(self, name)

    def info(self, *, fullnames: list[str]) -> Iterator[SimpleNamespace]:
        self.requests.append(f"info {len(fullnames)}")
        everything = {item.name: item for items in self.listings.values() for item in items} | self.hidden
        return iter([everything[name] for name in fullnames if name in everything])

    def listing(self, key: str, limit: int) -> Iterator[SimpleNamespace]:
        """Yield a listing lazily, counting one request per hundred, as praw's generator does."""
        if self.before is not None:
            self.before()
        if key in self.errors:
            raise self.errors[key]
        newest_first = sorted(self.listings.get(key, []), key=lambda item: -item.created_utc)
        for position, item in enumerate(newest_first[: min(limit, self.most_listed)]):
            if position % 100 == 0:
                self.requests.append(key)
            yield item


class _FakeSubreddit:
    def __init__(self, reddit: FakeReddit, name: str) -> None:
        self._reddit = reddit
        self._name = name
        self.mod: Any = None

    def new(self, *, limit: int, request_limit: int) -> Iterator[SimpleNamespace]:
        return self._reddit.listing(f"submissions {self._name}", limit)

    def comments(self, *, limit: int, request_limit: int) -> Iterator[SimpleNamespace]:
        return self._reddit.listing(f"comments {self._name}", limit)

    def search(self, query: str, *, sort: str, time_filter: str, limit: int, request_limit: int) -> Iterator[SimpleNamespace]:
        return self._reddit.listing(f"search {query}", limit)


class SignedIn(FakeReddit):
    """The same under a refresh token: an inbox, queues of moderators beside what anybody sees, and the scopes of the token."""

    def __init__(self, scopes: frozenset[str] = frozenset({"identity", "read", "privatemessages"})) -> None:
        super().__init__()
        self.auth = SimpleNamespace(scopes=lambda: set(scopes))
        self.inbox = SimpleNamespace(all=lambda *, limit, request_limit: self.listing("inbox", limit))

    def subreddit(self, name: str) -> _FakeSubreddit:
        found = super().subreddit(name)
        found.mod = SimpleNamespace(modqueue=lambda *, limit, request_limit: self.listing(f"modqueue {name}", limit))
        return found
