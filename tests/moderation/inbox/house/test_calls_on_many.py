"""What is done to many, by call: looked at first, then exactly that; and what pages do with views, knowledge and one answer to all."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from listener.model.mention import BrandHit, Kept
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Right, Role
from tests.fakes.asking import Answer, Asking
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, THEIRS, WORDS, House
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES, ledger_hash

OWN = ("staff_session", "api_token", "audit")
AGENT = ROLE_NAMES[Role.AGENT]
ANSWER = {"nl": "Dag {{ customer }}, het is verholpen.", "en": ""}


@pytest.fixture
def fresh(house: House) -> dict[str, list[int]]:
    """Two new cases of each brand that nobody holds, by brand."""
    ledger, desk, at = house.parts.listening.ledger, house.parts.desk, house.clock.now()
    number = next(_ROUNDS)
    said = {
        brand: [mention(f"{brand}-many-{number}-{one}", f"{brand}: de {WORDS[brand]} lekt", posted_at=at) for one in (1, 2)]
        for brand in (OURS, THEIRS)
    }
    for brand, some in said.items():
        hit = BrandHit(brand=brand, directed=True, terms=(brand.lower(),))
        ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in some], source="feed", next_cursor=None, at=at)
    house.clock.advance(timedelta(minutes=11))
    desk.open_cases()
    ids = {one.mention_ids[0]: one.case_id for one in desk.cases.rows()}
    found = {brand: [ledger.mentions.find(one.key) for one in some] for brand, some in said.items()}
    return {brand: [ids[one.mention_id] for one in some if one is not None] for brand, some in found.items()}


_ROUNDS = count()


def call(house: House, asking: Asking, path: str, body: object = None, *, name: str = AGENT, method: str = "POST") -> Answer:
    return asking.call(method, f"/api/v1{path}", token=house.token(name), body=body)


def test_a_bulk_is_told_first_and_then_done_to_exactly_those(house: House, asking: Asking, fresh: dict[str, list[int]]) -> None:
    """The look changes nothing; the act takes its count and its name, and takes all of it back by one number."""
    ours = fresh[OURS]
    asked = {"verb": "claim", "case_ids": [*ours, 10**9]}
    house.token(AGENT)
    before = ledger_hash(house.home, leave_out=OWN)
    look = call(house, asking, "/queue/bulk/look", asked).json
    assert (look["count"], [one["case_id"] for one in look["going"]], look["left"], look["missing"]) == (2, ours, [], [10**9])
    for other in ({"count": 3, "shown": look["shown"]}, {"count": 2, "shown": "0" * 64}):
        assert call(house, asking, "/queue/bulk", {**asked, **other}).status == 409
    moved = {**asked, "verb": "spam", "count": 2, "shown": look["shown"]}
    assert call(house, asking, "/queue/bulk", moved).status == 409, "another act on the same cases was not looked at"
    assert ledger_hash(house.home, leave_out=OWN) == before
    done = call(house, asking, "/queue/bulk", {**asked, "count": 2, "shown": look["shown"]})
    assert (done.status, [one["verb"] for one in done.json["done"]], done.json["refused"]) == (200, ["claim", "claim"], [])
    again = call(house, asking, "/queue/bulk", {**asked, "count": 2, "shown": look["shown"]})
    assert again.status == 409, "a repeated call does nothing more"
    undone = call(house, asking, f"/acts/{done.json['act_id']}/undo")
    assert sorted(undone.json["case_ids"]) == sorted(ours)


def test_a_case_that_changed_since_the_look_keeps_all_as_they_are(house: House, asking: Asking, fresh: dict[str, list[int]]) -> None:
    ours, desk = fresh[OURS], house.parts.desk
    asked = {"verb": "not_ours", "case_ids": ours}
    look = call(house, asking, "/queue/bulk/look", asked).json
    row = next(one for one in desk.cases.rows() if one.case_id == ours[0])
    desk.queueing.acts.claim(row.case_id, "Bram", row.version)
    late = call(house, asking, "/queue/bulk", {**asked, "count": look["count"], "shown": look["shown"]})
    assert late.status == 409
    assert "1 cases" in late.json["detail"]
    assert {one.state.value for one in desk.cases.rows() if one.case_id in ours} == {"open", "claimed"}


def test_a_choice_is_bulk_too_and_reaches_no_other_brand(house: House, asking: Asking, fresh: dict[str, list[int]]) -> None:
    """Numbers of another brand are told like numbers of nothing, and a whole choice leaves them out."""
    named = call(house, asking, "/queue/bulk/look", {"verb": "claim", "case_ids": [*fresh[THEIRS], *fresh[OURS]]}, name=OURS_ONLY).json
    assert (named["missing"], named["count"]) == (sorted(fresh[THEIRS]), 2)
    whole = call(house, asking, "/queue/bulk/look", {"verb": "claim", "brand": THEIRS}, name=OURS_ONLY).json
    assert whole["count"] == 0
    both = call(house, asking, "/queue/bulk/look", {"verb": "claim"}).json
    assert {one["case_id"] for one in both["going"]} >= {*fresh[OURS], *fresh[THEIRS]}


@pytest.mark.parametrize(
    "asked",
    [
        {"verb": "assign"},  # to nobody
        {"verb": "assign", "whom": "Bram", "for_team": "webcare"},  # to two
        {"verb": "snooze"},  # until nothing
        {"verb": "snooze", "until": "2026-03-03T09:00:00Z", "issue_changes": True},
        {"verb": "close"},  # without an ending
        {"verb": "close", "ending": "spam"},  # one that has a verb of its own
    ],
)
def test_an_act_that_leaves_out_what_it_needs_is_not_even_looked_at(house: House, asking: Asking, asked: dict[str, object]) -> None:
    assert call(house, asking, "/queue/bulk/look", asked).status in (409, 422)


def test_the_next_case_is_taken_within_a_choice(house: House, asking: Asking, fresh: dict[str, list[int]]) -> None:
    taken = call(house, asking, "/queue/next", {"brand": OURS}, name=OURS_ONLY).json["act"]
    case = call(house, asking, f"/cases/{taken['case_id']}", method="GET").json["case"]
    assert (taken["verb"], case["brand"], case["holder"]) == ("claim", OURS, OURS_ONLY)
    assert fresh[THEIRS], "there would be one to take"
    assert call(house, asking, "/queue/next", {"brand": THEIRS}, name=OURS_ONLY).json == {"act": None}
    call(house, asking, f"/acts/{taken['act_id']}/undo", name=OURS_ONLY)


def test_a_view_kept_by_call_is_the_view_of_the_page(house: House, asking: Asking) -> None:
    kept = call(house, asking, "/me/views", {"name": "Spoed", "tab": "mine", "platform": "feed", "waiting_hours": 4})
    assert (kept.status, kept.json["choice"]["waiting_hours"], kept.json["query"]) == (201, 4.0, "tab=mine&platform=feed&waiting=4")
    assert "Spoed" in asking.page("GET", "/queue", cookie=house.cookie(AGENT)).text
    where = f"/me/views/{kept.json['view_id']}"
    assert call(house, asking, f"{where}/rename", {"name": "Haast"}).json["items"][0]["name"] == "Haast"
    for path, body in ((f"{where}/rename", {"name": "Van mij"}), (f"{where}/move", {"up": True}), (f"{where}/remove", None)):
        assert call(house, asking, path, body, name=OURS_ONLY).status == 404, "somebody else's"
    assert [one["name"] for one in call(house, asking, f"{where}/remove").json["items"]] == []
    assert call(house, asking, "/me/views", {"name": "x", "for_team": "niet van mij"}).status == 409


def test_knowledge_is_decided_on_what_was_read_and_taken_back(house: House, asking: Asking) -> None:
    """By whoever may approve, on the article as it was at its turn; wording, acts and evidence are there to read."""
    number, approver = house.things[ObjectKind.ARTICLE][OURS], ROLE_NAMES[Role.APPROVER]
    path = f"/knowledge/{number}"
    whole = call(house, asking, path, method="GET").json
    turn = whole["article"]["turn"]
    assert (len(whole["versions"]), whole["evidence"], whole["acts"]) == (1, [], [])
    for act in ("approve", "retire", "check"):
        assert call(house, asking, f"{path}/{act}", {"turn": turn}).status == 403, "an agent's role does not approve"
    assert call(house, asking, f"{path}/retire", {"turn": turn + 1}, name=approver).status == 409
    retired = call(house, asking, f"{path}/retire", {"turn": turn}, name=approver)
    assert (retired.status, retired.json["state"]) == (200, "retired")
    (last, *_) = call(house, asking, path, method="GET").json["acts"]
    assert (last["verb"], last["made_by"], last["undoable"]) == ("retire", approver, True)
    back = call(house, asking, f"{path}/undo", {"article_act_id": last["act_id"]}, name=approver)
    assert back.json["state"] == "approved"
    merged = {"turn": back.json["turn"], "into": house.things[ObjectKind.ARTICLE][THEIRS]}
    assert call(house, asking, f"{path}/merge", merged, name=OURS_ONLY).status == 404
    assert call(house, asking, "/knowledge/suggest", name=OURS_ONLY).json == {"looked_at": None, "suggested": None, "grown": None}
    assert call(house, asking, "/knowledge/suggest").json["suggested"] == 0


def test_one_answer_to_all_is_previewed_planned_and_chosen_by_a_person(house: House, asking: Asking) -> None:
    """What each conversation would get is read first; the plan is exactly that; nothing of it leaves by a call."""
    issue_id = house.things[ObjectKind.ISSUE][OURS]
    affected = call(house, asking, f"/issues/{issue_id}/affected", name=OURS_ONLY, method="GET").json["items"]
    assert affected
    assert WORDS[OURS] in affected[0]["message"]["text"]
    asked = {"case_ids": [one["case_id"] for one in affected], **ANSWER}
    plans = len(house.parts.desk.status.broadcasts.plans())
    look = call(house, asking, f"/issues/{issue_id}/answers/look", asked, name=AUTHOR)
    assert look.status == 200, look.text
    assert len(look.json["items"]) == len(affected)
    assert (look.json["count"], look.json["items"][0]["text"].startswith("Dag ")) == (len(affected), True)
    assert all(bool(one["text"]) is not bool(one["why"]) for one in look.json["items"])
    wrong = {**asked, "nl": "Dag {{ customer }}, iets anders.", "shown": look.json["shown"]}
    assert call(house, asking, f"/issues/{issue_id}/answers", wrong, name=AUTHOR).status == 409
    assert len(house.parts.desk.status.broadcasts.plans()) == plans, "looking keeps nothing"
    made = call(house, asking, f"/issues/{issue_id}/answers", {**asked, "shown": look.json["shown"]}, name=AUTHOR)
    assert made.status == 201, made.text
    assert [one["text"] for one in made.json["items"]] == [one["text"] for one in look.json["items"]]
    assert {one["ticked_by"] for one in made.json["items"]} == {""}
    plan = f"/plans/{made.json['plan_id']}"
    assert call(house, asking, plan, name=AUTHOR, method="GET").json == made.json
    for path in (f"{plan}/approve", f"{plan}/tick"):
        assert call(house, asking, path, {}, name=AUTHOR).status in (404, 405), "that is pressed on its page"
    assert call(house, asking, f"{plan}/cancel", name=AUTHOR).json["state"] == "cancelled"
    assert call(house, asking, f"{plan}/cancel", name=AUTHOR).status == 409
    assert call(house, asking, f"/issues/{issue_id}/answers/look", {**asked, **{"nl": "Dag {{ niets }}"}}, name=AUTHOR).status == 409


def test_ones_own_words_between_colleagues_are_taken_back_by_call(house: House, asking: Asking) -> None:
    case_id = house.things[ObjectKind.CASE][OURS]
    note = call(house, asking, f"/cases/{case_id}/notes", {"text": "bel morgen"}).json
    gone = f"/cases/{case_id}/notes/{note['note_id']}/remove"
    assert call(house, asking, gone, name=OURS_ONLY).status == 409, "a colleague's"
    assert call(house, asking, gone).status == 204
    question = call(house, asking, f"/cases/{case_id}/questions", {"asked": "team techniek", "text": "hoe lang nog?"}).json
    back = f"/questions/{question['question_id']}/withdraw"
    assert call(house, asking, back, name=OURS_ONLY).status == 409
    assert call(house, asking, back).json["state"] == "withdrawn"


def test_a_reply_is_put_before_somebody_else_and_given_back(house: House, asking: Asking, fresh: dict[str, list[int]]) -> None:
    """Exactly what was read; who may not approve gives nothing back; approving itself is pressed on a page."""
    (case_id, _), approver = fresh[OURS], ROLE_NAMES[Role.APPROVER]
    version = call(house, asking, f"/cases/{case_id}", method="GET").json["case"]["version"]
    assert call(house, asking, f"/cases/{case_id}/claim", {"version": version}).status == 200
    draft = call(house, asking, f"/cases/{case_id}/drafts", {"text": "Dag, we zoeken het uit."}).json
    path = f"/drafts/{draft['draft_id']}"
    assert call(house, asking, f"{path}/give-back", {"note": "korter"}, name=approver).status == 409, "nobody asked"
    assert call(house, asking, f"{path}/ask", {"shown": "0" * 64}).status == 409
    assert call(house, asking, f"{path}/ask", {"shown": draft["shown"]}, name=OURS_ONLY).status == 409, "a colleague's"
    assert call(house, asking, f"{path}/ask", {"shown": draft["shown"]}).status == 200
    assert call(house, asking, f"{path}/give-back", {"note": "korter"}).status == 403
    assert call(house, asking, f"{path}/give-back", {"note": "korter"}, name=approver).status == 200
    assert call(house, asking, f"{path}/approve", {}, name=approver).status in (404, 405)


def test_an_alarm_is_seen_and_an_entry_that_waits_for_nobody_is_not_resolved(house: House, asking: Asking) -> None:
    """Of one's own brand only; what the platform knows is not overruled."""
    alarm, entry = house.things[ObjectKind.ALARM], house.things[ObjectKind.ENTRY]
    told = call(house, asking, "/outbox/alarms", name=OURS_ONLY, method="GET").json["items"]
    assert [(one["alarm_id"], one["about"]) for one in told] == [(alarm[OURS], str(entry[OURS]))]
    assert call(house, asking, f"/outbox/alarms/{alarm[THEIRS]}/seen", name=OURS_ONLY).status == 404
    assert call(house, asking, f"/outbox/alarms/{alarm[OURS]}/seen", name=OURS_ONLY).json["items"] == []
    assert call(house, asking, f"/outbox/alarms/{alarm[OURS]}/seen", name=OURS_ONLY).status == 404
    assert call(house, asking, f"/outbox/{entry[OURS]}/resolve", {"there": None}).status == 409
    assert call(house, asking, f"/outbox/{entry[OURS]}/resolve", {}).status == 422, "not there is said, not left out"


def test_a_token_that_only_reads_does_none_of_this(house: House, asking: Asking) -> None:
    token, _ = house.hold.make(house.people.named(AGENT), "lezen", frozenset({Right.READ}), by="test")
    issue_id = house.things[ObjectKind.ISSUE][OURS]
    for path in ("/queue/bulk", "/queue/bulk/look", "/queue/next", f"/issues/{issue_id}/answers", "/knowledge/suggest"):
        assert asking.call("POST", f"/api/v1{path}", token=token, body={}).status == 403, path
    assert asking.call("GET", f"/api/v1/issues/{issue_id}/affected", token=token).status == 403
