"""/status: word a public status update, one language after the other, and show the draft. Publishing is pressed on its page (RULES S12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from listener.errors import ActionError
from moderation.bot.buttons import FormField, Look, rows_of
from moderation.bot.call import Call
from moderation.bot.cards import WARN, Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.parts import there
from moderation.inbox.status_parts import NewWords, StatusParts
from moderation.model.languages import LANGUAGES
from moderation.model.person import Right
from moderation.model.status import IssueStatus, StatusUpdate

NEXT, SUBJECT = "next_update", "subject"
MOST_PART = 600
_SKIPPED = ("apology",)
"""What the pages offer besides; a form of Discord holds five fields."""


def write(call: Call) -> Said:
    """Open the form of the first language. Without a status the one that stands is asked again, or "we are finding out"."""
    issue_id, room = call.number("issue"), _room(call)
    line = room.line(issue_id)
    if line is None:
        raise ActionError("There is no such issue.", key="no_issue")
    stands = line.public.status if line.public else IssueStatus.INVESTIGATING
    status = _status(call.given.get("state", "")) or stands
    return Said(form=_form(call, status, LANGUAGES[0], {"issue": str(issue_id)}))


def words(call: Call) -> Said:
    """Take what was typed for one language; ask for the next one, or keep the draft when all are there."""
    status, language = _status(call.given.get("state", "")), call.given.get("in", "")
    if status is None or language not in LANGUAGES:
        raise ActionError("This form is incomplete; open it again.", key="form")
    typed = {name: call.asked.fields.get(name, "").strip() for name in (*_parts(_room(call), status), SUBJECT)}
    kept = {name: value for name, value in call.given.items() if name.partition(".")[0] in LANGUAGES or name in ("issue", NEXT, "instead")}
    kept |= {f"{language}.{name}": value for name, value in typed.items() if value}
    if language == LANGUAGES[0]:
        kept[NEXT] = call.asked.fields.get(NEXT, "").strip()
        _moment(kept[NEXT], call.now(), call.zone)
    after = LANGUAGES[LANGUAGES.index(language) + 1 :]
    if after:
        go = call.buttons.button(
            "status_next", call.words.text(f"bot.now_in.{after[0]}"), look=Look.MAIN, state=status.value, **{"in": after[0]}, **kept
        )
        shown = tuple(f"{call.words.text(f'status.field.{name}')}: {harmless(value, MOST_PART)}" for name, value in typed.items() if value)
        return Said(embeds=embeds_of([Card(title=call.words.text("bot.one_language"), lines=shown)]), rows=rows_of(go))
    return _keep(call, status, kept)


def next_form(call: Call) -> Said:
    """Open the form of the language that comes next: pressed below what was typed for the one before."""
    status = _status(call.given.get("state", ""))
    if status is None or call.given.get("in", "") not in LANGUAGES:
        raise ActionError("This form is incomplete; open it again.", key="form")
    kept = {name: value for name, value in call.given.items() if name not in ("verb", "state", "in")}
    return Said(form=_form(call, status, call.given["in"], kept))


def take_over(call: Call) -> Said:
    """Word a draft anew that somebody else, or the promise clock, made ready; theirs is thrown away when one's own is kept."""
    update_id, room = call.number("update"), _room(call)
    line = room.line(call.number("issue"))
    draft = next((one for one in (line.drafts if line else ()) if one.update_id == update_id), None)
    if draft is None:
        raise ActionError("This draft is not there any more: it was published, thrown away or worded anew.", key="bot_no_draft")
    kept = {"issue": str(draft.issue_id), "instead": str(update_id)}
    return Said(form=_form(call, draft.status, LANGUAGES[0], kept, subjects=draft.subjects))


def show(call: Call) -> Said:
    """Return how an issue stands in public: what was said last, and drafts that wait."""
    line = _room(call).line(call.number("issue"))
    if line is None:
        raise ActionError("There is no such issue.", key="no_issue")
    if line.drafts:
        return _draft(call, line.drafts[0])
    said = line.updates[0].texts.get(call.language, "") if line.updates else call.words.text("status.said_none")
    card = Card(title=call.words.text("status.of", title=harmless(line.title)), lines=(harmless(said, 1_500),))
    return Said(embeds=embeds_of([card]), rows=rows_of(call.page(f"/status/{line.issue_id}")))


def discard(call: Call) -> Said:
    """Throw a draft away."""
    _room(call).discard(call.number("update"), call.who)
    return Said(text=call.words.text("bot.discarded"), replaces=True)


