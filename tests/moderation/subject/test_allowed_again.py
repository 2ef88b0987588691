"""Somebody who was kept out may change their mind: they are collected from then on, nobody else is, and nothing that went comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from listener.clock import ManualClock
from listener.errors import InputError
from listener.ledger.backup import back_up
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.suppression import LIST_NAME
from listener.ledger.transactions import writing
from listener.model.mention import Author, Kept
from moderation.ledger.audit import AuditLedger
from moderation.ledger.tables import conversation
from moderation.ledger.tables_conversation import contact_join
from moderation.model.subject_request import Ending, RequestKind
from moderation.subject_desk import SubjectDesk, subject_desk
from moderation.workflows.restore_backup import restore_backup
from tests.fakes.desk import mention

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BY = "Anna de Groot"
PERSON = Author(platform="feed", realm="forum.example", native_id="kanarie77", name="Kanarie Vogel")
OTHER = replace(PERSON, native_id="ander", name="Iemand Anders")
MEREL = Author(platform="discord", realm="server-1", native_id="1160", name="Merel")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        hear(opened, "1", PERSON, NOW)
        hear(opened, "2", OTHER, NOW)
        yield opened


@pytest.fixture
def desk(tmp_path: Path, ledger: Ledger, clock: ManualClock) -> SubjectDesk:
    return subject_desk(tmp_path, ledger, clock, zone=UTC, reader=None)


def hear(ledger: Ledger, native_id: str, author: Author, at: datetime) -> int:
    """Let a source show a message that was written at a moment; return how many were new."""
    said = replace(mention(native_id, f"hij vonkt {native_id}"), author=author, posted_at=at)
    return ledger.mentions.add_page([Kept(mention=said, hits=())], source="feed", next_cursor=None, at=at).new


def texts(ledger: Ledger) -> set[str]:
    return {one.mention.text for one in ledger.mentions.latest()}


def allow(desk: SubjectDesk, account: str, platform: str = "feed") -> None:
    desk.subjects.allow(desk.subjects.kept_out(platform, account), by=BY)


@pytest.mark.parametrize("account", ["Kanarie Vogel", "@kanarie77", PERSON.key])
def test_whoever_objected_is_collected_from_then_on(desk: SubjectDesk, ledger: Ledger, clock: ManualClock, account: str) -> None:
    """By the name they are known by here; what they wrote meanwhile was not ours to take, and is not now."""
    desk.subjects.object("feed", "kanarie77", by=BY)
    clock.advance(timedelta(hours=1))
    allow(desk, account)
    assert (hear(ledger, "3", PERSON, NOW + timedelta(minutes=30)), hear(ledger, "4", PERSON, NOW + timedelta(hours=2))) == (0, 1)
    assert texts(ledger) == {"hij vonkt 1", "hij vonkt 2", "hij vonkt 4"}


@pytest.mark.parametrize("account", ["kanarie77", "@Kanarie77", PERSON.key])
def test_what_was_erased_stays_so(desk: SubjectDesk, ledger: Ledger, clock: ManualClock, account: str) -> None:
    """Their old message is shown by its platform as ever, and nothing tells here that it was theirs."""
    desk.subjects.erase(desk.subjects.subject("feed", "kanarie77"), by=BY)
    clock.advance(timedelta(hours=1))
    with pytest.raises(InputError, match="is not kept out"):
        desk.subjects.kept_out("feed", "Kanarie Vogel")
    assert desk.subjects.kept_out("feed", account).erased
    allow(desk, account)
    assert (hear(ledger, "1", PERSON, NOW + timedelta(hours=2)), hear(ledger, "4", PERSON, NOW + timedelta(hours=2))) == (0, 1)
    assert texts(ledger) == {"hij vonkt 2", "hij vonkt 4"}


def test_it_is_written_down_without_a_name(desk: SubjectDesk, ledger: Ledger) -> None:
    """Whoever is asked how somebody came back has an answer, and nobody can read who that was."""
    desk.subjects.object("feed", "kanarie77", by=BY)
    allow(desk, "kanarie77")
    objected, allowed = desk.subjects.receipts()
    assert (allowed.kind, allowed.made_by, allowed.counts) == ("allow", BY, {"accounts that are collected again": 1})
    lines = AuditLedger(ledger.engine).lines()
    assert [one.verb for one in lines] == ["object_subject", "allow_subject"]
    assert json.loads(lines[-1].detail)["receipt"] == allowed.digest != objected.digest
    assert "anarie" not in repr(lines)
    assert AuditLedger(ledger.engine).find_break() is None


@pytest.mark.parametrize("account", ["kanarie77", "Kanarie Vogel", "niemand", "feed/forum.example/niemand", ""])
def test_nobody_who_is_not_kept_out_is_let_in(desk: SubjectDesk, account: str) -> None:
    """Allowing somebody twice, or the wrong one, would write down what did not happen."""
    desk.subjects.object("feed", "kanarie77", by=BY)
    allow(desk, "kanarie77")
    with pytest.raises(InputError, match=r"is not kept out\."):
        desk.subjects.kept_out("feed", account)
    assert len(desk.subjects.receipts()) == 2


def test_of_several_who_may_be_meant_nobody_is_let_in(desk: SubjectDesk, ledger: Ledger) -> None:
    """An id belongs to one forum: another forum's has nothing to do with it, and whoever chose that id for a name has not either."""
    mine, elsewhere = replace(PERSON, native_id="nieuw"), replace(PERSON, realm="ander.example", native_id="nieuw")
    hear(ledger, "3", replace(elsewhere, native_id="iemand"), NOW)
    hear(ledger, "5", replace(OTHER, native_id="u5", name="nieuw"), NOW)
    for key in (mine.key, elsewhere.key):
        desk.subjects.object("feed", key, by=BY)
    with pytest.raises(InputError, match=rf"2 accounts .* {elsewhere.key}, {mine.key}\."):
        desk.subjects.kept_out("feed", "nieuw")
    allow(desk, elsewhere.key)
    later = NOW + timedelta(hours=1)
    assert (hear(ledger, "6", mine, later), hear(ledger, "7", elsewhere, later)) == (0, 1)


