"""Whatever people write comes back as they wrote it, in every field (RULES I1, I2, I3, I6, I7, I8, I15, I23)."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Author, BrandHit, Kept, Mention, StoredMention
from listener.text.storable import storable
from tests.listener.ledger.making import NOON, add, analyse, mention, removal

_ids = itertools.count()

AWKWARD = {
    "empty": "",
    "blank": " \t\n ",
    "quotes for SQL": "'; drop table mention; --",
    "more SQL": '" or 1=1 union select * from meta /* %s ? :name {x} */',
    "a percent sign and a backslash": "100% \\ \\x00 \\u0000",
    "BOM in the middle": "a\ufeffb",
    "non-characters": "\ufffe\uffff\U0010ffff",
    "private use and unassigned": "\ue000\U000e0080",
    "bidi controls": "\u202eanders\u202c \u2066om\u2069",
    "zero width": "St\u200bro\u200dom\u00adwerk",
    "tag characters": "vlag\U000e0067\U000e0062",
    "a family": "👨‍👩‍👧‍👦🏽🏳️‍🌈",
    "Zalgo": "e" + "\u0301" * 10_000,
    "Turkish, German, Dutch": "İıßẞĳĲ",
    "composed and decomposed": "é e\u0301",
    "right to left without spaces": "مرحبابالعالم 你好世界",
    "C1 controls and line separators": "a\x85b\u2028c\u2029d",
    "markup": "<script>alert(1)</script> {{7*7}} ${x} <%= y %> @everyone =cmd|' /C calc'!A0",
    "a million characters": "regel\n" * 170_000,
    "one line of a megabyte": "x" * 1_000_000,
    "a megabyte of emoji": "🔥" * 262_144,
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for all examples: each uses an id of its own."""
    with open_ledger(f"sqlite:///{tmp_path_factory.mktemp('texts') / 'ledger.db'}") as opened:
        yield opened


def everywhere(text: str, native_id: str) -> Mention:
    """Return a mention that has `text` wherever a text may stand."""
    author = Author(platform="reddit", realm=text, native_id=text, name=text)
    return mention(native_id, text, title=text, author=author, url=text, parent_id=text, root_id=text, channel=text)


def stored_again(ledger: Ledger, one: Mention) -> StoredMention:
    """Store a mention with a brand hit on its own text, store it again, and return what is there."""
    kept = Kept(mention=one, hits=(BrandHit(brand="Merk", directed=True, terms=(one.text[:1000],)),))
    assert ledger.mentions.add_page([kept], source="news", next_cursor=None, at=NOON).new == 1
    assert ledger.mentions.add_page([kept], source="news", next_cursor=None, at=NOON).unchanged == 1
    found = ledger.mentions.find(one.key)
    assert found is not None
    return found


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_text_comes_back_in_every_field(ledger: Ledger, name: str) -> None:
    """No text is too odd to be somebody's complaint."""
    text = AWKWARD[name]
    one = everywhere(text, f"id {text[:200]}")
    found = stored_again(ledger, one)
    assert found.mention == one
    assert found.hits[0].terms == (text[:1000],)
    analyse(ledger)
    ledger.check()
    add(ledger, removals=[removal(one.native_id)])
    assert ledger.mentions.find(one.key) is None


def test_the_big_list_of_naughty_strings_comes_back(ledger: Ledger) -> None:
    """515 strings that broke other programs."""
    recordings = os.environ.get("KLANKBORD_RECORDINGS")
    corpus = Path(recordings).parent / "data" / "naughty-strings" / "blns.json" if recordings else None
    if corpus is None or not corpus.is_file():
        pytest.skip("needs the naughty strings: set KLANKBORD_RECORDINGS to a folder beside data/")
    texts = [storable(text)[0] for text in json.loads(corpus.read_text(encoding="utf-8"))]
    mentions = [everywhere(text, f"{number} {text}") for number, text in enumerate(texts)]
    assert add(ledger, *mentions).new == len(texts) > 500
    assert add(ledger, *mentions).unchanged == len(texts)
    assert [one.mention for one in ledger.mentions.by_ids(range(1, len(texts) + 1))] == mentions
    assert all(ledger.mentions.find(one.key) for one in mentions)
    ledger.check()


@pytest.mark.parametrize("bad", ["\ud800", "\udc00 laag", "hoog \udbff", "\udfff\ud800", "a\x00b", "\x00"])
def test_what_no_store_can_hold_is_replaced_and_never_loses_a_row(ledger: Ledger, bad: str) -> None:
    """Texts are repaired on the way in; ids, names and addresses come as platforms send them. The good row beside it is stored too."""
    one = everywhere(bad, f"id {bad}")
    assert add(ledger, one, mention("good")).new == 2
    assert add(ledger, one, mention("good")).unchanged == 2
    found = ledger.mentions.find(one.key)
    assert found is not None
    assert "\ufffd" in found.mention.text
    assert ledger.mentions.known([one.key]) == {one.key}
    assert add(ledger, removals=[removal(f"id {bad}")]).removed == 1
    assert ledger.mentions.find(one.key) is None


@settings(max_examples=150)
@given(text=st.text(max_size=200), native_id=st.text(max_size=50))
def test_any_text_comes_back_once_it_was_repaired(shared: Ledger, text: str, native_id: str) -> None:
    """Found by trying, not by thinking."""
    one = everywhere(storable(text)[0], f"{next(_ids)} {storable(native_id)[0]}")
    assert stored_again(shared, one).mention == one


def test_identity_is_the_platforms_id_never_the_name(ledger: Ledger) -> None:
    """Anybody may be called "admin", or like somebody else."""
    same_name = [
        Author(platform="reddit", realm=realm, native_id=number, name="admin") for realm, number in (("a", "1"), ("a", "2"), ("b", "1"))
    ]
    add(ledger, *(mention(str(number), f"tekst {number}", author=author) for number, author in enumerate(same_name)))
    analyse(ledger)
    assert len({fact.author_key for fact in ledger.analyses.analysed(since=None, model="test-model")}) == 3
