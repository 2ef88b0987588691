"""Looking at done actions, put together on an open listening half: what the schedule does, and what a command asks the service."""

from __future__ import annotations

from listener.ledger.ledger import Ledger
from listener.parts import Listening
from moderation.insight.tap import TapInsight
from moderation.ledger.actions import ActionLedger
from moderation.ledger.tap import TapLedger
from moderation.workflows.watch_taps import WatchTaps


def watch_taps(listening: Listening) -> WatchTaps:
    """Return what looks at the actions of a home. It counts as far as insight has caught up with the ledger."""
    engine = listening.ledger.engine
    return WatchTaps(
        ActionLedger(engine),
        TapLedger(engine),
        TapInsight(listening.insight, where=lambda issue_id: where_now(listening.ledger, issue_id)),
        listening.clock,
        zone=listening.settings.zone,
    )


def where_now(ledger: Ledger, issue_id: int) -> int:
    """Return the issue that holds an issue's mentions now: itself, or the one it was merged into."""
    found = ledger.issues.get(issue_id)
    return found.merged_into if found is not None and found.merged_into is not None else issue_id
