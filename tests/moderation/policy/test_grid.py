"""The channel grid: every cell, who is taken by which row, and files that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from listener.errors import SettingsError
from listener.settings.resources import shipped_text
from moderation.model.advice import Way
from moderation.model.grid import ContactFacts
from moderation.model.languages import LANGUAGES
from moderation.policy.grid import hint_for, parse_grid, type_for
from moderation.workflows.load_grid import load_grid

GRID = load_grid()
PLACES = {"public": "reddit", "community": "discord", "private": "mail"}
CONTACTS = {
    "spam": ContactFacts(platform="", spam=True, personal_data=True),
    "personal_data": ContactFacts(platform="", personal_data=True, causes=frozenset({"service_failed"})),
    "compliment": ContactFacts(platform="", causes=frozenset({"compliment"}), directed=False),
    "promise_not_kept": ContactFacts(platform="", causes=frozenset({"promise_not_kept", "service_failed"})),
    "service_failed": ContactFacts(platform="", causes=frozenset({"service_failed"})),
    "unclear_information": ContactFacts(platform="", causes=frozenset({"unclear_information"}), knowledge=True),
    "product_question": ContactFacts(platform="", causes=frozenset({"product_question"}), knowledge=True),
    "idea": ContactFacts(platform="", causes=frozenset({"idea"})),
    "not_addressed": ContactFacts(platform="", directed=False),
    "other": ContactFacts(platform="", question=True),
}
SILENT = {("spam", "public"), ("spam", "community"), ("spam", "private"), ("not_addressed", "public"), ("not_addressed", "community")}
PRIVATE = {("personal_data", "public"), ("personal_data", "community")}
LINKED = set(product(("unclear_information", "product_question"), PLACES))


def facts(name: str, place: str) -> ContactFacts:
    one = CONTACTS[name]
    return ContactFacts(**{field: getattr(one, field) for field in one.__slots__} | {"platform": PLACES[place]})


def test_every_row_has_a_contact_here() -> None:
    assert [one.name for one in GRID.types] == list(CONTACTS)


@pytest.mark.parametrize(("name", "place"), sorted(product(CONTACTS, PLACES)))
def test_every_cell_says_what_to_do_and_why(name: str, place: str) -> None:
    wanted = (
        Way.STAY_SILENT
        if (name, place) in SILENT
        else Way.GO_PRIVATE
        if (name, place) in PRIVATE
        else Way.LINK_KNOWLEDGE
        if (name, place) in LINKED
        else Way.ANSWER
    )
    for language in LANGUAGES:
        hint = hint_for(facts(name, place), GRID, language=language)
        assert (hint.way, hint.channel) == (wanted, place)
        assert hint.reason
        assert hint.owner
        assert hint.contact_type == next(one.shown[language] for one in GRID.types if one.name == name)


def test_personal_data_in_public_go_private_whatever_else_is_said() -> None:
    for causes in (frozenset({"compliment"}), frozenset({"product_question"}), frozenset[str]()):
        found = hint_for(ContactFacts(platform="x", personal_data=True, causes=causes), GRID, language="nl")
        assert found.way is Way.GO_PRIVATE
        assert "persoonlijke gegevens" in found.reason


def test_without_an_article_there_is_nothing_to_link() -> None:
    asked = ContactFacts(platform="reddit", causes=frozenset({"product_question"}))
    assert hint_for(asked, GRID, language="nl").way is Way.ANSWER


def test_a_platform_nobody_named_is_taken_as_public() -> None:
    assert hint_for(ContactFacts(platform="brandnew"), GRID, language="en").channel == "public"
    assert type_for(ContactFacts(platform="brandnew"), GRID).name == "other"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda given: given["types"][0]["cells"].pop("public"), "cells.public"),
        (lambda given: given["types"][0]["cells"]["public"].update(way="shout"), "shout"),
        (lambda given: given["types"][0]["when"].update(followers=True), "followers"),
        (lambda given: given["types"][0]["shown"].pop("nl"), "shown"),
        (lambda given: given["types"][0]["criteria"].update(cost="huge"), "huge"),
        (lambda given: given["types"].pop(), "last type"),
        (lambda given: given.update(usual="street"), "street"),
        (lambda given: given["types"][0].update(preferred="street"), "street"),
        (lambda given: given.update(types=[]), "types"),
    ],
)
def test_a_grid_that_cannot_be_read_says_where(change: Callable[[dict[str, Any]], object], named: str) -> None:
    given = deepcopy(yaml.safe_load(shipped_text("grid.yaml")))
    change(given)
    with pytest.raises(SettingsError, match=named):
        parse_grid(given, name="grid.yaml")


def test_a_house_may_have_its_own_file(tmp_path: Path) -> None:
    own = yaml.safe_load(shipped_text("grid.yaml"))
    own["types"] = own["types"][-1:]
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    assert [one.name for one in load_grid(tmp_path, "own.yaml").types] == ["other"]
    with pytest.raises(SettingsError, match=r"missing\.yaml"):
        load_grid(tmp_path, "missing.yaml")
    (tmp_path / "own.yaml").write_text("- just a list", encoding="utf-8")
    with pytest.raises(SettingsError, match="holds no grid"):
        load_grid(tmp_path, "own.yaml")
