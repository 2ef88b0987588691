"""Where replies are written and sent, put together on an open ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.approval_requests import ApprovalRequestLedger
from moderation.ledger.cards import CardLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.endings import EndingLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.reply_templates import ReplyTemplateLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.working_drafts import WorkingDraftLedger
from moderation.messages.render import PublicWording
from moderation.messages.status_words import promise_words
from moderation.model.outbox import Draft
from moderation.model.status import StatusUpdate
from moderation.model.tone import ToneWord
from moderation.outbox.precheck import Precheck
from moderation.settings import KlankbordSettings
from moderation.settings_advice import ToneSettings
from moderation.tone.check import tone_hits
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.follow_reply import FollowReply
from moderation.workflows.load_tone import load_tone_words
from moderation.workflows.load_wording import load_words
from moderation.workflows.reply_words import ReplyWords
from moderation.workflows.send_reply import SendReply
from moderation.workflows.take_back import TakeBack
from moderation.workflows.write_reply import Advises, WriteReply


@cache
def _status_words(language: str) -> dict[str, str]:
    return load_words(language, "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDesk:
    """What people do with replies."""

    words: ReplyWords
    write: WriteReply
    send: SendReply
    follow: FollowReply
    take_back: TakeBack
    forget_removed: Callable[[], int]


def reply_desk(
    ledger: Ledger,
    clock: Clock,
    *,
    precheck: Precheck,
    outbox: Outbox,
    wording: Mapping[str, PublicWording],
    zone: ZoneInfo,
    signature: str = "",
    tone: ToneSettings | None = None,
    advise: Advises | None = None,
) -> ReplyDesk:
    """Return the desk. Nothing is sent and nobody is asked."""
    engine = ledger.engine
    people = PeopleLedger(engine)
    cases, drafts, entries, working = CaseLedger(engine), DraftLedger(engine), OutboxLedger(engine), WorkingDraftLedger(engine)
    words = ReplyWords(
        ledger,
        ReplyTemplateLedger(engine),
        StatusLedger(engine),
        clock,
        wording=wording,
        promise=_promise_in(zone, clock),
        house=signature,
        personal=lambda name: personal_signature(people, name),
    )
    tone_words = _tone_words(wording, tone)
    write = WriteReply(
        ledger,
        cases,
        working,
        entries,
        words,
        precheck,
        clock,
        tone=lambda text, language, complaint: tone_hits(text, tone_words[language], complaint=complaint),
        advise=advise,
        spoken=CardLedger(engine).language,
    )
    return ReplyDesk(
        words=words,
        write=write,
        send=SendReply(write, working, ApprovalRequestLedger(engine), drafts, entries, outbox, precheck, clock),
        follow=FollowReply(entries, outbox, precheck, clock),
        take_back=TakeBack(entries, drafts, outbox, precheck.accounts, clock),
        forget_removed=lambda: working.forget_removed() + drafts.forget_removed(at=clock.now()),
    )


def _promise_in(zone: ZoneInfo, clock: Clock) -> Callable[[StatusUpdate, str], str]:
    """Return what says when the next update was promised, in a language; nothing once that moment is past."""

    def promise(update: StatusUpdate, language: str) -> str:
        due = update.next_update_at
        return promise_words(due, words=_status_words(language), zone=zone) if due is not None and due > clock.now() else ""

    return promise


def _tone_words(languages: Iterable[str], tone: ToneSettings | None) -> dict[str, tuple[ToneWord, ...]]:
    """Return the words that put people off by language: those we ship, with the house's own and without those it allows."""
    own, fewer = (tone.more, tone.fewer) if tone is not None else ((), ())
    return {
        language: load_tone_words(language, more=[one.model_dump() for one in own if one.language == language], fewer=fewer)
        for language in languages
    }


def personal_signature(people: PeopleLedger, name: str) -> str:
    """Return a colleague's own signature, "" when they have none."""
    found = people.named(name)
    return found.signature if found is not None else ""


def second_person_for(
    settings: KlankbordSettings, cases: CaseLedger, people: PeopleLedger, endings: EndingLedger
) -> Callable[[Draft], bool]:
    """Return what tells whether a reply, or a thank-you, needs a second person because of its brand, or a team of its author's."""
    brands, teams = frozenset(settings.outbox.four_eyes_brands), frozenset(settings.outbox.four_eyes_teams)

    def asks(draft: Draft) -> bool:
        case_id = (draft.case_id if draft.case_id is not None else endings.case_of(draft.draft_id)) if brands else None
        row = cases.get(case_id) if case_id is not None else None
        author = people.named(draft.author) if teams else None
        return (row is not None and row.brand in brands) or (author is not None and bool(teams & author.person.teams))

    return asks
