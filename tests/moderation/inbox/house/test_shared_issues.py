"""An issue of which customers of two brands speak: whoever works for one of them reads their part, and changes nothing of the other's
(RULES S3)."""

from __future__ import annotations

import pytest

from listener.errors import NotAllowed
from listener.model.mention import BrandHit, Kept
from moderation.inbox.parts import there
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Person, Role
from moderation.page_parts.staff import staff_parts
from tests.fakes.asking import Asking
from tests.fakes.desk import mention
from tests.fakes.house import OURS, THEIRS, House, issue_of
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES, ledger_hash

OWN = ("staff_session", "api_token")
ACTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("rename", {"title": "Van ons"}),
    ("mark", {"mark": "mute"}),
    ("mark", {"mark": "pin"}),
    ("split", {"half": "x", "title": "Helft"}),
    ("place", {"quadrant": "automate"}),
    ("undo", {}),
)
CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("rename", {"seen": 0, "title": "Van ons"}),
    ("mark", {"seen": 0, "mark": "resolve"}),
    ("split", {"seen": 0, "half": "0" * 16, "title": ""}),
    ("place", {"quadrant": "automate"}),
    ("undo", {"seen": 0}),
)


@pytest.fixture(scope="module")
def shared(house: House) -> int:
    """An issue in which one person speaks to our brand and another to theirs."""
    ledger, at = house.parts.listening.ledger, house.clock.now()
    said = [mention(f"shared-{brand}", f"{brand} ligt eruit", posted_at=at) for brand in (OURS, THEIRS)]
    kept = [
        Kept(mention=one, hits=(BrandHit(brand=brand, directed=True, terms=(brand.lower(),)),))
        for one, brand in zip(said, (OURS, THEIRS), strict=True)
    ]
    ledger.mentions.add_page(kept, source="feed", next_cursor=None, at=at)
    found = [ledger.mentions.find(one.key) for one in said]
    return issue_of(house, OURS, [one.mention_id for one in found if one is not None])


@pytest.mark.parametrize(("act", "fields"), ACTS)
def test_a_page_changes_no_issue_that_is_another_brands_too(
    house: House, asking: Asking, shared: int, act: str, fields: dict[str, str]
) -> None:
    cookie = house.cookie(OURS_ONLY)
    before = ledger_hash(house.home, leave_out=OWN)
    answer = asking.page("POST", f"/issues/{shared}/{act}", cookie=cookie, form={"csrf": house.csrf(cookie), "seen": "0", **fields})
    assert answer.status == 403
    assert "klanten van een ander merk" in answer.text or "another brand" in answer.text
    assert ledger_hash(house.home, leave_out=OWN) == before


@pytest.mark.parametrize(("act", "body"), CALLS)
def test_a_call_changes_no_issue_that_is_another_brands_too(
    house: House, asking: Asking, shared: int, act: str, body: dict[str, object]
) -> None:
    token = house.token(OURS_ONLY)
    before = ledger_hash(house.home, leave_out=OWN)
    answer = asking.call("POST", f"/api/v1/issues/{shared}/{act}", token=token, body=body)
    assert (answer.status, answer.json["type"]) == (403, "urn:klankbord:shared")
    assert "another brand" in answer.json["detail"]
    assert ledger_hash(house.home, leave_out=OWN) == before


def test_neither_end_of_a_merge_may_be_another_brands_too(house: House, asking: Asking, shared: int) -> None:
    ours, cookie, token = house.things[ObjectKind.ISSUE][OURS], house.cookie(OURS_ONLY), house.token(OURS_ONLY)
    for one, other in ((ours, shared), (shared, ours)):
        form = {"csrf": house.csrf(cookie), "seen": "0", "issue": str(other)}
        assert asking.page("POST", f"/issues/{one}/merge", cookie=cookie, form=form).status == 403
        body = {"seen": 0, "issue_id": other}
        assert asking.call("POST", f"/api/v1/issues/{one}/merge", token=token, body=body).status == 403
    assert house.parts.listening.ledger.issues.acts(ours) == []


def test_the_words_in_its_halves_are_shown_to_nobody_of_one_brand(house: House, asking: Asking, shared: int) -> None:
    """Splitting shows what everybody said, of whichever brand."""
    call = asking.call("GET", f"/api/v1/issues/{shared}/halves", token=house.token(OURS_ONLY))
    assert (call.status, call.json["type"]) == (403, "urn:klankbord:shared")
    page = asking.page("GET", f"/issues/{shared}/split", cookie=house.cookie(OURS_ONLY))
    assert THEIRS not in page.text
    assert "klanten van een ander merk" in page.text or "another brand" in page.text, "told before anything is looked at"
    told = asking.call("GET", f"/api/v1/issues/{shared}/halves", token=house.token(ROLE_NAMES[Role.AGENT]))
    assert (told.status, told.json["items"]) == (200, []), "two messages are too few for halves"
    assert told.json["why"]


def test_the_bot_is_held_to_the_same(house: House, shared: int) -> None:
    """It is handed the parts as its person sees them, and no gate stands between."""
    parts = staff_parts(house.parts, house.sign_in).seen_by(Person(name="Ans", role=Role.AGENT, brands=frozenset({OURS})))
    with pytest.raises(NotAllowed, match="another brand"):
        there(parts.issue_room).edits.mark(shared, "mute", by="Ans", seen=0)


def test_it_is_read_by_both_and_says_who_may_change_it(house: House, asking: Asking, shared: int) -> None:
    """Whoever works for all of its brands does; whoever works for one is told so instead of being offered it."""
    for name, offered in ((OURS_ONLY, False), (ROLE_NAMES[Role.AGENT], True)):
        page = asking.page("GET", f"/issues/{shared}", cookie=house.cookie(name))
        assert page.status == 200
        assert (f'action="/issues/{shared}/rename"' in page.text) is offered
        assert ("klanten van een ander merk" in page.text or "another brand" in page.text) is not offered
    own = house.things[ObjectKind.ISSUE][OURS]
    assert f'action="/issues/{own}/rename"' in asking.page("GET", f"/issues/{own}", cookie=house.cookie(OURS_ONLY)).text
    body = {"seen": 0, "title": "Van beide"}
    renamed = asking.call("POST", f"/api/v1/issues/{shared}/rename", token=house.token(ROLE_NAMES[Role.AGENT]), body=body)
    assert renamed.status == 200, renamed.text
