"""Play a stream of dated posts through the code that live mentions go through, in a home of its own, and list what was flagged when."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from listener.ports import Progress
from listener.sources.imports import FileSource
from listener.workflows.import_file import Imported, import_file

REPLAY_BATCH = 64
"""Mentions per analyser step: within a step, too, each mention is only compared with earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedSignal:
    """One signal of a replay; `mention_ids` are the file's own ids, so that they can be compared with what is known about them."""

    time: datetime
    kind: str
    issue_id: int | None
    issue: str
    mention_ids: tuple[str, ...]
    seen: int
    usual: float
    p_value: float
    learning_day: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay read and what it would have said."""

    imported: Imported
    signals: tuple[ReplayedSignal, ...]


async def replay_history(
    source: FileSource,
    open_home: Callable[[Path], AbstractContextManager[Any]],
    *,
    progress: Progress,
    reason: Callable[[Any], str],
) -> Replayed:
    """Replay `source` in a temporary home opened by `open_home`; the user's own home is not touched."""
    with tempfile.TemporaryDirectory(prefix="klankbord-replay-") as folder, open_home(Path(folder)) as parts:
        imported = await import_file(source, parts.ledger, (), keep="all", clock=parts.clock, progress=progress)
        signals = parts.analyse.all(progress)
        titles = {issue.issue_id: issue.title for issue in parts.ledger.issues.all(include_merged=True)}
        native = {
            stored.mention_id: stored.mention.native_id
            for stored in parts.ledger.mentions.by_ids(sorted({one for signal in signals for one in signal.mention_ids}))
        }
    return Replayed(
        imported=imported,
        signals=tuple(
            ReplayedSignal(
                time=signal.at,
                kind=signal.kind,
                issue_id=signal.issue_id,
                issue=titles.get(signal.issue_id or 0, ""),
                mention_ids=tuple(native[one] for one in signal.mention_ids),
                seen=signal.seen,
                usual=signal.usual,
                p_value=signal.p_value,
                learning_day=signal.learning_day,
                reason=reason(signal),
            )
            for signal in signals
        ),
    )
