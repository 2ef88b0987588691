"""How the routes read what somebody sent in the address or in a field of a form: a number, or the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def number_of(written: str) -> int | None:
    """Return a plain number as written, of at most 18 digits so that the ledger can hold it; None when it is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def own_path(back: str) -> str:
    """Return `back` when it is a path of this site, else "/": a form field must not send anybody elsewhere."""
    plain = back.startswith("/") and not back.startswith("//") and all(sign.isalnum() or sign in "/?=&_-.%" for sign in back)
    return back if plain and back.isascii() else "/"
