"""What is removed is gone: from every table, from the file, and for ever."""

from __future__ import annotations

from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.model.mention import Author, MentionKey
from tests.listener.ledger.making import (
    MODEL,
    NOON,
    add,
    analyse,
    contents,
    everything_on_disk,
    later,
    mention,
    removal,
    step,
    text_hash,
    watched,
)

SECRET = "Kanarie-7f3a-woont-op-nummer-12"


def test_a_removed_mention_is_in_no_list(ledger: Ledger) -> None:
    """People delete for a reason."""
    add(ledger, mention("1"), mention("2"))
    analyse(ledger)
    assert add(ledger, removals=[removal("1")]).removed == 1
    assert ledger.mentions.find(mention("1").key) is None
    assert [one.mention_id for one in ledger.mentions.by_ids([1, 2])] == [2]
    assert [one.mention_id for one in ledger.mentions.latest()] == [2]
    assert [one.mention_id for one in ledger.analyses.analysed(since=None, model=MODEL)] == [2]
    assert [mention_id for mention_id, _, _ in ledger.analyses.cards()] == [2]
    assert ledger.issues.members(1) == [2]
    assert (ledger.mentions.count(), ledger.analyses.analysed_count()) == (1, 1)
    assert ledger.mentions.revisions(1) == []


def test_nothing_of_a_removed_mention_stays_in_the_tables_or_on_disk(ledger: Ledger, file: Path) -> None:
    """Deleted content is gone within 24 hours, from the log too (RULES 0.8)."""
    author = Author(platform="reddit", realm="reddit.com", native_id=f"id-{SECRET}", name=f"name-{SECRET}")
    one = mention("1", SECRET, title=f"title-{SECRET}", url=f"https://reddit.example/{SECRET}", author=author)
    add(ledger, one, mention("2"))
    add(ledger, mention("1", f"edited {SECRET}", edited_at=later(1)))
    analyse(ledger)
    ledger.mentions.quarantine(1, 1, "analyse", f"ValueError: {SECRET}")
    ledger.tidy()
    assert SECRET.encode() in everything_on_disk(file)
    add(ledger, removals=[removal("1")])
    ledger.tidy()
    assert SECRET not in repr(contents(ledger))
    assert SECRET.encode() not in everything_on_disk(file)


def test_what_stays_is_the_bare_row(ledger: Ledger) -> None:
    """The key has to stay, or the next poll would bring the text back; the lines of people's work hold ids only."""
    add(ledger, mention("1"))
    analyse(ledger)
    add(ledger, removals=[removal("1", reason="author deleted it")], at=later(5))
    rows = contents(ledger)
    kept = {name for name, found in rows.items() if found} - {"alembic_version", "sqlite_sequence", "source_state"}
    assert kept == {"mention", "issue", "membership", "signal", "change"}
    (row,) = rows["mention"]
    assert {"reddit", "reddit.com", "1", "author deleted it"} <= set(row)
    assert not {"Naam 1", "https://reddit.example/1", "reddit/reddit.com/u-1"} & set(row)


def test_a_removal_that_comes_before_the_mention_blocks_it(ledger: Ledger) -> None:
    """A webhook says "deleted" before the poll has seen the post."""
    assert add(ledger, removals=[removal("1")]).removed == 0
    assert add(ledger, mention("1")).unchanged == 1
    assert ledger.mentions.find(mention("1").key) is None


def test_a_mention_and_its_removal_on_one_page_leave_no_text(ledger: Ledger, file: Path) -> None:
    """The removal holds, whichever of the two the page lists first."""
    seen: list[str] = []
    with watched(ledger, seen.append):
        added = add(ledger, mention("1", SECRET), removals=[removal("1")])
    assert (added.new, added.removed, ledger.mentions.count()) == (1, 1, 0)
    assert not any("INSERT INTO revision" in statement for statement in seen), "it is not even written and erased again"
    assert SECRET.encode() not in everything_on_disk(file)


def test_the_first_reason_for_a_removal_holds(ledger: Ledger) -> None:
    """What a platform said first is what happened."""
    add(ledger, mention("1"))
    add(ledger, removals=[removal("1", reason="removed by a moderator")])
    before = contents(ledger)["mention"]
    assert add(ledger, removals=[removal("1", reason="deleted")], at=later(9)).removed == 0
    assert contents(ledger)["mention"] == before


