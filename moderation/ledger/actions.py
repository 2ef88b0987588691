"""Improvement actions and their one-time messages in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from listener.errors import NotAllowed
from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.tables import issue
from listener.ledger.transactions import reading, writing
from moderation.ledger.agreed import latest_message, read_agreed
from moderation.ledger.audit import note
from moderation.ledger.drafts import insert_draft
from moderation.ledger.feedback_rows import about_issue
from moderation.ledger.tables import draft
from moderation.ledger.tables_feedback import action_act, improvement_action, tell_agreement, you_said_message
from moderation.model.action import Action, ActionAct, ActionState, NewAction, Telling, TellState, once_each
from moderation.model.outbox import DraftState, NewDraft


class ActionLedger:
    """What we promised to change. Every act is a line that stays."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewAction, *, by: str, at: datetime) -> Action:
        """Keep an action. Raises `NotAllowed` when there is no such issue; a merged one's action goes to where it was merged."""
        with writing(self._engine) as tx:
            about = tx.execute(select(issue.c.issue_id, issue.c.merged_into).where(issue.c.issue_id == new.issue_id)).one_or_none()
            if about is None:
                raise NotAllowed(f"There is no issue {new.issue_id}.")
            values = {
                "issue_id": about.merged_into or about.issue_id,
                "owner": new.owner,
                "due_on": new.due_on,
                "change": new.change,
                "done_when": new.done_when,
                "state": ActionState.OPEN.value,
                "did": {},
                "made_by": by,
                "made_at": at,
            }
            row = tx.execute(insert(improvement_action).values(values).returning(improvement_action)).one()
            _act(tx, row.action_id, "add", by, at)
        return _action(row)

    def get(self, action_id: int) -> Action | None:
        """Return an action, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(improvement_action).where(improvement_action.c.action_id == action_id)).one_or_none()
        return None if row is None else _action(row)

    def all(self, *, issue_id: int | None = None, state: ActionState | None = None) -> list[Action]:
        """Return actions by the day they are due; of one issue (merged ones too), or all."""
        query = select(improvement_action).order_by(improvement_action.c.due_on, improvement_action.c.action_id)
        if issue_id is not None:
            query = query.where(about_issue(improvement_action.c.issue_id, issue_id))
        if state is not None:
            query = query.where(improvement_action.c.state == state.value)
        with reading(self._engine) as tx:
            return [_action(row) for row in tx.execute(query)]

    def acts(self, action_id: int) -> list[ActionAct]:
        """Return what was done to an action, oldest first."""
        query = select(action_act).where(action_act.c.action_id == action_id).order_by(action_act.c.act_id)
        with reading(self._engine) as tx:
            return [ActionAct(verb=row.verb, made_by=row.made_by, at=row.at, detail=row.detail) for row in tx.execute(query)]

    def finish(self, action_id: int, did: Mapping[str, str], *, by: str, at: datetime) -> bool:
        """Mark an open action done and plan whom to tell, in one transaction; return False when it was done already.

        Each thread and each person gets one line per action, ever: doing it twice, or again after an undo, adds none for them.
        """
        with writing(self._engine) as tx:
            if not self._move(tx, action_id, ActionState.DONE, by, at, did=dict(did)):
                return False
            about = tx.execute(select(improvement_action.c.issue_id).where(improvement_action.c.action_id == action_id)).scalar_one()
            again = (you_said_message.c.action_id == action_id) & (you_said_message.c.state == TellState.WITHDRAWN.value)
            tx.execute(update(you_said_message).where(again).values(state=TellState.PLANNED.value, draft_id=None, changed_at=at))
            for one in once_each(read_agreed(tx, about)):
                line = {
                    "action_id": action_id,
                    "thread_key": one.thread_key,
                    "person_key": one.person_key,
                    "conversation_id": one.conversation_id,
                    "state": TellState.PLANNED.value,
                    "changed_at": at,
                }
                tx.execute(insert_missing(tx.dialect, you_said_message), line)
        return True

    def drop(self, action_id: int, why: str, *, by: str, at: datetime) -> bool:
        """Mark an open action dropped, with why; return False when it was already."""
        with writing(self._engine) as tx:
            return self._move(tx, action_id, ActionState.DROPPED, by, at, detail=why)

    def reopen(self, action_id: int, *, by: str, at: datetime) -> bool:
        """Open a done or dropped action again; messages that nobody approved are withdrawn, their drafts thrown away."""
        with writing(self._engine) as tx:
            if not self._move(tx, action_id, ActionState.OPEN, by, at, did={}):
                return False
            waits = (TellState.PLANNED.value, TellState.SHADOW.value, TellState.DRAFTED.value)
            mine = select(you_said_message).where(you_said_message.c.action_id == action_id, you_said_message.c.state.in_(waits))
            for row in tx.execute(mine).all():
                if row.draft_id is not None:
                    waiting = (draft.c.draft_id == row.draft_id) & (draft.c.state == DraftState.OPEN.value)
                    if tx.execute(update(draft).where(waiting).values(state=DraftState.DISCARDED.value)).rowcount != 1:
                        continue  # approved: it leaves, or left, and is never written anew
                _mark(tx, row.message_id, TellState.WITHDRAWN, at)
        return True

    def agree(self, conversation_id: int, *, agreed: bool, by: str, at: datetime) -> None:
        """Note that the customer of a conversation said they want (or no longer want) to hear what we do."""
        change = ["agreed", "made_by", "at"]
        with writing(self._engine) as tx:
            line = {"conversation_id": conversation_id, "agreed": agreed, "made_by": by, "at": at}
            tx.execute(insert_or_update(tx.dialect, tell_agreement, key=["conversation_id"], change=change), line)
            note(tx, at=at, who=by, verb="agree_to_hear", subject=f"conversation:{conversation_id}", detail={"agreed": agreed})

    def write_below(self, conversation_id: int) -> int | None:
        """Return the latest message of a conversation that is still there, or None."""
        with reading(self._engine) as tx:
            return latest_message(tx, conversation_id)

    def tellings(self, *, action_id: int | None = None, state: TellState | None = None) -> list[Telling]:
        """Return messages, oldest first; of one action, or in one state."""
        query = select(you_said_message).order_by(you_said_message.c.message_id)
        if action_id is not None:
            query = query.where(you_said_message.c.action_id == action_id)
        if state is not None:
            query = query.where(you_said_message.c.state == state.value)
        with reading(self._engine) as tx:
            return [_telling(row) for row in tx.execute(query)]

    def unapproved(self) -> list[int]:
        """Return the drafts of messages that nobody approved or threw away yet, oldest first."""
        query = (
            select(draft.c.draft_id)
            .join_from(you_said_message, draft, draft.c.draft_id == you_said_message.c.draft_id)
            .where(you_said_message.c.state == TellState.DRAFTED.value, draft.c.state == DraftState.OPEN.value)
            .order_by(draft.c.draft_id)
        )
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())

    def mark(self, message_id: int, state: TellState, *, at: datetime, reason: str = "") -> bool:
        """Move a planned message on; return False when somebody did already."""
        with writing(self._engine) as tx:
            return _mark(tx, message_id, state, at, reason=reason, was=TellState.PLANNED)

    def keep_draft(self, message_id: int, new: NewDraft, *, at: datetime) -> int | None:
        """Keep a message's draft and note which it is, in one transaction: a restart can neither lose it nor write it twice.

        Returns None, and keeps nothing, when the message is planned no more.
        """
        with writing(self._engine) as tx:
            if not _mark(tx, message_id, TellState.DRAFTED, at, was=TellState.PLANNED):
                return None
            draft_id = insert_draft(tx, new, at=at, detail={"message": message_id}).draft_id
            tx.execute(update(you_said_message).where(you_said_message.c.message_id == message_id).values(draft_id=draft_id))
        return draft_id

    def _move(
        self,
        tx: Connection,
        action_id: int,
        to: ActionState,
        by: str,
        at: datetime,
        *,
        did: Mapping[str, str] | None = None,
        detail: str = "",
    ) -> bool:
        """Move an action as a compare-and-set. Raises `NotAllowed` when there is none, or it ended another way."""
        mine = improvement_action.c.action_id == action_id
        state = tx.execute(select(improvement_action.c.state).where(mine)).scalar()
        if state is None:
            raise NotAllowed(f"There is no action {action_id}.")
        if state == to.value:
            return False
        if to is not ActionState.OPEN and state != ActionState.OPEN.value:
            raise NotAllowed(f"Action {action_id} is {state}; `klankbord action undo {action_id}` opens it again.")
        values: dict[str, Any] = {"state": to.value, "closed_at": None if to is ActionState.OPEN else at}
        if did is not None:
            values["did"] = dict(did)
        tx.execute(update(improvement_action).where(mine).values(values))
        verb = {ActionState.OPEN: "undo", ActionState.DONE: "done", ActionState.DROPPED: "drop"}[to]
        _act(tx, action_id, verb, by, at, detail=detail)
        return True


def _act(tx: Connection, action_id: int, verb: str, by: str, at: datetime, *, detail: str = "") -> None:
    tx.execute(insert(action_act).values(action_id=action_id, verb=verb, made_by=by, at=at, detail=detail))
    note(tx, at=at, who=by, verb=f"action_{verb}", subject=f"action:{action_id}", detail={})


def _mark(tx: Connection, message_id: int, state: TellState, at: datetime, *, reason: str = "", was: TellState | None = None) -> bool:
    mine = you_said_message.c.message_id == message_id
    if was is not None:
        mine &= you_said_message.c.state == was.value
    return tx.execute(update(you_said_message).where(mine).values(state=state.value, reason=reason, changed_at=at)).rowcount == 1


def _action(row: Row[Any]) -> Action:
    return Action(
        action_id=row.action_id,
        issue_id=row.issue_id,
        owner=row.owner,
        due_on=row.due_on,
        change=row.change,
        done_when=row.done_when,
        state=ActionState(row.state),
        did=row.did,
        made_by=row.made_by,
        made_at=row.made_at,
        closed_at=row.closed_at,
    )


def _telling(row: Row[Any]) -> Telling:
    return Telling(
        message_id=row.message_id,
        action_id=row.action_id,
        conversation_id=row.conversation_id,
        thread_key=row.thread_key,
        person_key=row.person_key,
        state=TellState(row.state),
        draft_id=row.draft_id,
        reason=row.reason,
    )
