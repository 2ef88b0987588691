"""What was said to us in private is answered in private, or not by us: never where others read it (F33-like)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotAllowed, NotSent, PublishRejected
from moderation.model.outbox import EntryState
from moderation.model.policy import GateFacts, House, Question, TargetNow
from moderation.model.post import AccountId, ConnectedAccount, OutgoingPost, PlaceNow, PostKind, Target
from moderation.model.thread import ANSWERED_IN_PRIVATE
from moderation.outbox.accounts import Accounts
from moderation.policy.gate import private_stays_private, target_fits_account
from moderation.publishers.limits import MAIL
from moderation.publishers.mail_message import message_of
from moderation.workflows.draft_text import subject_below, target_below
from moderation.workflows.load_wording import load_policy
from tests.fakes.desk import MORNING, Desk, mention
from tests.fakes.platforms import faults
from tests.fakes.platforms.discourse import FakeDiscourse, open_discourse
from tests.fakes.platforms.matrix import KIM, USER, FakeMatrix, open_matrix
from tests.fakes.platforms.rig import Rig
from tests.moderation.private.test_private_cases import CHANNELS, private

KEY = "0123456789abcdef0123456789abcdef"
PUBLIC = ("reddit", "x", "mastodon", "bluesky", "discord", "facebook", "instagram", "threads", "messenger", "whatsapp")
PRIVATE = ("mail", "discourse", "matrix", "webhook")
PLACES = Target(platform="mail", realm="loket.example", thread_id="t", mention_id=3, person="kim@klant.example")


def account(platform: str, *, serves: tuple[str, ...]) -> ConnectedAccount:
    named = AccountId(platform=platform, realm="here", native_id=platform, name=platform)
    return ConnectedAccount(account=named, limits=MAIL.limits, native_key=False, serves=serves)


@pytest.mark.parametrize(("platform", "channel"), CHANNELS)
def test_what_speaks_to_a_private_message_is_private_or_nothing(desk: Desk, platform: str, channel: str) -> None:
    """An account of every platform is connected, and one that serves all: none of them is offered where it would post in public."""
    every = [account(one, serves=(one,)) for one in (*PUBLIC, *PRIVATE)] + [account("simulated", serves=())]
    (number,) = desk.hear(private("1", platform=platform, channel=channel), source="loket")
    (stored,) = desk.ledger.mentions.by_ids([number])
    target = target_below(stored)
    assert target.person == "kim@klant.example", "to whoever wrote it, by which the approval is bound to them"
    try:
        offered = Accounts(every).for_target(target).account.platform
    except NotAllowed:
        offered = ""
    assert offered == (platform if platform in PRIVATE else "")


@pytest.mark.parametrize("platform", PUBLIC)
def test_a_platform_on_which_we_post_in_public_answers_nobody_in_private(platform: str) -> None:
    assert platform not in ANSWERED_IN_PRIVATE
    with pytest.raises(NotAllowed, match="private message"):
        Accounts([account(platform, serves=(platform,))]).for_target(replace(PLACES, platform=platform))


@pytest.mark.parametrize(
    ("changed", "kind", "refused"),
    [
        ({}, PostKind.REPLY, False),
        ({}, PostKind.ANSWER, False),  # one text to many, each in private
        ({"person": ""}, PostKind.REPLY, True),  # a draft from before, or a broadcast: everybody could read it
        ({"person": "bo@klant.example"}, PostKind.REPLY, True),  # somebody else
        ({"platform": "reddit"}, PostKind.REPLY, True),
        ({"platform": "instagram"}, PostKind.REPLY, True),
        ({}, PostKind.STATUS_UPDATE, True),
        ({}, PostKind.YOU_SAID, True),
    ],
)
def test_the_gate_lets_nothing_leave_below_a_private_message_but_a_private_answer(
    changed: dict[str, str], kind: PostKind, refused: bool
) -> None:
    """Asked early and once more just before each send: whatever made the draft, and whenever."""
    target = replace(PLACES, **changed)  # type: ignore[arg-type]  # fields by name
    ours = AccountId(platform=target.platform, realm="here", native_id="1", name="loket")
    post = OutgoingPost(account=ours, kind=kind, target=target, text="Dag Kim")
    for private_to, expected in (("kim@klant.example", refused), ("", False)):
        now = TargetNow(gone=False, private_to=private_to)
        question = Question(post=post, whoami=ours, target=now, facts=GateFacts())
        assert bool(list(private_stays_private(question, load_policy(), House(account_names=())))) is expected


async def test_a_draft_that_names_nobody_does_not_leave(desk: Desk) -> None:
    """Made before private messages had cases: its target has no person, so that the place would be everybody's."""
    (number,) = desk.hear(private("5", platform="discourse", channel="discourse", realm="forum.example", who="7"), source="forum")
    (stored,) = desk.ledger.mentions.by_ids([number])
    draft = desk.draft(number)
    with pytest.raises(NotAllowed) as refused:
        desk.precheck.must_pass(replace(draft, target=replace(target_below(stored), person="")), who="anna", at=desk.clock.now())
    assert "private_stays_private" in refused.value.rules


