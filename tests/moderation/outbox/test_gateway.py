"""The write gateway: what it lets through, what it stops, and what it makes of every kind of answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from listener.errors import NotSent, PublishRejected, SourceUnavailable, StoreFull
from listener.ledger.tables import mention_brand
from listener.ledger.transactions import writing
from listener.model.mention import Kept, Removal
from moderation.ledger.tables import approval, outbox
from moderation.model.outbox import EntryState, NewDraft, Outcome
from moderation.model.post import Accepted, AccountId, OutgoingPost, PlaceNow, PostKind, Target
from moderation.outbox.gateway import Gateway
from moderation.publishers.simulated import Fault, SimulatedPublisher
from moderation.workflows.load_wording import load_words
from tests.fakes.desk import ANSWER, HOUSE, MORNING, Desk, another_gateway, edited, mention, open_desk


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[ExitStack]:
    """Opens further desks and closes them at the end."""
    with ExitStack() as stack:
        yield stack


def desk_with(stack: ExitStack, tmp_path: Path, *faults: Fault, **given: object) -> Desk:
    return stack.enter_context(open_desk(tmp_path / "home", faults=faults, **given))  # type: ignore[arg-type]  # by name


async def test_an_approved_answer_is_posted_once(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    report = await desk.gateway.run_once()
    again = await desk.gateway.run_once()
    assert [line.state for line in report.sent] == [EntryState.SENT]
    assert again.sent == ()
    (post,) = desk.platform.posts()
    assert (post.text, post.parent_id, post.key) == (ANSWER, "1", entry.key)
    assert desk.entry(entry.entry_id).platform_id == post.platform_id


async def test_a_draft_that_nobody_approved_does_not_leave(desk: Desk) -> None:
    """D1: nothing without an approval."""
    (one,) = desk.hear(mention())
    desk.draft(one)
    await desk.settle()
    assert desk.platform.posts() == []


async def test_two_gateways_that_choose_one_entry_send_it_once(desk: Desk) -> None:
    """Both read it as approved before either starts; the compare-and-set lets one through. The platform knows no repeated keys here."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.gateway.run_once()  # nothing is left over from another life
    assert desk.state(entry.entry_id) is EntryState.SENT
    (two,) = desk.hear(mention("2"))
    desk.approved(two)
    gateways = [another_gateway(desk) for _ in range(5)]
    for gateway in gateways:
        gateway._leftovers = False
    reports = await asyncio.gather(*(gateway.run_once() for gateway in gateways))
    assert sum(len(report.sent) for report in reports) == 1
    assert len(desk.platform.posts()) == 2


async def test_starting_is_a_compare_and_set(desk: Desk) -> None:
    """Whoever read an older version gets nothing."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    assert desk.entries.start(entry, at=desk.clock.now()) is not None
    assert desk.entries.start(entry, at=desk.clock.now()) is None


@pytest.mark.parametrize("fault", [Fault.ACCEPT_THEN_HANG, Fault.ACCEPT_THEN_ERROR])
async def test_no_answer_is_unknown_and_is_not_sent_again(fault: Fault, desks: ExitStack, tmp_path: Path) -> None:
    """RULES F4: time-out or 502 after the platform accepted. It is looked for, and found."""
    desk = desk_with(desks, tmp_path, fault, native_key=False)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.gateway.run_once()
    assert desk.state(entry.entry_id) is EntryState.UNKNOWN
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.FOUND
    assert len(desk.platform.posts()) == 1
    assert desk.platform.requests == 1


async def test_what_never_left_is_sent_again_a_minute_later_and_given_up_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name, no connection: nothing can be there, so nobody has to look; after five tries it is for a person."""
    (one, two) = desk.hear(mention(), mention("2", "Nog steeds geen stroom hier"))
    waits, never = desk.approved(one), desk.approved(two, "Dag, wat vervelend. Welke straat?")
    really = desk.publisher.publish

    async def offline(post: OutgoingPost, *, key: str) -> Accepted:
        if key == waits.key and desk.clock.now() > MORNING + timedelta(minutes=12):
            return await really(post, key=key)
        raise NotSent("social.example could not be reached")

    monkeypatch.setattr(desk.publisher, "publish", offline)
    await desk.gateway.run_once()
    assert desk.state(waits.entry_id) is EntryState.PROVEN_ABSENT
    assert (await desk.gateway.run_once()).held == {waits.entry_id: "waiting", never.entry_id: "waiting"}
    for _ in range(6):
        desk.clock.advance(timedelta(seconds=61))
        await desk.gateway.run_once()
    assert desk.state(waits.entry_id) is EntryState.SENT
    assert desk.state(never.entry_id) is EntryState.REFUSED
    assert len(desk.platform.posts()) == 1


