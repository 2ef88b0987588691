"""The queue's pages on a real ledger: what is counted is what is there, what is announced is what is done, and two people never share."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.event import listen, remove

from listener.model.analysis import Label
from listener.model.mention import BrandHit, Kept
from moderation.inbox.act_fields import until_of
from moderation.inbox.page_records import CaseDetail
from moderation.inbox.queue_choice import choice_of, from_query, query_of
from moderation.model.case_act import ActVerb, NewAct
from moderation.model.clock import ClockState
from moderation.model.person import Person, Role
from moderation.model.queue import Order, QueueChoice, Tab
from moderation.page_parts.queue import queue_parts
from moderation.workflows.queue_cases import WHOLE
from tests.fakes.desk import MORNING, Desk, mention
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_figures import ZONE
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.ledger.test_cases import analyse

ME = Person(name=AGENT, role=Role.AGENT, teams=frozenset({"webcare"}))


def speak(desk: Desk, *numbers: int, brand: str = "Stroomwerk", platform: str = "feed", minutes: int = 0) -> list[int]:
    """Let people speak to a brand of ours, a minute apart, and return their cases in that order."""
    hit = BrandHit(brand=brand, directed=True, terms=("x",))
    said = [mention(str(one), platform=platform, posted_at=MORNING + timedelta(minutes=minutes + at)) for at, one in enumerate(numbers)]
    page = [Kept(mention=one, hits=(hit,)) for one in said]
    desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=desk.clock.now())
    desk.queueing.follow.once()
    ids = {row.mention_ids[0]: row.case_id for row in desk.cases.rows()}
    found = [desk.ledger.mentions.find(one.key) for one in said]
    return [ids[one.mention_id] for one in found if one is not None]


@pytest.fixture
def staff(desk: Desk) -> Staff:
    """Somebody who is signed in on the pages of this desk's queue."""
    parts = queue_parts(desk.queueing, desk.ledger, desk.clock)

    def case(case_id: int) -> CaseDetail | None:
        found = parts.entries([case_id], ME)
        return CaseDetail(entry=found[0], mentions=(found[0].opening,)) if found else None

    return visit(StaffDay(), queue=parts, case=case, clock=desk.clock).come_in()


def rows_of(page: str) -> list[int]:
    """Return the cases of a page, in order."""
    return [int(one) for one in re.findall(r'data-row="(\d+)"', page)]


def test_a_hundred_and_twenty_cases_are_three_pages_with_an_exact_count(desk: Desk, staff: Staff) -> None:
    desk.clock.advance(timedelta(hours=5))
    ids = speak(desk, *range(120))
    first, second, third = (staff.get(f"/queue?page={page}").text for page in (1, 2, 3))
    assert rows_of(first) + rows_of(second) + rows_of(third) == ids, "whoever waits longest comes first"
    assert "Wacht 120" in words_of(first)
    assert "101–120 van 120" in words_of(third)
    beyond = staff.get("/queue?page=9")
    assert (beyond.status_code, beyond.headers["location"]) == (303, "/queue?page=3")


def test_a_page_far_beyond_the_last_costs_no_more_than_the_counts(desk: Desk) -> None:
    """An address can name any page: passing over every case to find nothing is work that somebody could ask for all day (RULES S14)."""
    speak(desk, 1, 2)
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    listen(desk.ledger.engine, "before_cursor_execute", note)
    try:
        for page in (1, 10**6):
            found = desk.queueing.queue.page(WHOLE, ME, page=page)
            assert (found.total, len(found.rows)) == (2, 2 if page == 1 else 0)
            deep = [one for one in asked if "OFFSET" in one.upper()]
            assert len(deep) == (1 if page == 1 else 0)
            asked.clear()
    finally:
        remove(desk.ledger.engine, "before_cursor_execute", note)


