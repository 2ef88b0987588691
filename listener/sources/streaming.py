"""Which sources are also told of by their platform: those that can be, unless settings say no; where it costs, only when they say yes."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from listener.ports import Source, Stream
from listener.settings.schema import SourceSettings

FREE = frozenset({"mastodon", "discord"})
PAID = frozenset({"x"})


@runtime_checkable
class _Streams(Protocol):
    def stream(self) -> Stream | None: ...


def is_streamed(settings: SourceSettings) -> bool:
    """Tell whether settings want a source to be told of by its platform."""
    return settings.kind in FREE if settings.stream is None else settings.stream


def stream_of(source: Source, settings: SourceSettings) -> Stream | None:
    """Return a source's own stream; None when nobody wants one, or when its platform has none (Discord tells the team's bot)."""
    return source.stream() if is_streamed(settings) and isinstance(source, _Streams) else None
