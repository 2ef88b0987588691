"""Answers in Discord: in time, to whoever asked alone, once; and nothing is done for a press that Discord does not let us acknowledge."""

from __future__ import annotations

import asyncio
import threading

import pytest

from listener.ledger.ledger import Ledger
from moderation.bot import answering
from moderation.bot.asked import Asked, Kind
from moderation.bot.said import Said
from moderation.model.delivery import Picture
from tests.fakes.bot_rig import Echo, Rig, bot_on
from tests.fakes.discord_wire.book import Message
from tests.fakes.discord_wire.interactions import CHOICES, DEFERRED, DEFERRED_UPDATE, MESSAGE, OPEN_MODAL
from tests.fakes.discord_wire.interactions import Asked as Sent
from tests.fakes.discord_wire.people import ANNA, BRAM, CARL, STAFF
from tests.fakes.discord_wire.wire import discord_wire

BUTTONS = ({"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "k1.go"}]},)
BOX = {"type": 4, "custom_id": "text", "label": "Text", "style": 2}
A_FORM = {"title": "Write", "custom_id": "k1.form", "components": [{"type": 1, "components": [BOX]}]}
PNG = Picture(name="trend.png", png=b"\x89PNG\r\n", alt="A line that rises")


async def public_message(rig: Rig) -> Message:
    """Write a message with a button in the team's channel, for everybody there."""
    message_id = await rig.channels.post(STAFF, {"content": "An issue", "components": list(BUTTONS)})
    return rig.wire.book.messages[message_id]


async def test_a_command_is_acknowledged_at_once_and_answered_to_whoever_asked_alone(ledger: Ledger) -> None:
    """Discord gives three seconds; and what customers wrote is for one colleague's eyes (RULES S24)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()):
        asked = await wire.slash("ask", {"word": "@everyone"}, user=CARL)
    assert (asked.answer, asked.ephemeral) == (DEFERRED, True)
    assert asked.after_seconds < 0.5
    assert "@everyone" in asked.text
    assert asked.text.count(" en") == 1, "the language is that of whoever asks"
    assert wire.book.pings == []


async def test_a_slow_answer_arrives_and_a_stuck_one_is_given_up_in_words(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who waits hears something, whatever happens behind."""
    monkeypatch.setattr(answering, "ANSWER_SECONDS", 0.1)
    release = threading.Event()
    answers = Echo(said=lambda asked: (release.wait(0.05 if "quick" in asked.options else 5.0), Said(text="done"))[1])
    async with discord_wire() as wire, bot_on(wire, ledger, answers):
        quick = await wire.slash("ask", {"quick": True})
        stuck = await wire.slash("ask")
        release.set()
    assert "done" in quick.text
    assert "failed" in stuck.text


async def test_what_breaks_is_said_and_logged_without_what_was_asked(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """An error is ours to read, not a colleague's; texts do not belong in a log (RULES S16, S29)."""

    def breaks(_: Asked) -> Said:
        raise ValueError("canary-of-the-inside")

    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=breaks)):
        asked = await wire.slash("ask", {"word": "canary-of-a-person"})
    assert "failed" in asked.text
    assert "canary" not in asked.text
    assert "an answer in Discord failed" in caplog.text
    assert "canary-of-a-person" not in caplog.text


async def test_an_answer_that_discord_does_not_take_is_replaced_by_words(ledger: Ledger) -> None:
    """An embed that is too long is our mistake; "is thinking" for ever would be another."""
    too_long = Said(embeds=({"title": "x" * 300},))
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=lambda _: too_long)):
        asked = await wire.slash("ask")
    assert "failed" in asked.text
    assert len(wire.book.refused) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"code": 50035, "message": "x", "errors": {"a": {"_errors": ["other"]}}}),
        (429, {"no": 1}),
        (200, "<html>"),
        (400, [1]),
        (400, ""),
    ],
)
async def test_an_answer_of_discords_in_another_shape_breaks_nothing(ledger: Ledger, status: int, body: object) -> None:
    """A proxy, or a newer Discord, words errors otherwise than its library expects (RULES F18)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()):
        wire.fail("PATCH", "^/webhooks", status=status, body=body, headers={"Via": "1.1 google"})
        first = await wire.slash("ask", seconds=2.0)
        assert "ask" in (await wire.slash("ask")).text
    assert first.answer == DEFERRED
    assert status == 200 or "failed" in first.text


async def test_a_press_that_cannot_be_acknowledged_has_no_effect(ledger: Ledger) -> None:
    """Its person saw "this interaction failed" and presses again: then it may be done, and only then."""
    answers = Echo()
    async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
        message = await public_message(rig)
        wire.interactions.deadline_seconds = -1.0
        late = await wire.press(message, "Go", seconds=1.0)
        assert (late.answer, answers.asked) == (0, [])
        wire.interactions.deadline_seconds = 3.0
        wire.fail("POST", "/callback$", status=503)
        lost = await wire.press(message, "Go", seconds=1.0)
        assert (lost.answer, answers.asked) == (0, [])
        await wire.press(message, "Go")
        assert len(answers.asked) == 1


async def test_fifty_presses_are_fifty_interactions_and_one_sent_fifty_times_is_one(ledger: Ledger) -> None:
    """Discord's own repeats are dropped here; a colleague's are told apart, and who decides decides each (RULES F5)."""
    answers = Echo()
    async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
        message = await public_message(rig)
        pressed = await wire.press(message, "Go")
        frame = next(one for one in reversed(next(iter(wire.gateway.sessions.values())).sent) if one["t"] == "INTERACTION_CREATE")
        for _ in range(50):
            await wire.gateway.dispatch("INTERACTION_CREATE", frame["d"])
        await wire.press(message, "Go", user=BRAM)
    assert pressed.answer == DEFERRED_UPDATE
    assert [one.user_id for one in answers.asked] == [ANNA.user_id, BRAM.user_id]


async def test_a_message_that_others_see_is_never_replaced_by_what_one_asked(ledger: Ledger) -> None:
    """An answer with a customer's words in the place of the issue's message would show them to the whole channel (RULES S24)."""
    replaces = Said(text="a customer's words", replaces=True)
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=lambda _: replaces)) as rig:
        message = await public_message(rig)
        pressed = await wire.press(message, "Go")
        assert message.said["content"] == "An issue"
        assert [one.ephemeral for one in pressed.follow_ups] == [True]
        assert "a customer's words" in pressed.follow_ups[0].text
        assert [one.message_id for one in wire.book.standing(STAFF)] == [message.message_id]


async def test_an_answer_of_ones_own_is_replaced_with_its_pictures(ledger: Ledger) -> None:
    """Paging through a list must not fill the screen; and a picture of the page before is not of this one."""
    first = Said(text="page 1", rows=BUTTONS, pictures=(PNG,))
    second = Said(text="page 2", replaces=True)
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=lambda asked: first if asked.kind is Kind.COMMAND else second)):
        asked = await wire.slash("ask")
        assert asked.message is not None
        assert asked.message.files == {"trend.png": PNG.png}
        pressed = await wire.press(asked.message, "Go")
    assert pressed.message is asked.message
    assert "page 2" in asked.text
    assert (asked.message.files, pressed.follow_ups) == ({}, [])


async def test_a_form_opens_at_once_and_what_is_typed_comes_back(ledger: Ledger) -> None:
    """Discord takes a form as the first word only, within three seconds."""
    answers = Echo(said=lambda asked: Said(form=A_FORM) if asked.kind is Kind.COMMAND else Said(text=f"typed {asked.fields['text']}"))
    async with discord_wire() as wire, bot_on(wire, ledger, answers):
        opened = await wire.slash("form")
        assert (opened.answer, opened.said["title"]) == (OPEN_MODAL, "Write")
        sent = await wire.submit(opened, {"text": "Sorry!"})
        assert (sent.answer, sent.ephemeral) == (DEFERRED, True)
        assert "typed Sorry!" in sent.text


async def test_who_may_not_have_a_form_hears_so_alone(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=lambda _: Said(text="not with your role"))):
        asked = await wire.slash("form")
    assert (asked.answer, asked.ephemeral) == (MESSAGE, True)
    assert "not with your role" in asked.text


async def test_a_form_from_a_button_of_ones_own_may_answer_in_its_place(ledger: Ledger) -> None:
    """A preview takes the place of the answer below which its form was opened."""

    def say(asked: Asked) -> Said:
        if asked.kind is Kind.FORM:
            return Said(text="preview", replaces=True)
        return Said(form=A_FORM) if asked.name.startswith("form") else Said(text="a case", rows=rows)

    rows = ({"type": 1, "components": [{"type": 2, "style": 1, "label": "Write", "custom_id": "form.write"}]},)
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=say)):
        shown = await wire.slash("ask")
        opened = await wire.press(shown.message, "Write")
        sent = await wire.submit(opened, {"text": "x"})
        assert (opened.answer, sent.answer) == (OPEN_MODAL, DEFERRED_UPDATE)
        assert "preview" in shown.text


async def test_hints_come_while_somebody_types_and_are_none_when_they_are_late(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list is better than a red line below what somebody types."""
    monkeypatch.setattr(answering, "FIRST_SECONDS", 0.2)
    release = threading.Event()

    def hint(asked: Asked) -> Said:
        release.wait(5.0 if asked.options["word"] == "slow" else 0.0)
        return Said(choices=[(f"{asked.hinted} {asked.options['word']} {number}", number) for number in range(40)])

    async with discord_wire() as wire, bot_on(wire, ledger, Echo(said=hint)):
        quick = await wire.type_in("ask", "word", "st")
        slow = await wire.type_in("ask", "word", "slow")
        release.set()
    assert quick.choices[:2] == [{"name": "word st 0", "value": 0}, {"name": "word st 1", "value": 1}]
    assert (quick.answer, len(quick.choices), slow.answer, slow.choices) == (CHOICES, 25, CHOICES, [])


