"""The search store finds what is there, forgets what is gone, and comes back whole after a crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from listener.model.analysis import AnalysedMention
from listener.model.search import Within
from listener.search import words
from listener.search.codes import codes_of, nearest_rows
from listener.search.grown import BLOCK
from listener.search.store import SearchStore, open_search
from listener.text.searching import search_text, terms_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DIMS = 100  # no multiple of 64


def vector(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    drawn = np.random.default_rng(seed).normal(size=DIMS).astype(np.float32)
    return drawn / np.float32(np.linalg.norm(drawn))


def fact(mention_id: int, **changes: Any) -> AnalysedMention:
    one = AnalysedMention(
        mention_id=mention_id,
        card_id=mention_id,
        issue_id=None,
        platform="mastodon",
        realm="social.example",
        source="m",
        channel="",
        brands=("Stroomwerk",),
        directed=False,
        author_key="",
        language="nl",
        posted_at=NOON + timedelta(minutes=mention_id),
        first_seen_at=NOON,
        text_hash=f"h{mention_id}",
        labels={},
        vector=vector(mention_id),
    )
    return replace(one, **changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SearchStore]:
    with open_search(tmp_path / "search") as opened:
        opened.begin_codes("m")
        yield opened


def hold(store: SearchStore, texts: dict[int, str], *, seq: int = 1, removed: tuple[int, ...] = (), **changes: Any) -> None:
    store.apply([fact(one, **changes) for one in texts], {one: search_text(text) for one, text in texts.items()}, removed, seq)


def found(store: SearchStore, typed: str, most: int = 10, **within: Any) -> list[int]:
    return [int(one) for one in store.matching(terms_of(typed), Within(**within), most)]


def near(store: SearchStore, seed: int, most: int = 10, **within: Any) -> list[int]:
    return [int(one) for one in store.nearest(vector(seed), Within(**within), most)]


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def test_words_are_found_newest_first(store: SearchStore) -> None:
    hold(store, {1: "Weer geen stroom", 2: "Stroom is er weer", 3: "De app is stuk"})
    assert found(store, "stroom") == [2, 1]
    assert found(store, '"geen stroom"') == [1]
    assert found(store, "str* weer") == [2, 1]
    assert found(store, "stroom app") == []
    assert found(store, "stroom", most=1) == [2]
    assert found(store, "") == []


def test_few_and_many_are_looked_at_in_two_ways_that_find_the_same(store: SearchStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that everybody uses, among a handful of mentions, must not be read through; both ways agree at the border."""
    texts = {n: "stroom weg" if n % 3 else "geen stroom meer" for n in range(1, 1_501)}
    hold(store, texts)
    monkeypatch.setattr(words, "_FEW", 1_000)
    for count in (1, 499, 501, 999, 1_000, 1_001, 1_500):
        chosen = np.arange(1_500, 1_500 - count, -1)
        expected = [one for one in chosen.tolist() if one % 3 == 0]
        assert found(store, '"geen stroom"', most=20_000, only=chosen) == expected
        assert found(store, '"geen stroom"', most=7, only=chosen) == expected[:7]
        assert found(store, "gee* meer", most=7, only=chosen) == expected[:7]
        assert found(store, "een* room", most=7, only=chosen) == []  # a word begins where it begins


def test_an_edited_text_is_found_by_its_new_words_only(store: SearchStore) -> None:
    hold(store, {1: "Weer geen stroom"})
    hold(store, {1: "Sorry, verkeerd gezien"}, seq=2)
    assert found(store, "stroom") == []
    assert found(store, "verkeerd") == [1]


