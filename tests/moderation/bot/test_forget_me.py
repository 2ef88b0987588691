"""/privacy and /forget-me: for whoever uses Discord, about their own account, down to the last row (RULES P14)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import update

from listener.errors import StoreLocked
from listener.ledger.tables import mention as mention_table
from listener.ledger.transactions import writing
from listener.model.mention import Author, Kept
from moderation.bot.asked import Kind
from moderation.ledger.audit import AuditLedger
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.ledger.people import Act
from moderation.ledger.subjects import SubjectLedger
from moderation.ledger.tables import conversation
from moderation.ledger.tables_conversation import case_note, case_question
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import consent, opt_out
from moderation.model.invitation import JourneyKind, NewEvent
from moderation.model.leave import Consent
from moderation.model.subject_request import Ending, RequestKind, Via
from moderation.public.parts import PrivacyFacts
from moderation.workflows.forget_me import THEMSELVES
from tests.fakes.bot_house import COLLEAGUE, NOBODY, BotHouse, links_in, text_of
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS

LANGUAGES = ("nl", "en")
SERVER = "1170000000000000001"


def rows_naming(house: BotHouse, user_id: str) -> dict[str, int]:
    """Return how many rows of each table hold an account's number anywhere."""
    found: dict[str, int] = {}
    with sqlite3.connect(f"file:{house.house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
            number = sum(user_id in repr(row) for row in db.execute(f'select * from "{name}"'))
            if number:
                found[name] = number
    return found


def somebody(house: BotHouse, user_id: str) -> int:
    """Let an account of Discord write to us and be written about in every way there is; return the case."""
    author = Author(platform="discord", realm=SERVER, native_id=user_id, name="Merel")
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
    """Zero rows, of every table; the log of who did what still proves itself, and the answer says what stays."""
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
    assert {"nl": "Wat blijft", "en": "What stays"}[lang] in text_of(said)
    assert rows_naming(bot_house, user_id) == {}
    assert bot_house.desk.inbox.show(case_id) is None
    assert bot_house.desk.audit.find_break() is None
    again = bot_house.press(asked, "forget_me", as_=user_id, lang=lang)
    assert {"nl": "Nu verwijderd: 0", "en": "Removed now: 0"}[lang] in text_of(again)
    assert rows_naming(bot_house, user_id) == {}


@pytest.mark.parametrize("guild", [SERVER, "1170000000000000077"], ids=["there", "in a server that came later"])
def test_who_was_forgotten_is_not_read_again(bot_house: BotHouse, guild: str) -> None:
    """An account of Discord is one in every server."""
    user_id = f"116000000000000055{guild[-2:]}"
    somebody(bot_house, user_id)
    bot_house.press(bot_house.command("forget-me", as_=user_id), "forget_me", as_=user_id)
    ledger, at = bot_house.house.parts.listening.ledger, bot_house.house.clock.now()
    author = Author(platform="discord", realm=guild, native_id=user_id, name="Merel")
    said = replace(mention(f"later-{user_id}", "hallo"), author=author, posted_at=at)
    assert ledger.mentions.add_page([Kept(mention=said, hits=())], source="feed", next_cursor=None, at=at).new == 0
    assert rows_naming(bot_house, user_id) == {}
    told = text_of(bot_house.command("forget-me", as_=user_id))
    assert "We hebben niets" in told
    assert "lezen we niet" in told


def test_what_retention_left_of_them_goes_too(bot_house: BotHouse) -> None:
    """A message whose words were let go has a stand-in for its author: with the key in the home it is still theirs."""
    user_id = "1160000000000000598"
    somebody(bot_house, user_id)
    ledger = bot_house.house.parts.listening.ledger
    key = f"discord/{SERVER}/{user_id}"
    with writing(ledger.engine) as tx:
        for table, name in ((mention_table, "author_key"), (conversation, "author_key"), (consent, "person_key")):
            tx.execute(update(table).where(table.c[name] == key).values({name: ledger.suppression.stand_in(key)}))
        for table in (opt_out, case_note, case_question, invitation_event):
            tx.execute(update(table).where(table.c.person_key == key).values(person_key=""))
    assert {"mention", "conversation", "consent"} <= set(rows_naming(bot_house, ledger.suppression.stand_in(key)))
    bot_house.press(bot_house.command("forget-me", as_=user_id), "forget_me", as_=user_id)
    assert rows_naming(bot_house, ledger.suppression.stand_in(key)) == {}
    assert rows_naming(bot_house, user_id) == {}


def test_a_press_outlives_whatever_comes_between(bot_house: BotHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noted before anything else: a busy ledger, or a machine that falls over, forgets nobody's wish to be forgotten."""
    user_id = "1160000000000000591"
    somebody(bot_house, user_id)
    shown = bot_house.command("forget-me", as_=user_id)

    def busy(*_: object, **__: object) -> None:
        raise StoreLocked("the ledger is busy")

    with monkeypatch.context() as broken:
        broken.setattr(SubjectLedger, "erase", busy)
        said = text_of(bot_house.press(shown, "forget_me", as_=user_id))
        assert "Genoteerd als verzoek" in said
        assert "mention" in rows_naming(bot_house, user_id)
        assert "Genoteerd als verzoek" in text_of(bot_house.command("privacy", as_=user_id))
        bot_house.house.parts.subjects.once()  # still busy: nothing is given up
        assert "subject_request" in rows_naming(bot_house, user_id)
    bot_house.house.parts.subjects.once()
    assert rows_naming(bot_house, user_id) == {}
    assert [one for one in bot_house.house.parts.subjects.keep.all(ended=False) if one.via is Via.DISCORD] == []


def test_an_erasure_that_takes_long_is_told_and_goes_on(bot_house: BotHouse) -> None:
    """Discord waits a minute at most, and a large home takes longer to look through."""
    user_id = "1160000000000000592"
    somebody(bot_house, user_id)
    gone = bot_house.house.parts.subjects.forget_me.forget(user_id, wait_seconds=0.0)
    bot_house.house.parts.subjects.once()
    assert gone.request_id
    assert rows_naming(bot_house, user_id) == {}


def test_whoever_is_unknown_may_still_not_want_to_be_read(bot_house: BotHouse) -> None:
    """Nothing is kept, so there is nothing to remove; the wish counts for what comes."""
    user_id = "1160000000000000593"
    shown = bot_house.command("forget-me", as_=user_id)
    assert bot_house.verbs(shown) == ["object_me"]
    assert "Genoteerd" in text_of(bot_house.press(shown, "object_me", as_=user_id))
    assert bot_house.verbs(bot_house.command("forget-me", as_=user_id)) == []
    assert rows_naming(bot_house, user_id) == {}


def test_a_colleague_who_is_forgotten_keeps_their_account(bot_house: BotHouse) -> None:
    """Being a colleague is another thing than writing as a customer: only the link goes, and the answer says so."""
    user_id = "1160000000000000594"
    house = bot_house.house
    person = house.people.named(COLLEAGUE)
    BotPeopleLedger(house.parts.listening.ledger.engine).link(person.person_id, user_id, Act(by="test", at=house.clock.now()))
    asked = bot_house.command("forget-me", as_=user_id)
    assert f"collega {COLLEAGUE}" in text_of(asked)
    assert "hoort niet meer bij een collega" in text_of(bot_house.press(asked, "forget_me", as_=user_id))
    assert rows_naming(bot_house, user_id) == {}
    assert house.people.named(COLLEAGUE) == person


def test_nobody_asks_on_and_on(bot_house: BotHouse) -> None:
    """Each look reads every place of the ledger: a program that presses all day gets no more than a person."""
    user_id = "1160000000000000595"
    told = [text_of(bot_house.command("privacy", as_=user_id)) for _ in range(12)]
    assert ["wel erg vaak" in one for one in told] == [False] * 10 + [True] * 2
    assert "wel erg vaak" not in text_of(bot_house.command("privacy", as_="1160000000000000596"))


def test_how_long_who_to_ask_and_where_to_read_it(bot_house: BotHouse) -> None:
    """What the public page tells, the bot tells too."""
    facts = PrivacyFacts(controller="Stroomwerk", contact="privacy@stroomwerk.example", keep_days=400)
    seen, bot_house.bot = bot_house.bot, replace(bot_house.bot, privacy=facts, privacy_page="https://klankbord.example.nl/privacy")
    bot_house.answers._bot = bot_house.bot
    try:
        said = bot_house.command("privacy", as_="1160000000000000597", lang="en")
    finally:
        bot_house.bot = seen
        bot_house.restart()
    assert "After 400 days" in text_of(said)
    assert "privacy@stroomwerk.example" in text_of(said)
    assert links_in(said) == ["https://klankbord.example.nl/privacy?lang=en"]


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


def test_the_log_says_that_the_person_asked_themselves(bot_house: BotHouse) -> None:
    """Nobody of ours erased them, and nobody learns from the log who it was."""
    user_id = "1160000000000000571"
    somebody(bot_house, user_id)
    bot_house.press(bot_house.command("forget-me", as_=user_id), "forget_me", as_=user_id)
    log: AuditLedger = bot_house.desk.audit
    lines = log.newest(before=None, limit=2)
    assert [one.verb for one in lines] == ["end_subject", "erase_subject"]
    assert {one.who for one in lines} == {THEMSELVES}
    assert bot_house.house.parts.subjects.subjects.receipts()[-1].made_by == THEMSELVES
    (asked,) = [one for one in bot_house.house.parts.subjects.keep.all() if one.request_id == int(lines[0].subject.partition(":")[2])]
    assert (asked.person, asked.kind, asked.via, asked.ending) == ("", RequestKind.ERASE, Via.DISCORD, Ending.DONE)


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
