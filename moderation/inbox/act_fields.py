"""How a form says what is to be done to a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listener.errors import ActionError
from moderation.inbox.fields import number_of
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, NewAct

BULK_VERBS = (
    ActVerb.CLAIM,
    ActVerb.RELEASE,
    ActVerb.ASSIGN,
    ActVerb.SNOOZE,
    ActVerb.WAKE,
    ActVerb.SPAM,
    ActVerb.NOT_OURS,
    ActVerb.CLOSE,
    ActVerb.REOPEN,
)
UNTIL = ("hour", "evening", "tomorrow", "monday", "issue", "moment")
"""How long a case is put away: an hour, until 17:00, tomorrow or Monday at 9:00, until the issue changes, or a moment of one's own."""
ENDINGS = (Ending.ANSWERED, Ending.ANSWERED_BY_COMMUNITY, Ending.NO_ANSWER_NEEDED, Ending.RESOLVED_BY_FIX)
_MORNING, _EVENING = 9, 17


def act_of(verb: ActVerb, form: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> NewAct:
    """Return the act that a form describes. Raises `ActionError` for one that leaves out what it needs."""
    if verb is ActVerb.ASSIGN:
        return _assigned(form)
    if verb is ActVerb.SNOOZE:
        asked = form.get("until", "")
        if asked == "issue":
            return NewAct(verb=verb, issue_changes=True)
        return NewAct(verb=verb, until=until_of(asked, form.get("moment", ""), now=now, zone=zone))
    if verb is ActVerb.CLOSE:
        try:
            return NewAct(verb=verb, ending=Ending(form.get("ending", "")))
        except ValueError as error:
            raise ActionError("Say how the conversation ended.", key="case_ending") from error
    return NewAct(verb=verb)


def until_of(asked: str, moment: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return until when a case is put away, in the reader's own time of day. Raises `ActionError` when that cannot be read."""
    local = now.astimezone(zone)
    if asked == "hour":
        return now + timedelta(hours=1)
    if asked == "evening":
        return _at(local, _EVENING, days=0 if local.hour < _EVENING else 1)
    if asked == "tomorrow":
        return _at(local, _MORNING, days=1)
    if asked == "monday":
        return _at(local, _MORNING, days=7 - local.weekday())
    try:
        return datetime.fromisoformat(moment[:16]).replace(tzinfo=zone)
    except ValueError as error:
        raise ActionError("Choose until when.", key="case_until") from error


def cases_of(written: str) -> list[tuple[int, int]]:
    """Return the (case, version) pairs of a field such as "12.3 14.1"; what is no pair is left out."""
    found: list[tuple[int, int]] = []
    for one in written.split():
        case_id, _, version = one.partition(".")
        number, at = number_of(case_id), number_of(version)
        if number is not None and at is not None:
            found.append((number, at))
    return found


def _assigned(form: Mapping[str, str]) -> NewAct:
    kind, _, name = form.get("to", "").partition(":")
    if kind == "team" and name:
        return NewAct(verb=ActVerb.ASSIGN, team=name[:120])
    whom = name if kind == "person" else form.get("whom", "").strip()
    if not whom:
        raise ActionError("Assign a case to a person or to a team.", key="case_to_whom")
    return NewAct(verb=ActVerb.ASSIGN, whom=whom[:120])


def _at(local: datetime, hour: int, *, days: int) -> datetime:
    return (local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
