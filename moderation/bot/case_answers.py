"""/claim, and a conversation as it is shown to whoever answers it. Everything here holds what customers wrote: only who asks sees it."""

from __future__ import annotations

from typing import Any

from listener.digest.choice import link_only
from listener.errors import ActionError, AlreadyClaimed
from listener.text.shorten import shorten
from moderation.bot.buttons import Look, rows_of
from moderation.bot.call import Call
from moderation.bot.cards import Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.fields import number_of
from moderation.inbox.page_records import CaseDetail, ShownMention
from moderation.inbox.parts import there
from moderation.model.case_act import ActVerb, NewAct
from moderation.model.person import Right
from moderation.model.queue import QueueChoice

MOST_MESSAGES = 5
MOST_MESSAGE = 700


def claim(call: Call) -> Said:
    """Take a conversation, or without a number the one to answer next. Who holds it already is named, and it stays theirs."""
    if not call.given.get("case"):
        return claim_next(call)
    case_id = call.number("case")
    detail = _case(call, case_id)
    if detail.entry.holder == call.who:
        return case(call)
    version = number_of(call.given.get("version", ""))
    try:
        call.parts.queue.act(NewAct(verb=ActVerb.CLAIM), case_id, detail.entry.version if version is None else version, call.who)
    except AlreadyClaimed as error:
        raise _told(call, case_id, error) from error
    return case(call)


def claim_next(call: Call) -> Said:
    """Take what comes next, of an issue where one is named."""
    choice = QueueChoice(issue_id=number_of(call.given.get("issue", "")))
    act = call.parts.queue.take_next(choice, call.person)
    if act is None:
        return Said(text=call.words.text("bot.nobody_waits"))
    return _shown(call, _case(call, act.case_id))


def release(call: Call) -> Said:
    """Give a conversation back, as it was shown."""
    case_id = call.number("case")
    try:
        call.parts.queue.act(NewAct(verb=ActVerb.RELEASE), case_id, call.number("version"), call.who)
    except AlreadyClaimed as error:
        raise _told(call, case_id, error) from error
    return Said(text=call.words.text("bot.released", case=case_id), replaces=True)


def case(call: Call) -> Said:
    """Return a conversation with what can be done about it."""
    return _shown(call, _case(call, call.number("case")))


def _case(call: Call, case_id: int) -> CaseDetail:
    found = call.parts.case(case_id)
    if found is None:
        raise ActionError(f"There is no case {case_id}, or its messages were removed.", key="no_case")
    return found


def _told(call: Call, case_id: int, error: AlreadyClaimed) -> AlreadyClaimed:
    """Return the error with who holds the case now: what the page says in the same place."""
    found = call.parts.case(case_id)
    holder = found.entry.holder if found else ""
    if holder and holder != call.who:
        return AlreadyClaimed(f"{holder} holds this conversation.", key="case_held", fields={"holder": harmless(holder, 80)})
    return error


def _shown(call: Call, detail: CaseDetail) -> Said:
    entry, words = detail.entry, call.words
    private = f" · {words.text('mention.private')}" if entry.private else ""
    waits = words.text("queue.waits", stretch=words.stretch(entry.waiting_since, call.now()))
    where = f"{call.where(entry.opening.platform)}{private} · {waits}"
    holder = words.text("queue.holder", holder=harmless(entry.holder, 80)) if entry.holder else words.text("bot.free")
    why = " · ".join(call.parts.why(one, call.language) for one in entry.why if not isinstance(one, str))
    lines = [f"{where} · {holder}", *([why] if why else []), *(_message(call, one) for one in detail.mentions[-MOST_MESSAGES:])]
    fields = [(words.text("case.issue"), f"{harmless(entry.issue_title)} · #{entry.issue_id}")] if entry.issue_id is not None else []
    card = Card(
        title=words.text("bot.case", case=entry.case_id, author=harmless(entry.opening.author or words.text("mention.nobody"), 60)),
        lines=tuple(lines),
        fields=tuple(fields),
        footer=words.text("bot.only_you"),
    )
    return Said(embeds=embeds_of([card]), rows=rows_of(*_buttons(call, detail)))


def _message(call: Call, one: ShownMention) -> str:
    """Return a message as the agent needs it: whole as far as it fits. X shows its own texts only where they are (RULES: quotes)."""
    if link_only(one.platform) or one.kept_no_longer:
        return call.said_by(one, one.title)
    byline = f"{harmless(one.author or call.words.text('mention.nobody'), 60)} · {call.moment(one.posted_at)}"
    return f"> “{harmless(shorten(one.text, MOST_MESSAGE * 2), MOST_MESSAGE)}” — {byline}"


def _buttons(call: Call, detail: CaseDetail) -> list[dict[str, Any] | None]:
    entry, words, made = detail.entry, call.words, call.buttons.button
    page = call.page(f"/cases/{entry.case_id}")
    if not call.may(Right.ANSWER):
        return [page]
    if entry.holder != call.who:
        take = made("case_claim", words.text("queue.claim"), look=Look.MAIN, case=entry.case_id, version=entry.version)
        return [None if entry.holder else take, page]
    speaks = there(call.parts.reply).panel(entry.case_id, call.person) if call.parts.reply else None
    write = made("reply_write", words.text("reply.title"), look=Look.MAIN, case=entry.case_id) if speaks and speaks.speaks else None
    return [write, made("case_release", words.text("queue.release"), case=entry.case_id, version=entry.version), page]
