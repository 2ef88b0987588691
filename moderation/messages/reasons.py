"""Why a case comes now, or what became of a post, in words: one sentence from keys and numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moderation.model.alarm import Alarm
from moderation.model.case import Reason
from moderation.model.outbox import EntryState, OutboxEntry
from moderation.policy.gate import SIMULATED

_HOURS_IN_DAYS = 48.0


def why_sentence(why: Sequence[Reason], words: Mapping[str, str], *, most: int = 3) -> str:
    """Return the weightiest reasons as one sentence.

    `words` are the texts of config/templates/<language>/triage.yaml: by reason key, with `{n}` for a number or `{span}` for a stretch of
    hours; `join`, `last_join` and `end` hold a sentence together.
    """
    parts = [_part(reason, words) for reason in why[:most]]
    if not parts:
        return words["nothing"]
    said = parts[0] if len(parts) == 1 else words["join"].join(parts[:-1]) + words["last_join"] + parts[-1]
    return said[:1].upper() + said[1:] + words["end"]


def outbox_sentence(entry: OutboxEntry, words: Mapping[str, str]) -> str:
    """Return where an entry stands, and why, for a person. `words` are the texts of config/templates/<language>/outbox.yaml."""
    nowhere = entry.post.account.platform == SIMULATED and entry.state in (EntryState.SENT, EntryState.FOUND)
    group = "removal" if entry.post.removes else "state"
    said = words[f"{group}.simulated"] if nowhere else words[f"{group}.{entry.state.value}"]
    reason = words.get(f"reason.{entry.reason}", "") if entry.reason else ""
    return " ".join(part for part in (said, reason) if part)


def alarm_sentence(alarm: Alarm, words: Mapping[str, str]) -> str:
    """Return what an alarm says, for a person. `words` are the texts of config/templates/<language>/outbox.yaml."""
    said = words[f"alarm.{alarm.kind}"].format(n=alarm.note or alarm.subject)
    return f"{said} ({words['alarm_over']})" if alarm.over_at is not None else said


def _part(reason: Reason, words: Mapping[str, str]) -> str:
    if reason.number >= _HOURS_IN_DAYS:
        span = words["span.days"].format(n=round(reason.number / 24))
    elif reason.number >= 1:
        span = words["span.hours" if round(reason.number) != 1 else "span.hour"].format(n=round(reason.number))
    else:
        minutes = max(1, round(reason.number * 60))
        span = words["span.minutes" if minutes != 1 else "span.minute"].format(n=minutes)
    return words[f"why.{reason.key}"].format(n=round(reason.number), span=span)
