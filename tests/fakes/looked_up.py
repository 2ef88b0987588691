"""A platform that is asked for single posts: what stands there, what is gone, and how it fails, all written by the test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from listener.errors import SourceError
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Skip
from listener.model.recheck import Wanted
from listener.sources.purse import Purse


class FakePlatform:
    """`posts` stand, by their id; what is not among them is gone. `hidden`: nothing at all is shown; `down`: everything is said to be gone.

    `errors` are raised in turn, one a question; `most_answers` ends each answer early; each question costs one request, and each post
    `usd_each`. `asked` keeps the ids of each question.
    """

    def __init__(self, posts: Sequence[Mention], *, most: int = 100, usd_each: float = 0.0) -> None:
        self.posts = {one.native_id: one for one in posts}
        self.hidden = self.down = False
        self.errors: list[SourceError] = []
        self.most_answers: int | None = None
        self.asked: list[list[str]] = []
        self.controls: list[list[str]] = []
        self.times: list[datetime] = []
        self.most = most
        self.usd_each = usd_each
        self.purse = Purse()

    async def look_up(self, wanted: Sequence[Wanted], *, control: Sequence[Wanted] = ()) -> tuple[Found, ...]:
        self.purse.ask()
        if self.errors:
            raise self.errors.pop(0)
        wanted = wanted[: self.most_answers] if self.most_answers is not None else wanted
        if self.usd_each:
            wanted = wanted[: self.purse.affordable(self.usd_each, len(wanted))]
        self.purse.pay(self.usd_each * len(wanted))
        self.asked.append([one.native_id for one in wanted])
        self.controls.append([one.native_id for one in control])
        return tuple(self._stands(one) for one in wanted)

    def rest_seconds(self, requests: int) -> float:
        return 1.5 * requests

    def _stands(self, one: Wanted) -> Found:
        if self.hidden:
            return Skip(where=one.native_id, reason="nothing is shown")
        if self.down or one.native_id not in self.posts:
            return Removal(platform="reddit", realm=one.realm, native_id=one.native_id, reason="unknown")
        return self.posts[one.native_id]