def test_a_vector_stays_as_long_as_somebody_else_wrote_the_same(ledger: Ledger) -> None:
    """Copies share one vector; the last one takes it along."""
    add(ledger, mention("1", "zelfde"), mention("2", "zelfde"))
    analyse(ledger)
    (one, _) = ledger.mentions.by_ids([1, 2])
    add(ledger, removals=[removal("1")])
    assert set(ledger.analyses.vectors([text_hash(one)], MODEL)) == {text_hash(one)}
    add(ledger, removals=[removal("2")])
    assert ledger.analyses.vectors([text_hash(one)], MODEL) == {}


def test_an_edited_text_takes_its_old_vector_along(ledger: Ledger) -> None:
    """A later removal could not find it any more."""
    add(ledger, mention("1", "eerst"))
    analyse(ledger)
    (old,) = ledger.mentions.by_ids([1])
    add(ledger, mention("1", "daarna", edited_at=later(1)))
    analyse(ledger, issue=1)
    (new,) = ledger.mentions.by_ids([1])
    assert set(ledger.analyses.vectors([text_hash(old), text_hash(new)], MODEL)) == {text_hash(new)}


def test_a_mention_removed_while_it_was_analysed_gets_nothing(ledger: Ledger) -> None:
    """The analyser works on a batch for seconds; the collector does not wait for it."""
    add(ledger, mention("1"), mention("2", "een ander"))
    decided = step(ledger.mentions.unanalysed(10))
    add(ledger, removals=[removal("1")])
    ledger.analyses.save(decided)
    rows = contents(ledger)
    assert [row[0] for row in rows["analysis"]] == [2]
    assert {row[0] for row in rows["label"]} == {2}
    assert len(rows["embedding"]) == 1
    assert ledger.issues.members(1) == [2]


def test_insight_hears_of_a_removal(ledger: Ledger) -> None:
    """Copies of facts must follow."""
    add(ledger, mention("1"), mention("2"))
    analyse(ledger)
    _, _, seq = ledger.analyses.changes_since(0, 100, MODEL)
    add(ledger, removals=[removal("1")])
    facts, removed, newer = ledger.analyses.changes_since(seq, 100, MODEL)
    assert (facts, removed) == ([], [1])
    assert newer == ledger.analyses.last_seq() > seq
    assert ledger.analyses.removed_since(seq) == ([1], newer)
    assert ledger.analyses.removed_since(newer) == ([], newer)


def test_removals_outside_a_page_work_the_same(ledger: Ledger) -> None:
    """A re-check finds dead links; a person asks to be forgotten."""
    add(ledger, mention("1"), cursor="here")
    assert ledger.mentions.remove([removal("1"), removal("never seen")], source="re-check", at=later(1)) == 1
    assert ledger.mentions.remove([removal("1")], source="re-check", at=later(2)) == 0
    assert ledger.mentions.cursor("news") == "here"
    assert ledger.mentions.known([MentionKey("reddit", "reddit.com", "1")]) == set()
    assert add(ledger, mention("never seen")).unchanged == 1
    assert ledger.mentions.count() == 0


def test_ids_of_removed_mentions_are_not_given_out_again(ledger: Ledger) -> None:
    """An id in an old digest must never mean somebody else."""
    add(ledger, mention("1"))
    add(ledger, removals=[removal("1")])
    add(ledger, mention("2"))
    found = ledger.mentions.find(mention("2").key)
    assert found is not None
    assert found.mention_id == 2
    assert found.first_seen_at == NOON


def test_the_title_of_an_issue_goes_with_its_last_mention(ledger: Ledger) -> None:
    """A title is made of people's words, also that of an issue that was merged; one that a colleague wrote is not theirs."""
    for native_id in ("1", "2", "3"):
        add(ledger, mention(native_id))
        ledger.analyses.save(step(ledger.mentions.unanalysed(10)))
    ledger.issues.merge(2, 1, by="anna", at=NOON)
    ledger.issues.rename(3, "Van ons", by="anna", at=NOON)
    add(ledger, removals=[removal("1"), removal("3")])
    assert [one.title for one in ledger.issues.all(include_merged=True)] == ["Stroomstoring", "Stroomstoring", "Van ons"]
    add(ledger, removals=[removal("2")])
    assert [one.title for one in ledger.issues.all(include_merged=True)] == ["…", "…", "Van ons"]
