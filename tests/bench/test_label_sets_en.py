"""The English labelled webcare posts: what the guideline beside them allows, and no post that gives another away."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.reading import Row, read_rows

FILE = Path(__file__).parents[2] / "scripts" / "sets" / "webcare_labels_en.jsonl"
TASKS = {
    "cause": {"promise_not_kept", "unclear_information", "service_failed", "product_question", "idea", "compliment", "other"},
    "question": {"yes", "no"},
    "urgency": {"high", "normal", "low"},
    "unnecessary": {"yes", "no"},
    "searched_first": {"yes", "no"},
}
COLUMNS = ["id", "text", "label", "split", "created_at", "lang", "source", "domain", *TASKS]
LONGEST_SHARED_RUN = 4


@pytest.fixture(scope="module")
def posts() -> list[Row]:
    return read_rows(FILE, columns=COLUMNS)


def test_every_post_has_all_columns_and_only_those(posts: list[Row]) -> None:
    assert {tuple(post) for post in posts} == {tuple(COLUMNS)}
    assert {(post["created_at"], post["lang"], post["source"]) for post in posts} == {(None, "en", "own work, CC0")}


def test_every_task_is_answered_with_a_value_of_the_guideline(posts: list[Row]) -> None:
    for task, allowed in TASKS.items():
        assert {post[task] for post in posts} == allowed
    assert all(post["label"] == post["cause"] for post in posts)


def test_there_are_660_posts_numbered_in_order(posts: list[Row]) -> None:
    assert [post["id"] for post in posts] == [f"wl_en_{number:04d}" for number in range(1, 661)]


def test_even_numbers_are_for_testing_and_odd_ones_for_training(posts: list[Row]) -> None:
    for post in posts:
        assert post["split"] == ("test" if int(post["id"].removeprefix("wl_en_")) % 2 == 0 else "train"), post["id"]


def test_both_halves_hold_the_same_number_of_posts_of_each_cause(posts: list[Row]) -> None:
    halves = {split: Counter(post["cause"] for post in posts if post["split"] == split) for split in ("train", "test")}
    assert all(abs(halves["train"][cause] - halves["test"][cause]) <= 2 for cause in TASKS["cause"])


def test_no_answer_of_a_task_is_rare(posts: list[Row]) -> None:
    causes = Counter(post["cause"] for post in posts)
    assert causes == {
        "service_failed": 130,
        "unclear_information": 110,
        "product_question": 110,
        "promise_not_kept": 100,
        "idea": 70,
        "compliment": 70,
        "other": 70,
    }
    least = {"question": 270, "urgency": 90, "unnecessary": 300, "searched_first": 140}
    for task, floor in least.items():
        assert min(Counter(post[task] for post in posts).values()) >= floor, task


def test_the_posts_come_from_many_domains(posts: list[Row]) -> None:
    domains = Counter(post["domain"] for post in posts)
    assert len(domains) >= 12
    assert min(domains.values()) >= 20


def test_posts_are_as_long_as_people_write(posts: list[Row]) -> None:
    lengths = [len(post["text"].split()) for post in posts]
    assert min(lengths) >= 4
    assert max(lengths) <= 70


def test_no_two_posts_share_a_run_of_five_words(posts: list[Row]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    shared = []
    for post in posts:
        words = re.findall(r"[a-z0-9']+", post["text"].lower())
        runs = {tuple(words[start : start + LONGEST_SHARED_RUN + 1]) for start in range(len(words) - LONGEST_SHARED_RUN)}
        shared += [(" ".join(run), seen[run], post["id"]) for run in runs if run in seen]
        seen.update(dict.fromkeys(runs, post["id"]))
    assert shared == []
    assert len({post["text"] for post in posts}) == len(posts)
