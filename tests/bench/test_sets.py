"""The invented webcare posts are what their card says: enough, none alike, no give-away phrase, and a stream to be made again."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.bench.reading import Row, read_rows
from tests.bench.webcare_stream import BACKGROUND, DAYS, EVENTS, ISSUES, PLANS, SETS, SLOW, START, STREAM, main

COLUMNS = ["id", "text", "label", "split", "created_at", "lang", "source", "domain"]
STREAM_COLUMNS = [*COLUMNS[:7], "sim_time", "event_id", "orig_id", "author"]
EVENT_COLUMNS = ["event_id", "label", "type", "onset", "first_post", "t_5th_post", "t_10th_post", "end_90pct", "event_posts", "posts_total"]


def words(text: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return re.findall(r"[a-z0-9]+", bare)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}


def groups(rows: list[Row]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield the texts of each issue and language."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        texts[row["label"], row["lang"]].append(row["text"])
    yield from texts.items()


@pytest.fixture(scope="module")
def issues() -> list[Row]:
    return read_rows(SETS / ISSUES)


@pytest.fixture(scope="module")
def background() -> list[Row]:
    return read_rows(SETS / BACKGROUND)


@pytest.fixture(scope="module")
def stream() -> list[Row]:
    return read_rows(SETS / STREAM)


@pytest.fixture(scope="module")
def events() -> list[Row]:
    return read_rows(SETS / EVENTS, columns=EVENT_COLUMNS)


def test_there_are_enough_posts_in_each_language_and_in_each_issue(issues: list[Row], background: list[Row]) -> None:
    in_all = Counter(row["lang"] for row in issues)
    assert in_all["nl"] >= 640
    assert in_all["en"] >= 240
    assert set(in_all) == {"nl", "en"}
    sizes = {key: len(texts) for key, texts in groups(issues)}
    assert len({label for label, _ in sizes}) == 24
    assert min(size for (_, lang), size in sizes.items() if lang == "nl") >= 25
    assert min(size for (_, lang), size in sizes.items() if lang == "en") >= 10
    assert Counter(row["lang"] for row in background) == {"nl": 200, "en": 100}


def test_every_row_has_the_columns_of_the_format_and_a_text_of_a_post_s_length(issues: list[Row], background: list[Row]) -> None:
    for row in [*issues, *background]:
        assert list(row) == COLUMNS, row["id"]
        assert row["split"] == "all"
        assert row["created_at"] is None
        assert row["source"] == "own work, CC0"
        assert row["domain"]
        assert 4 <= len(words(row["text"])) <= 60, row
        assert row["text"] == row["text"].strip(), row
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", row["label"]) for row in issues)
    assert {row["label"] for row in background} == {"background"}


def test_no_text_and_no_id_comes_twice(issues: list[Row], background: list[Row]) -> None:
    rows = [*issues, *background]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({" ".join(words(row["text"])) for row in rows}) == len(rows)


def test_no_two_posts_of_an_issue_share_a_run_of_three_words(issues: list[Row]) -> None:
    shared: dict[tuple[str, ...], int] = {}
    for key, texts in groups(issues):
        seen = Counter(run for text in texts for run in runs(text, 3))
        shared |= {(*key, *run): count for run, count in seen.items() if count > 1}
    assert shared == {}


def test_the_three_word_rule_sees_through_capitals_accents_and_signs() -> None:
    assert runs("Zó, dat IS het.", 3) & runs("ik zeg: zo dat is", 3) == {("zo", "dat", "is")}


def test_no_keyword_gives_an_issue_away(issues: list[Row]) -> None:
    for key, texts in groups(issues):
        spread = Counter(word for text in texts for word in set(words(text)))
        assert max(spread.values()) < len(texts), key
        assert {word for word, count in spread.items() if len(word) >= 4 and 2 * count > len(texts)} == set(), key


def test_invented_brands_are_named_in_a_minority_of_the_posts(issues: list[Row]) -> None:
    brands = re.compile("duinbank|veldstroom|pakpijl|tesselmode|railvast|belvink|fietsnest|vijzel|fitkade|leerbord", re.IGNORECASE)
    for key, texts in groups(issues):
        assert 2 * sum(bool(brands.search(text)) for text in texts) < len(texts), key


def test_background_posts_have_next_to_nothing_in_common(background: list[Row]) -> None:
    for key, texts in groups(background):
        seen = Counter(run for text in texts for run in runs(text, 4))
        assert {run for run, count in seen.items() if count > 1} == set(), key


def test_the_stream_has_the_columns_of_the_format_and_runs_forward_for_fourteen_days(stream: list[Row]) -> None:
    assert all(list(row) == STREAM_COLUMNS for row in stream)
    assert all(row["created_at"] is None and row["split"] == "sim" for row in stream)
    moments = [datetime.fromisoformat(row["sim_time"]) for row in stream]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[0] >= START
    assert moments[-1] < START + timedelta(days=DAYS)
    assert len({moment.date() for moment in moments}) == DAYS


def test_the_stream_uses_no_post_twice_and_changes_none(stream: list[Row], issues: list[Row], background: list[Row]) -> None:
    assert len({row["orig_id"] for row in stream}) == len(stream) == len({row["id"] for row in stream})
    known = {row["id"]: (row["text"], row["label"], row["lang"]) for row in [*issues, *background]}
    assert all(known[row["orig_id"]] == (row["text"], row["label"], row["lang"]) for row in stream)


def test_eight_sudden_and_four_slow_events_are_planted_in_two_languages(stream: list[Row], events: list[Row]) -> None:
    assert len(events) == 12 == len({row["label"] for row in events})
    assert sum(row["type"] == SLOW for row in events) == 4
    for event in events:
        posts = [row for row in stream if row["event_id"] == event["event_id"]]
        assert {row["label"] for row in posts} == {event["label"]}
        assert len(posts) == int(event["event_posts"])
        assert (20 if event["type"] == SLOW else 19) <= len(posts) <= (26 if event["type"] == SLOW else 22)
        assert sum(row["lang"] == "en" for row in posts) >= 5
        assert sum(row["lang"] == "nl" for row in posts) >= 13


def test_the_events_file_tells_the_moments_of_the_stream(stream: list[Row], events: list[Row]) -> None:
    assert list(events[0]) == EVENT_COLUMNS
    for event in events:
        posts = [datetime.fromisoformat(row["sim_time"]) for row in stream if row["event_id"] == event["event_id"]]
        assert datetime.fromisoformat(event["onset"]) <= posts[0] == datetime.fromisoformat(event["first_post"])
        assert (posts[4], posts[9]) == (datetime.fromisoformat(event["t_5th_post"]), datetime.fromisoformat(event["t_10th_post"]))
        end = datetime.fromisoformat(event["end_90pct"])
        assert sum(post <= end for post in posts) >= 0.9 * len(posts) > sum(post < end for post in posts)
        assert int(event["posts_total"]) == sum(row["label"] == event["label"] for row in stream)


def test_people_post_once_or_twice_and_never_twice_in_one_event(stream: list[Row]) -> None:
    posts = Counter(row["author"] for row in stream)
    assert set(posts.values()) == {1, 2}
    assert 20 <= sum(count == 2 for count in posts.values()) <= 0.1 * len(posts)
    assert max(Counter((row["author"], row["event_id"]) for row in stream if row["event_id"]).values()) == 1


def test_people_sleep_at_night(stream: list[Row]) -> None:
    hours = Counter(datetime.fromisoformat(row["sim_time"]).hour for row in stream)
    assert 5 * sum(hours[hour] for hour in range(5)) < sum(hours[hour] for hour in range(8, 13))


@pytest.mark.parametrize("name", [STREAM, EVENTS])
def test_the_script_writes_the_committed_bytes_again(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in (ISSUES, BACKGROUND):
        (tmp_path / source).write_bytes((SETS / source).read_bytes())
    assert main([str(tmp_path)]) == 0
    assert f"{len(PLANS)} events" in capsys.readouterr().out
    assert (tmp_path / name).read_bytes() == (SETS / name).read_bytes()
