"""Many sources at once, small: everything arrives, a dead platform costs the others nothing, and each figure has its unit."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from tests.bench.sources import main, measured
from tests.bench.sources_site import PER_PAGE, platform_of_pages


def test_a_platform_that_never_answers_holds_up_nobody() -> None:
    """L1, RULES F16: by no more than a second; its own request would take ten."""
    with platform_of_pages() as address:
        alone = asyncio.run(measured(address, sources=3, pages=5))
        beside = asyncio.run(measured(address, sources=3, pages=5, dead=3))
    assert alone.mentions == beside.mentions == 3 * 5 * PER_PAGE
    assert beside.wall_seconds - alone.wall_seconds < 1.0


def test_every_figure_has_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sources", "2", "--pages", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["stages"]
    assert found["mentions"] == str(2 * 3 * PER_PAGE)
    assert re.fullmatch(r"[\d,]+ mentions/s", found["rate"])
    assert re.fullmatch(r"[\d.]+ ms a mention, [\d.]+ cores", found["CPU"])
    assert re.fullmatch(r"[\d,]+ MB at most", found["memory"])
    assert re.fullmatch(r"[+-][\d.]+ s", found["a dead platform beside them"])
