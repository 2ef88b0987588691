"""Finding out what became of a send: look twice, a minute apart, and send again only where that cannot double anything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from moderation.ledger.subjects import SubjectLedger
from moderation.messages.reasons import outbox_sentence
from moderation.model.outbox import EntryState
from moderation.outbox.reconcile import Reconciler
from moderation.publishers.simulated import Fault
from moderation.workflows.load_wording import load_words
from tests.fakes.desk import ANSWER, Desk, mention, open_desk


async def test_lost_on_the_way_with_a_native_key_is_sent_once_more_under_the_same_key(tmp_path: Path) -> None:
    """Absent twice: one retry, same key, so that a first attempt that turns up late is the same post."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.settle()
        (post,) = desk.platform.posts()
        assert desk.state(entry.entry_id) is EntryState.SENT
        assert (post.key, desk.platform.requests, desk.entry(entry.entry_id).attempt) == (entry.key, 2, 2)


async def test_accepted_but_shown_long_after_is_not_doubled(tmp_path: Path) -> None:
    """The platform took it but shows it only an hour later: both looks miss it, and the retry's key saves us."""
    with open_desk(tmp_path, faults=[Fault.ACCEPT_LATE], native_key=True) as desk:
        desk.platform._late = timedelta(hours=1)
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.settle()
        assert len(desk.platform.posts()) == 1
        assert desk.platform.requests == 2
        assert desk.state(entry.entry_id) is EntryState.SENT


async def test_without_a_native_key_a_person_decides(tmp_path: Path) -> None:
    """Nothing is sent again: what two looks missed may still appear."""
    with open_desk(tmp_path, faults=[Fault.ACCEPT_LATE], native_key=False) as desk:
        desk.platform._late = timedelta(hours=1)
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.settle()
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "maybe_there")
        assert desk.platform.requests == 1


async def test_there_is_one_retry_and_no_more(tmp_path: Path) -> None:
    with open_desk(tmp_path, faults=[Fault.LOSE] * 5, native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.settle(rounds=20)
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "not_there_twice")
        assert desk.platform.requests == 2


async def test_one_look_is_not_enough(tmp_path: Path) -> None:
    """Platforms show a post seconds after they accept it."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        for _ in range(5):
            await desk.reconciler.run_once()
            desk.clock.advance(timedelta(seconds=11))
            assert desk.state(entry.entry_id) is EntryState.UNKNOWN
        desk.clock.advance(timedelta(seconds=6))
        await desk.reconciler.run_once()
        assert desk.state(entry.entry_id) is EntryState.PROVEN_ABSENT


async def test_a_clock_that_jumps_makes_no_second_look(tmp_path: Path) -> None:
    """RULES F13: the minute between two looks is measured by the clock that cannot jump."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        await desk.reconciler.run_once()
        desk.clock._now += timedelta(hours=1)
        await desk.reconciler.run_once()
        assert desk.state(entry.entry_id) is EntryState.UNKNOWN


async def test_a_restart_starts_looking_anew(desk: Desk, tmp_path: Path) -> None:
    """Nobody knows how long the process was away, so a look of an earlier life does not count."""
    with open_desk(tmp_path / "other", faults=[Fault.LOSE], native_key=True) as other:
        (one,) = other.hear(mention())
        entry = other.approved(one)
        await other.gateway.run_once()
        await other.reconciler.run_once()
        other.clock.advance(timedelta(seconds=61))
        await Reconciler(other.entries, {other.account.account.key: other.publisher}, other.clock).run_once()
        assert other.state(entry.entry_id) is EntryState.UNKNOWN


