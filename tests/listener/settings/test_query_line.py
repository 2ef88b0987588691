"""A boolean query in one line: what it means, and where it cannot be read (RULES F23)."""

from __future__ import annotations

from typing import Any

import pytest

from listener.settings.query_line import MOST_CHARACTERS, QueryLineError, read_query
from listener.settings.schema import BrandSettings, QueryNode
from listener.text.query import compile_brand, compile_line


@pytest.mark.parametrize(
    ("line", "node"),
    [
        ("stroomwerk", {"all": ["stroomwerk"]}),
        ("a OR b AND c", {"any": ["a", {"all": ["b", "c"]}]}),
        ("(a OR b) c", {"all": [{"any": ["a", "b"]}, "c"]}),
        (
            '"geen  stroom" AND app* NOT (vacature OR “te koop”)',
            {"all": ["geen stroom", "app*"], "none": [{"any": ["vacature", "te koop"]}]},
        ),
        ("#storing @stroomwerk", {"all": ["#storing", "@stroomwerk"]}),
        ("NOT vacature stroomwerk", {"all": ["stroomwerk"], "none": ["vacature"]}),
        ('"AND" "not"', {"all": ["AND", "not"]}),
        ("  ( (a) ) ", {"all": ["a"]}),
    ],
)
def test_a_line_is_the_same_query_as_its_nodes(line: str, node: dict[str, Any]) -> None:
    """AND binds more tightly than OR, words beside each other all have to be there, quotes make a word of an operator."""
    assert read_query(line) == node
    assert QueryNode.model_validate(read_query(line))


@pytest.mark.parametrize(
    ("line", "at", "accepted"),
    [
        ("", 0, "a word"),
        ("a AND", 5, "a word"),
        ("a AND OR b", 6, "a word"),
        ("OR a", 0, "a word"),
        ("()", 1, "a word"),
        ("a NOT", 5, "a word"),
        ("(a OR b", 0, "a )"),
        ("a) b", 1, "the end"),
        ('stroom "geen', 7, 'another "'),
        ("a OR NOT b", 5, "NOT vacature"),
        ("NOT (a OR b)", 0, "NOT vacature"),
        ("a -b", 2, "NOT b"),
        ("a or b", 2, "OR"),
        ("st*m", 2, "storing*"),
        ("*werk", 0, "storing*"),
        ("a & b", 2, "a word"),
        ('"#" a', 0, "a phrase"),
        ("(" * 30 + "a", 20, "20 at most"),
        ("a " * 3_000, MOST_CHARACTERS, "4,000"),
    ],
)
def test_an_error_says_where_and_what_is_accepted(line: str, at: int, accepted: str) -> None:
    """A query that was read otherwise than meant would miss things in silence."""
    with pytest.raises(QueryLineError) as told:
        read_query(line)
    assert told.value.at == at
    assert str(told.value).startswith(f"character {at + 1}: ")
    assert accepted in str(told.value).partition("accepted here: ")[2]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Weer geen stroom, de storing duurt al een uur", True),
        ("GEEN STRÓOM en een storingsmelding", True),
        ("geen str\u200boo\u00adm bij de st\u043er\u0456ng", True),  # zero-width signs and Cyrillic letters
        ("\uff53\uff54\uff4f\uff52\uff49\uff4e\uff47: geen stroom", True),  # full width
        ("geen stroom", False),
        ("geen stroom en een storing: vac\u0430ture", False),  # what is excluded does not hide behind a look-alike either
    ],
)
def test_lookalikes_and_invisible_signs_hide_nothing(text: str, fits: bool) -> None:
    """The same folding as for a brand's names, on both sides of NOT."""
    query = compile_line(QueryNode.model_validate(read_query('"geen stroom" AND storing* NOT vacature')), name="query")
    assert (query.match_text(text) is not None) is fits


def test_settings_take_a_line_or_its_nodes() -> None:
    """Both forms are one query; a line that cannot be read is told with the setting's name."""
    nodes = BrandSettings.model_validate({"name": "Stroomwerk", "query": {"all": ["warmtepomp"], "none": ["te koop"]}})
    line = BrandSettings.model_validate({"name": "Stroomwerk", "query": 'warmtepomp NOT "te koop"'})
    assert line == nodes
    assert compile_brand(line).match_text("warmtepomp maakt lawaai") is not None
    assert compile_brand(line).match_text("warmtepomp te koop") is None
    with pytest.raises(ValueError, match=r"query\n.*character 13: the query ends"):
        BrandSettings.model_validate({"name": "Stroomwerk", "query": "warmtepomp ("})
