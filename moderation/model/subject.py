"""A person who asks what is kept of them: who they are to us, where they stand, what was done and the proof of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person by all the keys they stand under. A colleague joined `joined` to `keys`; `names` are as platforms showed them."""

    keys: tuple[str, ...]
    joined: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """So many things in one place, in plain words; `kept` says what stays of them after an erasure."""

    place: str
    things: int
    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done for a person, without saying who it was. `digest` covers all of it, as the audit log has it too."""

    receipt_id: int
    kind: str
    at: datetime
    made_by: str
    counts: Mapping[str, int]
    digest: str


Rows = Mapping[str, tuple[Mapping[str, Any], ...]]
"""Everything kept of a person, by place."""
