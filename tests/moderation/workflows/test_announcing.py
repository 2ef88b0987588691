"""Status updates and invitations: drafted from templates, allowed by rules, approved by a person."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue, Signal
from moderation.model.outbox import DraftState
from moderation.model.post import PostKind
from moderation.workflows.draft_status_update import STATUSES
from tests.fakes.desk import MORNING, Desk, mention, open_desk

KNOWN = {"subject": "de storing in Zuid", "known": "Een kabel is geraakt.", "doing": "We herstellen hem.", "next_update": "Om 15:00"}


def issue_of(desk: Desk, ids: list[int]) -> int:
    """Put mentions into a new issue and return its id."""
    at = desk.clock.now()
    step = AnalysisStep(
        at=at,
        analyses=tuple(Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}") for one in ids),
        new_issues=(NewIssue(temporary_id=-1, title="stroom weg zuid", created_at=at),),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
    )
    return desk.ledger.analyses.save(step)[-1]


def signal_about(desk: Desk, ids: list[int]) -> None:
    at = desk.clock.now()
    burst = Signal(kind="burst", issue_id=None, at=at, seen=9, usual=0.1, p_value=1e-9, window_hours=12, mention_ids=tuple(ids))
    desk.ledger.analyses.save(AnalysisStep(at=at, signals=(burst,)))


async def test_a_status_update_goes_to_the_busiest_thread_once(desk: Desk) -> None:
    ids = desk.hear(mention("1", root_id="calm"), mention("2", root_id="busy"), mention("3", root_id="busy"))
    draft = desk.updates.draft(issue_of(desk, ids), "investigating", KNOWN, "nl", "carla")
    assert draft.target.thread_id == "busy"
    assert "Een kabel is geraakt." in draft.text
    desk.outbox.approve(draft.draft_id, "carla")
    await desk.settle()
    (post,) = desk.platform.posts()
    assert (post.kind, post.thread_id) == ("status_update", "busy")


def test_a_place_where_no_program_may_speak_is_passed_over(desk: Desk) -> None:
    """Most talk is on X, where nobody named us: the forum thread gets the update."""
    on_x = [mention(f"x{number}", platform="x", realm="x.example", author=None, root_id="hot") for number in range(3)]
    ids = desk.hear(*on_x, directed=False) + desk.hear(mention("1", root_id="forum"), directed=False)
    assert desk.updates.draft(issue_of(desk, ids), "investigating", KNOWN, "nl", "carla").target.thread_id == "forum"


def test_where_no_thread_may_be_answered_the_rule_is_named(desk: Desk) -> None:
    ids = desk.hear(mention("1", platform="x", realm="x.example", author=None), directed=False)
    with pytest.raises(NotAllowed, match="x_summoned"):
        desk.updates.draft(issue_of(desk, ids), "investigating", KNOWN, "nl", "carla")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_status_can_be_told_in_both_languages(desk: Desk, status: str, language: str) -> None:
    ids = desk.hear(mention("1"))
    needed, optional = desk.updates.needs(status, language)
    draft = desk.updates.draft(issue_of(desk, ids), status, dict.fromkeys(needed | optional, "dit weten we"), language, "carla")
    assert draft.kind is PostKind.STATUS_UPDATE
    assert draft.state is DraftState.OPEN


def test_a_title_that_a_person_gave_is_the_subject(desk: Desk) -> None:
    """A title made of words by the model is no sentence for the public."""
    issue = issue_of(desk, desk.hear(mention("1")))
    rest = {key: value for key, value in KNOWN.items() if key != "subject"}
    with pytest.raises(NotAllowed, match="subject"):
        desk.updates.draft(issue, "investigating", rest, "nl", "carla")
    desk.ledger.issues.rename(issue, "de storing in Zuid", by="carla", at=MORNING)
    assert "de storing in Zuid" in desk.updates.draft(issue, "investigating", rest, "nl", "carla").text


def test_what_cannot_be_drafted_says_why(desk: Desk) -> None:
    issue = issue_of(desk, desk.hear(mention("1")))
    with pytest.raises(NotAllowed, match="no status"):
        desk.updates.draft(issue, "shrug", KNOWN, "nl", "carla")
    with pytest.raises(NotAllowed, match="no issue 99"):
        desk.updates.draft(99, "investigating", KNOWN, "nl", "carla")
    with pytest.raises(NotAllowed, match="takes 500"):
        desk.updates.draft(issue, "investigating", KNOWN | {"known": "x" * 600}, "nl", "carla")


async def test_an_invitation_leaves_after_a_single_approval(tmp_path: Path) -> None:
    with open_desk(tmp_path, link="https://stroom.example/zeg-het", native_key=False) as desk:
        (one,) = desk.hear(mention("1", root_id="t"))
        draft = desk.invitations.draft(one, "nl", "carla")
        await desk.settle()
        assert desk.platform.posts() == []
        desk.outbox.approve(draft.draft_id, "carla")
        await desk.settle()
        (post,) = desk.platform.posts()
        assert "klacht" in post.text.lower()
        assert "https://stroom.example/zeg-het" in post.text


async def test_a_thread_is_invited_once_a_month(desk: Desk) -> None:
    (one,) = desk.hear(mention("1", root_id="t"))
    desk.outbox.approve(desk.invitations.draft(one, "nl", "carla").draft_id, "carla")
    await desk.settle()
    with pytest.raises(NotAllowed, match="thread_invited"):
        desk.invitations.draft(one, "en", "carla")
    desk.clock.advance(timedelta(days=31))
    desk.invitations.draft(one, "en", "carla")


def test_while_something_goes_on_in_a_community_nobody_there_is_invited(desk: Desk) -> None:
    """Cheerful posts during an outage did the damage elsewhere. Other communities go on."""
    here, there = desk.hear(mention("1"), mention("2", realm="other.example"))
    signal_about(desk, [here])
    with pytest.raises(NotAllowed, match="issue_is_fresh"):
        desk.invitations.draft(here, "nl", "carla")
    desk.invitations.draft(there, "nl", "carla")
    desk.clock.advance(timedelta(hours=73))
    desk.invitations.draft(here, "nl", "carla")


@pytest.mark.parametrize("platform", ["x", "mastodon", "bluesky", "hackernews", "somewhere"])
def test_some_platforms_take_no_invitations(desk: Desk, platform: str) -> None:
    (one,) = desk.hear(mention("1", platform=platform, author=None))
    with pytest.raises(NotAllowed, match="invitation_place"):
        desk.invitations.draft(one, "nl", "carla")


def test_a_brand_name_cannot_smuggle_in_a_reward(tmp_path: Path) -> None:
    with open_desk(tmp_path, link="https://stroom.example/win-korting") as desk:
        (one,) = desk.hear(mention("1"))
        with pytest.raises(NotAllowed, match="not_neutral"):
            desk.invitations.draft(one, "nl", "carla")


def test_an_invitation_does_not_depend_on_what_anybody_feels(tmp_path: Path) -> None:
    """RULES P30, P31 in small: all sentiment and cause labels flipped, and the same threads are invited with the same texts."""

    def invited(home: Path, feeling: dict[str, str]) -> list[tuple[str, str]]:
        chance = random.Random(7)
        with open_desk(home) as desk:
            ids = desk.hear(*(mention(str(number)) for number in range(60)))
            labels = [chance.choice(("negative", "positive")) for _ in ids]
            step = tuple(
                Analysis(
                    mention_id=one,
                    revision=0,
                    language="nl",
                    card_id=one,
                    text_hash=f"h{one}",
                    labels=(
                        Label(name="sentiment", value=feeling[label], probability=0.9, model="m"),
                        Label(
                            name="cause",
                            value="service_failed" if feeling[label] == "negative" else "compliment",
                            probability=0.9,
                            model="m",
                        ),
                    ),
                )
                for one, label in zip(ids, labels, strict=True)
            )
            desk.ledger.analyses.save(AnalysisStep(at=desk.clock.now(), analyses=step))
            drafts = [desk.invitations.draft(one, "nl", "carla") for one in ids]
            return [(draft.target.thread_id, draft.text) for draft in drafts]

    as_is = invited(tmp_path / "a", {"negative": "negative", "positive": "positive"})
    flipped = invited(tmp_path / "b", {"negative": "positive", "positive": "negative"})
    assert as_is == flipped
    assert len(as_is) == 60
