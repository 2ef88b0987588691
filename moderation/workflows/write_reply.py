"""Write a reply: the text is kept while it is typed, measured and looked at as its platform will, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from listener.errors import ActionError, NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.coach.look import only_compliment
from moderation.ledger.cases import CaseLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.working_drafts import WorkingDraftLedger
from moderation.messages.length import length
from moderation.messages.render import forgotten_blanks
from moderation.model.advice import ChannelHint, CoachAdvice
from moderation.model.case import CaseRow
from moderation.model.outbox import NewDraft, OutboxEntry
from moderation.model.person import Person
from moderation.model.post import ConnectedAccount, PostKind
from moderation.model.reply import AnswerWindow, Forbidden, Look, Measured, Words, WorkingDraft
from moderation.model.thread import CHATS
from moderation.model.tone import ToneHit
from moderation.outbox.precheck import Precheck
from moderation.policy.content import WHATSAPP_WINDOW, in_whatsapp_window
from moderation.policy.gate import words_of
from moderation.policy.instead import instead_of
from moderation.workflows.draft_text import subject_below, target_below, to_answer
from moderation.workflows.reply_words import ReplyWords

MOST_TEXT = 100_000
"""Longer than any platform takes: more is no reply."""
ToneLook = Callable[[str, str, bool], Sequence[ToneHit]]
"""What puts people off in a text of a language; the last argument tells whether it answers a complaint."""


class Advises(Protocol):
    """Advice beside a reply: `AdviseReply`, over knowledge that asks no model, so that nobody who types waits for one."""

    def coach(self, case_id: int, text: str, language: str) -> CoachAdvice | None:
        """Return what the coach sees in a text of a language."""
        ...

    def hint(self, case_id: int, language: str) -> ChannelHint | None:
        """Return where a contact is best answered, in the reader's language."""
        ...


def no_tone(_text: str, _language: str, _complaint: bool) -> tuple[ToneHit, ...]:
    """Find nothing."""
    return ()


