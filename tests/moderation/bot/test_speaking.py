"""Words that may leave in the brand's name, from Discord: replies and public status, on the same road as from the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moderation.model.object_kind import ObjectKind
from moderation.model.outbox import EntryState
from moderation.model.status import IssueStatus, UpdateState
from tests.fakes.bot_house import BASE_URL, COLLEAGUE, LANGUAGES, BotHouse, links_in, text_of
from tests.fakes.house import AUTHOR, OURS, THEIRS

ISSUE = ObjectKind.ISSUE
INVESTIGATING = {"known": "De storing zit in wijk Zuid.", "doing": "Monteurs zijn onderweg."}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reply_leaves_only_when_send_is_pressed_on_what_was_shown(bot_house: BotHouse, lang: str) -> None:
    """The road is that of the pages: form, preview with what puts people off, Send, outbox. Twice pressed is once sent."""
    case_id = bot_house.new_case(holder=AUTHOR)
    form = bot_house.command("reply", lang=lang, case=case_id)
    shown = bot_house.send(form, {"text": "Geen probleem, dat kan niet. Stuur je ons je postcode?"}, lang=lang)
    assert bot_house.entries(case_id) == []
    assert "Geen probleem" in text_of(shown)
    assert "✎" in text_of(shown)  # both are on the list of words that put people off
    first = bot_house.press(shown, "reply_send", lang=lang)
    (entry,) = bot_house.entries(case_id)
    assert entry.state is EntryState.APPROVED
    assert entry.approved_by == AUTHOR
    assert first.replaces
    bot_house.press(shown, "reply_send", lang=lang)
    assert len(bot_house.entries(case_id)) == 1


def test_a_reply_is_written_by_whoever_holds_the_conversation(bot_house: BotHouse) -> None:
    """One customer hears one voice."""
    case_id = bot_house.new_case(holder=AUTHOR)
    said = bot_house.command("reply", as_=COLLEAGUE, case=case_id)
    assert said.form is None
    assert AUTHOR in said.text


def test_a_form_of_an_older_text_overwrites_nothing(bot_house: BotHouse) -> None:
    """The same form open on two screens: the second one hears that the text changed, and what was kept stays."""
    case_id = bot_house.new_case(holder=AUTHOR)
    one, other = bot_house.command("reply", case=case_id), bot_house.command("reply", case=case_id)
    bot_house.send(one, {"text": "De eerste tekst, van vandaag."})
    said = bot_house.send(other, {"text": "Een andere tekst."})
    assert "ander venster" in said.text
    assert bot_house.desk.replies.write.mine(case_id, AUTHOR).words.text == "De eerste tekst, van vandaag."


def test_a_text_that_a_rule_forbids_is_kept_and_cannot_be_sent(bot_house: BotHouse) -> None:
    """Whoever asked to be left alone gets nothing; what was typed is not lost, and the rule is named."""
    case_id = bot_house.new_case(holder=AUTHOR)
    author = bot_house.desk.inbox.show(case_id).mentions[0].mention.author
    bot_house.desk.conversation.leave.opt_out(author.key, AUTHOR)
    said = bot_house.send(bot_house.command("reply", case=case_id), {"text": "Dag, we kijken met je mee."})
    assert "⛔" in text_of(said)
    assert "reply_send" not in bot_house.verbs(said)
    assert bot_house.desk.replies.write.mine(case_id, AUTHOR).words.text


def test_what_the_customer_wrote_meanwhile_is_read_before_anything_is_sent(bot_house: BotHouse) -> None:
    """A press on an old preview must not answer a conversation that went on."""
    case_id = bot_house.new_case(holder=AUTHOR)
    shown = bot_house.send(bot_house.command("reply", case=case_id), {"text": "Dag, we kijken met je mee."})
    row = bot_house.desk.cases.get(case_id)
    bot_house.desk.queueing.acts.release(case_id, AUTHOR, row.version)
    bot_house.desk.queueing.acts.claim(case_id, AUTHOR, bot_house.desk.cases.get(case_id).version)
    said = bot_house.press(shown, "reply_send")
    assert "veranderd" in said.text
    assert bot_house.entries(case_id) == []


def test_a_second_person_is_asked_where_the_house_wants_two(bot_house: BotHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four eyes hold here as on the pages: Discord shows no Send, and a Send that was shown before is refused."""
    case_id = bot_house.new_case(holder=AUTHOR)
    before = bot_house.send(bot_house.command("reply", case=case_id), {"text": "Dag, we kijken met je mee."})
    monkeypatch.setattr(bot_house.desk.outbox, "_four_eyes", True)
    assert "Iemand anders" in bot_house.press(before, "reply_send").text
    shown = bot_house.send(bot_house.command("reply", case=case_id), {"text": "Dag, we kijken met je mee!"})
    assert "reply_send" not in bot_house.verbs(shown)
    assert bot_house.press(shown, "reply_ask").replaces
    assert bot_house.entries(case_id) == []
    (waits,) = bot_house.desk.replies.send.waiting(bot_house.house.people.named(COLLEAGUE).person, language="nl")
    assert waits.draft.case_id == case_id


