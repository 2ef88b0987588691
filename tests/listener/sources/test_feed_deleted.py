"""What a feed itself says is deleted, and how its answers hang together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.model.mention import Mention
from listener.model.page import Page
from listener.sources.feed import FeedSource
from listener.sources.feed_deleted import deleted_in
from tests.fakes.atom import atom, entry, tombstone
from tests.fakes.isso_comments import ISSO
from tests.fakes.rss import item, rss, serve
from tests.fakes.site import Reply, Request, Site

EMPTY = "&lt;p&gt;&lt;/p&gt;"


async def shown(source: FeedSource, site: Site, body: bytes, before: Page | None = None) -> Page:
    serve(site, body)
    return await source.pull(before.next if before else None)


async def test_what_a_feed_calls_deleted_is_removed_at_once(source: FeedSource, site: Site) -> None:
    """RFC 6721: the site's own word, by the name under which the mention is kept; told once."""
    first = await shown(source, site, atom(entry("urn:1"), entry("urn:2"), entry("3")))
    second = await shown(source, site, atom(tombstone("urn:2"), tombstone("3"), entry("urn:1")), first)
    assert {one.key for one in second.removals} == {one.key for one in first.mentions if one.native_id in ("urn:2", "3")}
    third = await shown(source, site, atom(tombstone("urn:2"), tombstone("3"), entry("urn:1")), second)
    assert (third.removals, third.next) == ((), second.next)


async def test_it_is_removed_when_it_left_the_feed_long_before(source: FeedSource, site: Site) -> None:
    first = await shown(source, site, atom(entry("urn:1"), entry("urn:2")))
    second = await shown(source, site, atom(entry("urn:3"), entry("urn:2")), first)
    third = await shown(source, site, atom(tombstone("urn:1"), entry("urn:3")), second)
    assert [one.native_id for one in third.removals] == ["urn:1"]


async def test_a_feed_takes_nothing_away_that_it_never_showed(source: FeedSource, site: Site) -> None:
    """Two people share a host; one of them must not remove what the other wrote."""
    first = await shown(source, site, atom(entry("urn:1")))
    assert (await shown(source, site, atom(tombstone("urn:of-somebody-else"), entry("urn:1")), first)).removals == ()


async def test_an_entry_that_is_shown_beside_its_tombstone_stands(source: FeedSource, site: Site) -> None:
    """It was put back: RFC 6721, section 3."""
    first = await shown(source, site, atom(entry("urn:1")))
    assert (await shown(source, site, atom(tombstone("urn:1"), entry("urn:1")), first)).removals == ()


@pytest.mark.parametrize(
    "body",
    [
        # somebody wrote it into a post
        atom(f'<entry><id>urn:2</id><title>t</title><content type="xhtml"><div>{tombstone("urn:1")}</div></content></entry>'),
        # not a feed of Atom
        rss(item("urn:2")).replace(
            b"<channel>", f'<channel xmlns:at="http://purl.org/atompub/tombstones/1.0">{tombstone("urn:1")}'.encode()
        ),
        # its name is spelled with entities of its own
        b'<!DOCTYPE feed [<!ENTITY a "urn:1">]>' + atom(tombstone("&a;"), entry("urn:2")),
        # without a reference
        atom('<at:deleted-entry when="2026-03-02T09:00:00Z"/>', entry("urn:2")),
    ],
)
def test_only_the_feeds_own_word_counts(body: bytes) -> None:
    assert deleted_in(body) == ()


def test_deletions_before_a_break_are_heard_and_bombs_are_not_opened() -> None:
    assert deleted_in(atom(tombstone("urn:1"), entry("urn:2"))[:-30]) == ("urn:1",)
    bomb = '<!DOCTYPE feed [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    assert deleted_in(bomb.encode() + atom(tombstone("urn:1"))) == ()


async def test_a_comment_that_isso_emptied_because_others_answer_it_is_a_removal(source: FeedSource, site: Site) -> None:
    """It stays in the feed under its number, without words and author; its answers stay."""
    whole = [entry(f"{ISSO}1", "weg ermee"), entry(f"{ISSO}2", "antwoord", answers=f"{ISSO}1")]
    left = atom(entry(f"{ISSO}1", EMPTY, author=""), whole[1])
    first = await shown(source, site, atom(*whole))
    second = await shown(source, site, left, first)
    assert ([one.native_id for one in second.removals], second.mentions) == ([f"{ISSO}1"], ())
    third = await shown(source, site, left, second)
    assert (third.removals, third.mentions, third.skipped) == ((), (), ())


