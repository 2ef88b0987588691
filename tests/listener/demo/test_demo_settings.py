"""The demo's settings fit its scenario: the brand query keeps what is about the brand and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.demo.plan import BRAND, PLACES
from listener.demo.scenario import DemoEvent
from listener.settings.load import read_settings
from listener.settings.resources import shipped_text
from listener.text.query import BrandQuery, compile_brand
from moderation.settings import KlankbordSettings


@pytest.fixture(scope="module")
def settings() -> KlankbordSettings:
    return read_settings(shipped_text("demo", "klankbord.yaml"), KlankbordSettings, file=Path("klankbord.yaml"))


@pytest.fixture(scope="module")
def query(settings: KlankbordSettings) -> BrandQuery:
    return compile_brand(settings.brands[0])


def test_the_settings_name_every_simulated_place(settings: KlankbordSettings) -> None:
    assert [source.id for source in settings.sources] == [place.source_id for place in PLACES]
    assert {source.kind for source in settings.sources} == {"demo"}
    assert [source.keep == "all" for source in settings.sources] == [place.own for place in PLACES]
    assert [brand.name for brand in settings.brands] == [BRAND]


def test_the_settings_say_that_all_is_invented_and_post_nowhere(settings: KlankbordSettings) -> None:
    assert settings.invented
    assert settings.outbox.account.startswith("simulated:")


def test_the_query_catches_all_that_is_about_the_brand(posts: list[DemoEvent], query: BrandQuery) -> None:
    own = {place.source_id for place in PLACES if place.own}
    relevant = [event for event in posts if event.subject != "elsewhere" and event.source_id not in own]
    missed = [event.mention.text for event in relevant if event.mention and query.match(event.mention) is None]
    assert missed == []


def test_the_query_rejects_namesakes_and_vacancies(posts: list[DemoEvent], query: BrandQuery) -> None:
    """A synth band of the same name and job adverts are the newcomer's first look at words that exclude."""
    others = [event for event in posts if event.subject == "elsewhere"]
    kept = [event.mention.text for event in others if event.mention and query.match(event.mention) is not None]
    assert len(others) >= 50
    assert kept == []


def test_some_speak_to_the_brand_and_some_about_it(posts: list[DemoEvent], query: BrandQuery) -> None:
    hits = [hit for event in posts if event.mention and (hit := query.match(event.mention)) is not None]
    directed = sum(hit.directed for hit in hits)
    assert 0.2 < directed / len(hits) < 0.5
