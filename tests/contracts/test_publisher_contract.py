"""What every publisher promises (`moderation.ports.Publisher`), tried on each of them against a platform that fails in every known way.

A new platform is one line in `tests/fakes/platforms/rigs.py`. What counts is the platform's own book, not what a publisher says.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, ProductError, PublishRejected, PublishUnknown, RateLimited, SourceError, SourceRefused
from moderation.messages.length import length
from moderation.model.post import PlaceNow
from moderation.outbox.same_text import normalised
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.faults import Fault, Why
from tests.fakes.platforms.rig import ANSWER, Rig
from tests.fakes.platforms.rigs import RIGS, wait_for

BEFORE = MORNING - timedelta(minutes=5)
KEY = "0123456789abcdef0123456789abcdef"
NAUGHTY = (
    "Dag @everyone en @here, hoe gaat het?",
    "1 < 2 && 3 > 2; \"aanhalingstekens\" & 'apostrof' &amp; &lt;b&gt;",
    "Regel een\n\nregel drie\n  ingesprongen",
    "*ster* _streep_ `code` ~golf~ \\ schuine streep # hekje",
    "👨‍👩‍👧‍👦 🇳🇱 e\u0301 é ﷽ \u202eomgekeerd\u202c",
    "' OR 1=1; DROP TABLE mentions; -- %s %(naam)s {naam} ${HOME} {{7*7}}",
    "<script>alert(1)</script>",
    "https://stroomwerk.example/storing?plaats=utrecht&x=1#nu",
    "null",
    "0",
)

PROMISES = {  # looks back, can edit, can remove, knows a key, starts threads; a test of a promise that is not made returns at once
    "reddit": (True, True, True, False, True),
    "x": (True, False, True, False, True),
    "discord": (True, True, True, True, True),
    "mastodon": (True, True, True, True, True),
    "discourse": (True, True, True, False, True),
    "bluesky": (True, False, True, True, True),
    "matrix": (True, True, True, True, True),
    "mail": (False, False, False, False, False),
    "webhook": (True, False, False, True, False),  # its rig has an address that can be asked; the twin has none
    "twin of webhook": (False, False, False, True, False),
}


HANG_SECONDS = 2.0
FAR_TOO_LONG = 15.0
"""Less than any wait that a platform asks for here and than a time-out, more than a busy machine needs for one call."""


@pytest.fixture(params=RIGS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    fault = request.node.callspec.params.get("fault")
    if fault is not None and fault.ending is faults.Ending.HANG:
        wait_for(HANG_SECONDS, monkeypatch)
    with RIGS[request.param](tmp_path, ManualClock(MORNING)) as opened:
        yield opened
        await opened.publisher.aclose()


def key_of(text: str) -> str:
    """Return a key as the outbox makes them: no two begin alike."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


async def outcome(rig: Rig, text: str = ANSWER) -> Exception | None:
    """Publish once and return the error, if any; whatever it is, its text holds no secret."""
    try:
        await rig.publisher.publish(rig.post(text), key=KEY)
    except Exception as error:
        told = f"{error} {error!r}"
        assert not any(secret in told for secret in rig.secrets), told
        return error
    return None


async def test_it_promises_what_its_platform_can_do(rig: Rig, request: pytest.FixtureRequest) -> None:
    """Else a promise that was lost would only make its test return at once."""
    publisher, name = rig.publisher, request.node.callspec.params["rig"]
    found = publisher.looks_back, publisher.can_edit, publisher.can_remove, publisher.key_seconds > 0, rig.opening is not None
    assert found == PROMISES.get(name, PROMISES.get(name.removeprefix("twin of ")))
    assert publisher.native_key is (publisher.key_seconds > 0)


async def test_the_account_is_the_one_the_platform_names(rig: Rig) -> None:
    """An approval binds this id: a swapped token must be noticed (RULES F31)."""
    account = await rig.publisher.whoami()
    assert account.native_id == rig.native_id
    assert account == await rig.publisher.whoami()
    assert rig.fake.writes == []


async def test_what_is_posted_is_shown_with_its_text_and_time(rig: Rig) -> None:
    accepted = await rig.publisher.publish(rig.post("Dag Kim, we kijken ernaar."), key=KEY)
    (post,) = rig.fake.posts()
    assert post.post_id == accepted.platform_id
    assert (post.text, post.target) == ("Dag Kim, we kijken ernaar.", rig.place(1))
    assert len(rig.fake.writes) == 1
    if not rig.publisher.looks_back:
        with pytest.raises(SourceError):
            await rig.publisher.own_posts(rig.thread(1), BEFORE)
        return
    (seen,) = await rig.publisher.own_posts(rig.thread(1), BEFORE)
    assert (seen.platform_id, seen.text, seen.posted_at) == (accepted.platform_id, post.text, MORNING)