def test_what_was_shown_before_a_restart_is_pressed_after_it(bot_house: BotHouse) -> None:
    """A message in a channel outlives the process that posted it."""
    case_id = bot_house.new_case(holder=AUTHOR)
    shown = bot_house.send(bot_house.command("reply", case=case_id), {"text": "Dag, we kijken met je mee."})
    bot_house.restart()
    bot_house.press(shown, "reply_send")
    assert len(bot_house.entries(case_id)) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_status_update_is_worded_in_both_languages_and_not_published(bot_house: BotHouse, lang: str) -> None:
    """Customers read it in both; publishing asks who somebody is again, which happens on the page."""
    issue_id = bot_house.house.things[ISSUE][OURS]
    first = bot_house.command("status", lang=lang, issue=issue_id, state="investigating")
    between = bot_house.send(first, {**INVESTIGATING, "subject": "de storing in Zuid", "next_update": "23:45"}, lang=lang)
    second = bot_house.press(between, "status_next", lang=lang)
    english = {"known": "The outage is in the south.", "doing": "Mechanics are on their way.", "subject": "the outage in the south"}
    draft = bot_house.send(second, english, lang=lang)
    assert "wijk Zuid" in text_of(draft)
    assert "in the south" in text_of(draft)
    kept = bot_house.desk.status.line(issue_id).drafts[0]
    assert (kept.status, kept.made_by, kept.state) == (IssueStatus.INVESTIGATING, AUTHOR, UpdateState.DRAFT)
    said = bot_house.press(draft, "status_publish", lang=lang)
    assert links_in(said) == [f"{BASE_URL}/status/{issue_id}"]
    assert bot_house.desk.status.publish.get(kept.update_id).state is UpdateState.DRAFT
    assert bot_house.press(draft, "status_discard", lang=lang).replaces
    assert bot_house.desk.status.line(issue_id).drafts == ()


def test_a_draft_that_a_colleague_left_is_worded_anew_and_takes_its_place(bot_house: BotHouse) -> None:
    """ "No news yet" lies ready every time a promise is near: somebody has to make it their own."""
    issue_id = bot_house.house.things[ISSUE][THEIRS]
    made = bot_house.desk.status.publish.draft(
        issue_id,
        IssueStatus.FIXING,
        {"nl": {"doing": "We vervangen een kabel."}, "en": {"doing": "We replace a cable."}},
        COLLEAGUE,
        next_update_at=bot_house.house.clock.now() + timedelta(hours=1),
    )
    shown = bot_house.command("status", issue=issue_id, state="fixing")
    assert shown.form is not None
    between = bot_house.send(shown, {"doing": "Een andere kabel.", "next_update": "23:45"})
    other = bot_house.send(bot_house.press(between, "status_next"), {"doing": "Another cable."})
    form = bot_house.press(other, "status_take_over", as_=COLLEAGUE)
    then = bot_house.send(form, {"doing": "De kabel ligt er.", "next_update": "23:50"}, as_=COLLEAGUE)
    bot_house.send(bot_house.press(then, "status_next", as_=COLLEAGUE), {"doing": "The cable is there."}, as_=COLLEAGUE)
    drafts = {one.update_id: one.made_by for one in bot_house.desk.status.line(issue_id).drafts}
    assert made.update_id in drafts
    assert list(drafts.values()).count(COLLEAGUE) == 2  # theirs from before, and the one that took the place of AUTHOR's
    assert AUTHOR not in drafts.values()
