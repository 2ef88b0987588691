"""The channel grid and the pages' words know every platform and channel that a source can bring, and where private messages stand."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import yaml

import listener.sources
from listener.settings.wording import templates
from moderation.model.advice import Way
from moderation.model.grid import ContactFacts
from moderation.policy.grid import hint_for
from moderation.workflows.load_grid import load_grid
from tests.moderation.private.test_private_cases import CHANNELS


def platforms() -> set[str]:
    """Return the platforms that sources bring, as they name them themselves; Meta's messages come under their own."""
    found = {"import"}
    for module in pkgutil.iter_modules(listener.sources.__path__):
        source = importlib.import_module(f"listener.sources.{module.name}")
        named = getattr(source, "PLATFORM", "")
        found |= {named} if isinstance(named, str) and named else set()
        if module.name == "meta_messages":
            found |= set(source.CHANNELS.values())
    return found


def test_every_platform_of_a_source_stands_in_the_grid_by_name() -> None:
    """One that does not is advised on as if everybody read it: Messenger was."""
    assert {"messenger", "whatsapp", "mail", "reddit", "feed"} <= platforms(), "else this compares nothing"
    assert platforms() - set(load_grid().kinds) == set()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_platform_and_private_channel_has_a_name_on_the_pages(language: str) -> None:
    words = yaml.safe_load(templates(language)["inbox.yaml"])
    assert [one for one in sorted(platforms()) if f"platform.{one}" not in words] == []
    talk = yaml.safe_load(templates(language)["inbox_talk.yaml"])
    assert [channel for _, channel in CHANNELS if f"channel.{channel}" not in talk] == []


@pytest.mark.parametrize(
    ("platform", "kind"), [("instagram", "public"), ("discourse", "community"), ("reddit", "public"), ("mail", "private")]
)
def test_what_is_said_in_private_is_advised_on_as_private_whatever_its_platform(platform: str, kind: str) -> None:
    """An Instagram message with personal data needs no advice to go private: it is."""
    facts = ContactFacts(platform=platform, personal_data=True)
    grid = load_grid()
    assert hint_for(facts, grid, language="nl").channel == kind
    told = hint_for(ContactFacts(platform=platform, personal_data=True, private=True), grid, language="nl")
    assert (told.channel, told.way) == ("private", Way.ANSWER)
