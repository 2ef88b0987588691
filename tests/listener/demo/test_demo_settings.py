"""The demo's settings fit its scenario: the brand query keeps what is about the brand and nothing else."""

from __future__ import annotations

import pytest
import yaml

from listener.demo.plan import BRAND, PLACES
from listener.demo.scenario import DemoEvent
from listener.settings.resources import shipped_text
from listener.settings.schema import ListenerSettings
from listener.text.query import BrandQuery, compile_brand


@pytest.fixture(scope="module")
def settings() -> ListenerSettings:
    return ListenerSettings.model_validate(yaml.safe_load(shipped_text("demo", "klankbord.yaml")))


@pytest.fixture(scope="module")
def query(settings: ListenerSettings) -> BrandQuery:
    return compile_brand(settings.brands[0])


def test_the_settings_name_every_simulated_place(settings: ListenerSettings) -> None:
    assert [source.id for source in settings.sources] == [place.source_id for place in PLACES]
    assert {source.kind for source in settings.sources} == {"demo"}
    assert [source.keep == "all" for source in settings.sources] == [place.own for place in PLACES]
    assert [brand.name for brand in settings.brands] == [BRAND]


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