def test_the_page_is_worked_without_a_script(desk: Desk, staff: Staff) -> None:
    """Next, look, undo: every step is a form that a browser without scripts sends."""
    (case_id,) = speak(desk, 1)
    taken = staff.post("/queue/next", {"query": ""})
    where = taken.headers["location"]
    assert urlsplit(where).path == f"/cases/{case_id}"
    act_id = parse_qs(urlsplit(where).query)["did"][0]
    assert "Bij jou 1 Wacht 0" in words_of(staff.get("/queue").text)
    page = staff.get(f"/queue?did={act_id}").text
    assert "Opgepakt. Ongedaan maken" in words_of(page)
    back = staff.post(f"/acts/{act_id}/undo", {"back": f"/queue?tab=mine&did={act_id}"})
    assert back.headers["location"] == "/queue?tab=mine&undone=1"
    assert "Ongedaan gemaakt." in words_of(staff.get(back.headers["location"]).text)
    assert "Bij jou 0 Wacht 1" in words_of(staff.get("/queue").text)
    empty = staff.post("/queue/next", {"query": "brand=Anders"})
    assert empty.headers["location"] == "/queue?brand=Anders&none=1"


def test_undo_is_offered_for_ten_seconds_and_only_to_whoever_did_it(desk: Desk, staff: Staff) -> None:
    (case_id,) = speak(desk, 1)
    act = desk.queueing.acts.claim(case_id, AGENT, 0)
    colleague = staff.colleague("Bram Vos")
    assert "Ongedaan maken" in words_of(staff.get(f"/queue?did={act.act_id}").text)
    assert "Opgepakt" not in words_of(colleague.get(f"/queue?did={act.act_id}").text)
    desk.clock.advance(timedelta(seconds=11))
    assert "Ongedaan maken" not in words_of(staff.get(f"/queue?did={act.act_id}").text)
    for nonsense in ("0", "999999", "x", "-1", "9" * 30):
        assert staff.get(f"/queue?did={nonsense}").status_code == 200


def test_undo_sends_nobody_elsewhere(desk: Desk, staff: Staff) -> None:
    (case_id,) = speak(desk, 1)
    act = desk.queueing.acts.claim(case_id, AGENT, 0)
    assert staff.post(f"/acts/{act.act_id}/undo", {"back": "//evil.example/x"}).headers["location"] == "/?undone=1"


def test_a_claim_pressed_by_fifty_people_at_once_is_told_to_forty_nine(desk: Desk, staff: Staff) -> None:
    """Through the pages: one is sent to the case, the others see who has it."""
    (case_id,) = speak(desk, 1)
    people = [staff.colleague(f"agent {number}") for number in range(50)]  # the pages sign each of them in
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda one: one.post(f"/cases/{case_id}/claim", {"version": "0"}), people))
    held = next(row.holder for row in desk.cases.rows())
    assert sorted(answer.status_code for answer in answers) == [303, *[409] * 49]
    assert people[[answer.status_code for answer in answers].index(303)].agent == held
    assert sum(f"{held} was je net voor" in words_of(answer.text) for answer in answers) == 49


def test_a_bulk_does_what_its_page_announced(desk: Desk, staff: Staff) -> None:
    """The page before says how many; a colleague's case stays; the notice after says the same number; undo restores all."""
    desk.queueing.acts.claim(speak(desk, 7)[0], "Bram Vos", 0)
    ids = speak(desk, 1, 2, 3)
    for verb in ("claim", "assign", "snooze", "spam", "not_ours", "close"):
        fields = {"assign": {"whom": "Bram Vos"}, "snooze": {"until": "tomorrow"}, "close": {"ending": "no_answer_needed"}}.get(verb, {})
        ticked = "&".join(f"case={row.case_id}.{row.version}" for row in desk.cases.rows())
        before = {row.case_id: (row.state, row.holder, row.snoozed_until) for row in desk.cases.rows()}
        page = staff.get(f"/queue/bulk?act={verb}&{ticked}").text
        announced = int(re.findall(r"(\d+) gesprek", words_of(page.partition("<h1>")[2].partition("</h1>")[0]))[0])
        assert announced == (4 if verb == "assign" else 3)
        assert ("Blijft zoals het is 1" in words_of(page)) == (verb != "assign")
        assert {row.case_id: (row.state, row.holder, row.snoozed_until) for row in desk.cases.rows()} == before, "looking changes nothing"
        cases = re.findall(r'name="cases" value="([^"]*)"', page)[0]
        answer = staff.post("/queue/bulk", {"act": verb, "cases": cases, "query": "", **fields})
        act_id = int(parse_qs(urlsplit(answer.headers["location"]).query)["did"][0])
        assert len(desk.queueing.acts.together(act_id)) == announced
        assert f"{announced} gesprekken" in words_of(staff.get(answer.headers["location"]).text)
        assert all(desk.queueing.acts.acts(case_id) for case_id in ids)
        staff.post(f"/acts/{act_id}/undo", {"back": "/queue"})
        assert {row.case_id: (row.state, row.holder, row.snoozed_until) for row in desk.cases.rows()} == before


