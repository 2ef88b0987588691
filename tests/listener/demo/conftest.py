"""The scenario as the demo plays it, built once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from listener.demo.scenario import DemoEvent, Scenario, build_scenario
from listener.demo.texts import DemoTexts, load_texts
from listener.settings.resources import shipped_text

START = datetime(2026, 11, 2, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture(scope="session")
def texts() -> DemoTexts:
    return load_texts(shipped_text)


@pytest.fixture(scope="session")
def scenario(texts: DemoTexts) -> Scenario:
    return build_scenario(texts, start=START)


@pytest.fixture(scope="session")
def posts(scenario: Scenario) -> list[DemoEvent]:
    return [event for event in scenario.events if event.kind == "post"]
