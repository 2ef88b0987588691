"""What sources that platforms call have in common: nothing comes by asking, and a body is JSON of bounded depth."""

from __future__ import annotations

from collections.abc import Mapping

from listener.errors import InputError
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.sources.json_text import read_json

MOST_DEPTH = 32


class PushedSource:
    """A source that is called. It can be pulled like any other, and that brings nothing: see `listener.ports.Receiver`."""

    def __init__(self, source_id: str) -> None:
        self._source_id = source_id

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return an empty page: what is new comes by itself."""
        return Page(mentions=(), next=cursor)

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the port gives it; only Meta asks
        """Return None: this platform does not ask whether we are there."""
        return None


def read_body(body: bytes) -> dict[str, object]:
    """Return the JSON object in a body. Raises `InputError` for anything else, and for one nested more than 32 deep."""
    try:
        found = read_json(body)
    except ValueError as error:
        raise InputError(f"The body is {error}.") from error
    if not isinstance(found, dict):
        raise InputError("The body is no JSON object.")
    if _too_deep(found):
        raise InputError(f"The body is nested more than {MOST_DEPTH} deep.")
    return found


def page_of(found: list[Found]) -> Page:
    """Return what a body held as a page: mentions oldest first, and no cursor."""
    return Page(
        mentions=tuple(sorted((one for one in found if isinstance(one, Mention)), key=lambda one: (one.posted_at, one.native_id))),
        next=None,
        removals=tuple(one for one in found if isinstance(one, Removal)),
        skipped=tuple(one for one in found if isinstance(one, Skip)),
    )


def _too_deep(found: object) -> bool:
    level: list[object] = [found]
    for _ in range(MOST_DEPTH):
        level = [inner for one in level if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True