async def test_not_being_able_to_look_proves_nothing(tmp_path: Path) -> None:
    """A platform that is down is not an empty thread."""
    with open_desk(tmp_path, faults=[Fault.ACCEPT_THEN_ERROR], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        desk.publisher.unreachable = True
        for _ in range(3):
            await desk.reconciler.run_once()
            desk.clock.advance(timedelta(minutes=2))
        assert desk.state(entry.entry_id) is EntryState.UNKNOWN
        desk.publisher.unreachable = False
        await desk.reconciler.run_once()
        assert desk.state(entry.entry_id) is EntryState.FOUND


@pytest.mark.parametrize("text", [ANSWER.replace("Dag", "Hoi"), "Iets heel anders"])
async def test_another_post_of_ours_is_not_taken_for_it(tmp_path: Path, text: str) -> None:
    """Two answers in one thread: finding the first does not mean that the second arrived."""
    with open_desk(tmp_path, faults=[Fault.NONE, Fault.LOSE], native_key=False) as desk:
        (one,) = desk.hear(mention())
        first = desk.approved(one, text)
        await desk.gateway.run_once()
        second = desk.approved(one)
        await desk.settle()
        assert (desk.state(first.entry_id), desk.state(second.entry_id)) == (EntryState.SENT, EntryState.NEEDS_HUMAN)


async def test_a_post_that_another_entry_claims_is_not_found_twice(tmp_path: Path) -> None:
    """The same words a month later: last month's post is not today's."""
    with open_desk(tmp_path, faults=[Fault.NONE, Fault.LOSE], native_key=False) as desk:
        (one,) = desk.hear(mention())
        await desk.gateway.run_once()
        desk.approved(one)
        await desk.gateway.run_once()
        desk.clock.advance(timedelta(days=31))
        second = desk.approved(one)
        await desk.gateway.run_once()
        desk.reconciler._outbox.entries()  # reading changes nothing
        await desk.settle()
        assert desk.state(second.entry_id) is EntryState.NEEDS_HUMAN


async def test_a_post_that_is_there_twice_raises_an_alarm(tmp_path: Path) -> None:
    """It should never be; if it is, a person has to know."""
    with open_desk(tmp_path, faults=[Fault.ACCEPT_THEN_ERROR], native_key=False) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        await desk.platform.take(desk.account.account, entry.post, "by hand")
        report = await desk.reconciler.run_once()
        assert report.alarms == (("posted_twice", str(entry.entry_id)),)
        assert desk.state(entry.entry_id) is EntryState.FOUND


async def test_a_retry_passes_every_check_again(tmp_path: Path) -> None:
    """Between the two attempts somebody pressed stop."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        await desk.reconciler.run_once()
        desk.clock.advance(timedelta(seconds=61))
        await desk.reconciler.run_once()
        desk.outbox.stop("bram")
        await desk.gateway.run_once()
        assert desk.state(entry.entry_id) is EntryState.PROVEN_ABSENT
        assert desk.platform.requests == 1


async def test_the_reconciler_never_posts(tmp_path: Path) -> None:
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=True) as desk:
        (one,) = desk.hear(mention())
        desk.approved(one)
        await desk.gateway.run_once()
        clock: ManualClock = desk.clock
        for _ in range(5):
            await desk.reconciler.run_once()
            clock.advance(timedelta(minutes=2))
        assert desk.platform.requests == 1


async def test_what_was_sent_to_somebody_who_was_erased_since_is_not_looked_for_by_no_words(tmp_path: Path) -> None:
    """Its words are gone: any post of ours without words would be taken for it, and any other for a proof that it is not there."""
    with open_desk(tmp_path, faults=[Fault.ACCEPT_THEN_ERROR], native_key=True) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        assert desk.state(entry.entry_id) is EntryState.UNKNOWN
        people = SubjectLedger(desk.ledger.engine, desk.ledger.suppression)
        person = people.find("feed", "u-1")
        assert person is not None
        people.erase(person, by="sam", at=desk.clock.now(), elsewhere={})
        await desk.settle()
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "erased_since")
        for language, word in (("nl", "gewist"), ("en", "erased")):
            assert word in outbox_sentence(desk.entry(entry.entry_id), load_words(language, "outbox"))
        assert desk.platform.requests == 1
