"""What every test gets: no network beyond this machine, no settings of whoever runs it, and skips that CI does not forgive."""

from __future__ import annotations

import ipaddress
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from listener.ledger.ledger import Ledger, open_ledger
from listener.logs import JsonLines
from tests.compiled import share_compiled_statements
from tests.fresh import copy_new_ledgers
from tests.order import longest_first
from tests.replay.table import ReplayTable

pytest.register_assert_rewrite("tests.replay.readings")  # what they assert is told in words, as in a test

RECORDINGS = "KLANKBORD_RECORDINGS"
CI = "KLANKBORD_CI"
CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")

# the same cases on every run and machine: a red test can be run again
hypothesis_settings.register_profile("klankbord", derandomize=True, deadline=None)
hypothesis_settings.load_profile("klankbord")
share_compiled_statements()
copy_new_ledgers()


def chromium_path() -> str | None:
    """Return the path of an installed Chromium, or `None`."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def recordings_path() -> Path | None:
    """Return the folder of recorded answers of platforms, or `None` when it is not set or not there."""
    named = os.environ.get(RECORDINGS)
    return Path(named) if named and Path(named).is_dir() else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, and skip what this machine cannot do, with the reason and the way to change it."""
    items[:] = longest_first(items)
    no_browser = pytest.mark.skip(reason="needs Chromium: run scripts/ci_setup")
    no_recordings = pytest.mark.skip(reason=f"needs recorded answers of platforms: set {RECORDINGS} to their folder")
    for item in items:
        if item.get_closest_marker("browser") and chromium_path() is None:
            item.add_marker(no_browser)
        if item.get_closest_marker("recordings") and recordings_path() is None:
            item.add_marker(no_recordings)


@pytest.fixture
def recordings() -> Path:
    """The folder of recorded answers; tests that use it carry the mark `recordings`."""
    found = recordings_path()
    assert found is not None, "mark this test with pytest.mark.recordings"
    return found


@pytest.fixture
def chromium() -> str:
    """The path of Chromium; tests that use it carry the mark `browser`."""
    found = chromium_path()
    assert found is not None, "mark this test with pytest.mark.browser"
    return found


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger in a file of the test's own folder."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test never sees the home or the keys of whoever runs it, and never makes a home in their folders."""
    for name in os.environ:
        if name.startswith("KLANKBORD_") and name not in (RECORDINGS, CI):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user-data"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")


@pytest.fixture(autouse=True)
def _same_log_levels() -> Iterator[None]:
    """A command that a test runs in this process sets up the log; the next test hears warnings as the first did."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for one in [each for each in root.handlers if each not in handlers and isinstance(each.formatter, JsonLines)]:
        root.removeHandler(one)


@pytest.fixture(autouse=True)
def _same_umask() -> Iterator[None]:
    """Opening a home makes the process's files private; the next test starts as the first did."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _only_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections that leave this machine, whoever opens them (https://docs.python.org/3/library/audit_events.html)."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0]).split("%")[0]
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = host in ("", "localhost")
    if not inside:
        raise PermissionError(f"a test tried to reach {host}; tests speak to loopback only")


sys.addaudithook(_only_this_machine)


class NoSkips:
    """In CI every test runs: one that was skipped is listed and fails the session, or a missing package would hide it."""

    def __init__(self) -> None:
        self.skipped: dict[str, str] = {}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[report.nodeid] = reason

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Hear what a worker of pytest-xdist skipped while it collected: it tells nobody else."""
        self.skipped.update(getattr(node, "workeroutput", {}).get(CI, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            told[CI] = self.skipped
        if self.skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.skipped:
            terminalreporter.section(f"{CI}=1: nothing may be skipped", red=True)
            for test, reason in self.skipped.items():
                terminalreporter.write_line(f"SKIPPED IN CI {test}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Switch the strict rule on in CI, and print what became of recordings."""
    if os.environ.get(CI) == "1":
        config.pluginmanager.register(NoSkips(), "klankbord-no-skips")
    config.pluginmanager.register(ReplayTable(os.environ.get(RECORDINGS, "")), "klankbord-recordings")
