"""Our Reddit source against recordings of the live service: praw and prawcore run for real, only the network is played back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.sources.pacing import PUBLISHED, Pace
from listener.sources.purse import Purse
from listener.sources.reddit import RedditSource, must_serve
from listener.sources.reddit_access import RedditKey, TokenRejected, ask, open_praw
from listener.sources.reddit_items import read_item
from tests.replay.cassettes import answers_in, played_back

pytestmark = pytest.mark.recordings

KEY = RedditKey(client_id="an-id", client_secret="a-secret", account="klankbord_dev")
Opened = Callable[..., RedditSource]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(seconds: float) -> None:
        raise AssertionError(f"praw slept {seconds} seconds in our thread")

    monkeypatch.setattr("time.sleep", refuse)


def _source(at: str, *, look_back: timedelta, **what: Any) -> RedditSource:
    chosen: dict[str, Any] = {"subreddits": [], "queries": [], "comments": False, **what}
    clock = ManualClock(datetime.fromisoformat(at).replace(tzinfo=UTC))
    return RedditSource("reddit", key=lambda: KEY, approval_reference="R-1", clock=clock, look_back=look_back, **chosen)


def _reddit() -> Any:
    return open_praw(KEY, pace=Pace("reddit", PUBLISHED["reddit"]), purse=Purse(), clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))


def _newest_and_oldest(path: Path) -> tuple[datetime, datetime]:
    times = [child["data"]["created_utc"] for _, _, body in answers_in(path) if body for child in body.get("data", {}).get("children", [])]
    return datetime.fromtimestamp(max(times), UTC), datetime.fromtimestamp(min(times), UTC)


async def test_submissions_of_a_subreddit(recordings: Path) -> None:
    """The first page of r/askreddit as it was in 2016: reading stops where the look-back ends, without asking for a second page."""
    path = recordings / "reddit/praw/TestSubredditListings.test_new.json"
    newest, oldest = _newest_and_oldest(path)
    source = _source(newest.isoformat(), look_back=(newest - oldest) / 2, subreddits=["askreddit"])
    with played_back(path):
        page = await source.pull(None)
        await source.aclose()
    assert 20 < len(page.mentions) < 100
    assert page.gap == ""
    assert all(m.native_id.startswith("t3_") and m.title and m.url.startswith("https://www.reddit.com/r/") for m in page.mentions)
    assert all(m.author is not None and m.author.name for m in page.mentions)
    assert [m.posted_at for m in page.mentions] == sorted(m.posted_at for m in page.mentions)


async def test_comments_of_a_subreddit(recordings: Path) -> None:
    """Comments keep their parent and thread, and carry no markup."""
    path = recordings / "reddit/praw/TestSubredditListings.test_comments.json"
    newest, oldest = _newest_and_oldest(path)
    source = _source(newest.isoformat(), look_back=(newest - oldest) / 2, subreddits=["askreddit"], comments=True)
    source._targets = source._targets[1:]  # this recording holds the comments only
    with played_back(path):
        page = await source.pull(None)
        await source.aclose()
    assert len(page.mentions) > 20
    assert all(m.native_id.startswith("t1_") and m.parent_id[:3] in ("t1_", "t3_") and m.root_id.startswith("t3_") for m in page.mentions)
    assert not any("<p>" in m.text or "&gt;" in m.text for m in page.mentions)


def test_a_search(recordings: Path) -> None:
    """Search results are submissions like any other."""
    path = recordings / "reddit/praw/TestSubreddit.test_search.json"
    with played_back(path):
        listing = ask(
            _reddit(),
            lambda r: list(r.subreddit("all").search("praw oauth search", limit=None, syntax="cloudsearch")),
            place="search",
        )
    read = [read_item(item) for item in listing]
    assert len(read) >= 5
    assert all(isinstance(found, Mention) and found.title for found in read), "2016: none of them was deleted yet"


def test_paging_through_a_thousand_posts(recordings: Path) -> None:
    """Eleven requests of praw's own generator; every item is read or told, none twice."""
    path = recordings / "reddit/praw/TestListingGenerator.test_exhaust_items.json"
    with played_back(path) as cassette:
        items = ask(_reddit(), lambda r: list(r.redditor("spez").top(limit=None)), place="u/spez")
        assert cassette.all_played
    read = [read_item(item) for item in items]
    assert len(items) > 900
    assert len({found.native_id for found in read if not isinstance(found, Skip)}) == len(items)
    assert sum(isinstance(found, Mention) for found in read) > 900


