"""Counting: what one issue amounts to, and that applying is exact however often it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from listener.insight.buckets import clock_days_before
from listener.insight.store import Insight
from listener.model.analysis import AnalysedMention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Make = Callable[..., AnalysedMention]


def test_an_empty_insight_answers_with_nothing(insight: Insight) -> None:
    """The first page of a new home is drawn before the first mention."""
    assert insight.applied_seq() == 0
    assert insight.applied_model() == ""
    assert insight.count() == 0
    assert insight.issue_counts(NOON - DAY, NOON) == []
    assert insight.counts_by_issue(NOON - DAY, NOON, 1) == {}
    assert insight.candidates([1], NOON - DAY, NOON, 5) == {}
    assert insight.nearest(1, 5) == []
    assert insight.first_posted(NOON) is None
    assert insight.label_mentions("idea", NOON - DAY, NOON, 5) == ([], 0)
    assert insight.period_totals(NOON - DAY, NOON).mentions == 0


def test_a_batch_applied_twice_counts_once(insight: Insight, mention: Make) -> None:
    """A crash between two stores makes the workflow repeat a batch."""
    batch = [mention(1), mention(2)]
    insight.apply(batch, [], 2)
    insight.apply(batch, [], 2)
    [counts] = insight.issue_counts(NOON - DAY, NOON)
    assert (counts.mentions, counts.authors, insight.count()) == (2, 2, 2)


def test_a_mention_that_moves_leaves_its_old_issue(insight: Insight, mention: Make) -> None:
    """A person's correction shows at once, in both issues."""
    insight.apply([mention(1), mention(2)], [], 2)
    insight.apply([mention(2, issue_id=5)], [], 3)
    assert {one.issue_id: one.mentions for one in insight.issue_counts(NOON - DAY, NOON)} == {1: 1, 5: 1}
    assert insight.applied_seq() == 3


def test_a_removed_mention_leaves_nothing_behind(insight: Insight, mention: Make) -> None:
    """Deletion has to reach vectors and labels too."""
    insight.apply([mention(1, labels={"idea": "yes"}), mention(2)], [], 2)
    insight.apply([], [1], 3)
    assert insight.count() == 1
    assert insight.label_mentions("idea", NOON - DAY, NOON, 5) == ([], 0)
    assert insight.nearest(2, 5) == []


def test_a_mention_both_changed_and_removed_is_removed(insight: Insight, mention: Make) -> None:
    """A batch may hold the edit and the deletion that followed it."""
    insight.apply([mention(1)], [1], 2)
    assert insight.count() == 0


def test_clearing_forgets_everything_and_another_model_may_follow(insight: Insight, mention: Make) -> None:
    """Another sentence model has vectors of another length."""
    insight.apply([mention(1)], [], 1, model_id="small")
    insight.clear()
    assert (insight.count(), insight.applied_seq(), insight.applied_model()) == (0, 0, "")
    insight.apply(
        [mention(1, vector=np.ones(5, dtype=np.float32)), mention(2, vector=np.ones(5, dtype=np.float32))], [], 1, model_id="large"
    )
    [(mention_id, similarity)] = insight.nearest(1, 5)
    assert (mention_id, round(similarity, 6)) == (2, 1.0)


def test_a_failed_batch_leaves_all_as_it_was(insight: Insight, mention: Make) -> None:
    """Half a batch would make figures that no reader can explain."""
    insight.apply([mention(1)], [], 1)
    with pytest.raises(ValueError, match="same shape"):
        insight.apply([mention(2), mention(3, vector=np.ones(7, dtype=np.float32))], [], 2)
    assert (insight.count(), insight.applied_seq()) == (1, 1)


def test_authors_are_people_and_not_messages(insight: Insight, mention: Make) -> None:
    """One angry customer who writes ten times is one author, over any number of hours and days."""
    insight.apply([mention(n, hours_ago=n * 5.0, author_key="forum/forum.example/anna") for n in range(1, 11)], [], 10)
    [counts] = insight.issue_counts(NOON - DAY, NOON)
    assert (counts.mentions, counts.authors, counts.period_mentions, counts.period_authors) == (10, 1, 4, 1)


def test_each_mention_without_author_is_an_author_and_is_reported(insight: Insight, mention: Make) -> None:
    """Imported rows often name nobody; readers are told how much of the author count is that guess."""
    insight.apply([mention(1, author_key=""), mention(2, author_key=""), mention(3)], [], 3)
    [counts] = insight.issue_counts(NOON - DAY, NOON)
    assert (counts.authors, counts.nameless) == (3, 2)
    assert insight.period_totals(NOON - DAY, NOON).nameless == 2


def test_copies_count_as_mentions_but_not_as_texts(insight: Insight, mention: Make) -> None:
    """A repost is a mention by another person of the same card."""
    insight.apply([mention(1), mention(2, card_id=1), mention(3)], [], 3)
    [counts] = insight.issue_counts(NOON - DAY, NOON)
    assert (counts.mentions, counts.cards) == (3, 2)
    cards = insight.members(1, 10, as_of=NOON)
    assert [(card.mention_id, card.copies) for card in cards] == [(1, 1), (3, 0)]


def test_the_period_before_is_as_long_as_the_period(insight: Insight, mention: Make) -> None:
    """Growth is only fair between equal stretches; the edges belong to one of them."""
    insight.apply([mention(1, hours_ago=0), mention(2, hours_ago=24), mention(3, hours_ago=47), mention(4, hours_ago=48)], [], 4)
    [counts] = insight.issue_counts(NOON - DAY, NOON)
    assert (counts.mentions, counts.period_mentions, counts.before_mentions) == (4, 1, 2)


