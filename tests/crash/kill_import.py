"""Kill an import at random moments, start it again, and compare what it ends with to an import that nobody disturbed.

Usage: python kill_import.py [--kills N] [--seed N]   Prints one closing line; exits 1 on any difference.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from listener.bootstrap import listening
from listener.clock import SystemClock
from listener.demo.scenario import build_scenario
from listener.demo.texts import load_texts
from listener.embedding.hashed import HashedEmbedder
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.plain import plain
from listener.settings.resources import shipped_text
from listener.settings.schema import ListenerSettings
from listener.workflows.gather_figures import list_issues

START = datetime(2026, 3, 2, tzinfo=UTC)
CHILD = Path(__file__).parent / "importing.py"
LONGEST_CHILD_SECONDS = 120.0


def write_posts(file: Path, most: int) -> int:
    """Write the demo's first posts as a CSV and return how many rows it has."""
    scenario = build_scenario(load_texts(shipped_text), start=START)
    posts = [event.mention for event in scenario.events if event.kind == "post" and event.mention is not None][:most]
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(("id", "text", "created_at", "author"))
        rows.writerows(
            (f"{p.platform}-{p.native_id}", p.text, p.posted_at.isoformat(), p.author.native_id if p.author else "") for p in posts
        )
    return len(posts)


def run_until_killed(home: Path, file: Path, after_seconds: float) -> bool:
    """Start the import and end it with SIGKILL after `after_seconds`; return whether it was done before that."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(home), str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        child.wait(timeout=after_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
    out, _ = child.communicate()
    return out.strip() == b"done"


def outcome(home: Path) -> dict[str, Any]:
    """Return everything that has to be equal: mentions, their issues, issues with titles, signals, and the figures of the issue list."""
    settings = ListenerSettings.model_validate({})
    with listening(home, settings, clock=SystemClock(), embedder=HashedEmbedder()) as parts:
        return facts(parts.ledger, parts.insight)


def facts(ledger: Ledger, insight: Insight) -> dict[str, Any]:
    figures = list_issues(ledger, insight, as_of=datetime(2026, 3, 17, tzinfo=UTC))
    return {
        "mentions": ledger.mentions.count(),
        "analysed": ledger.analyses.analysed_count(),
        "insight": insight.count(),
        "placed": sorted((key.native_id, issue_id) for key, issue_id in ledger.issues.placed()),
        "titles": {issue.issue_id: issue.title for issue in ledger.issues.all()},
        "signals": [(s.kind, s.issue_id, s.at.isoformat(), s.seen, s.mention_ids) for s in ledger.issues.signals()],
        "figures": plain(figures),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    draw = random.Random(chosen.seed)
    kills = rounds = 0
    with tempfile.TemporaryDirectory(prefix="klankbord-crash-") as folder:
        file = Path(folder) / "posts.csv"
        rows = write_posts(file, chosen.rows)
        began = time.monotonic()
        if not run_until_killed(Path(folder) / "calm", file, LONGEST_CHILD_SECONDS):
            sys.stdout.write("crash_import: the undisturbed import did not end\n")
            return 1
        calm_seconds = time.monotonic() - began
        expected = outcome(Path(folder) / "calm")
        wrong: list[str] = [] if expected["mentions"] == expected["analysed"] == rows else [f"calm run: {expected['mentions']} of {rows}"]
        while kills < chosen.kills and not wrong:
            rounds += 1
            home = Path(folder) / f"round-{rounds}"
            while not run_until_killed(home, file, draw.uniform(0.3, calm_seconds) if kills < chosen.kills else LONGEST_CHILD_SECONDS):
                kills += 1
            got = outcome(home)
            wrong += [f"round {rounds}: {name}" for name in expected if got[name] != expected[name]]
    verdict = "equal" if not wrong else "DIFFERENT: " + ", ".join(wrong)
    sys.stdout.write(f"crash_import: seed {chosen.seed}, {kills} kills in {rounds} rounds of {rows} rows: {verdict}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
