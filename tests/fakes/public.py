"""Invented public status at an invented utility, for the public pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listener.clock import ManualClock
from moderation.public.parts import PrivacyFacts, PublicIssue, PublicParts, PublicUpdate

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


def update(number: int, status: str, *, hours_ago: float, **changes: object) -> PublicUpdate:
    """Return something we said so many hours ago."""
    texts = {
        "nl": f"Over de storing in Zuid: dit weten we nu ({number}). Een kabel is geraakt.\nDit doen we: monteurs graven hem op.\n\n"
        "Sorry voor de overlast.\n\nUiterlijk maandag 2 maart om 16:00 melden we ons hier weer, ook als er dan nog geen nieuws is.",
        "en": f"About the outage in the south: this is what we know now ({number}). A cable was hit.\nEngineers are digging it up.\n\n"
        "We are sorry about this.\n\nBy 16:00 on Monday 2 March we will be back here, even if there is no news by then.",
    }
    made = {"update_id": number, "status": status, "texts": texts, "published_at": NOW - timedelta(hours=hours_ago)}
    return PublicUpdate(**(made | changes))  # type: ignore[arg-type]  # the fields of an update by name


def issue(number: int, status: str, **changes: object) -> PublicIssue:
    """Return an issue with two updates, the newest an hour old."""
    updates = (update(number * 10 + 1, status, hours_ago=1), update(number * 10, "seen", hours_ago=4))
    made = {
        "public_id": number,
        "subjects": {"nl": "De storing in Zuid", "en": "The outage in the south"},
        "status": status,
        "updates": updates,
        "opened_at": NOW - timedelta(hours=4),
        "changed_at": NOW - timedelta(hours=1),
    }
    return PublicIssue(**(made | changes))  # type: ignore[arg-type]  # the fields of an issue by name


def usual_day() -> list[PublicIssue]:
    """Return one issue that goes on with a promise, one whose promise went by, one just solved, and one solved long ago."""
    return [
        issue(7, "investigating", next_update_at=NOW + timedelta(hours=1)),
        issue(6, "fixing", late_since=NOW - timedelta(minutes=20), subjects={"nl": "Inloggen in de app", "en": "Signing in to the app"}),
        issue(4, "resolved", resolved_at=NOW - timedelta(hours=1), subjects={"nl": "Dubbele afschrijving", "en": "Charged twice"}),
        issue(
            2,
            "learned",
            resolved_at=NOW - timedelta(days=40),
            changed_at=NOW - timedelta(days=40),
            subjects={"nl": "Oude zaak", "en": "Old matter"},
        ),
    ]


def public_day(issues: list[PublicIssue] | None = None, *, base_url: str = "", clock: ManualClock | None = None) -> PublicParts:
    """Return the parts of the public pages on that day."""
    shown = usual_day() if issues is None else issues
    return PublicParts(
        clock=clock or ManualClock(NOW),
        zone=ZONE,
        brand="Zoemvolt",
        issues=lambda: shown,
        privacy=PrivacyFacts(controller="Zoemvolt", contact="privacy@zoemvolt.example"),
        base_url=base_url,
    )
