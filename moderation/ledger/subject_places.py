"""Every place of the ledger where a person stands, in plain words, with what finds them there and what an erasure leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from listener.ledger import tables as heard
from moderation.ledger import tables, tables_conversation, tables_feedback, tables_invitations, tables_leave, tables_reply, tables_status
from moderation.ledger.shadow import empty_posts
from moderation.ledger.subject_who import Theirs
from moderation.ledger.tables_bot import bot_person
from moderation.ledger.tables_knowledge import article_evidence, article_version
from moderation.ledger.tables_subject import subject_request
from moderation.model.feedback import CHOICES
from moderation.model.outbox import DraftState, EntryState
from moderation.outbox.states import SENDABLE


class Fate(Enum):
    """What an erasure does with the rows of a place. `MESSAGE`: they go with the messages themselves (`remove_mentions`)."""

    EMPTIED = "emptied"
    DELETED = "deleted"
    MESSAGE = "message"


KEY = object()
"""Stands for whatever takes the place of the person's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Rows of `table` for which `mine` holds are a person's. `emptied` are columns with what they hold afterwards."""

    table: Table
    words: str
    mine: Callable[[Theirs], ColumnElement[bool]]
    fate: Fate = Fate.EMPTIED
    emptied: Mapping[str, Any] | None = None
    kept: str = ""

    def count(self, tx: Connection, theirs: Theirs) -> int:
        return tx.execute(select(func.count()).select_from(self.table).where(self.mine(theirs))).scalar_one()

    def rows(self, tx: Connection, theirs: Theirs) -> list[Mapping[str, Any]]:
        """Return what is kept there, whole."""
        found = tx.execute(select(self.table).where(self.mine(theirs)).order_by(*self.table.primary_key.columns)).mappings()
        return [dict(row) for row in found]

    def erase(self, tx: Connection, theirs: Theirs, stand_ins: Mapping[str, str]) -> None:
        """Empty or delete the rows there; those that go with the messages wait for them."""
        if self.fate is Fate.DELETED:
            tx.execute(delete(self.table).where(self.mine(theirs)))
        if self.fate is not Fate.EMPTIED or not self.emptied:
            return
        plain = {name: value for name, value in self.emptied.items() if value is not KEY}
        if plain:
            tx.execute(update(self.table).where(self.mine(theirs)).values(plain))
        for name, value in self.emptied.items():
            if value is KEY:
                for key, stand_in in stand_ins.items():
                    tx.execute(update(self.table).where(self.table.c[name] == key).values({name: stand_in}))


def _by_mention(table: Table) -> Callable[[Theirs], ColumnElement[bool]]:
    return lambda theirs: table.c.mention_id.in_(theirs.mentions)


def _by_talk(table: Table) -> Callable[[Theirs], ColumnElement[bool]]:
    return lambda theirs: table.c.conversation_id.in_(theirs.talks)


def _by_key(table: Table, *names: str) -> Callable[[Theirs], ColumnElement[bool]]:
    def mine(theirs: Theirs) -> ColumnElement[bool]:
        return or_(*(table.c[name].in_(theirs.keys) for name in names))

    return mine


def _vectors(theirs: Theirs) -> ColumnElement[bool]:
    hashes = select(heard.analysis.c.text_hash).where(heard.analysis.c.mention_id.in_(theirs.mentions))
    return heard.embedding.c.text_hash.in_(hashes)


_CHOSEN = tuple(CHOICES)
_TALK, _FEED, _LEAVE = tables_conversation, tables_feedback, tables_leave
_GONE = Fate.MESSAGE
_NOBODY_ELSE = "a vector that another's message shares"
_SENT = "that something was sent, when, and its id on the platform"
_NOTE = {"text": "", "person_key": KEY}
_WRITTEN = {"text": "", "title": "", "content_hash": "", "person": ""}

PLACES: tuple[Place, ...] = (
    Place(table=heard.mention, words="messages", mine=_by_mention(heard.mention), fate=_GONE, kept="an empty row that blocks their return"),
    Place(table=heard.revision, words="texts and titles of messages, with every edit", mine=_by_mention(heard.revision), fate=_GONE),
    Place(table=heard.analysis, words="what was read in messages", mine=_by_mention(heard.analysis), fate=_GONE),
    Place(table=heard.label, words="labels of messages", mine=_by_mention(heard.label), fate=_GONE),
    Place(table=heard.mention_brand, words="brands that messages are about", mine=_by_mention(heard.mention_brand), fate=_GONE),
    Place(table=heard.mention_source, words="which source showed messages", mine=_by_mention(heard.mention_source), fate=_GONE),
    Place(table=heard.quarantine, words="messages set apart", mine=_by_mention(heard.quarantine), fate=_GONE),
    Place(table=heard.embedding, words="vectors of messages", mine=_vectors, fate=_GONE, kept=_NOBODY_ELSE),
    Place(
        table=heard.label_correction, words="labels that colleagues corrected", mine=_by_mention(heard.label_correction), fate=Fate.DELETED
    ),
    Place(table=_TALK.contact_sign, words="digests of numbers and addresses", mine=_by_mention(_TALK.contact_sign), fate=Fate.DELETED),
    Place(table=_TALK.contact_sign_read, words="notes of what was read for digests", mine=_by_mention(_TALK.contact_sign_read), kept="ids"),
    Place(table=article_version, words="words in knowledge articles", mine=lambda one: _in_article(one), fate=_GONE),
    Place(table=article_evidence, words="messages that articles rest on", mine=_by_mention(article_evidence), fate=_GONE),
    Place(
        table=_TALK.case_note,
        words="notes of colleagues",
        mine=lambda one: _by_talk(_TALK.case_note)(one) | _by_key(_TALK.case_note, "person_key")(one),
        emptied=_NOTE,
        kept="who wrote one, and when",
    ),
    Place(
        table=_TALK.case_question,
        words="questions to specialists",
        mine=lambda one: _by_talk(_TALK.case_question)(one) | _by_key(_TALK.case_question, "person_key")(one),
        emptied={**_NOTE, "answer": ""},
        kept="who asked and answered, and when",
    ),
    Place(table=_TALK.conversation_card, words="cards of conversations", mine=_by_talk(_TALK.conversation_card), fate=Fate.DELETED),
    Place(table=_TALK.contact_mark, words="marks of contacts", mine=_by_talk(_TALK.contact_mark), emptied={"note": ""}, kept="the mark"),
    Place(table=_FEED.tell_agreement, words="agreements to be told", mine=_by_talk(_FEED.tell_agreement), fate=Fate.DELETED),
    Place(
        table=_FEED.feedback_answer,
        words="feedback in their own words",
        mine=lambda one: _FEED.feedback_answer.c.feedback_id.in_(one.feedback) & ~_FEED.feedback_answer.c.question.in_(_CHOSEN),
        emptied={"value": ""},
        kept="scores, without a person",
    ),
    Place(
        table=tables_reply.working_draft,
        words="replies that were being written",
        mine=lambda one: tables_reply.working_draft.c.case_id.in_(one.cases),
        fate=Fate.DELETED,
    ),
    Place(
        table=tables_reply.approval_request,
        words="notes with requests for approval",
        mine=lambda one: tables_reply.approval_request.c.draft_id.in_(one.drafts),
        emptied={"note": ""},
        kept="who asked, and when",
    ),
    Place(table=tables_leave.shadow_item, words="replies kept in shadow", mine=lambda one: _in_shadow(one), kept="how it was judged"),
    Place(
        table=tables_invitations.invitation_decision,
        words="invitations that were worded",
        mine=lambda one: tables_invitations.invitation_decision.c.event_id.in_(_events(one)),
        emptied={"text": "", "why": {}, "why_not": {}},
        kept="the decision",
    ),
    Place(
        table=tables_invitations.invitation_event,
        words="moments at which they might have been asked",
        mine=_by_key(tables_invitations.invitation_event, "person_key"),
        emptied={"person_key": KEY},
        kept="the moment",
    ),
    Place(
        table=_FEED.you_said_message,
        words="messages about what we did",
        mine=_by_key(_FEED.you_said_message, "person_key"),
        emptied={"person_key": KEY},
        kept="that there was one",
    ),
    Place(
        table=tables_status.broadcast_item,
        words="answers prepared for many",
        mine=lambda one: one.addressed(tables_status.broadcast_item) | _by_mention(tables_status.broadcast_item)(one),
        emptied={**_WRITTEN, "note": ""},
        kept="where it was to go",
    ),
    Place(
        table=tables.outbox,
        words="what we sent or were to send them",
        mine=lambda one: one.entries,
        emptied={**_WRITTEN, "text_key": "", "media": [], "options": []},
        kept=_SENT,
    ),
    Place(
        table=tables.draft,
        words="drafts for them",
        mine=lambda one: tables.draft.c.draft_id.in_(one.drafts),
        emptied={**_WRITTEN, "options": []},
        kept="that there was one, and whose",
    ),
    Place(
        table=_TALK.contact_join,
        words="contact moments that colleagues joined",
        mine=_by_key(_TALK.contact_join, "person_key", "other_person_key"),
        emptied={"person_key": KEY, "other_person_key": KEY},
        kept="that two conversations belong together",
    ),
    Place(
        table=_LEAVE.opt_out,
        words="wishes to be left alone",
        mine=_by_key(_LEAVE.opt_out, "person_key"),
        emptied={"note": "", "person_key": KEY},
        kept="that somebody asked, and when",
    ),
    Place(
        table=_LEAVE.consent,
        words="what they agreed to",
        mine=_by_key(_LEAVE.consent, "person_key"),
        emptied={"source": "", "person_key": KEY},
        kept="that somebody agreed, and when",
    ),
    Place(
        table=bot_person,
        words="which colleague a Discord account belongs to",
        mine=lambda one: bot_person.c.discord_id.in_(one.at_discord),
        fate=Fate.DELETED,
        kept="the colleague's own account",
    ),
    Place(
        table=subject_request,
        words="what they asked for",
        mine=lambda one: _by_key(subject_request, "person")(one) & subject_request.c.begun_at.is_(None),
        emptied={"person": ""},
        kept="that somebody asked, when, and how it ended",
    ),
    Place(
        table=tables.conversation,
        words="conversations",
        mine=_by_key(tables.conversation, "author_key"),
        emptied={"author_key": KEY},
        kept="its case: states, moments and who worked on it",
    ),
)
"""In the order in which they are emptied: what others are found by comes after them, and messages last of all."""


def _in_article(theirs: Theirs) -> ColumnElement[bool]:
    version = article_version.c
    return version.question_mention_id.in_(theirs.mentions) | version.answer_mention_id.in_(theirs.mentions)


def _in_shadow(theirs: Theirs) -> ColumnElement[bool]:
    item = tables_leave.shadow_item.c
    return item.mention_id.in_(theirs.mentions) | item.case_id.in_(theirs.cases)


def _events(theirs: Theirs) -> Any:
    event = tables_invitations.invitation_event
    return select(event.c.event_id).where(event.c.person_key.in_(theirs.keys) | event.c.mention_id.in_(theirs.mentions))


def empty_shadow(tx: Connection, theirs: Theirs) -> None:
    """Take the words and the person out of posts that never left."""
    item = tables_leave.shadow_item
    empty_posts(tx, tx.execute(select(item.c.shadow_id, item.c.post).where(_in_shadow(theirs))).all())


def stop_what_waits(tx: Connection, theirs: Theirs, at: datetime) -> None:
    """Call off what was approved for them and has not left: an emptied text must never be sent."""
    waits = tables.outbox.c.state.in_([one.value for one in SENDABLE])
    values = {"state": EntryState.CANCELLED.value, "version": tables.outbox.c.version + 1, "changed_at": at, "reason": "person"}
    tx.execute(update(tables.outbox).where(theirs.entries, waits).values(values))
    unsent = tables.draft.c.draft_id.in_(theirs.drafts) & (tables.draft.c.state == DraftState.OPEN.value)
    tx.execute(update(tables.draft).where(unsent).values(state=DraftState.DISCARDED.value))
