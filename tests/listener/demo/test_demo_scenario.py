"""The invented fortnight is as large, as varied and as honest as the demo promises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from listener.demo.plan import DAYS, ISSUE_PLANS, PLACES
from listener.demo.scenario import DemoEvent, PlantedIssue, Scenario, build_scenario
from listener.demo.texts import ISSUES, DemoTexts
from listener.model.mention import Mention, MentionKey

HOME = ZoneInfo("Europe/Amsterdam")


def mention_of(event: DemoEvent) -> Mention:
    assert event.mention is not None
    return event.mention


def author_of(event: DemoEvent) -> str:
    author = mention_of(event).author
    assert author is not None
    return author.key


def normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def about(posts: Iterable[DemoEvent], subject: str) -> list[DemoEvent]:
    return [event for event in posts if event.subject == subject]


def test_equal_seeds_give_an_equal_scenario(texts: DemoTexts, scenario: Scenario) -> None:
    """Figures of the demo can only be promised when it is the same on every machine."""
    assert build_scenario(texts, start=scenario.start, seed=7) == scenario
    assert build_scenario(texts, start=scenario.start, seed=8).events != scenario.events


def test_nothing_lies_outside_the_fortnight(scenario: Scenario) -> None:
    assert scenario.end - scenario.start == timedelta(days=14)
    assert scenario.days == DAYS == 14
    for event in scenario.events:
        assert scenario.start <= event.at < scenario.end
        assert event.at.utcoffset() == timedelta(0)


def test_events_are_in_order_and_ids_are_used_once(scenario: Scenario, posts: list[DemoEvent]) -> None:
    assert [event.at for event in scenario.events] == sorted(event.at for event in scenario.events)
    assert len({event.key for event in posts}) == len(posts)


def test_there_is_enough_said_by_enough_people(posts: list[DemoEvent]) -> None:
    """At least 2,600 mentions about the brand, and 1,200 people who each said something nobody before them said."""
    relevant = [event for event in posts if event.subject != "elsewhere"]
    assert len(relevant) >= 2600
    seen: set[str] = set()
    heard: set[str] = set()
    for event in relevant:
        text, author = normalised(mention_of(event).text), author_of(event)
        if text not in seen and author not in heard:
            seen.add(text)
            heard.add(author)
    assert len(seen) >= 1200


def test_two_languages_and_five_platforms_share_the_talk(texts: DemoTexts, posts: list[DemoEvent]) -> None:
    platforms = Counter(mention_of(event).platform for event in posts)
    assert set(platforms) == {"x", "reddit", "mastodon", "feed", "discord"}
    assert min(platforms.values()) >= 150
    dutch = re.compile(r"\b(de|het|een|ik|je|niet|van|is|dat|bij|en|mijn|voor|nog|er|ze|op|te)\b", re.IGNORECASE)
    english = re.compile(r"\b(the|a|i|you|not|of|to|that|with|and|my|for|still|they|on|it)\b", re.IGNORECASE)
    counted = Counter(
        "nl" if len(dutch.findall(mention_of(event).text)) >= len(english.findall(mention_of(event).text)) else "en" for event in posts
    )
    assert 0.6 < counted["nl"] / len(posts) < 0.8


def test_every_everyday_topic_is_there_on_every_day(texts: DemoTexts, posts: list[DemoEvent]) -> None:
    """Without that, an ordinary subject would look as if it emerged."""
    topics = set(texts.languages["nl"].chatter)
    assert len(topics) >= 25
    assert topics == set(texts.languages["en"].chatter)
    for topic in topics:
        days = {event.at.astimezone(HOME).date() for event in about(posts, f"chatter/{topic}")}
        assert len(days) == 14, topic


def test_people_sleep_and_rest_at_weekends(posts: list[DemoEvent]) -> None:
    chatter = [event.at.astimezone(HOME) for event in posts if event.subject.startswith("chatter/")]
    night = sum(moment.hour < 6 for moment in chatter)
    evening = sum(18 <= moment.hour < 22 for moment in chatter)
    weekend = sum(moment.weekday() >= 5 for moment in chatter) / 4
    working = sum(moment.weekday() < 5 for moment in chatter) / 10
    assert night * 4 < evening
    assert weekend < 0.85 * working


@pytest.mark.parametrize("key", ISSUES)
def test_a_planted_issue_is_loud_enough_and_put_in_many_words(key: str, scenario: Scenario, posts: list[DemoEvent]) -> None:
    """At least 60 posts by 50 people after day 7; any two of them share few words."""
    issue = next(issue for issue in scenario.planted if issue.key == key)
    said = about(posts, key)
    assert len(said) >= 60
    assert len({author_of(event) for event in said}) >= 50
    assert issue.onset >= scenario.start + timedelta(days=7)
    assert said[0].at >= issue.onset
    assert issue.posted_at == tuple(event.at for event in said)
    assert issue.fifth_post_at == said[4].at
    assert set(issue.mention_keys) <= {event.key for event in said}
    assert set(issue.titles) == {"nl", "en"}
    different = {normalised(mention_of(event).text) for event in said}
    assert len(different) >= 60
    words = [frozenset(text.split()) for text in different]
    assert median(len(one & other) / len(one | other) for one, other in combinations(words, 2)) < 0.25


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("key", ISSUES)
def test_each_issue_has_forty_sentences_written_by_hand_in_each_language(key: str, language: str, texts: DemoTexts) -> None:
    issue = texts.languages[language].issues[key]
    sentences = issue.whole + issue.later
    assert len(set(sentences)) == len(sentences) >= 45
    assert len(issue.later) >= 8
    assert all(len(set(bank)) == len(bank) >= 8 for bank in issue.clauses)


def test_three_issues_come_suddenly_and_one_creeps_in(scenario: Scenario) -> None:
    kinds = {issue.key: issue.kind for issue in scenario.planted}
    assert kinds == {"drifting_meter": "slow", "double_debit": "sudden", "login_loop": "sudden", "outage": "sudden"}
    for issue in scenario.planted:
        first_day = sum(at < issue.onset + timedelta(days=1) for at in issue.posted_at) / len(issue.posted_at)
        hours_to_fifth = (issue.fifth_post_at - issue.onset) / timedelta(hours=1)
        if issue.kind == "sudden":
            assert first_day > 0.35
            assert hours_to_fifth < 3
        else:
            assert first_day < 0.1
            assert hours_to_fifth > 12


def test_onsets_are_those_of_the_plan_whatever_the_hour_of_the_start(texts: DemoTexts) -> None:
    """A demo started at noon still has its seven quiet days first."""
    start = datetime(2026, 3, 25, 12, 30, tzinfo=UTC)  # the change to summer time lies inside
    scenario = build_scenario(texts, start=start)
    for plan, issue in zip(ISSUE_PLANS, scenario.planted, strict=True):
        local = issue.onset.astimezone(HOME)
        assert (local.hour, local.minute) == (plan.hour, plan.minute)
        assert issue.onset >= start + timedelta(days=7)
    assert all(start <= event.at < scenario.end for event in scenario.events)


def test_nobody_knows_on_the_first_evening_how_it_ended(scenario: Scenario, texts: DemoTexts) -> None:
    """A post about the light coming back, an hour before half the town went dark, would give the game away."""
    plans = {plan.key: plan for plan in ISSUE_PLANS}
    for issue in scenario.planted:
        turn = issue.onset + timedelta(hours=plans[issue.key].later_after_hours)
        late = [text[-25:].lower() for language in texts.languages.values() for text in language.issues[issue.key].later]
        early = [
            event.mention.text.lower() for event in scenario.events if event.subject == issue.key and event.mention and event.at < turn
        ]
        assert len(early) >= 30
        assert [text for text in early if any(ending in text for ending in late)] == []


def test_a_start_without_time_zone_is_refused(texts: DemoTexts) -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_scenario(texts, start=datetime(2026, 11, 2))  # noqa: DTZ001 - the mistake under test


def test_there_is_a_fail_wave_on_the_double_debit(scenario: Scenario, posts: list[DemoEvent]) -> None:
    wave = [event for event in posts if re.search(r"#(zoemvolt)?(fail|faal|epicfail)", mention_of(event).text, re.IGNORECASE)]
    assert len(wave) >= 50
    assert {event.subject for event in wave} == {"double_debit"}
    assert len({author_of(event) for event in wave}) >= 40


def test_praise_ideas_spam_and_namesakes_are_there(posts: list[DemoEvent]) -> None:
    counted = Counter(event.subject for event in posts)
    assert counted["compliment"] >= 110
    assert counted["idea"] >= 75
    assert counted["spam"] >= 55
    assert counted["elsewhere"] >= 50


def test_copies_are_the_same_text_under_another_name(posts: list[DemoEvent]) -> None:
    first: dict[str, str] = {}
    copies = 0
    for event in posts:
        text = re.sub(r"^RT @\S+: ", "", mention_of(event).text)
        if first.setdefault(text, author_of(event)) != author_of(event):
            copies += 1
    assert copies >= 140


def test_edits_keep_the_id_and_come_later(scenario: Scenario) -> None:
    known: dict[MentionKey, Mention] = {}
    edits = 0
    for event in scenario.events:
        if event.kind == "edit":
            edits += 1
            mention, before = mention_of(event), known[event.key]
            assert mention.edited_at == event.at > before.posted_at == mention.posted_at
            assert mention.content_hash != before.content_hash
        elif event.mention is not None:
            known[event.key] = event.mention
    assert edits >= 40


def test_removals_name_posts_that_were_there_and_nothing_follows_them(scenario: Scenario) -> None:
    seen: set[MentionKey] = set()
    gone: set[MentionKey] = set()
    for event in scenario.events:
        assert event.key not in gone
        if event.kind == "removal":
            assert event.key in seen
            gone.add(event.key)
        seen.add(event.key)
    assert len(gone) >= 30
    for issue in scenario.planted:
        assert gone.isdisjoint(issue.mention_keys)


def test_threads_hold_together(scenario: Scenario, posts: list[DemoEvent]) -> None:
    """Who answers, answers a post that was there before, at the same place."""
    there: dict[MentionKey, DemoEvent] = {}
    answers = titles = 0
    for event in posts:
        mention = mention_of(event)
        if mention.parent_id:
            answers += 1
            assert MentionKey(mention.platform, mention.realm, mention.parent_id) in there
            assert not mention.title
        titles += bool(mention.title)
        there[event.key] = event
    assert answers > 300
    assert titles > 150


def test_everything_is_marked_as_invented_by_reserved_names(posts: list[DemoEvent]) -> None:
    """`.example` belongs to nobody (RFC 2606), so no demo link can lead to a real person or page."""
    for event in posts:
        mention = mention_of(event)
        assert mention.realm.endswith(".example")
        assert mention.url.startswith(f"https://{mention.realm}/")
        for host in re.findall(r"https?://([^/\s]+)", mention.text):
            assert host.endswith(".example")
        assert "{" not in mention.text + mention.title
        assert mention.text == mention.text.strip() != ""


def test_every_event_belongs_to_a_known_place(scenario: Scenario) -> None:
    realms = {place.source_id: place.realm for place in PLACES}
    assert {event.source_id for event in scenario.events} == set(realms)
    assert all(event.key.realm == realms[event.source_id] for event in scenario.events)


def test_planted_issues_do_not_overlap(scenario: Scenario) -> None:
    keys = [key for issue in scenario.planted for key in issue.mention_keys]
    assert len(keys) == len(set(keys))
    assert all(isinstance(issue, PlantedIssue) for issue in scenario.planted)