async def test_a_mail_is_answered_to_its_writer_in_its_thread(desk: Desk) -> None:
    """In-Reply-To and References name the customer's mails, and nobody is in copy."""
    first = private("<a@klant.example>", title="Monteur")
    desk.hear(
        first, private("<b@klant.example>", "En?", title="Re: Monteur", root_id="<a@klant.example>", posted_at=MORNING + timedelta(hours=1))
    )
    (case,) = desk.inbox.list()
    desk.inbox.claim(case.case_id, "anna", case.version)
    entry = desk.inbox.send(desk.inbox.draft_reply(case.case_id, "anna", "Dag Kim, morgen om tien uur.").draft_id, "anna")
    message = message_of(entry.post, key=KEY, address="loket@loket.example", shown_name="", at=desk.clock.now())
    assert (message["To"], message["Cc"], message["Bcc"]) == ("kim@klant.example", None, None)
    assert (message["In-Reply-To"], message["References"]) == ("<b@klant.example>", "<a@klant.example> <b@klant.example>")
    assert message["Subject"] == "Re: Monteur" == subject_below(desk.ledger.mentions.by_ids(case.mention_ids)[-1])
    await desk.settle()
    assert desk.entry(entry.entry_id).state is EntryState.SENT


def test_until_when_a_chat_may_be_answered(desk: Desk) -> None:
    """RULES P21: 24:00:00 after the last message it is still allowed, a second later it is not."""
    desk.hear(private("1", platform="whatsapp", channel="whatsapp", who="31612345678", posted_at=MORNING - timedelta(hours=3)))
    desk.hear(private("2", platform="whatsapp", channel="whatsapp", who="31612345678", posted_at=MORNING))
    (row,) = desk.cases.rows()
    last = MORNING + timedelta(hours=24)
    for moment, over in ((last, False), (last + timedelta(seconds=1), True)):
        desk.clock.advance(moment - desk.clock.now())
        window = desk.replies.write.window(row)
        assert window is not None
        assert (window.until, window.over) == (last, over)
    desk.hear(mention("3"))
    assert desk.replies.write.window(next(one for one in desk.cases.rows() if one.platform == "feed")) is None


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_discourse(tmp_path, ManualClock(MORNING)) as opened:
        yield opened
        asyncio.run(opened.publisher.aclose())


@pytest.mark.parametrize(("archetype", "place"), [("private_message", PlaceNow.OPEN), ("regular", PlaceNow.GONE), (None, PlaceNow.GONE)])
async def test_a_forum_is_asked_whether_the_topic_is_private_still(rig: Rig, archetype: str | None, place: PlaceNow) -> None:
    """A moderator can open a private topic to everybody between the approval and the send."""
    assert isinstance(rig.fake, FakeDiscourse)
    rig.fake.archetype = archetype
    post = replace(rig.post(), target=replace(rig.thread(1), person="7"))
    assert await rig.publisher.place_now(post.target) is place
    if place is PlaceNow.OPEN:
        await rig.publisher.publish(post, key=KEY)
        assert len(rig.fake.sent) == 1
        return
    with pytest.raises(PublishRejected, match="nothing was posted"):
        await rig.publisher.publish(post, key=KEY)
    with pytest.raises(PublishRejected):
        await rig.publisher.publish(replace(post, edits="507"), key=KEY)
    assert rig.fake.sent == []
    await rig.publisher.publish(rig.post(), key=KEY)
    assert len(rig.fake.sent) == 1, "what answers everybody is posted as before"


@pytest.fixture
def homeserver(tmp_path: Path) -> Iterator[Rig]:
    with open_matrix(tmp_path, ManualClock(MORNING)) as opened:
        yield opened
        asyncio.run(opened.publisher.aclose())


BOTH = {USER: "join", KIM: "join"}


