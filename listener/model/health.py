"""What a check of an installation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was checked. `fail` must be mended, `warn` is worth knowing. `mend` is the command or edit that mends it."""

    level: Level
    what: str
    detail: str
    mend: str = ""
