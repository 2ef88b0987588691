"""What people delete is gone here within a day, everywhere, and nothing else is: Reddit and X as we really ask them (RULES P5, P11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.bootstrap import listening
from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.ledger.ledger import Ledger
from listener.model.mention import BrandHit, Kept, Mention, MentionKey
from listener.model.page import Cursor
from listener.model.recheck import Asker
from listener.model.search import Within
from listener.progress import NoProgress
from listener.settings.schema import ListenerSettings
from listener.sources.looking_up import look_up_of
from listener.sources.purse import Purse
from listener.sources.recheck_rules import DAILY
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.reddit_items import read_item
from listener.sources.x import XSource
from listener.sources.x_items import Included, read_post
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.recheck_mentions import Asking, RecheckMentions
from tests.fakes.reddit import FakeReddit, comment
from tests.fakes.site import open_site
from tests.fakes.x_posts import FakeX, post
from tests.long import often

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NEEDLE = "kanariewoordzes"


class CountedReddit(FakeReddit):
    """Counts each question against a purse, as praw's session does, and remembers when it came."""

    def __init__(self, purse: Purse, clock: ManualClock) -> None:
        super().__init__()
        self._purse, self._clock = purse, clock
        self.times: list[datetime] = []

    def info(self, *, fullnames: list[str]) -> Iterator[Any]:
        assert len(fullnames) <= 100
        self._purse.ask()
        self.times.append(self._clock.now())
        return super().info(fullnames=fullnames)


def reddit_asking(clock: ManualClock) -> tuple[Asking, CountedReddit]:
    allowance = Purse()
    fake = CountedReddit(allowance, clock)
    key = RedditKey(client_id="id", client_secret="canary-secret", account="stroomwerk_dev")
    source = RedditSource(
        "reddit",
        subreddits=["klussen"],
        queries=[],
        comments=True,
        key=lambda: key,
        approval_reference="R-2026-17",
        clock=clock,
        purse=allowance,
        factory=lambda: fake,
    )
    look_up = look_up_of(source, "reddit")
    assert look_up is not None
    asker = Asker(source="reddit", platform="reddit", rule=DAILY, all_askers=("reddit",), adopts=look_up.realms)
    return Asking(asker=asker, look_up=look_up, purse=Purse(), allowance=allowance), fake


def keep(ledger: Ledger, mentions: list[Mention], at: datetime, source: str) -> None:
    hit = BrandHit(brand="Stroomwerk", directed=False, terms=("stroomwerk",))
    for start in range(0, len(mentions), 1_000):
        page = [Kept(mention=one, hits=(hit,)) for one in mentions[start : start + 1_000]]
        ledger.mentions.add_page(page, source=source, next_cursor=Cursor("c"), at=at)


def comments(number: int, *, needles: int = 0) -> list[Any]:
    """Return comments, the first `needles` of which hold a word that nothing else holds."""
    at = (NOON - 3 * DAY).timestamp()
    said = [f"stroomwerk {NEEDLE} nummer {n}" if n < needles else f"stroomwerk doet het goed, bericht {n}" for n in range(number)]
    return [comment(n + 1, created=at + n, body=body, author=f"kim{n % 700}") for n, body in enumerate(said)]


def mentions_of(items: list[Any]) -> list[Mention]:
    read = [read_item(one) for one in items]
    return [one for one in read if isinstance(one, Mention)]


def delete(fake: FakeReddit, items: list[Any]) -> None:
    """Delete comments as Reddit shows it: by their author, by a moderator, or not at all any more."""
    for n, one in enumerate(items):
        if n % 3 == 0:
            one.body, one.author = "[deleted]", None
        elif n % 3 == 1:
            one.body = "[removed]"
        else:
            fake.listings["all"].remove(one)


def files_with(word: str, folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file() and word.encode() in one.read_bytes()]


async def ask_until(recheck: RecheckMentions, asking: Asking, clock: ManualClock, moment: datetime) -> int:
    """Ask question after question, as the schedule does, and return how many posts went."""
    removed = 0
    while clock.now() < moment:
        result = await recheck.once(asking)
        removed += result.looked.removed
        clock.advance(max(result.wait, timedelta(milliseconds=200)))
    return removed


async def test_of_ten_thousand_kept_posts_five_hundred_deleted_ones_are_gone_within_a_day(ledger: Ledger) -> None:
    """RULES P11, P12: 0 of 500 left after 24 hours, 9,500 untouched, and never more than 80 requests in a minute (here 40).

    2,000 and 100 in every run, 10,000 and 500 in the long form.
    """
    number = often(10_000, short=2_000)
    clock = ManualClock(NOON)
    asking, fake = reddit_asking(clock)
    fake.listings["all"] = comments(number)
    keep(ledger, mentions_of(fake.listings["all"]), NOON, "reddit")
    ledger.rechecks.describe("reddit", DAILY)
    recheck = RecheckMentions(ledger, CollectMentions(ledger, (), clock=clock), clock=clock)
    await ask_until(recheck, asking, clock, NOON + 2 * DAY)
    gone = fake.listings["all"][::20]
    edited = fake.listings["all"][1]
    edited.body, edited.edited = "stroomwerk, bij nader inzien", clock.now().timestamp()
    deleted_at = clock.now()
    delete(fake, gone)
    removed = await ask_until(recheck, asking, clock, deleted_at + DAY)
    assert len(gone) == removed == number // 20
    assert all(ledger.mentions.find(MentionKey("reddit", "reddit.com", one.name)) is None for one in gone)
    assert ledger.mentions.count() == number - number // 20
    found = ledger.mentions.find(MentionKey("reddit", "reddit.com", edited.name))
    assert found is not None
    assert (found.revision, found.mention.text) == (1, "stroomwerk, bij nader inzien")
    assert ledger.rechecks.coverage(clock.now())["reddit"].overdue == 0
    minutes = Counter(at.replace(second=0, microsecond=0) for at in fake.times)
    assert max(minutes.values()) <= 41
    assert len(fake.times) < 3.5 * number / 99 + 10, "each post once a day, and hardly a second question"