async def test_own_posts_are_those_of_the_place_and_of_the_time(rig: Rig) -> None:
    """A text found in another thread, or from last week, is not this one."""
    if not rig.publisher.looks_back:
        return  # this platform cannot look back: see the test of texts and times
    for number, text in [(1, "een"), (2, "twee"), (1, "drie")]:
        await rig.publisher.publish(rig.post(text, number=number), key=key_of(text))
        rig.clock.advance(timedelta(minutes=10))
    texts = [one.text for one in await rig.publisher.own_posts(rig.thread(1), BEFORE)]
    assert texts == ["een", "drie"]
    assert [one.text for one in await rig.publisher.own_posts(rig.thread(1), MORNING + timedelta(minutes=15))] == ["drie"]
    latest = await rig.publisher.own_latest(MORNING + timedelta(minutes=5))
    assert latest is None or [one.text for one in latest] == ["twee", "drie"]


async def test_many_own_posts_are_all_there(rig: Rig) -> None:
    """A page that ends is no proof of absence (RULES 2.1)."""
    if not rig.publisher.looks_back:
        return  # this platform cannot look back: see the test of texts and times
    for number in range(130):
        await rig.put(1, f"bericht {number}")
        rig.clock.advance(timedelta(seconds=1))
    seen = await rig.publisher.own_posts(rig.thread(1), BEFORE)
    assert [one.text for one in seen] == [f"bericht {number}" for number in range(130)]


@pytest.mark.parametrize("fault", faults.UNCLEAR, ids=lambda fault: fault.name)
async def test_after_an_unclear_answer_the_outcome_is_unknown_and_nothing_is_repeated(rig: Rig, fault: Fault) -> None:
    """The most dangerous moment: a library that tries again makes two posts of one (RULES F4, M9)."""
    rig.fake.fault(fault)
    began = time.monotonic()
    error = await outcome(rig, "Dag Kim")
    assert isinstance(error, PublishUnknown), repr(error)
    assert time.monotonic() - began < FAR_TOO_LONG
    await asyncio.sleep(0.05)
    assert len(rig.fake.writes) == 1
    assert len(rig.fake.posts()) == fault.accepts


async def test_what_was_accepted_unheard_is_found_later(rig: Rig) -> None:
    if not rig.publisher.looks_back:
        return  # this platform cannot look back: see the test of texts and times
    rig.fake.fault(faults.ACCEPT_LATE)
    assert isinstance(await outcome(rig, "Dag Kim"), PublishUnknown)
    assert await rig.publisher.own_posts(rig.thread(1), BEFORE) == []
    rig.clock.advance(timedelta(seconds=60))
    (seen,) = await rig.publisher.own_posts(rig.thread(1), BEFORE)
    assert normalised(seen.text) == "dag kim"


async def test_a_repeat_with_the_same_key_makes_no_second_post(rig: Rig) -> None:
    """Where the platform keeps our key; where it does not, the reconciler never asks again."""
    rig.fake.fault(faults.ACCEPT_THEN_502)
    assert isinstance(await outcome(rig, "Dag Kim"), PublishUnknown)
    if not rig.publisher.native_key:
        assert rig.publisher.key_seconds == 0
        return
    accepted = await rig.publisher.publish(rig.post("Dag Kim"), key=KEY)
    (post,) = rig.fake.posts()
    assert accepted.platform_id == post.post_id
    assert rig.publisher.key_seconds > 0


async def test_every_dialect_of_wait_is_understood(rig: Rig) -> None:
    """At least what it asks, at most 15 minutes, and never a wait inside the library (RULES F16)."""
    for fault in rig.rate_limits:
        rig.fake.fault(fault)
        began = time.monotonic()
        error = await outcome(rig, f"Dag {fault.name}")
        assert isinstance(error, RateLimited), (fault.name, repr(error))
        assert fault.wait is not None
        assert fault.wait.seconds <= error.wait_seconds <= 900, fault.name
        assert error.wait_seconds >= 1
        assert time.monotonic() - began < FAR_TOO_LONG
    assert rig.fake.posts() == []
    assert len(rig.fake.writes) == len(rig.rate_limits)