def test_the_nearest_in_meaning_is_itself_and_then_the_less_different(store: SearchStore) -> None:
    vectors = {1: vector(1), 2: vector(1) + 0.05 * vector(2), 3: vector(1) + 0.5 * vector(3), 4: -vector(1)}
    store.apply([fact(one, vector=v) for one, v in vectors.items()], {}, (), 1)
    assert near(store, 1) == [1, 2, 3, 4]
    assert near(store, 1, most=2) == [1, 2]


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"brand": "Stroomwerk"}, [1, 2]),
        ({"brand": "Nooit gehoord"}, []),
        ({"platform": "x"}, [2]),
        ({"platform": "nergens"}, []),
        ({"language": "en"}, [3]),
        ({"from_at": NOON + timedelta(minutes=3)}, [3, 4]),
        ({"until": NOON + timedelta(minutes=3)}, [1, 2]),
        ({"in_issue": True}, [2]),
        ({"in_issue": False}, [1, 3, 4]),
        ({"only": np.array([4, 1, 99_999_999])}, [1, 4]),
        ({"without": np.array([4, 1])}, [2, 3]),
        ({"seen_brands": frozenset({"Stroomwerk"})}, [1, 2, 4]),  # one of no brand is everybody's
        ({"seen_brands": frozenset[str]()}, [4]),
        ({"seen_brands": frozenset({"Stroomwerk"}), "brand": "Zoemvolt"}, []),
    ],
)
def test_both_kinds_of_search_look_only_where_they_may(store: SearchStore, within: dict[str, Any], expected: list[int]) -> None:
    mentions = [fact(1), fact(2, platform="x", issue_id=7), fact(3, brands=("Zoemvolt",), language="en"), fact(4, brands=())]
    store.apply(mentions, dict.fromkeys(range(1, 5), "stroom"), (), 1)
    assert sorted(found(store, "stroom", **within)) == expected
    assert sorted(near(store, 1, **within)) == expected


def test_with_more_brands_than_bits_nobody_misses_anything(store: SearchStore) -> None:
    """Some brands share a bit: a few too many may be given, to be sifted out by whoever asks; never too few."""
    store.apply([fact(n, brands=(f"merk {n:03}",)) for n in range(1, 151)], dict.fromkeys(range(1, 151), "stroom"), (), 1)
    for n in (1, 64, 65, 150):
        assert n in found(store, "stroom", most=200, brand=f"merk {n:03}")
        assert len(found(store, "stroom", most=200, brand=f"merk {n:03}")) <= 3


def test_what_is_removed_is_found_no_more_and_leaves_the_disk(store: SearchStore, tmp_path: Path) -> None:
    """RULES P5, P11: gone within the day, words and vector. Without the merge the words would stay in the file."""
    hold(store, {1: "kanarievogelgeheim staat hier", 2: "blijft staan"})
    code = codes_of(vector(1)[np.newaxis]).tobytes()[:8]
    assert b"kanarievogelgeheim" in on_disk(tmp_path / "search")
    assert code in on_disk(tmp_path / "search")
    store.apply([], {}, [1], 2)
    assert found(store, "kanarievogelgeheim") == []
    assert near(store, 1) == [2]
    assert store.tidy(NOON)
    assert b"kanarievogelgeheim" not in on_disk(tmp_path / "search")
    assert code not in on_disk(tmp_path / "search")
    assert found(store, "blijft") == [2]


def test_tidying_happens_only_for_something_and_at_most_twice_a_day(store: SearchStore) -> None:
    hold(store, {1: "een", 2: "twee", 3: "drie"})
    assert not store.tidy(NOON)
    store.apply([], {}, [1], 2)
    assert store.tidy(NOON)
    store.apply([], {}, [2], 3)
    assert not store.tidy(NOON + timedelta(hours=11))
    assert store.tidy(NOON + timedelta(hours=13))


def test_moving_a_mention_to_an_issue_does_not_write_its_words_again(store: SearchStore, tmp_path: Path) -> None:
    """Regrouping moves thousands at once."""
    hold(store, {1: "Weer geen stroom"})
    hold(store, {1: "Weer geen stroom"}, seq=2, issue_id=5)
    assert found(store, "stroom", in_issue=True) == [1]
    assert not store.tidy(NOON)


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    with open_search(tmp_path / "s") as first:
        first.begin_codes("m")
        hold(first, {1: "Weer geen stroom"}, seq=41)
    with open_search(tmp_path / "s") as second:
        followed = second.followed()
        assert (followed.seq, followed.coded, followed.model, followed.held) == (41, 41, "m", 1)
        assert found(second, "stroom") == [1]
        assert near(second, 1) == [1]


