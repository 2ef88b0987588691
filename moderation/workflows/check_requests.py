"""Whether people who asked what is kept of them have their answer in time: what `klankbord doctor` says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from listener.model.health import Finding
from moderation.model.subject_request import SubjectRequest

_MEND = "klankbord subject request list"


def check_requests(waiting: Sequence[SubjectRequest], *, now: datetime, zone: tzinfo) -> Iterator[Finding]:
    """Return one line about open requests: `fail` while one is late. `waiting`: those that are open, the one that is due first on top."""
    if not waiting:
        return
    late, soon = [one for one in waiting if one.overdue(now)], [one for one in waiting if one.soon(now)]
    what, day = "requests about data", waiting[0].last_day(zone)
    if late:
        detail = f"{len(late)} late: request {late[0].request_id} was due by {day}"
        yield Finding(level="fail", what=what, detail=detail, mend=_MEND)
    elif soon:
        yield Finding(level="warn", what=what, detail=f"{len(soon)} due within a week, the first by {day}", mend=_MEND)
    else:
        yield Finding(level="ok", what=what, detail=f"{len(waiting)} open, the first due by {day}")
