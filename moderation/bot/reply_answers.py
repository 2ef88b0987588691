"""/reply: a form, then what would leave and what puts people off in it, then Send, or a colleague where the house wants two.

The same workflow as on the pages: the text is kept as somebody's own in that conversation, the preview is a draft, and Send carries the
hash of what was shown. Nothing is sent by showing anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listener.errors import ActionError, AlreadyClaimed
from moderation.bot.buttons import FormField, Look, rows_of
from moderation.bot.call import Call
from moderation.bot.cards import GOOD, WARN, Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.parts import there
from moderation.inbox.reply_parts import ReplyPanel, ReplyParts
from moderation.model.reply import Look as Looked
from moderation.model.reply import Preview, Words

MOST_HITS = 8
MOST_SHOWN = 3_000
TEXT = "text"


def write(call: Call) -> Said:
    """Open the form with what this person wrote here already. Whoever does not hold the conversation hears who does."""
    case_id = call.number("case")
    panel = _panel(call, case_id)
    if panel.waiting is not None:
        raise ActionError("This text waits for approval; take it back first.", key="waits")
    words = call.words
    most = min(4_000, panel.measured.limits.most) if panel.measured else 4_000
    field = FormField(
        name=TEXT,
        label=words.text("reply.text"),
        value=panel.words.text,
        hint=words.text("reply.placeholder"),
        long=True,
        most=most,
    )
    form = call.buttons.form("reply_preview", words.text("bot.reply_to", case=case_id), [field], case=case_id, version=panel.version)
    return Said(form=form)


def preview(call: Call) -> Said:
    """Keep what was typed, make it a draft, and show exactly what would leave."""
    case_id = call.number("case")
    panel, room = _panel(call, case_id), _room(call)
    typed = replace(panel.words, text=call.asked.fields.get(TEXT, "").replace("\r\n", "\n").replace("\r", "\n"))
    try:
        draft = room.desk.send.preview(case_id, call.person, typed, version=call.number("version"))
    except AlreadyClaimed:
        raise
    except ActionError as error:
        if not error.rules:
            raise
        return _forbidden(call, case_id, typed, room.desk.write.look(case_id, typed, call.person, language=call.language))
    return _preview(call, case_id, room.desk.send.shown(draft.draft_id, language=call.language, case_id=case_id))


def send(call: Call) -> Said:
    """Approve exactly what was shown, and queue it. Pressing again gives the same entry and sends nothing more."""
    case_id, draft_id, room = call.number("case"), call.number("draft"), _room(call)
    entry = room.desk.send.send(case_id, draft_id, call.person, shown=call.given.get("shown", ""), seen=call.given.get("seen", ""))
    said = room.words.said(entry, call.language)
    held = room.desk.follow.why_held(entry)
    waits = call.words.text("reply.waits_for", why=room.words.held(held, call.language)) if held else ""
    rows = rows_of(call.buttons.button("case_open", call.words.text("queue.open"), case=case_id), call.page(f"/cases/{case_id}"))
    return Said(text=f"{said} {waits}".strip(), rows=rows, replaces=True)


def ask(call: Call) -> Said:
    """Put exactly what was shown before a second person."""
    case_id, draft_id = call.number("case"), call.number("draft")
    _room(call).desk.send.ask(case_id, draft_id, call.person, shown=call.given.get("shown", ""))
    return Said(text=call.words.text("bot.asked_second"), rows=rows_of(call.page("/approvals")), replaces=True)


def _room(call: Call) -> ReplyParts:
    return there(call.parts.reply)


def _panel(call: Call, case_id: int) -> ReplyPanel:
    """Return what this person may write; raises what keeps them from it, with the words of the page."""
    panel = _room(call).panel(case_id, call.person)
    if panel is None:
        raise ActionError(f"There is no case {case_id}, or its messages were removed.", key="no_case")
    if panel.closed:
        raise ActionError("This conversation is closed.", key="closed")
    if not panel.mine:
        key = "held_by" if panel.holder else "claim_first"
        raise AlreadyClaimed(f"Case {case_id} is not yours.", key=key, fields={"holder": harmless(panel.holder, 80)})
    return panel


def _preview(call: Call, case_id: int, found: Preview) -> Said:
    words, draft = call.words, found.draft
    about: dict[str, Any] = {"case": case_id, "draft": draft.draft_id, "shown": found.shown, "seen": found.seen}
    lines = [_told(draft.text), *_of_rules(call, found.forbidden), *_of_tone(call, found.hits)]
    if found.needs_second:
        lines.append(words.text("reply.second_person"))
    speaks = harmless(found.account.account.name or found.account.account.native_id, 80)
    counted = words.text("reply.counted", counted=words.number(found.measured.counted), most=words.number(found.measured.limits.most))
    card = Card(
        title=words.text("reply.preview_title"),
        lines=tuple(lines),
        fields=((words.text("reply.as", account=speaks), counted),),
        footer=words.text("bot.nothing_left"),
        colour=WARN if found.forbidden or found.hits else GOOD,
    )
    made = call.buttons.button
    go = None
    if not found.forbidden:
        go = (
            made("reply_ask", words.text("reply.ask"), look=Look.MAIN, **about)
            if found.needs_second
            else made("reply_send", words.text("reply.send"), look=Look.GOOD, **about)
        )
    again = made("reply_write", words.text("reply.write_on"), case=case_id)
    return Said(embeds=embeds_of([card]), rows=rows_of(go, again, call.page(f"/cases/{case_id}#reply")))


def _forbidden(call: Call, case_id: int, typed: Words, look: Looked) -> Said:
    """Say which rules will not let this text leave, and what can be done instead. What was typed is kept by the workflow."""
    lines = (_told(typed.text), *_of_rules(call, look.forbidden), *_of_tone(call, look.hits))
    again = call.buttons.button("reply_write", call.words.text("reply.write_on"), case=case_id)
    card = Card(title=call.words.text("reply.rules_title"), lines=lines, footer=call.words.text("bot.nothing_left"), colour=WARN)
    return Said(embeds=embeds_of([card]), rows=rows_of(again, call.page(f"/cases/{case_id}#reply")))


def _told(text: str) -> str:
    """Return our own text as it would leave, each line harmless here: it may quote what a customer wrote."""
    return "\n".join(harmless(line, 1_000) if line.strip() else "" for line in text[:MOST_SHOWN].split("\n"))


def _of_rules(call: Call, forbidden: tuple[Any, ...]) -> list[str]:
    return [
        f"⛔ {harmless(one.words, 300)}" + (f" {call.words.text(f'reply.instead.{one.instead}')}" if one.instead else "")
        for one in forbidden
    ]


def _of_tone(call: Call, hits: tuple[Any, ...]) -> list[str]:
    """Return words that put people off, why, and what can be said instead; it is advice, and keeps nobody from sending."""
    said = call.words.text("reply.instead")
    return [
        f"✎ “{harmless(one.found, 60)}”: {harmless(one.why, 200)}"
        + (f" {said} {' / '.join(f'“{harmless(way, 80)}”' for way in one.instead)}" if one.instead else "")
        for one in hits[:MOST_HITS]
    ]
