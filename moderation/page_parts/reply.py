"""What the reply panel and its pages are fed with."""

from __future__ import annotations

from listener.errors import ActionError
from moderation.inbox.reply_parts import ReplyPanel, ReplyParts, Said
from moderation.messages.reasons import outbox_sentence
from moderation.model.case import CaseState
from moderation.model.outbox import Draft, DraftState
from moderation.model.person import Person, Right
from moderation.model.reply import Words, WorkingDraft
from moderation.model.thread import ANSWERED_IN_PRIVATE
from moderation.page_parts.words import held_words, words_for
from moderation.policy.gate import words_of_note
from moderation.reply_desk import ReplyDesk
from moderation.workflows.draft_text import subject_below
from moderation.workflows.load_wording import load_policy


def reply_parts(desk: ReplyDesk) -> ReplyParts:
    """Return the parts over an open desk."""
    policy = load_policy()

    said = Said(
        said=lambda entry, language: outbox_sentence(entry, words_for(language, "outbox")),
        note=lambda entry, language: words_of_note(entry.note, policy, language),
        held=lambda key, language: held_words(key, policy, language),
    )
    return ReplyParts(panel=lambda case_id, person: panel_of(desk, case_id, person, said), desk=desk, words=said)


def panel_of(desk: ReplyDesk, case_id: int, person: Person, said: Said) -> ReplyPanel | None:
    """Return the panel of a case as somebody sees it; None when there is no such case or nothing of it is left."""
    try:
        row = desk.write.case(case_id)
    except ActionError:
        return None
    working, language = desk.write.mine(case_id, person.name), desk.write.language(row)
    signatures = desk.words.signatures(person)
    words = working.words if working else Words(text="", language=language, signature=desk.words.usual(person))
    waiting, may = _waiting(desk, working), person.may(Right.ANSWER)
    account, asked = desk.write.account(row), desk.write.asked(row)
    return ReplyPanel(
        case_id=case_id,
        mine=may and row.holder == person.name,
        reads_only=not may,
        holder=row.holder,
        closed=row.state is CaseState.CLOSED,
        platform=row.platform,
        words=words,
        version=working.version if working else 0,
        working=working,
        others=desk.write.others(case_id, person.name),
        templates=desk.words.templates(words.language),
        signatures=signatures,
        languages=desk.words.languages,
        measured=desk.write.measured(row, words, person),
        postings=desk.follow.postings(case_id),
        speaks=account.account.name or account.account.native_id if account else "",
        title=subject_below(asked) if asked else "",
        waiting=waiting,
        asked=desk.send.request_of(waiting.draft_id) if waiting else None,
        private=row.private,
        answerable=not row.private or row.platform in ANSWERED_IN_PRIVATE,
        window=desk.write.window(row),
        came_back=None if waiting else desk.send.came_back(case_id, person.name),
        says=said,
    )


def _waiting(desk: ReplyDesk, working: WorkingDraft | None) -> Draft | None:
    """Return the draft that somebody put before a colleague and that waits there still."""
    if working is None or working.draft_id is None:
        return None
    draft = desk.send.draft(working.draft_id)
    return draft if draft is not None and draft.state is DraftState.OPEN and desk.send.request_of(draft.draft_id) else None
