"""One of several accounts of Meta's is lost: what its API says of that, and what is read once it is back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SourceRefused
from listener.sources.http import HttpClient
from tests.fakes.graph import FakeGraph, comment
from tests.fakes.places import OTHER_PAGE, of_meta, refusing
from tests.fakes.site import Reply, Request, Site

NO_ROLE: dict[str, Any] = {"error": {"type": "OAuthException", "fbtrace_id": "t", "code": 10, "message": "Permission."}}


async def test_pages_of_posts_beyond_the_look_back_are_read_when_it_is_back(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """The list of posts ends at the look-back, which counts from when the account was lost."""
    rig = of_meta(site, http, clock)
    source, cursor = rig.source(), None
    for _ in range(4):
        cursor = (await source.pull(cursor)).next
    rig.closed = True
    said = {rig.say(clock.now() + timedelta(hours=4 * n)) for n in range(1, 90)}
    for _ in range(16):
        clock.advance(timedelta(days=1))
        cursor = (await source.pull((await source.pull((await source.pull(cursor)).next)).next)).next
    rig.closed = False
    found: set[str] = set()
    for _ in range(20):
        clock.advance(timedelta(hours=1))
        page = await source.pull(cursor)
        cursor = page.next
        found |= {one.native_id for one in page.mentions}
    assert said <= found


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_permission_that_is_missing_at_one_account_is_that_accounts(
    site: Site, http: HttpClient, clock: ManualClock, *, everywhere: bool
) -> None:
    """Meta says the same of a token that lost a permission and of a page at which its owner has no role: another account tells."""
    rig = of_meta(site, http, clock)
    rig.refusal = refusing(403, NO_ROLE)
    rig.closed, rig.both_closed = True, everywhere
    if everywhere:
        with pytest.raises(SourceRefused) as told:
            await rig.source().pull(None)
        assert told.value.cause == "scope_missing"
        assert len(site.requests) == 2
    else:
        page = await rig.source().pull(None)
        assert [(one.name, one.cause) for one in page.lost] == [(f"account {OTHER_PAGE}", "scope_missing")]


async def test_an_account_that_goes_before_its_comments_are_read_is_read_again(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Its posts are not there any more either, and skipping them one by one would lose what stands below them."""
    rig, fake = of_meta(site, http, clock), FakeGraph()
    post_id = f"{OTHER_PAGE}_7"
    fake.listings[f"{OTHER_PAGE}/feed"] = [{**comment(post_id, clock.now() - timedelta(hours=2)), "id": post_id}]
    fake.below[f"{post_id}/comments"] = [comment(f"7_{n}", clock.now() - timedelta(minutes=n + 1)) for n in range(120)]
    gone = rig.refusal

    def answer(request: Request) -> Reply:
        return gone if rig.closed and f"/{OTHER_PAGE}" in request.path else fake(request)

    site.answer = answer
    source = rig.source()
    page = await source.pull(None)
    rig.closed = True
    page = await source.pull(page.next)
    assert [one.name for one in page.lost] == [f"account {OTHER_PAGE}"]
    rig.closed, found = False, {one.native_id for one in page.mentions}
    for _ in range(12):
        clock.advance(timedelta(hours=1))
        page = await source.pull(page.next)
        found |= {one.native_id for one in page.mentions}
    assert {f"7_{n}" for n in range(120)} <= found
