"""Dutch and English say the same: each text that people read exists in both languages, with the same fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, meta

from tests.modules import ROOT

CONFIG = ROOT / "config"
LANGUAGES = ("nl", "en")


def files(folder: str, language: str) -> dict[str, Path]:
    root = CONFIG / folder / language
    return {file.relative_to(root).as_posix(): file for file in root.rglob("*") if file.is_file()}


@pytest.mark.parametrize("folder", ["templates", "lexicons"])
def test_each_file_exists_in_both_languages(folder: str) -> None:
    dutch, english = (set(files(folder, language)) for language in LANGUAGES)
    assert dutch
    assert dutch == english


TEMPLATES = sorted(name for name in files("templates", "nl") if name.endswith(".j2"))
TABLES = sorted(name for name in files("templates", "nl") if name.endswith((".yaml", ".yml")))


class AnyFilter(dict[str, Any]):
    """Knows every filter: which ones a template may use is the business of the room that fills it in."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, str)


def fields(text: str) -> set[str]:
    """Return the values that a template asks for."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    environment.filters = AnyFilter(environment.filters)
    environment.tests = AnyFilter(environment.tests)
    return meta.find_undeclared_variables(environment.parse(text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_templates_ask_for_the_same_values(name: str) -> None:
    """A field that only one language fills in is missed by whoever reads the other."""
    dutch, english = (fields(files("templates", language)[name].read_text(encoding="utf-8")) for language in LANGUAGES)
    assert dutch == english


def shape(value: Any) -> Any:
    """Return the keys of a table, without its words."""
    return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else None


@pytest.mark.parametrize("name", TABLES)
def test_both_tables_have_the_same_keys(name: str) -> None:
    dutch, english = (shape(yaml.safe_load(files("templates", language)[name].read_text(encoding="utf-8"))) for language in LANGUAGES)
    assert dutch == english


def test_what_mail_programs_write_has_the_same_keys_in_every_language() -> None:
    """A language with a key missing would stop the reading of all mail."""
    lists = {file.parent.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in CONFIG.glob("lexicons/*/mail.yaml")}
    assert lists.keys() == {"de", "en", "fr", "nl"}
    for language, words in lists.items():
        assert shape(words) == shape(lists["en"]), language
        assert all(isinstance(phrase, str) and phrase.strip() for phrases in words.values() for phrase in phrases), language


def test_a_missing_field_would_be_seen() -> None:
    """The comparison above compares something."""
    assert fields("{{ name }} {% for one in issues %}{{ one.title }}{% endfor %}") == {"name", "issues"}
    assert shape({"a": {"b": "x"}}) != shape({"a": {"c": "x"}})
