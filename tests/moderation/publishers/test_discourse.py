"""What is Discourse's own: never as staff, repeats that prove the first, closed or deleted in one sentence, a queue (RULES 2.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceRefused
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.discourse import FakeDiscourse, open_discourse
from tests.fakes.platforms.faults import Fault, Why
from tests.fakes.platforms.rig import Rig

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_discourse(tmp_path, ManualClock(MORNING)) as opened:
        yield opened
        asyncio.run(opened.publisher.aclose())


def fake(rig: Rig) -> FakeDiscourse:
    assert isinstance(rig.fake, FakeDiscourse)
    return rig.fake


async def test_staff_may_not_post(rig: Rig) -> None:
    """For staff the forum takes the same text again and again."""
    fake(rig).staff = True
    with pytest.raises(SourceRefused, match="ordinary user"):
        await rig.publisher.whoami()


@pytest.mark.parametrize(
    "words",
    ["Body is too similar to what you recently posted", "Bericht lijkt te veel op wat je net hebt geplaatst", "Der Beitrag ist zu ähnlich"],
)
async def test_a_refused_repeat_means_that_the_first_may_be_there(rig: Rig, words: str) -> None:
    """Whatever the forum's language: words that we do not know are no proof that nothing is there."""
    fake(rig).words[Why.DUPLICATE] = words
    rig.fake.fault(Fault(name="duplicate", why=Why.DUPLICATE))
    with pytest.raises(PublishUnknown):
        await rig.publisher.publish(rig.post(), key=KEY)


@pytest.mark.parametrize(
    ("why", "meant"), [(Why.INVALID, "invalid"), (Why.TOO_LONG, "too_long"), (Why.BANNED, "banned"), (Why.FORBIDDEN, "forbidden")]
)
async def test_a_plain_no_says_why(rig: Rig, why: Why, meant: str) -> None:
    rig.fake.fault(Fault(name=why.value, why=why))
    with pytest.raises(PublishRejected) as refused:
        await rig.publisher.publish(rig.post(), key=KEY)
    assert refused.value.why == meant


async def test_when_the_topic_cannot_be_looked_at_a_closed_one_is_not_called_deleted(rig: Rig) -> None:
    rig.fake.places.close("1", Why.GONE)
    rig.fake.read_fault(faults.LOSE)
    with pytest.raises(PublishRejected) as refused:
        await rig.publisher.publish(rig.post(), key=KEY)
    assert refused.value.why == "locked"


async def test_what_waits_for_a_moderator_is_not_called_posted(rig: Rig) -> None:
    fake(rig).queue = True
    with pytest.raises(PublishUnknown, match="moderator"):
        await rig.publisher.publish(rig.post(), key=KEY)


async def test_a_reply_names_the_post_it_answers_by_its_place_in_the_topic(rig: Rig) -> None:
    answered = replace(rig.post(), target=replace(rig.thread(1), parent_id="507"))
    await rig.publisher.publish(answered, key=KEY)
    assert fake(rig).sent == [{"raw": answered.text, "topic_id": 1, "reply_to_post_number": 7}]


async def test_when_the_post_answered_cannot_be_asked_nothing_is_sent(rig: Rig) -> None:
    rig.fake.read_fault(faults.LOSE)
    with pytest.raises(NotSent):
        await rig.publisher.publish(replace(rig.post(), target=replace(rig.thread(1), parent_id="507")), key=KEY)
    assert rig.fake.writes == []


@pytest.mark.parametrize("title", ["", "   ", "x" * 256])
async def test_a_topic_has_a_title_that_the_forum_takes(rig: Rig, title: str) -> None:
    with pytest.raises(PublishRejected):
        await rig.publisher.publish(replace(rig.opens(), title=title), key=KEY)
    assert rig.fake.writes == []


async def test_an_empty_topic_holds_nothing_of_ours(rig: Rig) -> None:
    assert await rig.publisher.own_posts(rig.thread(3), MORNING) == []
