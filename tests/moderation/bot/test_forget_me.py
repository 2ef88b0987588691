"""/privacy and /forget-me: for whoever uses Discord, about their own account, down to the last row (RULES P14)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from listener.model.mention import Author
from moderation.bot.asked import Kind
from moderation.ledger.audit import AuditLedger
from moderation.model.invitation import JourneyKind, NewEvent
from moderation.model.leave import Consent
from tests.fakes.bot_house import NOBODY, BotHouse, text_of
from tests.fakes.house import AUTHOR, OURS

LANGUAGES = ("nl", "en")


def rows_naming(house: BotHouse, user_id: str) -> dict[str, int]:
    """Return how many rows of each table hold an account's number anywhere, the log of who did what left out."""
    found: dict[str, int] = {}
    with sqlite3.connect(f"file:{house.house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
            number = sum(user_id in repr(row) for row in db.execute(f'select * from "{name}"'))
            if number:
                found[name] = number
    return found


def somebody(house: BotHouse, user_id: str) -> int:
    """Let an account of Discord write to us and be written about in every way there is; return the case."""
    author = Author(platform="discord", realm="1170000000000000001", native_id=user_id, name="Merel")
    case_id = house.new_case(
        OURS, f"{OURS}: mijn meter {user_id[-4:]} doet het niet", holder=AUTHOR, author=author, platform="discord", realm=author.realm
    )
    desk, now = house.desk, house.house.clock.now()
    desk.conversation.notes.add(case_id, "belde ook al", AUTHOR)
    desk.conversation.questions.ask(case_id, "team techniek", "weet jij dit?", AUTHOR)
    desk.conversation.leave.opt_out(author.key, AUTHOR)
    desk.leave.add_consent(Consent(person_key=author.key, channel="discord_dm", wording="x", given_at=now, noted_by=AUTHOR))
    message = desk.inbox.show(case_id).mentions[0]
    ended = NewEvent(
        key=f"ended {case_id}",
        kind=JourneyKind.CONVERSATION_CLOSED,
        platform="discord",
        realm=author.realm,
        thread_id="t",
        mention_id=message.mention_id,
        person_key=author.key,
        happened_at=now,
        conversation_id=desk.cases.get(case_id).conversation_id,
        case_id=case_id,
        answered=True,
    )
    desk.inviting.ledger.add_events([ended], at=now)
    return case_id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_left_of_an_account_that_asked_to_be_forgotten(bot_house: BotHouse, lang: str) -> None:
    """Zero rows, of every table but the log of who did what, whose lines hold each other; the answer says so."""
    user_id = f"11600000000000055{'1' if lang == 'nl' else '2'}"
    case_id = somebody(bot_house, user_id)
    before = rows_naming(bot_house, user_id)
    assert {"mention", "conversation", "opt_out", "consent", "case_note", "case_question", "invitation_event"} <= set(before)
    told = text_of(bot_house.command("privacy", as_=user_id, lang=lang, guild="1170000000000000009"))
    assert {"nl": "1 berichten", "en": "1 messages"}[lang] in told
    asked = bot_house.command("forget-me", as_=user_id, lang=lang)
    assert rows_naming(bot_house, user_id) == before  # asking shows; only the press forgets
    said = bot_house.press(asked, "forget_me", as_=user_id, lang=lang)
    assert {"nl": "1 berichten met hun woorden", "en": "1 messages with their words"}[lang] in text_of(said)
    assert set(rows_naming(bot_house, user_id)) <= {"audit_line"}
    assert bot_house.desk.inbox.show(case_id) is None
    again = bot_house.press(asked, "forget_me", as_=user_id, lang=lang)
    assert {"nl": "Nu verwijderd: 0", "en": "Removed now: 0"}[lang] in text_of(again)


def test_whoever_presses_is_forgotten_and_nobody_else(bot_house: BotHouse) -> None:
    """A button that somebody else was shown forgets whoever presses it: nobody can have another one forgotten."""
    victim = "1160000000000000561"
    somebody(bot_house, victim)
    before = rows_naming(bot_house, victim)
    shown = bot_house.command("forget-me", as_=victim)
    bot_house.press(shown, "forget_me", as_=NOBODY)
    assert rows_naming(bot_house, victim) == before


def test_who_is_unknown_here_hears_that_there_is_nothing(bot_house: BotHouse) -> None:
    assert "We hebben niets" in text_of(bot_house.command("privacy", as_=NOBODY))


def test_the_log_stays_whole_when_somebody_is_forgotten(bot_house: BotHouse) -> None:
    """A log with a line taken out would no longer prove anything."""
    user_id = "1160000000000000571"
    somebody(bot_house, user_id)
    bot_house.press(bot_house.command("forget-me", as_=user_id), "forget_me", as_=user_id)
    log: AuditLedger = bot_house.desk.audit
    assert log.newest(before=None, limit=1)[0].verb == "forget_me"
    assert user_id not in repr(log.newest(before=None, limit=1)[0])


def test_a_form_id_is_no_way_to_be_forgotten(bot_house: BotHouse) -> None:
    """Only the button forgets."""
    user_id = "1160000000000000581"
    somebody(bot_house, user_id)
    shown = bot_house.command("forget-me", as_=user_id)
    before = rows_naming(bot_house, user_id)
    bot_house.asked(Kind.FORM, bot_house.id_of(shown, "forget_me"), user_id, "nl")
    assert rows_naming(bot_house, user_id) == before


def test_what_the_answer_says_about_texts_follows_the_intent(bot_house: BotHouse) -> None:
    """Without the message content intent nothing in Discord is read, and the bot says so wherever it counts (RULES P16)."""
    seen, bot_house.bot = bot_house.bot, replace(bot_house.bot, sees_texts=lambda: False)
    bot_house.answers._bot = bot_house.bot
    try:
        for name in ("privacy", "digest", "sources"):
            assert "message content intent" in text_of(bot_house.command(name)), name
    finally:
        bot_house.bot = seen
        bot_house.restart()
