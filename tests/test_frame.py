"""The scripts a developer and CI start with, and the promises of tests/conftest.py."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.modules import ROOT

SCRIPTS = [
    ROOT / name for name in ("scripts/start", "scripts/test", "scripts/check", "scripts/ci_setup", "scripts/renew_example", ".ci/run")
]
TOOLS = ("bash", "cat", "cksum", "dirname", "mkdir", "pwd", "rm", "touch", "tr")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_can_be_started_and_stops_at_its_first_error(script: Path) -> None:
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert "\nset -euo pipefail\n" in text
    assert subprocess.run(["bash", "-n", str(script)], check=False, capture_output=True).returncode == 0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the scripts and what they read."""
    folder = tmp_path / "checkout with blanks"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(command: list[str], *, cwd: Path, path: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"], **more}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )


def make_ready(checkout: Path, level: str, program: str) -> None:
    """Make the checkout look set up, with `program` telling what it was started with."""
    fingerprint = run(["bash", "-c", "source scripts/lib/setup.sh && fingerprint"], cwd=checkout)
    assert fingerprint.returncode == 0, fingerprint.stderr
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    (checkout / ".venv" / f"klankbord-{fingerprint.stdout.strip()}-{level}").touch()
    (programs / program).write_text('#!/usr/bin/env bash\nprintf "%s|" "$PWD" "$@"\n', encoding="utf-8")
    (programs / program).chmod(0o755)


def test_start_without_arguments_opens_the_demo_and_passes_any_others_on(checkout: Path, tmp_path: Path) -> None:
    make_ready(checkout, "run", "klankbord")
    start = str(checkout / "scripts" / "start")
    assert run([start], cwd=tmp_path).stdout == f"{tmp_path}|demo|"
    assert run([start, "--home", "my home", "doctor"], cwd=tmp_path).stdout == f"{tmp_path}|--home|my home|doctor|"


def test_test_passes_arguments_on_to_pytest_and_stays_offline(checkout: Path) -> None:
    make_ready(checkout, "dev", "python")
    done = run([str(checkout / "scripts" / "test"), "-k", "two words"], cwd=checkout)
    assert done.stdout == f"{checkout}|-m|pytest|-k|two words|"


def test_a_set_up_that_tests_used_serves_start_too(checkout: Path) -> None:
    make_ready(checkout, "dev", "klankbord")
    assert run([str(checkout / "scripts" / "start"), "doctor"], cwd=checkout).stdout.endswith("|doctor|")


def test_changed_requirements_or_a_moved_checkout_ask_for_a_new_set_up(checkout: Path, tmp_path: Path) -> None:
    """The environment holds absolute paths; in a copy of the folder it would run the other one's code."""
    command = ["bash", "-c", "source scripts/lib/setup.sh && fingerprint"]
    first = run(command, cwd=checkout).stdout
    (checkout / "constraints.txt").write_text("duckdb==1.5.5\n", encoding="utf-8")
    second = run(command, cwd=checkout).stdout
    moved = checkout.rename(tmp_path / "moved")
    assert len({first, second, run(command, cwd=moved).stdout}) == 3


def test_without_a_fitting_python_the_message_says_what_to_do(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    (tools / "python3").write_text("#!/usr/bin/env bash\nexit 1\n", encoding="utf-8")  # an old one: the check it runs fails
    (tools / "python3").chmod(0o755)
    done = run([str(tools / "bash"), str(checkout / "scripts" / "start")], cwd=checkout, path=str(tools))
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A small suite with our conftest: one test passes, one is skipped, one module is skipped whole, one is expected to fail."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q -ra\nasyncio_default_fixture_loop_scope = function\n", encoding="utf-8")
    (tmp_path / "test_small.py").write_text(
        "import pytest\n"
        "def test_fine(): pass\n"
        "@pytest.mark.skip(reason='no such thing here')\n"
        "def test_left_out(): pass\n"
        "@pytest.mark.xfail\n"
        "def test_expected(): assert False\n",
        encoding="utf-8",
    )
    (tmp_path / "test_whole.py").write_text(
        "import pytest\npytest.skip('not on this machine', allow_module_level=True)\n", encoding="utf-8"
    )
    return tmp_path


PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "."]


def test_skips_are_listed_with_their_reason_and_forgiven_on_a_developers_machine(suite: Path) -> None:
    done = run(PYTEST, cwd=suite, KLANKBORD_CI="0")
    assert done.returncode == 0, done.stdout
    assert "no such thing here" in done.stdout
    assert "not on this machine" in done.stdout


def test_a_skip_fails_ci_and_is_named(suite: Path) -> None:
    """Else a package that CI forgot to install would look like success."""
    done = run(PYTEST, cwd=suite, KLANKBORD_CI="1")
    assert done.returncode == 1, done.stdout
    assert "SKIPPED IN CI test_small.py::test_left_out" in done.stdout
    assert "SKIPPED IN CI test_whole.py" in done.stdout
    assert "test_expected:" not in done.stdout
    assert done.stdout.strip().splitlines()[-1].startswith("1 passed, 2 skipped, 1 xfailed")


def test_a_skip_fails_ci_also_when_workers_share_the_tests(suite: Path) -> None:
    """A module that is skipped while a worker collects it is known to that worker only."""
    done = run([*PYTEST, "-n", "2"], cwd=suite, KLANKBORD_CI="1")
    assert done.returncode == 1, done.stdout
    assert "SKIPPED IN CI test_small.py::test_left_out" in done.stdout
    assert "SKIPPED IN CI test_whole.py" in done.stdout


def test_tests_cannot_leave_this_machine() -> None:
    with socket.socket() as outward, pytest.raises(PermissionError, match="tests speak to loopback only"):
        outward.connect(("192.0.2.1", 80))


def test_tests_may_speak_to_themselves() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as inward:
        assert inward.getpeername() == server.getsockname()


def test_a_test_sees_no_settings_of_whoever_runs_it() -> None:
    assert {name for name in os.environ if name.startswith("KLANKBORD_")} <= {"KLANKBORD_RECORDINGS", "KLANKBORD_CI"}
