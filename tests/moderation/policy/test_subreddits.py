"""P13: on Reddit the subreddit is what has to be listed, wherever the mention's realm is just Reddit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation.model.policy import GateFacts, House, Question, TargetNow
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.outbox.target_look import community_of
from moderation.policy.gate import check
from moderation.workflows.load_wording import load_policy

OURS = AccountId(platform="reddit", realm="reddit.com", native_id="t2_us", name="stroom")
HOUSE = House(account_names=("reddit:stroom",), allowed_targets=("r/StroomWerk",))


def refused(community: str, *, house: House = HOUSE, realm: str = "reddit.com") -> tuple[str, ...]:
    target = Target(platform="reddit", realm=realm, thread_id="t3_a", parent_id="t1_b", mention_id=3, content_hash="h")
    now = TargetNow(gone=False, content_hash="h", addressed=True, community=community)
    post = OutgoingPost(account=OURS, kind=PostKind.REPLY, target=target, text="Dag")
    return check(Question(post=post, whoami=OURS, target=now, facts=GateFacts()), load_policy(), house).refused


def test_a_listed_subreddit_takes_answers() -> None:
    assert refused("r/stroomwerk") == ()


@pytest.mark.parametrize("community", ["r/thenetherlands", "r/stroomwerk2", ""])
def test_any_other_does_not(community: str) -> None:
    assert "reddit_not_listed" in refused(community)


def test_all_of_reddit_is_no_place_to_list() -> None:
    """Somebody who writes the realm of Reddit's mentions into the list has not read the rules of every subreddit."""
    assert "reddit_not_listed" in refused("", house=replace(HOUSE, allowed_targets=("reddit.com",)))
    assert "reddit_not_listed" in refused("r/thenetherlands", house=replace(HOUSE, allowed_targets=("reddit.com",)))


@pytest.mark.parametrize(
    ("platform", "url", "community"),
    [
        ("reddit", "https://www.reddit.com/r/StroomWerk/comments/abc/titel/", "r/stroomwerk"),
        ("reddit", "https://www.reddit.com/user/somebody/comments/abc/titel/", ""),
        ("reddit", "https://evil.example/?x=/r/stroomwerk/", ""),
        ("reddit", "", ""),
        ("feed", "https://www.reddit.com/r/StroomWerk/comments/abc/", ""),
    ],
)
def test_the_subreddit_is_read_from_the_address(platform: str, url: str, community: str) -> None:
    assert community_of(platform, url) == community
