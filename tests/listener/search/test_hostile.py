"""Every row of the rules' bad input, typed into the box and said by customers: no error, no effect, and what was said is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from listener.model.search import Within
from listener.search.store import open_search
from listener.text.searching import marked, search_text, terms_of
from tests.hostile.corpus import CORPUS
from tests.listener.search.test_store import fact

TYPED = [(row, text) for row, strings in CORPUS.items() for text in strings]


def test_nothing_typed_is_an_error_or_changes_anything(tmp_path: Path) -> None:
    """RULES I1 to I24, I15 first of all: 0 errors, 0 files, the same mentions held before and after."""
    with open_search(tmp_path / "search") as store:
        store.begin_codes("m")
        store.apply([fact(1)], {1: search_text("Weer geen stroom")}, (), 1)
        before = sorted(file.name for file in (tmp_path / "search").iterdir())
        for row, text in TYPED:
            found = store.matching(terms_of(text), Within(brand=text if row == "I15" else "", platform=""), 10)
            assert set(found.tolist()) <= {1}, row
        assert sorted(file.name for file in (tmp_path / "search").iterdir()) == before
        assert store.matching(terms_of("stroom"), Within(), 10).tolist() == [1]


@pytest.mark.parametrize("row", ["I2", "I4", "I5", "I6", "I7", "I15"])
def test_what_was_said_is_found_by_typing_it(tmp_path: Path, row: str) -> None:
    """Both forms of one text have the same words (RULES I7): what is typed finds what was said, and where it stands is marked."""
    texts = dict(enumerate(CORPUS[row], start=1))
    with open_search(tmp_path / "search") as store:
        store.begin_codes("m")
        store.apply([fact(one) for one in texts], {one: search_text(text) for one, text in texts.items()}, (), 1)
        for mention_id, text in texts.items():
            terms = terms_of(text)
            if terms and len(search_text(text)) < 200:
                assert mention_id in store.matching(terms, Within(only=np.array([mention_id])), 10).tolist(), repr(text)
                assert any(hit for _, hit in marked(text, terms, 100_000)), repr(text)
