"""Whoever asks to be left alone is left alone from then on, until they ask something themselves (RULES P2, P34)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from listener.ledger.transactions import reading
from listener.model.mention import PROVEN_SENDER, Author, Mention
from moderation.ledger.leave_facts import leave_facts
from moderation.model.leave import UNPROVEN, Consent, OptOut
from moderation.model.outbox import EntryState
from moderation.model.post import AccountId, PostKind, Target
from tests.fakes.desk import MORNING, Desk, edited, mention, open_desk

EVA = Author(platform="feed", realm="forum.example", native_id="eva", name="Eva")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        yield desk


def said(native_id: str, text: str, *, minutes: int = 0, **changes: object) -> Mention:
    return mention(native_id, text, author=EVA, posted_at=MORNING + timedelta(minutes=minutes), **changes)


async def test_opt_out_then_trigger_sends_nothing(shop: Desk) -> None:
    """RULES P2 by its own test: the approval was given before, the opt-out came in, and then the gateway runs."""
    (asked,) = shop.hear(said("1", "Hebben jullie een storing?"))
    reply = shop.approved(asked)
    invitation = shop.draft(asked, "Klacht, compliment of beoordeling? Alle drie zijn welkom.", kind=PostKind.INVITATION)
    invited = shop.outbox.approve(invitation.draft_id, "anna")
    shop.hear(said("2", "@stroomwerk niet meer benaderen graag", minutes=5, root_id="1"))
    await shop.settle()
    assert shop.platform.posts() == []
    assert {shop.state(reply.entry_id), shop.state(invited.entry_id)} == {EntryState.NEEDS_HUMAN}
    assert "opted_out" in shop.entry(reply.entry_id).note


async def test_an_opt_out_is_kept_before_its_message_becomes_a_case(shop: Desk) -> None:
    hit_at = said("1", "stop")
    shop.hear(hit_at)
    (kept,) = shop.leave.opt_outs()
    assert (kept.person_key, kept.how, kept.mention_id) == (EVA.key, "words", 1)
    assert kept.at == MORNING
    assert shop.audit.lines()[0].verb == "opt_out"


async def test_a_new_question_of_theirs_gets_a_personal_answer_and_nothing_else(shop: Desk) -> None:
    shop.hear(said("1", "Laat me met rust"))
    (question,) = shop.hear(said("2", "Hoe laat komt de monteur?", minutes=60))
    entry = shop.approved(question)
    with pytest.raises(NotAllowed, match="asked to be left alone"):
        shop.outbox.approve(shop.draft(question, "Klacht of compliment? Welkom.", kind=PostKind.INVITATION).draft_id, "anna")
    await shop.settle()
    assert shop.state(entry.entry_id) is EntryState.SENT


async def test_the_opt_out_itself_and_what_came_before_it_are_not_answered(shop: Desk) -> None:
    first, second = shop.hear(said("1", "Hebben jullie een storing?"), said("2", "afmelden", minutes=5))
    for one in (first, second):
        with pytest.raises(NotAllowed, match="opted_out"):
            shop.approved(one)


async def test_an_edit_that_says_it_counts_from_the_edit(shop: Desk) -> None:
    told = said("1", "Hebben jullie een storing?")
    (asked,) = shop.hear(told)
    entry = shop.approved(asked)
    shop.hear(edited(told, "Laat maar. Niet meer benaderen.", at=MORNING + timedelta(minutes=9)))
    assert shop.leave.opted_out(EVA.key)
    await shop.settle()
    assert shop.state(entry.entry_id) is EntryState.NEEDS_HUMAN
    assert "opted_out" in shop.entry(entry.entry_id).note


async def test_only_messages_to_us_count(shop: Desk) -> None:
    """Somebody who tells another visitor to stop told us nothing."""
    shop.hear(said("1", "stop"), directed=False)
    assert shop.leave.opt_outs() == []


async def test_a_reply_below_our_post_is_to_us_also_without_our_name(shop: Desk) -> None:
    (asked,) = shop.hear(said("1", "Hebben jullie een storing?"))
    entry = shop.approved(asked)
    await shop.settle()
    ours = shop.entry(entry.entry_id).platform_id
    shop.hear(said("2", "laat me met rust", minutes=30, root_id="1", parent_id=ours), directed=False)
    assert shop.leave.opted_out(EVA.key)


async def test_in_a_flat_thread_whoever_we_answered_speaks_to_us(shop: Desk) -> None:
    (asked,) = shop.hear(said("1", "Hebben jullie een storing?"))
    shop.approved(asked)
    await shop.settle()
    shop.hear(said("2", "niet meer benaderen", minutes=30, root_id="1"), directed=False)
    assert shop.leave.opted_out(EVA.key)


async def test_reading_again_after_a_restart_adds_nothing(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.hear(said("1", "stop"))
        assert desk.read_opt_outs().read == 0
    with open_desk(tmp_path, start=MORNING + timedelta(hours=1)) as desk:
        desk.read_opt_outs()
        assert len(desk.leave.opt_outs()) == 1


def test_a_person_may_come_back_and_the_old_message_does_not_undo_it(shop: Desk) -> None:
    shop.hear(said("1", "stop"))
    assert shop.leave.end_opt_out(EVA.key, who="anna", at=MORNING, why="asked by telephone")
    assert not shop.leave.opted_out(EVA.key)
    again = OptOut(person_key=EVA.key, at=MORNING, how="words", noted_by="schedule", mention_id=1)
    assert not shop.leave.add_opt_out(again)
    assert not shop.leave.opted_out(EVA.key)
    assert len(shop.leave.opt_outs(ended=True)) == 1


def test_nobody_in_particular_never_opted_out(shop: Desk) -> None:
    shop.hear(mention("1", "stop", author=None))
    assert shop.leave.opt_outs() == []
    assert not shop.leave.opted_out("")


def test_consent_is_for_one_channel_and_can_be_withdrawn(shop: Desk) -> None:
    given = Consent(person_key=EVA.key, channel="email", wording="feedback@1", given_at=MORNING, noted_by="anna", source="form 12")
    shop.leave.add_consent(given)
    assert shop.leave.consent(EVA.key, "email") == given
    assert shop.leave.consent(EVA.key, "discord") is None
    assert shop.leave.withdraw(EVA.key, "email", who="anna", at=MORNING)
    assert not shop.leave.withdraw(EVA.key, "email", who="anna", at=MORNING)
    assert shop.leave.consent(EVA.key, "email") is None
    assert shop.leave.consents(EVA.key)[0].withdrawn_at == MORNING


KIM = Author(platform="mail", realm="zoemvolt.example", native_id="kim@klant.example", name="Kim")


def mailed(number: int, text: str, *, minutes: int = 0, proven: bool = False) -> Mention:
    at = MORNING + timedelta(minutes=minutes)
    one = mention(f"<{number}@klant.example>", text, author=KIM, platform=KIM.platform, realm=KIM.realm, channel="email", posted_at=at)
    return replace(one, flags=frozenset({PROVEN_SENDER}) if proven else frozenset())


@pytest.mark.parametrize("proven", [True, False])
async def test_an_opt_out_by_mail_is_honoured_and_says_when_nobody_proved_it(shop: Desk, proven: bool) -> None:
    """Anybody can write Kim's address above a mail. Leaving her alone for nothing does little harm, and a colleague undoes it."""
    shop.hear(mailed(1, "Niet meer benaderen", proven=proven))
    (kept,) = shop.leave.opt_outs()
    assert (kept.person_key, kept.note) == (KIM.key, "" if proven else UNPROVEN)


@pytest.mark.parametrize("proven", [True, False])
async def test_a_mail_that_anybody_may_have_sent_takes_no_opt_out_back(shop: Desk, proven: bool) -> None:
    """Under the name of who asked to be left alone, a stranger could have us write to them again."""
    shop.hear(mailed(1, "Niet meer benaderen", proven=True))
    (question,) = shop.hear(mailed(2, "Hoe laat komt de monteur?", minutes=60, proven=proven))
    with reading(shop.ledger.engine) as tx:
        target = Target(platform="mail", realm=KIM.realm, mention_id=question, thread_id="<2@klant.example>")
        facts = leave_facts(tx, account=AccountId(platform="mail", realm=KIM.realm, native_id="loket"), target=target, at=MORNING)
    assert (facts.opted_out, facts.asked_since) == (True, proven)


async def test_no_mail_is_consent(shop: Desk) -> None:
    """Consent is what a colleague noted; words of a mail make none, proven or not."""
    shop.hear(mailed(1, "Ja, u mag mij mailen. Ik ga akkoord. Start", proven=True), mailed(2, "Ja hoor, mail gerust"))
    assert shop.leave.consents() == []
