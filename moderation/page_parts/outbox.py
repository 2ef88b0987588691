"""What the outbox page is fed with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from moderation.inbox.outbox_parts import OutboxNow, OutboxParts
from moderation.messages.reasons import alarm_sentence, outbox_sentence
from moderation.model.outbox import EntryState, OutboxEntry
from moderation.outbox.restored import in_doubt
from moderation.page_parts.words import held_words, words_for
from moderation.parts import Desk
from moderation.policy.cost import cost_of_text
from moderation.policy.gate import words_of_note
from moderation.workflows.approve_draft import MAY_BE_THERE
from moderation.workflows.load_wording import load_policy

MOST_SHOWN = 200
"""Entries on the page, newest first: older ones are found by command."""


def outbox_parts(desk: Desk, home: Path) -> OutboxParts:
    """Return the page's parts over an open desk."""
    outbox, policy = desk.outbox, load_policy()

    def now(states: Sequence[EntryState]) -> OutboxNow:
        return OutboxNow(
            entries=tuple(reversed(outbox.list(states)[-MOST_SHOWN:])),
            drafts=outbox.open_drafts()[-MOST_SHOWN:],
            alarms=tuple(desk.alarms.unseen()),
            stopped_by=outbox.stopped(),
            restored=in_doubt(home),
        )

    def held(entry: OutboxEntry, language: str) -> str:
        key = desk.replies.follow.why_held(entry)
        return held_words(key, policy, language) if key else ""

    return OutboxParts(
        now=now,
        approve=lambda draft_id, who, shown: outbox.approve(draft_id, who, shown=shown or "-"),
        shown=outbox.shown,
        cancel=outbox.cancel,
        resolve=outbox.resolve,
        seen=lambda alarm_id, who: desk.alarms.see(alarm_id, who=who, at=desk.clock.now()),
        stop=outbox.stop,
        resume=outbox.resume,
        sentence=lambda entry, language: outbox_sentence(entry, words_for(language, "outbox")),
        note=lambda entry, language: words_of_note(entry.note, policy, language),
        alarm=lambda alarm, language: alarm_sentence(alarm, words_for(language, "outbox")),
        may_be_there=MAY_BE_THERE,
        cost=lambda draft: cost_of_text(draft.text, draft.target.platform, policy),
        held=held,
    )
