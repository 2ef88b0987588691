"""Short ways to make mentions, pages and analyser steps for the ledger's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import event

from listener.ledger.ledger import Ledger
from listener.ledger.mentions import Added
from listener.model.analysis import Analysis, AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue, Signal
from listener.model.mention import Author, BrandHit, Kept, Mention, Removal, StoredMention
from listener.model.page import Cursor

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MODEL = "test-model"
HIT = BrandHit(brand="Stroomwerk", directed=False, terms=("stroomwerk",))


def later(minutes: float) -> datetime:
    """Return a moment so many minutes after `NOON`."""
    return NOON + timedelta(minutes=minutes)


def mention(native_id: str = "1", text: str = "Weer geen stroom in de Vogelbuurt", **changes: object) -> Mention:
    """Return a mention with everything filled, but for `changes`."""
    author = Author(platform="reddit", realm="reddit.com", native_id=f"u-{native_id}", name=f"Naam {native_id}")
    fields: dict[str, object] = {
        "platform": "reddit",
        "realm": "reddit.com",
        "native_id": native_id,
        "text": text,
        "title": "Storing",
        "posted_at": NOON,
        "author": author,
        "url": f"https://reddit.example/{native_id}",
        "parent_id": "p",
        "root_id": "r",
    }
    return Mention(**(fields | changes))  # type: ignore[arg-type]  # the fields of a mention by name


def removal(native_id: str = "1", reason: str = "deleted") -> Removal:
    """Return the word of a platform that the mention with this id is gone."""
    return Removal(platform="reddit", realm="reddit.com", native_id=native_id, reason=reason)


def add(ledger: Ledger, *mentions: Mention, removals: Sequence[Removal] = (), at: datetime = NOON, cursor: str = "c") -> Added:
    """Add one page of mentions that are all about one brand."""
    page = [Kept(mention=one, hits=(HIT,)) for one in mentions]
    return ledger.mentions.add_page(page, source="news", next_cursor=Cursor(cursor), at=at, removals=removals)


def text_hash(stored: StoredMention) -> str:
    """Return a stand-in for the hash of a cleaned text."""
    return hashlib.sha256(stored.mention.text.encode()).hexdigest()


def vector(seed: int, dims: int = 384) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return a unit vector that depends on `seed` only."""
    drawn = np.random.default_rng(seed).normal(size=dims).astype(np.float32)
    unit: np.ndarray[tuple[int], np.dtype[np.float32]] = drawn / np.float32(np.linalg.norm(drawn))
    return unit


def step(stored: Sequence[StoredMention], *, issue: int | None = -1, at: datetime = NOON) -> AnalysisStep:
    """Return what an analyser could say of these mentions: all in one issue (negative: a new one; None: all loose)."""
    new_issues = (NewIssue(temporary_id=issue, title="Stroomstoring", created_at=at),) if issue is not None and issue < 0 else ()
    ids = tuple(one.mention_id for one in stored)
    raised = Signal(kind="burst", issue_id=issue, at=at, seen=7, usual=0.5, p_value=1e-9, window_hours=12.0, mention_ids=ids)
    return AnalysisStep(
        at=at,
        analyses=tuple(_analysis(one) for one in stored),
        embeddings=tuple(NewEmbedding(text_hash=text_hash(one), model=MODEL, vector=vector(one.mention_id)) for one in stored),
        new_issues=new_issues,
        memberships=tuple(Membership(mention_id=one, issue_id=issue, by="model", reason="near", at=at) for one in ids),
        signals=(raised,) if new_issues else (),
    )


def _analysis(stored: StoredMention) -> Analysis:
    labels = (
        Label(name="sentiment", value="negative", probability=0.9, model="words"),
        Label(name="cause", value="service_failed", probability=0.7, model="words"),
        Label(name="idea", value="yes", probability=0.2, model="words"),
    )
    return Analysis(
        mention_id=stored.mention_id,
        revision=stored.revision,
        language="nl",
        card_id=stored.mention_id,
        text_hash=text_hash(stored),
        labels=labels,
    )


def analyse(ledger: Ledger, *, issue: int | None = -1) -> dict[int, int]:
    """Analyse all that waits in one step."""
    return ledger.analyses.save(step(ledger.mentions.unanalysed(1000), issue=issue))


def contents(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, for comparing two moments."""
    with ledger.engine.connect() as connection:
        names = [row[0] for row in connection.exec_driver_sql("select name from sqlite_master where type = 'table'")]
        rows = {name: [tuple(row) for row in connection.exec_driver_sql(f'select * from "{name}"')] for name in sorted(names)}
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@contextmanager
def watched(ledger: Ledger, look: Callable[[str], None]) -> Iterator[None]:
    """Show every statement to `look` just before it runs."""

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        look(statement)

    event.listen(ledger.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(ledger.engine, "before_cursor_execute", before)


def everything_on_disk(file: Path) -> bytes:
    """Return the bytes of a ledger's file and of its log."""
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(file.name + "*")))
