"""A program works through the API as an agent does on the pages: the same workflows, and the same answers to two who press at once."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

from listener.model.mention import BrandHit, Kept, Removal
from moderation.inbox.api.app import description
from moderation.inbox.rights import ROUTES
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Role
from tests.fakes.asking import Asking
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, WORDS, House
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES
from tests.moderation.inbox.house.paths import is_call

READ = ("shown", "case_seen")
"""What is named of a draft that was read, to send exactly that."""


def test_the_description_names_every_call_and_every_call_its_answers() -> None:
    """What is described is what is there: the same table, the same models, and no answer that is not written down."""
    said = description()["paths"]
    there = {(method.upper(), path) for path, methods in said.items() for method in methods}
    assert there == {route for route in ROUTES if is_call(route[1])}
    for path, methods in said.items():
        for method, call in methods.items():
            wanted = (
                {"401", "403", "422", "500", "503"} | ({"404"} if "{" in path else set()) | ({"413", "415"} if method == "post" else set())
            )
            assert wanted <= set(call["responses"]), (method, path)
            assert call["summary"]
            assert any(status.startswith("2") for status in call["responses"])
    assert json.dumps(said)


def test_me_tells_what_the_token_may_do(house: House, asking: Asking) -> None:
    me = asking.call("GET", "/api/v1/me", token=house.token(OURS_ONLY)).json
    assert (me["name"], me["role"], me["brands"]) == (OURS_ONLY, "admin", [OURS])
    assert me["rights"] == ["administer", "answer", "approve", "moderate", "read"]


def test_two_programs_claim_one_case_and_one_has_it(house: House, asking: Asking) -> None:
    """The version decides; whoever was late reads who has it."""
    case_id = _free_case(house)
    first, second = house.token(ROLE_NAMES[Role.AGENT]), house.token(ROLE_NAMES[Role.APPROVER])
    version = asking.call("GET", f"/api/v1/cases/{case_id}", token=first).json["case"]["version"]
    done = asking.call("POST", f"/api/v1/cases/{case_id}/claim", token=first, body={"version": version})
    late = asking.call("POST", f"/api/v1/cases/{case_id}/claim", token=second, body={"version": version})
    assert done.status == 200
    assert (late.status, late.json["type"], late.json["holder"]) == (409, "urn:klankbord:claimed", ROLE_NAMES[Role.AGENT])
    undone = asking.call("POST", f"/api/v1/acts/{done.json['act_id']}/undo", token=first)
    assert undone.json == {"case_ids": [case_id], "refused": []}


def test_a_reply_is_looked_at_kept_and_sent_once(house: House, asking: Asking) -> None:
    """From the queue to the outbox; sending again gives the same entry; a colleague's draft is not sent by a program."""
    case_id, token = _free_case(house), house.token(ROLE_NAMES[Role.AGENT])
    case = asking.call("GET", f"/api/v1/cases/{case_id}", token=token).json["case"]
    assert asking.call("POST", f"/api/v1/cases/{case_id}/claim", token=token, body={"version": case["version"]}).status == 200
    look = asking.call("POST", f"/api/v1/cases/{case_id}/drafts/check", token=token, body={"text": "Helaas [naam]"}).json
    assert look["blanks"]
    kept = asking.call("POST", f"/api/v1/cases/{case_id}/drafts", token=token, body={"text": "Dag, we zoeken het voor je uit."})
    assert kept.status == 201, kept.text
    assert asking.call("GET", f"/api/v1/drafts/{kept.json['draft_id']}", token=token).json == kept.json
    send, read = f"/api/v1/drafts/{kept.json['draft_id']}/send", {one: kept.json[one] for one in READ}
    for other in ({**read, "shown": "0" * 64}, {**read, "case_seen": "0.0"}):
        refused = asking.call("POST", send, token=token, body=other)
        assert (refused.status, refused.json["type"]) == (409, "urn:klankbord:refused")
        assert "again" in refused.json["detail"] or "look at" in refused.json["detail"]
    assert asking.call("POST", send, token=token).status == 422, "what was read has to be named"
    sends = [asking.call("POST", send, token=token, body=read) for _ in range(2)]
    assert [one.status for one in sends] == [200, 200]
    assert sends[0].json["entry_id"] == sends[1].json["entry_id"]
    theirs = house.things[ObjectKind.DRAFT][OURS]
    refused = asking.call("POST", f"/api/v1/drafts/{theirs}/send", token=token, body=read)
    assert refused.status == 409
    assert AUTHOR in refused.json["detail"]
    taken = asking.call("POST", f"/api/v1/outbox/{sends[0].json['entry_id']}/cancel", token=token, body={"why": "te vroeg"})
    assert taken.json["state"] == "cancelled"


