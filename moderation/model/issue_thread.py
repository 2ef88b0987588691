"""An issue's thread in a channel of our own team, and what is said there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from listener.model.issue import IssueState

LOUD = frozenset({IssueState.NEW, IssueState.GROWING, IssueState.CAME_BACK})
"""In these an issue gets a thread, or has it taken back."""
SILENT = frozenset({IssueState.RESOLVED, IssueState.QUIET, IssueState.MUTED})
"""In these its thread is put away."""


class ThreadState(StrEnum):
    """Where a thread is. `posting`: its message may or may not stand there. `posted`: it stands, its thread may not. `gone`: somebody took
    the message away, and it is not put back.
    """

    POSTING = "posting"
    POSTED = "posted"
    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueThread:
    """One issue in one channel. `shown` is the hash of what its message shows; `stage` the state of the issue that was told last.

    `nonce` is what Discord keeps its message once by; `told` that of a line on its way, "" when there is none. `message_id` and
    `thread_id` are empty until Discord said them.
    """

    issue_id: int
    channel_id: str
    state: ThreadState
    nonce: str
    message_id: str = ""
    thread_id: str = ""
    shown: str = ""
    stage: str = ""
    told: str = ""
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNow:
    """What an issue's thread is to show. `body` is its message; `mark` stands in that and in no other message; `line` tells its state."""

    issue_id: int
    state: IssueState
    name: str
    body: Mapping[str, Any]
    shown: str
    mark: str
    line: str
