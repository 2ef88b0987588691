"""The audit log as a chain: each line's digest covers the line before it, so that none can be changed, moved or left out unseen. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

START = "klankbord-audit-1"
"""What the first line follows."""


ERASED = '{"erased": true}'
"""The detail of a line that a person was taken out of."""
ERASES = "erase_subject"
"""The verb of the line that tells of an erasure; its detail lists the `emptied` lines by number."""
LETS_GO = "let_go"
"""The verb of the line that tells what was kept long enough; its detail does so too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """Who did what to which thing, and when. `detail` is JSON: ids, states and hashes, never a message's text or a secret."""

    seq: int
    at: datetime
    who: str
    verb: str
    subject: str
    detail: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the chain does not hold, and what is wrong there."""

    seq: int
    what: str


def digest_of(previous: str, *, at: datetime, who: str, verb: str, subject: str, detail: str) -> str:
    """Return the digest of a line that follows the line with digest `previous`."""
    parts = [previous, at.astimezone(UTC).isoformat(timespec="microseconds"), who, verb, subject, detail]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def find_break(lines: Iterable[AuditLine], *, head: tuple[int, str] | None) -> Break | None:
    """Return the first place where the chain is broken, or None when it holds from its start to `head` (seq and digest of the last line).

    `lines` come by seq. No lines and no head is a chain that holds. A line that a person was taken out of no longer fits its digest; it
    holds when a later line that does fit tells of that erasure and names it.
    """
    previous, seq = START, 0
    untold: set[int] = set()
    for line in lines:
        if line.previous != previous:
            return Break(seq=line.seq, what="a line before this one is missing, changed or out of place")
        wanted = digest_of(previous, at=line.at, who=line.who, verb=line.verb, subject=line.subject, detail=line.detail)
        if line.digest != wanted:
            if line.detail != ERASED:
                return Break(seq=line.seq, what="this line was changed")
            untold.add(line.seq)
        elif line.verb in (ERASES, LETS_GO):
            untold -= set(json.loads(line.detail).get("emptied", ()))
        previous, seq = line.digest, line.seq
    if untold:
        return Break(seq=min(untold), what="this line was emptied, and no line tells of an erasure")
    if head is None:
        return None if seq == 0 else Break(seq=seq, what="the note of where the log ends is missing")
    if head != (seq, previous):
        return Break(seq=seq, what=f"the log should go on to line {head[0]}: lines at the end are missing")
    return None
