"""Somebody of one brand sees and touches nothing of another: by number, in lists, counts and files, on pages and in the API (RULES S3)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from moderation.inbox.rights import OPEN, ROUTES, WHOLE_HOUSE
from moderation.inbox.scope import NO_OBJECT
from moderation.ledger.object_brands import ObjectBrandLedger
from moderation.model.object_kind import FIELD_KINDS, PATH_KINDS, ObjectKind
from moderation.model.person import Right, Role
from tests.fakes.asking import Answer, Asking
from tests.fakes.house import OURS, THEIRS, WORDS, House
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES, ledger_hash
from tests.moderation.inbox.house.paths import filled, is_call, parameters

NOWHERE = 10**9
OWN = ("staff_session", "api_token")
"""Lines that say when a session or a token was last used."""
NOT_THEIR_WORDS = {"/cases/{case_id}/reply/{draft_id}", "/cases/{case_id}/reply/{entry_id}/take-back"}
"""Pages for whoever wrote or sent a reply: another colleague of the same brand is told so."""
NEED_MORE = {"/queue/bulk", "/events", "/templates/versions", "/api/v1/mentions"}
"""Pages that are nothing without more behind the question mark."""
NAMED = [(method, template) for method, template in ROUTES if any(name in PATH_KINDS for name in parameters(template))]
LISTS = [
    (method, template) for (method, template), needed in ROUTES.items() if method == "GET" and not parameters(template) and needed != OPEN
]


def asked(house: House, asking: Asking, method: str, path: str, *, name: str = OURS_ONLY, form: dict[str, str] | None = None) -> Answer:
    """Ask as somebody who works for one brand, with every right."""
    if is_call(path):
        return asking.call(method, path, token=house.token(name), body={} if method == "POST" else None)
    cookie = house.cookie(name)
    return asking.page(method, path, cookie=cookie, form={"csrf": house.csrf(cookie), **(form or {})})


def told(answer: Answer) -> str:
    """Return what an answer says, without what differs between any two answers: form tokens, numbers in the address, clocks."""
    text = re.sub(r'(name="csrf" value=")[^"]*', r"\1", answer.text)
    text = re.sub(r'(name="back" value=")[^"]*', r"\1", text)
    return re.sub(r"\d+", "#", text)


def test_every_parameter_of_a_path_has_its_kind() -> None:
    """A new kind of thing is not shown to somebody of one brand until it is declared whose it is."""
    used = {name for _, template in ROUTES for name in parameters(template)}
    assert used - set(PATH_KINDS) - NO_OBJECT == set()


def test_another_brands_number_is_answered_as_one_that_does_not_exist(house: House, asking: Asking) -> None:
    """Every kind, every route with a number, every method: the same 404, word for word, and nothing changes."""
    assert {PATH_KINDS[name] for _, template in NAMED for name in parameters(template) if name in PATH_KINDS} >= {
        ObjectKind.CASE,
        ObjectKind.ISSUE,
        ObjectKind.ENTRY,
        ObjectKind.DRAFT,
        ObjectKind.PLAN,
        ObjectKind.ACTION,
        ObjectKind.EVENT,
        ObjectKind.ALARM,
        ObjectKind.SHADOW,
        ObjectKind.MENTION,
    }
    house.cookie(OURS_ONLY)
    house.token(OURS_ONLY)
    before = ledger_hash(house.home, leave_out=OWN)
    for method, template in NAMED:
        theirs = {kind: by_brand[THEIRS] for kind, by_brand in house.things.items()}
        other = asked(house, asking, method, filled(template, theirs))
        nobody = asked(house, asking, method, filled(template, dict.fromkeys(ObjectKind, NOWHERE)))
        assert (other.status, nobody.status) == (404, 404), (method, template, other.status, nobody.status)
        assert told(other) == told(nobody), (method, template)
    assert ledger_hash(house.home, leave_out=OWN) == before


def test_ones_own_brands_numbers_open(house: House, asking: Asking) -> None:
    """The other half of the promise: what is theirs is there."""
    for method, template in NAMED:
        if method == "GET":
            ours = {kind: by_brand[OURS] for kind, by_brand in house.things.items()}
            answer = asked(house, asking, method, filled(template, ours))
            assert answer.status == (409 if template in NOT_THEIR_WORDS else 200), (template, answer.status)


def test_a_number_in_a_field_is_checked_as_one_in_the_address(house: House, asking: Asking) -> None:
    """An id smuggled into a form or after the question mark leads no further than one in the path."""
    issue, update = house.things[ObjectKind.ISSUE], house.things[ObjectKind.UPDATE]
    for path in ("/feedback?issue={}", "/actions?issue={}", "/api/v1/feedback?issue_id={}", "/api/v1/cases?issue_id={}"):
        assert asked(house, asking, "GET", path.format(issue[THEIRS])).status == 404, path
        assert asked(house, asking, "GET", path.format(issue[OURS])).status == 200, path
    for path in ("publish", "discard", "plan"):
        answer = asked(house, asking, "POST", f"/status/{issue[OURS]}/{path}", form={"update": str(update[THEIRS])})
        assert answer.status == 404, path
    new = {"issue": str(issue[THEIRS]), "owner": "ik", "due": "2026-05-01", "change": "x", "done_when": "y"}
    assert asked(house, asking, "POST", "/actions", form=new).status == 404
    assert set(FIELD_KINDS.values()) >= {ObjectKind.ISSUE, ObjectKind.UPDATE, ObjectKind.CASE}


def test_nothing_of_another_brand_becomes_an_article_of_this_one(house: House, asking: Asking) -> None:
    """Not even by somebody who works for both: only the message that ended the conversation does."""
    path = f"/cases/{house.things[ObjectKind.CASE][OURS]}/knowledge-from-helper"
    form = {"mention": str(house.things[ObjectKind.MENTION][THEIRS])}
    before = ledger_hash(house.home, leave_out=OWN)
    assert asked(house, asking, "POST", path, name=ROLE_NAMES[Role.ADMIN], form=form).status == 409
    assert ledger_hash(house.home, leave_out=OWN) == before


def test_an_address_that_names_thousands_is_looked_up_at_once(house: House, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """One query a kind, not one a number: nobody keeps the ledger busy with a long address."""
    asks: list[int] = []
    whole = ObjectBrandLedger.brands_of_many

    def counted(ledger: ObjectBrandLedger, kind: ObjectKind, numbers: Iterable[int]) -> dict[int, frozenset[str]]:
        asks.append(1)
        return whole(ledger, kind, numbers)

    monkeypatch.setattr(ObjectBrandLedger, "brands_of_many", counted)
    case_id = house.things[ObjectKind.CASE][OURS]
    many = "&".join(f"case={case_id}" for _ in range(3_000))
    assert asked(house, asking, "GET", f"/queue/bulk?act=claim&{many}").status == 200
    assert len(asks) <= 3, len(asks)
    assert asked(house, asking, "GET", f"/queue/bulk?act=claim&{many}&case={house.things[ObjectKind.CASE][THEIRS]}").status == 404


def test_lists_counts_and_files_hold_ones_own_brands_only(house: House, asking: Asking) -> None:
    """A word that stands in everything of the other brand stands in nothing that this person can open."""
    shown: set[str] = set()
    for method, template in LISTS:
        answer = asked(house, asking, method, template)
        if (method, template) in WHOLE_HOUSE or ROUTES[method, template] is Right.ADMINISTER:
            assert answer.status == 403, template
            assert "alle merken" in answer.text or "every brand" in answer.text
            continue
        assert answer.status in (200, 302, 303) or (template in NEED_MORE and answer.status in (404, 422)), (template, answer.status)
        assert WORDS[THEIRS] not in answer.text, template
        assert THEIRS not in answer.text, template
        if WORDS[OURS] in answer.text:
            shown.add(template)
    assert shown >= {
        "/issues",
        "/digest",
        "/digest.md",
        "/queue",
        "/outbox",
        "/status",
        "/actions",
        "/api/v1/issues",
        "/api/v1/outbox",
    }
    everything = {
        template for method, template in LISTS if WORDS[THEIRS] in asked(house, asking, method, template, name=ROLE_NAMES[Role.ADMIN]).text
    }
    assert everything >= shown - {"/shadow"}  # else this test could not fail; shadow shows one item at a time


def test_nobody_of_one_brand_can_give_themselves_another(house: House, asking: Asking) -> None:
    """Administering people is for somebody of every brand: else an administrator of one brand would soon be one of all."""
    account = house.people.named(OURS_ONLY)
    answer = asked(house, asking, "POST", f"/people/{account.person_id}/brands", form={"all": "yes"})
    assert answer.status == 403
    assert house.people.named(OURS_ONLY).person.brands == frozenset({OURS})


def test_counts_of_one_brand_are_as_if_there_were_no_other(house: House, asking: Asking) -> None:
    """Two people spoke to each brand: whoever works for one reads two, not four."""
    ours = asked(house, asking, "GET", "/api/v1/issues").json["items"]
    assert [(one["brands"], one["mentions"], one["authors"]) for one in ours] == [([OURS], 2, 2)]
    whole = asked(house, asking, "GET", "/api/v1/issues", name=ROLE_NAMES[Role.ADMIN]).json["items"]
    assert sorted(one["mentions"] for one in whole) == [2, 2]
    figures = house.parts.listening
    assert len(whole) == 2
    assert figures.settings.brands[0].name == OURS
