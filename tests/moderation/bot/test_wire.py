"""Every command, button, menu and form once per language at a Discord on loopback, with discord.py's own connection between."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from listener.model.mention import Author
from moderation.bot.commands import commands
from moderation.bot.doors import COMMANDS, PRESSES
from moderation.ledger.bot import BotLedger
from moderation.model.object_kind import ObjectKind
from tests.fakes.bot_house import BotHouse
from tests.fakes.bot_rig import bot_on
from tests.fakes.discord_wire.book import Message
from tests.fakes.discord_wire.interactions import Asked
from tests.fakes.discord_wire.people import GUILD, User
from tests.fakes.discord_wire.wire import DiscordWire, discord_wire
from tests.fakes.house import AUTHOR, OURS
from tests.patience import PATIENCE_SECONDS, busy

LOCALES = {"nl": "nl", "en": "en-GB"}
FRESH = {"reply_approve", "status_publish", "outbox_resume"}


class Colleague:
    """Somebody at Discord who presses what stands there, by what it does; `pressed` are those verbs."""

    def __init__(self, wire: DiscordWire, house: BotHouse, lang: str) -> None:
        self.wire = wire
        self.house = house
        self.user = User(user_id=house.ids[AUTHOR], name="wie schrijft", locale=LOCALES[lang])
        self.pressed: set[str] = set()

    async def types(self, name: str, **options: Any) -> Asked:
        """Type a command, and have it answered by words for this person alone, or by a form."""
        asked = await self.wire.slash(name, options, user=self.user, seconds=PATIENCE_SECONDS)
        assert asked.answer, f"/{name} was not answered"
        assert asked.answer == 9 or asked.ephemeral
        return asked

    async def presses(self, asked: Asked | Message, verb: str, choose: str = "") -> Asked:
        """Press a button or choose from a menu that does `verb`."""
        found = [one for one in _messages(asked) if self._id(one, verb)]
        assert found, f"nothing here does {verb}"
        self.pressed.add(verb)
        if choose:
            return await self.wire.pick(found[-1], [choose], menu=self._id(found[-1], verb), user=self.user, seconds=PATIENCE_SECONDS)
        return await self.wire.press_id(found[-1], self._id(found[-1], verb), user=self.user, seconds=PATIENCE_SECONDS)

    async def fills_in(self, form: Asked, **fields: str) -> Asked:
        """Send a form that was opened."""
        assert form.answer == 9, form.text
        self.pressed.add(self.house.verb_of(form.said["custom_id"]))
        return await self.wire.submit(form, fields, user=self.user, seconds=PATIENCE_SECONDS)

    def _id(self, message: Message, verb: str) -> str:
        ids = [str(one["custom_id"]) for one in message.buttons if one.get("custom_id")]
        return next((one for one in ids if self.house.verb_of(one) == verb), "")


def _messages(asked: Asked | Message) -> list[Message]:
    return [asked] if isinstance(asked, Message) else [one for one in (asked.message, *asked.follow_ups) if one is not None]


@asynccontextmanager
async def at_work(house: BotHouse, lang: str) -> AsyncIterator[Colleague]:
    """Run the bot at a Discord, and give somebody who works there."""
    ledger = house.house.parts.listening.ledger
    BotLedger(ledger.engine).forget_place(GUILD, at=house.house.clock.now())
    async with discord_wire() as wire, bot_on(wire, ledger, house.answers, commands=commands()):
        yield Colleague(wire, house, lang)
        assert wire.book.pings == []
        assert wire.book.refused == []
        assert [one for one in wire.book.messages.values() if not one.ephemeral] == []


async def _reads(me: Colleague, issue: int, brand: str) -> None:
    """Look at everything there is to look at."""
    listed = await me.types("issues")
    opened = await me.presses(listed, "issue_open", choose=str(issue))
    assert opened.follow_ups[-1].files if opened.follow_ups else opened.message, "an issue comes with its chart"
    await me.presses(opened, "mentions_page")
    for _ in range(7):
        me.house.new_case(brand)
    turned = await me.presses(await me.types("mentions", brand=brand), "mentions_page")
    assert turned.message is not None
    for name in ("issue", "mentions", "status"):
        await me.types(name, issue=issue)
    for name in ("digest", "sources", "outbox", "actions", "privacy"):
        await me.types(name)


async def _marks(me: Colleague, issue: int) -> None:
    """Put each mark on an issue and take it off."""
    for verb in ("issue_mute", "issue_unmute", "issue_resolve", "issue_reopen"):
        await me.presses(await me.types("issue", issue=issue), verb)


async def _answers(me: Colleague, issue: int) -> None:
    """Take a conversation, give it back, take it, write, look, send."""
    case_id = me.house.new_case(OURS)
    await me.presses(await me.types("claim", case=case_id), "case_release")
    assert me.house.holder(case_id) == ""
    await me.presses(await me.types("issue", issue=issue), "case_next")
    claimed = await me.types("claim", case=case_id)
    shown = await me.fills_in(await me.presses(claimed, "reply_write"), text="Wat vervelend. Stuur je ons je postcode?")
    sent = await me.presses(shown, "reply_send")
    await me.presses(sent, "case_open")
    assert len(me.house.entries(case_id)) == 1
    assert (await me.types("reply", case=me.house.new_case(OURS, holder=AUTHOR))).said["title"]


async def _tells(me: Colleague, issue: int) -> None:
    """Word a status update in both languages, take it over, be sent to the page for publishing, throw it away."""
    form = await me.presses(await me.types("issue", issue=issue), "status_write")
    fields = {"subject": "de storing", "known": "Wijk Zuid.", "doing": "Monteurs gaan.", "next_update": "23:50"}
    between = await me.fills_in(form, **fields)
    english = {"subject": "the outage", "known": "South.", "doing": "Mechanics go."}
    draft = await me.fills_in(await me.presses(between, "status_next"), **english)
    again = await me.fills_in(await me.presses(draft, "status_take_over"), **fields)
    last = await me.fills_in(await me.presses(again, "status_next"), **english)
    await me.presses(last, "status_publish")
    await me.presses(last, "status_discard")
    assert me.house.desk.status.line(issue).drafts == ()


async def _guards(me: Colleague) -> None:
    """See an alarm, stop every send, be sent to the page for letting go on."""
    outbox = await me.types("outbox")
    alarms = me.house.desk.alarms.unseen()
    if alarms:
        await me.presses(outbox, "alarm_seen", choose=str(alarms[0].alarm_id))
    await me.presses(await me.types("outbox"), "outbox_stop")
    await me.presses(await me.types("outbox"), "outbox_resume")
    assert me.house.desk.outbox.stopped()
    me.house.desk.outbox.resume(AUTHOR)


@pytest.mark.parametrize("lang", list(LOCALES))
async def test_everything_once_over_the_wire(bot_house: BotHouse, lang: str) -> None:
    """What one person is shown is for that person alone, within every limit, in their language, and what is pressed is done once."""
    issue = bot_house.house.things[ObjectKind.ISSUE][OURS]
    async with at_work(bot_house, lang) as me:
        await _reads(me, issue, OURS)
        await _marks(me, issue)
        await _answers(me, issue)
        await _tells(me, issue)
        await _guards(me)
        nobody = User(user_id=f"116000000000000888{len(lang) + (lang == 'en')}", name="iemand", locale=LOCALES[lang])
        me.user = nobody
        assert {"nl": "Niets", "en": "nothing"}[lang].lower() in (await me.types("privacy")).text.lower()
        await me.presses(await me.types("forget-me"), "object_me")
        me.user = User(user_id=f"116000000000000889{len(lang) + (lang == 'en')}", name="wie schreef", locale=LOCALES[lang])
        author = Author(platform="discord", realm=GUILD, native_id=me.user.user_id, name="wie schreef")
        bot_house.new_case(OURS, author=author, platform="discord", realm=GUILD)
        await me.presses(await me.types("forget-me"), "forget_me")
        typed = {one.path for one in me.wire.book.requests}
    assert typed
    left = set(PRESSES) - me.pressed - FRESH - {"issues_page", "reply_ask", "case_claim", "signal_seen", "status_open", "alarm_seen"}
    left -= {"outbox_open", "actions_open"}  # they stand below digests
    assert left == set()
    assert me.pressed >= FRESH - {"reply_approve"}


async def test_hints_come_over_the_wire(bot_house: BotHouse) -> None:
    """They have to be there before the next letter is typed."""
    async with at_work(bot_house, "nl") as me:
        began = time.monotonic()
        asked = await me.wire.type_in("issue", "issue", "zwanen", user=me.user)
        assert [one["value"] for one in asked.choices] == [bot_house.house.things[ObjectKind.ISSUE][OURS]]
        assert time.monotonic() - began < 3.0 * busy()
    assert set(COMMANDS) == {one["name"] for one in commands()}
