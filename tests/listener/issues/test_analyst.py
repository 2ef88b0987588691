"""The analyser as people meet it: what raises a signal, what never does, and what people decided stays decided."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.model.issue import Issue
from tests.fakes.posts import START, Desk, analyst, chatter, event, numbered, said, stored, vocabulary

OUTBREAK = START + timedelta(days=8, hours=3)


def test_many_people_about_one_new_thing_is_one_issue_and_one_signal() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(9) + event("storing", OUTBREAK, posts=30, hours=6))
    desk.read_all(posts)
    assert len(desk.signals) == 1
    raised = desk.signals[0]
    assert raised.kind == "burst"
    assert raised.seen >= 5
    assert raised.judged is not None
    assert raised.p_value < raised.judged.level < 1e-3
    assert raised.learning_day is None
    assert OUTBREAK <= raised.at <= OUTBREAK + timedelta(hours=3)
    assert raised.issue_id is not None
    planted = {one.mention_id for one in posts if one.mention.posted_at >= OUTBREAK and _about("storing", one.mention.text)}
    assert len(desk.members(raised.issue_id) & planted) >= 0.8 * len(planted)
    assert set(raised.mention_ids) <= planted


def test_the_title_is_made_of_the_words_people_used() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(9) + [(at, f"Slimme meter {text}", who) for at, text, who in event("storing", OUTBREAK, 20, 5)]))
    assert "slimme meter" in desk.ids.titles[desk.signals[0].issue_id or 0].lower()


def test_one_author_posting_fifty_times_raises_nothing() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(9) + event("storing", OUTBREAK, posts=50, hours=6, author="one-person")))
    assert desk.signals == []


def test_posts_without_author_count_as_one_person_each() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(9) + event("storing", OUTBREAK, posts=30, hours=6, author=None)))
    assert [one.kind for one in desk.signals] == ["burst"]


def test_a_text_copied_by_thirty_accounts_is_one_card_and_one_campaign() -> None:
    desk = Desk(analyst())
    text = said("campagne", random.Random(3), words=12)
    posts = numbered(chatter(9) + [(OUTBREAK + timedelta(minutes=5 * at), text, f"account-{at}") for at in range(30)])
    desk.read_all(posts)
    cards = {desk.facts[one.mention_id].card_id for one in posts if one.mention.text == text}
    assert len(cards) == 1
    assert [one.kind for one in desk.signals] == ["copies"]
    assert desk.signals[0].seen == 10


def test_a_text_that_a_feed_gives_fifty_times_without_authors_is_no_campaign() -> None:
    """Nobody is named, so nobody can be said to have joined in."""
    desk = Desk(analyst())
    text = said("campagne", random.Random(3), words=12)
    desk.read_all(numbered(chatter(9) + [(OUTBREAK + timedelta(minutes=5 * at), text, None) for at in range(50)]))
    assert "copies" not in [one.kind for one in desk.signals]


def test_the_cooldown_keeps_a_thing_that_goes_on_quiet_and_a_much_larger_one_is_told_again() -> None:
    going_on = event("storing", OUTBREAK, posts=40, hours=40)
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(12) + going_on))
    assert len(desk.signals) == 1
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(12) + going_on + event("storing", OUTBREAK + timedelta(hours=42), posts=80, hours=6, seed=5)))
    assert len(desk.signals) == 2
    assert desk.signals[1].at - desk.signals[0].at >= timedelta(hours=24)
    assert desk.signals[0].issue_id == desk.signals[1].issue_id


def test_a_resolved_issue_that_people_write_about_again_came_back() -> None:
    """Somebody called it solved; that it is not is news, even within the days after the first signal."""
    desk = Desk(analyst())
    posts = numbered(chatter(14) + event("storing", OUTBREAK, 20, 5))
    before = [one for one in posts if one.mention.posted_at <= OUTBREAK + timedelta(hours=12)]
    desk.read_all(before)
    issue_id = desk.signals[0].issue_id
    resolved = [
        replace(one, resolved_at=OUTBREAK + timedelta(hours=12)) if one.issue_id == issue_id else one for one in desk.created.values()
    ]
    desk = desk.restarted(analyst(), issues=resolved)
    again = event("storing", OUTBREAK + timedelta(days=2, hours=12), 12, 6, seed=8)
    later = [(one.mention.posted_at, one.mention.text, "") for one in posts if one.mention.posted_at > OUTBREAK + timedelta(hours=12)]
    for at, (when, text, who) in enumerate(sorted([*later, *again], key=lambda post: post[0]), start=5_000):
        desk.read([stored(at, text, when, who)])
    assert [(one.kind, one.issue_id) for one in desk.signals] == [("burst", issue_id), ("came_back", issue_id)]


def test_two_things_at_the_same_time_are_two_issues() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(9) + event("storing", OUTBREAK, 20, 5) + event("rekening", OUTBREAK, 20, 5, seed=4)))
    assert len({one.issue_id for one in desk.signals}) == 2


def test_before_there_is_anything_to_compare_with_nothing_is_raised() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(0.9) + event("storing", START + timedelta(hours=8), 30, 6)))
    assert desk.signals == []


def test_while_learning_a_signal_says_which_day_it_is() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(4) + event("storing", START + timedelta(days=3, hours=2), 40, 6)))
    assert [one.learning_day for one in desk.signals] == [4]


def test_a_muted_issue_gathers_mentions_in_silence() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(9) + event("storing", OUTBREAK, 20, 4))
    desk.read_all(posts)
    issue_id = desk.signals[0].issue_id or 0
    desk = desk.restarted(analyst(), issues=[replace(one, muted=True) for one in desk.created.values()])
    later = event("storing", OUTBREAK + timedelta(days=2), 60, 4, seed=9)
    desk.read_all([stored(10_000 + at, text, when, who) for at, (when, text, who) in enumerate(later)])
    assert len(desk.signals) == 1
    assert len([one for one in desk.members(issue_id) if one >= 10_000]) >= 50


def test_what_a_person_decided_is_never_undone() -> None:
    """Moving a mention, taking it out of an issue and renaming survive new batches, regroupings and a restart."""
    desk = Desk(analyst())
    posts = numbered(chatter(9) + event("storing", OUTBREAK, 30, 6))
    desk.read_all(posts, regroup_every=300)
    issue_id = desk.signals[0].issue_id or 0
    inside = sorted(desk.members(issue_id))
    outside = next(one.mention_id for one in posts if desk.ids.places.get(one.mention_id) != issue_id)
    locked: dict[int, int | None] = {inside[0]: None, outside: issue_id}
    named = [replace(one, title="Stroomstoring", title_by="anna") if one.issue_id == issue_id else one for one in desk.created.values()]
    desk = desk.restarted(analyst(), locked=locked, issues=named)
    decided = [
        desk.regroup(posts[-1].mention.posted_at),
        desk.read([stored(20_000, said("storing", random.Random(1)), posts[-1].mention.posted_at)]),
    ]
    for step in decided:
        assert not {line.mention_id for line in step.memberships} & locked.keys()
        assert issue_id not in dict(step.titles)


def test_members_of_a_merged_issue_belong_to_its_target() -> None:
    desk = Desk(analyst())
    desk.read_all(numbered(chatter(9) + event("storing", OUTBREAK, 20, 5) + event("rekening", OUTBREAK, 20, 5, seed=4)))
    first, second = sorted({one.issue_id or 0 for one in desk.signals})
    merged = [replace(one, merged_into=first) if one.issue_id == second else one for one in desk.created.values()]
    desk = desk.restarted(analyst(), issues=merged)
    step = desk.read([stored(30_000, said("rekening", random.Random(7)), OUTBREAK + timedelta(hours=6))])
    assert [(line.mention_id, line.issue_id) for line in step.memberships] == [(30_000, first)]
    regrouped = desk.regroup(OUTBREAK + timedelta(hours=7))
    assert second not in {line.issue_id for line in regrouped.memberships}
    assert not {line.mention_id for line in regrouped.memberships} & (desk.members(first) | desk.members(second))


def test_posts_without_words_stay_loose() -> None:
    desk = Desk(analyst())
    desk.read_all(
        numbered(chatter(9) + [(OUTBREAK + timedelta(minutes=at), f"https://t.co/{at} 😡", "") for at in range(40)]), regroup_every=200
    )
    silent = {one for one, text in desk.texts.items() if "t.co" in text.mention.text}
    assert desk.signals == []
    assert not {one for one, place in desk.ids.places.items() if place is not None} & silent


def test_an_edit_moves_a_mention_to_what_it_is_about_now() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(9) + event("storing", OUTBREAK, 20, 4))
    desk.read_all(posts)
    issue_id = desk.signals[0].issue_id or 0
    mention_id = sorted(desk.members(issue_id))[0]
    desk.read([stored(mention_id, "iets heel anders over kabouters paddenstoelen", OUTBREAK, revision=1)])
    assert desk.ids.places[mention_id] is None


def test_a_removed_mention_is_gone_from_memory() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(9) + event("storing", OUTBREAK, 20, 4))
    desk.read_all(posts)
    members = desk.members(desk.signals[0].issue_id or 0)
    desk.analyst.forget(members)
    step = desk.read([stored(40_000, said("storing", random.Random(8)), OUTBREAK + timedelta(hours=5))])
    assert step.memberships == ()


@pytest.mark.parametrize("size", [32, 150])
def test_a_restart_at_any_batch_changes_nothing(size: int) -> None:
    """kill -9 costs at most the batch under way: the analyst that comes back decides as the one that was killed would have."""
    posts = numbered(
        chatter(6) + event("storing", START + timedelta(days=4), 30, 8) + event("rekening", START + timedelta(days=5), 25, 5, seed=6)
    )
    whole, broken = Desk(analyst()), Desk(analyst())
    for at, start in enumerate(range(0, len(posts), size)):
        batch = posts[start : start + size]
        assert whole.read(batch) == broken.read(batch)
        if at % 3 == 2:
            assert whole.regroup(batch[-1].mention.posted_at) == broken.regroup(batch[-1].mention.posted_at)
        broken = broken.restarted(analyst())
    assert whole.signals
    assert whole.signals == broken.signals
    assert whole.ids.places == broken.ids.places


@settings(max_examples=6)
@given(st.lists(st.integers(min_value=8, max_value=120), min_size=1, max_size=6))
def test_however_batches_are_cut_every_mention_is_analysed_once_and_the_same_signals_come(sizes: list[int]) -> None:
    posts = numbered(chatter(4, per_day=40) + event("storing", START + timedelta(days=3), 25, 5))
    desk, start = Desk(analyst()), 0
    while start < len(posts):
        size = sizes[start % len(sizes)]
        desk.read(posts[start : start + size])
        start += size
    analysed = [one.mention_id for step in desk.steps for one in step.analyses]
    assert analysed == [one.mention_id for one in posts]
    assert len({one.issue_id for one in desk.signals}) == 1


def test_issue_ids_stay_when_a_tenth_of_new_mentions_arrives() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(10))
    kept = int(len(posts) / 1.1)
    desk.read_all(posts[:kept])
    desk.regroup(posts[kept].mention.posted_at)
    before = {one: desk.members(one) for one in desk.created}
    desk.read_all(posts[kept:])
    desk.regroup(posts[-1].mention.posted_at)
    alive = [one for one, members in before.items() if len(members) >= 4]
    same = [one for one in alive if len(desk.members(one) & before[one]) >= 0.5 * len(before[one])]
    assert len(alive) >= 15
    assert len(same) >= 0.95 * len(alive)


def test_topics_become_groups() -> None:
    desk = Desk(analyst())
    posts = numbered(chatter(10))
    desk.read_all(posts)
    desk.regroup(posts[-1].mention.posted_at)
    sizes = [len(desk.members(one)) for one in desk.created]
    assert 15 <= len([size for size in sizes if size >= 4]) <= 40
    assert sum(sizes) >= 0.9 * len(posts)


def test_two_mentions_and_none_are_handled() -> None:
    desk = Desk(analyst())
    assert desk.regroup(START).memberships == ()
    desk.read([])
    desk.read([stored(1, "hallo daar", START), stored(2, "hallo daar iedereen", START)])
    assert desk.regroup(START).new_issues == ()


def test_an_issue_that_circles_in_merges_does_not_hang() -> None:
    circle = [
        Issue(issue_id=1, title="a", title_by="model", created_at=START, merged_into=2),
        Issue(issue_id=2, title="b", title_by="model", created_at=START, merged_into=1),
    ]
    desk = Desk(analyst())
    desk.read([stored(1, "hallo daar allemaal", START)])
    assert desk.restarted(analyst(), issues=circle).regroup(START).memberships == ()


def _about(topic: str, text: str) -> bool:
    return set(text.split()) <= set(vocabulary(topic))
