"""Promises about crashes while mentions come in: nothing lost, nothing doubled, and the same issues as without the crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.long import often

KILLER = Path(__file__).parent / "kill_import.py"
KILLS = often(12, short=5)


@pytest.mark.slow
def test_an_import_killed_at_random_moments_ends_like_one_that_was_not() -> None:
    """The power goes out in the middle of an import; the next morning's figures must not show it. Long form: scripts/crash_import."""
    done = subprocess.run(
        [sys.executable, str(KILLER), "--kills", str(KILLS), "--rows", "500"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "equal" in done.stdout
