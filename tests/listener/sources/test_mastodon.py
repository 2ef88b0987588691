"""Mastodon as one server shows it: nothing lost between pages or servers, nothing kept that was not for everybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.sources.mastodon_statuses import native_id_of, read_status
from tests.fakes.mastodon import HOST, TOKEN, FakeMastodon
from tests.fakes.site import Reply, Request, Site
from tests.replay.exchanges import answered_by

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Open = Callable[..., MastodonSource]


@pytest.fixture
def fake(site: Site) -> FakeMastodon:
    made = FakeMastodon()
    site.answer = made
    return made


@pytest.fixture
def opened(site: Site, http: HttpClient, clock: ManualClock) -> Open:
    def open_source(*, token: Callable[[], str] = lambda: TOKEN, **what: Any) -> MastodonSource:
        chosen = {"hashtags": ["stroomwerk"], "mentions": False, **what}
        return MastodonSource("mastodon", site.url(""), token=token, http=http, clock=clock, allow_http=True, allow_private=True, **chosen)

    return open_source


async def _round(source: MastodonSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages = [await source.pull(cursor)]
    while pages[-1].more:
        pages.append(await source.pull(pages[-1].next))
        assert len(pages) < 60
    return pages, pages[-1].next


def _read(pages: list[Page]) -> dict[str, Mention]:
    return {m.native_id: m for page in pages for m in page.mentions}


async def test_a_burst_of_posts_within_one_second_is_read_whole(fake: FakeMastodon, opened: Open) -> None:
    """Pages are forty long; ids that differ in their last bits only must not be taken for one."""
    names = {fake.name_of(fake.add(f"#stroomwerk {n}", NOW - timedelta(minutes=5), number=n)) for n in range(330)}
    pages, cursor = await _round(opened())
    assert _read(pages).keys() == names
    assert len(pages) > 1
    again, _ = await _round(opened(), cursor)
    assert _read(again).keys() <= names


async def test_a_burst_under_one_hashtag_is_read_before_the_next_hashtags_turn(fake: FakeMastodon, opened: Open) -> None:
    """A round ends when every listing was read whole, not when each had a turn."""
    names = {fake.name_of(fake.add(f"#stroomwerk {n}", NOW - timedelta(minutes=5), number=n)) for n in range(250)}
    names.add(fake.name_of(fake.add("#energie", NOW - timedelta(minutes=4), tags=["energie"])))
    pages, _ = await _round(opened(hashtags=["stroomwerk", "energie"]))
    assert _read(pages).keys() == names


async def test_a_post_of_another_server_that_arrives_late_is_read(fake: FakeMastodon, opened: Open, clock: ManualClock) -> None:
    """It is numbered by the time it was written, so it lies before what we read already."""
    fake.add("#stroomwerk eerst", NOW - timedelta(minutes=1))
    _, cursor = await _round(opened())
    clock.advance(timedelta(minutes=10))
    late = fake.name_of(fake.add("#stroomwerk laat", NOW - timedelta(minutes=40), host="far.example"))
    pages, _ = await _round(opened(), cursor)
    assert late in _read(pages)


async def test_a_post_dated_next_year_hides_nothing(fake: FakeMastodon, opened: Open, clock: ManualClock) -> None:
    """Whoever runs a server may write any time into a post."""
    fake.add("#stroomwerk nu", NOW - timedelta(minutes=1), created_at="2031-01-01T00:00:00.000Z")
    _, cursor = await _round(opened())
    clock.advance(timedelta(minutes=10))
    new = fake.name_of(fake.add("#stroomwerk daarna", clock.now()))
    pages, _ = await _round(opened(), cursor)
    assert new in _read(pages)


async def test_two_servers_give_one_mention(fake: FakeMastodon, opened: Open) -> None:
    """Each numbers it by itself; its own server's name for it is the same everywhere, and so is its author's."""
    own_id = fake.add("#stroomwerk storing", NOW, host="far.example", who="Bas")
    here = fake.statuses[own_id]
    there = {**here, "id": "7", "account": {**here["account"], "id": "1", "acct": "Bas"}}
    one, two = read_status(here, host=HOST), read_status(there, host="far.example")
    assert isinstance(one, Mention)
    assert isinstance(two, Mention)
    assert one == two
    assert one.author is not None
    assert one.author.key == "mastodon/fediverse/bas@far.example"


async def test_an_edit_and_a_deletion_follow(fake: FakeMastodon, opened: Open, clock: ManualClock) -> None:
    """Within the hour that is read again; later it is asked for (`look_up`)."""
    kept, gone = fake.add("#stroomwerk fout", NOW - timedelta(minutes=9)), fake.add("#stroomwerk weg", NOW - timedelta(minutes=8))
    name = fake.name_of(gone)
    _, cursor = await _round(opened())
    clock.advance(timedelta(minutes=10))
    fake.statuses[kept] |= {"content": "<p>#stroomwerk goed</p>", "edited_at": "2026-03-02T12:05:00.000Z"}
    del fake.statuses[gone]
    pages, cursor = await _round(opened(), cursor)
    mention = _read(pages)[fake.name_of(kept)]
    assert (mention.text, mention.edited_at) == ("#stroomwerk goed", datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    assert [one.native_id for page in pages for one in page.removals] == [name]
    more, _ = await _round(opened(), cursor)
    assert not any(page.removals for page in more)


async def test_a_post_that_only_lost_its_hashtag_is_not_taken_for_deleted(fake: FakeMastodon, opened: Open) -> None:
    own_id = fake.add("#stroomwerk hm", NOW - timedelta(minutes=9))
    _, cursor = await _round(opened())
    fake.statuses[own_id] |= {"content": "<p>laat maar</p>", "tags": [], "edited_at": "2026-03-02T11:59:00.000Z"}
    pages, _ = await _round(opened(), cursor)
    assert _read(pages)[fake.name_of(own_id)].text == "laat maar"
    assert not any(page.removals for page in pages)


async def test_a_conversation_over_three_servers_has_one_beginning(fake: FakeMastodon, site: Site, opened: Open) -> None:
    """Parents that no listing showed are asked for, once; what was deleted above is left out."""
    first = fake.add("begin", NOW - timedelta(minutes=30), host="one.example", tags=())
    second = fake.add("midden", NOW - timedelta(minutes=20), host="two.example", tags=(), answers=first)
    third = fake.add("#stroomwerk einde", NOW - timedelta(minutes=10), answers=second)
    fake.add("#stroomwerk ook", NOW - timedelta(minutes=9), answers=third)
    fake.add("#stroomwerk en ook", NOW - timedelta(minutes=8), answers=second)
    orphan = fake.add("#stroomwerk wees", NOW - timedelta(minutes=5), answers="12345")
    read = _read((await _round(opened()))[0])
    assert (read[fake.name_of(third)].parent_id, read[fake.name_of(third)].root_id) == (fake.name_of(second), fake.name_of(first))
    assert (read[fake.name_of(orphan)].parent_id, read[fake.name_of(orphan)].root_id) == ("", "")
    asked = [request.path.rpartition("/")[2] for request in site.requests if request.path.startswith("/api/v1/statuses/")]
    assert sorted(asked) == sorted([first, second, "12345"])


async def test_many_answers_to_unknown_posts_are_read_in_parts_and_whole(fake: FakeMastodon, site: Site, opened: Open) -> None:
    """Each asks for the post above it; a pull stops after forty such questions, and the next one goes on there."""
    above = [fake.add(f"vraag {n}", NOW - timedelta(minutes=40), number=n, tags=()) for n in range(90)]
    names = {
        fake.name_of(fake.add(f"#stroomwerk antwoord {n}", NOW - timedelta(minutes=30), number=n, answers=one))
        for n, one in enumerate(above)
    }
    pages, _ = await _round(opened())
    assert _read(pages).keys() == names
    assert len(pages) > 2
    assert all(m.parent_id for m in _read(pages).values())
    assert sum(request.path.startswith("/api/v1/statuses/") for request in site.requests) == 90


async def test_a_post_above_on_which_its_server_fails_does_not_hold_up_its_hashtag(fake: FakeMastodon, site: Site, opened: Open) -> None:
    """Asked for again twice, for it may be a bad moment; then the answer is read without what it answers, and all behind it (F24)."""
    broken = fake.add("vraag", NOW - timedelta(minutes=40), tags=())
    answer = fake.name_of(fake.add("#stroomwerk antwoord", NOW - timedelta(minutes=30), answers=broken))
    later = fake.name_of(fake.add("#stroomwerk later", NOW - timedelta(minutes=20)))
    site.answer = lambda request: Reply(status=500) if request.path.endswith(f"/statuses/{broken}") else fake(request)
    source = opened()
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            await source.pull(None)
    read = _read((await _round(source))[0])
    assert read.keys() == {answer, later}
    assert read[answer].parent_id == ""


async def test_a_lost_post_on_which_its_server_fails_does_not_hold_up_its_hashtag(
    fake: FakeMastodon, site: Site, opened: Open, clock: ManualClock
) -> None:
    """Whether it is gone is asked again; what is new is read meanwhile."""
    gone = fake.add("#stroomwerk weg", NOW - timedelta(minutes=8))
    name = fake.name_of(gone)
    _, cursor = await _round(opened())
    clock.advance(timedelta(minutes=5))
    del fake.statuses[gone]
    later = fake.name_of(fake.add("#stroomwerk later", NOW + timedelta(minutes=4)))
    site.answer = lambda request: Reply(status=500) if request.path.endswith(f"/statuses/{gone}") else fake(request)
    pages, cursor = await _round(opened(), cursor)
    assert later in _read(pages)
    assert not any(page.removals for page in pages)
    site.answer = fake
    pages, _ = await _round(opened(), cursor)
    assert [one.native_id for page in pages for one in page.removals] == [name]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"visibility": "private"}, "not public"),  # for followers
        ({"visibility": "direct"}, "not public"),  # for whom it names
        ({"visibility": None}, "not public"),  # a server that does not say
        ({"reblog": {"id": "1"}}, "boost"),
        ({"content": "", "spoiler_text": ""}, "no words"),  # a picture
        ({"created_at": "gisteren"}, "not a time"),
    ],
)
async def test_what_is_not_for_everybody_or_says_nothing_is_told_and_not_kept(
    fake: FakeMastodon, opened: Open, more: dict[str, Any], reason: str
) -> None:
    fake.add("#stroomwerk geheim", NOW - timedelta(minutes=5), **more)
    pages, cursor = await _round(opened())
    assert _read(pages) == {}
    assert not any(page.skipped for page in (await _round(opened(), cursor))[0]), "it is counted once"
    (skip,) = pages[0].skipped
    assert reason in skip.reason
    assert "geheim" not in f"{skip.where} {skip.reason}"


async def test_a_content_warning_is_part_of_the_words(fake: FakeMastodon, opened: Open) -> None:
    """It often holds the subject, and a reader has to see that there was one."""
    own_id = fake.add(
        "weer <b>niks</b><br>echt", NOW - timedelta(minutes=5), spoiler_text="stroomstoring &amp; boos", visibility="unlisted"
    )
    assert _read((await _round(opened()))[0])[fake.name_of(own_id)].text == "stroomstoring & boos\n\nweer niks\necht"


async def test_mentions_are_read_back_to_the_beginning_and_then_forwards(fake: FakeMastodon, opened: Open, clock: ManualClock) -> None:
    """Their numbers are counted, not timed: a hundred in one pull, and a hundred more at once afterwards."""
    old = fake.add("@loket lang geleden", NOW - timedelta(days=30), tags=())
    fake.notify(old)
    names = set()
    for n in range(100):
        own_id = fake.add(f"@loket {n}", NOW - timedelta(hours=20, minutes=-n), number=n, tags=())
        fake.notify(own_id)
        fake.notify(own_id, "favourite")
        names.add(fake.name_of(own_id))
    source = opened(hashtags=[], mentions=True)
    pages, cursor = await _round(source)
    assert _read(pages).keys() == names
    clock.advance(timedelta(hours=2))
    fresh = set()
    for n in range(250):
        own_id = fake.add(f"@loket weer {n}", clock.now(), number=n, tags=())
        fake.notify(own_id)
        fresh.add(fake.name_of(own_id))
    pages, cursor = await _round(source, cursor)
    assert _read(pages).keys() >= fresh
    pages, again = await _round(source, cursor)
    assert again == cursor
    assert len(_read(pages)) <= 250


async def test_without_a_token_hashtags_are_read_and_what_needs_one_is_told(fake: FakeMastodon, opened: Open) -> None:
    """One closed door does not hide the others."""
    own_id = fake.add("#stroomwerk", NOW - timedelta(minutes=5))
    pages, _ = await _round(opened(token=str, queries=["storing"], mentions=True))
    assert fake.name_of(own_id) in _read(pages)
    assert not any(page.gap for page in pages)
    assert [(one.name, "needs a token" in one.why) for one in pages[1].lost] == [("the search for 'storing'", True)]


async def test_a_server_that_shows_nothing_to_strangers_asks_a_person(fake: FakeMastodon, opened: Open) -> None:
    fake.hashtags_open = False
    with pytest.raises(SourceRefused, match="READ_TOKEN") as told:
        await opened(token=str).pull(None)
    assert told.value.cause == "token_missing"


async def test_a_token_revoked_in_the_middle_loses_nothing(fake: FakeMastodon, opened: Open) -> None:
    """One refusal, and the same cursor goes on with the new token, without a restart."""
    names = {fake.name_of(fake.add(f"#stroomwerk {n}", NOW - timedelta(minutes=5), number=n)) for n in range(250)}
    held = {"token": TOKEN}
    source = opened(token=lambda: held["token"])
    first = await source.pull(None)
    fake.token = "another-token"
    with pytest.raises(SourceRefused) as told:
        await source.pull(first.next)
    assert TOKEN not in str(told.value)
    held["token"] = "another-token"
    rest, _ = await _round(source, first.next)
    assert _read([first, *rest]).keys() == names


async def test_a_server_that_does_not_page_says_so(fake: FakeMastodon, opened: Open) -> None:
    """Other software speaks this API too, and not all of it: what may be missing is told."""
    fake.heeds_min_id = False
    for n in range(60):
        fake.add(f"#stroomwerk {n}", NOW - timedelta(minutes=5), number=n)
    page = await opened().pull(None)
    assert "min_id" in page.gap
    assert len(page.mentions) == 40


async def test_a_search_is_read_down_to_where_we_were(fake: FakeMastodon, opened: Open, clock: ManualClock) -> None:
    names = {fake.name_of(fake.add(f"storing {n}", NOW - timedelta(minutes=n), tags=())) for n in range(100)}
    source = opened(hashtags=[], queries=["storing"])
    pages, cursor = await _round(source)
    assert _read(pages).keys() == names
    clock.advance(timedelta(minutes=10))
    new = fake.name_of(fake.add("weer storing", clock.now(), tags=()))
    pages, _ = await _round(source, cursor)
    assert new in _read(pages)
    assert len(_read(pages)) < 70


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Removal), (410, Removal), (200, Skip), (401, Skip), (403, Skip), (429, Skip), (500, Skip)]
)
async def test_posts_of_other_servers_are_looked_up_by_their_address(clock: ManualClock, status: int, kind: type) -> None:
    """Re-checks know a post by what its own server calls it. Only that server's own word, asked without our token, makes it gone."""
    fake = FakeMastodon()
    far = fake.add("hoi", NOW - timedelta(minutes=5), host="far.example")
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["host"] == "far.example":
            tokens.append(request.headers.get("authorization", ""))
            return httpx.Response(status, json={})
        reply = fake(Request(path=str(request.url.raw_path, "ascii"), headers=dict(request.headers)))
        return httpx.Response(reply.status, content=reply.body)

    async with answered_by(answer, clock) as http:
        source = MastodonSource("m", "https://social.example", token=lambda: TOKEN, http=http, clock=clock, hashtags=["x"])
        stands, unknown = await source.look_up([fake.name_of(far), "far.example/users/kim/statuses/1"])
    assert isinstance(stands, Mention)
    assert isinstance(unknown, kind)
    assert tokens == [""]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b'{"error": "Record not found"}', Removal),
        (410, b'{"error": "Gone"}', Removal),
        (404, b"<html><h1>404 Not Found</h1><hr>nginx</html>", Skip),
        (404, b"", Skip),
        (404, b'{"message": "no Route matched"}', Skip),
        (410, b"[]", Skip),
    ],
)
async def test_only_the_servers_own_program_says_that_a_post_is_gone(clock: ManualClock, status: int, body: bytes, kind: type) -> None:
    """A proxy that lost its way says 404 of every post; and those that are asked about one by one are too few to doubt."""
    fake = FakeMastodon()
    name = fake.name_of(fake.add("hoi", NOW - timedelta(minutes=5)))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body)

    async with answered_by(answer, clock) as http:
        source = MastodonSource("m", "https://social.example", token=lambda: TOKEN, http=http, clock=clock, hashtags=["x"])
        (found,) = await source.look_up([name])
    assert isinstance(found, kind)


