"""Where the links of a report lead: to the pages at a known address, within the pages themselves, or to a list at the end. Pure."""

from __future__ import annotations

from moderation.model.document import Piece


class Links:
    """Turns a piece's link into an address.

    `base_url`: where the staff pages are served; "" in a file of a house without such an address, whose links to its own pages are
    numbered and listed at the end instead. `within`: the report is read on those pages, so links stay as they are.
    """

    def __init__(self, base_url: str = "", *, within: bool = False) -> None:
        self._base = base_url.rstrip("/")
        self._within = within
        self._listed: dict[str, int] = {}

    def address(self, piece: Piece) -> str:
        """Return the address a piece leads to, "" when it leads nowhere or into the list."""
        if not piece.link.startswith("/"):
            return piece.link
        return piece.link if self._within else f"{self._base}{piece.link}" if self._base else ""

    def number(self, piece: Piece) -> int:
        """Return the number of a piece's link in the list at the end, counted from 1; 0 when it needs none."""
        if not piece.link.startswith("/") or self._within or self._base:
            return 0
        return self._listed.setdefault(piece.link, len(self._listed) + 1)

    @property
    def listed(self) -> tuple[str, ...]:
        """The links that were numbered so far, in order."""
        return tuple(self._listed)
