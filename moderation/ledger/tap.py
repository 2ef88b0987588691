"""What was said about done actions, look by look; each look is kept as it was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Engine, Row, func, select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.tables_feedback import improvement_action
from moderation.ledger.tables_tap import tap_look
from moderation.model.tap import Span, TapEffect, TapLook, TapReason, TapVerdict, TapWeek


class TapLedger:
    """One look a week and done moment of an action: keeping one twice changes nothing, so that two services cannot say two things."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, look: TapLook) -> bool:
        """Keep a look; return False when that week has one already."""
        line = {
            "action_id": look.action_id,
            "done_at": look.done_at,
            "week": look.week,
            "at": look.at,
            "verdict": look.effect.verdict.value,
            "reason": look.effect.reason.value,
            "came_back": look.came_back,
            "effect": _plain(look.effect),
        }
        with writing(self._engine) as tx:
            return tx.execute(insert_missing(tx.dialect, tap_look), line).rowcount == 1

    def of(self, action_id: int) -> list[TapLook]:
        """Return every look at an action, oldest first; also those from before it was opened again."""
        query = select(tap_look).where(tap_look.c.action_id == action_id).order_by(tap_look.c.look_id)
        with reading(self._engine) as tx:
            return [_look(row) for row in tx.execute(query)]

    def latest(self, action_ids: Collection[int]) -> dict[int, TapLook]:
        """Return the newest look at each of these actions since it was last done; nothing for those that are open or were not looked at."""
        found: dict[int, TapLook] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(action_ids))):
                newest = (
                    select(func.max(tap_look.c.look_id))
                    .join_from(tap_look, improvement_action, improvement_action.c.action_id == tap_look.c.action_id)
                    .where(tap_look.c.action_id.in_(some), tap_look.c.done_at == improvement_action.c.closed_at)
                    .group_by(tap_look.c.action_id)
                )
                for row in tx.execute(select(tap_look).where(tap_look.c.look_id.in_(newest))):
                    found[row.action_id] = _look(row)
        return found


def _plain(effect: TapEffect) -> dict[str, Any]:
    weeks = [{**asdict(week), "first_day": week.first_day.isoformat()} for week in effect.weeks]
    return {**asdict(effect), "weeks": weeks}


def _look(row: Row[Any]) -> TapLook:
    return TapLook(
        action_id=row.action_id, done_at=row.done_at, week=row.week, at=row.at, effect=_effect(row.effect), came_back=row.came_back
    )


def _effect(kept: Mapping[str, Any]) -> TapEffect:
    return TapEffect(
        verdict=TapVerdict(kept["verdict"]),
        reason=TapReason(kept["reason"]),
        weeks_before=kept["weeks_before"],
        weeks_after=kept["weeks_after"],
        contacts_before=kept["contacts_before"],
        contacts_after=kept["contacts_after"],
        left=_span(kept["left"]),
        alone=_span(kept["alone"]),
        avoided=_span(kept["avoided"]),
        weeks=tuple(_week(one) for one in kept["weeks"]),
        earlier_actions=kept["earlier_actions"],
    )


def _week(kept: Mapping[str, Any]) -> TapWeek:
    return TapWeek(
        first_day=date.fromisoformat(kept["first_day"]),
        contacts=kept["contacts"],
        beside=kept["beside"],
        after=kept["after"],
        counted=kept["counted"],
        expected=_span(kept["expected"]),
    )


def _span(kept: Mapping[str, float] | None) -> Span | None:
    return None if kept is None else Span(**kept)