async def test_a_mistake_in_a_publisher_counts_as_unknown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong on our side says nothing about what the platform did."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)

    async def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.publisher, "publish", broken)
    await desk.gateway.run_once()
    assert desk.state(entry.entry_id) is EntryState.UNKNOWN


async def test_a_refusal_is_final(desks: ExitStack, tmp_path: Path) -> None:
    """RULES F9: no retry, and the platform's words are kept."""
    desk = desk_with(desks, tmp_path, Fault.REFUSE)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.REFUSED
    assert "403" in desk.entry(entry.entry_id).note
    assert desk.platform.requests == 1


@pytest.mark.parametrize(("why", "reason"), [("locked", "target_locked"), ("deleted", "target_gone")])
async def test_a_closed_thread_gets_no_request(desk: Desk, why: str, reason: str) -> None:
    """RULES F9: the place is asked about just before the send."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    desk.platform.close_thread(entry.post.target, why=why)
    await desk.settle()
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.CANCELLED, reason)
    assert desk.platform.requests == 0


@pytest.mark.parametrize("edits", ["", "abc"])
async def test_what_was_for_one_person_does_not_go_where_others_read(desk: Desk, monkeypatch: pytest.MonkeyPatch, edits: str) -> None:
    """Nor is what stands there already changed: a closed thread takes edits, a place that others came into does not."""
    (one,) = desk.hear(mention())
    new = desk.draft(one)
    said = NewDraft(kind=new.kind, target=new.target, text=new.text, language=new.language, author=new.author, edits=edits)
    entry = desk.outbox.approve(desk.drafts.add(said, at=desk.clock.now()).draft_id, "anna")

    async def shared(_target: Target) -> PlaceNow:
        return PlaceNow.SHARED

    monkeypatch.setattr(desk.publisher, "place_now", shared)
    await desk.settle()
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.CANCELLED, "target_shared")
    assert desk.platform.requests == 0
    assert all(load_words(language, "outbox")["reason.target_shared"] for language in ("nl", "en"))


@pytest.mark.parametrize("why", ["gone", "locked", "shared", "banned", "forbidden", "invalid", "too_long"])
async def test_a_platform_that_says_no_is_understood_and_not_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """RULES F9: the place looked open, then the platform refused: final, with words for a person in both languages."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    asked: list[str] = []

    async def no(_post: OutgoingPost, *, key: str) -> Accepted:
        asked.append(key)
        raise PublishRejected("403", why=why)

    monkeypatch.setattr(desk.publisher, "publish", no)
    await desk.settle()
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.REFUSED, f"said_{why}")
    assert asked == [entry.key]
    assert all(load_words(language, "outbox")[f"reason.said_{why}"] for language in ("nl", "en"))


async def test_a_platform_that_asks_to_wait_is_given_the_time(desks: ExitStack, tmp_path: Path) -> None:
    """429: nothing was accepted, so it may be sent later, under the same key and not before the time asked for."""
    desk = desk_with(desks, tmp_path, Fault.RATE_LIMIT, native_key=False)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.gateway.run_once()
    held = await desk.gateway.run_once()
    assert held.held == {entry.entry_id: "waiting"}
    assert desk.platform.requests == 1
    desk.clock.advance(timedelta(seconds=30))
    await desk.gateway.run_once()
    assert desk.platform.requests == 1
    desk.clock.advance(timedelta(seconds=4))
    await desk.gateway.run_once()
    (post,) = desk.platform.posts()
    assert post.key == entry.key
    assert desk.state(entry.entry_id) is EntryState.SENT


async def test_an_edit_after_approval_makes_it_void(desk: Desk) -> None:
    """RULES F8: "thanks for the compliment" below a message that now says the opposite."""
    before = mention(text="Wat zijn jullie snel!")
    (one,) = desk.hear(before)
    entry = desk.approved(one, "Dank je wel voor het compliment.")
    changed = edited(before, "Het is weer stuk!", at=MORNING + timedelta(minutes=5))
    desk.ledger.mentions.add_page([Kept(mention=changed)], source="feed", next_cursor=None, at=desk.clock.now())
    await desk.settle()
    assert desk.platform.posts() == []
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "target_edited")


