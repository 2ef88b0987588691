"""Whom we ask, when, and why: on a real ledger, from events to texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.model.leave import OptOut
from moderation.model.shadow import ShadowKind
from tests.fakes.invited import DAYS, SETUP, Invited, issue_of, open_invited, rule, said, signal


async def test_a_closed_talk_is_asked_about_once_it_is_quiet(invited: Invited) -> None:
    """Too early the talk is not over, too late the customer has moved on."""
    invited.talk(said("1"))
    await invited.desk.settle()
    invited.look()
    assert invited.answers() == ["wait"]
    assert invited.why_not() == {"not_quiet"}
    invited.wait(timedelta(days=2, hours=1))
    invited.look()
    (kept,) = invited.latest()
    assert kept.decision.answer == "ask"
    assert (kept.decision.motivation, kept.decision.ability) == (1.0, 1.0 if kept.language == "" else kept.decision.ability)
    assert "klacht" in kept.text
    assert kept.decision.why


async def test_what_nobody_chose_singly_goes_into_shadow_first(invited: Invited) -> None:
    invited.talk(said("1"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    invited.look()
    (item,) = invited.desk.shadow.items(kind=ShadowKind.INVITATION)
    assert item.post.text == invited.latest()[0].text
    assert invited.latest()[0].shadow_id == item.shadow_id
    await invited.desk.settle()
    assert [post.kind for post in invited.desk.platform.posts()] == ["reply"]


async def test_a_talk_that_goes_on_is_not_over(invited: Invited) -> None:
    """The customer wrote again: that end no longer counts, the next one does."""
    invited.talk(said("1", person="u", thread="t"))
    await invited.desk.settle()
    invited.look()
    invited.desk.hear(said("2", person="u", thread="t", posted_at=invited.desk.clock.now()))
    invited.wait(3 * DAYS)
    invited.look()
    assert invited.why_not() == {"talking"}
    invited.end()
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    invited.look()
    assert invited.answers() == ["never", "ask"]
    assert invited.why_not() == {"talked_on"}


@pytest.mark.parametrize("feeling", ["Bedankt, top geholpen!", "Nooit meer, wat een waardeloze club."])
async def test_a_compliment_and_a_complaint_are_asked_alike(tmp_path: Path, feeling: str) -> None:
    with open_invited(tmp_path) as invited:
        invited.talk(said("1", text=feeling))
        await invited.desk.settle()
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.answers() == ["ask"]
        assert feeling not in invited.latest()[0].text


async def test_an_opt_out_goes_before_anything_else(invited: Invited) -> None:
    """RULES P2, P34: nothing else is even weighed."""
    (one,) = invited.talk(said("1"))
    await invited.desk.settle()
    key = invited.desk.ledger.mentions.by_ids([one])[0].mention.author.key  # type: ignore[union-attr]  # `said` names one
    invited.leave.add_opt_out(OptOut(person_key=key, at=invited.desk.clock.now(), how="hand", noted_by="anna"))
    invited.wait(3 * DAYS)
    invited.look()
    (kept,) = invited.latest()
    assert kept.decision.answer == "never"
    assert [one.key for one in (*kept.decision.why, *kept.decision.why_not)] == ["opted_out"]
    assert invited.desk.shadow.items() == []


async def test_an_opt_out_between_deciding_and_asking_holds(invited: Invited, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died after the decision; meanwhile the customer said stop."""
    (one,) = invited.talk(said("1"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    monkeypatch.setattr(invited.inviting.decide._asking, "carry_out", lambda kept: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invited.look()
    monkeypatch.undo()
    key = invited.desk.ledger.mentions.by_ids([one])[0].mention.author.key  # type: ignore[union-attr]  # `said` names one
    invited.leave.add_opt_out(OptOut(person_key=key, at=invited.desk.clock.now(), how="hand", noted_by="anna"))
    invited.look()
    assert invited.why_not() == {"opted_out"}
    assert invited.desk.shadow.items() == []


async def test_while_something_grows_in_a_community_all_wait_there(invited: Invited) -> None:
    """PRODUCT: while an issue is new or growing in a community, all invitations there wait, for everyone alike."""
    here, _ = invited.talk(said("1"), said("2", realm="other.example"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    signal(invited.desk, [here])
    invited.look()
    states = {one.event.realm: one.decision.answer.value for one in invited.latest()}
    assert states == {"forum.example": "wait", "other.example": "ask"}
    assert invited.why_not() == {"going_on"}
    invited.wait(timedelta(hours=73))
    invited.look()
    assert invited.answers() == ["ask", "ask"]


async def test_a_new_issue_keeps_its_community_waiting_without_any_signal(invited: Invited) -> None:
    here, _ = invited.talk(said("1"), said("2", realm="other.example"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    issue_of(invited.desk, [here])
    invited.look()
    assert {one.event.realm: one.decision.answer.value for one in invited.latest()} == {"forum.example": "wait", "other.example": "ask"}


async def test_a_turn_in_mood_keeps_nobody_waiting(invited: Invited) -> None:
    """That signal is counted from sentiment; if it mattered, angry communities would be asked less than happy ones."""
    (here,) = invited.talk(said("1"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    signal(invited.desk, [here], kind="turned")
    invited.look()
    assert invited.answers() == ["ask"]


async def test_one_person_is_asked_once_in_90_days(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=rule(community_per_day=9)) as invited:
        invited.talk(said("1", person="u", thread="a"))
        await invited.desk.settle()
        invited.wait(3 * DAYS)
        invited.look()
        invited.talk(said("2", person="u", thread="b", posted_at=invited.desk.clock.now()))
        await invited.desk.settle()
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.answers() == ["ask", "never"]
        assert invited.why_not() == {"person_asked"}
        invited.wait(91 * DAYS)
        invited.talk(said("3", person="u", thread="c", posted_at=invited.desk.clock.now()))
        await invited.desk.settle()
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.answers() == ["ask", "never", "ask"]


async def test_one_thread_is_asked_once_in_30_days(invited: Invited) -> None:
    invited.talk(said("1", thread="t"), said("2", thread="t"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    invited.look()
    assert sorted(invited.answers()) == ["ask", "never"]
    assert invited.why_not() == {"thread_asked"}


async def test_an_invitation_by_hand_counts_for_its_thread(invited: Invited) -> None:
    (one,) = invited.talk(said("1"))
    await invited.desk.settle()
    invited.wait(3 * DAYS)
    invited.desk.outbox.approve(invited.desk.invitations.draft(one, "nl", "carla").draft_id, "carla")
    await invited.desk.settle()
    invited.look()
    assert invited.answers() == ["never"]
    assert invited.why_not() == {"thread_asked"}


async def test_a_community_is_asked_a_few_times_a_day_and_a_week(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=rule(community_per_day=2, community_per_week=5, late=30 * DAYS)) as invited:
        invited.talk(*(said(str(number)) for number in range(8)))
        await invited.desk.settle()
        invited.wait(3 * DAYS)
        asked = []
        for _ in range(9):
            invited.look()
            asked.append(len(invited.asked()))
            invited.wait(DAYS)
        assert asked == [2, 4, 5, 5, 5, 5, 5, 7, 8]
        assert invited.answers() == ["ask"] * 8, "waiting ones are not forgotten"


@pytest.mark.parametrize("platform", ["x", "mastodon", "bluesky", "hackernews", "somewhere"])
async def test_where_no_invitation_is_allowed_none_is_made_and_it_says_so(invited: Invited, platform: str) -> None:
    invited.talk(said("1", platform=platform), answered=False)
    invited.wait(3 * DAYS)
    invited.look()
    assert invited.answers() == ["never"]
    assert "place_forbids" in invited.why_not()


async def test_nobody_is_asked_at_night(invited: Invited) -> None:
    invited.talk(said("1"))
    await invited.desk.settle()
    invited.wait(timedelta(days=2, hours=14))  # 23:00 and a bit in Amsterdam in winter is later than 21:00
    invited.look()
    assert invited.why_not() == {"night"}
    invited.wait(timedelta(hours=11))
    invited.look()
    assert invited.answers() == ["ask"]


async def test_after_two_weeks_it_is_too_late(invited: Invited) -> None:
    invited.talk(said("1"))
    await invited.desk.settle()
    invited.look()
    invited.wait(20 * DAYS)
    invited.look()
    assert invited.answers() == ["never"]
    assert invited.why_not() == {"too_late"}


async def test_every_nth_visit_is_a_moment_whoever_comes(tmp_path: Path) -> None:
    """Counted per community by people and threads, not by messages."""
    with open_invited(tmp_path, setup=replace(SETUP, every_nth_visit=3)) as invited:
        people = [said(str(number), person=f"p{number // 2}", thread="t") for number in range(8)]  # 4 people, 2 messages each
        elsewhere = [said(f"o{number}", realm="other.example", thread="t") for number in range(2)]
        invited.desk.hear(*people, *elsewhere, directed=False)
        invited.look()
        invited.look()
        (kept,) = invited.latest()
        assert (kept.event.kind.value, kept.event.number, kept.event.person_key) == ("nth_visit", 3, "feed/forum.example/p2")
        invited.desk.hear(*(said(f"n{number}", person=f"q{number}", thread="t") for number in range(3)), directed=False)
        invited.look()
        assert [one.event.number for one in invited.latest()] == [3, 6]


async def test_our_own_posts_and_colleagues_are_no_visits(tmp_path: Path) -> None:
    colleague = replace(SETUP, every_nth_visit=1, staff=frozenset({"feed/forum.example/anna"}))
    with open_invited(tmp_path, setup=colleague) as invited:
        invited.desk.hear(said("1", person="anna", thread="t"), directed=False)
        invited.look()
        assert invited.latest() == []
        invited.talk(said("2", person="anna", thread="u"), answered=False)
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.why_not() == {"staff"}