async def test_a_rejected_key_stops_and_is_asked_about_once(rig: Rig) -> None:
    """401 for ever must not become a loop (RULES F19)."""
    rig.fake.fault(faults.UNAUTHORISED)
    assert isinstance(await outcome(rig), SourceRefused)
    assert len(rig.fake.writes) == 1
    assert rig.fake.posts() == []
    rig.fake.read_fault(faults.UNAUTHORISED)
    with pytest.raises(SourceRefused):
        await rig.publisher.whoami()


async def test_forbidden_is_a_no(rig: Rig) -> None:
    rig.fake.fault(faults.FORBIDDEN)
    assert isinstance(await outcome(rig), PublishRejected)
    assert (len(rig.fake.writes), rig.fake.posts()) == (1, [])


@pytest.mark.parametrize(
    ("why", "meant", "now"),
    [
        (Why.LOCKED, {"locked", "forbidden"}, PlaceNow.LOCKED),
        (Why.GONE, {"gone"}, PlaceNow.GONE),
        (Why.BANNED, {"banned", "forbidden"}, None),
    ],
)
async def test_a_closed_place_is_told_before_and_after(rig: Rig, why: Why, meant: set[str], now: PlaceNow | None) -> None:
    """Thread deleted, locked, or its author blocked us: no post, no repeat, and the reason (RULES F9)."""
    if rig.asks_place:
        assert await rig.publisher.place_now(rig.thread(1)) is PlaceNow.OPEN
    rig.fake.places.close(rig.place(1), why)
    if rig.asks_place and now is not None:
        assert await rig.publisher.place_now(rig.thread(1)) is now
    error = await outcome(rig)
    assert isinstance(error, PublishRejected), repr(error)
    assert error.why in meant
    assert len(rig.fake.writes) <= 1  # Bluesky's PDS would take it: there the publisher asks first and does not write
    assert rig.fake.posts() == []


async def test_the_longest_text_is_taken_whole_and_one_more_is_refused(rig: Rig) -> None:
    """Counted as the platform counts; nothing is ever cut (RULES F32)."""
    limits = rig.publisher.limits
    text = rig.longest(limits.most)
    assert length(text, limits) == limits.most
    await rig.publisher.publish(rig.post(text), key=KEY)
    assert [post.text for post in rig.fake.posts()] == [text]
    error = await outcome(rig, text + "a")
    assert isinstance(error, PublishRejected)
    assert error.why == "too_long"
    assert len(rig.fake.posts()) == 1


async def test_texts_arrive_byte_for_byte(rig: Rig) -> None:
    for text in NAUGHTY:
        await rig.publisher.publish(rig.post(text), key=key_of(text))
        rig.clock.advance(timedelta(seconds=1))
    assert [post.text for post in rig.fake.posts()] == [rig.sent(text) for text in NAUGHTY]
    if rig.publisher.looks_back:
        seen = await rig.publisher.own_posts(rig.thread(1), BEFORE)
        assert [normalised(one.text) for one in seen] == [normalised(text) for text in NAUGHTY]


@pytest.mark.parametrize(
    "fault",
    [faults.LOSE, faults.LOSE_503, faults.HTML_200, faults.RESET, faults.LOGIN, faults.HANG, faults.UNAUTHORISED],
    ids=lambda fault: fault.name,
)
async def test_not_seeing_is_never_an_empty_list(rig: Rig, fault: Fault) -> None:
    """A reconciler that takes an error for absence sends twice (RULES 2.1, F18)."""
    if not rig.publisher.looks_back:
        return  # this platform cannot look back: see the test of texts and times
    await rig.publisher.whoami()
    rig.fake.read_fault(fault, fault, fault)  # asking again is allowed where nothing is posted
    with pytest.raises(SourceError):
        await rig.publisher.own_posts(rig.thread(1), BEFORE)


async def test_being_told_to_wait_is_never_an_empty_list(rig: Rig) -> None:
    if not rig.publisher.looks_back:
        return  # this platform cannot look back: see the test of texts and times
    await rig.publisher.whoami()
    rig.fake.read_fault(rig.rate_limits[0])
    with pytest.raises(RateLimited):
        await rig.publisher.own_posts(rig.thread(1), BEFORE)