@pytest.mark.parametrize("step", ["facts", "codes", "words"])
def test_a_crash_between_any_two_writes_loses_and_doubles_nothing(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written first and search.db says so last: the same changes come again, and end as if nothing had happened."""

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with open_search(tmp_path / "s") as before:
        before.begin_codes("m")
        hold(before, {1: "Weer geen stroom", 2: "de app"}, seq=5)
    with open_search(tmp_path / "s") as dying, monkeypatch.context() as patched:
        place = {"facts": ("_write_codes", dying), "codes": ("_write_meta", dying), "words": ("apply", dying._words)}[step]
        if step == "codes":
            patched.setattr(dying._codes, "flush", die)
        else:
            patched.setattr(place[1], place[0], die)
        with pytest.raises(Killed):
            hold(dying, {1: "nu iets anders", 70_000: "stroom terug"}, removed=(2,), seq=6)
    with open_search(tmp_path / "s") as after:
        assert after.followed().seq == 5
        hold(after, {1: "nu iets anders", 70_000: "stroom terug"}, removed=(2,), seq=6)
        assert found(after, "stroom") == [70_000]
        assert found(after, "anders") == [1]
        assert found(after, "app") == []
        assert near(after, 1) == [1, 70_000]
        assert after.followed().held == 2


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "facts.bin").write_bytes((folder / "facts.bin").read_bytes()[:1000]),
        lambda folder: (folder / "search.db").write_bytes(b"\x00rubbish" * 4096),
        lambda folder: (folder / "search.db").unlink(),
    ],
    ids=["facts cut short", "words damaged", "words gone"],
)
def test_a_damaged_search_begins_anew(tmp_path: Path, harm: Any) -> None:
    """It can be made again; a search that looks whole and is not would be worse than none."""
    folder = tmp_path / "s"
    with open_search(folder) as first:
        first.begin_codes("m")
        hold(first, {1: "Weer geen stroom"}, seq=41)
    harm(folder)
    with open_search(folder) as second:
        if second.followed().seq:
            pytest.fail("it says that it followed the ledger")
        second.begin_codes("m")
        hold(second, {1: "Weer geen stroom"}, seq=41)
        assert found(second, "stroom") == [1]
        assert near(second, 1) == [1]


def test_signs_cut_short_are_taken_over_again(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    with open_search(folder) as first:
        first.begin_codes("m")
        hold(first, {1: "Weer geen stroom"}, seq=41)
    (codes,) = folder.glob("codes-*.bin")
    codes.write_bytes(codes.read_bytes()[:100])
    with open_search(folder) as second:
        assert (second.followed().seq, second.followed().coded) == (41, 0)
        second.apply_codes([fact(1)], 41)
        assert near(second, 1) == [1]


def test_another_model_begins_with_no_signs_and_words_stay(store: SearchStore, tmp_path: Path) -> None:
    hold(store, {1: "Weer geen stroom"}, seq=3)
    store.begin_codes("other")
    assert (store.followed().seq, store.followed().coded, store.followed().model) == (3, 0, "other")
    assert near(store, 1) == []
    assert found(store, "stroom") == [1]
    store.apply_codes([fact(1)], 3)
    assert near(store, 1) == [1]
    assert len(list((tmp_path / "search").glob("codes-*.bin"))) == 1


def test_everything_is_private(store: SearchStore, tmp_path: Path) -> None:
    hold(store, {1: "Weer geen stroom"})
    assert (tmp_path / "search").stat().st_mode & 0o077 == 0
    assert {file.name for file in (tmp_path / "search").iterdir() if file.stat().st_mode & 0o077} == set()


def test_statements_never_hold_what_was_typed(store: SearchStore, tmp_path: Path) -> None:
    """RULES I15: quotes, operators and statements are words that nobody wrote, and change nothing."""
    hold(store, {1: "Weer geen stroom"})
    for typed in (
        "'; drop table words; --",
        '" OR rowid > 0 OR "',
        "read_csv('/etc/passwd')",
        "ATTACH 'x' AS y",
        "* NEAR/2 *",
        "{text} : x",
        '"""',
        "stroom\x00app",
    ):
        assert found(store, typed) in ([], [1])
    assert sqlite3.connect(tmp_path / "search" / "search.db").execute("select count(*) from words").fetchone() == (1,)
    assert {file.name.partition("-")[0] for file in (tmp_path / "search").iterdir()} <= {"search.db", "facts.bin", "codes"}


def test_signs_find_the_same_as_counting_them_one_by_one() -> None:
    """Over three blocks, with rows that do not count."""
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(3 * BLOCK, 128)).astype(np.float32)
    codes, mask = codes_of(vectors), rng.random(3 * BLOCK) > 0.5
    mask[BLOCK : 2 * BLOCK] = False
    blocks = codes.reshape(3, BLOCK, 2).transpose(0, 2, 1)
    query = codes_of(vectors[:1])[0]
    apart = np.bitwise_count(codes ^ query).sum(axis=1)
    expected = [row for row in np.lexsort((np.arange(len(apart)), apart)) if mask[row]][:50]
    assert nearest_rows(np.ascontiguousarray(blocks), query, mask, 50).tolist() == expected
    assert nearest_rows(blocks, query, np.zeros(3 * BLOCK, dtype=np.bool_), 50).tolist() == []
