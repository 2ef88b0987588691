"""How planted issues are compared with found ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from listener.demo.scenario import PlantedIssue
from listener.demo.score import PlantedResult, score
from listener.model.issue import Signal
from listener.model.mention import MentionKey

ONSET = datetime(2026, 11, 10, 8, tzinfo=UTC)


def key(number: int) -> MentionKey:
    return MentionKey("x", "x.example", str(number))


PLANTED = PlantedIssue(
    key="outage",
    titles={"nl": "Storing", "en": "Outage"},
    kind="sudden",
    onset=ONSET,
    fifth_post_at=ONSET + timedelta(minutes=50),
    posted_at=tuple(ONSET + timedelta(minutes=10 * number) for number in range(1, 11)),
    mention_keys=tuple(key(number) for number in range(10)),
)


def signal(issue_id: int | None, *, minutes: float) -> Signal:
    return Signal(
        kind="emerging",
        issue_id=issue_id,
        at=ONSET + timedelta(minutes=minutes),
        seen=6,
        usual=0.1,
        p_value=1e-9,
        window_hours=12,
        mention_ids=(1,),
    )


def test_an_issue_found_whole_and_alone_scores_full_marks() -> None:
    found: dict[MentionKey, int | None] = {key(number): 4 for number in range(10)}
    result = score([PLANTED], found, [signal(4, minutes=75)], titles={4: "stroom klaverzijl"})
    assert result == [
        PlantedResult(
            key="outage",
            issue_id=4,
            title="stroom klaverzijl",
            delay_hours=1.25,
            delay_posts=7,
            share_of_mentions=1.0,
            purity=1.0,
        )
    ]


def test_the_found_issue_is_the_one_with_most_of_the_posts() -> None:
    found: dict[MentionKey, int | None] = {key(number): 4 if number < 3 else 9 for number in range(8)}
    found |= {key(8): None, key(100): 9, key(101): 9, key(102): 4}
    (result,) = score([PLANTED], found, [], titles={9: "dark"})
    assert (result.issue_id, result.title) == (9, "dark")
    assert result.share_of_mentions == 0.5
    assert result.purity == round(5 / 7, 3)
    assert result.delay_hours is None
    assert result.delay_posts is None


def test_the_first_signal_counts_even_when_it_came_for_the_other_half() -> None:
    """Dutch and English halves may become two issues; the alarm on either is the alarm a person saw."""
    found: dict[MentionKey, int | None] = {key(number): 4 if number < 4 else 9 for number in range(10)}
    (result,) = score([PLANTED], found, [signal(9, minutes=300), signal(4, minutes=60)], titles={})
    assert (result.issue_id, result.delay_hours) == (9, 1.0)


def test_signals_before_the_onset_and_on_other_issues_do_not_count() -> None:
    found: dict[MentionKey, int | None] = {key(number): 4 for number in range(10)}
    found |= {key(0): 7} | {key(number): 7 for number in range(100, 120)}
    early, foreign, nobody = signal(4, minutes=-5), signal(7, minutes=20), signal(None, minutes=30)
    (result,) = score([PLANTED], found, [early, foreign, nobody], titles={})
    assert result.issue_id == 4
    assert result.delay_hours is None


def test_an_issue_nobody_found_says_so() -> None:
    (result,) = score([PLANTED], {key(0): None}, [signal(1, minutes=5)], titles={1: "else"})
    assert (result.issue_id, result.title, result.share_of_mentions, result.purity) == (None, "", 0.0, 0.0)
