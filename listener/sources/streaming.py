"""Which sources are also told of by their platform: those that can be, unless settings say no; where it costs, only when they say yes."""

from __future__ import annotations

import hashlib
from typing import Protocol, runtime_checkable

from listener.ports import Source, Stream
from listener.settings.schema import SourceSettings

FREE = frozenset({"mastodon", "discord"})
"""Kinds that cost nothing more when they are told of."""


@runtime_checkable
class _Streams(Protocol):
    def stream(self) -> Stream | None: ...


class Connections:
    """Which source listens with which key, where a platform gives an application one connection. For the event loop."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}

    def take(self, key: str, source_id: str) -> str:
        """Return who has the connection of `key` from now on: another source that has it already, or `source_id`."""
        return self._holders.setdefault(_mark(key), source_id)

    def let_go(self, key: str) -> None:
        """Let the connection be anybody's again; harmless when it is."""
        self._holders.pop(_mark(key), None)


def is_streamed(settings: SourceSettings) -> bool:
    """Tell whether settings want a source to be told of by its platform."""
    return settings.kind in FREE if settings.stream is None else settings.stream


def stream_of(source: Source, settings: SourceSettings) -> Stream | None:
    """Return a source's own stream; None when nobody wants one, or when its platform has none (Discord tells the team's bot)."""
    return source.stream() if is_streamed(settings) and isinstance(source, _Streams) else None


def _mark(key: str) -> str:
    """Return what a key is known by where it is kept for long: nothing that opens anything."""
    return hashlib.sha256(key.encode()).hexdigest()
