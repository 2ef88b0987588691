"""Searching what was heard: it follows the ledger, finds words and meaning, and says honestly what it cannot do now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.ledger.ledger import Ledger
from listener.model.analysis import NewEmbedding
from listener.model.mention import BrandHit, Kept, Mention, Removal
from listener.model.search import Finds, Meaning, Within
from listener.progress import NoProgress
from listener.search.store import SearchStore, open_search
from listener.workflows.keep_search import keep_search, rebuild_search
from listener.workflows.search_mentions import LEAST_ALIKE, SearchMentions
from tests.listener.workflows.conftest import MODEL, NOON

Tell = Callable[..., list[int]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SearchStore]:
    with open_search(tmp_path / "search") as opened:
        yield opened


class Asked:
    """A model that reads an angle: "90" is straight up. Says nothing when it is busy."""

    def __init__(self) -> None:
        self.busy = False
        self.texts: list[str] = []
        self.model = MODEL
        self.serving = MODEL

    def soon(self, text: str, wait_seconds: float) -> NDArray[np.float32] | None:
        assert wait_seconds <= 1
        self.texts.append(text)
        if self.busy:
            return None
        angle = np.deg2rad(float("".join(sign for sign in text if sign.isdigit()) or 0))
        return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def search(ledger: Ledger, store: SearchStore, asked: Asked) -> SearchMentions:
    return SearchMentions(ledger, store, soon=asked.soon, asked_model=lambda: asked.model, serving_model=lambda: asked.serving)


def found(search: SearchMentions, typed: str, **within: object) -> Finds:
    search.keep()
    return search.find(typed, Within(**within))  # type: ignore[arg-type]  # fields by name


def test_words_and_meaning_are_found_apart(search: SearchMentions, tell: Tell) -> None:
    [same] = tell(1, text="de stroom is weg", toward=0.0)
    [other] = tell(2, text="geen licht hier", toward=0.3)
    [away] = tell(3, text="mooi weer", toward=2.0)
    finds = found(search, "stroom 0")
    assert finds.words == ()  # nobody wrote 0
    assert found(search, "stroom").words == (same,)
    assert [mention_id for mention_id, _ in found(search, "stroom").meaning] == [same, other]
    assert away not in dict(found(search, "stroom").meaning)
    assert all(alike >= LEAST_ALIKE for _, alike in found(search, "stroom").meaning)
    assert found(search, "stroom").meaning_state is Meaning.READY


def test_an_edit_a_move_and_a_removal_are_followed(
    search: SearchMentions, store: SearchStore, ledger: Ledger, tell: Tell, new_issue: Callable[..., int]
) -> None:
    """An edited text is found by its old words until the analyser has read it: as everywhere."""
    [first, second] = tell(1, 2, text="de stroom is weg")
    assert found(search, "stroom").words == (second, first)
    ledger.issues.move(first, new_issue("Storing"), by="anna", at=NOON)
    assert found(search, "stroom", in_issue=True).words == (first,)
    ledger.mentions.remove([Removal(platform="forum", realm="r.example", native_id="m1")], source="forum", at=NOON)
    assert found(search, "stroom").words == (second,)
    assert first not in dict(found(search, "stroom").meaning)
    assert (found(search, "stroom").held, found(search, "stroom").known) == (1, 1)
    assert not keep_search(ledger, store, model_id=MODEL)


def test_a_busy_model_is_said_and_words_are_found(search: SearchMentions, asked: Asked, tell: Tell) -> None:
    tell(1, text="de stroom is weg")
    asked.busy = True
    finds = found(search, "stroom")
    assert (finds.meaning, finds.meaning_state) == ((), Meaning.BUSY)
    assert len(finds.words) == 1


def test_the_model_is_not_asked_for_words_alone_or_for_nothing(search: SearchMentions, asked: Asked, tell: Tell) -> None:
    tell(1, text="de stroom is weg")
    search.keep()
    search.find("stroom", Within(), meaning=False)
    search.find(" ?! ", Within())
    assert asked.texts == []


def test_after_a_change_of_model_meaning_waits_and_words_do_not(
    search: SearchMentions, asked: Asked, ledger: Ledger, store: SearchStore, tell: Tell
) -> None:
    ids = tell(1, 2, text="de stroom is weg")
    search.keep()
    up = np.array([0, 1], dtype=np.float32)
    ledger.analyses.keep_vectors([NewEmbedding(text_hash=f"hash-{one}", model="new", vector=up) for one in ids])
    asked.model = "new"
    finds = search.find("stroom 90", Within())
    assert finds.meaning_state is Meaning.BUILDING
    asked.serving = "new"
    keep_search(ledger, store, model_id="new")
    assert [one for one, _ in found(search, "90").meaning] == ids[::-1]
    assert found(search, "stroom").words == tuple(ids[::-1])


def test_thrown_away_it_comes_back_the_same(search: SearchMentions, ledger: Ledger, store: SearchStore, tell: Tell) -> None:
    tell(1, 2, 3, text="de stroom is weg")
    before = found(search, "stroom")
    assert rebuild_search(ledger, store, model_id=MODEL, progress=NoProgress()) == 3
    assert search.find("stroom", Within()) == before


def test_a_ledger_put_back_from_a_backup_is_followed_from_the_start(
    ledger: Ledger, store: SearchStore, search: SearchMentions, tell: Tell
) -> None:
    tell(1, text="de stroom is weg")
    store.begin_codes(MODEL)
    store.apply([], {}, [], 999)
    assert len(found(search, "stroom").words) == 1


def test_counts_are_honest_and_what_was_not_read_yet_is_not_found(search: SearchMentions, ledger: Ledger, tell: Tell) -> None:
    tell(*range(1, 8), text="stroom")
    search.keep()
    finds = search.find("stroom", Within(), most=5)
    assert (len(finds.words), finds.more_words) == (5, True)
    assert not search.find("stroom", Within(), most=7).more_words
    page = [
        Kept(
            mention=Mention(platform="forum", realm="r", native_id="t", title="Kolencentrale", text="x", posted_at=NOON),
            hits=(BrandHit(brand="Stroomwerk", directed=False, terms=("s",)),),
        )
    ]
    ledger.mentions.add_page(page, source="forum", next_cursor=None, at=NOON + timedelta(hours=1))
    assert found(search, "kolencentrale").words == ()  # the analyser has not read it yet