def test_all_of_a_choice_can_be_done_at_once_beyond_the_page(desk: Desk, staff: Staff) -> None:
    speak(desk, *range(60))
    page = staff.get("/queue/bulk?act=not_ours&every=1&query=").text
    assert "60 gesprekken" in words_of(page)
    assert len(re.findall(r'name="cases" value="([^"]*)"', page)[0].split()) == 60


def test_a_bulk_of_nothing_or_of_nonsense_is_explained(desk: Desk, staff: Staff) -> None:
    assert "Hier is niets om te doen." in words_of(staff.get("/queue/bulk?act=claim").text)
    assert staff.get("/queue/bulk?act=explode").status_code == 404
    for cases in ("", "x.y", "1", "99999.0", "9" * 40 + ".1"):
        answer = staff.post("/queue/bulk", {"act": "claim", "cases": cases})
        assert answer.status_code == 409
    speak(desk, 1)
    answer = staff.post("/queue/bulk", {"act": "close", "cases": "1.0", "ending": "exploded"})
    assert "Kies hoe het gesprek afliep." in words_of(answer.text)


CHOICES: list[tuple[QueueChoice, list[int]]] = [
    (QueueChoice(), [1, 2, 3, 4]),
    (QueueChoice(brand="Anders"), [3]),
    (QueueChoice(platform="mail"), [4]),
    (QueueChoice(language="nl", sentiment="negative"), [1]),
    (QueueChoice(cause="service_failed"), [1]),
    (QueueChoice(waiting_hours=3), [1, 2]),
    (QueueChoice(directed=True), [1, 2, 3, 4]),
    (QueueChoice(directed=False), []),
    (QueueChoice(state="open"), [1, 2, 3, 4]),
    (QueueChoice(state="claimed"), []),
    (QueueChoice(team="webcare"), [2]),
    (QueueChoice(holder="Bram Vos", tab=Tab.OTHERS), [5]),
    (QueueChoice(clock=ClockState.RED), []),
    (QueueChoice(brand="Anders", platform="mail"), []),
]


def test_filters_narrow_together_and_within_what_the_person_sees(desk: Desk) -> None:
    """Each filter alone, some together; and for somebody of one brand the same, less what is not theirs."""
    desk.clock.advance(timedelta(hours=6))
    ids = [*speak(desk, 1, 2), *speak(desk, 3, brand="Anders", minutes=200), *speak(desk, 4, platform="mail", minutes=220), *speak(desk, 5)]
    labels = [
        Label(name="sentiment", value="negative", probability=0.9, model="m"),
        Label(name="cause", value="service_failed", probability=0.9, model="m"),
    ]
    analyse(desk, [next(row for row in desk.cases.rows() if row.case_id == ids[0]).mention_ids[0]], *labels)
    desk.queueing.acts.assign(ids[1], "x", 0, team="webcare")
    desk.queueing.acts.claim(ids[4], "Bram Vos", 0)
    desk.queueing.follow.once()
    seen = (None, frozenset({"Stroomwerk"}), frozenset({"Anders"}), frozenset({"Niets"}))
    for (choice, wanted), brands in product(CHOICES, seen):
        person = Person(name=AGENT, role=Role.AGENT, brands=brands)
        found = desk.queueing.queue.page(choice, person)
        theirs = [number for number in wanted if brands is None or ("Anders" if number == 3 else "Stroomwerk") in brands]
        assert sorted(ids.index(row.case_id) + 1 for row in found.rows) == theirs
        assert found.total == len(theirs)
        if brands is not None:
            assert {brand for brand, _ in found.offers.values["brand"]} <= brands


