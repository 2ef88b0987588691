"""Requests of people about what is kept of them, as the desk keeps them: noted, extended once, ended, and told of before they are late."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from listener.errors import InputError
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.model.subject import is_key, typed_as
from moderation.model.subject_request import MONTHS, MORE_MONTHS, Ending, RequestKind, SubjectRequest, Via, due_at
from moderation.workflows.subjects import Subjects

SOON, LATE = "request_soon", "request_late"
"""Kinds of alarm, with words in config/templates/<language>/outbox.yaml below `alarm.`."""
LONGEST_REASON, LONGEST_ACCOUNT = 2_000, 500
_OLDEST = timedelta(days=3_660)
"""No request is older than ten years; a day before that is a slip of the pen."""


class CannotNote(InputError):
    """A request cannot be noted as it was written down. `field` is what has to be mended, `why` a key for pages that have words for it:
    account (nobody), too_long, future, long_ago."""

    def __init__(self, message: str, *, field: str, why: str) -> None:
        super().__init__(message)
        self.field = field
        self.why = why


class KeepRequests:
    """Everything but carrying out, which `Subjects` does; an export, erasure or objection of the person ends their request by itself."""

    def __init__(self, requests: SubjectRequestLedger, subjects: Subjects, clock: Clock, *, zone: tzinfo) -> None:
        self._requests = requests
        self._subjects = subjects
        self._clock = clock
        self._zone = zone

    def add(self, kind: RequestKind, platform: str, account: str, *, received_at: datetime | None, by: str) -> SubjectRequest:
        """Note that somebody asked; the month runs from when they did. One that waits already is that one, and its clock goes on.

        Raises `CannotNote` for nobody and for a moment that cannot be, and `SeveralCalled` where several are called so.

        Somebody of whom nothing is here may ask too: then it is kept as it was typed, until it ends.
        """
        now = self._clock.now()
        received = received_at or now
        if not account.strip():
            raise CannotNote("Write who asks: their name on the platform, or their id there.", field="account", why="account")
        if len(account) > LONGEST_ACCOUNT:
            raise CannotNote(f"An account has at most {LONGEST_ACCOUNT} characters.", field="account", why="too_long")
        if received > now:
            said = "They cannot have asked in the future; write the day on which it came, such as 2026-03-31."
            raise CannotNote(said, field="received", why="future")
        if received < now - _OLDEST:
            said = "That is more than ten years ago; write the day on which it came, such as 2026-03-31."
            raise CannotNote(said, field="received", why="long_ago")
        found = self._subjects.one(platform, account)
        person = found.keys[0] if found else account if is_key(account) else typed_as(platform, account.strip().removeprefix("@"))
        due = due_at(received, MONTHS, self._zone)
        return self._requests.add(kind, person, via=Via.DESK, received_at=received, due_at=due, by=by, noted_at=now)

    def platforms(self) -> list[str]:
        """Return the platforms of which anything is here, for whoever notes a request."""
        return self._subjects.platforms()

    def all(self, *, ended: bool = True) -> list[SubjectRequest]:
        """Return requests, open ones first by the day they are due."""
        return self._requests.all(ended=ended)

    def extend(self, request_id: int, *, why: str, by: str) -> SubjectRequest:
        """Give a request two months more, once, with the reason that the person was told (GDPR 12(3)); return it.

        Raises `InputError` when it was extended before, when its first month is over, without a reason, and for one that ended.
        """
        asked, now = self._open(request_id), self._clock.now()
        if asked.extended_at is not None:
            raise InputError(f"Request {request_id} was extended before, and that goes once; it is due on {asked.last_day(self._zone)}.")
        if asked.overdue(now):
            raise InputError(
                f"Request {request_id} was due on {asked.last_day(self._zone)}: extending had to be told before that. Answer it."
            )
        due = due_at(asked.received_at, MONTHS + MORE_MONTHS, self._zone)
        self._requests.extend(request_id, due_at=due, why=_reason(why), by=by, at=now)
        return self._open(request_id)

    def end(self, request_id: int, ending: Ending, *, why: str, by: str) -> SubjectRequest:
        """End a request by hand, with what was done or why not; who asked is kept no longer. Raises `InputError`."""
        self._open(request_id)
        self._requests.end(request_id, ending, why=_reason(why), by=by, at=self._clock.now())
        return self._one(request_id)

    def _open(self, request_id: int) -> SubjectRequest:
        asked = self._one(request_id)
        if not asked.open:
            raise InputError(
                f"Request {request_id} ended on {asked.ended_at:%Y-%m-%d}; `klankbord subject request list` shows what is open."
            )
        return asked

    def _one(self, request_id: int) -> SubjectRequest:
        found = self._requests.get(request_id)
        if found is None:
            raise InputError(f"There is no request {request_id}; `klankbord subject request list --all` shows which there are.")
        return found


class TellRequests:
    """Raises one alarm for a request that is due within a week and one for one that is late, and ends it with the request."""

    def __init__(self, requests: SubjectRequestLedger, alarms: AlarmLedger, clock: Clock) -> None:
        self._requests = requests
        self._alarms = alarms
        self._clock = clock

    def once(self) -> None:
        """Look how requests stand now; nothing is told twice."""
        now, waiting = self._clock.now(), self._requests.all(ended=False)
        for kind, about in ((SOON, [one for one in waiting if one.soon(now)]), (LATE, [one for one in waiting if one.overdue(now)])):
            for one in about:
                self._alarms.raise_once(kind, f"request:{one.request_id}", note=str(one.request_id), at=now)
            self._alarms.over(kind, at=now, still=[f"request:{one.request_id}" for one in about])


def _reason(why: str) -> str:
    said = why.strip()
    if not said or len(said) > LONGEST_REASON:
        raise InputError(f"Say why in 1 to {LONGEST_REASON:,} characters; do not name the person in it.")
    return said
