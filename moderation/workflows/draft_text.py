"""What every draft passes before it is kept: it fits, has no forgotten blanks, and no rule forbids it already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from listener.errors import NotAllowed
from listener.model.mention import StoredMention
from moderation.ledger.drafts import DraftLedger
from moderation.messages.length import must_fit
from moderation.messages.neutral import review_links
from moderation.messages.render import forgotten_blanks
from moderation.model.outbox import Draft, NewDraft
from moderation.model.post import ANSWERING, Target
from moderation.model.thread import thread_of
from moderation.outbox.precheck import Precheck
from moderation.policy.gate import ADDRESSED_ONLY

MAIL = "mail"
"""Where an answer has a receiver and a subject of its own."""


def keep_draft(new: NewDraft, drafts: DraftLedger, precheck: Precheck, *, at: datetime) -> Draft:
    """Keep a draft that may be approved. Raises `NotAllowed` with what is wrong; the agent's text is never changed or cut."""
    must_be_sound(new, precheck)
    precheck.must_pass(new, who=new.author, at=at)
    return drafts.add(new, at=at)


def must_be_sound(draft: NewDraft | Draft, precheck: Precheck) -> None:
    """Raise `NotAllowed` when the text is empty, too long, unfinished, or (a reply) carries a link to a review site."""
    if draft.removes:  # what stands there already is taken away, whatever it says
        return
    must_fit(draft.text, precheck.accounts.for_target(draft.target).limits)
    if blanks := forgotten_blanks(draft.text):
        found = ", ".join(blanks)
        raise NotAllowed(f"The text has a blank that was not filled in: {found}.", key="blanks", fields={"found": found})
    if any("\ud800" <= sign <= "\udfff" or (sign < " " and sign not in "\n\t") for sign in draft.text):
        raise NotAllowed("The text holds a control character or half a character; type it again.", key="control_sign")
    if draft.kind in ANSWERING and (links := review_links(draft.text, precheck.policy.review_hosts)):
        raise precheck.refuse("review_link", found=", ".join(links))


def target_below(stored: StoredMention) -> Target:
    """Return the place right below a mention, bound to what it says now; an e-mail or a private message is answered to who wrote it."""
    mention = stored.mention
    return Target(
        platform=mention.platform,
        realm=mention.realm,
        thread_id=thread_of(mention),
        parent_id=mention.native_id,
        mention_id=stored.mention_id,
        revision=stored.revision,
        content_hash=mention.content_hash,
        person=mention.author.native_id if (mention.platform == MAIL or stored.private) and mention.author is not None else "",
    )


def to_answer(messages: Sequence[StoredMention]) -> StoredMention:
    """Return the message to answer: the latest one; where a program may only answer those who speak to us, the latest that does."""
    addressed = [one for one in messages if any(hit.directed for hit in one.hits)]
    return addressed[-1] if addressed and messages[-1].mention.platform in ADDRESSED_ONLY else messages[-1]


def subject_below(stored: StoredMention) -> str:
    """Return the title of an answer: an e-mail's subject with "Re: " once before it, nothing on platforms whose answers have none."""
    mention = stored.mention
    if mention.platform != MAIL:
        return ""
    subject = " ".join(mention.title.split())
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()
