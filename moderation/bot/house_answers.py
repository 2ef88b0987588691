"""/digest, /sources, /outbox and /actions: how the house stands."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from listener.digest.discord import digest_discord
from listener.digest.inert import one_line
from listener.errors import ActionError
from listener.model.figures import BLIND_STATES, SourceCoverage
from moderation.bot.buttons import Look, rows_of
from moderation.bot.call import Call
from moderation.bot.cards import CALM, GOOD, WARN, Card, embeds_of, harmless
from moderation.bot.said import MOST_CONTENT, Said
from moderation.inbox.feedback_parts import TapShown
from moderation.inbox.outbox_parts import OutboxNow, OutboxParts
from moderation.inbox.parts import there
from moderation.inbox.routes_outbox import SHOWN
from moderation.model.action import Action
from moderation.model.outbox import OutboxEntry
from moderation.model.person import Right
from moderation.workflows.tell_when_due import digest_due

PERIODS = ("now", "day", "week")
MOST_SOURCES = 20
MOST_LOST = 3
MOST_ENTRIES = 6
MOST_ACTIONS = 8
SHORT = 160


def digest(call: Call) -> Said:
    """Return the digest of the last day or week, or of what happened since this morning's."""
    now, period = call.now(), call.given.get("period", "day")
    figures = call.bot.figures(call.person.brands, _since(call, period, now), now)
    body = digest_discord(figures, language=call.language, zone=call.zone, templates=call.bot.templates(call.language))
    embeds, picture = list(body["embeds"]), call.bot.chart(figures, call.language)
    if picture is not None:
        embeds[0] = {**embeds[0], "image": {"url": f"attachment://{picture.name}"}}
    urgent = (*figures.new, *figures.growing)
    menu = (
        call.buttons.menu(
            "issue_open",
            call.words.text("bot.choose_issue"),
            [(one_line(one.title, 100), str(one.issue_id), "") for one in urgent],
            chosen="issue",
        ),
    )
    text = "" if call.bot.sees_texts() else call.words.text("bot.no_intent")
    said = f"{body.get('content', '')}\n{text}".strip()
    return Said(
        text=said[:MOST_CONTENT],
        embeds=tuple(embeds),
        rows=(*(menu if urgent else ()), *rows_of(call.page("/digest"))),
        pictures=(picture,) if picture else (),
    )


def _since(call: Call, period: str, now: datetime) -> datetime:
    if period == "week":
        return now - timedelta(days=7)
    if period == "now":
        return digest_due(now, zone=call.zone, hour=call.bot.digest_hour).as_of
    return now - timedelta(days=1)


def sources(call: Call) -> Said:
    """Return what each source saw, and where we were blind."""
    found, words = call.parts.coverage(), call.words
    if not found:
        return Said(text=f"{words.text('sources.empty')} {words.text('sources.empty_do')}")
    trouble = [one for one in found if one.state in BLIND_STATES or one.lost_now]
    head = words.text("sources.trouble", n=len(trouble)) if trouble else words.text("sources.all_ok")
    lines = [_source(call, one) for one in sorted(found, key=lambda one: one.is_well)[:MOST_SOURCES]]
    if not call.bot.sees_texts():
        lines.append(words.text("bot.no_intent"))
    card = Card(title=f"{words.text('sources.title')}: {head}", lines=tuple(lines), colour=WARN if trouble else GOOD)
    return Said(embeds=embeds_of([card]), rows=rows_of(call.page("/sources")))


def _source(call: Call, one: SourceCoverage) -> str:
    words = call.words
    parts = [
        words.named("source_state", one.state),
        harmless(words.named("source_cause", one.cause), SHORT) if one.cause else "",
        words.text("sources.silent", moment=call.moment(one.silent_since)) if one.silent_since else "",
        words.text("bot.source_saw", n=words.number(one.mentions)),
        words.text("sources.blind_since", moment=call.moment(one.blind_since)) if one.blind_since else "",
        *(
            words.text("sources.lost_now", place=harmless(lost.place, SHORT), moment=call.moment(lost.since))
            for lost in one.lost_now[:MOST_LOST]
        ),
        f"{words.text('sources.gaps')}: {one.gaps}" if one.gaps else "",
        f"{words.text('sources.last_ok')}: {call.moment(one.last_ok_at) if one.last_ok_at else words.text('sources.never')}",
        harmless(one.note, SHORT) if one.note else "",
    ]
    return f"**{harmless(one.source, 80)}** · {' · '.join(part for part in parts if part)}"


def outbox(call: Call) -> Said:
    """Return what waits, what needs a person, whether sends are stopped. Approving is pressed on its page, after a fresh sign-in."""
    room, words = there(call.parts.outbox), call.words
    now = room.now(())
    lines = [f"🛑 {words.text('outbox.stopped', who=harmless(now.stopped_by, 80))}" if now.stopped_by else words.text("bot.sends_go_on")]
    lines += [words.text("outbox.restored")] if now.restored else []
    lines += [_counts(call, now)]
    lines += [f"⚠ {harmless(room.alarm(one, call.language), SHORT)}" for one in now.alarms[:MOST_ENTRIES]]
    cards = [Card(title=words.text("outbox.title"), lines=tuple(lines), colour=WARN if now.stopped_by or now.alarms else CALM)]
    cards += _entries(call, room, now, "needs_human") + _entries(call, room, now, "waiting") + _drafts(call, now)
    return Said(embeds=embeds_of(cards), rows=(*_alarms(call, room, now), *rows_of(_switch(call, now), call.page("/outbox"))))


