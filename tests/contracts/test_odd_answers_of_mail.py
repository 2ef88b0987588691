"""What a mail server answers, and what is in a mail: read, listed or an error of ours; no crash, and no mail passed over (RULES F18)."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from listener.clock import ManualClock
from listener.errors import SourceError, SourceRefused, SourceUnavailable
from listener.model.page import Cursor, Page
from listener.sources import imap_mailbox
from listener.sources.imap import ImapSource, MailServer
from tests.contracts.odd_mail_answers import LONG_LINE, MANY, odd_answers, odd_mails
from tests.fakes.imap_server import TAG, ImapServer, Odd, open_imap
from tests.fakes.mailbox import US, mail
from tests.long import WHOLE

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DRAWN = 40
MAILS = {number: mail(number, NOW, f"Geen stroom in straat {number}\n") for number in (1, 2, 3)}
TEXTS = {f"<vraag-{number}@klant.example>": f"Geen stroom in straat {number}" for number in MAILS}


@dataclass
class Rig:
    """A source that reads three mails from a server on loopback."""

    server: ImapServer
    clock: ManualClock

    async def pulled(self, cursor: Cursor | None = None) -> Page:
        source = ImapSource(
            "mail",
            MailServer(host="127.0.0.1", port=self.server.port, tls="none"),
            username=US,
            password=lambda: "canary-secret",
            clock=self.clock,
            allow_private=True,
        )
        try:
            return await source.pull(cursor)
        finally:
            await source.aclose()

    async def told(self, odd: Odd | None) -> str:
        """Pull with this answer, and again with the right ones; return "" when no mail was passed over, else what was wrong."""
        self.server.odd, self.server.signs = odd, b" AUTH=PLAIN" if odd is not None and odd.step == "authenticate" else b""
        try:
            page = await self.pulled()
        except SourceError as error:
            return f"it tells a secret: {error}" if "canary-secret" in str(error) else ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            self.server.odd, self.server.signs = None, b""
        if not (page.mentions or page.skipped):
            return "an empty page"
        return self._passed_over([page, await self.pulled(page.next)])

    def _passed_over(self, pages: list[Page]) -> str:
        said = {one.native_id: one.text for page in pages for one in page.mentions}
        told = {one.where.rpartition("-")[2] for page in pages for one in page.skipped}
        lost = [number for number in MAILS if f"<vraag-{number}@klant.example>" not in said and str(number) not in told]
        wrong = [name for name, text in said.items() if TEXTS.get(name) != text]
        return f"passed over: {lost}" if lost else f"other words: {wrong}" if wrong else ""


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(imap_mailbox, "SECONDS", 2.0)
    async with open_imap(ImapServer(mails=dict(MAILS))) as server:
        yield Rig(server, ManualClock(NOW))


async def test_three_mails_are_read_or_the_rest_would_mean_nothing(rig: Rig) -> None:
    page = await rig.pulled()
    assert {one.native_id: one.text for one in page.mentions} == TEXTS
    assert (await rig.pulled(page.next)).next == page.next
    assert await rig.told(None) == ""
    assert set(rig.server.heard) == {"greeting", "capability", "login", "examine", "search", "facts", "body", "logout"}


async def test_no_odd_answer_passes_a_mail_over(rig: Rig) -> None:
    """More than seven hundred in the long form; in every run a sample with a fixed seed, and all that are made for one step alone."""
    every = list(odd_answers(rig.server))
    assert len({(one.step, one.said) for _, one in every}) >= 700
    own = [one for one in every if ": its own " in one[0]]
    chosen = every if WHOLE else [*random.Random(18).sample(every, DRAWN), *own]
    assert [(name, wrong) for name, odd in chosen if (wrong := await rig.told(odd))] == []


async def test_no_mail_however_odd_holds_up_the_others(rig: Rig) -> None:
    """It is a mention or listed, and those around it are read."""
    every = list(odd_mails())
    for name, raw in every if WHOLE else random.Random(19).sample(every, DRAWN // 2):
        rig.server.mails[2] = raw
        page = await rig.pulled()
        others = {one.native_id for one in page.mentions} & TEXTS.keys()
        assert (name, others >= {"<vraag-1@klant.example>", "<vraag-3@klant.example>"}) == (name, True)
        assert (name, len(page.mentions) + len(page.skipped)) == (name, 3)


async def test_a_server_that_takes_leave_badly_costs_nothing_that_was_read(rig: Rig) -> None:
    for name, odd in odd_answers(rig.server):
        if odd.step == "logout":
            rig.server.odd = odd
            assert (name, len((await rig.pulled()).mentions)) == (name, 3)


@pytest.mark.parametrize("step", ["login", "examine"])
async def test_only_a_plain_no_sends_somebody_to_the_settings(rig: Rig, step: str) -> None:
    """What a server says of itself, and what cannot be read, is tried again."""
    for said, expected in (
        (TAG + b" NO no\r\n", SourceRefused),
        (TAG + b" NO [UNAVAILABLE] later\r\n", SourceUnavailable),
        (b"* " + b"x" * LONG_LINE + b"\r\n", SourceUnavailable),
        (b"* BYE\r\n", SourceUnavailable),
    ):
        rig.server.odd = Odd(step=step, said=said, goes_on=True)
        with pytest.raises(expected):
            await rig.pulled()


@pytest.mark.parametrize("step", ["search", "facts", "body"])
async def test_an_answer_that_does_not_end_is_not_read_to_its_end(rig: Rig, step: str) -> None:
    """Each of its lines is allowed; all of them together would fill our memory."""
    command = {"facts": b"UID FETCH 1,2,3 ", "body": b"UID FETCH 1 "}.get(step, b"")
    rig.server.odd = Odd(step=step, said=MANY * 12 + rig.server.right(step, command), goes_on=True)
    with pytest.raises(SourceUnavailable):
        await rig.pulled()


async def test_a_search_that_names_no_mail_of_a_folder_with_mails_is_none(rig: Rig) -> None:
    """Asked for mails from a number on, a server names its last one at least (RFC 9051): nothing at all is no "nothing new"."""
    page = await rig.pulled()
    rig.server.mails[4] = mail(4, NOW, "Nog steeds niet\n")
    rig.server.odd = Odd(step="search", said=b"* SEARCH\r\n" + TAG + b" OK done\r\n", goes_on=True)
    with pytest.raises(SourceUnavailable):
        await rig.pulled(page.next)
    rig.server.mails.clear()
    assert (await rig.pulled(page.next)).next == page.next, "a folder that was emptied"


async def test_a_folder_that_is_not_numbered_is_not_read(rig: Rig) -> None:
    """Under another number each time, a mail would be another mail each time."""
    for odd in (one for name, one in odd_answers(rig.server) if name.startswith("examine: its own")):
        rig.server.odd = odd
        if b"[UIDVALIDITY 7]" not in odd.said:
            with pytest.raises(SourceUnavailable, match="does not say how many mails"):
                await rig.pulled()


async def test_of_a_mail_that_nobody_asked_for_nothing_is_asked(rig: Rig) -> None:
    strange = rig.server.fact(3).replace(b"UID 3", b"UID 99")
    every = b"".join(rig.server.fact(one) for one in MAILS) + strange + TAG + b" OK done\r\n"
    rig.server.odd = Odd(step="facts", said=every, goes_on=True)
    assert len((await rig.pulled()).mentions) == 3
    assert rig.server.heard["body"] == 3


async def test_a_number_that_no_mail_has_makes_nobody_deaf(rig: Rig) -> None:
    """The cursor would stand far beyond every mail that is still to come: what the server says comes next tells."""
    rig.server.odd = Odd(step="search", said=b"* SEARCH 1 2 3 4000000000\r\n" + TAG + b" OK done\r\n", goes_on=True)
    page = await rig.pulled()
    assert [one.where for one in page.skipped] == ["mail 7-4000000000"]
    rig.server.odd, rig.server.mails[4] = None, mail(4, NOW, "Nog steeds niet\n")
    assert "<vraag-4@klant.example>" in {one.native_id for one in (await rig.pulled(page.next)).mentions}


async def test_a_mail_that_arrived_in_the_far_future_hides_nothing_when_a_folder_is_numbered_anew(rig: Rig) -> None:
    """By the clock of a server that was wrong once; the folder is read from that day on."""
    later = rig.server.fact(1, arrived=b"02-Mar-2126 11:00:00 +0000") + rig.server.fact(2) + rig.server.fact(3)
    rig.server.odd = Odd(step="facts", said=later + TAG + b" OK done\r\n", goes_on=True)
    page = await rig.pulled()
    rig.server.odd, rig.server.validity = None, b"8"
    assert len((await rig.pulled(page.next)).mentions) == 3
    assert [one for one in rig.server.commands if b"SINCE" in one][-1] == b"UID SEARCH SINCE 01-Mar-2026"
