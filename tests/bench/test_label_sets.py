"""The labelled webcare posts of both languages: what the guideline beside them allows, and no post that gives another away."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.reading import Row, read_rows

SETS = Path(__file__).parents[2] / "scripts" / "sets"
CAUSES = {
    "promise_not_kept": 100,
    "unclear_information": 110,
    "service_failed": 130,
    "product_question": 110,
    "idea": 70,
    "compliment": 70,
    "other": 70,
}
TASKS = {
    "cause": set(CAUSES),
    "question": {"yes", "no"},
    "urgency": {"high", "normal", "low"},
    "unnecessary": {"yes", "no"},
    "searched_first": {"yes", "no"},
}
COLUMNS = ["id", "text", "label", "split", "created_at", "lang", "source", "domain", *TASKS]
SHORTEST_RUN_NOT_SHARED = 5


@pytest.fixture(scope="module", params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def posts(language: str) -> list[Row]:
    return read_rows(SETS / f"webcare_labels_{language}.jsonl", columns=COLUMNS)


def test_every_post_has_all_columns_and_only_those(posts: list[Row], language: str) -> None:
    assert {frozenset(post) for post in posts} == {frozenset(COLUMNS)}
    assert {(post["created_at"], post["lang"], post["source"]) for post in posts} == {(None, language, "own work, CC0")}


def test_posts_are_numbered_from_one_to_660(posts: list[Row], language: str) -> None:
    assert [post["id"] for post in posts] == [f"wl_{language}_{number:04d}" for number in range(1, 661)]


def test_only_answers_of_the_guideline_are_given(posts: list[Row]) -> None:
    for task, allowed in TASKS.items():
        assert {post[task] for post in posts} == allowed, task
    assert [post["id"] for post in posts if post["label"] != post["cause"]] == []


def test_every_cause_has_its_number_of_posts_and_about_half_are_for_testing(posts: list[Row]) -> None:
    assert Counter(post["cause"] for post in posts) == CAUSES
    halves = [Counter(post["cause"] for post in posts if post["split"] == split) for split in ("train", "test")]
    assert all(abs(halves[0][cause] - halves[1][cause]) <= 2 for cause in CAUSES)


def test_the_other_answers_are_given_often_enough_to_be_learned_and_measured(posts: list[Row]) -> None:
    floors = {"question": 270, "urgency": 90, "unnecessary": 300, "searched_first": 140}
    for task, floor in floors.items():
        assert min(Counter(post[task] for post in posts).values()) >= floor, task


def test_even_numbers_are_for_testing_and_odd_ones_for_training(posts: list[Row]) -> None:
    for post in posts:
        number = int(post["id"].rpartition("_")[2])
        assert post["split"] == ("test" if number % 2 == 0 else "train"), post["id"]


def test_praise_ideas_and_small_talk_could_not_have_been_prevented_and_wait_for_nothing_high(posts: list[Row]) -> None:
    of_value = [post for post in posts if post["cause"] in {"idea", "compliment", "other"}]
    assert {post["unnecessary"] for post in of_value} == {"no"}
    assert "high" not in {post["urgency"] for post in of_value}


def test_what_went_wrong_could_have_been_prevented(posts: list[Row]) -> None:
    wrong = [post for post in posts if post["cause"] in {"promise_not_kept", "unclear_information", "service_failed"}]
    assert {post["unnecessary"] for post in wrong} == {"yes"}


def test_at_least_twelve_domains_have_twenty_posts(posts: list[Row]) -> None:
    assert sum(count >= 20 for count in Counter(post["domain"] for post in posts).values()) >= 12


def test_posts_have_four_to_seventy_words(posts: list[Row]) -> None:
    assert [post["id"] for post in posts if not 4 <= len(post["text"].split()) <= 70] == []


def test_every_text_is_its_own_and_no_two_share_five_words_in_a_row(posts: list[Row]) -> None:
    assert len({post["text"] for post in posts}) == len(posts)
    first_seen: dict[tuple[str, ...], str] = {}
    for post in posts:
        words = re.findall(r"\w+", post["text"].lower())
        for start in range(len(words) - SHORTEST_RUN_NOT_SHARED + 1):
            run = tuple(words[start : start + SHORTEST_RUN_NOT_SHARED])
            assert first_seen.setdefault(run, post["id"]) == post["id"], f"{post['id']} repeats: {' '.join(run)}"
