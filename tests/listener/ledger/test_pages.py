"""Pages of mentions: stored once, whole, with their cursor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from listener.ledger.ledger import Ledger
from listener.ledger.mentions import Added
from listener.model.mention import BrandHit, Kept, MentionKey
from listener.model.page import Cursor, Skip
from tests.listener.ledger.making import HIT, NOON, add, analyse, contents, later, mention, removal, watched


def test_a_page_comes_back_as_it_went_in(ledger: Ledger) -> None:
    """What a person reads as evidence is what the platform showed."""
    one = mention("1", edited_at=later(1), flags=frozenset({"future_time", "control"}), channel="telefoon")
    anonymous = mention("2", author=None, title="", url="")
    hits = (BrandHit(brand="Beta", directed=True, terms=("@beta", "beta")), BrandHit(brand="Alfa", directed=False, terms=()))
    added = ledger.mentions.add_page(
        [Kept(mention=one, hits=hits), Kept(mention=anonymous)], source="news", next_cursor=Cursor("7"), at=later(3)
    )
    first, second = ledger.mentions.unanalysed(10)
    assert added == Added(new=2, edited=0, removed=0, unchanged=0)
    assert (first.mention, second.mention) == (one, anonymous)
    assert [hit.brand for hit in first.hits] == ["Alfa", "Beta"]
    assert set(first.hits) == set(hits)
    assert second.hits == ()
    assert (first.mention_id, first.revision, first.first_seen_at) == (1, 0, later(3))
    assert ledger.mentions.cursor("news") == "7"


def test_a_page_added_twice_is_stored_once(ledger: Ledger) -> None:
    """Platforms resend pages after an outage, and we do after a crash; counts must not move."""
    page = [mention(str(number)) for number in range(5)]
    add(ledger, *page)
    before = contents(ledger)
    assert add(ledger, *page) == Added(new=0, edited=0, removed=0, unchanged=5)
    assert contents(ledger) == before


def test_ids_follow_the_page_and_a_repeated_page_uses_none_up(ledger: Ledger) -> None:
    """A restart that repeats a page must end with the ids that an undisturbed run gives."""
    add(ledger, mention("b"), mention("a"))
    add(ledger, mention("b"), mention("a"))
    add(ledger, mention("c"))
    found = [ledger.mentions.find(MentionKey("reddit", "reddit.com", name)) for name in "bac"]
    assert [one.mention_id for one in found if one] == [1, 2, 3]


def test_one_id_in_two_realms_is_two_mentions(ledger: Ledger) -> None:
    """Two forums count their posts from 1."""
    assert add(ledger, mention("1", realm="forum.a"), mention("1", realm="forum.b")).new == 2


def test_the_same_mention_twice_on_one_page_counts_once(ledger: Ledger) -> None:
    """Listings shift while they are read."""
    assert add(ledger, mention("1"), mention("1")) == Added(new=1, edited=0, removed=0, unchanged=1)


def test_an_edit_is_the_next_revision_and_waits_for_the_analyser(ledger: Ledger) -> None:
    """An answer must go to what the customer says now."""
    add(ledger, mention("1", "eerst"))
    analyse(ledger)
    assert ledger.mentions.unanalysed(10) == []
    assert add(ledger, mention("1", "daarna", edited_at=later(5))).edited == 1
    (waiting,) = ledger.mentions.unanalysed(10)
    assert (waiting.revision, waiting.mention.text) == (1, "daarna")
    assert [text for _, _, text, _ in ledger.mentions.revisions(1)] == ["eerst", "daarna"]


def test_an_older_edit_that_comes_late_changes_nothing(ledger: Ledger) -> None:
    """Pages of two sources overlap; the slower one must not bring an old text back."""
    add(ledger, mention("1", "nieuw", edited_at=later(9)))
    assert add(ledger, mention("1", "oud", edited_at=later(3))).unchanged == 1
    assert add(ledger, mention("1", "eerste")).unchanged == 1
    assert [one.mention.text for one in ledger.mentions.by_ids([1])] == ["nieuw"]


def test_the_same_text_with_a_later_edit_time_keeps_edits_in_between_out(ledger: Ledger) -> None:
    """Somebody edits and takes it back; the edit in between may arrive last."""
    add(ledger, mention("1", "zo"))
    assert add(ledger, mention("1", "zo", edited_at=later(9))).unchanged == 1
    add(ledger, mention("1", "anders", edited_at=later(3)))
    (now,) = ledger.mentions.by_ids([1])
    assert (now.mention.text, now.mention.edited_at, now.revision) == ("zo", later(9), 0)


def test_without_edit_times_the_text_that_came_last_holds(ledger: Ledger) -> None:
    """Feeds change texts without saying when."""
    add(ledger, mention("1", "eerst"))
    add(ledger, mention("1", "later"))
    assert [one.mention.text for one in ledger.mentions.by_ids([1])] == ["later"]


def test_who_and_where_follow_the_newest_revision(ledger: Ledger) -> None:
    """A renamed author and a moved page are shown as they are now."""
    author = mention().author
    assert author is not None
    add(ledger, mention("1", "eerst"))
    edited = mention("1", "nu", edited_at=later(1), author=replace(author, name="Nieuwe naam"), url="https://reddit.example/moved")
    add(ledger, edited)
    assert [one.mention for one in ledger.mentions.by_ids([1])] == [edited]


def test_a_second_source_and_a_second_brand_are_added_to_the_same_mention(ledger: Ledger) -> None:
    """Mentions belong to as many sources and brands as find them, and count once."""
    add(ledger, mention("1"))
    other = BrandHit(brand="Andere", directed=True, terms=("andere",))
    ledger.mentions.add_page([Kept(mention=mention("1"), hits=(other,))], source="search", next_cursor=None, at=NOON)
    (one,) = ledger.mentions.by_ids([1])
    assert one.hits == (other, HIT)
    assert {line.source: line.mentions for line in ledger.sources.coverage(NOON)} == {"news": 1, "search": 1}
    assert ledger.mentions.count() == 1


def test_an_edit_replaces_the_brands_unless_it_names_none(ledger: Ledger) -> None:
    """A mention that we answered stays ours when the edit drops our name."""
    add(ledger, mention("1", "eerst"))
    ledger.mentions.add_page([Kept(mention=mention("1", "zonder naam"))], source="news", next_cursor=None, at=NOON)
    assert [one.hits for one in ledger.mentions.by_ids([1])] == [(HIT,)]
    other = BrandHit(brand="Andere", directed=True, terms=("andere",))
    ledger.mentions.add_page([Kept(mention=mention("1", "over een ander"), hits=(other,))], source="news", next_cursor=None, at=NOON)
    assert [one.hits for one in ledger.mentions.by_ids([1])] == [(other,)]


def test_a_failure_between_any_two_statements_leaves_neither_page_nor_cursor(ledger: Ledger) -> None:
    """The cursor never moves past a mention that was not stored (RULES F26), wherever the process dies."""
    add(ledger, mention("1"), mention("2"), cursor="before")
    analyse(ledger)
    before = contents(ledger)
    statements: list[str] = []

    def page() -> None:
        changed = [mention("1", "anders", edited_at=later(1)), mention("3"), mention("4")]
        kept = [Kept(mention=one, hits=(HIT,)) for one in changed]
        skipped = [Skip(where="row 9", reason="no text")]
        ledger.mentions.add_page(
            kept, source="news", next_cursor=Cursor("after"), at=NOON, removals=[removal("2")], skipped=skipped, gap="gap"
        )

    class Died(Exception):
        """Stands for the end of the process."""

    failures = 0
    while True:
        statements.clear()

        def look(statement: str, stop_at: int = failures) -> None:
            statements.append(statement)
            if len(statements) > stop_at:
                raise Died

        try:
            with watched(ledger, look):
                page()
        except Died:
            assert contents(ledger) == before, f"after {statements[-1]}"
            failures += 1
        else:
            break
    assert failures > 15
    assert ledger.mentions.cursor("news") == "after"
    assert ledger.mentions.count() == 3


def test_known_names_what_is_here(ledger: Ledger) -> None:
    """Edits of what we have are wanted even when they name no brand any more; what was removed is not."""
    add(ledger, mention("1"), mention("2"))
    add(ledger, removals=[removal("2")])
    keys = [mention(name).key for name in ("1", "2", "3")]
    assert ledger.mentions.known(keys) == {keys[0]}
    assert ledger.mentions.known([]) == set()


def test_mentions_wait_in_the_order_in_which_they_were_written(ledger: Ledger) -> None:
    """History may be imported newest first; bursts are only seen in the order of writing."""
    add(ledger, *(mention(str(number), posted_at=later(-number)) for number in range(4)))
    assert [one.mention.native_id for one in ledger.mentions.unanalysed(3)] == ["3", "2", "1"]
    assert ledger.mentions.unanalysed_count() == 4


def test_the_latest_come_newest_first_by_page(ledger: Ledger) -> None:
    """The first page of a list is what happened last."""
    add(ledger, *(mention(str(number), posted_at=later(number)) for number in range(5)))
    assert [one.mention.native_id for one in ledger.mentions.latest(2)] == ["4", "3"]
    assert [one.mention.native_id for one in ledger.mentions.latest(2, offset=2)] == ["2", "1"]


def test_skips_and_gaps_are_counted_and_listed(ledger: Ledger) -> None:
    """Nothing is dropped in silence."""
    skips = [Skip(where=f"row {number}", reason="no text") for number in range(3)]
    ledger.mentions.add_page([], source="file", next_cursor=None, at=NOON, skipped=skips, gap="older posts are gone")
    (line,) = ledger.sources.coverage(NOON)
    assert (line.skipped, line.gaps, line.note) == (3, 1, "older posts are gone")
    assert ledger.sources.skips("file") == list(reversed(skips))
    assert ledger.sources.gaps("file") == [(NOON, "older posts are gone")]


def test_the_list_of_skips_is_bounded_but_their_count_is_not(ledger: Ledger) -> None:
    """A broken export of a million rows must not fill the ledger."""
    for start in range(0, 2500, 500):
        skips = [Skip(where=f"row {number}", reason="no text") for number in range(start, start + 500)]
        ledger.mentions.add_page([], source="file", next_cursor=None, at=NOON, skipped=skips)
    (line,) = ledger.sources.coverage(NOON)
    listed = ledger.sources.skips("file", limit=5000)
    assert (line.skipped, len(listed), listed[0].where) == (2500, 1000, "row 2499")


def test_a_moment_without_zone_is_refused_whole(ledger: Ledger) -> None:
    """Guessing a zone would move mentions by hours."""
    before = contents(ledger)
    with pytest.raises(Exception, match="time zone"):
        add(ledger, mention("1"), mention("2", posted_at=datetime(2026, 3, 2)))  # noqa: DTZ001 - the naive time is the point
    assert contents(ledger) == before


def test_moments_come_back_in_utc_to_the_microsecond(ledger: Ledger) -> None:
    """Order within a second decides which edit is newer."""
    written = datetime.fromisoformat("2026-03-29T02:30:00.000001+05:45")
    add(ledger, mention("1", posted_at=written), mention("2", posted_at=datetime.fromisoformat("0001-01-02T00:00:00+00:00")))
    first, second = ledger.mentions.by_ids([1, 2])
    assert first.mention.posted_at == written
    assert str(first.mention.posted_at) == "2026-03-28 20:45:00.000001+00:00"
    assert second.mention.posted_at.year == 1


def test_three_failed_tries_set_a_mention_apart_until_it_is_asked_back(ledger: Ledger) -> None:
    """One poisoned text must not hold up the others (RULES F24)."""
    add(ledger, mention("1"), mention("2"))
    assert [ledger.mentions.note_try(1) for _ in range(3)] == [1, 2, 3]
    ledger.mentions.quarantine(1, 0, "analyse", "ValueError: bad", at=NOON)
    assert [one.mention_id for one in ledger.mentions.unanalysed(10)] == [2]
    assert ledger.mentions.unanalysed_count() == 1
    (apart,) = ledger.mentions.quarantined()
    assert (apart.mention_id, apart.revision, apart.stage, apart.error, apart.at) == (1, 0, "analyse", "ValueError: bad", NOON)
    assert ledger.mentions.requeue(1) is True
    assert ledger.mentions.requeue(1) is False
    assert [one.mention_id for one in ledger.mentions.unanalysed(10)] == [1, 2]
    assert ledger.mentions.note_try(1) == 1


def test_an_edit_gives_a_mention_in_quarantine_a_new_chance(ledger: Ledger) -> None:
    """It was the old text that could not be read."""
    add(ledger, mention("1"))
    ledger.mentions.note_try(1)
    ledger.mentions.quarantine(1, 0, "analyse", "ValueError: bad")
    add(ledger, mention("1", "leesbaar", edited_at=later(1)))
    assert [one.mention_id for one in ledger.mentions.unanalysed(10)] == [1]
    assert ledger.mentions.quarantined() == []
    assert ledger.mentions.note_try(1) == 1


def test_what_was_private_once_stays_so(ledger: Ledger) -> None:
    """Whoever looks a message up by its number is not told that it was private: an edit must not make it public."""
    add(ledger, mention("1", channel="discourse"), mention("2"))
    add(ledger, mention("1", "Nieuwe tekst", edited_at=later(1)), mention("2", "Nu privé", channel="discourse", edited_at=later(1)))
    first, second = ledger.mentions.by_ids([1, 2])
    assert [(one.mention.text, one.mention.channel, one.private) for one in (first, second)] == [
        ("Nieuwe tekst", "discourse", True),
        ("Nu privé", "discourse", True),
    ]


def test_a_message_is_private_when_it_came_by_itself_and_a_contact_moment_when_a_file_brought_it(ledger: Ledger) -> None:
    """By what was kept of it since the first release: its channel, and the source that brought it first."""
    for source, number, channel in (
        ("mail", "1", "email"),
        ("import:crm.csv", "2", "telephone"),
        ("news", "3", ""),
        ("import:old.csv", "4", ""),
    ):
        ledger.mentions.add_page([Kept(mention=mention(number, channel=channel))], source=source, next_cursor=None, at=NOON)
    assert [one.private for one in ledger.mentions.by_ids([1, 2, 3, 4])] == [True, False, False, False]
    assert ledger.mentions.private_among([1, 2, 3, 4]) == {1}
