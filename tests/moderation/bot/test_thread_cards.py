"""What an issue's thread shows to the team: the issue with buttons that stay the same through edits and ask each presser's rights."""

from __future__ import annotations

from dataclasses import replace

from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from moderation.bot.digest_rows import digest_rows
from moderation.bot.said import Said
from moderation.bot.thread_card import ThreadCards
from moderation.chatting import chat_over
from moderation.ledger.bot import BotLedger
from moderation.model.issue_thread import ThreadNow
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Role
from moderation.settings_bot import BotSettings
from tests.fakes.bot_house import COLLEAGUE, ROLES, BotHouse, ids_in, text_of
from tests.fakes.bot_rig import bot_on
from tests.fakes.discord_wire.checks import message_errors, pings
from tests.fakes.discord_wire.people import GUILD, ISSUES
from tests.fakes.discord_wire.wire import discord_wire
from tests.fakes.house import AUTHOR, OURS, THEIRS, WORDS


def cards(house: BotHouse) -> ThreadCards:
    return ThreadCards(house.bot, lambda: house.house.parts.listening.pseudonym_key, channel_id=ISSUES, language="nl")


def noticed(house: BotHouse, issue_id: int) -> None:
    """Let something about an issue be noticed."""
    at = house.house.clock.now()
    signal = Signal(kind="burst", issue_id=issue_id, at=at, seen=9, usual=1.0, p_value=1e-6, window_hours=1.0, mention_ids=())
    house.desk.ledger.analyses.save(AnalysisStep(at=at, signals=(signal,)))
    house.restart()  # figures are counted anew within the minute; not waited for here


def shown(now: ThreadNow) -> Said:
    return Said(text=now.body["content"], embeds=tuple(now.body["embeds"]), rows=tuple(now.body["components"]))


def test_an_issue_that_was_noticed_wants_a_thread_and_others_do_not(bot_house: BotHouse) -> None:
    """Opened from signals: what merely exists is on the list, not in the channel."""
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]
    before = {one.issue_id for one in cards(bot_house).now([])}
    noticed(bot_house, issue_id)
    (found,) = [one for one in cards(bot_house).now([]) if one.issue_id == issue_id]
    assert bot_house.house.things[ObjectKind.ISSUE][THEIRS] not in before
    assert WORDS[OURS] in text_of(shown(found))
    assert list(message_errors(found.body)) == []
    assert pings(found.body) == []
    assert found.mark in ids_in(shown(found))


def test_a_button_keeps_its_id_and_does_what_is_shown_now(bot_house: BotHouse) -> None:
    """An edit that gave new ids would kill the button under somebody's finger; one that kept old facts would act on what is gone."""
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]
    (first,) = cards(bot_house).now([issue_id])[:1]
    bot_house.press(shown(first), "issue_mute", as_=COLLEAGUE)
    assert COLLEAGUE in bot_house.press(shown(first), "issue_mute").text, "it changed since this was shown"
    (second,) = cards(bot_house).now([issue_id])[:1]
    assert second.mark == first.mark
    assert "issue_unmute" in bot_house.verbs(shown(second))
    bot_house.press(shown(second), "issue_unmute")
    assert not bot_house.desk.ledger.issues.get(issue_id).muted


def test_whoever_looks_first_is_named_for_all(bot_house: BotHouse) -> None:
    """ "I am looking at it" saves a second colleague the work."""
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]
    noticed(bot_house, issue_id)
    (first,) = cards(bot_house).now([issue_id])[:1]
    assert "Collega's zien" in bot_house.press(shown(first), "signal_seen", as_=COLLEAGUE).text
    assert COLLEAGUE in bot_house.press(shown(first), "signal_seen").text
    (second,) = cards(bot_house).now([issue_id])[:1]
    assert COLLEAGUE in second.body["content"]
    assert second.shown != first.shown


def test_everybody_reads_the_thread_and_each_presses_what_their_role_may(bot_house: BotHouse) -> None:
    """The message is one for all; the press is each person's own."""
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]
    (now,) = cards(bot_house).now([issue_id])[:1]
    viewer = ROLES[Role.VIEWER]
    assert WORDS[OURS] in text_of(bot_house.press(shown(now), "issue_open", as_=viewer))
    assert "jouw rol" in bot_house.press(shown(now), "case_next", as_=viewer).text
    assert bot_house.press(shown(now), "status_write", as_=AUTHOR).form is not None
    assert "we zoeken het uit" in text_of(bot_house.press(shown(now), "issue_open", as_=viewer))


def test_nobody_guesses_the_ids_of_a_standing_message(bot_house: BotHouse) -> None:
    """They are made with the home's key: another home, another channel or another issue has others."""
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]
    marks = {cards(bot_house).now([issue_id])[0].mark}
    marks.add(ThreadCards(bot_house.bot, lambda: b"another home", channel_id=ISSUES, language="nl").now([issue_id])[0].mark)
    other = ThreadCards(bot_house.bot, lambda: bot_house.house.parts.listening.pseudonym_key, channel_id="1", language="nl")
    marks.add(other.now([issue_id])[0].mark)
    assert len(marks) == 3


def test_below_a_digest_stand_the_same_buttons_every_day(bot_house: BotHouse) -> None:
    """Yesterday's digest is pressed as often as today's; each opens what stands now, for whoever pressed alone."""
    rows = digest_rows(bot_house.bot.presses, lambda: bot_house.house.parts.listening.pseudonym_key, bot_house.house.clock)
    below = Said(rows=tuple(rows("nl")))
    assert ids_in(Said(rows=tuple(rows("nl")))) == ids_in(below)
    assert list(message_errors({"content": "x", "components": list(below.rows)})) == []
    bot_house.restart()
    for verb, holds in (("issues_page", "Kwesties"), ("outbox_open", "Wat namens ons vertrekt"), ("actions_open", "Verbeteracties")):
        assert holds in text_of(bot_house.press(below, verb))
    assert "jouw rol" in bot_house.press(below, "case_next", as_=ROLES[Role.VIEWER]).text


async def test_the_running_bot_keeps_the_threads_of_what_was_noticed(bot_house: BotHouse) -> None:
    """Put together as the service puts it together: one look, one thread with its buttons, in the channel of the settings."""
    issue_id, parts = bot_house.house.things[ObjectKind.ISSUE][OURS], bot_house.house.parts
    noticed(bot_house, issue_id)
    bot = BotSettings.model_validate({"enabled": True, "guilds": [GUILD], "issue_channel": ISSUES})
    settings = parts.desk.settings.model_copy(update={"bot": bot})
    changed = replace(parts, sending=replace(parts.sending, desk=replace(parts.desk, settings=settings)))
    BotLedger(parts.listening.ledger.engine).forget_place(GUILD, at=bot_house.house.clock.now())
    async with discord_wire() as wire, bot_on(wire, parts.listening.ledger, bot_house.answers) as rig:
        chat = chat_over(changed, rig.connection, bot_house.house.sign_in)
        for _ in range(2):
            await chat.keep()
        (message,) = wire.book.standing(ISSUES)
        assert WORDS[OURS] in message.text
        assert {bot_house.verb_of(one["custom_id"]) for one in message.buttons} >= {"issue_open", "case_next", "signal_seen"}
        assert wire.book.threads == {message.message_id: ISSUES}
        assert wire.book.pings == []
