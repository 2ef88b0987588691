"""Server-sent events, out of lines. Pure. html.spec.whatwg.org/multipage/server-sent-events.html, read 2026-11.

Only `event` and `data` are read: nobody here goes on from an event's id, for what was missed is read by pulls.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_DATA_BYTES = 2_000_000
MOST_NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name ("message" when it has none) and what it says."""

    name: str
    data: str


@dataclass(slots=True)
class EventReader:
    """Reads lines, one at a time. An event that is longer than any post is left out, and the next one is read all the same."""

    _name: str = ""
    _data: list[bytes] = field(default_factory=list)
    _bytes: int = 0

    def take(self, line: bytes) -> ServerEvent | None:
        """Return the event that this line ends; None for all other lines, comments (heartbeats) among them."""
        if not line:
            return self._ended()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value[:MOST_NAME_BYTES].decode("utf-8", "replace")
        elif name == b"data":
            self._bytes += len(value) + 1
            if self._bytes <= MOST_DATA_BYTES:
                self._data.append(value)
        return None

    def _ended(self) -> ServerEvent | None:
        whole = bool(self._data) and self._bytes <= MOST_DATA_BYTES
        found = ServerEvent(self._name or "message", b"\n".join(self._data).decode("utf-8", "replace")) if whole else None
        self._name, self._data, self._bytes = "", [], 0
        return found
