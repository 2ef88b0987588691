"""Write what is kept of a person to files of their own: JSON for programs, and beside it as text to read."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from listener.errors import InputError
from moderation.model.subject import Known, Rows


def hand_over(known: Known, rows: Rows, out: Path, *, at: datetime) -> None:
    """Write both files, or none, for this user only. Raises `InputError` when one is there or cannot be written."""
    told = {"person": asdict(known.subject), "made_at": at, "kept": rows, "files": known.files}
    text = out.with_suffix(".txt")
    _write_new(out, json.dumps(told, ensure_ascii=False, indent=2, default=_plain) + "\n")
    try:
        _write_new(text, _readable(known, rows))
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _write_new(file: Path, text: str) -> None:
    """Write a new file that only this user can read."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise InputError(f"{file} exists; name a new file.") from there
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as opened:
        opened.write(text)


def _readable(known: Known, rows: Rows) -> str:
    lines = [f"What is kept of {', '.join(known.subject.names) or 'this person'} ({', '.join(known.subject.keys)})", ""]
    for place, kept in rows.items():
        lines += [f"{place} ({len(kept)})", *(f"  {_line(row)}" for row in kept), ""]
    return "\n".join(lines) + "\n"


def _line(row: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {_plain(value)}" for name, value in row.items() if value not in (None, "", [], {}))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
