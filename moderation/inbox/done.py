"""The notice after an act: what was done, to how many, and the button that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from moderation.inbox.fields import number_of
from moderation.inbox.queue_parts import QueueParts
from moderation.model.person import Person, Right

SHOWN_FOR = timedelta(seconds=10)
"""How long the notice offers to take an act back. The timeline of a case goes on offering it while nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """`verb` of an act, or "undone"; done to `count` cases, while `left` stayed as they were. `act_id` None: nothing to take back."""

    verb: str
    count: int
    left: int
    act_id: int | None
    back: str


def done_of(request: Request, room: QueueParts, now: datetime) -> Done | None:
    """Return what to say about the act that the address names: only to whoever did it, and only in the first seconds."""
    query = request.query_params
    person: Person | None = getattr(request.state, "person", None)
    if person is None or ("did" not in query and "undone" not in query):
        return None
    left = min(number_of(query.get("left", "")) or 0, 9_999)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    undone = number_of(query.get("undone", ""))
    if undone:
        return Done(verb="undone", count=min(undone, 9_999), left=left, act_id=None, back=back)
    act_id = number_of(query.get("did", ""))
    acts = room.together(act_id) if act_id else ()
    if not acts or acts[0].made_by != person.name or not acts[0].at <= now <= acts[0].at + SHOWN_FOR:
        return None
    offered = acts[0].act_id if person.may(Right.ANSWER) and room.can_be_undone(acts[0].act_id) else None
    return Done(verb=acts[0].verb.value, count=len(acts), left=left, act_id=offered, back=back)


def with_notice(path: str, **numbers: int) -> str:
    """Return a path that makes the page say what was just done; a number that is 0 says nothing."""
    bare = "&".join(
        part for part in path.partition("?")[2].split("&") if part and part.partition("=")[0] not in ("did", "undone", "left", "none")
    )
    said = "&".join([*([bare] if bare else []), *(f"{name}={number}" for name, number in numbers.items() if number)])
    return path.partition("?")[0] + (f"?{said}" if said else "")