def test_a_deleted_comment_is_a_removal(recordings: Path) -> None:
    """What its author took away must leave our store as well (RULES P11)."""
    path = recordings / "reddit/praw/TestComment.test_refresh__deleted_comment.json"
    with played_back(path):
        (item,) = ask(_reddit(), lambda r: list(r.info(fullnames=["t1_d7ltvl0"])), place="single posts")
    gone = read_item(item)
    assert isinstance(gone, Removal)
    assert (gone.native_id, gone.reason) == ("t1_d7ltvl0", "deleted")


def test_a_removed_comment_is_a_removal(recordings: Path) -> None:
    """What moderators took away is not for us to keep showing. Recorded by Async PRAW, so its bodies are read by praw's own parser."""
    _, info, _ = answers_in(recordings / "reddit/asyncpraw/TestComment.test_refresh__removed_comment.json")
    gone = read_item(_reddit()._objector.objectify(data=info[2]).children[0])
    assert isinstance(gone, Removal)
    assert (gone.native_id, gone.reason) == ("t1_fx1hmwb", "removed")


def test_a_deleted_submission_is_a_removal(recordings: Path) -> None:
    """A submission whose author deleted it keeps its title in Reddit's answers; we do not."""
    path = recordings / "reddit/praw/TestSubmission.test_delete.json"
    submission = _reddit()._objector.objectify(data=answers_in(path)[-1][2][0]).children[0]
    gone = read_item(submission)
    assert isinstance(gone, Removal)
    assert gone.reason == "deleted"


def test_an_edited_post_tells_when(recordings: Path) -> None:
    """The time of the edit decides which of two revisions is the later one."""
    path = recordings / "reddit/praw/TestSubredditModeration.test_edited.json"
    listing = _reddit()._objector.objectify(data=answers_in(path)[-1][2])
    read = [read_item(item) for item in listing.children]
    edited = [found for found in read if isinstance(found, Mention) and found.edited_at is not None]
    assert len(edited) > 50
    assert all(found.edited_at is not None and found.edited_at > found.posted_at for found in edited)


@pytest.mark.parametrize(
    ("recording", "path", "error", "words"),
    [
        # a private page
        ("prawcore/TestSession.test_request__forbidden.json", "user/spez/gilded/given", SourceRefused, "forbids"),
        # a page that is not there
        ("prawcore/TestSession.test_request__not_found.json", "r/reddit_api_test/wiki/invalid", SourceRefused, "knows no"),
        # a subreddit name that Reddit sends elsewhere
        ("prawcore/TestSession.test_request__redirect_301.json", "t/bird", SourceRefused, "knows no"),
        # an hour's token that is no longer taken
        ("prawcore/TestSession.test_request__with_invalid_access_token.json", "", TokenRejected, "token"),
        # too many requests, four seconds asked for
        ("prawcore/TestSession.test_request__too__many_requests__with_retry_headers.json", "api/v1/me", RateLimited, "4 seconds"),
        # their servers
        ("prawcore/TestSession.test_request__service_unavailable.json", "", SourceUnavailable, "503"),
        ("prawcore/TestSession.test_request__gateway_timeout.json", "", SourceUnavailable, "504"),
        ("prawcore/TestSession.test_request__cloudflare_unknown_error.json", "", SourceUnavailable, "520"),
        # JSON cut off
        ("prawcore/TestSession.test_request__bad_json.json", "", SourceUnavailable, "not JSON"),
    ],
)
def test_each_recorded_refusal_becomes_one_of_our_errors_after_one_request(
    recordings: Path, recording: str, path: str, error: type[SourceError], words: str
) -> None:
    """The schedule waits, not praw: one token request and one question, no sleeping and no retries."""
    with played_back(recordings / "reddit" / recording) as cassette, pytest.raises(error) as told:
        ask(_reddit(), lambda r: r.get(path), place="r/test")
    assert words in str(told.value)
    assert cassette.play_count == 2
    assert "a-secret" not in str(told.value)


