"""Nothing that no person chose singly leaves before enough of it was checked, and no setting can jump that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from listener.errors import NotAllowed
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.standing import StandingLedger
from moderation.messages.render import PublicWording
from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind
from moderation.model.shadow import FEWEST_CHECKED, LEAST_RIGHT, Bar, Judged, ShadowKind
from moderation.settings import OutboxSettings
from moderation.workflows.shadow import Shadow
from tests.fakes.desk import Desk, loose_target, open_desk, shipped_rules

TEMPLATE = "invitation_thread"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def shadow_of(desk: Desk, *, bar: Bar | None = None, wording: dict[str, PublicWording] | None = None) -> Shadow:
    """Return shadow as after a restart with other settings or templates."""
    words = wording or shipped_rules()[0]
    standing = StandingLedger(desk.ledger.engine)
    return Shadow(ShadowLedger(desk.ledger.engine), desk.precheck.accounts, desk.clock, wording=words, bar=bar, standing=standing)


def version(language: str = "nl") -> str:
    return shipped_rules()[0][language].version(TEMPLATE)


def invitation(thread: str, *, template: str | None = None, kind: PostKind = PostKind.INVITATION) -> NewDraft:
    return NewDraft(
        kind=kind,
        target=loose_target(thread),
        text="Klacht, compliment of beoordeling? Alle drie zijn welkom.",
        language="nl",
        author="schedule",
        template=version() if template is None else template,
    )


def check_items(desk: Desk, count: int, *, wrong: int = 0, shadow: Shadow | None = None, first: int = 0) -> None:
    """Record `count` invitations in threads of their own and check them, the first `wrong` ones as wrong."""
    shadow = shadow or desk.shadow
    for number in range(count):
        item = shadow.record(ShadowKind.INVITATION, invitation(f"t-{first + number}"), why={"event": "case closed"})
        judged = Judged.WRONG if number < wrong else Judged.RIGHT
        shadow.review(item.shadow_id, judged, "anna", note="too early" if number < wrong else "")
        desk.clock.advance(timedelta(seconds=1))


def test_what_would_be_posted_is_kept_whole_with_its_reasons(desk: Desk) -> None:
    item = desk.shadow.record(ShadowKind.INVITATION, invitation("t-1"), why={"event": "case closed", "quiet_hours": 50})
    assert desk.shadow.item(item.shadow_id) == item
    assert item.post.account == desk.account.account
    assert (item.post.target.thread_id, item.template, item.why) == ("t-1", version(), {"event": "case closed", "quiet_hours": "50"})
    assert (item.live, item.check) == (False, None)
    assert desk.entries.entries() == [], "and nothing is in the outbox"


def test_a_restart_that_decides_the_same_again_adds_nothing(desk: Desk) -> None:
    first = desk.shadow.record(ShadowKind.INVITATION, invitation("t-1"), why={"event": "a"})
    again = shadow_of(desk).record(ShadowKind.INVITATION, invitation("t-1"), why={"event": "b"})
    assert again == first
    elsewhere = desk.shadow.record(ShadowKind.INVITATION, invitation("t-2"), why={})
    assert elsewhere.shadow_id != first.shadow_id


def test_a_wrong_one_needs_a_word_on_what_is_wrong_and_every_verdict_a_person(desk: Desk) -> None:
    item = desk.shadow.record(ShadowKind.INVITATION, invitation("t-1"), why={})
    with pytest.raises(NotAllowed, match="what is wrong"):
        desk.shadow.review(item.shadow_id, Judged.WRONG, "anna")
    with pytest.raises(NotAllowed, match="Only a person"):
        desk.shadow.review(item.shadow_id, Judged.RIGHT, " ")
    with pytest.raises(NotAllowed, match="no shadow item 99"):
        desk.shadow.review(99, Judged.RIGHT, "anna")
    assert desk.shadow.item(item.shadow_id).check is None


def test_fifty_right_ones_do_not_graduate_by_themselves(desk: Desk) -> None:
    """Graduation is an act of a person, on the figures."""
    check_items(desk, 50)
    assert not desk.shadow.graduated(ShadowKind.INVITATION, version())
    given = desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    assert (given.checked, given.right, given.given_by) == (50, 50, "carla")
    assert desk.shadow.graduated(ShadowKind.INVITATION, version())
    assert desk.shadow.graduated(ShadowKind.INVITATION)
    assert desk.shadow.record(ShadowKind.INVITATION, invitation("t-new"), why={}).live
    assert "graduate" in [line.verb for line in desk.audit.lines()]


@pytest.mark.parametrize(("count", "wrong"), [(49, 0), (50, 3), (0, 0)])
def test_too_few_or_too_many_wrong_ones_do_not(desk: Desk, count: int, wrong: int) -> None:
    check_items(desk, count, wrong=wrong)
    with pytest.raises(NotAllowed, match=r"Not yet|Nothing of"):
        desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    assert not desk.shadow.graduated(ShadowKind.INVITATION, version())


def test_settings_can_ask_for_more_and_never_for_less(desk: Desk) -> None:
    for lower in ({"shadow_checked": 19}, {"shadow_right": 0.89}, {"shadow_checked": 0}, {"shadow_reviewers": 0}):
        with pytest.raises(ValidationError):
            OutboxSettings.model_validate(lower)
    lowest = Bar(checked=0, right=0.0)
    assert (lowest.needs_checked, lowest.needs_right) == (FEWEST_CHECKED, LEAST_RIGHT) == (20, 0.9)
    shadow = shadow_of(desk, bar=lowest)
    check_items(desk, 19, shadow=shadow)
    with pytest.raises(NotAllowed, match="Not yet"):
        shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    check_items(desk, 1, shadow=shadow, first=19)
    shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    assert shadow.graduated(ShadowKind.INVITATION, version())
    assert not shadow_of(desk, bar=Bar(checked=50)).graduated(ShadowKind.INVITATION, version()), "more asked for: not enough any more"


def test_two_people_can_be_asked_for(desk: Desk) -> None:
    shadow = shadow_of(desk, bar=Bar(checked=20, reviewers=2))
    check_items(desk, 20, shadow=shadow)
    with pytest.raises(NotAllowed, match="by at least 2"):
        shadow.graduate(ShadowKind.INVITATION, version(), "carla")


def changed_wording() -> dict[str, PublicWording]:
    """Return the shipped templates with one letter added to the Dutch invitation."""
    words = dict(shipped_rules()[0])
    kept = dict.fromkeys(words["nl"].names, "x")
    words["nl"] = PublicWording("nl", {**kept, TEMPLATE: "Klacht, compliment of beoordeling?"})
    return words


def test_a_changed_template_starts_again_and_ends_its_standing_approval(desk: Desk) -> None:
    check_items(desk, 50)
    desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    given = desk.standing.give(PostKind.INVITATION, TEMPLATE, "nl", "carla")
    after = shadow_of(desk, wording=changed_wording())
    assert not after.graduated(ShadowKind.INVITATION, version())
    assert not after.graduated(ShadowKind.INVITATION, after.subject_of(ShadowKind.INVITATION, changed_wording()["nl"].version(TEMPLATE)))
    with pytest.raises(NotAllowed, match="not in use now"):
        after.graduate(ShadowKind.INVITATION, version(), "carla")
    assert after.void_what_fell() == (given.standing_id,)
    (ended,) = desk.standing.list()
    assert ended.void_reason == "the template changed"


def test_wrong_ones_found_later_take_graduation_and_standing_approval_back(desk: Desk) -> None:
    """Spot checks go on after graduation; what was right once can go wrong."""
    check_items(desk, 50)
    desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    given = desk.standing.give(PostKind.INVITATION, TEMPLATE, "nl", "carla")
    check_items(desk, 2, wrong=2, first=100)
    assert desk.shadow.graduated(ShadowKind.INVITATION, version()), "96 % right"
    check_items(desk, 1, wrong=1, first=200)
    assert not desk.shadow.graduated(ShadowKind.INVITATION, version())
    kept = StandingLedger(desk.ledger.engine).get(given.standing_id)
    assert kept is not None
    assert kept.void_reason == "graduation taken back"
    check_items(desk, 50, first=300)
    assert not desk.shadow.graduated(ShadowKind.INVITATION, version()), "only a person gives it again"


def test_a_broadcast_graduates_over_all_status_templates_at_once(desk: Desk) -> None:
    draft = invitation("t-1", template="status_update_seen@1", kind=PostKind.STATUS_UPDATE)
    item = desk.shadow.record(ShadowKind.BROADCAST, draft, why={})
    assert item.subject.startswith("status_updates@")
    assert not desk.shadow.graduated(ShadowKind.BROADCAST)
    after = shadow_of(desk, wording=changed_wording())
    assert after.subject_of(ShadowKind.BROADCAST, "") != item.subject


def test_a_text_without_a_template_never_graduates(desk: Desk) -> None:
    for number in range(50):
        item = desk.shadow.record(ShadowKind.INVITATION, invitation(f"t-{number}", template=""), why={})
        desk.shadow.review(item.shadow_id, Judged.RIGHT, "anna")
    with pytest.raises(NotAllowed, match="without a template"):
        desk.shadow.graduate(ShadowKind.INVITATION, "", "carla")
    assert not desk.shadow.graduated(ShadowKind.INVITATION)


def test_one_language_does_not_speak_for_the_other(desk: Desk) -> None:
    check_items(desk, 50)
    desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    assert not desk.shadow.graduated(ShadowKind.INVITATION, version("en"))


def test_a_standing_approval_needs_a_graduation(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="has not graduated"):
        desk.standing.give(PostKind.INVITATION, TEMPLATE, "nl", "carla")
    check_items(desk, 50)
    desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    given = desk.standing.give(PostKind.INVITATION, TEMPLATE, "nl", "dirk", most_per_hour=99, most_per_day=5, days=7)
    assert (given.most_per_hour, given.most_per_day) == (10, 5), "lower than the house's caps, never higher"
    assert given.expires_at == given.given_at + timedelta(days=7)
    assert given.accounts == (desk.account.account.key,)
    desk.standing.void(given.standing_id, "dirk", "holidays")
    with pytest.raises(NotAllowed, match="no standing approval"):
        desk.standing.void(given.standing_id, "dirk", "again")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": PostKind.REPLY}, "may leave under a standing approval"),
        ({"kind": PostKind.STATUS_UPDATE}, "may leave under a standing approval"),
        ({"days": 91.0}, "90 days"),
        ({"days": 0.0}, "90 days"),
        ({"who": ""}, "Only a person"),
        ({"account_names": ("x:other",)}, "not connected"),
        ({"four_eyes": True}, "Somebody else"),
    ],
)
def test_what_a_standing_approval_cannot_be(desk: Desk, changes: dict[str, object], says: str) -> None:
    check_items(desk, 50)
    desk.shadow.graduate(ShadowKind.INVITATION, version(), "carla")
    asked = {"kind": PostKind.INVITATION, "template": TEMPLATE, "language": "nl", "who": "carla"} | changes
    with pytest.raises(NotAllowed, match=says):
        desk.standing.give(**asked)  # type: ignore[arg-type]  # arguments by name