def _counts(call: Call, now: OutboxNow) -> str:
    found = Counter(name for one in now.entries for name, states in SHOWN.items() if one.state in states)
    return " · ".join(f"{call.words.text(f'outbox.filter.{name}')}: {found[name]}" for name in SHOWN)


def _entries(call: Call, room: OutboxParts, now: OutboxNow, which: str) -> list[Card]:
    some = [one for one in now.entries if one.state in SHOWN[which]][:MOST_ENTRIES]
    lines = tuple(_entry(call, room, one) for one in some)
    return [Card(title=call.words.text(f"outbox.filter.{which}"), lines=lines)] if lines else []


def _entry(call: Call, room: OutboxParts, one: OutboxEntry) -> str:
    held = room.held(one, call.language)
    said = " ".join(part for part in (room.sentence(one, call.language), harmless(held, SHORT)) if part)
    by = call.words.text("outbox.approved_by", who=harmless(one.approved_by, 60), moment=call.moment(one.approved_at))
    return f"**#{one.entry_id}** {call.where(one.post.target.platform)}: “{harmless(one.post.text, SHORT)}” — {by}\n{said}"


def _drafts(call: Call, now: OutboxNow) -> list[Card]:
    """Return what waits for somebody to approve it."""
    words = call.words
    lines = [
        f"**#{one.draft_id}** {call.where(one.target.platform)}: “{harmless(one.text, SHORT)}” — "
        f"{words.text('outbox.worded_by', who=harmless(one.author, 60), moment=call.moment(one.made_at))}"
        for one in now.drafts[-MOST_ENTRIES:]
    ]
    return [Card(title=words.text("outbox.drafts"), lines=(*lines, words.text("bot.approve_where")))] if lines else []


def _alarms(call: Call, room: OutboxParts, now: OutboxNow) -> tuple[dict[str, object], ...]:
    if not now.alarms or not call.may(Right.ANSWER):
        return ()
    options = [(room.alarm(one, call.language), str(one.alarm_id), "") for one in now.alarms]
    return (call.buttons.menu("alarm_seen", call.words.text("bot.alarm_seen"), options, chosen="alarm"),)


def _switch(call: Call, now: OutboxNow) -> dict[str, object] | None:
    """Return the button that stops every send, or the one that says where they are let go on again."""
    if now.stopped_by:
        return call.buttons.button("outbox_resume", call.words.text("outbox.resume")) if call.may(Right.APPROVE) else None
    return call.buttons.button("outbox_stop", call.words.text("outbox.stop"), look=Look.RISKY) if call.may(Right.ANSWER) else None


def stop(call: Call) -> Said:
    """Stop every send, now; again changes nothing, and says who was first."""
    room = there(call.parts.outbox)
    before = room.now(()).stopped_by
    if not before:
        room.stop(call.who)
    return Said(text=call.words.text("outbox.stopped", who=harmless(before or call.who, 80)))


def alarm_seen(call: Call) -> Said:
    """Note that a colleague looked at an alarm that nobody looked at yet."""
    room, alarm_id = there(call.parts.outbox), call.number("alarm")
    if alarm_id not in {one.alarm_id for one in room.now(()).alarms}:
        raise ActionError("There is no such alarm, or somebody looked at it already.", key="bot_no_alarm")
    room.seen(alarm_id, call.who)
    return outbox(call)


def actions(call: Call) -> Said:
    """Return improvement actions, those that are open first, by the day they are due."""
    room, words = there(call.parts.actions), call.words
    every = sorted(room.actions(None), key=lambda one: (one.state.value != "open", one.due_on))
    if not every:
        return Said(text=words.text("actions.none"), rows=rows_of(call.page("/actions")))
    shown = every[:MOST_ACTIONS]
    titles, taps = room.titles([one.issue_id for one in shown]), room.taps(shown, call.language)
    today = call.now().astimezone(call.zone).date()
    lines = []
    for one in shown:
        late = f" · {words.text('actions.late')}" if one.late_on(today) else ""
        state = f"{words.text(f'actions.state.{one.state.value}')}{late}"
        due = words.text(
            "actions.due", day=words.day(datetime(one.due_on.year, one.due_on.month, one.due_on.day, 12, tzinfo=call.zone), call.zone)
        )
        lines.append(f"**{harmless(one.change, 200)}** · {state} · {due} · {harmless(one.owner, 60)}")
        lines.append(f"{harmless(titles.get(one.issue_id, ''), 100)} · #{one.issue_id} · {_effect(call, one, taps.get(one.action_id))}")
    more = words.text("bot.more", n=len(every) - MOST_ACTIONS) if len(every) > MOST_ACTIONS else ""
    return Said(
        embeds=embeds_of([Card(title=words.text("actions.title"), lines=tuple(lines), footer=more)]), rows=rows_of(call.page("/actions"))
    )


def _effect(call: Call, one: Action, tap: TapShown | None) -> str:
    """Return whether people wrote less since: what was found, once it can be said; until then how many they were before and since."""
    if tap is None:
        return call.bot.effect(one, call.person.brands, call.language)
    if tap.others:
        return call.words.text("taps.of_others")
    return " ".join((f"**{harmless(tap.words.verdict, SHORT)}.**", *(harmless(line, 200) for line in tap.words.lines[:2])))
