"""`scripts/bench_inbox`: fills a home for measuring the inbox, and says what that cost."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tests.bench.inbox_home import fill


def main() -> None:
    """Fill, and print what was made, how long each part took and what it takes on disk."""
    parser = argparse.ArgumentParser(prog="scripts/bench_inbox", description="Fills a home with invented mentions and cases.")
    parser.add_argument("--home", type=Path, required=True, help="an empty or new folder; kept")
    parser.add_argument("--mentions", type=int, default=2_000_000, help="how many (default: 2,000,000)")
    parser.add_argument("--cases", type=int, default=20_000, help="conversations with a case (default: 20,000)")
    parser.add_argument("--different", type=float, default=0.8, help="share of texts that nobody else wrote (default: 0.8)")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn; the same seed draws the same")
    parser.add_argument("--only", nargs="*", choices=("search", "insight"), help="what to derive besides the ledger (default: both)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    parts = ("search", "insight") if given.only is None else tuple(given.only)
    filled = fill(given.home, mentions=given.mentions, cases=given.cases, seed=given.seed, different=given.different, parts=parts)
    print(json.dumps(asdict(filled), indent=2) if given.json else "\n".join(filled.lines()))


if __name__ == "__main__":
    main()