def test_somebody_of_one_brand_is_offered_and_given_nothing_of_another(desk: Desk) -> None:
    """Next, ticked cases and numbers typed by hand too."""
    (case_id,) = speak(desk, 1, brand="Anders")
    eve = Person(name="eve", role=Role.AGENT, brands=frozenset({"Stroomwerk"}))
    queue = desk.queueing.queue
    assert queue.take_next(WHOLE, eve) is None
    assert queue.versions([case_id], eve) == {}
    assert queue_parts(desk.queueing, desk.ledger, desk.clock).entries([case_id], eve) == ()
    done = queue_parts(desk.queueing, desk.ledger, desk.clock).bulk(NewAct(verb=ActVerb.CLAIM), [(case_id, 0)], eve)
    assert done.act_id is None


def test_what_is_put_before_a_team_is_offered_to_that_team_only(desk: Desk) -> None:
    (case_id,) = speak(desk, 1)
    desk.queueing.acts.assign(case_id, "x", 0, team="webcare")
    assert desk.queueing.queue.next(WHOLE, Person(name="eve", role=Role.AGENT)) is None
    found = desk.queueing.queue.next(WHOLE, ME)
    assert found is not None
    assert found.case_id == case_id


def test_saved_views_are_each_persons_own_and_a_teams_shared(desk: Desk, staff: Staff) -> None:
    """Kept, found again, renamed, moved and deleted by form; a colleague sees none of it, a team mate the team's."""
    speak(desk, 1)
    for name, query in (("Mail", "platform=mail"), ("Boos", "sentiment=negative&tab=mine")):
        assert staff.post("/me/views", {"name": name, "query": query}).status_code == 303
    page = staff.get("/queue").text
    assert page.index("/queue?platform=mail") < page.index("/queue?tab=mine&amp;sentiment=negative")
    views = desk.queueing.views
    mail, angry = views.of(ME)
    staff.post(f"/me/views/{angry.view_id}/move", {"to": "up"})
    staff.post(f"/me/views/{mail.view_id}/rename", {"name": " Post  bus "})
    assert [view.name for view in views.of(ME)] == ["Boos", "Post bus"]
    eve = Person(name="eve", role=Role.AGENT, teams=frozenset({"webcare"}))
    assert views.of(eve) == ()
    shared = views.keep(ME, "Samen", "brand=Anders", team="webcare")
    assert [view.name for view in views.of(eve)] == ["Samen"]
    stranger = staff.colleague("Bram Vos")
    assert stranger.post(f"/me/views/{mail.view_id}/delete").status_code == 409
    assert "Deze bewaarde keuze is er niet" in words_of(stranger.post(f"/me/views/{shared}/rename", {"name": "x"}).text)
    staff.post(f"/me/views/{mail.view_id}/delete")
    assert [view.name for view in views.of(ME)] == ["Boos", "Samen"]
    for name in ("", "   ", "n" * 61):
        assert staff.post("/me/views", {"name": name}).status_code == 409
    assert staff.post("/me/views", {"name": "x", "team": "webcare"}).status_code == 409, "not in that team"