def test_pages_of_a_list_lead_on_and_end(house: House, asking: Asking) -> None:
    token = house.token(ROLE_NAMES[Role.ADMIN])
    for path in ("/api/v1/issues", "/api/v1/cases?tab=mine", "/api/v1/audit", "/api/v1/outbox"):
        joined, cursor, rounds = [], "", 0
        while rounds == 0 or cursor:
            glue = "&" if "?" in path else "?"
            page = asking.call("GET", f"{path}{glue}limit=1&cursor={cursor}", token=token).json
            assert len(page["items"]) <= 1
            joined += page["items"]
            cursor, rounds = page["next"], rounds + 1
            assert rounds < 200
        whole = asking.call("GET", f"{path}{'&' if '?' in path else '?'}limit=100", token=token).json["items"]
        assert joined[: len(whole)] == whole, path
        assert len(whole) > 1 or "mine" in path, path


def test_an_issue_is_changed_on_what_was_known_of_it(house: House, asking: Asking) -> None:
    issue_id, token = house.things[ObjectKind.ISSUE][OURS], house.token(ROLE_NAMES[Role.AGENT])
    acts = asking.call("GET", f"/api/v1/issues/{issue_id}/acts", token=token).json["items"]
    seen = acts[0]["act_id"] if acts else 0
    renamed = asking.call("POST", f"/api/v1/issues/{issue_id}/rename", token=token, body={"seen": seen, "title": f"{WORDS[OURS]} stuk"})
    assert renamed.json["items"][0]["verb"] == "rename"
    late = asking.call("POST", f"/api/v1/issues/{issue_id}/mark", token=token, body={"seen": seen, "mark": "pin"})
    assert late.status == 409
    back = asking.call("POST", f"/api/v1/issues/{issue_id}/undo", token=token, body={"seen": renamed.json["items"][0]["act_id"]})
    assert back.status == 200
    house.clock.advance(timedelta(seconds=1))


def test_an_issue_is_placed_by_hand_and_the_place_given_back(house: House, asking: Asking) -> None:
    issue_id, token = house.things[ObjectKind.ISSUE][OURS], house.token(ROLE_NAMES[Role.AGENT])
    where = f"/api/v1/issues/{issue_id}/place"
    placed = asking.call("POST", where, token=token, body={"quadrant": "automate"})
    assert placed.json == {"issue_id": issue_id, "quadrant": "automate", "by": ROLE_NAMES[Role.AGENT]}
    assert asking.call("POST", where, token=token, body={"quadrant": "upstairs"}).status == 422
    assert asking.call("POST", where, token=token, body={"quadrant": None}).json["by"] == ""


def test_any_agent_stops_the_sending_and_no_program_lets_it_go_on(house: House, asking: Asking) -> None:
    """Stopping is safe, and pressing it again changes nothing; letting sends go on takes a person who just signed in."""
    token = house.token(ROLE_NAMES[Role.AGENT])
    stops = [asking.call("POST", "/api/v1/outbox/stop", token=token) for _ in range(2)]
    assert [one.status for one in stops] == [200, 200]
    assert all(one.json["stopped_by"] for one in stops)
    assert house.parts.desk.outbox.stopped()
    for path in ("/api/v1/outbox/resume", "/api/v1/outbox/start"):
        assert asking.call("POST", path, token=token).status in (404, 405)
    house.parts.desk.outbox.resume(AUTHOR)


