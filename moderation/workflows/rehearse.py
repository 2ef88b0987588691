"""What the demo's people do at the end of the fortnight: answer one conversation, post one status update, draft one invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listener.errors import ActionError
from listener.model.mention import StoredMention
from moderation.model.outbox import Draft, OutboxEntry
from moderation.parts import Desk, Sending

AGENT = "Fenna (demo)"
MOST_TRIED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What was done. `reply` and `update` were approved, sent, and accepted by the simulated platform; the invitation waits for approval.

    `invitation_refused` is the rule that kept the first invitation back, empty when none did.
    """

    cases_waiting: int
    asked: StoredMention
    reply: OutboxEntry
    update: OutboxEntry | None
    invitation: Draft | None
    invitation_refused: str


async def rehearse(sending: Sending, *, replies: Mapping[str, str], update: Mapping[str, str], issue_id: int | None) -> Rehearsed | None:
    """Act it out on real parts; None when nobody waits. `replies` holds a reply per language, `update` the variables of the status."""
    desk = sending.desk
    desk.open_cases()
    about_it = [case for case in desk.inbox.list(issue_id=issue_id) if not case.holder] if issue_id is not None else []
    waiting = about_it[0] if about_it else desk.inbox.next(AGENT)
    if waiting is None:
        return None
    desk.inbox.claim(waiting.case_id, AGENT, waiting.version)
    asked = desk.ledger.mentions.by_ids(waiting.mention_ids)[-1]
    language = _language(desk, asked)
    draft = desk.inbox.draft_reply(waiting.case_id, AGENT, replies[language], language=language)
    reply = desk.inbox.send(draft.draft_id, AGENT)
    posted = _update(desk, update, issue_id)
    await sending.send_once()
    invitation, refused = _invite(desk)
    sent = {entry.entry_id: entry for entry in desk.outbox.list()}
    return Rehearsed(
        cases_waiting=len(desk.inbox.list()),
        asked=asked,
        reply=sent[reply.entry_id],
        update=sent[posted.entry_id] if posted else None,
        invitation=invitation,
        invitation_refused=refused,
    )


def _language(desk: Desk, stored: StoredMention) -> str:
    found = desk.ledger.analyses.languages([stored.mention_id]).get(stored.mention_id, "nl")
    return found if found in ("nl", "en") else "nl"


def _update(desk: Desk, variables: Mapping[str, str], issue_id: int | None) -> OutboxEntry | None:
    if issue_id is None:
        return None
    try:
        draft = desk.updates.draft(issue_id, "investigating", variables, "nl", AGENT)
    except ActionError:
        return None  # no thread of this issue may be answered by a program (X, Bluesky …): a person has to
    return desk.outbox.approve(draft.draft_id, AGENT)


def _invite(desk: Desk) -> tuple[Draft | None, str]:
    """Draft an invitation in the first thread whose community allows one now; say which rule kept the first one back."""
    refused = ""
    for stored in desk.ledger.mentions.latest(MOST_TRIED):
        try:
            return desk.invitations.draft(stored.mention_id, "nl", AGENT), refused
        except ActionError as rule:
            refused = refused or str(rule)
    return None, refused
