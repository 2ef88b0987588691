"""The table of recordings: per platform how many files, how many fit a source, passed, were skipped and why, and failed.

Tests hand in their rows with `told_of`; the plugin gathers them, from workers of pytest-xdist too, and prints them once at the end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

PROPERTY = "klankbord-recordings"
MOST_FAILURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of the recordings of one platform: of each file what was read of it, why it was left out, or what is wrong with it."""

    platform: str
    passed: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> int:
        return len(self.passed) + len(self.skipped) + len(self.failed)

    @property
    def figures(self) -> tuple[int, int, int, int, int]:
        """Files, those that fit a source, passed, skipped, failed."""
        return self.files, len(self.passed) + len(self.failed), len(self.passed), len(self.skipped), len(self.failed)


def told_of(node: pytest.Item, row: Row) -> None:
    """Hand a row in for the table at the end of the run."""
    node.user_properties.append((PROPERTY, json.dumps([row.platform, row.passed, row.skipped, row.failed])))


def lines(rows: Mapping[str, Row]) -> Iterator[str]:
    """Yield the table: a line per platform, below it each reason for leaving out with how many and an example, and a sum."""
    yield f"{'platform':<14}{'recordings':>11}{'fit a source':>14}{'passed':>8}{'skipped':>9}{'failed':>8}"
    total = [0] * 5
    for _, row in sorted(rows.items()):
        total = [before + one for before, one in zip(total, row.figures, strict=True)]
        yield _line(row.platform, row.figures)
        example = {reason: name for name, reason in reversed(list(row.skipped.items()))}
        for reason, count in Counter(row.skipped.values()).most_common():
            yield f"    {count:>5} skipped: {reason} ({example[reason]}{' …' if count > 1 else ''})"
        for name, why in list(row.failed.items())[:MOST_FAILURES]:
            yield f"          FAILED {name}: {why}"
    yield _line("all", total)


def _line(name: str, figures: Any) -> str:
    files, fit, passed, skipped, failed = figures
    return f"{name:<14}{files:>11}{fit:>14}{passed:>8}{skipped:>9}{failed:>8}"


class ReplayTable:
    """Prints the table when recordings were played. Registered by tests/conftest.py, for a controller of workers collects no tests."""

    def __init__(self, folder: str) -> None:
        self.rows: dict[str, Row] = {}
        self._folder = folder

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == PROPERTY:
                platform, passed, skipped, failed = json.loads(str(value))
                self.rows[platform] = Row(platform=platform, passed=passed, skipped=skipped, failed=failed)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.rows:
            terminalreporter.section(f"recordings that were played, of {self._folder}")
            for line in lines(self.rows):
                terminalreporter.write_line(line)
