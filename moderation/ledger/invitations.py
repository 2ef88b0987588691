"""Journey events and what was decided about each: kept once, decided again only while waiting, asked at most once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, func, insert, select, update

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables import draft
from moderation.ledger.tables_invitations import invitation_decision, invitation_event
from moderation.model.invitation import Answer, Decision, Factor, JourneyEvent, JourneyKind, KeptDecision, NewEvent, Weighed

WAITING, ASKING, ASKED, NEVER = "waiting", "asking", "asked", "never"
WHO = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLately:
    """When this person and this thread were last asked, and how often this community was since two moments."""

    person_at: datetime | None
    thread_at: datetime | None
    community_today: int
    community_this_week: int


class InvitationLedger:
    """Events by their key, decisions by their event. An event is asked at most once: `start` is a compare-and-set."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_events(self, events: Sequence[NewEvent], *, at: datetime) -> int:
        """Keep events that are not known yet, in order, and return how many were new."""
        if not events:
            return 0
        with writing(self._engine) as tx:
            return add_events(tx, events, at=at)

    def waiting(self) -> list[JourneyEvent]:
        """Return events that are not decided for good, oldest first."""
        return self._events(invitation_event.c.state == WAITING)

    def asking(self) -> list[KeptDecision]:
        """Return the decisions to ask whose draft is not known to be kept: after a kill they are gone on with."""
        return self.decisions(states=(ASKING,))

    def asked_lately(self, event: NewEvent, *, since: datetime, today: datetime, week: datetime) -> AskedLately:
        """Return what was asked since `since` of the person, in the thread and in the community of an event; not counting that event."""
        table = invitation_event.c
        asked = and_(table.asked_at > since, table.event_key != event.key)
        here = and_(table.platform == event.platform, table.realm == event.realm)

        def count(after: datetime) -> Any:
            return select(func.count()).where(asked, here, table.asked_at > after)

        last = select(func.max(table.asked_at))
        with reading(self._engine) as tx:
            of_person = tx.execute(last.where(asked, table.person_key == event.person_key)).scalar() if event.person_key else None
            return AskedLately(
                person_at=of_person,
                thread_at=tx.execute(last.where(asked, here, table.thread_id == event.thread_id)).scalar(),
                community_today=int(tx.execute(count(today)).scalar_one()),
                community_this_week=int(tx.execute(count(week)).scalar_one()),
            )

    def decide(self, event: JourneyEvent, decision: Decision, *, at: datetime, language: str, quiet_hours: float) -> bool:
        """Keep a decision to wait or never to ask; return False when nothing changed since the last one, or the event no longer waits.

        While waiting, a line is added only when the reasons against change: numbers that run on (hours) make no line of their own.
        """
        if decision.answer is Answer.ASK:
            raise ValueError("a decision to ask is kept by `start`")
        with reading(self._engine) as tx:
            if _says(_last(tx, event.event_id), decision):
                return False  # nearly all that wait: nobody is kept from writing for it
        with writing(self._engine) as tx:
            if _says(_last(tx, event.event_id), decision):
                return False
            if decision.answer is Answer.NEVER and not _move(tx, event.event_id, WAITING, NEVER):
                return False
            tx.execute(insert(invitation_decision).values(_line(event.event_id, decision, at, language, quiet_hours)))
            if decision.answer is Answer.NEVER:
                _note(tx, event, decision, at)
            return True

    def start(
        self, event: JourneyEvent, decision: Decision, *, at: datetime, language: str, quiet_hours: float, template: str, text: str
    ) -> KeptDecision | None:
        """Keep a decision to ask, with the exact text, before anything is done with it; None when somebody else was first."""
        with writing(self._engine) as tx:
            if not _move(tx, event.event_id, WAITING, ASKING, asked_at=at):
                return None
            row = {**_line(event.event_id, decision, at, language, quiet_hours), "template": template, "text": text}
            made = tx.execute(insert(invitation_decision).values(row).returning(invitation_decision.c.decision_id)).scalar_one()
            _note(tx, event, decision, at)
        return self.get(int(made))

    def finish(self, kept: KeptDecision, *, draft_id: int | None = None, shadow_id: int | None = None) -> None:
        """Note what came of a decision to ask. Harmless when noted before."""
        mine = invitation_decision.c.decision_id == kept.decision_id
        with writing(self._engine) as tx:
            _move(tx, kept.event.event_id, ASKING, ASKED)
            tx.execute(update(invitation_decision).where(mine).values(draft_id=draft_id, shadow_id=shadow_id))

    def give_up(self, kept: KeptDecision, decision: Decision, *, at: datetime) -> None:
        """Turn a decision to ask that cannot be carried out into one never to ask; it does not count against any limit."""
        with writing(self._engine) as tx:
            if _move(tx, kept.event.event_id, ASKING, NEVER, asked_at=None):
                tx.execute(insert(invitation_decision).values(_line(kept.event.event_id, decision, at, kept.language, kept.quiet_hours)))
                _note(tx, kept.event, decision, at)

    def draft_of(self, author: str) -> int | None:
        """Return the draft that was kept under this author's name, or None: what a killed process had done already."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.min(draft.c.draft_id)).where(draft.c.author == author)).scalar()

    def get(self, decision_id: int) -> KeptDecision | None:
        """Return one decision, or None."""
        found = self._kept(invitation_decision.c.decision_id == decision_id)
        return found[0] if found else None

    def history(self, event_id: int) -> list[KeptDecision]:
        """Return every decision about one event, oldest first."""
        return self._kept(invitation_decision.c.event_id == event_id)[::-1]

    def decisions(self, *, states: Iterable[str] = (), kind: JourneyKind | None = None, limit: int | None = None) -> list[KeptDecision]:
        """Return the latest decision about each event, newest first; of events in these states (any when empty) and of this kind."""
        newest = select(func.max(invitation_decision.c.decision_id)).group_by(invitation_decision.c.event_id)
        wanted: ColumnElement[bool] = invitation_decision.c.decision_id.in_(newest)
        if chosen := sorted(states):
            wanted = and_(wanted, invitation_event.c.state.in_(chosen))
        if kind is not None:
            wanted = and_(wanted, invitation_event.c.kind == kind.value)
        return self._kept(wanted, limit=limit)

    def counts(self) -> dict[str, int]:
        """Return how many events stand in each state."""
        query = select(invitation_event.c.state, func.count()).group_by(invitation_event.c.state)
        with reading(self._engine) as tx:
            return {str(state): int(number) for state, number in tx.execute(query)}

    def _events(self, wanted: ColumnElement[bool]) -> list[JourneyEvent]:
        query = select(invitation_event).where(wanted).order_by(invitation_event.c.happened_at, invitation_event.c.event_id)
        with reading(self._engine) as tx:
            return [_event(dict(row._mapping)) for row in tx.execute(query)]

    def _kept(self, wanted: ColumnElement[bool], *, limit: int | None = None) -> list[KeptDecision]:
        query = (
            select(invitation_decision, invitation_event)
            .join_from(invitation_decision, invitation_event, invitation_decision.c.event_id == invitation_event.c.event_id)
            .where(wanted)
            .order_by(invitation_decision.c.decision_id.desc())
            .limit(limit)
        )
        with reading(self._engine) as tx:
            return [_decision(row) for row in tx.execute(query)]


def add_events(tx: Connection, events: Sequence[NewEvent], *, at: datetime) -> int:
    """Insert the events that are not known yet; return how many were new."""
    known: set[str] = set()
    for some in batches(event.key for event in events):
        query = select(invitation_event.c.event_key).where(invitation_event.c.event_key.in_(some))
        known.update(tx.execute(query).scalars())
    rows = [{**_event_row(event), "found_at": at, "state": WAITING} for event in events if event.key not in known]
    return sum(tx.execute(insert_missing(tx.dialect, invitation_event), row).rowcount for row in rows)


def _event_row(event: NewEvent) -> dict[str, Any]:
    values = {field.name: getattr(event, field.name) for field in dataclasses.fields(NewEvent)}
    return {**values, "event_key": values.pop("key"), "kind": event.kind.value}


def _event(row: Mapping[str, Any]) -> JourneyEvent:
    values = {field.name: row[field.name] for field in dataclasses.fields(JourneyEvent) if field.name not in ("key", "kind")}
    return JourneyEvent(**values, key=row["event_key"], kind=JourneyKind(row["kind"]))


def _line(event_id: int, decision: Decision, at: datetime, language: str, quiet_hours: float) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "at": at,
        "answer": decision.answer.value,
        "motivation": decision.motivation,
        "ability": decision.ability,
        "prompt": decision.prompt,
        "why": [_plain(one) for one in decision.why],
        "why_not": [_plain(one) for one in decision.why_not],
        "language": language,
        "quiet_hours": quiet_hours,
        "template": "",
        "text": "",
    }


def _plain(one: Weighed) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "factor": one.factor.value, "otherwise": one.otherwise.value}


def _weighed(row: Mapping[str, Any]) -> Weighed:
    return Weighed(**{**row, "factor": Factor(row["factor"]), "otherwise": Answer(row["otherwise"])})


def _decision(row: Row[Any]) -> KeptDecision:
    values = dict(row._mapping)
    decision = Decision(
        answer=Answer(values["answer"]),
        motivation=values["motivation"],
        ability=values["ability"],
        prompt=values["prompt"],
        why=tuple(_weighed(one) for one in values["why"]),
        why_not=tuple(_weighed(one) for one in values["why_not"]),
    )
    same = {name: values[name] for name in ("decision_id", "at", "language", "quiet_hours", "draft_id", "shadow_id", "template", "text")}
    return KeptDecision(event=_event(values), decision=decision, **same)


def _last(tx: Connection, event_id: int) -> Row[Any] | None:
    mine = select(invitation_decision).where(invitation_decision.c.event_id == event_id)
    return tx.execute(mine.order_by(invitation_decision.c.decision_id.desc()).limit(1)).one_or_none()


def _says(last: Row[Any] | None, decision: Decision) -> bool:
    """Tell whether the last line kept says what this decision says."""
    return last is not None and last.answer == decision.answer.value and _keys(last.why_not) == [one.key for one in decision.why_not]


def _keys(kept: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(one["key"]) for one in kept]


def _move(tx: Connection, event_id: int, before: str, after: str, **values: Any) -> bool:
    mine = and_(invitation_event.c.event_id == event_id, invitation_event.c.state == before)
    return tx.execute(update(invitation_event).where(mine).values(state=after, **values)).rowcount == 1


def _note(tx: Connection, event: NewEvent, decision: Decision, at: datetime) -> None:
    detail = {"event": event.key, "why_not": [one.key for one in decision.why_not]}
    note(tx, at=at, who=WHO, verb=f"invite_{decision.answer.value}", subject=f"invitation:{event.key}", detail=detail)