def test_whoever_may_only_read_keeps_views_but_changes_none_of_a_team(desk: Desk) -> None:
    viewer = Person(name="eve", role=Role.VIEWER, teams=frozenset({"webcare"}))
    assert desk.queueing.views.keep(viewer, "Mijn", "") > 0
    with pytest.raises(Exception, match="not in the team"):
        desk.queueing.views.keep(viewer, "Ons", "", team="webcare")


NONSENSE = (
    "page=0",
    "page=x",
    "issue=abc",
    f"issue={9 * 10**19}",
    "waiting=-4",
    "order=sideways",
    "tab=nowhere",
    "directed=2",
    "state=x'--",
)


def test_an_address_that_makes_no_sense_is_read_as_far_as_it_does(desk: Desk, staff: Staff) -> None:
    speak(desk, 1)
    for query in NONSENSE:
        assert rows_of(staff.get(f"/queue?{query}").text) == [1], query


def test_a_choice_is_written_and_read_back() -> None:
    whole = QueueChoice(
        tab=Tab.MINE,
        brand="a&b=c",
        platform="x",
        language="nl",
        issue_id=7,
        cause="idea",
        sentiment="negative",
        state="open",
        holder="é",
        team="t",
        waiting_hours=4.0,
        clock=ClockState.RED,
        directed=False,
        order=Order.CLOCK,
    )
    assert from_query(query_of(whole)) == whole
    assert from_query("") == choice_of({}) == QueueChoice()


@pytest.mark.parametrize(
    ("asked", "moment", "wanted"),
    [
        ("hour", "", "2026-03-02T10:00+00:00"),
        ("evening", "", "2026-03-02T17:00+01:00"),
        ("tomorrow", "", "2026-03-03T09:00+01:00"),
        ("monday", "", "2026-03-09T09:00+01:00"),
        ("moment", "2026-03-29T03:30", "2026-03-29T03:30+02:00"),  # the night the clock goes forward
    ],
)
def test_aside_until_is_a_time_of_the_readers_day(asked: str, moment: str, wanted: str) -> None:
    assert until_of(asked, moment, now=MORNING, zone=ZONE).isoformat(timespec="minutes") == wanted


def test_a_message_is_in_the_queue_before_the_analyser_has_read_it(desk: Desk) -> None:
    """The urgency follows: who asks a question moves up once that is known."""
    first, second = speak(desk, 1, 2)
    assert [row.case_id for row in desk.queueing.queue.all(WHOLE, ME, most=9)] == [first, second]
    mention_id = next(row for row in desk.cases.rows() if row.case_id == second).mention_ids[0]
    analyse(desk, [mention_id], Label(name="question", value="yes", probability=0.9, model="m"))
    desk.queueing.follow.once()
    assert [row.case_id for row in desk.queueing.queue.all(WHOLE, ME, most=9)] == [second, first]


def test_what_turns_out_to_be_spam_leaves_those_who_wait_and_is_not_lost(desk: Desk) -> None:
    """Nobody touched it, so nobody is surprised; a person who says that it is none puts it back."""
    (case_id,) = speak(desk, 1)
    mention_id = desk.cases.rows()[0].mention_ids[0]
    analyse(desk, [mention_id], Label(name="spam", value="yes", probability=0.9, model="m"))
    desk.queueing.follow.once()
    page = desk.queueing.queue.page(QueueChoice(tab=Tab.SPAM), ME)
    assert [row.case_id for row in page.rows] == [case_id]
    assert page.counts[Tab.WAITING] == 0
    desk.ledger.labels.correct(mention_id, "spam", "no", by="bea", at=desk.clock.now())
    desk.queueing.follow.once()
    assert desk.queueing.queue.page(QueueChoice(), ME).total == 1


def test_a_look_that_finds_nothing_new_takes_no_lock(desk: Desk) -> None:
    """The service looks twice a second, beside whoever writes."""
    speak(desk, 1)
    blocker = desk.ledger.engine.raw_connection()
    try:
        blocker.cursor().execute("BEGIN IMMEDIATE")
        assert desk.queueing.follow.once().worked_out == 0
    finally:
        blocker.rollback()
        blocker.close()
