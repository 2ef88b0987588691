"""The kill switch: a file anybody can put in the home folder, and a flag in the ledger. Either one stops every send."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from moderation.model.outbox import StopFlag

STOP_FILE = "outbox.stop"


class _Flag(Protocol):
    """The ledger's half."""

    def stop_flag(self) -> StopFlag: ...

    def set_stop(self, *, stopped: bool, who: str, at: datetime) -> None: ...


class KillSwitch:
    """Asked just before each send. When it cannot be read, it counts as pressed."""

    def __init__(self, home: Path, flag: _Flag) -> None:
        self._file = home / STOP_FILE
        self._flag = flag

    def stopped(self) -> str:
        """Return who or what stopped sending, or an empty string."""
        try:
            self._file.lstat()
        except FileNotFoundError:
            flag = self._flag.stop_flag()
            return (flag.by or "somebody") if flag.stopped else ""
        except OSError as error:
            return f"{STOP_FILE} cannot be read ({error.strerror})"
        return STOP_FILE

    def resumed_at(self) -> datetime | None:
        """Return when a person last said that sending may go on, or None."""
        flag = self._flag.stop_flag()
        return None if flag.stopped else flag.at

    def stop(self, who: str, *, at: datetime) -> None:
        """Stop every send from now on. The file comes first: it needs no database."""
        put_stop_file(self._file.parent)
        self._flag.set_stop(stopped=True, who=who, at=at)

    def resume(self, who: str, *, at: datetime) -> None:
        """Let sends happen again. The file goes last: as long as one half says stop, nothing leaves."""
        self._flag.set_stop(stopped=False, who=who, at=at)
        self._file.unlink(missing_ok=True)


def put_stop_file(home: Path) -> None:
    """Press the half of the switch that needs neither settings nor ledger. Harmless when it is pressed already."""
    os.close(os.open(home / STOP_FILE, os.O_WRONLY | os.O_CREAT, 0o600))
