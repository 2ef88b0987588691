"""Knowledge from answered conversations: what is suggested, what people decide, what has to go."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import update

from listener.errors import ActionError, NotAllowed
from listener.ledger.transactions import writing
from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from listener.signals.rules import BURST, CAME_BACK
from moderation.ledger.audit import AuditLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.tables import outbox
from moderation.model.knowledge import ArticleState, Flag
from moderation.model.status import IssueStatus, NewUpdate
from tests.fakes.desk import mention
from tests.fakes.staff_knowledge import METER, OUTAGE, KnowledgeDay


def signal(kind: str, issue_id: int, day: KnowledgeDay) -> None:
    """Let the analyser see an issue move."""
    one = Signal(kind=kind, issue_id=issue_id, at=day.desk.clock.now(), seen=9, usual=1.0, p_value=1e-6, window_hours=12.0, mention_ids=())
    day.desk.ledger.analyses.save(AnalysisStep(at=day.desk.clock.now(), signals=(one,)))


def everything_kept(day: KnowledgeDay) -> str:
    """Return every word in every article table, as the file holds it."""
    with sqlite3.connect(str(day.desk.ledger.engine.url.database)) as raw:
        tables = [row[0] for row in raw.execute("select name from sqlite_master where type='table' and name like 'article%'")]
        return json.dumps([raw.execute(f"select * from {table}").fetchall() for table in tables], default=str)


def test_what_is_asked_and_answered_again_and_again_is_suggested_once(day: KnowledgeDay) -> None:
    day.answer_all(OUTAGE, METER)
    first = day.suggested()
    assert sorted(one.evidence for one in first) == [3, 3]
    assert {"compensatie" in one.answer.lower() for one in first} == {True, False}
    again = day.known.refresh.once()
    assert (again.suggested, again.grown) == (0, 0), "looking twice changes nothing"
    assert day.suggested() == first


def test_two_conversations_are_not_enough(day: KnowledgeDay) -> None:
    day.answer_all(OUTAGE[:2])
    assert day.suggested() == []


def test_a_suggestion_tells_nothing_of_anybody(day: KnowledgeDay) -> None:
    """Greeting, signature, names, handles and numbers stay with the conversation."""
    for number in range(3):
        day.answer(
            "Hoe meld ik mijn verhuizing? Ik ben Merel Visser, 06-12345678",
            "Hoi Merel,\n\nJe verhuizing meld je bij Mijn gegevens, Merel. "
            f"We sturen het naar merel{number}@voorbeeld.nl of @merel.\n\nGroet, Sanne",
            author="merel visser",
        )
    (found,) = day.suggested()
    whole = f"{found.question} {found.answer}".lower()
    for private in ("merel", "visser", "12345678", "@voorbeeld", "hoi", "groet", "sanne"):
        assert private not in whole
    assert "verhuizing meld je bij mijn gegevens" in whole


def test_languages_and_brands_are_never_mixed(day: KnowledgeDay) -> None:
    for number, (question, answer) in enumerate(OUTAGE):
        day.answer(question, answer, brand="Stroomwerk" if number else "Gaswerk")
    assert day.suggested() == []


def test_a_later_conversation_adds_to_the_article_it_belongs_to(day: KnowledgeDay) -> None:
    day.answer_all(OUTAGE)
    (found,) = day.suggested()
    approved = day.approved(found)
    day.answer("Krijg ik compensatie voor de stroomstoring van maandag, en hoe?", "Vraag compensatie aan via Mijn gegevens.")
    assert day.known.refresh.once().grown == 1
    now = day.known.keep.show(approved.article_id)
    assert now is not None
    assert (now.article.evidence, now.article.answer) == (4, approved.answer)  # people's words stay
    assert day.known.keep.list(states=[ArticleState.SUGGESTED]) == ()


def test_what_a_person_retired_is_not_suggested_again(day: KnowledgeDay) -> None:
    day.answer_all(OUTAGE)
    (found,) = day.suggested()
    day.known.keep.retire(found.article_id, found.turn, by="bram")
    day.answer("Krijg ik compensatie voor de stroomstoring van maandag, en hoe?", "Vraag compensatie aan via Mijn gegevens.")
    assert day.suggested() == []


class TestPeopleDecide:
    """Every act names what it was decided on, is in the audit log, and can be taken back while nothing happened since."""

    def test_an_edit_is_a_new_version_with_who_and_why(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        (found,) = day.suggested()
        day.known.keep.edit(found.article_id, found.turn, "Hoe vraag ik compensatie aan?", "Zo doe je dat.", by="bram", reason="korter")
        shown = day.known.keep.show(found.article_id)
        assert shown is not None
        assert [(one.version, one.made_by, one.note) for one in shown.versions] == [(2, "bram", "korter"), (1, "suggested", "")]
        assert shown.article.answer == "Zo doe je dat."

    def test_an_act_on_what_somebody_else_changed_meanwhile_is_refused(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        (found,) = day.suggested()
        day.known.keep.approve(found.article_id, found.turn, by="bram")
        with pytest.raises(ActionError, match="changed meanwhile"):
            day.known.keep.edit(found.article_id, found.turn, "v", "a", by="anna", may_approve=True)

    def test_every_act_can_be_taken_back_once_and_only_the_last(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE, METER)
        one, other = day.suggested()
        day.known.keep.merge(one.article_id, one.turn, other.article_id, by="bram")
        assert day.shown(other.article_id).article.evidence == 6
        act = day.shown(one.article_id).acts[0]
        assert act.undoable
        back = day.known.keep.undo(act.act_id, by="bram")
        assert (back.state, back.merged_into) == (ArticleState.SUGGESTED, None)
        assert day.shown(other.article_id).article.evidence == 3
        with pytest.raises(ActionError):
            day.known.keep.undo(act.act_id, by="bram")

    def test_an_approved_article_is_changed_by_who_may_approve(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0])
        with pytest.raises(NotAllowed) as refused:
            day.known.keep.edit(approved.article_id, approved.turn, "v?", "a", by="anna")
        assert refused.value.key == "know_approver"

    def test_acts_stand_in_the_audit_log_and_hold_no_words(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0], answer="Geheim woord kanarie")
        audit = AuditLedger(day.desk.ledger.engine)
        lines = audit.lines(subject=f"article:{approved.article_id}")
        assert [one.verb for one in lines] == ["suggest_article", "edit_article", "approve_article"]
        assert "kanarie" not in "".join(one.detail for one in lines)
        assert audit.find_break() is None


class TestFlags:
    """An answer may go stale; people are told, and only news since they last looked counts."""

    @pytest.fixture
    def known(self, day: KnowledgeDay) -> tuple[KnowledgeDay, int, int]:
        mentions = day.answer_all(OUTAGE)
        issue_id = day.issue(mentions)
        approved = day.approved(day.suggested()[0])
        day.desk.clock.advance(timedelta(hours=1))
        return day, approved.article_id, issue_id

    @pytest.mark.parametrize(("kind", "why"), [(CAME_BACK, Flag.CAME_BACK), (BURST, Flag.GROWS)])
    def test_an_article_is_flagged_when_its_issue_moves(self, known: tuple[KnowledgeDay, int, int], kind: str, why: Flag) -> None:
        day, article_id, issue_id = known
        assert day.known.refresh.once().flagged == 0
        signal(kind, issue_id, day)
        assert day.known.refresh.once().flagged == 1
        found = day.shown(article_id).article
        assert found.flag is why
        assert day.known.keep.list()[0].article_id == article_id  # flagged first

    def test_a_public_status_after_the_approval_flags(self, known: tuple[KnowledgeDay, int, int]) -> None:
        day, article_id, issue_id = known
        new = NewUpdate(
            issue_id=issue_id,
            status=IssueStatus.CAUSE_KNOWN,
            subjects={"nl": "de storing"},
            texts={"nl": "We weten de oorzaak."},
            templates={"nl": ""},
            made_by="anna",
            made_at=day.desk.clock.now(),
        )
        statuses = StatusLedger(day.desk.ledger.engine)
        statuses.publish(statuses.add(new).update_id, who="anna", at=day.desk.clock.now())
        day.known.refresh.once()
        assert day.shown(article_id).article.flag is Flag.STATUS

    def test_saying_that_it_still_holds_counts_from_then_on(self, known: tuple[KnowledgeDay, int, int]) -> None:
        day, article_id, issue_id = known
        signal(BURST, issue_id, day)
        day.known.refresh.once()
        day.desk.clock.advance(timedelta(minutes=1))
        found = day.shown(article_id).article
        assert day.known.keep.check(article_id, found.turn, by="bram").flag is None
        assert day.known.refresh.once().flagged == 0
        day.desk.clock.advance(timedelta(minutes=1))
        signal(BURST, issue_id, day)
        assert day.known.refresh.once().flagged == 1


class TestRemoval:
    """Nothing of a message that is gone stays readable in an article (RULES F7)."""

    def test_a_line_of_evidence_goes_with_its_message(self, day: KnowledgeDay) -> None:
        mentions = day.answer_all(OUTAGE)
        (found,) = day.suggested()
        day.remove(mentions[0])
        now = day.known.keep.show(found.article_id)
        assert now is not None
        assert now.article.evidence == len(now.evidence) == 2  # at once, before anything is tidied
        assert day.known.refresh.once().forgotten == 1

    def test_a_suggestion_that_rests_on_nothing_goes_whole(self, day: KnowledgeDay) -> None:
        mentions = day.answer_all(OUTAGE)
        (found,) = day.suggested()
        for one in mentions:
            day.remove(one)
        assert day.known.refresh.once().dropped == 1
        assert day.known.keep.show(found.article_id) is None
        assert "compensatie" not in everything_kept(day)

    def test_words_taken_over_from_a_customer_go_and_our_own_stay(self, day: KnowledgeDay) -> None:
        mentions = day.answer_all(OUTAGE)
        (found,) = day.suggested()
        taken_over = day.known.keep.approve(found.article_id, found.turn, by="bram")
        assert taken_over.question
        for one in mentions:
            day.remove(one)
        shown = day.known.keep.show(found.article_id)
        assert shown is not None
        assert shown.article.question == "", "not for a moment"
        day.known.refresh.once()
        assert taken_over.question not in everything_kept(day)
        now = day.known.keep.show(found.article_id)
        assert now is not None
        assert (now.article.flag, now.article.answer) == (Flag.WORDS_GONE, taken_over.answer)

    def test_a_question_in_our_own_words_outlives_the_message(self, day: KnowledgeDay) -> None:
        mentions = day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0], question="Vergoeding na een storing?")
        for one in mentions:
            day.remove(one)
        day.known.refresh.once()
        assert day.shown(approved.article_id).article.question == "Vergoeding na een storing?"

    def test_an_edit_that_keeps_the_customers_words_is_still_theirs(self, day: KnowledgeDay) -> None:
        mentions = day.answer_all(OUTAGE)
        (found,) = day.suggested()
        day.known.keep.edit(found.article_id, found.turn, found.question + " (2026)", found.answer, by="bram")
        for one in mentions:
            day.remove(one)
        day.known.refresh.once()
        assert "2026)" not in everything_kept(day)


class TestFromTheCommunity:
    """A customer who helped another has written half an article."""

    def test_a_helpers_answer_becomes_a_suggestion_once(self, day: KnowledgeDay) -> None:
        asked = day.ask("Hoe reset ik de thermostaat?")
        helped = day.ask("Hoi, hou de knop tien seconden ingedrukt. Mail me op jan@voorbeeld.nl", author="jan")
        made = day.known.make.from_helper(day.case_of(asked), helped, "anna")
        assert (made.state, made.made_by) == (ArticleState.SUGGESTED, "anna")
        assert made.answer.startswith("Hou de knop tien seconden ingedrukt")
        assert "jan@" not in made.answer
        assert day.known.make.from_helper(day.case_of(asked), helped, "bram").article_id == made.article_id

    def test_it_goes_with_the_helpers_message(self, day: KnowledgeDay) -> None:
        asked = day.ask("Hoe reset ik de thermostaat?")
        helped = day.ask("Hou de knop tien seconden ingedrukt", author="jan")
        made = day.known.make.from_helper(day.case_of(asked), helped, "anna")
        day.remove(helped)
        day.known.refresh.once()
        assert day.known.keep.show(made.article_id) is None
        assert "knop" not in everything_kept(day)

    def test_a_case_that_is_gone_makes_none(self, day: KnowledgeDay) -> None:
        with pytest.raises(NotAllowed):
            day.known.make.from_helper(99, day.ask("Hoe reset ik?"), "anna")


class TestBesideAReply:
    """Approved articles only, of this brand and language, nearest first, with where they come from."""

    def test_an_approved_article_is_offered_with_its_sources(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE, METER)
        for one in day.suggested():
            day.approved(one, question=one.question)
        day.known.refresh.once()
        stored = day.desk.ledger.mentions.by_ids([day.ask("Waar lees ik de meterstand af van mijn nieuwe meter?")])
        first, *_ = day.known.offer.to_case(stored, language="nl", brand="Stroomwerk")
        assert "knop" in first.answer
        assert len(first.sources) == 3
        assert 0.35 <= first.fit <= 1

    def test_a_suggestion_nobody_approved_is_not_offered(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        day.suggested()
        stored = day.desk.ledger.mentions.by_ids([day.ask(OUTAGE[0][0])])
        assert day.known.offer.to_case(stored, language="nl", brand="Stroomwerk") == ()

    def test_another_brands_article_is_not_offered_nor_used(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0])
        stored = day.desk.ledger.mentions.by_ids([day.ask(OUTAGE[0][0])])
        assert day.known.offer.to_case(stored, language="nl", brand="Gaswerk") == ()
        with pytest.raises(NotAllowed):
            day.known.offer.usable(approved.article_id, brand="Gaswerk")

    def test_without_the_model_it_goes_by_words(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0], question="Hoe vraag ik compensatie aan na een stroomstoring?")
        (found,) = day.known.offer.to_text("compensatie stroomstoring maandag", language="nl", brand="Stroomwerk")
        assert found.article_id == approved.article_id

    def test_what_was_used_counts_once_a_case(self, day: KnowledgeDay) -> None:
        day.answer_all(OUTAGE)
        approved = day.approved(day.suggested()[0])
        case_id = day.case_of(day.ask("Is er compensatie?"))
        for _ in range(2):
            day.known.offer.use(approved.article_id, case_id, by="anna")
        assert [one.article_id for one in day.known.offer.used_in(case_id)] == [approved.article_id]
        assert day.shown(approved.article_id).article.used == 1


def test_a_reply_that_was_taken_back_teaches_nothing(day: KnowledgeDay) -> None:
    """What we withdrew is no answer that worked."""
    day.answer_all(OUTAGE)
    entries = day.desk.entries.entries()
    with writing(day.desk.ledger.engine) as tx:  # the last post turns out to have taken the first one away
        values = {"removes": entries[0].platform_id}
        tx.execute(update(outbox).where(outbox.c.entry_id == entries[1].entry_id).values(values))
    assert day.known.refresh.once().looked_at == 1


def test_a_mention_without_analysis_is_left_alone(day: KnowledgeDay) -> None:
    day.desk.hear(mention())
    assert day.known.refresh.once().looked_at == 0
