"""Bluesky: every hit of a stretch of time, what is said to the account, labels honoured, sessions kept and renewed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SourceError, SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.sources.bluesky import BlueskySource
from listener.sources.bluesky_posts import read_post
from listener.sources.http import HttpClient
from tests.fakes.bluesky import ACCOUNT, PASSWORD, FakeBluesky, post_uri
from tests.fakes.site import Reply, Site

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Open = Callable[..., BlueskySource]


@pytest.fixture
def fake(site: Site) -> FakeBluesky:
    made = FakeBluesky()
    site.answer = made
    return made


@pytest.fixture
def opened(site: Site, http: HttpClient, clock: ManualClock) -> Open:
    def open_source(**what: Any) -> BlueskySource:
        chosen = {"queries": ["stroomwerk"], "account": ACCOUNT, "password": lambda: PASSWORD, "mentions": False, **what}
        return BlueskySource("bluesky", http=http, clock=clock, base=site.url(""), allow_http=True, allow_private=True, **chosen)

    return open_source


async def _round(source: BlueskySource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages = [await source.pull(cursor)]
    while pages[-1].more:
        pages.append(await source.pull(pages[-1].next))
        assert len(pages) < 60
    return pages, pages[-1].next


def _read(pages: list[Page]) -> dict[str, Mention]:
    return {m.native_id: m for page in pages for m in page.mentions}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages of ten posts instead of ten of a hundred, so that crowds need not be large."""
    monkeypatch.setattr("listener.sources.bluesky.PAGE", 10)
    monkeypatch.setattr("listener.sources.bluesky.MOST_SEARCHED", 3)


@pytest.mark.usefixtures("small_pages")
async def test_more_hits_than_one_search_lists_are_read_in_shorter_stretches(fake: FakeBluesky, opened: Open) -> None:
    """A crisis brings thousands; ten pages are read at once, then the stretch is halved."""
    uris = {fake.add(n, f"Stroomwerk {n}", NOW - timedelta(hours=20, seconds=-600 * n)) for n in range(80)}
    pages, _ = await _round(opened(look_back=timedelta(days=1)))
    assert _read(pages).keys() == uris
    assert len(pages) > 2
    assert not any(page.gap for page in pages)


@pytest.mark.usefixtures("small_pages")
async def test_more_hits_in_one_second_than_are_listed_are_told(fake: FakeBluesky, opened: Open, clock: ManualClock) -> None:
    """Nothing can be halved any more: what is missing is said, and reading goes on behind it."""
    for n in range(40):
        fake.add(n, "Stroomwerk", NOW - timedelta(minutes=90))
    pages, cursor = await _round(opened(look_back=timedelta(minutes=100)))
    assert any("more new posts than the 30 " in page.gap for page in pages)
    clock.advance(timedelta(minutes=5))
    new = fake.add(5_000, "Stroomwerk weer", clock.now())
    more, _ = await _round(opened(), cursor)
    assert new in _read(more)


async def test_the_hour_before_is_read_again_for_an_index_that_runs_late(fake: FakeBluesky, opened: Open, clock: ManualClock) -> None:
    fake.add(1, "Stroomwerk", NOW - timedelta(minutes=1))
    _, cursor = await _round(opened())
    clock.advance(timedelta(minutes=10))
    late = fake.add(2, "Stroomwerk laat in de index", NOW - timedelta(minutes=30))
    assert late in _read((await _round(opened(), cursor))[0])


async def test_a_post_says_any_time_of_itself(fake: FakeBluesky, opened: Open, clock: ManualClock) -> None:
    """The network's own time holds against a later one; a later post is not hidden."""
    uri = fake.add(1, "Stroomwerk uit de toekomst", NOW - timedelta(minutes=1))
    fake.posts[uri]["record"]["createdAt"] = "2031-01-01T00:00:00Z"
    pages, cursor = await _round(opened())
    assert _read(pages)[uri].posted_at == NOW - timedelta(minutes=1)
    clock.advance(timedelta(minutes=10))
    new = fake.add(2, "Stroomwerk daarna", clock.now())
    assert new in _read((await _round(opened(), cursor))[0])


