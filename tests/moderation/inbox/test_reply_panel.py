"""The reply on the conversation's page, over a real ledger and a simulated platform: typed, previewed, sent once, changed, taken back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response

from listener.model.mention import Author, BrandHit, Kept, Removal
from moderation.inbox.sign_in import FRESH
from moderation.model.outbox import EntryState
from moderation.page_parts.outbox import outbox_parts
from moderation.page_parts.reply import reply_parts
from moderation.publishers.simulated import Fault
from tests.fakes.desk import Desk, edited, mention, open_desk
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of

TEXT = "Dag Jorrit, we zoeken het uit en je hoort vandaag van ons."
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}} {% for x in y %} ${HOME} %(naam)s <%= 1 %>",
    "' OR 1=1; DROP TABLE draft; --",
    "\u202eomgekeerd\u202c \x00 ﷽",
    "=cmd|' /C calc'!A0",
    "javascript:alert(1)",
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, signature="– Team Stroomwerk") as opened:
        opened.hear(mention("1", "Hallo, ik zit al twee uur zonder stroom."))
        yield opened


@pytest.fixture
def staff(desk: Desk) -> Staff:
    """Somebody who is signed in and holds case 1."""
    return _open(desk).come_in()


def _open(desk: Desk) -> Staff:
    parts = {"outbox": outbox_parts(desk, desk.home), "reply": reply_parts(desk.replies)}  # type: ignore[arg-type]  # the parts it uses
    hold(desk, AGENT)
    return visit(StaffDay(holders={1: AGENT}), **parts)


def hold(desk: Desk, who: str, case_id: int = 1) -> None:
    row = desk.cases.get(case_id)
    assert row is not None
    if row.holder and row.holder != who:
        desk.cases.release(case_id, row.holder, row.version, at=desk.clock.now())
        row = desk.cases.get(case_id)
        assert row is not None
    desk.cases.claim(case_id, who, row.version, at=desk.clock.now())


def form(text: str = TEXT, version: int = 0, **more: str) -> dict[str, str]:
    return {"text": text, "version": str(version), "language": "nl", "signature": "house", **more}


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page by name."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)}


def preview(staff: Staff, text: str = TEXT, version: int = 0, **more: str) -> str:
    """Ask for the preview and return its address."""
    answer = staff.post("/cases/1/reply/preview", form(text, version, **more))
    assert answer.status_code == 303, words_of(answer.text)[-800:]
    return answer.headers["location"]


def press_send(staff: Staff, where: str, **changed: str) -> Response:
    fields = hidden(staff.get(where).text)
    return staff.post(f"{where}/send", {"shown": fields["shown"], "seen": fields["seen"], "then": "stay", **changed})


def test_from_typing_to_accepted_without_a_script(staff: Staff, desk: Desk) -> None:
    page = staff.get("/cases/1")
    assert page.status_code == 200
    assert "Er vertrekt niets tot je op Verstuur drukt" in page.text
    where = preview(staff)
    shown = words_of(staff.get(where).text)
    assert "– Team Stroomwerk" in shown
    assert "Zo komt het er te staan" in shown
    assert "74 van 500" in shown or "van 500" in shown
    answer = press_send(staff, where)
    assert answer.headers["location"] == "/cases/1#reply"
    assert "Goedgekeurd" in words_of(staff.get("/cases/1").text)
    asyncio.run(desk.settle())
    (post,) = desk.platform.posts()
    assert post.text == f"{TEXT}\n\n– Team Stroomwerk"
    after = words_of(staff.get("/cases/1").text)
    assert "Geplaatst" in after
    assert desk.replies.write.mine(1, AGENT) is None, "what was sent is no longer being written"


def test_fifty_presses_of_send_are_one_post(staff: Staff, desk: Desk) -> None:
    where = preview(staff)
    fields = hidden(staff.get(where).text)
    sent = {"shown": fields["shown"], "seen": fields["seen"], "then": "stay"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: staff.post(f"{where}/send", sent).status_code, range(50)))
    assert set(answers) == {303}
    asyncio.run(desk.settle())
    assert len(desk.platform.posts()) == 1
    assert len(desk.entries.entries()) == 1


@pytest.mark.parametrize("field", ["shown", "seen"])
def test_a_form_that_says_something_else_sends_nothing(staff: Staff, desk: Desk, field: str) -> None:
    """The hash binds account, place and text; the rest names the conversation as it was read (RULES S13)."""
    where = preview(staff)
    for forged in ("", "0" * 64, "🙂", "1.99"):
        assert press_send(staff, where, **{field: forged}).status_code == 409
    assert desk.entries.entries() == []
    assert press_send(staff, where).status_code == 303


def test_a_stale_form_sends_nothing(staff: Staff, desk: Desk) -> None:
    """The text was changed in another window after it was previewed: what stands in the old form is not sent."""
    where = preview(staff)
    fields = hidden(staff.get(where).text)
    assert staff.post("/cases/1/reply", form("Iets heel anders.", 1)).status_code == 303
    answer = staff.post(f"{where}/send", {"shown": fields["shown"], "seen": fields["seen"]})
    assert answer.status_code == 409
    assert "veranderd nadat je hem bekeek" in words_of(answer.text)
    assert desk.entries.entries() == []


def test_a_new_message_of_the_customer_is_read_before_the_answer_leaves(staff: Staff, desk: Desk) -> None:
    where = preview(staff)
    again = mention("2", "Laat maar, hij doet het weer!", root_id="1", parent_id="1", author=mention("1").author)
    desk.hear(again)
    fields = hidden(staff.get(where).text)
    old = {"shown": fields["shown"], "seen": "1.1", "then": "stay"}
    answer = staff.post(f"{where}/send", old)
    assert answer.status_code == 409
    assert "Er is iets veranderd in dit gesprek" in words_of(answer.text)
    assert desk.entries.entries() == []


def test_a_message_that_its_writer_changed_is_answered_anew(staff: Staff, desk: Desk) -> None:
    """RULES F8: what was approved answered another text."""
    where = preview(staff)
    changed = edited(mention("1", "Hallo"), "Laat maar, het werkt weer", at=desk.clock.now())
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
    desk.ledger.mentions.add_page([Kept(mention=changed, hits=(hit,))], source="feed", next_cursor=None, at=desk.clock.now())
    page = staff.get(where)
    assert "target_edited" in page.text
    assert 'name="shown"' not in page.text, "there is no button for what a rule forbids"
    assert staff.post(f"{where}/send", {"shown": "x", "seen": "1.1"}).status_code == 409
    assert desk.entries.entries() == []


def test_only_who_holds_the_conversation_gets_further_than_writing(staff: Staff, desk: Desk) -> None:
    where = preview(staff)
    hold(desk, "Bram Vos")
    assert press_send(staff, where).status_code == 409
    answer = staff.post("/cases/1/reply/preview", form("Toch nog dit.", 1))
    assert answer.status_code == 409
    assert "Bram Vos heeft dit gesprek" in words_of(answer.text)
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.words.text == "Toch nog dit.", "what was typed is not lost"
    assert desk.entries.entries() == []


def test_an_unclaimed_conversation_asks_to_be_claimed_first(desk: Desk) -> None:
    staff = visit(StaffDay(), reply=reply_parts(desk.replies)).come_in()
    page = words_of(staff.get("/cases/1").text)
    assert "Pak dit gesprek eerst op" in page
    answer = staff.post("/cases/1/reply/preview", form())
    assert answer.status_code == 409
    assert desk.drafts.all() == []


def test_another_persons_draft_is_not_sent_by_its_address(staff: Staff, desk: Desk) -> None:
    where = preview(staff)
    fields = hidden(staff.get(where).text)
    bram = staff.colleague("Bram Vos")
    assert bram.get(where).status_code == 409
    assert bram.post(f"{where}/send", {"shown": fields["shown"], "seen": fields["seen"]}).status_code == 409
    approve = f"/outbox/drafts/{where.rpartition('/')[2]}/approve"
    assert bram.post(approve, {"shown": fields["shown"]}).status_code == 409, "nobody was asked to approve it"
    assert "Jorrit" not in words_of(bram.get("/outbox").text)
    assert desk.entries.entries() == []


def test_a_text_survives_and_a_second_window_overwrites_nothing(staff: Staff, desk: Desk) -> None:
    assert staff.post("/cases/1/reply", form("Eerste versie.")).status_code == 303
    kept = staff.post("/cases/1/reply", form("Tweede versie.", 1), x_klankbord_part="1")
    assert kept.json()["version"] == 2
    lost = staff.post("/cases/1/reply", form("Uit het andere venster.", 1))
    assert lost.status_code == 409
    page = words_of(lost.text)
    assert "Tweede versie." in page
    assert "Uit het andere venster." in page, "what was typed there is shown, to take over"
    again = _open(desk).come_in()
    assert "Tweede versie." in again.get("/cases/1").text


def test_whoever_holds_it_later_sees_whose_text_there_is(staff: Staff, desk: Desk) -> None:
    staff.post("/cases/1/reply", form("Half af."))
    hold(desk, "Bram Vos")
    bram = staff.colleague("Bram Vos")
    page = words_of(bram.get("/cases/1").text)
    assert f"{AGENT} begon hier aan een antwoord" in page
    assert bram.post("/cases/1/reply/take-over", {"person": AGENT}).status_code == 303
    mine = desk.replies.write.mine(1, "Bram Vos")
    assert mine is not None
    assert mine.words.text == "Half af."
    assert desk.replies.write.mine(1, AGENT) is not None


def test_a_text_is_gone_when_a_message_of_the_customer_is(staff: Staff, desk: Desk) -> None:
    """It may repeat their words, and those have to be gone (RULES, retention)."""
    again = mention("2", "En nu ook geen gas", root_id="1", parent_id="1", author=mention("1").author)
    desk.hear(again)
    staff.post("/cases/1/reply", form("Je schreef: twee uur zonder stroom."))
    desk.clock.advance(timedelta(minutes=1))
    desk.ledger.mentions.remove([Removal(platform="feed", realm="forum.example", native_id="1")], source="feed", at=desk.clock.now())
    assert desk.replies.write.mine(1, AGENT) is None
    assert "twee uur zonder stroom" not in staff.get("/cases/1").text
    assert desk.replies.forget_removed() == 1


def test_a_text_that_is_too_long_is_refused_with_how_much_and_never_cut(staff: Staff, desk: Desk) -> None:
    answer = staff.post("/cases/1/reply/preview", form("é" * 510))
    assert answer.status_code == 409
    assert "29 te lang; hier past 500" in words_of(answer.text)
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.words.text == "é" * 510
    live = staff.post("/cases/1/reply", form("é" * 511, 1), x_klankbord_part="1").json()
    assert (live["over"], live["meter"]) == (30, "30 te lang; hier past 500.")


def test_a_rule_that_forbids_is_said_in_the_readers_language_with_what_can_be_done(staff: Staff, desk: Desk) -> None:
    link = "Laat een review achter op https://www.kiyoh.com/stroomwerk"
    dutch = staff.post("/cases/1/reply/preview", form(link))
    assert dutch.status_code == 409
    said = words_of(dutch.text)
    assert "Zeg het in andere woorden." in said
    assert "review_link" in said
    english = staff.post("/cases/1/reply/preview?lang=en", form(link, 1))
    assert "Say it in other words." in words_of(english.text)
    assert desk.drafts.all() == []


def test_wording_that_puts_people_off_is_named_and_replaced_by_one_press(staff: Staff, desk: Desk) -> None:
    text = "Helaas kunnen we daar niets aan doen."
    answer = staff.post("/cases/1/reply/check", form(text))
    assert answer.status_code == 200
    hits = desk.replies.write.tone_of(desk.replies.write.case(1), text, "nl")
    assert hits
    assert hits[0].why in unescape(answer.text)
    fragment = staff.post("/cases/1/reply/check", form(text, 1), x_klankbord_part="1").text
    assert "<html" not in fragment
    put = staff.post("/cases/1/reply/put", form(text, 1, put="0.0"))
    assert put.status_code == 200
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.words.text == text[: hits[0].start] + hits[0].instead[0] + text[hits[0].end :]
    assert press_send(staff, preview(staff, text, kept.version)).status_code == 303, "it never forbids sending"


def test_a_template_asks_for_what_is_not_known(staff: Staff, desk: Desk) -> None:
    asked = staff.post("/cases/1/reply/insert", form("", key="reply_solved"))
    assert asked.status_code == 200
    assert "Onderwerp in een paar woorden" in words_of(asked.text)
    fields = form("", 1, key="reply_solved", fill_subject="de stroom in de Vogelbuurt")
    assert staff.post("/cases/1/reply/insert", fields).status_code == 303
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert "Dag Naam 1," in kept.words.text
    assert "de stroom in de Vogelbuurt" in kept.words.text
    assert kept.words.template.startswith("reply_solved@")


def test_a_template_of_the_team_is_kept_in_versions_and_never_run(staff: Staff, desk: Desk) -> None:
    made = {"language": "nl", "title": "Even bellen", "text": "Dag {{ customer }}, we bellen je over {{ issue }}."}
    assert staff.post("/templates", made).status_code == 303
    for bad in ("{% for x in y %}", "{{ customer.__class__ }}", "{{ 7*7 }}", "{{ wachtwoord }}", "[naam]"):
        refused = staff.post("/templates", {**made, "text": f"Dag {bad}"})
        assert refused.status_code == 409, bad
        assert f"Dag {bad}" in unescape(refused.text), "what was typed is not lost"
    changed = {"own": "own-1", "version": "1", "title": "Even bellen", "text": "Dag {{ customer }}, we bellen je."}
    assert staff.post("/templates/change", changed).status_code == 303
    assert staff.post("/templates/change", changed).status_code == 409, "somebody else changed it meanwhile"
    assert "versie 1" in words_of(staff.get("/templates/versions?own=own-1").text)
    staff.post("/cases/1/reply/insert", form("", key="own-1"))
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.words.text == "Dag Naam 1, we bellen je."
    assert staff.post("/templates/retire", {"own": "own-1"}).status_code == 303
    assert staff.post("/cases/1/reply/insert", form("", kept.version, key="own-1")).status_code == 409


def test_what_a_customer_calls_themselves_is_only_ever_a_value(desk: Desk) -> None:
    """Also when the name looks like a template: then it is asked instead of filled in, for nothing like it may leave (RULES I13)."""
    for number, name in enumerate(HOSTILE, 2):
        author = Author(platform="feed", realm="forum.example", native_id=f"u-{number}", name=name)
        desk.hear(mention(str(number), name, author=author))
    staff = _open(desk).come_in()
    staff.post("/templates", {"language": "nl", "title": "Kort", "text": "Dag {{ customer }}."})
    for case_id, name in enumerate(HOSTILE, 2):
        hold(desk, AGENT, case_id)
        answer = staff.post(f"/cases/{case_id}/reply/insert", form("", key="own-1"))
        kept = desk.replies.write.mine(case_id, AGENT)
        if answer.status_code == 303:
            assert kept is not None
            assert kept.words.text == f"Dag {' '.join(name.split())}.".replace("\x00", "\ufffd"), "as the ledger keeps it"
        assert "49" not in (kept.words.text if kept else "")
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_hostile_text_in_every_field_has_no_effect(staff: Staff, desk: Desk) -> None:
    for text in HOSTILE:
        fields = form(text, language=text, signature=text, key=text, put=text, person=text, template=text, note=text, own=text, owner=text)
        for path in ("", "/check", "/insert", "/put", "/preview", "/take-over", "/drop"):
            answer = staff.post(f"/cases/1/reply{path}", {**fields, "language": "nl"})
            assert answer.status_code in (200, 303, 409), path
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
        for path in ("/cases/1/reply", "/cases/1/reply/put", "/templates", "/templates/change", "/templates/signature"):
            assert staff.post(path, {**fields, "title": text}).status_code in (303, 409), path
    assert desk.entries.entries() == []


def test_an_approved_answer_says_why_it_waits(staff: Staff, desk: Desk) -> None:
    press_send(staff, preview(staff))
    desk.outbox.stop("bram")
    for page in ("/cases/1", "/outbox"):
        assert "De noodstop staat aan" in words_of(staff.get(page).text)


def test_a_posted_answer_is_changed_and_taken_back_by_a_second_press(staff: Staff, desk: Desk) -> None:
    press_send(staff, preview(staff))
    asyncio.run(desk.settle())
    (first,) = desk.entries.entries()
    assert staff.post(f"/cases/1/reply/{first.entry_id}/edit").status_code == 303
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert kept.edits == first.platform_id
    hold_again(desk)
    press_send(staff, preview(staff, "Dit is beter gezegd.", kept.version, signature="none"))
    asyncio.run(desk.settle())
    (post,) = desk.platform.posts()
    assert (post.text, post.edits) == ("Dit is beter gezegd.", 1)
    asked = staff.get(f"/cases/1/reply/{first.entry_id}/take-back")
    assert "Dit is beter gezegd." in asked.text
    assert "houdt wat er stond" in words_of(asked.text)
    assert staff.post(f"/cases/1/reply/{first.entry_id}/take-back", {"shown": "x"}).status_code == 409
    assert desk.platform.posts()[0].removed is False
    for _ in range(2):
        answer = staff.post(f"/cases/1/reply/{first.entry_id}/take-back", {"shown": hidden(asked.text)["shown"]})
        assert answer.status_code == 303
    asyncio.run(desk.settle())
    assert desk.platform.posts()[0].removed is True
    assert "Weggehaald" in words_of(staff.get("/cases/1").text) or "weggehaald" in words_of(staff.get("/cases/1").text)


def test_taking_back_asks_for_a_fresh_sign_in(staff: Staff, desk: Desk) -> None:
    press_send(staff, preview(staff))
    asyncio.run(desk.settle())
    (entry,) = desk.entries.entries()
    shown = hidden(staff.get(f"/cases/1/reply/{entry.entry_id}/take-back").text)["shown"]
    staff.clock.advance(FRESH + timedelta(seconds=1))
    assert staff.post(f"/cases/1/reply/{entry.entry_id}/take-back", {"shown": shown}).status_code == 403
    assert len(desk.entries.entries()) == 1


def test_what_the_platform_refused_is_taken_up_again(tmp_path: Path) -> None:
    with open_desk(tmp_path, faults=[Fault.REFUSE]) as desk:
        desk.hear(mention("1"))
        staff = _open(desk).come_in()
        press_send(staff, preview(staff))
        asyncio.run(desk.settle())
        (entry,) = desk.entries.entries()
        assert desk.state(entry.entry_id) is EntryState.REFUSED
        assert staff.post(f"/cases/1/reply/{entry.entry_id}/again").status_code == 303
        kept = desk.replies.write.mine(1, AGENT)
        assert kept is not None
        assert kept.words.text == TEXT


def hold_again(desk: Desk) -> None:
    """An answered case stays with whoever has it; make sure of it."""
    row = desk.cases.get(1)
    assert row is not None
    if row.holder != AGENT:
        hold(desk, AGENT)
