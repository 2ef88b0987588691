"""What Reddit answers, odd as it may be, through the real praw: an error of ours, no crash, and no quiet "nothing new" (RULES F18)."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SourceError
from listener.model.mention import Removal
from listener.model.page import Page
from listener.sources import reddit_access
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from tests.contracts.odd_bodies import MOST_BYTES, bent, odd_replies
from tests.fakes.reddit_wire import TOKEN_PATH, WiredReddit, link, message, open_on, reply
from tests.fakes.site import Reply, Request, Site, open_site
from tests.long import WHOLE

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DRAWN = 40
ALWAYS = ("nothing", "no head", "status 204", "status 408")
"""Tried in every run: what prawcore would try again by itself, and what praw takes for an empty listing."""
START = NOW.timestamp()
THINGS = {
    "submissions": [link(n, created=START - 3_600 * n) for n in (1, 2, 3)],
    "inbox": [message(4, created=START - 60), reply(5, created=START - 90, context="/r/klussen/comments/1/geen_stroom/5/")],
    "modqueue": [link(6, created=START - 60), reply(7, created=START - 90)],
}


@dataclass
class Rig:
    """A source behind the real praw. `token` and `listing` replace what Reddit answers to the one and to the other."""

    site: Site
    kind: str
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.reddit = WiredReddit(THINGS[self.kind], scope="read modposts" if self.kind == "modqueue" else "read privatemessages")

    def source(self) -> RedditSource:
        signed_in = "" if self.kind == "submissions" else "a-refresh-token"
        key = RedditKey(client_id="id", client_secret="canary-secret", account="stroomwerk_dev", refresh_token=signed_in)
        return RedditSource(
            "reddit",
            subreddits=[] if self.kind == "inbox" else ["klussen"],
            queries=[],
            comments=False,
            inbox_to="Stroomwerk" if self.kind == "inbox" else None,
            moderates=self.kind == "modqueue",
            key=lambda: key,
            approval_reference="R-1",
            clock=self.clock,
            factory=lambda: open_on(self.site.url(""), key, self.clock),
        )

    @property
    def path(self) -> str:
        """Where praw asks for this listing."""
        return {"submissions": "/r/klussen/new", "inbox": "/message/inbox/", "modqueue": "/r/klussen/about/modqueue/"}[self.kind]

    async def pulled(self) -> Page:
        """Pull with the right answers."""
        self.site.answer = self.reddit
        source = self.source()
        try:
            return await source.pull(None)
        finally:
            await source.aclose()

    async def gone(self, names: list[str], *, listing: Reply | None = None) -> list[str]:
        """Look posts up with this answer; return those that are told to be gone."""
        self.site.answer = lambda request: (None if request.path == TOKEN_PATH else listing) or self.reddit(request)
        source = self.source()
        try:
            found = await source.look_up(names)
        except SourceError:
            return []
        finally:
            await source.aclose()
        return [one.native_id for one in found if isinstance(one, Removal)]

    async def told(self, *, token: Reply | None = None, listing: Reply | None = None) -> str:
        """Pull with this answer; return "" for an error of ours or something listed, else what was wrong with it."""

        def answer(request: Request) -> Reply:
            path = request.path.partition("?")[0]
            self.asked[path] += 1
            odd = token if path == TOKEN_PATH else listing
            return odd or self.reddit(request)

        self.site.answer = answer
        source = self.source()
        try:
            page = await source.pull(None)
        except SourceError as error:
            return f"it tells a secret: {error}" if "canary-secret" in str(error) else ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            await source.aclose()
        return "" if page.mentions or page.skipped or page.gap or page.removals or page.lost else "an empty page"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait that praw or prawcore took upon itself: the schedule does the waiting."""
    waits: list[float] = []
    monkeypatch.setattr("prawcore.sessions.time.sleep", waits.append)
    return waits


@pytest.fixture(params=THINGS)
async def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(reddit_access, "MOST_BYTES", MOST_BYTES)
    async with open_site() as site:
        yield Rig(site, request.param)


async def test_a_right_answer_is_listed_or_the_rest_would_mean_nothing(rig: Rig) -> None:
    page = await rig.pulled()
    assert {one.native_id for one in page.mentions} == {one["data"]["name"] for one in rig.reddit.listed}