@pytest.mark.parametrize(
    "left",
    [
        # another system's entry: a title alone
        entry("tag:blog.example,2018:/posts/1", "", author=""),
        # nobody answers it
        entry(f"{ISSO}2", EMPTY, author=""),
        # an author is left
        entry(f"{ISSO}1", EMPTY),
        # markup is left that we do not read
        entry(f"{ISSO}1", "&lt;hr/&gt;", author=""),
        # it never had words: somebody without a name showed a picture
        entry(f"{ISSO}3", EMPTY, author=""),
    ],
)
async def test_other_entries_without_words_are_no_removals(source: FeedSource, site: Site, left: str) -> None:
    posts = [
        entry(f"{ISSO}1"),
        entry(f"{ISSO}2"),
        entry("tag:blog.example,2018:/posts/1"),
        entry("tag:blog.example,2018:/posts/2", answers="tag:blog.example,2018:/posts/1"),
        entry(f"{ISSO}3", EMPTY, author=""),
        entry(f"{ISSO}4", answers=f"{ISSO}1"),
        entry(f"{ISSO}5", answers=f"{ISSO}3"),
    ]
    guid = left[left.index("<id>") : left.index("</id>")]
    first = await shown(source, site, atom(*posts))
    second = await shown(source, site, atom(*(left if guid in one else one for one in posts)), first)
    assert second.removals == ()
    assert (await shown(source, site, atom(*(left if guid in one else one for one in posts)), second)).removals == ()


async def test_answers_keep_their_parent_and_the_beginning_of_their_thread(source: FeedSource, site: Site) -> None:
    """RFC 4685, whatever prefix the feed gives it; also when what is above left the feed."""
    thread = [entry("urn:1"), entry("urn:2", answers="urn:1"), entry("urn:3", answers="urn:2")]
    first = await shown(source, site, atom(*thread))
    assert {m.native_id: (m.parent_id, m.root_id) for m in first.mentions} == {
        "urn:1": ("", ""),
        "urn:2": ("urn:1", "urn:1"),
        "urn:3": ("urn:2", "urn:1"),
    }
    again = entry("urn:3", "edited", answers="urn:2")
    second = await shown(source, site, atom(again, entry("urn:4", answers="urn:3")), first)
    assert {m.native_id: (m.parent_id, m.root_id) for m in second.mentions} == {"urn:3": ("urn:2", "urn:1"), "urn:4": ("urn:3", "urn:1")}
    third = await shown(source, site, atom(entry("urn:3", "edited again", answers="urn:2")), second)
    assert [(m.parent_id, m.root_id) for m in third.mentions] == [("urn:2", "urn:1")]


async def test_threads_that_bite_their_own_tail_end(source: FeedSource, site: Site) -> None:
    page = await shown(
        source, site, atom(entry("urn:1", answers="urn:2"), entry("urn:2", answers="urn:1"), entry("urn:3", answers="urn:3"))
    )
    assert {m.native_id: m.parent_id for m in page.mentions} == {"urn:1": "urn:2", "urn:2": "urn:1", "urn:3": ""}


async def test_a_feed_that_only_tells_of_changes_keeps_the_time_of_the_first(source: FeedSource, site: Site) -> None:
    """Isso gives no time of publication: an edit is an edit, not a newer comment."""
    first = await shown(source, site, atom(entry("urn:1")))
    second = await shown(source, site, atom(entry("urn:1", "edited", at="2026-03-02T10:00:00Z")), first)
    (edited,) = second.mentions
    assert isinstance(edited, Mention)
    assert (edited.posted_at, edited.edited_at) == (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))


async def test_a_feed_is_asked_for_whole_once_an_hour(source: FeedSource, site: Site, clock: ManualClock) -> None:
    """There are ETags that only tell of the newest entry: the site calls a feed unchanged in which older ones were edited."""
    words = ["before"]

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"2"':
            return Reply(status=304, headers={"ETag": '"2"'})
        return Reply(body=atom(entry("urn:2"), entry("urn:1", words[0])), headers={"ETag": '"2"'})

    site.answer = answer
    page = await source.pull(None)
    words[0] = "after"
    clock.advance(timedelta(minutes=59))
    assert (await source.pull(page.next)).mentions == ()
    clock.advance(timedelta(minutes=1))
    later = await source.pull(page.next)
    assert [m.text for m in later.mentions] == ["after"]
    assert [("if-none-match" in one.headers) for one in site.requests] == [False, True, False]
    assert (await source.pull(later.next)).next == later.next
    assert "if-none-match" in site.requests[-1].headers


async def test_a_missing_entry_is_settled_although_the_site_calls_its_feed_unchanged(
    source: FeedSource, site: Site, clock: ManualClock
) -> None:
    """The second look has to be a whole one."""
    numbers = [3, 2, 1]

    def answer(request: Request) -> Reply:
        if request.path != "/feed":
            return Reply(status=200 if int(request.path[1:]) in numbers else 404)
        if request.headers.get("if-none-match") == f'"{len(numbers)}"':
            return Reply(status=304, headers={"ETag": f'"{len(numbers)}"'})
        entries = (item(f"urn:{n}", link=site.url(f"/{n}"), at=f"Mon, 02 Mar 2026 09:0{n}:00 GMT") for n in numbers)
        return Reply(body=rss(*entries), headers={"ETag": f'"{len(numbers)}"'})

    site.answer = answer
    page = await source.pull(None)
    numbers.remove(2)
    for minutes, removed in ((0, []), (10, []), (21, ["urn:2"])):
        clock.advance(timedelta(minutes=minutes))
        page = await source.pull(page.next)
        assert [one.native_id for one in page.removals] == removed
    assert [one.path for one in site.requests] == ["/feed"] * 4 + ["/2", "/1"]
