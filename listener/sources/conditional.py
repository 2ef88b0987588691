"""Conditional requests: ask a site only for what changed since its last answer (RULES P37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a site's last answer said to ask it with: its ETag and Last-Modified, each empty when it gave none.

    Answers with status 304 carry no body: nothing changed. Only what is safe to send back is kept: ASCII, of sane length.
    """

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Validators:
        """Return what an answer's headers (names in lower case) say."""
        return cls(etag=_sendable(headers.get("etag", "")), modified=_sendable(headers.get("last-modified", "")))

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Validators:
        """Return what a cursor kept with `written`; anything else counts as nothing kept."""
        return cls(etag=_sendable(kept.get("etag", "")), modified=_sendable(kept.get("modified", "")))

    def written(self) -> dict[str, str]:
        """Return what to keep in a cursor."""
        return {"etag": self.etag, "modified": self.modified}

    def headers(self) -> dict[str, str]:
        """Return the headers of the next request."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}


def _sendable(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 500 and value.isascii() and value.isprintable() else ""
