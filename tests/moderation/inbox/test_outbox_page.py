"""The page about what leaves: what it shows, who may press what, and that pressing does it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.inbox.sign_in import FRESH
from moderation.model.outbox import EntryState
from moderation.model.post import AccountId
from moderation.outbox.accounts import Accounts
from moderation.page_parts.outbox import outbox_parts
from moderation.publishers.simulated import Fault
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose platform loses the first request and knows no keys: the first answer ends with a person."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=False) as opened:
        yield opened


@pytest.fixture
def staff(desk: Desk) -> Staff:
    """Somebody who is signed in on pages over that desk."""
    return visit(StaffDay(), outbox=outbox_parts(desk, desk.home)).come_in()  # type: ignore[arg-type]  # the parts it uses


def shown_on(page: str) -> str:
    """Return the hash that the page's one form carries."""
    (found,) = re.findall(r'name="shown" value="([0-9a-f]{64})"', page)
    return str(found)


def later(staff: Staff) -> None:
    """Let a quarter of an hour and a second pass."""
    staff.clock.advance(FRESH)
    staff.clock.advance(FRESH / 900)


def test_a_draft_is_approved_on_the_page_by_name_and_once(staff: Staff, desk: Desk) -> None:
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    page = staff.get("/outbox").text
    assert draft.text in words_of(page)
    for _ in range(2):
        assert staff.post(f"/outbox/drafts/{draft.draft_id}/approve", {"shown": shown_on(page)}).status_code == 303
    (entry,) = desk.entries.entries()
    assert (entry.state, entry.approved_by) == (EntryState.APPROVED, staff.agent)


def test_what_is_approved_is_what_the_page_showed(staff: Staff, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page left open while another account was connected: the words are the same, and whoever pressed saw another sender (RULES S13)."""
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    path, shown = f"/outbox/drafts/{draft.draft_id}/approve", shown_on(staff.get("/outbox").text)
    for other in ("", "0" * 64, desk.outbox.shown(replace(draft, text=f"{draft.text} "))):
        answer = staff.post(path, {"shown": other})
        assert (answer.status_code, desk.entries.entries()) == (409, []), other
        assert "niet" in words_of(answer.text)
    accounts = desk.precheck.accounts.all
    swapped = [replace(one, account=replace(one.account, native_id="another")) for one in accounts]
    monkeypatch.setattr(desk.precheck, "accounts", Accounts(swapped))
    assert staff.post(path, {"shown": shown}).status_code == 409
    assert desk.entries.entries() == []
    assert staff.post(path, {"shown": shown_on(staff.get("/outbox").text)}).status_code == 303


def test_approving_and_resuming_ask_for_a_fresh_sign_in(staff: Staff, desk: Desk) -> None:
    """RULES S12: a page that somebody left open is not enough to post, nor to let posting go on. Stopping always is."""
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    later(staff)
    answer = staff.post(f"/outbox/drafts/{draft.draft_id}/approve")
    assert (answer.status_code, desk.entries.entries()) == (403, [])
    assert "kwartier" in words_of(answer.text)
    assert staff.post("/outbox/stop").status_code == 303
    assert desk.switch._flag.stop_flag().by == staff.agent
    assert staff.post("/outbox/resume").status_code == 403
    assert desk.outbox.stopped()
    staff.come_in()
    assert staff.post("/outbox/resume").status_code == 303
    assert not desk.outbox.stopped()


def test_being_busy_does_not_keep_a_sign_in_fresh(staff: Staff) -> None:
    for _ in range(6):
        staff.clock.advance(FRESH / 5)
        staff.get("/outbox")
    session = staff.sign_in.session(staff.cookie)
    assert session is not None
    assert not staff.sign_in.fresh(session)


def test_what_needs_a_person_says_so_in_words_and_is_ended_there(staff: Staff, desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    asyncio.run(desk.settle())
    assert desk.state(entry.entry_id) is EntryState.NEEDS_HUMAN
    page = staff.get("/outbox?state=needs_human").text
    assert "Kijk zelf" in words_of(page)
    assert f'action="/outbox/{entry.entry_id}/resolve"' in page
    assert staff.post(f"/outbox/{entry.entry_id}/resolve", {"there": ""}).status_code == 409
    assert staff.post(f"/outbox/{entry.entry_id}/resolve", {"found": "no"}).status_code == 303
    assert desk.state(entry.entry_id) is EntryState.CANCELLED
    assert [draft.text for draft in desk.drafts.all() if draft.state.value == "open"] == [entry.post.text]


def test_what_was_approved_is_taken_back_with_a_reason(staff: Staff, desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    assert staff.post(f"/outbox/{entry.entry_id}/cancel", {"why": "al gebeld"}).status_code == 303
    assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).note) == (EntryState.CANCELLED, "al gebeld")


def test_an_alarm_stands_there_until_somebody_saw_it(staff: Staff, desk: Desk) -> None:
    desk.alarms.raise_once("unknown_own_post", "x#9", note="https://x.example/9", at=desk.clock.now())
    assert "https://x.example/9" in words_of(staff.get("/outbox").text)
    (alarm,) = desk.alarms.unseen()
    assert staff.post(f"/outbox/alarms/{alarm.alarm_id}/seen").status_code == 303
    assert "https://x.example/9" not in words_of(staff.get("/outbox").text)


@pytest.mark.parametrize("path", ["/outbox/stop", "/outbox/resume", "/outbox/1/cancel", "/outbox/1/resolve", "/outbox/drafts/1/approve"])
def test_nobody_presses_anything_without_being_signed_in_or_with_another_form(staff: Staff, desk: Desk, path: str) -> None:
    assert staff.post(path, {"csrf": "another"}, csrf=False).status_code == 403
    staff.cookie = ""
    assert staff.post(path, {"csrf": "another"}, csrf=False).status_code == 401
    assert not desk.outbox.stopped()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_reads_in_both_languages_and_escapes_what_people_wrote(staff: Staff, desk: Desk, language: str) -> None:
    (one,) = desk.hear(mention())
    desk.approved(one, "Let op: <script>alert(1)</script> is geen antwoord")
    page = staff.get(f"/outbox?lang={language}").text
    assert "<script>alert" not in page
    assert {"nl": "Wat namens ons vertrekt", "en": "What leaves in our name"}[language] in page
    assert staff.get("/outbox?state=nonsense").status_code == 404


async def test_what_the_gate_refused_says_which_rule_in_the_language_of_the_page(
    staff: Staff, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has to decide about it reads what the rule says, not its name alone."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    monkeypatch.setattr(desk.publisher, "_account", AccountId(platform="simulated", realm="simulated", native_id="x", name="stroomloket"))
    await desk.gateway.run_once()
    assert desk.entry(entry.entry_id).note == "account_swapped"
    rule = desk.precheck.policy.rules["account_swapped"]
    for language in ("nl", "en"):
        assert f"{rule.says[language]} [account_swapped" in words_of(staff.get(f"/outbox?lang={language}").text)


def test_a_draft_for_x_says_what_it_costs_in_the_language_of_the_page(staff: Staff, desk: Desk) -> None:
    """RULES P8: the cost is seen before anything is approved."""
    (one,) = desk.hear(mention(platform="x", realm="x.example"))
    desk.draft(one, "Kijk op https://stroom.example, daar staat het.")
    assert "Dit kost $ 0,200 op X." in words_of(staff.get("/outbox?lang=nl").text)
    assert "This costs $0.200 on X." in words_of(staff.get("/outbox?lang=en").text)
