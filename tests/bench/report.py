"""scripts/bench_report [--mentions N] [--home FOLDER] [--short] [--json]: how long the weekly report takes, and how much memory.

Without --home a folder is filled first (see `inbox_home.fill`) and removed afterwards. Measured in a process of its own that opens the
files for reading only: counting the last whole week, wording it, and drawing it as page, Markdown and PDF. Beside it, in the same run,
what anybody would write first: the same two weeks read from the ledger with plain SQL and counted in Python (totals and issues only).
Ends 1 when a goal of RULES B4 is missed (60 s, 2 GB), unless --no-goals.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import duckdb
import yaml
from sqlalchemy import create_engine

from listener.clock import ManualClock
from listener.insight.file import LOCKED_DOWN
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from moderation.drawing.process import DrawingProcess
from moderation.ledger.week_reports import WeekReportLedger
from moderation.model.week_report import WeekFigures
from moderation.reports.document_links import Links
from moderation.reports.shown import harmless
from moderation.reports.week import Week, week_before
from moderation.reports.week_document import week_document
from moderation.reports.week_html import week_html
from moderation.reports.week_markdown import week_markdown
from moderation.reports.week_paper import paper_of
from moderation.settings import KlankbordSettings
from moderation.week_room import week_parts
from moderation.workflows.count_week import count_week
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.draw_report import drawn_for_page, drawn_for_paper
from moderation.workflows.load_wording import load_words
from moderation.workflows.typeset import typeset
from tests.bench.inbox_home import fill

MOST_SECONDS, MOST_MEGABYTES = 60.0, 2048.0
FULL, SHORT = 2_000_000, 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_report", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--mentions", type=int, default=FULL, help="how many mentions a folder is filled with")
    parser.add_argument("--home", type=Path, help="a folder that is filled already; it is only read")
    parser.add_argument("--short", action="store_true", help=f"{SHORT:,} mentions: to see that it works")
    parser.add_argument("--no-goals", action="store_true", help="say what was measured, whatever it is")
    parser.add_argument("--json", action="store_true", help="one object instead of lines to read")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.home)))
        return 0
    found = _measured(options)
    print(json.dumps(found) if options.json else "\n".join(_lines(found)))
    reached = found["seconds"] <= MOST_SECONDS and found["peak_megabytes"] <= MOST_MEGABYTES
    return 0 if reached or options.no_goals else 1


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """Fill a folder where none is given, and measure in a process that has nothing of the filling left in its memory."""
    if options.home is not None:
        return _in_a_process(options.home)
    folder = Path(tempfile.mkdtemp(prefix="klankbord-bench-report-"))
    try:
        mentions = SHORT if options.short else options.mentions
        fill(folder / "home", mentions=mentions, cases=max(1, mentions // 100), parts=("insight",))
        return _in_a_process(folder / "home")
    finally:
        shutil.rmtree(folder)


def _in_a_process(home: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", "--home", str(home)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(home: Path) -> dict[str, Any]:
    """Return what the report of the last whole week of a folder took, beside the plain count."""
    settings = KlankbordSettings.model_validate(yaml.safe_load((home / "klankbord.yaml").read_text(encoding="utf-8")))
    engine = create_engine(f"sqlite:///file:{home / 'ledger.db'}?mode=ro&uri=true")
    connection = duckdb.connect(str(home / "insight.duckdb"), read_only=True, config=LOCKED_DOWN)
    ledger, insight = Ledger(engine), Insight(connection, name="insight")
    newest = ledger.analyses.latest_posted_at() or datetime.now(UTC)
    week = week_before(newest, settings.zone)
    opened: Any = SimpleNamespace(
        home=home, ledger=ledger, insight=insight, settings=settings, clock=ManualClock(newest), brand_name="bench", invented=True
    )
    plain_seconds, plain_worked, plain = _timed(lambda: plain_count(home / "ledger.db", week))
    count_seconds, count_worked, figures = _timed(
        lambda: count_week(week_parts(opened), week, made=(), up_to=WeekReportLedger(engine).read_up_to(), made_at=newest)
    )
    draw_seconds, draw_worked, size = _timed(lambda: _drawn(ledger, settings, figures))
    assert plain["issues"] == {one.issue_id: one.mentions for one in figures.issues if one.mentions}, "both count the same"
    assert plain["mentions"] == figures.mentions, "both count the same"
    seconds = count_seconds + draw_seconds
    return {
        "mentions": ledger.mentions.count(),
        "week": week.name,
        "in_the_week": figures.mentions,
        "issues": len(figures.issues),
        "count_seconds": round(count_seconds, 2),
        "draw_seconds": round(draw_seconds, 2),
        "seconds": round(seconds, 2),
        "plain_seconds": round(plain_seconds, 2),
        "ratio": round(seconds / plain_seconds, 2),
        "processor_seconds": round(count_worked + draw_worked, 2),
        "plain_processor_seconds": round(plain_worked, 2),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "bytes": size,
    }


def _drawn(ledger: Ledger, settings: KlankbordSettings, figures: WeekFigures) -> int:
    """Word the report and draw its three forms; return how large they are together."""
    shown = harmless(figures, ledger.issues.titles([one.issue_id for one in figures.issues]), {})
    words, chart_words = load_words("nl", "report"), load_words("nl", "charts")
    document = week_document(shown, words, chart_words=chart_words, language="nl", zone=settings.zone)
    with closing(DrawingProcess()) as process:
        draw = DrawCharts(process)
        pdf = typeset(paper_of(document, Links(), drawn_for_paper(document, draw)), made_at=document.made_at)
        page = week_html(document, Links(), drawn_for_page(document, draw))
    return len(pdf) + len(page.encode()) + len(week_markdown(document, Links()).encode())


def plain_count(file: Path, week: Week) -> dict[str, Any]:
    """Count the week and the one before from the ledger alone: who wrote what about which issue, and how it was felt."""
    ledger = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    begins, ends, before = (at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in (week.from_at, week.as_of, week.days[0]))
    labels: dict[int, set[tuple[str, str]]] = defaultdict(set)
    within = "from mention join label using (mention_id) where posted_at >= ? and posted_at < ?"
    for mention_id, name, value in ledger.execute(f"select mention_id, label.name, label.value {within}", (before, ends)):
        labels[mention_id].add((name, value))
    asked = (
        "select mention_id, author_key, issue_id, posted_at from mention where posted_at >= ? and posted_at < ? and analysed_revision >= 0"
    )
    people, mentions, felt = set(), 0, 0
    issues: dict[int, int] = defaultdict(int)
    contacts = set()
    for mention_id, author, issue_id, posted_at in ledger.execute(asked, (before, ends)):
        contacts.add((author or mention_id, posted_at[:10], issue_id))
        if posted_at < begins or ("spam", "yes") in labels[mention_id]:
            continue
        mentions += 1
        people.add(author or mention_id)
        felt += ("sentiment", "negative") in labels[mention_id]
        if issue_id is not None:
            issues[issue_id] += 1
    return {"mentions": mentions, "people": len(people), "negative": felt, "contacts": len(contacts), "issues": dict(issues)}


def _timed(work: Any) -> tuple[float, float, Any]:
    """Return wall seconds, processor seconds and what the work gave: on a busy machine the two are far apart."""
    begun, worked = time.perf_counter(), time.process_time()
    done = work()
    return time.perf_counter() - begun, time.process_time() - worked, done


def _lines(found: dict[str, Any]) -> list[str]:
    plain = f"{found['plain_seconds']} s ({found['plain_processor_seconds']} s of processor)"
    return [
        f"{found['mentions']:,} mentions; {found['week']} has {found['in_the_week']:,} of them in {found['issues']:,} issues",
        f"counted in {found['count_seconds']} s, worded and drawn three times in {found['draw_seconds']} s",
        f"together: {found['seconds']} s ({found['processor_seconds']} s of processor)",
        f"plain SQL and Python, totals and issues only: {plain}; the whole report takes {found['ratio']} times that",
        f"most memory: {found['peak_megabytes']} MB",
        f"goals (RULES B4): {MOST_SECONDS:.0f} s and {MOST_MEGABYTES:.0f} MB",
    ]


if __name__ == "__main__":
    raise SystemExit(main())
