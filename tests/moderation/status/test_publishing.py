"""What we say in public: in both languages, without blame or names, once, with a promise that is kept or written down as broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import NotAllowed
from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from moderation.model.status import IssueStatus, Light, PromiseState, UpdateState
from moderation.page_parts.public import public_issues
from tests.fakes.desk import MORNING, Desk, mention
from tests.moderation.status.said import INVESTIGATING, RESOLVED, SUBJECTS, drafted, heard, issue_of, published, resolved


def test_a_draft_is_on_no_public_page_until_a_person_publishes_it(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    assert public_issues(desk.status.status) == []
    desk.status.publish.publish(draft.update_id, "carla")
    (shown,) = public_issues(desk.status.status)
    assert shown.subjects["nl"] == "De storing in Zuid"
    assert "Monteurs zoeken de oorzaak." in shown.updates[0].texts["nl"]
    assert "Sorry voor de overlast." in shown.updates[0].texts["nl"]
    assert "Engineers are looking for the cause." in shown.updates[0].texts["en"]
    assert shown.public_id != 0


def test_the_promise_is_worded_in_local_time_in_both_languages(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)), due=MORNING + timedelta(hours=5))
    assert "Uiterlijk maandag 2 maart om 15:00 melden we ons hier weer" in draft.texts["nl"]
    assert "By 15:00 on Monday 2 March we will be back here" in draft.texts["en"]


def test_publishing_twice_changes_nothing(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    first = desk.status.publish.publish(draft.update_id, "carla")
    desk.clock.advance(timedelta(minutes=5))
    assert desk.status.publish.publish(draft.update_id, "bram") == first
    assert [line.who for line in desk.audit.lines(subject=f"status:{draft.update_id}") if line.verb == "publish_status"] == ["carla"]
    assert len(desk.status.status.promises()) == 1


@pytest.mark.parametrize("who", ["", "  ", "promise clock"])
def test_only_a_person_publishes(desk: Desk, who: str) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    with pytest.raises(NotAllowed, match="person"):
        desk.status.publish.publish(draft.update_id, who)


@pytest.mark.parametrize("status", list(IssueStatus))
def test_every_status_can_be_said_in_both_languages(desk: Desk, status: IssueStatus) -> None:
    issue = issue_of(desk, heard(desk, 1))
    needed, optional = desk.status.publish.needs(status)
    given = {language: dict.fromkeys(needed | optional, "dit weten we") for language in ("nl", "en")}
    draft = desk.status.publish.draft(issue, status, given, "carla", subjects=SUBJECTS, next_update_at=MORNING + timedelta(hours=3))
    assert draft.texts.keys() == {"nl", "en"}
    assert all(text.strip() and "{" not in text for text in draft.texts.values())


@pytest.mark.parametrize("status", [IssueStatus.INVESTIGATING, IssueStatus.CAUSE_KNOWN, IssueStatus.FIXING])
def test_while_it_goes_on_we_say_when_we_speak_next(desk: Desk, status: IssueStatus) -> None:
    issue = issue_of(desk, heard(desk, 1))
    given = {language: dict.fromkeys(desk.status.publish.needs(status)[0], "dit weten we") for language in ("nl", "en")}
    with pytest.raises(NotAllowed, match="when we speak next"):
        desk.status.publish.draft(issue, status, given, "carla", subjects=SUBJECTS)


def test_both_languages_are_needed(desk: Desk) -> None:
    issue, ahead = issue_of(desk, heard(desk, 1)), MORNING + timedelta(hours=3)
    with pytest.raises(NotAllowed, match=r"en: .*known"):
        desk.status.publish.draft(
            issue, IssueStatus.INVESTIGATING, {"nl": INVESTIGATING["nl"]}, "carla", subjects=SUBJECTS, next_update_at=ahead
        )
    with pytest.raises(NotAllowed, match="in en"):
        desk.status.publish.draft(
            issue, IssueStatus.INVESTIGATING, INVESTIGATING, "carla", subjects={"nl": "de storing"}, next_update_at=ahead
        )


@pytest.mark.parametrize(
    "said",
    [
        "Klanten hadden dit zelf kunnen zien: eigen schuld.",
        "Dit is te wijten aan onze leverancier.",
        "Zoals al gezegd werken we eraan.",
        "Dit was een gebruikersfout.",
        "Bel ons op 06 12345678.",
        "Dank aan jan.jansen@voorbeeld.nl voor de melding.",
        "Dank aan @jansen_zuid voor de melding.",
        "Dank aan u/jansenzuid voor de melding.",
        "We herstellen {{ dit }}.",
        "We herstellen [naam].",
    ],
)
def test_a_text_that_blames_names_or_was_not_finished_is_refused(desk: Desk, said: str) -> None:
    issue = issue_of(desk, heard(desk, 1))
    given = {**INVESTIGATING, "nl": {**INVESTIGATING["nl"], "known": said}}
    with pytest.raises(NotAllowed, match=r"blames|names nobody|blank|template"):
        desk.status.publish.draft(
            issue, IssueStatus.INVESTIGATING, given, "carla", subjects=SUBJECTS, next_update_at=MORNING + timedelta(hours=3)
        )


def test_a_promise_is_kept_by_speaking_in_time_and_broken_by_speaking_late(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    published(desk, issue)
    desk.clock.advance(timedelta(hours=1))
    published(desk, issue)
    desk.clock.advance(timedelta(hours=3))
    published(desk, issue)
    states = [one.state for one in desk.status.status.promises()]
    assert states == [PromiseState.KEPT, PromiseState.BROKEN, PromiseState.OPEN]


def test_no_news_yet_is_ready_half_an_hour_ahead_once_and_is_not_published_by_itself(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    published(desk, issue)
    desk.clock.advance(timedelta(minutes=89))
    assert desk.status.promises.once().prepared == ()
    desk.clock.advance(timedelta(minutes=1))
    (draft,) = desk.status.promises.once().prepared
    assert desk.status.promises.once().prepared == ()
    assert draft.state is UpdateState.DRAFT
    assert draft.no_news
    assert "er is nog geen nieuws" in draft.texts["nl"]
    assert "there is no news yet" in draft.texts["en"]
    assert len(public_issues(desk.status.status)[0].updates) == 1
    line = desk.status.line(issue)
    assert line is not None
    assert (line.light, [one.update_id for one in line.drafts]) == (Light.ORANGE, [draft.update_id])


def test_publishing_no_news_in_time_keeps_the_promise_and_makes_the_next(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    published(desk, issue)
    desk.clock.advance(timedelta(minutes=95))
    (draft,) = desk.status.promises.once().prepared
    desk.status.publish.publish(draft.update_id, "carla")
    first, second = desk.status.status.promises()
    assert (first.state, second.state) == (PromiseState.KEPT, PromiseState.OPEN)
    assert second.due_at - first.due_at == timedelta(hours=2)


def test_a_promise_that_went_by_is_written_down_and_said_on_the_page_until_we_speak(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    due = desk.clock.now() + timedelta(hours=2)
    published(desk, issue, due=due)
    desk.clock.advance(timedelta(hours=3))
    assert [one.due_at for one in desk.status.promises.once().broken] == [due]
    assert desk.status.promises.once().broken == ()
    assert public_issues(desk.status.status)[0].late_since == due
    line = desk.status.line(issue)
    assert line is not None
    assert line.light is Light.RED
    published(desk, issue)
    assert public_issues(desk.status.status)[0].late_since is None
    assert desk.status.status.promises()[0].state is PromiseState.BROKEN, "speaking late does not make it kept"


def test_a_draft_whose_promise_has_gone_by_is_not_published(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    desk.clock.advance(timedelta(hours=3))
    with pytest.raises(NotAllowed, match="gone by"):
        desk.status.publish.publish(draft.update_id, "carla")


def test_solved_issues_are_told_to_whoever_asks_since_when(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    published(desk, issue)
    before = desk.clock.now()
    assert desk.status.status.resolved_since(MORNING) == []
    desk.clock.advance(timedelta(hours=1))
    resolved(desk, issue)
    assert [(one.issue_id, one.resolved_at) for one in desk.status.status.resolved_since(before)] == [(issue, desk.clock.now())]
    assert desk.status.status.resolved_since(desk.clock.now() + timedelta(seconds=1)) == []
    published(desk, issue)
    assert desk.status.status.resolved_since(before) == [], "it came back"


def test_silence_is_counted_while_people_go_on_writing(desk: Desk) -> None:
    first = desk.hear(mention("1", root_id="t"))
    issue = issue_of(desk, first)
    published(desk, issue)
    desk.clock.advance(timedelta(hours=5))
    line = desk.status.line(issue)
    assert line is not None
    assert line.silence is not None
    assert (round(line.silence.hours), line.silence.written, line.silence.too_long) == (5, 0, False)
    later = desk.hear(mention("2", root_id="t", posted_at=desk.clock.now()))
    desk.ledger.issues.move(later[0], issue, by="carla", at=desk.clock.now())
    line = desk.status.line(issue)
    assert line is not None
    assert line.silence is not None
    assert (line.silence.written, line.silence.too_long) == (1, True)
    resolved(desk, issue)
    line = desk.status.line(issue)
    assert line is not None
    assert line.silence is None


def test_an_issue_that_grows_while_we_never_spoke_is_on_the_list(desk: Desk) -> None:
    ids = heard(desk, 2)
    issue = issue_of(desk, ids)
    assert desk.status.lines() == ()
    at = desk.clock.now()
    burst = Signal(kind="burst", issue_id=issue, at=at, seen=9, usual=0.1, p_value=1e-9, window_hours=12, mention_ids=tuple(ids))
    desk.ledger.analyses.save(AnalysisStep(at=at, signals=(burst,)))
    (line,) = desk.status.lines()
    assert line.silence is not None
    assert (line.issue_id, line.silence.spoken) == (issue, False)


def test_a_correction_marks_what_it_puts_right(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    wrong = published(desk, issue)
    desk.clock.advance(timedelta(minutes=5))
    published(desk, issue, corrects=wrong.update_id)
    newest, oldest = public_issues(desk.status.status)[0].updates
    assert (newest.corrected_at, oldest.corrected_at) == (None, desk.clock.now())
    with pytest.raises(NotAllowed, match="cannot be corrected"):
        drafted(desk, issue, corrects=drafted(desk, issue).update_id)


def test_a_thrown_away_draft_stays_away(desk: Desk) -> None:
    draft = drafted(desk, issue_of(desk, heard(desk, 1)))
    desk.status.publish.discard(draft.update_id, "carla")
    with pytest.raises(NotAllowed, match="thrown away"):
        desk.status.publish.publish(draft.update_id, "carla")
    with pytest.raises(NotAllowed, match="no draft"):
        desk.status.publish.discard(draft.update_id, "carla")


def test_what_is_over_needs_no_promise(desk: Desk) -> None:
    issue = issue_of(desk, heard(desk, 1))
    draft = desk.status.publish.draft(issue, IssueStatus.RESOLVED, RESOLVED, "carla", subjects=SUBJECTS)
    assert "dit is opgelost" in draft.texts["nl"]
