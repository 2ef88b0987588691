"""Analyser steps: saved whole, once, and handed out as facts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import BrandHit, Kept
from tests.listener.ledger.making import MODEL, NOON, add, analyse, contents, later, mention, step, text_hash, vector, watched


def test_a_step_comes_back_as_facts(ledger: Ledger) -> None:
    """Insight and the analyser's window see what was decided, and nothing else."""
    hits = (BrandHit(brand="Beta", directed=True, terms=("@beta",)), BrandHit(brand="Alfa", directed=False, terms=("alfa",)))
    ledger.mentions.add_page([Kept(mention=mention("1", channel="chat"), hits=hits)], source="first", next_cursor=None, at=later(1))
    ledger.mentions.add_page([Kept(mention=mention("1"))], source="a-second", next_cursor=None, at=later(2))
    (stored,) = ledger.mentions.unanalysed(10)
    assert ledger.analyses.save(step([stored])) == {-1: 1}
    (fact,) = ledger.analyses.analysed(since=None, model=MODEL)
    assert (fact.mention_id, fact.card_id, fact.issue_id) == (1, 1, 1)
    assert (fact.platform, fact.realm, fact.source, fact.channel) == ("reddit", "reddit.com", "first", "chat")
    assert (fact.brands, fact.directed) == (("Alfa", "Beta"), True)
    assert (fact.author_key, fact.language) == ("reddit/reddit.com/u-1", "nl")
    assert (fact.posted_at, fact.first_seen_at) == (NOON, later(1))
    assert fact.text_hash == text_hash(stored)
    assert fact.labels == {"sentiment": "negative", "cause": "service_failed"}
    assert ledger.mentions.unanalysed(10) == []
    assert ledger.analyses.analysed_count() == 1


def test_of_two_values_under_one_label_the_more_probable_one_is_the_fact(ledger: Ledger) -> None:
    """A mention may hold two causes; a count needs one."""
    add(ledger, mention("1"))
    (stored,) = ledger.mentions.unanalysed(1)
    said = step([stored])
    labels = tuple(Label(name="cause", value=value, probability=p, model="words") for value, p in (("b", 0.6), ("a", 0.6), ("c", 0.55)))
    ledger.analyses.save(replace(said, analyses=(replace(said.analyses[0], labels=labels),)))
    assert ledger.analyses.analysed(since=None, model=MODEL)[0].labels == {"cause": "a"}


def test_vectors_come_back_as_float16_kept_them(ledger: Ledger) -> None:
    """A vector rounded once stays the same for ever, so that a restart computes with the very same numbers."""
    add(ledger, mention("1"))
    (stored,) = ledger.mentions.unanalysed(1)
    ledger.analyses.save(step([stored]))
    kept = ledger.analyses.vectors([text_hash(stored), "unknown"], MODEL)
    assert set(kept) == {text_hash(stored)}
    found = kept[text_hash(stored)]
    assert found.dtype == np.float32
    assert found.shape == (384,)
    assert np.array_equal(found, vector(1).astype(np.float16).astype(np.float32))
    assert np.array_equal(found, ledger.analyses.analysed(since=None, model=MODEL)[0].vector)
    assert float(found @ vector(1)) > 0.999


def test_vectors_of_mentions_come_with_their_mentions(ledger: Ledger) -> None:
    add(ledger, mention("1"), mention("2", "anders"), mention("3", "nog iets"))
    assert [len(one) for one in ledger.analyses.vectors_of([1, 2, 3], MODEL)] == [0, 0]
    ledger.analyses.save(step(ledger.mentions.unanalysed(3)))
    ids, vectors = ledger.analyses.vectors_of([3, 1, 99], MODEL)
    whole = {one.mention_id: one.vector for one in ledger.analyses.analysed(since=None, model=MODEL)}
    assert sorted(ids.tolist()) == [1, 3]
    assert vectors.dtype == np.float32
    assert all(np.array_equal(vector, whole[int(one)]) for one, vector in zip(ids, vectors, strict=True))


def test_the_newest_text_says_which_model_is_read_with(ledger: Ledger) -> None:
    """Counting all vectors to know it takes a quarter of a second on a large home, and pages ask it."""
    assert ledger.analyses.newest_model() == ""
    add(ledger, mention("1"), mention("2", "anders"))
    ledger.analyses.save(step(ledger.mentions.unanalysed(2)))
    assert ledger.analyses.newest_model() == MODEL
    first, second = ledger.mentions.by_ids([1, 2])
    ledger.analyses.keep_vectors([NewEmbedding(text_hash=text_hash(first), model="zz-old", vector=vector(1))])
    assert ledger.analyses.newest_model() == MODEL
    ledger.analyses.keep_vectors([NewEmbedding(text_hash=text_hash(second), model="zz-new", vector=vector(2))])
    assert ledger.analyses.newest_model() == "zz-new"