@pytest.mark.parametrize(
    ("rule", "members", "place", "why"),
    [
        ("invite", BOTH, PlaceNow.OPEN, ""),
        ("knock", BOTH, PlaceNow.OPEN, ""),
        ("public", BOTH, PlaceNow.SHARED, "shared"),
        ("restricted", BOTH, PlaceNow.SHARED, "shared"),
        (None, BOTH, PlaceNow.SHARED, "shared"),
        ("invite", {USER: "join", KIM: "leave"}, PlaceNow.GONE, "gone"),
        ("invite", {**BOTH, "@bas:fake.example": "invite"}, PlaceNow.SHARED, "shared"),
    ],
)
async def test_a_room_is_asked_whether_only_its_person_and_we_read_there(
    homeserver: Rig, rule: str | None, members: object, place: PlaceNow, why: str
) -> None:
    """Whoever moderates it can open it, or let somebody in, between the approval and the send: then nothing is posted or edited there."""
    fake = homeserver.fake
    assert isinstance(fake, FakeMatrix)
    fake.rule, fake.members = rule, members
    post = replace(homeserver.post(), target=replace(homeserver.thread(1), person=KIM))
    assert await homeserver.publisher.place_now(post.target) is place
    if place is PlaceNow.OPEN:
        accepted = await homeserver.publisher.publish(post, key=KEY)
        edit = replace(post, text="Dag Kim, vandaag.", edits=accepted.platform_id)
        await homeserver.publisher.publish(edit, key=KEY[::-1])
        assert [one.text for one in fake.posts()] == ["Dag Kim, vandaag."]
        return
    for one in (post, replace(post, edits="$ours0001")):
        with pytest.raises(PublishRejected, match="nothing was posted") as refused:
            await homeserver.publisher.publish(one, key=KEY)
        assert refused.value.why == why
    assert fake.writes == []
    assert await homeserver.publisher.place_now(homeserver.thread(1)) is PlaceNow.OPEN
    await homeserver.publisher.publish(homeserver.post(), key=KEY)
    assert len(fake.posts()) == 1, "what answers everybody is posted as before"


@pytest.mark.parametrize("members", [None, 5, ["@kim:fake.example"]])
async def test_a_room_whose_people_cannot_be_read_gets_nothing_now(homeserver: Rig, members: object) -> None:
    """That nobody could be told is no reason to post; later it may be known."""
    fake = homeserver.fake
    assert isinstance(fake, FakeMatrix)
    fake.rule, fake.members = "invite", members
    post = replace(homeserver.post(), target=replace(homeserver.thread(1), person=KIM))
    with pytest.raises(NotSent):
        await homeserver.publisher.publish(post, key=KEY)
    assert fake.writes == []


async def test_a_homeserver_that_is_down_gets_nothing_now(homeserver: Rig) -> None:
    fake = homeserver.fake
    assert isinstance(fake, FakeMatrix)
    fake.rule = "invite"
    post = replace(homeserver.post(), target=replace(homeserver.thread(1), person=KIM))
    fake.read_fault(faults.LOSE_503)
    with pytest.raises(NotSent):
        await homeserver.publisher.publish(post, key=KEY)
    fake.clear()
    assert fake.writes == []
    await homeserver.publisher.publish(post, key=KEY)


LOKET = AccountId(platform="matrix", realm="fake.example", native_id="@loket:fake.example", name="@loket:fake.example")
ROOM = Target(platform="matrix", realm="!kamer:fake.example", thread_id="!kamer:fake.example", mention_id=3, person=KIM)


@pytest.mark.parametrize(
    ("listed", "target", "may"),
    [
        ((LOKET.name,), ROOM, True),
        ((ROOM.realm,), ROOM, True),
        (("!elders:fake.example",), ROOM, False),
        (("@ander:fake.example",), ROOM, False),
        ((), ROOM, False),
        ((LOKET.name,), replace(ROOM, person=""), False),  # a room in which everybody is answered is listed by its own id
        ((LOKET.name,), replace(ROOM, platform="mastodon"), False),
    ],
)
def test_direct_rooms_are_opened_by_the_name_of_the_account(listed: tuple[str, ...], target: Target, may: bool) -> None:
    """They come by themselves, so that nobody can list them; without that no place is open."""
    house = House(account_names=("matrix:@loket:fake.example",), allowed_targets=listed)
    post = OutgoingPost(account=LOKET, kind=PostKind.REPLY, target=target, text="Dag Kim")
    refused = list(
        target_fits_account(Question(post=post, whoami=LOKET, target=TargetNow(gone=False), facts=GateFacts()), load_policy(), house)
    )
    assert ("target_not_listed" not in refused) is may
    named = replace(account("matrix", serves=("matrix", "mastodon")), account=LOKET, realms=listed or ("!geen",))
    try:
        offered = Accounts([named]).for_target(target).account.name
    except NotAllowed:
        offered = ""
    assert bool(offered) is may