async def test_no_answer_that_is_none_passes_for_nothing_new(rig: Rig, slept: list[float]) -> None:
    """At least three hundred of every kind in the long form; a sample with a fixed seed in every run."""
    every = list(odd_replies(rig.reddit.listing()))
    assert len({(one.body, one.status, one.raw, *one.headers.items()) for _, one in every}) >= 300
    chosen = every if WHOLE else [*random.Random(18).sample(every, DRAWN), *(one for one in every if one[0] in ALWAYS)]
    assert [(name, wrong) for name, odd in chosen if (wrong := await rig.told(listing=odd))] == []
    assert (slept, rig.asked) == ([], {TOKEN_PATH: len(chosen), rig.path: len(chosen)}), "the schedule waits and tries again, nobody else"


async def test_a_right_answer_with_any_value_changed_breaks_nothing(rig: Rig) -> None:
    """A page that praw cannot hold is an error of ours; whatever else it holds is read or listed."""
    every = list(bent(json.loads(rig.reddit.listing())))
    chosen = every if WHOLE else random.Random(19).sample(every, DRAWN)
    crashed = [(name, wrong) for name, body in chosen if (wrong := await rig.told(listing=Reply(body=body))) not in ("", "an empty page")]
    assert crashed == []


async def test_whatever_comes_in_place_of_a_token_nothing_is_read(rig: Rig, slept: list[float]) -> None:
    """And the key goes to nobody else: what a redirect names is not asked."""
    every = list(odd_replies(rig.reddit.token()))
    chosen = every if WHOLE else random.Random(20).sample(every, DRAWN)
    assert [(name, wrong) for name, odd in chosen if (wrong := await rig.told(token=odd))] == []
    assert (slept, set(rig.asked) - {TOKEN_PATH, rig.path}) == ([], set())
    for name, odd in every:
        if odd.status in (301, 302, 303, 307, 308):
            rig.asked.clear()
            assert (name, await rig.told(token=odd), rig.asked) == (name, "", {TOKEN_PATH: 1})


async def test_a_token_with_any_value_changed_breaks_nothing(rig: Rig) -> None:
    every = list(bent(json.loads(rig.reddit.token())))
    assert [(name, wrong) for name, body in every if (wrong := await rig.told(token=Reply(body=body)))] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"created_utc": None},
        {"created_utc": "soon"},
        {"created_utc": -1},
        {"kind": "t9"},  # a kind that praw does not know yet
        {"kind": None},
    ],
)
async def test_one_odd_item_hides_nothing_that_stands_behind_it(odd: dict[str, Any]) -> None:
    """Listings are read newest first, down to a time: an item without one says nothing of those below it."""
    first, *others = (link(n, created=START - 60 * n) for n in (1, 2, 3))
    kind = {"kind": odd["kind"]} if "kind" in odd else {}
    async with open_site() as site:
        rig = Rig(site, "submissions")
        rig.reddit.listed = [{**first, **kind, "data": {**first["data"], **odd}}, *others]
        page = await rig.pulled()
    assert [one.native_id for one in page.mentions] == ["t3_3", "t3_2"]
    assert len(page.skipped) == 1


async def test_an_odd_author_is_nobody(slept: list[float]) -> None:
    """What somebody wrote is heard whoever they are."""
    authors: tuple[Any, ...] = (7, True, {"x": [{}]})
    for odd in authors:
        async with open_site() as site:
            rig = Rig(site, "inbox")
            rig.reddit.listed = [reply(5, created=START - 90, author=odd)]
            page = await rig.pulled()
        assert [(one.native_id, one.author) for one in page.mentions] == [("t1_5", None)]
    assert slept == []


async def test_no_odd_answer_says_that_a_post_is_gone(slept: list[float]) -> None:
    """A removal is for ever: only an answer that shows what it was asked for, and nothing else, proves one."""
    async with open_site() as site:
        rig = Rig(site, "submissions")
        names = [one["data"]["name"] for one in rig.reddit.listed]
        assert await rig.gone(names) == []
        changed = [(name, Reply(body=body)) for name, body in bent(json.loads(rig.reddit.listing()))]
        every = [*odd_replies(rig.reddit.listing()), *((name, one) for name, one in changed if ".removed_by_category = " not in name)]
        chosen = every if WHOLE else random.Random(21).sample(every, 2 * DRAWN)
        assert [(name, gone) for name, one in chosen if (gone := await rig.gone(names, listing=one))] == []
    assert slept == []
