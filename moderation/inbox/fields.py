"""How the routes read what somebody sent in the address or in a field of a form: a number, or the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path

from listener.errors import ActionError

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def number_of(written: str) -> int | None:
    """Return a plain number as written, of at most 18 digits so that the ledger can hold it; None when it is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def number_in(form: Mapping[str, str], name: str) -> int:
    """Return the number that a form of ours carries under this name. Raises `ActionError` when it does not."""
    number = number_of(form.get(name, ""))
    if number is None:
        raise incomplete()
    return number


def incomplete() -> ActionError:
    """Return the error about a form that lacks what our pages put in it."""
    return ActionError("This form is incomplete; open the page again.", key="form")


def own_path(back: str) -> str:
    """Return `back` when it is a path of this site, else "/": a form field must not send anybody elsewhere."""
    plain = back.startswith("/") and not back.startswith("//") and all(sign.isalnum() or sign in "/?=&_-.%" for sign in back)
    return back if plain and back.isascii() else "/"
