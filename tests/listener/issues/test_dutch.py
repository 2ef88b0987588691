"""Dutch posts group and raise signals with the bundled model, which was made for English."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from listener.demo.scenario import build_scenario
from listener.demo.score import score
from listener.demo.texts import load_texts
from listener.model.mention import StoredMention
from listener.settings.resources import shipped_text
from tests.bench.replaying import Replay, replay
from tests.fakes.dutch_posts import POSTS
from tests.fakes.posts import START, numbered, settings

pytestmark = pytest.mark.model


ECHOES = ("Hier in Zandwijk hetzelfde: {}", "{} Zijn er meer mensen met dit probleem?")


def replayed(planted: str) -> tuple[list[StoredMention], set[int], Replay]:
    """Ten days in which people speak of everything but `planted`, which comes up on the ninth day: 54 posts in 18 hours, some alike.

    Returns the mentions, the ids of the planted ones, and what the analyser made of them.
    """
    chance = random.Random(4)
    usual = [text for subject, texts in POSTS.items() if subject != planted for text in texts]
    posts: list[tuple[datetime, str, str | None]] = [
        (START + timedelta(hours=chance.random() * 240), echo.format(text), "") for text in usual for echo in ("{}", *ECHOES)
    ]
    new = [echo.format(text) for text in POSTS[planted] for echo in ("{}", *ECHOES)]
    chance.shuffle(new)
    posts += [(START + timedelta(hours=200 + at / 3), text, "") for at, text in enumerate(new)]
    stored = numbered(posts)
    about = {one.mention_id for one in stored if one.mention.text in new}
    return stored, about, replay(stored, settings=settings(regroup_every=100), batch_size=20)


@pytest.mark.parametrize("planted", ["login", "outage", "smart_meter"])
def test_a_new_dutch_issue_is_found_while_it_happens_and_nothing_else_is(planted: str) -> None:
    stored, about, outcome = replayed(planted)
    assert outcome.signals
    assert all(2 * len(about & set(one.mention_ids)) >= len(one.mention_ids) for one in outcome.signals)
    first = outcome.signals[0]
    assert sum(one.mention.posted_at <= first.at for one in stored if one.mention_id in about) <= 40


def test_dutch_posts_find_their_subject() -> None:
    """Most of what lies together is of one subject, and little stays outside."""
    stored, _, outcome = replayed("outage")
    subject = {one.mention_id: next(s for s, texts in POSTS.items() if any(t in one.mention.text for t in texts)) for one in stored}
    together = Counter((outcome.places.get(one), subject[one]) for one in subject)
    groups = Counter(place for place in outcome.places.values() if place is not None)
    purity = sum(max(together[group, s] for s in POSTS) for group in groups) / sum(groups.values())
    assert purity >= 0.6
    assert sum(groups.values()) >= 0.8 * len(stored)


@pytest.mark.slow
def test_the_demo_finds_its_four_issues_and_raises_no_false_alarm() -> None:
    scenario = build_scenario(load_texts(shipped_text), start=datetime(2026, 3, 1, 23, tzinfo=UTC))
    posts = [event for event in scenario.events if event.kind == "post" and event.subject != "elsewhere" and event.mention is not None]
    stored = [
        StoredMention(mention_id=at, revision=0, mention=event.mention, first_seen_at=event.at)
        for at, event in enumerate(posts, start=1)
        if event.mention is not None
    ]
    outcome = replay(stored, brands=("Zoemvolt", "@zoemvolt", "#zoemvolt"), settings=settings(), batch_size=16)
    found = {one.mention.key: outcome.places.get(one.mention_id) for one in stored}
    results = score(scenario.planted, found, outcome.signals, titles=outcome.titles)
    assert [one.key for one in results if one.issue_id is None or one.purity < 0.6] == []
    assert all(one.delay_hours is not None for one in results)
    planted = {one.key for one in scenario.planted}
    for signal in outcome.signals:
        about = Counter(posts[one - 1].subject for one in signal.mention_ids)
        assert about.most_common(1)[0][0] in planted