@pytest.mark.parametrize("odd", [None, 5, True, "x", [], {}, [None], {"id": {}}, 1e400, -(2**70)])
def test_a_status_of_any_shape_is_read_or_told(odd: object) -> None:
    """Other software, older servers and liars: every field may be anything."""
    fake = FakeMastodon()
    whole = fake.statuses[fake.add("#stroomwerk", NOW)]
    fields = [whole | {name: odd} for name in whole] + [whole | {"account": whole["account"] | {name: odd}} for name in whole["account"]]
    for status in [odd, *fields]:
        read = read_status(status, host=HOST)
        assert not isinstance(read, Mention) or (read.native_id and read.text and read.posted_at.tzinfo is UTC)
        assert isinstance(native_id_of(status, host=HOST), str)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"5", b'"x"', b"[null, 5, {}]", b'{"statuses": 5}', b"[[]]", b"<html>", b"\xff", b"[" * 9_000]
)
async def test_an_answer_of_any_shape_is_read_or_told(site: Site, opened: Open, body: bytes) -> None:
    site.answer = lambda _: Reply(body=body)
    source = opened(queries=["x"], mentions=True)
    cursor: Cursor | None = None
    for _ in range(4):
        with suppress(SourceError):
            cursor = (await source.pull(cursor)).next


@pytest.mark.parametrize("hashtag", ["", "twee woorden", "../../oauth", "a/b"])
def test_what_is_no_hashtag_is_refused_when_settings_are_read(opened: Open, hashtag: str) -> None:
    """It becomes part of an address."""
    with pytest.raises(SettingsError, match="hashtag"):
        opened(hashtags=[hashtag])