async def test_what_answers_names_or_quotes_the_account_is_read_with_its_thread(fake: FakeBluesky, opened: Open) -> None:
    """An answer rarely names us; likes and follows say nothing."""
    root = {"uri": post_uri(9, "us"), "cid": "c9"}
    answer = fake.add(1, "Nee, nog steeds niet", NOW - timedelta(hours=2), reply={"root": root, "parent": root})
    fake.notifications = [("reply", answer), ("mention", fake.add(2, "Dag loket", NOW - timedelta(hours=3)))]
    fake.notifications.append(("like", fake.add(3, "iets anders", NOW - timedelta(hours=1))))
    (page,) = (await _round(opened(queries=[], mentions=True)))[0]
    assert [m.native_id for m in page.mentions] == [post_uri(2), answer]
    assert (page.mentions[1].parent_id, page.mentions[1].root_id) == (root["uri"], root["uri"])
    assert page.mentions[0].author is not None
    assert page.mentions[0].author.key == "bluesky/atproto/did:plc:kim"
    assert page.mentions[0].author.name == "Kim"


async def test_three_hundred_mentions_at_once_are_all_read(fake: FakeBluesky, opened: Open) -> None:
    uris = {fake.add(n, f"Dag loket {n}", NOW - timedelta(minutes=9)) for n in range(300)}
    fake.notifications = [("mention", uri) for uri in uris]
    pages, cursor = await _round(opened(queries=[], mentions=True))
    assert _read(pages).keys() == uris
    again, after = await _round(opened(queries=[], mentions=True), cursor)
    assert _read(again).keys() == uris
    assert after == cursor


async def test_a_deleted_post_is_a_removal_while_others_stand(fake: FakeBluesky, opened: Open) -> None:
    kept, gone = (fake.add(n, "Stroomwerk", NOW - timedelta(minutes=n)) for n in (1, 2))
    _, cursor = await _round(opened())
    del fake.posts[gone]
    pages, cursor = await _round(opened(), cursor)
    assert [one.native_id for page in pages for one in page.removals] == [gone]
    assert kept in _read(pages)
    assert not any(page.removals for page in (await _round(opened(), cursor))[0])


async def test_a_network_that_shows_nothing_at_all_removes_nothing(fake: FakeBluesky, opened: Open) -> None:
    """An empty answer may be a bad day; a removal is for ever. It is asked again."""
    gone = fake.add(1, "Stroomwerk", NOW - timedelta(minutes=1))
    _, cursor = await _round(opened())
    held = fake.posts.pop(gone)
    fake.shows_nothing = True
    pages, cursor = await _round(opened(), cursor)
    assert not any(page.removals for page in pages)
    fake.posts[gone], fake.shows_nothing = held, False
    assert gone in _read((await _round(opened(), cursor))[0])


@pytest.mark.parametrize("label", ["!hide", "!takedown", "!suspend"])
@pytest.mark.parametrize("of", ["post", "author"])
async def test_a_post_that_is_hidden_later_leaves_our_store_too(fake: FakeBluesky, opened: Open, label: str, of: str) -> None:
    """Moderation services take posts and accounts away by labels; a label that was taken back (`neg`) says nothing."""
    uri = fake.add(1, "Stroomwerk", NOW - timedelta(minutes=1), labels=[{"val": "!hide", "neg": True}, {"val": "porn"}])
    pages, cursor = await _round(opened())
    assert uri in _read(pages)
    labelled = fake.posts[uri] if of == "post" else fake.posts[uri]["author"]
    labelled["labels"] = [{"src": "did:plc:mod", "val": label}]
    pages, _ = await _round(opened(), cursor)
    assert [(one.native_id, one.reason) for page in pages for one in page.removals] == [(uri, "removed")]


