"""Check the two stores and the lock of a home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from listener.errors import ProductError, StoreLocked
from listener.insight.store import open_insight
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.lock import home_lock, lock_owner
from listener.model.figures import BLIND_STATES
from listener.model.health import Finding
from listener.settings.schema import SourceSettings
from listener.sources.matrix_rooms import closed_rooms
from listener.workflows.check_model import check_model_change

CLOCK_SLACK = timedelta(minutes=10)
MOST_ROOMS = 5


def check_stores(home: Path, now: datetime, *, model_id: str = "", sources: Sequence[SourceSettings] = ()) -> Iterator[Finding]:
    """Tell whether ledger and insight open, who holds the home, which source was blind, and how far a change to `model_id` is.

    sources: as the settings name them, to tell what reading them showed.
    """
    yield from _check_ledger(home, now, model_id, sources)
    if not home.exists():
        return
    owner = lock_owner(home)
    if owner is not None:
        yield Finding(level="ok", what="service", detail=f"running as process {owner}; insight is open there and was not looked into")
        return
    try:
        with home_lock(home):
            yield Finding(level="ok", what="service", detail="not running; commands open everything themselves")
            yield from _check_insight(home)
    except StoreLocked as error:  # somebody started in this very moment
        yield Finding(level="ok", what="service", detail=str(error))


def _check_ledger(home: Path, now: datetime, model_id: str, sources: Sequence[SourceSettings]) -> Iterator[Finding]:
    file = home / "ledger.db"
    if not file.exists():
        yield Finding(level="ok", what="ledger", detail="not made yet; the first import or pull makes it")
        return
    try:
        with open_ledger(f"sqlite:///{file}", backups=home / "backups") as ledger:
            yield from _check_contents(ledger, now)
            yield from _check_rooms(ledger, sources)
            yield from check_model_change(ledger, model_id) if model_id else ()
    except ProductError as error:
        yield Finding(level="fail", what="ledger", detail=str(error), mend="follow what the line above says; nothing was changed")


def _check_contents(ledger: Ledger, now: datetime) -> Iterator[Finding]:
    ledger.check()
    yield Finding(level="ok", what="ledger", detail=f"whole; {ledger.mentions.count()} mentions")
    for stored in ledger.mentions.latest(1):
        if stored.first_seen_at > now + CLOCK_SLACK:
            detail = f"the newest mention was stored at {stored.first_seen_at:%Y-%m-%d %H:%M} UTC, later than now: the clock went back"
            yield Finding(level="fail", what="clock", detail=detail, mend="timedatectl set-ntp true")
    for coverage in ledger.sources.coverage(now):
        if coverage.state in BLIND_STATES:
            since = f" since {coverage.blind_since:%Y-%m-%d %H:%M} UTC" if coverage.blind_since else ""
            detail = f"{coverage.state}{since}: {coverage.note or 'no reason is known'}"
            yield Finding(level="warn", what=f"source {coverage.source}", detail=detail, mend=f"klankbord collect {coverage.source}")
        for lost in coverage.lost_now:
            detail = f"{lost.place} is not shown to us since {lost.since:%Y-%m-%d %H:%M} UTC, other places are: {lost.why}"
            mend = f"let it be read again, or take it out of {coverage.source} in klankbord.yaml"
            yield Finding(level="warn", what=f"source {coverage.source}", detail=detail, mend=mend)


def _check_rooms(ledger: Ledger, sources: Sequence[SourceSettings]) -> Iterator[Finding]:
    """Tell which rooms are read as private: a community's room that lets people in by invitation or through a space looks like that."""
    for source in sources:
        closed = closed_rooms(ledger.mentions.cursor(source.id)) if source.kind == "matrix" and source.enabled else ()
        closed = tuple(room for room in closed if room not in source.public_rooms)
        if closed:
            shown = ", ".join(closed[:MOST_ROOMS]) + (f" and {len(closed) - MOST_ROOMS} more" if len(closed) > MOST_ROOMS else "")
            detail = f"not everybody may come into {shown}: what is said there is private, unless public_rooms names the room"
            yield Finding(level="ok", what=f"source {source.id}", detail=detail)


def _check_insight(home: Path) -> Iterator[Finding]:
    file = home / "insight.duckdb"
    if not file.exists():
        yield Finding(level="ok", what="insight", detail="not made yet; it is derived from the ledger when needed")
        return
    before = set(home.glob("insight.duckdb.damaged-*"))
    try:
        with open_insight(file) as insight:
            count = insight.count()
    except ProductError as error:
        yield Finding(level="fail", what="insight", detail=str(error), mend="klankbord rebuild")
        return
    if set(home.glob("insight.duckdb.damaged-*")) - before:
        yield Finding(
            level="warn",
            what="insight",
            detail="was damaged and set aside; nothing is lost, the ledger has it all",
            mend="klankbord rebuild",
        )
    else:
        yield Finding(level="ok", what="insight", detail=f"opens; {count} mentions")