class WriteReply:
    """One text a person and case. Everybody who may answer may write; only who holds the case gets further than that."""

    def __init__(
        self,
        ledger: Ledger,
        cases: CaseLedger,
        working: WorkingDraftLedger,
        entries: OutboxLedger,
        words: ReplyWords,
        precheck: Precheck,
        clock: Clock,
        *,
        tone: ToneLook = no_tone,
        advise: Advises | None = None,
        spoken: Callable[[int], str] = lambda _conversation_id: "",
    ) -> None:
        """`spoken` gives the language that a person put right on the card of a conversation, "" where nobody did."""
        self._ledger = ledger
        self._cases = cases
        self._working = working
        self._entries = entries
        self.words = words
        self._precheck = precheck
        self._clock = clock
        self._tone = tone
        self._advise = advise
        self._spoken = spoken

    def case(self, case_id: int) -> CaseRow:
        """Return a case. Raises `NotAllowed` when there is none or its messages were removed."""
        row = self._cases.get(case_id)
        if row is None:
            raise NotAllowed(f"There is no case {case_id}, or its messages were removed.", key="no_case")
        return row

    def mine(self, case_id: int, who: str) -> WorkingDraft | None:
        """Return what somebody is writing, or None."""
        return self._working.get(case_id, who)

    def others(self, case_id: int, who: str) -> tuple[WorkingDraft, ...]:
        """Return what others left in this case, the latest first."""
        return tuple(one for one in self._working.of_case(case_id) if one.person != who and one.words.text.strip())

    def language(self, row: CaseRow) -> str:
        """Return the language to reply in: the customer's, put right by a person or as found, where we reply in it, else our default."""
        if (said := self._spoken(row.conversation_id)) in self.words.languages:
            return said
        found = self._ledger.analyses.languages(row.mention_ids)
        latest = next((found[one] for one in reversed(row.mention_ids) if found.get(one)), "")
        return latest if latest in self.words.languages else self.words.languages[0]

    def save(self, case_id: int, who: str, words: Words, *, version: int, edits: str | None = None) -> WorkingDraft:
        """Keep a text as typed, on the version it was typed on.

        Raises `NotAllowed` when another version is there (nothing is overwritten), when it waits for somebody's approval, and for a
        text that nobody would send.
        """
        self.case(case_id)
        if len(words.text) > MOST_TEXT or words.language not in self.words.languages:
            raise NotAllowed("That text is far too long to be a reply.", key="text_long")
        if self._working.waits(case_id, who):
            raise NotAllowed("This text waits for approval; take it back first.", key="waits")
        kept = self._working.save(case_id, who, words, version=version, at=self._clock.now(), edits=edits)
        if kept is None:
            raise NotAllowed("This reply was changed in another window; nothing was overwritten.", key="draft_changed")
        return kept

    def drop(self, case_id: int, who: str) -> None:
        """Throw one's own text away."""
        self._working.drop(case_id, who, at=self._clock.now())

    def take_over(self, case_id: int, who: str, person: str) -> WorkingDraft:
        """Go on with what somebody else left; theirs stays. Raises `NotAllowed` when one has a text already or there is nothing."""
        theirs, mine = self._working.get(case_id, person), self._working.get(case_id, who)
        if theirs is None:
            raise NotAllowed(f"{person} left nothing in this case.", key="nothing_left", fields={"person": person})
        if mine is not None and mine.words.text.strip():
            raise NotAllowed("You have a text here already; nothing is overwritten.", key="own_text")
        return self.save(case_id, who, theirs.words, version=mine.version if mine else 0, edits=theirs.edits)

    def again(self, case_id: int, entry_id: int, who: str, *, change: bool = False) -> WorkingDraft:
        """Take the text of an approved reply up again: one that did not get there, or (`change`) one that did and is to say something else.

        Raises `NotAllowed` when one has a text already, or the entry is none of this case.
        """
        entry = self._entry(case_id, entry_id)
        mine = self._working.get(case_id, who)
        if mine is not None and mine.words.text.strip():
            raise NotAllowed("You have a text here already; nothing is overwritten.", key="own_text")
        words = Words(text=entry.post.text, language=entry.language, signature="none")
        edits = (entry.post.edits or entry.platform_id) if change else entry.post.edits
        return self.save(case_id, who, words, version=mine.version if mine else 0, edits=edits)

    def account(self, row: CaseRow) -> ConnectedAccount | None:
        """Return the account that would speak, or None when none is connected there."""
        asked = self.asked(row)
        try:
            return self._precheck.accounts.for_target(target_below(asked)) if asked else None
        except ActionError:
            return None

    def window(self, row: CaseRow) -> AnswerWindow | None:
        """Return until when a private message in a chat may be answered: 24 hours after their last one there, to the second (RULES P21).

        Meta's rule for WhatsApp, Messenger and Instagram alike; None elsewhere.
        """
        asked = self.asked(row)
        if not row.private or asked is None or asked.mention.channel not in CHATS:
            return None
        heard_at = max(one.mention.posted_at for one in self.messages(row))
        return AnswerWindow(until=heard_at + WHATSAPP_WINDOW, over=not in_whatsapp_window(heard_at, self._clock.now()))

    def asked(self, row: CaseRow) -> StoredMention | None:
        """Return the message that a reply answers."""
        messages = self.messages(row)
        return to_answer(messages) if messages else None

    def messages(self, row: CaseRow) -> tuple[StoredMention, ...]:
        """Return the case's messages, oldest first."""
        found = self._ledger.mentions.by_ids(row.mention_ids)
        return tuple(sorted(found, key=lambda one: (one.mention.posted_at, one.mention_id)))

    def measured(self, row: CaseRow, words: Words, person: Person) -> Measured | None:
        """Return how long a text is as its platform counts it, signature and all; None where no account is connected."""
        account = self.account(row)
        signed = self.words.signed(words, person)
        return None if account is None else Measured(counted=length(signed, account.limits), limits=account.limits)

    def look(self, case_id: int, words: Words, person: Person, *, language: str, edits: str = "") -> Look:
        """Return what a look at a text finds. `language` is the reader's: rules are said in it."""
        row = self.case(case_id)
        return Look(
            measured=self.measured(row, words, person),
            hits=self.tone_of(row, words.text, words.language),
            forbidden=self.forbidden(row, words, person, language=language, edits=edits),
            blanks=forgotten_blanks(words.text),
            coach=self._advise.coach(case_id, words.text, words.language) if self._advise and words.text.strip() else None,
            hint=self._advise.hint(case_id, language) if self._advise else None,
        )

    def forbidden(self, row: CaseRow, words: Words, person: Person, *, language: str, edits: str = "") -> tuple[Forbidden, ...]:
        """Return the rules that would not let this text leave now; none while nothing is written or nobody could say it."""
        if not words.text.strip() or self.account(row) is None:
            return ()
        refused = self._precheck.refusals(self.new_draft(row, words, person, edits=edits), who=person.name, at=self._clock.now())
        asked = self.asked(row)
        link = asked.mention.url if asked else ""
        return tuple(self.said(rule, language, link) for rule in refused)

    def new_draft(self, row: CaseRow, words: Words, person: Person, *, edits: str = "") -> NewDraft:
        """Return the draft that a text would become: below the message to answer, or in place of the post it edits."""
        asked = self.asked(row)
        if asked is None:
            raise NotAllowed(f"There is no case {row.case_id}, or its messages were removed.", key="no_case")
        return NewDraft(
            kind=PostKind.REPLY,
            target=target_below(asked),
            title=subject_below(asked),
            text=self.words.signed(words, person),
            language=words.language,
            author=person.name,
            case_id=row.case_id,
            issue_id=row.issue_id,
            template=words.template,
            edits=edits,
        )

    def said(self, rule: str, language: str, link: str) -> Forbidden:
        """Return a rule that refuses, in the reader's language, with what can be done instead."""
        way = instead_of(rule)
        said = words_of(rule, self._precheck.policy, language)
        return Forbidden(rule=rule, words=said, instead=way, link=link if way == "open_there" else "")

    def tone_of(self, row: CaseRow, text: str, language: str) -> tuple[ToneHit, ...]:
        """Return what in a text puts people off: cheer, too, unless the customer gave a compliment and nothing else."""
        causes = {value for name, value in row.labels if name == "cause"}
        return tuple(self._tone(text, language, not only_compliment(causes)))

    def _entry(self, case_id: int, entry_id: int) -> OutboxEntry:
        entry = self._entries.get(entry_id)
        if entry is None or entry.case_id != case_id or entry.post.removes:
            raise NotAllowed(f"There is no post {entry_id} in this case.", key="no_post")
        return entry