def test_a_vector_is_kept_once_per_text_and_model(ledger: Ledger) -> None:
    """No text is encoded twice, and a change of model does not mix vectors."""
    add(ledger, mention("1"))
    (stored,) = ledger.mentions.unanalysed(1)
    ledger.analyses.save(step([stored]))
    first = ledger.analyses.vectors([text_hash(stored)], MODEL)
    again = NewEmbedding(text_hash=text_hash(stored), model=MODEL, vector=vector(99))
    other = NewEmbedding(text_hash=text_hash(stored), model="other", vector=vector(98, dims=8))
    assert ledger.analyses.without_vector("other", 10) == [(1, text_hash(stored))]
    assert ledger.analyses.analysed(since=None, model="other") == []
    ledger.analyses.save(AnalysisStep(at=NOON, embeddings=(again, other)))
    assert np.array_equal(ledger.analyses.vectors([text_hash(stored)], MODEL)[text_hash(stored)], first[text_hash(stored)])
    assert ledger.analyses.analysed(since=None, model="other")[0].vector.shape == (8,)
    assert ledger.analyses.without_vector("other", 10) == []


def test_a_step_saved_again_after_a_crash_changes_nothing(ledger: Ledger) -> None:
    """The process may die after the commit and before it knows of it."""
    add(ledger, mention("1"), mention("2", "een ander"))
    decided = step(ledger.mentions.unanalysed(10))
    assert ledger.analyses.save(decided) == {-1: 1}
    before = contents(ledger)
    assert ledger.analyses.save(decided) == {-1: 1}
    assert contents(ledger) == before


def test_a_failure_between_any_two_statements_leaves_nothing_of_a_step(ledger: Ledger) -> None:
    """An issue without its members, or a mention marked as read without its facts, would never be mended."""
    add(ledger, mention("1"), mention("2", "een ander"))
    decided = replace(step(ledger.mentions.unanalysed(10)), titles=((-1, "Beter"),), regrouped=2)
    before = contents(ledger)

    class Died(Exception):
        """Stands for the end of the process."""

    failures = 0
    for failures in range(100):
        seen: list[str] = []

        def look(statement: str, seen: list[str] = seen, stop_at: int = failures) -> None:
            seen.append(statement)
            if len(seen) > stop_at:
                raise Died

        try:
            with watched(ledger, look):
                ledger.analyses.save(decided)
        except Died:
            assert contents(ledger) == before, f"after {seen[-1]}"
        else:
            break
    assert 10 < failures < 99
    assert ledger.issues.titles([1]) == {1: "Beter"}


def test_temporary_issue_ids_become_real_ones_that_are_never_reused(ledger: Ledger) -> None:
    """An issue's id stands in digests for years."""
    add(ledger, mention("1"), mention("2", "een ander"))
    first, second = ledger.mentions.unanalysed(10)
    assert ledger.analyses.save(step([first], issue=-7)) == {-7: 1}
    with ledger.engine.begin() as connection:  # no code deletes issues; if some ever does, ids must not come back
        for statement in ("update mention set issue_id = null", "delete from membership", "delete from signal", "delete from issue"):
            connection.exec_driver_sql(statement)
    assert ledger.analyses.save(step([second], issue=-7)) == {-7: 2}


def test_memberships_signals_and_titles_may_name_issues_of_before(ledger: Ledger) -> None:
    """Most new mentions join an issue that is there."""
    add(ledger, mention("1"))
    analyse(ledger)
    add(ledger, mention("2", "een ander"))
    assert analyse(ledger, issue=1) == {}
    assert ledger.issues.members(1) == [1, 2]


def test_a_step_that_names_an_issue_nobody_made_is_refused_whole(ledger: Ledger) -> None:
    """Better no step than mentions in an issue that does not exist."""
    add(ledger, mention("1"))
    before = contents(ledger)
    with pytest.raises(ValueError, match="nobody made"):
        analyse(ledger, issue=77)
    assert contents(ledger) == before