async def test_a_message_that_is_gone_is_not_answered(desk: Desk) -> None:
    """RULES F9: cancelled, with the reason, and no request is made."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    gone = Removal(platform="feed", realm="forum.example", native_id="1")
    desk.ledger.mentions.remove([gone], source="feed", at=desk.clock.now())
    await desk.settle()
    assert desk.platform.requests == 0
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.CANCELLED, "target_gone")


TAMPERED: tuple[tuple[str, dict[str, object]], ...] = (
    ("text", {"text": ANSWER + "!"}),
    ("thread", {"thread_id": "another"}),
    ("parent", {"parent_id": "another"}),
    ("realm", {"realm": "elsewhere.example"}),
    ("platform", {"platform": "x"}),
    ("account", {"account_native_id": "someone-else"}),
    ("media", {"media": ["picture"]}),
    ("kind", {"kind": PostKind.INVITATION.value}),
    ("revision", {"revision": 5}),
    ("key", {"idempotency_key": "0" * 32}),
    ("salt", {"key_salt": "0" * 32}),
)


@pytest.mark.parametrize(("what", "values"), TAMPERED)
async def test_what_is_not_what_was_approved_stays(desk: Desk, what: str, values: dict[str, object]) -> None:
    """RULES F31, S13: mutate each field after the approval; none leaves."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    with writing(desk.ledger.engine) as tx:
        tx.execute(update(outbox).values(values))
    await desk.gateway.run_once()
    assert desk.platform.requests == 0
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "approval_void")


