"""scripts/bench_pii FILE… [--json]: how much personal data is found, and how much of what is found is some.

FILE: columns id, text, spans (JSON list of [type, start, end, value]), and lang if it has one. A labelled span is found when a find of
a fitting kind overlaps it. A find is right when it overlaps a labelled span of a type that fits its kind. What fits is written in `FITS`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.text.personal_data import Found, Kind, find_personal_data
from tests.bench.reading import Row, UnreadableFile, read_rows

LABELLED: Mapping[str, Kind] = {
    "EMAIL": Kind.EMAIL,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PHONE": Kind.PHONE,
    "PHONE_NUMBER": Kind.PHONE,
    "IBAN": Kind.IBAN,
    "IBAN_CODE": Kind.IBAN,
    "CARD": Kind.CARD,
    "CREDIT_CARD": Kind.CARD,
    "BSN": Kind.BSN,
    "US_SSN": Kind.SSN,
    "SSN": Kind.SSN,
    "POSTCODE": Kind.POSTCODE,
    "ZIP_CODE": Kind.POSTCODE,
    "PLATE": Kind.PLATE,
    "LICENSE_PLATE": Kind.PLATE,
    "DOB": Kind.DOB,
    "ADDRESS": Kind.ADDRESS,
    "STREET_ADDRESS": Kind.ADDRESS,
    "PERSON": Kind.PERSON,
}
"""The kind that a labelled type is counted under; other types (cities, organisations, dates, ages …) are not sought."""
FITS: Mapping[Kind, frozenset[Kind]] = {
    **{kind: frozenset((kind,)) for kind in Kind},
    Kind.ADDRESS: frozenset((Kind.ADDRESS, Kind.POSTCODE)),  # sets label an address as one span with its postcode or in pieces
    Kind.POSTCODE: frozenset((Kind.POSTCODE, Kind.ADDRESS)),
}
"""By labelled kind: the found kinds that fit. A postcode found inside a labelled address is right, and finds part of that address.

A labelled postcode is found only by a postcode (`_hits`): an address beside it does not count for it.
"""


@dataclass
class Tally:
    """Counts of one file, by kind. `labelled`/`hit` for recall, `found`/`right` for precision."""

    labelled: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def recall(self) -> dict[str, float]:
        return _shares(self.hit, self.labelled)

    def precision(self) -> dict[str, float]:
        return _shares(self.right, self.found)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_pii", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one object per file instead of a table")
    parser.add_argument("--misses", action="store_true", help="also print every span missed and every find that is wrong")
    options = parser.parse_args(arguments)
    try:
        for file in options.files:
            rows = read_rows(file, columns=("id", "text", "spans"))
            began = time.perf_counter()
            tally = tallied(rows)
            _say(file, tally, rate=len(rows) / (time.perf_counter() - began), as_json=options.json, misses=options.misses)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def tallied(rows: Sequence[Row]) -> Tally:
    """Return the counts over all rows."""
    tally = Tally()
    for row in rows:
        found = find_personal_data(row["text"], row.get("lang") or "")
        labelled = [(LABELLED[name], start, end) for name, start, end, *_ in _spans(row) if name in LABELLED]
        for kind, start, end in labelled:
            tally.labelled[kind] += 1
            if any(_hits(one, kind) and _overlap(one, start, end) for one in found):
                tally.hit[kind] += 1
            else:
                tally.misses.append(f"missed {kind}: {row['text'][start:end]!r} in {_around(row['text'], start, end)!r}")
        for one in found:
            tally.found[one.kind] += 1
            if any(one.kind in FITS[kind] and _overlap(one, start, end) for kind, start, end in labelled):
                tally.right[one.kind] += 1
            else:
                tally.misses.append(f"wrong {one.kind}: {one.value!r} in {_around(row['text'], one.start, one.end)!r}")
    return tally


def _hits(one: Found, kind: Kind) -> bool:
    return one.kind is kind if kind is Kind.POSTCODE else one.kind in FITS[kind]


def _overlap(one: Found, start: int, end: int) -> bool:
    return one.start < end and start < one.end


def _spans(row: Row) -> list[Any]:
    return list(json.loads(row["spans"])) if row["spans"] else []


def _shares(part: Counter[str], whole: Counter[str]) -> dict[str, float]:
    shares = {str(kind): round(part[kind] / whole[kind], 4) for kind in Kind if whole[kind]}
    total = sum(whole.values())
    return {**shares, "all": round(sum(part.values()) / total, 4)} if total else shares


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 40) : end + 25]


def _say(file: Path, tally: Tally, *, rate: float, as_json: bool, misses: bool) -> None:
    recall, precision = tally.recall(), tally.precision()
    if as_json:
        print(json.dumps({"file": file.name, "recall": recall, "precision": precision}))
        return
    print(f"{file.name}: {rate:.0f} texts a second")
    print(f"  {'kind':<10} {'labelled':>8} {'recall':>7} {'found':>6} {'precision':>9}")
    for kind in [*Kind, "all"]:
        if kind in recall or kind in precision:
            counts = [sum(c.values()) if kind == "all" else c[kind] for c in (tally.labelled, tally.found)]
            print(f"  {kind:<10} {counts[0]:>8} {_share(recall, kind):>7} {counts[1]:>6} {_share(precision, kind):>9}")
    if misses:
        print("\n".join(tally.misses))


def _share(shares: Mapping[str, float], kind: str) -> str:
    return f"{shares[kind]:.3f}" if kind in shares else "-"


if __name__ == "__main__":
    sys.exit(main())
