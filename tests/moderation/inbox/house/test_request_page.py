"""Who waits for an answer about their data, on a page for administrators: late ones stand out, and a reason is asked for every end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from moderation.model.person import Role
from moderation.model.subject_request import Ending, RequestKind
from tests.fakes.asking import Asking
from tests.fakes.house import AUTHOR, House
from tests.moderation.inbox.house.conftest import ROLE_NAMES


def test_an_administrator_sees_who_waits_and_ends_it(house: House, asking: Asking) -> None:
    """What is typed is shown as text, and without a reason nothing ends."""
    keep, now = house.parts.subjects.keep, house.clock.now()
    made = keep.add(RequestKind.ACCESS, "reddit", "<b>stille_lezer", received_at=now - timedelta(days=40), by=AUTHOR)
    soon = keep.add(RequestKind.RECTIFY, "reddit", "andere_lezer", received_at=now - timedelta(days=26), by=AUTHOR)
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    page = asking.page("GET", "/requests", cookie=cookie)
    assert page.status == 200
    assert "TE LAAT" in page.text
    assert "&lt;b&gt;stille_lezer" in page.text
    assert f"/requests/{soon.request_id}/extend" in page.text
    assert f"/requests/{made.request_id}/extend" not in page.text, "what is late can only be answered"
    form = {"csrf": house.csrf(cookie), "how": "refused"}
    assert asking.page("POST", f"/requests/{made.request_id}/end", cookie=cookie, form=form).status == 409
    assert asking.page("POST", f"/requests/{made.request_id}/end", cookie=cookie, form={**form, "why": "niet bewezen wie"}).status == 303
    assert asking.page("POST", f"/requests/{soon.request_id}/extend", cookie=cookie, form={**form, "why": "veel gesprekken"}).status == 303
    stands = {one.request_id: one for one in keep.all()}
    assert (stands[made.request_id].ending, stands[made.request_id].ended_by) == (Ending.REFUSED, ROLE_NAMES[Role.ADMIN])
    assert stands[soon.request_id].extended_why == "veel gesprekken"
    assert replace(stands[made.request_id], person="") == stands[made.request_id]
    after = asking.page("GET", "/requests", cookie=cookie).text
    assert "geweigerd" in after
    assert "stille_lezer" not in after
