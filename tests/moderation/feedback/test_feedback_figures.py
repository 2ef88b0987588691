"""Figures from feedback, recomputed by hand, with intervals that hold; and the two response rates beside their benchmarks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import AskedCount, ImportedResponse, LinkUse, Response
from moderation.reports.feedback import feedback_figures, mean, nps, score_figures, share
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms, Kept
from tests.fakes.desk import Desk, mention

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def response(number: int, channel: str = "feed", **answers: str) -> Response:
    return Response(feedback_id=number, source="form", channel=channel, language="nl", begun_at=NOON, answers=answers)


def test_the_mean_the_top_two_and_the_nps_are_what_a_hand_computes() -> None:
    """Satisfaction 5,5,4,3,1,1,2,4,5,4: mean 3.4, six of ten in the top two. Recommend: three promoters, five detractors: -20."""
    satisfied = (5, 5, 4, 3, 1, 1, 2, 4, 5, 4)
    recommend = (10, 9, 8, 7, 0, 3, 6, 5, 9, 2)
    given = [response(n, satisfaction=str(s), recommend=str(r)) for n, (s, r) in enumerate(zip(satisfied, recommend, strict=True))]
    found = score_figures(given)
    assert found.satisfaction.value == pytest.approx(3.4)
    assert found.top_two.value == pytest.approx(0.6)
    assert found.nps.value == pytest.approx(-20.0)
    assert found.effort.n == 0
    assert found.effort.value is None


def test_the_share_has_wilsons_interval() -> None:
    """5 of 10 is 0.2366 to 0.7634 (Wilson, 1927, as in Brown, Cai and DasGupta 2001, equation 4)."""
    half = share(5, 10)
    assert [half.low, half.high] == pytest.approx([0.23659, 0.76341], abs=1e-5)
    none = share(0, 20)
    assert [none.low, none.high] == pytest.approx([0.0, 0.16113], abs=1e-5)


def test_too_few_answers_make_no_figure() -> None:
    """Nine angry people are nine people, not a percentage."""
    assert share(9, 9).value is None
    assert mean([1] * 9).value is None
    assert nps([0] * 9).n == 9
    assert mean([3] * 5, least=5).value == 3.0


def test_an_interval_narrows_with_more_answers_and_holds_the_value() -> None:
    small, large = mean([1, 2, 3, 4, 5] * 4), mean([1, 2, 3, 4, 5] * 400)
    for one in (small, large):
        assert one.low is not None
        assert one.high is not None
        assert one.low < 3.0 < one.high
    assert (large.high or 0) - (large.low or 0) < ((small.high or 0) - (small.low or 0)) / 5


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    """200 samples of 60 from a known scale: the interval holds the true mean in about 95 of 100."""
    import numpy as np

    drawn = np.random.default_rng(7)
    chances = (0.1, 0.1, 0.2, 0.35, 0.25)
    truth = sum((n + 1) * p for n, p in enumerate(chances))
    held = 0
    for _ in range(200):
        figure = mean([int(one) for one in drawn.choice(5, size=60, p=chances) + 1])
        held += (figure.low or 0) <= truth <= (figure.high or 0)
    assert 180 <= held <= 199


def test_who_does_not_know_is_left_out_of_the_share() -> None:
    given = [response(n, avoidable="yes") for n in range(8)] + [response(n, avoidable="no") for n in range(8, 12)]
    given += [response(n, avoidable="unsure") for n in range(12, 40)]
    found = score_figures(given)
    assert found.avoidable.n == 12
    assert found.avoidable.value == pytest.approx(8 / 12)


def test_channels_stand_beside_each_other() -> None:
    given = [response(n, "telephone", satisfaction="5") for n in range(10)] + [response(n, "feed", satisfaction="2") for n in range(10, 20)]
    found = feedback_figures(given, from_at=NOON, to_at=NOON + timedelta(days=1), within=AskedCount(), bare=AskedCount())
    assert {name: one.satisfaction.value for name, one in found.channels.items()} == {"feed": 2.0, "telephone": 5.0}
    assert found.all.satisfaction.value == 3.5


def test_both_rates_stand_beside_their_benchmarks() -> None:
    """25 % inside a wider request, 3 to 5 % bare (PRODUCT 2)."""
    within, bare = AskedCount(asked=40, answered=20, reviewed=10), AskedCount(asked=100, answered=0, reviewed=4)
    found = feedback_figures([], from_at=NOON, to_at=NOON + timedelta(days=1), within=within, bare=bare)
    assert found.within_feedback is not None
    assert found.bare is not None
    assert (found.within_feedback.share.value, found.within_feedback.benchmark_low) == (0.25, 0.25)
    assert (found.bare.share.value, found.bare.benchmark_low, found.bare.benchmark_high) == (0.04, 0.03, 0.05)
    assert found.answered.value == 0.5


def whole(desk: Desk) -> tuple[datetime, datetime]:
    return desk.clock.now() - timedelta(days=1), desk.clock.now() + timedelta(days=1)


def test_only_links_that_reached_somebody_count_as_asked(
    desk: Desk, ledger: FeedbackLedger, links: FeedbackLinks, forms: FeedbackForms, conversation: int
) -> None:
    """A link that only shadow saw asked nobody; one that was used, or handed over, did."""
    links.personal(conversation, channel="feed", language="nl")
    links.personal(conversation, channel="feed", language="nl", by_hand=True)
    used = links.personal(conversation, channel="feed", language="nl").rpartition("/")[2]
    forms.answer(used, 0, {"satisfaction": "4"})
    done = forms.answer(used, 4, {})
    assert isinstance(done, Kept)
    for _ in range(3):
        forms.go_to_review(done.reviews, "recensies")
    forms.go_to_review(done.reviews, "kaart")
    found = ledger.figures(*whole(desk))
    assert found.within_feedback is not None
    assert (found.within_feedback.asked, found.within_feedback.did, found.answered.n) == (2, 1, 2)


async def test_a_link_counts_as_asked_once_its_post_left(
    desk: Desk, ledger: FeedbackLedger, links: FeedbackLinks, conversation: int
) -> None:
    from moderation.model.post import PostKind

    link = links.personal(conversation, channel="feed", language="nl")
    bare = links.bare(conversation, channel="feed", language="nl")
    for number, text in enumerate((f"Laat weten hoe het ging: {link}", f"Deel je ervaring: {bare}.")):
        (other,) = desk.hear(mention(f"2{number}", "nog iets"))
        desk.outbox.approve(desk.draft(other, text, kind=PostKind.INVITATION).draft_id, "anna")
    counted = ledger.figures(*whole(desk))
    assert (counted.within_feedback and counted.within_feedback.asked, counted.bare and counted.bare.asked) == (0, 0)
    await desk.settle()
    counted = ledger.figures(*whole(desk))
    assert (counted.within_feedback and counted.within_feedback.asked, counted.bare and counted.bare.asked) == (1, 1)


def test_people_who_read_a_thread_are_not_counted_as_asked(
    ledger: FeedbackLedger, links: FeedbackLinks, forms: FeedbackForms, desk: Desk
) -> None:
    """How many saw it nobody knows: a rate over those who pressed begin would flatter us."""
    begun = forms.begin(links.open(None, "forum.example", "nl").rpartition("/")[2])
    assert isinstance(begun, str)
    forms.answer(begun, 0, {"satisfaction": "1"})
    found = ledger.figures(*whole(desk))
    assert found.within_feedback is not None
    assert (found.within_feedback.asked, found.all.responses) == (0, 1)


def test_a_low_score_opens_the_case_again_and_says_why(desk: Desk, links: FeedbackLinks, forms: FeedbackForms, conversation: int) -> None:
    (case,) = desk.inbox.list()
    desk.inbox.close(case.case_id, "anna", case.version)
    assert desk.inbox.list() == ()
    token = links.personal(conversation, channel="feed", language="nl").rpartition("/")[2]
    forms.answer(token, 0, {"satisfaction": "1"})
    forms.answer(token, 0, {"satisfaction": "1"})
    (again,) = desk.inbox.list()
    assert again.case_id == case.case_id
    assert (again.why[0].key, again.why[0].number) == ("low_satisfaction", 1)
    assert [line.verb for line in desk.audit.lines(subject=f"case:{case.case_id}")].count("recover") == 1
    desk.inbox.close(again.case_id, "anna", again.version)
    forms.answer(token, 2, {"recommend": "0"})
    assert desk.inbox.list() == (), "one response opens it once"


@pytest.mark.parametrize("answers", [{"satisfaction": "3"}, {"satisfaction": "5"}, {}])
def test_other_scores_open_nothing(
    desk: Desk, links: FeedbackLinks, forms: FeedbackForms, conversation: int, answers: dict[str, str]
) -> None:
    (case,) = desk.inbox.list()
    desk.inbox.close(case.case_id, "anna", case.version)
    forms.answer(links.personal(conversation, channel="feed", language="nl").rpartition("/")[2], 0, answers)
    assert desk.inbox.list() == ()


async def test_a_low_score_stops_being_a_reason_once_it_is_answered(
    desk: Desk, links: FeedbackLinks, forms: FeedbackForms, conversation: int
) -> None:
    token = links.personal(conversation, channel="feed", language="nl").rpartition("/")[2]
    forms.answer(token, 0, {"satisfaction": "2"})
    (case,) = desk.inbox.list()
    assert "low_satisfaction" in [one.key for one in case.why]
    desk.clock.advance(timedelta(minutes=1))
    desk.inbox.claim(case.case_id, "anna", case.version)
    draft = desk.inbox.draft_reply(case.case_id, "anna", "Vervelend, dat spijt ons. We bellen je vandaag.")
    desk.inbox.send(draft.draft_id, "anna")
    await desk.settle()
    found = desk.inbox.show(case.case_id)
    assert found is not None
    assert "low_satisfaction" not in [one.key for one in found.summary.why]


def test_imported_scores_stand_in_the_same_table(desk: Desk, ledger: FeedbackLedger) -> None:
    rows = [
        ImportedResponse(external_id=str(n), channel="telephone", at=desk.clock.now(), answers={"satisfaction": "4"}) for n in range(12)
    ]
    assert ledger.add_imported(rows) == 12
    assert ledger.add_imported(rows) == 0
    found = ledger.figures(*whole(desk))
    assert (found.all.responses, found.channels["telephone"].satisfaction.value) == (12, 4.0)
    assert LinkUse.FORM.value == "form"
