"""What the dashboard needs from the rest of the product, and what an address asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from markupsafe import Markup

from moderation.inbox.choices import USUAL_DAYS, period_asked
from moderation.inbox.scope import Brands
from moderation.model.chart import Table
from moderation.model.dashboard import DashboardFigures, DashboardQuestion
from moderation.model.evidence import Evidence

FIELDS = ("brand", "channel", "language")
"""What a dashboard can be narrowed by, in the order of the page."""
FIGURES = ("mentions", "directed", "negative", "positive", "loose", "unnecessary", "searched")
"""Figures whose mentions can be looked at."""
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnChart:
    """A chart of one section, made for a wide and for a narrow page; both empty when it could not be drawn, or has `nothing` to show."""

    section: str
    wide: Markup
    narrow: Markup
    says: str
    table: Table
    nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardShown:
    figures: DashboardFigures
    charts: Sequence[DrawnChart]


Period = tuple[datetime, datetime]
"""When a period begins and ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardParts:
    """Both may block.

    - `look(question, language)`: the figures and their charts, counted once for everybody who asks the same.
    - `which(question, figure, as_of, page)`: the mentions that one of `FIGURES` counted in the period that ended at `as_of`; without a
      moment, or with one that is not there yet, it ends now. `evidence_page`: how many mentions a page of them has.
    """

    look: Callable[[DashboardQuestion, str], DashboardShown]
    which: Callable[[DashboardQuestion, str, datetime | None, int], tuple[Evidence, Period]]
    evidence_page: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardChoice:
    """What the address asks for; empty means everything. `compare`: with the period before."""

    brand: str = ""
    channel: str = ""
    language: str = ""
    days: int = USUAL_DAYS
    compare: bool = True

    @classmethod
    def from_query(cls, query: Mapping[str, str], brands: Brands) -> DashboardChoice:
        """Read an address. What it asks that we do not have, or a brand that the reader does not see, is as if it was not asked."""
        brand = query.get("brand", "")[:_MOST]
        return cls(
            brand=brand if brands is None or brand in brands else "",
            channel=query.get("channel", "")[:_MOST],
            language=query.get("language", "")[:_MOST],
            days=period_asked(query.get("days", "")) or USUAL_DAYS,
            compare=query.get("compare", "") != "no",
        )

    def question(self, brands: Brands) -> DashboardQuestion:
        return DashboardQuestion(
            brands=brands, brand=self.brand, channel=self.channel, language=self.language, days=self.days, compare=self.compare
        )

    @property
    def narrowed(self) -> bool:
        return any(getattr(self, name) for name in FIELDS)

    def asked(self) -> dict[str, str]:
        """Return the choice as fields of an address, without those that ask for nothing."""
        fields = {name: getattr(self, name) for name in FIELDS}
        fields |= {"days": str(self.days) if self.days != USUAL_DAYS else "", "compare": "" if self.compare else "no"}
        return {name: value for name, value in fields.items() if value}

    def with_(self, **changes: object) -> str:
        """Return the address of the dashboard with this choice changed in these fields."""
        return _address("/dashboard", replace(self, **changes).asked())  # type: ignore[arg-type]  # each field takes what its name says

    def at(self, path: str) -> str:
        """Return the address of another page that is narrowed by the same fields, such as the list of issues."""
        return _address(path, {name: value for name, value in self.asked().items() if name != "compare"})

    def which(self, figure: str, as_of: datetime, page: int = 1) -> str:
        """Return the address of the mentions that a figure counted in the period that ended at `as_of`."""
        fields = {**self.asked(), "until": as_of.isoformat(), **({"page": str(page)} if page > 1 else {})}
        return _address(f"/dashboard/{figure}", {name: value for name, value in fields.items() if name != "compare"})


def until_asked(written: str) -> datetime | None:
    """Return the moment that an address names, None when it names none."""
    try:
        found = datetime.fromisoformat(written)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _address(path: str, fields: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(fields, errors='replace')}" if fields else path
