"""A short run of scripts/fuzz_api: what schemathesis finds in a few examples per call, it finds here and not at a customer's."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.fuzz.api import fuzz

needs_schemathesis = pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None,
    reason="needs schemathesis, a package of the dev group: any script that sets up dev installs it",
)


@needs_schemathesis
def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    """0 server errors, 0 answers that are not described, 0 holes for a viewer of one brand."""
    assert fuzz(tmp_path / "home", ["--max-examples", "3", "--phases", "examples,fuzzing", "--suppress-health-check", "all"]) == 0