def test_a_wait_that_reddit_asks_for_is_carried(recordings: Path) -> None:
    """Retry-After was four seconds."""
    path = recordings / "reddit/prawcore/TestSession.test_request__too__many_requests__with_retry_headers.json"
    with played_back(path), pytest.raises(RateLimited) as told:
        ask(_reddit(), lambda r: r.get("api/v1/me"), place="r/test")
    assert told.value.wait_seconds == 4.0


async def test_a_rejected_token_is_tried_once_more_and_then_refused(recordings: Path) -> None:
    """A revoked key must not be tried for ever (RULES F19); an expired token must not need a person."""
    path = recordings / "reddit/prawcore/TestSession.test_request__with_invalid_access_token.json"
    source = _source("2026-01-01", look_back=timedelta(days=1), subreddits=["test"])
    source._read = lambda target, known, stop: ask(source._opened(), lambda r: r.get(""), place="r/test")  # type: ignore[method-assign] # replays "/"
    with played_back(path), pytest.raises(SourceUnavailable):
        await source.pull(None)
    with played_back(path), pytest.raises(SourceRefused, match="again and again"):
        await source.pull(None)


async def test_a_closed_subreddit_is_refused_with_its_name(recordings: Path) -> None:
    """r/ferguson said 403 in 2016; recorded for /hot, so the question is asked as praw would."""
    path = recordings / "reddit/praw/TestSubredditQuarantine.test_opt_out.json"
    with played_back(path), pytest.raises(SourceRefused, match="r/ferguson"):
        ask(_reddit(), lambda r: next(iter(r.subreddit("ferguson").hot(limit=100))), place="r/ferguson")


SIGNED_IN = RedditKey(client_id="an-id", client_secret="a-secret", account="klankbord_dev", refresh_token="a-refresh-token")


def _signed_in() -> Any:
    return open_praw(
        SIGNED_IN, pace=Pace("reddit", PUBLISHED["reddit"]), purse=Purse(), clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    )


@pytest.mark.parametrize(
    ("recording", "listing", "most"),
    [
        ("test_mentions", "mentions", 16),
        ("test_comment_replies", "comment_replies", 64),
        ("test_submission_replies", "submission_replies", 64),
    ],
)
def test_what_came_to_an_account(recordings: Path, recording: str, listing: str, most: int) -> None:
    """Mentions of it and answers to it, as the inbox held them in 2019 and 2025: threads and addresses come from the context alone."""
    path = recordings / f"reddit/praw/TestInbox.{recording}.json"
    raw = {one["data"]["name"]: one["data"] for _, _, body in answers_in(path) if body for one in body.get("data", {}).get("children", [])}
    with played_back(path):
        reddit = _signed_in()
        found = ask(reddit, lambda r: [read_item(item) for item in getattr(r.inbox, listing)(limit=most)], place="our inbox")
        scopes = frozenset(reddit.auth.scopes())
    mentions = [one for one in found if isinstance(one, Mention)]
    assert len(mentions) + sum(isinstance(one, Removal) for one in found) == len(found) == len(raw)
    assert mentions
    for one in mentions:
        told = raw[one.native_id]
        assert (one.channel, one.parent_id) == ("", told["parent_id"]), "anybody could read it"
        assert one.root_id == f"t3_{told['context'].split('/')[4]}"
        assert one.url == f"https://www.reddit.com{told['context'].partition('?')[0]}"
        assert one.posted_at == datetime.fromtimestamp(told["created_utc"], UTC)
    with pytest.raises(SourceRefused, match="moderator's key"):
        must_serve(scopes, moderates=False)  # whoever recorded it is a moderator: such a key listens for nobody (RULES P10)


def test_what_waited_for_moderators(recordings: Path) -> None:
    path = recordings / "reddit/praw/TestSubredditModeration.test_modqueue.json"
    raw = [one["data"]["name"] for _, _, body in answers_in(path) if body for one in body.get("data", {}).get("children", [])]
    with played_back(path):
        queue = ask(_signed_in(), lambda r: list(islice(r.subreddit("klankbordtest").mod.modqueue(limit=100), len(raw))), place="the queue")
    assert [vars(one)["name"] for one in queue] == raw
    assert len(raw) > 10
    assert all(not isinstance(read_item(one), Skip) for one in queue)
