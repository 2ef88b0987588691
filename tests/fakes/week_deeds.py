"""What the drawn home did about its issues: public words with promises, improvement actions and looks at them, plans that were changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from sqlalchemy import Connection, Table, insert

from listener.ledger import tables
from listener.settings.resources import shipped_text
from moderation.ledger import tables_feedback as asked
from moderation.ledger import tables_status as status
from moderation.ledger.tables_grid import grid_version, matrix_version
from moderation.ledger.tables_people import team
from moderation.ledger.tables_tap import tap_look

NOW = datetime(2026, 4, 6, 7, tzinfo=UTC)
BEGIN = datetime(2026, 3, 8, 23, tzinfo=UTC)
CAUSES = ("promise_not_kept", "service_failed", "unclear_information", "product_question", "idea", "compliment", "other")
MOODS = ("negative", "mixed", "positive")
QUADRANTS = ("eliminate", "automate", "simplify", "leverage")


class Deeds:
    """Writes what was done; `moment` draws one of the four weeks."""

    def __init__(self, tx: Connection, draw: random.Random, moment: Callable[[], datetime]) -> None:
        self._tx = tx
        self._draw = draw
        self._moment = moment

    def _add(self, table: Table, **row: Any) -> None:
        self._tx.execute(insert(table).values(**row))

    def all(self) -> None:
        for number in range(1, 15):
            self._said(number, 7 if number in (5, 13) else 1 + number % 6)
        for number in range(1, 15):
            self._action(number, 7 if number in (3, 13, 14) else 1 + number % 6)
        self._plans()
        for number, name in enumerate(("Team Rood", "Webcare"), 1):
            self._add(team, team_id=number, name=name, name_key=name.lower())
        quick = '{"mentions": 9, "from_at": "2026-04-05T00:00:00+00:00", "until": null}'
        self._add(tables.meta, key="quick_reading", value=quick)

    def _said(self, number: int, issue_id: int) -> None:
        at = self._moment()
        self._add(
            status.status_update, update_id=number, issue_id=issue_id, state="discarded" if number == 4 else "published", status="seen",
            subjects={}, texts={}, templates={}, made_by="anna", made_at=at, published_at=None if number == 4 else at, no_news=False,
        )  # fmt: skip
        self._add(
            status.status_promise, promise_id=number, update_id=number, issue_id=issue_id, made_at=at, due_at=self._moment(),
            state=self._draw.choice(("open", "kept", "broken")),
        )  # fmt: skip

    def _action(self, number: int, issue_id: int) -> None:
        """Write an action; the first two have been open since before the four weeks."""
        draw = self._draw
        made = BEGIN - timedelta(days=3) if number < 3 else self._moment()
        state = "open" if number < 3 else draw.choice(("open", "done", "done", "dropped"))
        closed = None if state == "open" else min(NOW, made + timedelta(days=draw.randrange(8)))
        self._add(
            asked.improvement_action, action_id=number, issue_id=issue_id, owner="Eva", due_on=made.date(), change="Wat er verandert",
            done_when="minder", state=state, did={}, made_by="anna", made_at=made, closed_at=closed,
        )  # fmt: skip
        told = "drafted" if number % 2 else "planned"
        for talk in (number, number + 40):
            self._add(
                asked.you_said_message, action_id=number, thread_key=f"t{talk}", person_key=f"p{talk}", conversation_id=talk, state=told,
                changed_at=NOW,
            )  # fmt: skip
        if closed is not None and number % 3:
            self._look(number, closed - timedelta(days=1), low=0.9)  # from before it was opened again
            self._look(number, closed, low=0.1 * draw.randrange(1, 5))

    def _look(self, action_id: int, done_at: datetime, *, low: float) -> None:
        spans = {"left": {"best": low + 0.1, "low": low, "high": low + 0.25}, "avoided": {"best": 40.0, "low": 20.5, "high": 71.25}}
        effect: dict[str, Any] = {
            "verdict": "closed", "reason": "fewer", "weeks_before": 9, "weeks_after": 4, "contacts_before": 90, "contacts_after": 11,
            "alone": None, "weeks": [], "earlier_actions": 0, **spans,
        }  # fmt: skip
        self._add(
            tap_look, action_id=action_id, done_at=done_at, week="2026-W14", at=NOW, verdict="closed", reason="fewer",
            came_back=action_id % 2 == 0, effect=effect,
        )  # fmt: skip

    def _plans(self) -> None:
        """Change the grid in the second week, give the word back to the file in the third; put issues elsewhere than as shipped."""
        grid = yaml.safe_load(shipped_text("grid.yaml"))
        changed = {row["name"]: row for row in grid["types"]}
        changed["product_question"]["cells"]["public"]["way"] = "go_private"
        changed["compliment"] |= {"preferred": "community", "supporting": ["private"]}
        grid["types"] = [row for row in grid["types"] if row["name"] != "idea"]
        grid["types"].insert(0, {**changed["idea"], "name": "wens", "shown": {"nl": "Wens", "en": "Wish"}})
        grid["channels"]["private"].append("elders")
        for number, (days, held) in enumerate(((9, grid), (18, {})), 1):
            at = BEGIN + timedelta(days=days)
            self._add(grid_version, version_id=number, grid=held, verb="import", about="", made_by="anna", at=at)
        for number in (1, 2):
            rules = {cause: {mood: QUADRANTS[(at + of + number) % 4] for of, mood in enumerate(MOODS)} for at, cause in enumerate(CAUSES)}
            self._add(matrix_version, version_id=number, rules=rules, made_by="anna", at=NOW)
