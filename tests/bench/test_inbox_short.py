"""The inbox at work in a small part of the real load: nothing fails. Times are printed and never tested: a busy machine is no fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "inbox.py"
SIZE = ("--mentions", "5000", "--cases", "100", "--agents", "4", "--dashboards", "2", "--an-hour", "2000")
PACE = ("--warm-up", "3", "--thinking", "0.1", "--empty-seconds", "0", "--model", "hashed", "--no-targets", "--json")


def test_agents_and_dashboards_at_work_meet_no_error() -> None:
    for seconds in (15, 90):  # longer where others keep the machine so busy that no agent came to a conversation
        command = [sys.executable, str(SCRIPT), *SIZE, *PACE, "--seconds", str(seconds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=400)
        found = json.loads(done.stdout)
        print(json.dumps(found["groups"], indent=2))
        assert found["errors"] == []
        assert done.returncode == 0
        kinds = {row["name"] for row in found["kinds"]}
        if "conversation" in kinds:
            break
    assert found["arrived"]["arrived"] > 0
    assert {"conversation", "issues"} <= kinds
    assert all(row["questions"] > 0 for row in found["kinds"] if row["name"] == "conversation")