async def test_what_says_nothing_is_told_once(fake: FakeBluesky, opened: Open) -> None:
    """A picture without words comes again as long as its hour is read again."""
    uri = fake.add(1, "stroomwerk", NOW - timedelta(minutes=1))
    fake.notifications = [("mention", uri)]
    fake.posts[uri]["record"]["text"] = ""
    pages, cursor = await _round(opened(queries=[], mentions=True))
    assert [skip.reason for page in pages for skip in page.skipped] == ["it has no words"]
    assert not any(page.skipped for page in (await _round(opened(queries=[], mentions=True), cursor))[0])


def test_whoever_wants_to_be_read_by_signed_in_people_only_is_not_read_without_an_account() -> None:
    fake = FakeBluesky()
    view = fake.posts[fake.add(1, "Stroomwerk", NOW)]
    view["author"]["labels"] = [{"val": "!no-unauthenticated"}]
    assert isinstance(read_post(view, signed_in=True), Mention)
    assert isinstance(read_post(view, signed_in=False), Skip)


async def test_one_session_serves_many_pulls_and_is_renewed(fake: FakeBluesky, opened: Open) -> None:
    """Signing in is limited to 300 times a day."""
    source = opened()
    for _ in range(3):
        await source.pull(None)
    fake.end_session()
    await source.pull(None)
    assert (fake.sessions, fake.renewals) == (1, 1)
    fake.end_session(refresh=True)
    await source.pull(None)
    assert fake.sessions == 2


async def test_another_app_password_is_taken_up_without_a_restart(fake: FakeBluesky, opened: Open) -> None:
    held = {"password": "wrong"}
    source = opened(password=lambda: held["password"])
    with pytest.raises(SourceRefused, match="READ_APP_PASSWORD") as told:
        await source.pull(None)
    assert told.value.cause == "token_rejected"
    held["password"] = PASSWORD
    await source.pull(None)
    fake.password, held["password"] = "new", "new"
    await source.pull(None)
    assert fake.sessions == 2


async def test_without_an_account_a_search_says_what_it_needs(fake: FakeBluesky, opened: Open) -> None:
    """The open API looks single posts up, and does not search."""
    uri = fake.add(1, "Stroomwerk", NOW)
    source = opened(account="")
    with pytest.raises(SourceRefused, match="set account") as told:
        await source.pull(None)
    assert told.value.cause == "token_missing"
    stands, gone = await source.look_up([uri, post_uri(2)])
    assert isinstance(stands, Mention)
    assert isinstance(gone, Removal)


@pytest.mark.parametrize("odd", [None, 5, True, "x", [], {}, [None], {"val": {}}, 1e400, -(2**70)])
def test_a_post_of_any_shape_is_read_or_told(odd: object) -> None:
    """Records are whatever an app wrote: every field may be anything."""
    fake = FakeBluesky()
    whole = fake.posts[fake.add(1, "Stroomwerk", NOW, reply={"root": {"uri": "a"}, "parent": {"uri": "b"}})]
    views = [odd, *(whole | {name: odd} for name in whole)]
    views += [whole | {part: whole[part] | {name: odd}} for part in ("record", "author") for name in whole[part]]
    for view in views:
        read = read_post(view, signed_in=True)
        assert not isinstance(read, Mention) or (read.native_id and read.text and read.posted_at.tzinfo is UTC)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"5", b"[]", b'{"posts": 5}', b'{"posts": [null, 5, {}]}', b"<html>", b"\xff", b"[" * 9_000]
)
async def test_an_answer_of_any_shape_is_read_or_told(site: Site, opened: Open, body: bytes) -> None:
    signed_in = b'{"accessJwt": "a", "refreshJwt": "r"}'
    site.answer = lambda request: Reply(body=signed_in if request.path.endswith("Session") else body)
    with suppress(SourceError):
        await opened().pull(None)
    site.answer = lambda _: Reply(body=body)
    with pytest.raises(SourceError):
        await opened().pull(None)
