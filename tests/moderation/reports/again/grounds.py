"""Settings and shipped words as a recount needs them: read as they are written, never through what the product makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import holidays
import yaml

from moderation.settings import KlankbordSettings
from tests.moderation.reports.again.book import Ground
from tests.modules import ROOT

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS = range(2024, 2036)


def ground_of(settings: KlankbordSettings) -> Ground:
    """Return what a house's settings say."""
    clocks = settings.clocks
    targets = {"": (clocks.first_reply_minutes, clocks.next_reply_minutes)}
    targets |= {name: (one.first_reply_minutes, one.next_reply_minutes) for one in clocks.platforms for name in one.platforms}
    return Ground(
        brands=tuple(one.name for one in settings.brands),
        hours=tuple(str(getattr(clocks.hours, day)) for day in DAYS),
        targets=targets,
        silence_hours=settings.status.silence_hours,
        least_answers=settings.feedback.least_answers,
        baseline_days=settings.detection.baseline_days,
        cost_per_contact=settings.report.cost_per_contact,
        grid=_read("grid.yaml"),
        team_words=tuple(_read("templates", language, "report_teams.yaml") for language in ("nl", "en")),
        private_words=tuple(one for language in ("nl", "en") for one in _read("lexicons", language, "coach.yaml")["private"]),
        invented=settings.invented,
        closed_days=frozenset(holidays.country_holidays("NL", years=YEARS)),
    )


def _read(*path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(ROOT, "config", *path).read_text(encoding="utf-8"))
    return found