def test_the_model_moves_what_the_model_placed(ledger: Ledger) -> None:
    """Regrouping changes its mind; the record says how."""
    add(ledger, mention("1"))
    analyse(ledger)
    again = Membership(mention_id=1, issue_id=-1, by="model", reason="regrouped", at=later(1))
    made = ledger.analyses.save(
        AnalysisStep(
            at=later(1), new_issues=(NewIssue(temporary_id=-1, title="Nieuw", created_at=later(1)),), memberships=(again,), regrouped=1
        )
    )
    assert made == {-1: 2}
    assert (ledger.issues.members(1), ledger.issues.members(2)) == ([], [1])
    assert [(line.issue_id, line.reason) for line in ledger.issues.record(1)] == [(1, "near"), (2, "regrouped")]
    assert ledger.analyses.last_regroup_count() == 1
    ledger.analyses.save(AnalysisStep(at=later(2), memberships=(replace(again, issue_id=2),)))
    assert len(ledger.issues.record(1)) == 2, "what holds already is no news"


def test_an_edit_gets_new_facts_in_place_of_the_old(ledger: Ledger) -> None:
    """Labels of a text that is gone must not be counted."""
    add(ledger, mention("1", "eerst"))
    analyse(ledger)
    add(ledger, mention("1", "daarna", edited_at=later(1)))
    assert [fact.mention_id for fact in ledger.analyses.analysed(since=None, model=MODEL)] == [1], "the old facts stand until then"
    (stored,) = ledger.mentions.unanalysed(1)
    said = step([stored], issue=1)
    calm = Label(name="sentiment", value="neutral", probability=0.8, model="words")
    ledger.analyses.save(replace(said, analyses=(replace(said.analyses[0], labels=(calm,), language="en"),)))
    (fact,) = ledger.analyses.analysed(since=None, model=MODEL)
    assert (fact.labels, fact.language, fact.text_hash) == ({"sentiment": "neutral"}, "en", text_hash(stored))
    assert ledger.analyses.analysed_count() == 1


def test_an_edit_that_arrives_during_the_analysis_is_analysed_next(ledger: Ledger) -> None:
    """The step speaks of the text it read."""
    add(ledger, mention("1", "eerst"))
    decided = step(ledger.mentions.unanalysed(1))
    add(ledger, mention("1", "daarna", edited_at=later(1)))
    ledger.analyses.save(decided)
    assert [(one.revision, one.mention.text) for one in ledger.mentions.unanalysed(1)] == [(1, "daarna")]


def test_the_window_starts_where_it_is_asked_to(ledger: Ledger) -> None:
    """A restart reads four weeks, not years."""
    add(ledger, *(mention(str(number), f"tekst {number}", posted_at=later(number)) for number in range(4)))
    assert ledger.analyses.latest_posted_at() is None
    analyse(ledger)
    assert [fact.mention_id for fact in ledger.analyses.analysed(since=later(2), model=MODEL)] == [3, 4]
    assert [(mention_id, card_id, one.mention.text) for mention_id, card_id, one in ledger.analyses.cards(later(3))] == [(4, 4, "tekst 3")]
    assert ledger.analyses.latest_posted_at() == later(3)


def test_changes_come_in_turns_and_each_mention_only_once(ledger: Ledger) -> None:
    """Insight reads on where it stopped; a mention that changed ten times costs one turn."""
    add(ledger, *(mention(str(number), f"tekst {number}") for number in range(5)))
    assert ledger.analyses.changes_since(0, 10, MODEL) == ([], [], 0)
    analyse(ledger)
    ledger.issues.move(2, None, by="anna", at=NOON)
    seen: list[int] = []
    seq = 0
    while True:
        facts, removed, newer = ledger.analyses.changes_since(seq, 2, MODEL)
        assert removed == []
        if newer == seq:
            break
        seen += [fact.mention_id for fact in facts]
        seq = newer
    assert seen == [1, 3, 4, 5, 2]
    assert seq == ledger.analyses.last_seq()


def test_a_brand_added_later_is_a_change_of_facts(ledger: Ledger) -> None:
    """Per-brand counts must follow when a second query finds the same mention."""
    add(ledger, mention("1"))
    analyse(ledger)
    seq = ledger.analyses.last_seq()
    hit = BrandHit(brand="Andere", directed=True, terms=("andere",))
    ledger.mentions.add_page([Kept(mention=mention("1"), hits=(hit,))], source="news", next_cursor=None, at=NOON)
    facts, _, _ = ledger.analyses.changes_since(seq, 10, MODEL)
    assert [(fact.brands, fact.directed) for fact in facts] == [(("Andere", "Stroomwerk"), True)]
