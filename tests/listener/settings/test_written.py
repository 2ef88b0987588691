"""The settings file that `init` writes explains itself and reads back as what was answered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from listener.settings.load import read_settings
from listener.settings.written import settings_text
from moderation.settings import KlankbordSettings

FILE = Path("klankbord.yaml")
CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one brand and one source": {
        "brands": [{"name": "Zoemvolt", "handles": ["@zoemvolt"]}],
        "sources": [{"id": "forum", "kind": "feed", "url": "https://example.nl/feed"}],
        "digest": {"hour": 7},
    },
    "several of each, and a nested query": {
        "languages": ["nl"],
        "brands": [{"name": "A", "query": {"any": ["a*", {"all": ["b", {"none": ["c"]}]}], "none": ["d"]}}, {"name": "B"}],
        "sources": [{"id": "a", "kind": "feed"}, {"id": "b", "kind": "hackernews", "interval_minutes": 2.5, "enabled": False}],
        "detection": {"p_value": 1e-09},
    },
    "words that YAML takes for something else": {
        "brands": [{"name": "no", "aliases": ["on", "12", "1e3", "# x", "a: b", "'", '"', "- x", "é\u200b", "null", "*a", "&b"]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_what_was_written_reads_back_as_it_was_meant(values: dict[str, Any]) -> None:
    text = settings_text(KlankbordSettings, values)
    assert read_settings(text, KlankbordSettings, file=FILE) == KlankbordSettings.model_validate(values)


def test_taking_the_hash_away_gives_the_default() -> None:
    """The remark at the top of the file promises exactly that."""
    text = re.sub(r"^(\s*)#(?=[a-z_]+:)", r"\1", settings_text(KlankbordSettings, {}), flags=re.MULTILINE)
    assert yaml.safe_load(text)["digest"] == {"hour": 9, "language": "nl", "most_issues": 8}
    assert read_settings(text, KlankbordSettings, file=FILE) == KlankbordSettings.model_validate({})


def test_settings_left_at_their_default_stay_open() -> None:
    """A value written down would hide a better default of a later version."""
    text = settings_text(KlankbordSettings, {"digest": {"hour": 7}})
    assert "\n  hour: 7\n" in text
    assert "\n  #most_issues: 8\n" in text