def test_knowledge_words_and_messages_are_found(house: House, asking: Asking) -> None:
    token = house.token(OURS_ONLY)
    articles = asking.call("GET", "/api/v1/knowledge", token=token).json["items"]
    assert [one["brands"] for one in articles] == [[OURS]]
    found = asking.call("GET", f"/api/v1/mentions?q={WORDS[OURS]}", token=token)
    assert found.status == 200
    message = asking.call("GET", f"/api/v1/mentions/{house.things[ObjectKind.MENTION][OURS]}", token=token).json
    assert WORDS[OURS] in message["text"]


def test_a_draft_goes_with_the_message_it_answers(house: House, asking: Asking) -> None:
    """It may repeat the customer's words: gone at once for every reader, out of the ledger at the next round, whoever wrote it."""
    name, ledger = ROLE_NAMES[Role.AGENT], house.parts.listening.ledger
    said = mention("gone-1", f"{OURS}: mijn adres is Dorpsstraat 5", posted_at=house.clock.now())
    hit = BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))
    ledger.mentions.add_page([Kept(mention=said, hits=(hit,))], source="feed", next_cursor=None, at=house.clock.now())
    house.clock.advance(timedelta(minutes=11))
    house.parts.desk.open_cases()
    heard = ledger.mentions.find(said.key)
    assert heard is not None
    row = next(one for one in house.parts.desk.cases.rows() if heard.mention_id in one.mention_ids)
    token = house.token(name)
    asking.call("POST", f"/api/v1/cases/{row.case_id}/claim", token=token, body={"version": row.version})
    kept = asking.call("POST", f"/api/v1/cases/{row.case_id}/drafts", token=token, body={"text": "Je woont op Dorpsstraat 5?"}).json
    sent = asking.call("POST", f"/api/v1/cases/{row.case_id}/drafts", token=token, body={"text": "Dag, we kijken het na."}).json
    send = asking.call("POST", f"/api/v1/drafts/{sent['draft_id']}/send", token=token, body={one: sent[one] for one in READ})
    assert send.status == 200, send.text
    path = f"/api/v1/drafts/{kept['draft_id']}"
    assert "Dorpsstraat" in asking.call("GET", path, token=token).text
    assert "Dorpsstraat" in asking.page("GET", "/outbox", cookie=house.cookie(name)).text
    ledger.mentions.remove([Removal(platform=said.platform, realm=said.realm, native_id="gone-1")], source="feed", at=house.clock.now())
    for one in (path, f"/api/v1/drafts/{sent['draft_id']}"):
        gone = asking.call("GET", one, token=token)
        assert (gone.status, gone.json["type"]) == (404, "urn:klankbord:missing")
    assert asking.call("POST", f"{path}/send", token=token, body={one: kept[one] for one in READ}).status == 404
    assert "Dorpsstraat" not in asking.page("GET", "/outbox", cookie=house.cookie(name)).text
    preview = asking.page("GET", f"/cases/{row.case_id}/reply/{kept['draft_id']}", cookie=house.cookie(name))
    assert (preview.status, "Dorpsstraat" in preview.text) == (409, False)
    house.parts.desk.open_cases()
    with sqlite3.connect(f"file:{house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        found = db.execute("select state, text, person from draft where draft_id = ?", (kept["draft_id"],)).fetchall()
        assert found == [("discarded", "", "")]


def _free_case(house: House) -> int:
    """Return a case of our brand that nobody holds, after giving it back if somebody does."""
    desk = house.parts.desk
    taken = house.things[ObjectKind.CASE][OURS]
    row = next(one for one in desk.cases.rows() if one.brand == OURS and one.case_id != taken)
    if row.holder:
        desk.queueing.acts.release(row.case_id, row.holder, row.version)
    return row.case_id
