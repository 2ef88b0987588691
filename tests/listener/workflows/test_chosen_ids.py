"""A mail under the id of somebody else's mail is another mail: nobody's complaint turns into another's "all solved"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.mention import PROVEN_SENDER, Author, Mention
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.source import FakeSource
from tests.listener.workflows.conftest import NOON


def mail(who: str, text: str, *, platform: str = "mail", minutes: int = 0) -> Mention:
    author = Author(platform=platform, realm="mail", native_id=f"{who}@example.org", name=who)
    at = NOON - timedelta(hours=1) + timedelta(minutes=minutes)
    return Mention(platform=platform, realm="mail", native_id="<1@example.org>", text=text, author=author, posted_at=at)


@pytest.mark.parametrize("together", [True, False])
async def test_whoever_knows_the_id_of_a_mail_changes_nothing_of_it(ledger: Ledger, together: bool) -> None:
    """Everybody in copy knows it; read on one page or on two, once or again."""
    anna, eve = mail("anna", "Ik wacht al drie weken op mijn geld"), mail("eve", "Alles is opgelost, dank", minutes=5)
    source = FakeSource([[anna, eve]] if together else [[anna], [eve]])
    collect = CollectMentions(ledger, [], clock=ManualClock(NOON))
    for _ in range(2):
        await collect.round(source, keep="all")
        source.rewind()
    said = {(one.mention.author.name if one.mention.author else "", one.mention.text, one.revision) for one in ledger.mentions.latest()}
    assert said == {("anna", anna.text, 0), ("eve", eve.text, 0)}
    second = next(one.mention for one in ledger.mentions.latest() if one.mention.author and one.mention.author.name == "eve")
    assert second.native_id.startswith("<1@example.org>#")
    assert second.parent_id == "<1@example.org>", "it stands beside the mail whose name it bears"


async def test_a_mail_without_a_writer_takes_nobodys_place_either(ledger: Ledger) -> None:
    anna = mail("anna", "Ik wacht al drie weken op mijn geld")
    collect = CollectMentions(ledger, [], clock=ManualClock(NOON))
    await collect.round(FakeSource([[anna], [replace(anna, author=None, text="x")]]), keep="all")
    assert {one.mention.text for one in ledger.mentions.latest()} == {anna.text, "x"}


@pytest.mark.parametrize(("who", "platform"), [("anna", "mail"), ("eve", "forum")])
async def test_the_same_writer_or_a_platform_that_gives_the_ids_makes_an_edit(ledger: Ledger, who: str, platform: str) -> None:
    """A mailbox may hold a mail twice; elsewhere nobody chooses an id, and an account may get another name."""
    first = mail("anna", "Ik wacht", platform=platform)
    later = replace(mail(who, "Ik wacht nog", platform=platform), edited_at=NOON, flags=frozenset({PROVEN_SENDER}))
    collect = CollectMentions(ledger, [], clock=ManualClock(NOON))
    await collect.round(FakeSource([[first], [later]]), keep="all")
    assert [(one.mention.text, one.revision) for one in ledger.mentions.latest()] == [("Ik wacht nog", 1)]


@pytest.mark.parametrize("together", [True, False])
async def test_whoever_writes_her_name_above_it_too_changes_nothing_either(ledger: Ledger, together: bool) -> None:
    """In copy one learns the id and the address both; who sent it was not proven, so it is no edit of hers."""
    hers, forged = mail("anna", "Ik wacht al drie weken op mijn geld"), mail("anna", "Alles is opgelost, dank", minutes=5)
    source = FakeSource([[hers, forged]] if together else [[hers], [forged]])
    collect = CollectMentions(ledger, [], clock=ManualClock(NOON))
    for _ in range(2):
        await collect.round(source, keep="all")
        source.rewind()
    assert {(one.mention.text, one.revision) for one in ledger.mentions.latest()} == {(hers.text, 0), (forged.text, 0)}


async def test_the_same_mail_read_again_is_the_same_mention_proven_or_not(ledger: Ledger) -> None:
    """A folder that was numbered anew is read again, perhaps after the settings named a server."""
    one = mail("anna", "Ik\r\nwacht \ud800 nog\x00")
    collect = CollectMentions(ledger, [], clock=ManualClock(NOON))
    await collect.round(FakeSource([[one], [one], [replace(one, flags=frozenset({PROVEN_SENDER}))]]), keep="all")
    assert [found.revision for found in ledger.mentions.latest()] == [0]
