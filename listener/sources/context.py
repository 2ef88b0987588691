"""What every source is built with, and the shape of what builds one: `registry.py` lists them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from listener.ports import Clock, Source
from listener.settings.schema import BrandSettings, SourceSettings
from listener.settings.secrets import account_secret_names
from listener.sources.http import HttpClient
from listener.sources.pacing import Limit, Paces
from listener.sources.purse import Purse
from listener.sources.streaming import Connections


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """What sources are built with. `secrets` returns a secret by its name, None when it is not set: ask it at each pull, not once.

    `paces` are shared by all sources: platforms count requests per address or key, not per source; so are
    `connections`. `purse` is this source's own.
    """

    http: HttpClient
    clock: Clock
    secrets: Callable[[str], str | None]
    brands: tuple[BrandSettings, ...]
    paces: Paces = field(default_factory=Paces)
    connections: Connections = field(default_factory=Connections)
    purse: Purse = field(default_factory=Purse)

    def paced(self, platform: str, host: str = "", *, key: str = "", limits: tuple[Limit, ...] = ()) -> HttpClient:
        """Return the HTTP client at the pace of a platform (see `Paces.of`); its requests count against this source's own caps."""
        return self.http.at_pace(self.paces.of(platform, host, key=key, limits=limits), self.purse)

    def of(self, settings: SourceSettings) -> SourceContext:
        """Return this context for one source, with a purse of its own."""
        return replace(self, purse=Purse(most_requests=settings.budget_requests_per_day, most_usd=settings.budget_usd_per_day))

    def secret(self, platform: str, source_id: str, kind: str) -> str:
        """Return a source's secret of a kind that `SOURCE_KINDS` lists: its own one, else that of all sources of the platform, else ""."""
        return next((found for name in account_secret_names(platform, source_id, kind) if (found := self.secrets(name))), "")


SourceFactory = Callable[[SourceSettings, SourceContext], Source]
"""Raises `SettingsError` when settings lack what this kind needs."""
