"""The bench of the weekly report in small: it runs, and both ways of counting agree. Times are printed and never tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "report.py"


def test_the_report_over_a_filled_home_counts_what_a_plain_count_does() -> None:
    """Twenty thousand mentions are enough to see that the bench measures a report, and that the report is right."""
    done = subprocess.run([sys.executable, str(SCRIPT), "--short", "--no-goals", "--json"], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    print(json.dumps(found, indent=2))
    assert found["mentions"] == 20_000
    assert 300 < found["in_the_week"] < 500
    assert found["bytes"] > 50_000