async def test_deleted_words_are_in_no_table_vector_search_or_file_after_the_night(tmp_path: Path) -> None:
    """Ledger and its log, vectors, insight, search, and what is kept of digests: a hundred and fifty posts, thirty of them deleted."""
    clock = ManualClock(NOON)
    settings = ListenerSettings.model_validate({"brands": [{"name": "Stroomwerk"}]})
    with listening(tmp_path, settings, clock=clock, embedder=HashedEmbedder()) as parts:
        asking, fake = reddit_asking(clock)
        fake.listings["all"] = comments(150, needles=30)
        keep(parts.ledger, mentions_of(fake.listings["all"]), NOON, "reddit")
        parts.analyse.all(NoProgress())
        parts.search.keep()
        assert parts.search.find(NEEDLE, Within(), words=True, meaning=False, most=99, wait_seconds=0.0).words
        assert any("ledger" in name for name in files_with(NEEDLE, tmp_path)), "or finding none later would mean nothing"
        before, insight_before = len(parts.ledger.analyses.vectors_of(range(1, 151), parts.model_id)[0]), parts.insight.count()
        assert insight_before == 150
        recheck = RecheckMentions(parts.ledger, CollectMentions(parts.ledger, parts.queries, clock=clock), clock=clock)
        await ask_until(recheck, asking, clock, NOON + 21 * HOUR)
        for one in fake.listings["all"][:30]:
            one.body, one.author = "[deleted]", None
        assert await ask_until(recheck, asking, clock, NOON + 45 * HOUR) == 30
        assert parts.clean_files().whole
        assert parts.ledger.mentions.count() == parts.insight.count() == 120
        assert len(parts.ledger.analyses.vectors_of(range(1, 151), parts.model_id)[0]) == before - 30
        assert not parts.search.find(NEEDLE, Within(), words=True, meaning=False, most=99, wait_seconds=0.0).words
        assert files_with(NEEDLE, tmp_path) == []


@asynccontextmanager
async def x_asking(clock: ManualClock, fake: FakeX, *, usd: float) -> AsyncIterator[Asking]:
    async with open_site() as site:
        site.answer = fake
        allowance = Purse()
        source = XSource(
            "x", queries=["stroomwerk"], account="", token=lambda: fake.token, clock=clock, purse=allowance, api_url=site.url("")
        )
        look_up = look_up_of(source, "x")
        assert look_up is not None
        asker = Asker(source="x", platform="x", rule=DAILY, all_askers=("x",))
        yield Asking(asker=asker, look_up=look_up, purse=Purse(most_usd=usd), allowance=allowance, most_usd=usd)
        await source.aclose()


async def test_on_x_the_purse_pays_for_looking_again_and_edits_and_deletions_are_followed(ledger: Ledger) -> None:
    """RULES P5, P8: 150 posts at half a cent are $0.75 a day; of a budget of $2 half may go there, and $1.25 are left for listening."""
    clock = ManualClock(NOON)
    posts = [post(f"stroomwerk bericht {n}", at=NOON - DAY, number=n, author=f"5{n}") for n in range(150)]
    fake = FakeX(posts, now=NOON)
    read = [read_post(one, Included()) for one in posts]
    keep(ledger, [one for one in read if isinstance(one, Mention)], NOON, "x")
    fake.gone = {posts[3]["id"]: "resource-not-found", posts[4]["id"]: "not-authorized-for-resource"}
    history = [posts[7]["id"], str(int(posts[7]["id"]) + 5_000)]
    posts[7].update(id=history[1], text="stroomwerk gewijzigd", edit_history_tweet_ids=history, created_at="2026-03-01T12:05:00.000Z")
    recheck = RecheckMentions(ledger, CollectMentions(ledger, (), clock=clock), clock=clock)
    async with x_asking(clock, fake, usd=2.0) as asking:
        assert await ask_until(recheck, asking, clock, NOON + DAY) == 2
    assert ledger.mentions.count() == 148
    edited = ledger.mentions.find(MentionKey("x", "x.com", history[0]))
    assert edited is not None
    assert (edited.revision, edited.mention.text) == (1, "stroomwerk gewijzigd")
    assert ledger.sources.spent("x", (NOON + 20 * HOUR).date()).usd == pytest.approx(148 * 0.005)