def test_nothing_after_the_asked_moment_is_counted(insight: Insight, mention: Make) -> None:
    """Looking back must show what was known of then."""
    insight.apply([mention(1, hours_ago=30), mention(2, hours_ago=2)], [], 2)
    [counts] = insight.issue_counts(NOON - 2 * DAY, NOON - DAY)
    assert (counts.mentions, counts.last_at) == (1, NOON - timedelta(hours=30))


def test_a_trend_has_a_zero_for_every_quiet_stretch(insight: Insight, mention: Make) -> None:
    insight.apply([mention(1, hours_ago=0), mention(2, hours_ago=0.5), mention(3, hours_ago=3)], [], 3)
    assert insight.counts_by_issue(NOON - timedelta(hours=4), NOON, 1) == {1: (1, 0, 0, 2)}


def test_daily_counts_keep_to_the_clock_when_the_clocks_change(insight: Insight, mention: Make) -> None:
    """On 29 March 2026 Amsterdam's night is an hour short; a day from 09:00 to 09:00 is then 23 hours."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    nine = datetime(2026, 3, 30, 9, tzinfo=amsterdam)
    two_days_before = clock_days_before(nine, 2, amsterdam)
    insight.apply([mention(1, posted_at=datetime(2026, 3, 29, 8, 30, tzinfo=amsterdam))], [], 1)
    assert two_days_before == datetime(2026, 3, 28, 8, tzinfo=UTC)
    assert insight.counts_by_issue(two_days_before, nine, 24, amsterdam) == {1: (1, 0)}


def test_hours_tell_mentions_and_distinct_authors(insight: Insight, mention: Make) -> None:
    insight.apply([mention(n, hours_ago=0.5, author_key="a") for n in (1, 2)] + [mention(3, hours_ago=5.5)], [], 3)
    hours = insight.hours(1, NOON - DAY, NOON)
    assert [(one.hour.hour, one.mentions, one.authors) for one in hours] == [(6, 1, 1), (11, 2, 1)]


def test_labelled_mentions_fold_copies_and_leave_spam_out(insight: Insight, mention: Make) -> None:
    """The list of ideas is for people; advertising dressed as an idea is not one."""
    idea = {"idea": "yes"}
    batch = [
        mention(1, labels=idea, hours_ago=5),
        mention(2, labels=idea, card_id=1, hours_ago=4),
        mention(3, labels={**idea, "spam": "yes"}),
        mention(4, labels=idea, hours_ago=2),
        mention(5, labels=idea, hours_ago=30),
    ]
    insight.apply(batch, [], 5)
    cards, total = insight.label_mentions("idea", NOON - DAY, NOON, 1)
    assert [(card.mention_id, card.copies) for card in cards] == [(4, 0)]
    assert total == 3


def test_candidates_are_different_texts_with_their_vectors(insight: Insight, mention: Make) -> None:
    insight.apply([mention(1, hours_ago=3), mention(2, card_id=1, hours_ago=2), mention(3, toward=1.0), mention(4, issue_id=2)], [], 4)
    found = insight.candidates([1], NOON - DAY, NOON, 10)
    assert [one.mention_id for one in found[1]] == [1, 3]
    assert found[1][0].vector == pytest.approx([1.0, 0.0, 0.0])


def test_the_nearest_mentions_come_closest_first(insight: Insight, mention: Make) -> None:
    insight.apply([mention(1), mention(2, toward=1.0), mention(3, toward=0.2), mention(4, card_id=1)], [], 4)
    assert [mention_id for mention_id, _ in insight.nearest(1, 5)] == [3, 2]


def test_the_language_of_a_mention_is_known(insight: Insight, mention: Make) -> None:
    insight.apply([mention(1), mention(2, language="en")], [], 2)
    assert insight.languages([1, 2, 99]) == {1: "nl", 2: "en"}
    assert insight.languages([]) == {}


def test_voices_count_a_person_and_a_text_once_a_day_and_never_spam(insight: Insight, mention: Make) -> None:
    """Neither one loud person nor a copied text is a crowd."""
    insight.apply(
        [
            mention(1, hours_ago=3.5),
            mention(2, hours_ago=3.4, author_key="forum/forum.example/1"),
            mention(3, hours_ago=2.5, card_id=1),
            mention(4, hours_ago=2.4, labels={"spam": "yes"}),
            mention(5, hours_ago=2.3, brands=()),
            mention(6, hours_ago=2.2, brands=("Stroomwerk", "Ander")),
            mention(7, hours_ago=27.0, author_key="forum/forum.example/1"),
        ],
        [],
        1,
    )
    hour = NOON - timedelta(hours=4)
    assert insight.voices(NOON - timedelta(days=2), NOON) == {
        "": {hour + timedelta(hours=1): (5,)},
        "Ander": {hour + timedelta(hours=1): (6,)},
        "Stroomwerk": {NOON - timedelta(hours=27): (7,), hour: (1,), hour + timedelta(hours=1): (6,)},
    }
    assert insight.brand_starts() == {
        "": NOON - timedelta(hours=2.3),
        "Ander": NOON - timedelta(hours=2.2),
        "Stroomwerk": NOON - timedelta(hours=27),
    }
    assert insight.source_hours(hour, NOON) == {"forum": {hour: 2, hour + timedelta(hours=1): 4}}