async def test_one_who_presses_without_end_keeps_nobody_else_waiting(ledger: Ledger) -> None:
    """Ten at a time of one person are enough (RULES F22)."""
    release = threading.Event()
    answers = Echo(said=lambda asked: (asked.user_id == ANNA.user_id and release.wait(5.0), Said(text="done"))[1])
    async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
        sent: list[Sent] = [await wire.slash("ask", settle=False) for _ in range(30)]
        await rig.until(lambda: sum(one.answer != 0 for one in sent) == answering.MOST_OF_ONE)
        other = asyncio.create_task(wire.slash("ask", user=BRAM))
        await asyncio.sleep(0.02)
        release.set()
        assert "done" in (await other).text
        assert sum(one.answer != 0 for one in sent) == answering.MOST_OF_ONE


@pytest.mark.parametrize("seconds", [0.05, 3600.0])
async def test_a_limit_that_discord_sets_is_kept(ledger: Ledger, seconds: float) -> None:
    """Waiting as long as told, and not a moment of asking in between (RULES F16)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        await wire.slash("ask")
        wire.limits.too_many("POST", "^/channels/", seconds)
        posting = asyncio.create_task(rig.channels.post(STAFF, {"content": "a line"}))
        answered = await wire.slash("ask")
        assert "ask" in answered.text, "answers have a limit of their own"
        if seconds < 1:
            assert (await posting).isdigit()
        else:
            with pytest.raises(Exception, match="Discord asks to wait"):
                await posting
        assert wire.book.too_soon == []


async def test_a_limit_on_everything_holds_for_everything(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        wire.limits.too_many("POST", "^/channels/", 0.15, everywhere=True)
        posting = asyncio.create_task(rig.channels.post(STAFF, {"content": "a line"}))
        await rig.until(lambda: len(wire.book.asked("POST", "/channels/")) == 1)
        asked = await wire.slash("ask")
        assert "ask" in asked.text
        assert (await posting).isdigit()
        assert wire.book.too_soon == []


@pytest.mark.parametrize(
    "gone", ["attachment_size_limit", "app_permissions", "entitlements", "context", "guild", "channel", "version", "locale"]
)
async def test_an_interaction_without_what_we_do_not_need_is_answered(ledger: Ledger, gone: str) -> None:
    """Bodies of Discord grow and shrink over the years; who, where and what is all that matters."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()):
        asked = await wire.slash("ask", drop=(gone,))
        assert "ask" in asked.text


async def test_buttons_of_before_a_restart_are_answered_after_it(ledger: Ledger) -> None:
    """What stands in a channel stays of use; nothing about it is kept in memory."""
    async with discord_wire() as wire:
        async with bot_on(wire, ledger, Echo()) as rig:
            message = await public_message(rig)
        answers = Echo()
        async with bot_on(wire, ledger, answers):
            pressed = await wire.press(message, "Go")
            assert "k1.go" in pressed.text
            assert [(one.kind, one.name, one.message_id) for one in answers.asked] == [(Kind.PRESS, "k1.go", message.message_id)]