async def test_an_edit_replaces_the_text_of_our_own_post(rig: Rig) -> None:
    if not rig.publisher.can_edit:
        return  # posts cannot be changed here
    first = await rig.publisher.publish(rig.post("Storing bekend."), key=KEY)
    again = await rig.publisher.publish(rig.post("Storing verholpen.", edits=first.platform_id), key=KEY[::-1])
    (post,) = rig.fake.posts()
    assert (post.text, post.edits, again.platform_id) == ("Storing verholpen.", 1, first.platform_id)
    rig.fake.fault(faults.ACCEPT_THEN_502)
    with pytest.raises(PublishUnknown):
        await rig.publisher.publish(rig.post("Nog iets.", edits=first.platform_id), key="k" * 32)
    assert len(rig.fake.writes) == 3


async def test_taking_a_post_away_takes_ours_and_nothing_else(rig: Rig) -> None:
    """A wrong deletion is as public as a wrong post. Asked twice it is still one."""
    if not rig.publisher.can_remove:
        error = await _removal(rig, "4711")
        assert isinstance(error, PublishRejected), repr(error)
        assert rig.fake.writes == []
        return
    kept = await rig.publisher.publish(rig.post("Dit blijft staan."), key=key_of("blijft"))
    rig.clock.advance(timedelta(seconds=1))
    first = await rig.publisher.publish(rig.post("Dit was niet goed."), key=KEY)
    for _ in range(2):
        gone = await rig.publisher.publish(rig.post("Dit was niet goed.", removes=first.platform_id), key=KEY[::-1])
        assert gone.platform_id == first.platform_id
    assert {one.text: one.removed for one in rig.fake.posts()} == {"Dit blijft staan.": False, "Dit was niet goed.": True}
    assert [one.platform_id for one in await rig.publisher.own_posts(rig.thread(1), BEFORE)] == [kept.platform_id]


@pytest.mark.parametrize("fault", [faults.ACCEPT_THEN_502, faults.LOSE, faults.RESET], ids=lambda fault: fault.name)
async def test_after_an_unclear_answer_to_a_removal_looking_tells(rig: Rig, fault: Fault) -> None:
    if not rig.publisher.can_remove:
        return  # posts cannot be taken away here
    first = await rig.publisher.publish(rig.post("Dit was niet goed."), key=KEY)
    rig.fake.fault(fault)
    assert isinstance(await _removal(rig, first.platform_id), PublishUnknown)
    await asyncio.sleep(0.05)
    seen = [one.platform_id for one in await rig.publisher.own_posts(rig.thread(1), BEFORE)]
    assert (first.platform_id not in seen) is bool(fault.accepts)
    assert len(rig.fake.writes) == 2


async def test_what_others_wrote_is_not_ours_to_take_away(rig: Rig) -> None:
    """An account that moderates a place could delete a customer's words; it never does by this road."""
    if not rig.publisher.can_remove:
        return  # posts cannot be taken away here
    theirs = rig.thread(1).parent_id or "501"
    await _removal(rig, theirs)
    fake = rig.fake
    assert getattr(fake, "deleted_of_others", []) + getattr(fake, "redacted_of_others", []) == []
    assert not any(one.removed for one in fake.posts())


async def _removal(rig: Rig, platform_id: str) -> Exception | None:
    try:
        await rig.publisher.publish(rig.post("Dit was niet goed.", removes=platform_id), key=key_of("weg"))
    except Exception as error:
        return error
    return None


async def test_a_thread_of_our_own_has_its_title_and_is_found(rig: Rig) -> None:
    if rig.opening is None:
        return  # it starts no threads
    accepted = await rig.publisher.publish(rig.opens("Er is een storing."), key=KEY)
    (post,) = rig.fake.posts()
    assert (post.text, post.more.get("title", "")) == ("Er is een storing.", rig.title)
    (seen,) = await rig.publisher.own_posts(rig.opening, BEFORE)
    assert (seen.platform_id, seen.text) == (accepted.platform_id, post.text)


async def test_closing_twice_is_harmless(rig: Rig) -> None:
    await rig.publisher.whoami()
    await rig.publisher.aclose()
    await rig.publisher.aclose()


async def test_without_a_connection_nothing_is_sent_and_it_says_so(rig: Rig) -> None:
    """Then the gateway may try again: nothing can be there."""
    await rig.publisher.whoami()
    rig.fake.go_away()
    error = await outcome(rig)
    assert isinstance(error, NotSent | PublishUnknown), repr(error)
    with pytest.raises(ProductError):
        await rig.publisher.whoami()