async def test_an_approval_whose_life_was_stretched_is_void(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    with writing(desk.ledger.engine) as tx:
        tx.execute(update(approval).values(expires_at=desk.clock.now() + timedelta(days=400)))
    await desk.gateway.run_once()
    assert desk.platform.requests == 0
    assert desk.entry(entry.entry_id).reason == "approval_void"


async def test_an_account_that_became_another_does_not_post(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES F31: the token in the settings was swapped; the platform now names another account."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    monkeypatch.setattr(desk.publisher, "_account", AccountId(platform="simulated", realm="simulated", native_id="x", name="stroomloket"))
    await desk.gateway.run_once()
    assert desk.platform.requests == 0
    assert desk.state(entry.entry_id) is EntryState.NEEDS_HUMAN
    assert "account_swapped" in desk.entry(entry.entry_id).note


async def test_an_entry_of_an_account_that_is_not_connected_waits(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    other = Gateway(desk.entries, desk.counts, desk.ledger.mentions, {}, desk.switch, desk.precheck.policy, HOUSE, desk.clock)
    report = await other.run_once()
    assert report.held == {entry.entry_id: "account_not_connected"}
    assert desk.state(entry.entry_id) is EntryState.APPROVED


async def test_an_account_that_cannot_say_who_it_is_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(_self: SimulatedPublisher) -> AccountId:
        raise SourceUnavailable("503")

    monkeypatch.setattr(SimulatedPublisher, "whoami", down)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    report = await desk.gateway.run_once()
    assert report.held == {entry.entry_id: "account_unreachable"}
    assert desk.platform.requests == 0


async def test_an_approval_that_ran_out_is_not_used(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    desk.clock.advance(timedelta(hours=24))
    await desk.gateway.run_once()
    assert desk.platform.requests == 0
    assert desk.state(entry.entry_id) is EntryState.EXPIRED


async def test_the_same_words_do_not_go_twice_to_one_place(desk: Desk) -> None:
    """Two agents approve the same sentence in one thread before either leaves: the second is stopped just before sending."""
    (one,) = desk.hear(mention())
    first, second = desk.approved(one), desk.approved(one)
    await desk.settle()
    assert len(desk.platform.posts()) == 1
    assert (desk.state(first.entry_id), desk.state(second.entry_id)) == (EntryState.SENT, EntryState.NEEDS_HUMAN)
    assert "same_text" in desk.entry(second.entry_id).note


async def test_caps_hold_broadcasts_until_the_hour_has_passed(desks: ExitStack, tmp_path: Path) -> None:
    """RULES 2.1: at most so many an hour under standing approvals and broadcasts; personal replies are not counted."""
    desk = desk_with(desks, tmp_path, house=replace(HOUSE, most_per_hour=2))
    ids = desk.hear(*(mention(str(number)) for number in range(6)))
    for number, one in enumerate(ids[:3]):
        desk.outbox.approve(desk.draft(one, f"Stand van zaken {number}", kind=PostKind.STATUS_UPDATE).draft_id, "anna")
    for one in ids[3:]:
        desk.approved(one)
    report = await desk.gateway.run_once()
    assert list(report.held.values()) == ["cap_hour"]
    assert len(desk.platform.posts()) == 5
    desk.clock.advance(timedelta(minutes=61))
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 6


async def test_many_replies_of_one_person_raise_an_alarm_and_leave(desks: ExitStack, tmp_path: Path) -> None:
    desk = desk_with(desks, tmp_path, house=replace(HOUSE, alarm_per_hour=2))
    for one in desk.hear(*(mention(str(number)) for number in range(3))):
        desk.approved(one)
    report = await desk.gateway.run_once()
    assert report.alarms == (("many_replies", "2"),)
    assert len(desk.platform.posts()) == 3


async def test_stop_holds_at_once_in_the_middle_of_a_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES F29: pressed while many wait. What is on its way ends in a known state; nothing new starts."""
    for one in desk.hear(*(mention(str(number)) for number in range(30))):
        desk.approved(one)
    publish = SimulatedPublisher.publish

    async def pressed_on_the_way(self: SimulatedPublisher, *given: object, **named: object) -> object:
        if desk.platform.requests == 10:
            desk.outbox.stop("bram")
        return await publish(self, *given, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(SimulatedPublisher, "publish", pressed_on_the_way)
    report = await desk.gateway.run_once()
    assert report.stopped == "kill_switch"
    assert len(desk.platform.posts()) == 11
    assert len(desk.entries.entries([EntryState.APPROVED])) == 19
    assert not desk.entries.entries([EntryState.STARTED, EntryState.UNKNOWN])


async def test_either_half_of_the_switch_stops(desk: Desk) -> None:
    """The file needs no database, the flag needs no shell; each is enough."""
    (one,) = desk.hear(mention())
    desk.approved(one)
    file = desk.home / "outbox.stop"
    file.touch()
    assert (await desk.gateway.run_once()).stopped == "kill_switch"
    desk.outbox.stop("bram")
    file.unlink()
    assert (await desk.gateway.run_once()).stopped == "kill_switch"
    assert desk.platform.requests == 0
    desk.outbox.resume("bram")
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == 1


async def test_the_flag_stops_even_between_the_check_and_the_start(desk: Desk) -> None:
    """The compare-and-set reads the flag in its own transaction."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    desk.outbox.stop("bram")
    assert desk.entries.start(entry, at=desk.clock.now()) is None


async def test_a_full_disk_stops_sending_and_recovers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES F10: the outcome could not be written down. Nothing more leaves in this run; the next one looks for it instead of sending."""
    first, second = desk.hear(mention("1"), mention("2"))
    entry, other = desk.approved(first), desk.approved(second)
    finish = desk.entries.finish

    def full(*_given: object, **_named: object) -> bool:
        raise StoreFull("no space left")

    monkeypatch.setattr(desk.entries, "finish", full)
    with pytest.raises(StoreFull):
        await desk.gateway.run_once()
    monkeypatch.setattr(desk.entries, "finish", finish)
    await desk.settle()
    assert (desk.state(entry.entry_id), desk.state(other.entry_id)) == (EntryState.FOUND, EntryState.SENT)
    assert len(desk.platform.posts()) == 2


async def test_a_service_that_stops_in_the_middle_marks_what_is_on_its_way(desks: ExitStack, tmp_path: Path) -> None:
    """RULES F37: SIGTERM cancels the run; the entry is unknown, never approved again."""
    desk = desk_with(desks, tmp_path, Fault.ACCEPT_THEN_HANG, send_seconds=30)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    run = asyncio.create_task(desk.gateway.run_once())
    while not desk.platform.posts():  # noqa: ASYNC110 - what is waited for is a line in a file
        await asyncio.sleep(0.01)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert desk.state(entry.entry_id) is EntryState.UNKNOWN


async def test_an_answer_that_comes_late_is_still_the_truth(desk: Desk) -> None:
    """Another start called the entry unknown while the first attempt was still waiting for its answer."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    started = desk.entries.start(entry, at=desk.clock.now())
    assert started is not None
    desk.entries.recover(at=desk.clock.now())
    assert desk.entries.finish(started, Outcome(state=EntryState.SENT, platform_id="post-9"), at=desk.clock.now())
    assert desk.state(entry.entry_id) is EntryState.SENT


async def test_an_entry_stuck_in_between_raises_an_alarm(desks: ExitStack, tmp_path: Path) -> None:
    """RULES A10: 19,000 posts stood still for three hours elsewhere; two minutes is enough to tell a person."""
    desk = desk_with(desks, tmp_path, Fault.LOSE)
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.gateway.run_once()
    desk.clock.advance(timedelta(minutes=3))
    report = await desk.gateway.run_once()
    assert ("stuck", str(entry.entry_id)) in report.alarms


async def test_x_is_answered_only_where_we_were_named(desk: Desk) -> None:
    """RULES P1, at the gateway too: the label on the message may have changed since the approval."""
    tweet = mention("9", platform="x", realm="x.example", author=None)
    (one,) = desk.hear(tweet)
    entry = desk.approved(one)
    with writing(desk.ledger.engine) as tx:
        tx.execute(update(mention_brand).values(directed=False))
    await desk.gateway.run_once()
    assert desk.platform.requests == 0
    assert "x_summoned" in desk.entry(entry.entry_id).note
