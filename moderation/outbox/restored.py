"""Notices that the ledger is older than reality: a backup was put back, and posts left since it was made (RULES F36).

Before each request the number and digest of the newest audit line are written to a file outside the ledger. A ledger that does not
know that line has forgotten sends. Then nothing that waited is sent, and nothing under standing approvals, until a person looked.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from moderation.ledger.audit import AuditLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, Outcome
from moderation.outbox.states import IN_BETWEEN, SENDABLE

MARK_FILE = "outbox.mark"
DOUBT_FILE = "outbox.restored"
REASON = "ledger_restored"
_UNKNOWN_LINE = {"seq": 0, "digest": "a backup was put back"}


class RestoredLedger:
    """The mark of one home, and whether its ledger is in doubt. Only the holder of the home's lock looks and marks."""

    def __init__(self, home: Path, audit: AuditLedger, outbox: OutboxLedger) -> None:
        self._home = home
        self._audit = audit
        self._outbox = outbox

    @property
    def doubtful(self) -> bool:
        """Whether a person still has to compare the ledger with the platforms."""
        return in_doubt(self._home)

    def look(self, *, at: datetime) -> int:
        """Compare ledger and mark, as the first thing in a life of the process; return how many entries now wait for a person.

        Dying halfway repeats it: the mark is renewed last.
        """
        if not self._is_older():
            return 0
        write_synced(self._home / DOUBT_FILE, at.isoformat())
        waiting = 0
        self._outbox.recover(at=at)
        for entry in self._outbox.entries([*SENDABLE, *IN_BETWEEN]):
            waiting += self._outbox.settle(entry, Outcome(state=EntryState.NEEDS_HUMAN, reason=REASON), at=at)
        self._audit.add(at=at, who="gateway", verb="doubt", subject="outbox", detail={"waiting": waiting})
        self.mark()
        return waiting

    def mark(self) -> None:
        """Note how far the ledger has come, on disk before this returns: from here on something may have left. Raises OSError."""
        if (head := self._audit.head()) is not None:
            write_synced(self._home / MARK_FILE, json.dumps({"seq": head[0], "digest": head[1]}))

    def _is_older(self) -> bool:
        try:
            marked = json.loads((self._home / MARK_FILE).read_text(encoding="utf-8"))
            seq, digest = int(marked["seq"]), str(marked["digest"])
        except FileNotFoundError:
            return bool(self._outbox.entries([EntryState.SENT]))  # nothing ever left from here; from another home, perhaps
        except (OSError, ValueError, KeyError, TypeError):
            return True  # a mark that cannot be read vouches for nothing
        return self._audit.digest_at(seq) != digest


def in_doubt(home: Path) -> bool:
    """Tell whether a restored ledger still waits for a person; a file that cannot be looked at counts as yes."""
    try:
        (home / DOUBT_FILE).lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def put_in_doubt(home: Path) -> None:
    """Make the next opening of this home treat its ledger as older than reality: a backup is about to be put back."""
    write_synced(home / MARK_FILE, json.dumps(_UNKNOWN_LINE))


def end_doubt(home: Path) -> bool:
    """A person has compared the ledger with the platforms; return whether there was a doubt."""
    doubted = in_doubt(home)
    (home / DOUBT_FILE).unlink(missing_ok=True)
    return doubted


def write_synced(file: Path, text: str) -> None:
    """Replace a small file in one step, on disk before this returns. Raises OSError."""
    fresh = file.with_name(f"{file.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