def _keep(call: Call, status: IssueStatus, kept: Mapping[str, str]) -> Said:
    room, parts = _room(call), _parts(_room(call), status)
    variables = {language: {name: kept[f"{language}.{name}"] for name in parts if kept.get(f"{language}.{name}")} for language in LANGUAGES}
    new = NewWords(
        status=status,
        variables=variables,
        subjects={language: kept.get(f"{language}.{SUBJECT}", "") for language in LANGUAGES},
        next_update_at=_moment(kept.get(NEXT, ""), call.now(), call.zone),
    )
    made = room.draft(call.number("issue"), new, call.who)
    if kept.get("instead"):
        _throw_away(room, call, int(kept["instead"]))
    return _draft(call, made)


def _throw_away(room: StatusParts, call: Call, update_id: int) -> None:
    line = room.line(call.number("issue"))
    if line is not None and any(one.update_id == update_id for one in line.drafts):  # a colleague may have published it meanwhile
        room.discard(update_id, call.who)


def _draft(call: Call, draft: StatusUpdate) -> Said:
    """Return a draft in all its languages, with words that put people off."""
    words, room = call.words, call.parts.issue_room
    about: dict[str, Any] = {"issue": draft.issue_id, "update": draft.update_id}
    cards = []
    for language, text in draft.texts.items():
        hits = room.tone(text, language) if room is not None else ()
        lines = [harmless(part, MOST_PART * 2) if part.strip() else "" for part in text.split("\n")]
        lines += [f"✎ “{harmless(one.found, 60)}”: {harmless(one.why, 200)}" for one in hits]
        title = f"{words.text('status.draft', status=words.text(f'public_status.{draft.status.value}'))} · {language}"
        cards.append(Card(title=title, lines=tuple(lines), footer=words.text("bot.not_public"), colour=WARN))
    made = call.buttons.button
    publish = made("status_publish", words.text("status.publish"), look=Look.MAIN, **about) if call.may(Right.APPROVE) else None
    take = made("status_take_over", words.text("bot.take_over"), **about) if call.may(Right.ANSWER) else None
    away = made("status_discard", words.text("status.discard"), look=Look.RISKY, **about) if call.may(Right.ANSWER) else None
    return Said(embeds=embeds_of(cards), rows=rows_of(publish, take, away, call.page(f"/status/{draft.issue_id}")))


def _form(
    call: Call, status: IssueStatus, language: str, kept: Mapping[str, str], *, subjects: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return the form of one language: what it is about, what the status needs, and in the first one when we speak next."""
    room, words = _room(call), call.words
    needed, _ = room.needs(status)
    line = room.line(call.number("issue"))
    known = line.public.subjects if line is not None and line.public is not None else {}
    about = (subjects or {}).get(language, "") or known.get(language, "")
    fields = [FormField(name=SUBJECT, label=words.text("status.field.subject"), value=about, most=120)]
    fields += [
        FormField(name=name, label=words.text(f"status.field.{name}"), long=True, needed=name in needed, most=MOST_PART)
        for name in _parts(room, status)
    ]
    if language == LANGUAGES[0] and (room.promises(status) or status is IssueStatus.SEEN):
        hint = words.text("bot.next_hint", clock=f"{(call.now() + timedelta(hours=2)).astimezone(call.zone):%H:00}")
        fields.append(FormField(name=NEXT, label=words.text("status.next"), hint=hint, needed=room.promises(status), most=40))
    title = words.text(
        "bot.status_form", language=words.text(f"language_name.{language}"), status=words.text(f"public_status.{status.value}")
    )
    return call.buttons.form("status_words", title, fields, state=status.value, **{"in": language}, **dict(kept))


def _parts(room: StatusParts, status: IssueStatus) -> tuple[str, ...]:
    needed, optional = room.needs(status)
    return (*sorted(needed), *sorted(optional - set(_SKIPPED)))[:3]


def _room(call: Call) -> StatusParts:
    return there(call.parts.status)


def _status(asked: str) -> IssueStatus | None:
    return IssueStatus(asked) if asked in {one.value for one in IssueStatus} else None


def _moment(typed: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment that was typed: "15:00" is the next one of the day, else a day and a time. None when nothing was typed."""
    if not typed:
        return None
    try:
        if len(typed) <= 5 and ":" in typed:
            hour, minute = (int(one) for one in typed.split(":"))
            local = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
            found = local if local > now else local + timedelta(days=1)
        else:
            read = datetime.fromisoformat(typed)
            found = read if read.tzinfo else read.replace(tzinfo=zone)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ActionError("The moment of the next update cannot be read; write a time such as 15:00.", key="bot_moment") from error
