"""The inbox at work in a small part of the real load: nothing fails. Times are printed and never tested: a busy machine is no fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "inbox.py"
SIZE = ("--mentions", "5000", "--cases", "100", "--agents", "4", "--dashboards", "2", "--an-hour", "2000", "--seconds", "15")
PACE = ("--warm-up", "3", "--thinking", "0.1", "--empty-seconds", "0", "--model", "hashed", "--no-targets", "--json")


def test_agents_and_dashboards_at_work_meet_no_error() -> None:
    command = [sys.executable, str(SCRIPT), *SIZE, *PACE]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=300)
    found = json.loads(done.stdout)
    print(json.dumps(found["groups"], indent=2))
    assert found["errors"] == []
    assert done.returncode == 0
    assert found["arrived"]["arrived"] > 0
    kinds = {row["name"] for row in found["kinds"]}
    assert {"conversation", "issues"} <= kinds
    assert all(row["questions"] > 0 for row in found["kinds"] if row["name"] == "conversation")
