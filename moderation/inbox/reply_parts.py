"""What the reply panel and its pages need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderation.model.outbox import Draft, OutboxEntry
from moderation.model.person import Person
from moderation.model.reply import AnswerWindow, ApprovalRequest, Measured, Posting, ReplyTemplate, Signature, Words, WorkingDraft
from moderation.reply_desk import ReplyDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words about what became of a post. `said(entry, language)` and `note(entry, language)`: where it stands, and what the platform or a
    rule said; `held(key, language)`: why it waits.
    """

    said: Callable[[OutboxEntry, str], str]
    note: Callable[[OutboxEntry, str], str]
    held: Callable[[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPanel:
    """The reply to one case, as one person sees it.

    `mine`: this person holds the case and may answer it; `reads_only`: they may not answer at all.
    `words` is what they typed, or
    an empty text in the customer's language; `version` goes back with a save. `others` left texts here too. `waiting` is what
    they put before somebody else; `came_back` what came back, with its note. `speaks` is the account that would
    answer, "" when none is connected there. `title` is an e-mail's subject. `private`: only the customer and we read this; `answerable`:
    Klankbord has a way to answer there, so that an account can be connected; `window`: until when it may be answered, None: at any time.
    """

    case_id: int
    mine: bool
    holder: str
    closed: bool
    platform: str
    words: Words
    version: int
    working: WorkingDraft | None
    others: tuple[WorkingDraft, ...]
    templates: tuple[ReplyTemplate, ...]
    signatures: tuple[Signature, ...]
    languages: tuple[str, ...]
    measured: Measured | None
    postings: tuple[Posting, ...]
    speaks: str
    title: str = ""
    waiting: Draft | None = None
    asked: ApprovalRequest | None = None
    came_back: ApprovalRequest | None = None
    reads_only: bool = False
    private: bool = False
    answerable: bool = True
    window: AnswerWindow | None = None
    says: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyParts:
    """`panel(case_id, person)`: the panel, None when there is no such case. `desk` are the workflows that its forms call."""

    panel: Callable[[int, Person], ReplyPanel | None]
    desk: ReplyDesk
    words: Said