def test_whoever_colleagues_joined_comes_along_as_when_they_were_kept_out(desk: SubjectDesk, ledger: Ledger) -> None:
    """A customer who objected is the same one on every channel that a colleague knows of."""
    with writing(ledger.engine) as tx:
        place = {"brand": "b", "platform": "feed", "realm": "r", "thread_id": "t", "author_key": PERSON.key, "opened_at": NOW}
        talk = tx.execute(insert(conversation).values(place).returning(conversation.c.conversation_id)).scalar_one()
        joined = {"conversation_id": talk, "person_key": PERSON.key, "other_person_key": OTHER.key}
        tx.execute(insert(contact_join).values(joined | {"evidence": [], "made_by": BY, "made_at": NOW}))
    desk.subjects.object("feed", "kanarie77", by=BY)
    kept = desk.subjects.kept_out("feed", "kanarie77")
    assert (kept.subject.keys, kept.subject.joined) == ((PERSON.key,), (OTHER.key,))
    desk.subjects.allow(kept, by=BY)
    later = NOW + timedelta(hours=1)
    assert (hear(ledger, "6", PERSON, later), hear(ledger, "7", OTHER, later)) == (1, 1)


def test_an_account_of_discord_is_let_in_everywhere(desk: SubjectDesk, ledger: Ledger) -> None:
    """Whoever pressed /forget-me was kept out in every server, also those that nothing is here of."""
    hear(ledger, "8", MEREL, NOW)
    desk.subjects.object("discord", "1160", by=BY)
    desk.subjects.object("discord", "discord/server-9/1160", by=BY)
    allow(desk, "1160", "discord")
    said = [hear(ledger, f"9{at}", replace(MEREL, realm=f"server-{at}"), NOW + timedelta(hours=1)) for at in (1, 2, 9)]
    assert said == [1, 1, 1]


def test_what_was_typed_as_a_whole_key_is_taken_off_as_it_was_put_on(desk: SubjectDesk) -> None:
    """A request may stand under a name of which nothing is here ("feed/?/name"); whoever copied that is not stuck with it."""
    desk.subjects.object("feed", "feed/?/nieuw", by=BY)
    allow(desk, "feed/?/nieuw")
    with pytest.raises(InputError, match="is not kept out"):
        desk.subjects.kept_out("feed", "feed/?/nieuw")


@pytest.mark.parametrize("kind", [RequestKind.ERASE, RequestKind.OBJECT])
def test_whoever_waits_to_be_kept_out_is_not_let_in(desk: SubjectDesk, kind: RequestKind) -> None:
    """What they asked for last holds; a request that was forgotten would take it all back later."""
    desk.subjects.object("feed", "kanarie77", by=BY)
    asked = desk.keep.add(kind, "feed", "kanarie77", received_at=None, by=BY)
    with pytest.raises(InputError, match=f"request {asked.request_id}"):
        desk.subjects.kept_out("feed", "kanarie77")
    desk.keep.end(asked.request_id, Ending.REFUSED, why="bedacht zich", by=BY)
    assert desk.subjects.kept_out("feed", "kanarie77").since == NOW


def test_a_backup_of_before_is_erased_again_also_of_whoever_is_back(
    desk: SubjectDesk, ledger: Ledger, clock: ManualClock, tmp_path: Path
) -> None:
    """What was erased stays erased, whichever backup is put back; what they wrote since they are back stays."""
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    back_up(ledger.engine, before)
    clock.advance(timedelta(hours=1))
    desk.subjects.erase(desk.subjects.subject("feed", "kanarie77"), by=BY)
    clock.advance(timedelta(hours=1))
    allow(desk, "kanarie77")
    clock.advance(timedelta(hours=1))
    hear(ledger, "4", PERSON, clock.now())
    back_up(ledger.engine, after)
    ledger.engine.dispose()
    for backup, again, left in ((before, 1, {"hij vonkt 2"}), (after, 0, {"hij vonkt 2", "hij vonkt 4"})):
        for _ in range(2):  # a restore that is done twice ends the same
            clock.advance(timedelta(hours=1))
            assert restore_backup(tmp_path, backup, at=clock.now()).erased == again
            with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as restored:
                assert texts(restored) == left
                assert hear(restored, "5", PERSON, clock.now()) == 1, "and they are still collected"
                assert AuditLedger(restored.engine).find_break() is None
    assert "anarie" not in (tmp_path / LIST_NAME).read_text()
