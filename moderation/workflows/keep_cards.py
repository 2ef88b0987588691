"""The card of a conversation: shown as it fills itself, corrected by people; and the mark whether the contact was necessary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.card_facts import CardFactLedger, KnownFacts
from moderation.ledger.cards import CardLedger
from moderation.ledger.thread import Known
from moderation.model.card import MOST_SUMMARY, SENTIMENTS, Card, CardFacts, CardWords
from moderation.model.conversation import AVOIDABLE_BY, ContactMark, Unnecessary
from moderation.model.outbox import OutboxEntry
from moderation.outbox.states import POSTED
from moderation.triage.card import ConversationValue, card_of, value_of
from moderation.workflows.words_inside import one_line

_YES_NO = ("", "yes", "no")
LANGUAGES_SPOKEN = ("", "nl", "en", "de", "fr", "other")
MOST_WHY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """What a card is made from: the customer's messages with what is known of them, and our posts."""

    messages: Sequence[StoredMention]
    known: dict[int, Known]
    entries: Sequence[OutboxEntry]
    issue_title: str = ""


class Cards:
    """Cards of conversations. A person's word stands before what labels tell; nothing is ever forced to be filled in."""

    def __init__(self, cards: CardLedger, facts: CardFactLedger, ledger: Ledger, clock: Clock) -> None:
        self._cards = cards
        self._facts = facts
        self._ledger = ledger
        self._clock = clock

    def words(self, conversation_id: int) -> CardWords:
        """Return what people said of a conversation."""
        return self._cards.words([conversation_id]).get(conversation_id, CardWords())

    def mark_of(self, conversation_id: int) -> ContactMark | None:
        """Return the answer to "was this contact necessary?", or None."""
        return self._cards.marks([conversation_id]).get(conversation_id)

    def card(self, conversation_id: int, talked: Talked, *, suggested: str) -> Card:
        """Return the card of one conversation. `suggested` words the need from labels and the issue's title."""
        known = self._facts.known([conversation_id]).get(conversation_id, KnownFacts())
        answers = [one for one in talked.entries if one.state in POSTED]
        facts = CardFacts(
            sentiments=tuple(_sentiment(talked.known.get(one.mention_id)) for one in talked.messages),
            answered=bool(answers),
            our_questions=sum(one.post.text.count("?") for one in answers),
            suggested=suggested,
            feedback_asked=known.feedback_asked,
            feedback_received=known.feedback_received,
            given_back=known.given_back,
            knowledge=known.knowledge,
        )
        return card_of(facts, self.words(conversation_id))

    def keep(self, case_id: int, given: CardWords, by: str) -> bool:
        """Keep what a person says of a case's conversation; return whether anything changed. Raises `NotAllowed` for an unknown answer."""
        allowed = {
            "need_asked": _YES_NO,
            "feedback_given_back": _YES_NO,
            "sentiment_first": ("", *SENTIMENTS),
            "sentiment_last": ("", *SENTIMENTS),
            "language": LANGUAGES_SPOKEN,
        }
        for name, answers in allowed.items():
            if getattr(given, name) not in answers:
                raise NotAllowed(f"{name} is one of {', '.join(answers[1:])}, or empty.", key="talk_choose")
        kept = replace(given, summary=one_line(given.summary, most=MOST_SUMMARY))
        return self._cards.keep(case_id, kept, who=by, at=self._clock.now())

    def mark(self, case_id: int, answer: str, by: str, *, avoidable_by: str = "", why: str = "") -> None:
        """Say whether the contact was necessary; an empty answer takes it back. Raises `NotAllowed` for an unknown one."""
        if answer and answer not in [one.value for one in Unnecessary]:
            raise NotAllowed("Say yes, no or unsure.", key="talk_choose")
        if avoidable_by and avoidable_by not in AVOIDABLE_BY:
            raise NotAllowed(f"What could have avoided it is one of {', '.join(AVOIDABLE_BY)}.", key="talk_choose")
        chosen = Unnecessary(answer) if answer else None
        by_what = avoidable_by if chosen is not Unnecessary.NO else ""
        words = one_line(why, most=MOST_WHY)
        self._cards.mark(case_id, chosen, avoidable_by=by_what, words=words, who=by, at=self._clock.now())

    def value_since(self, since: datetime, *, brand: str | None = None) -> ConversationValue:
        """Return what the conversations that were closed since a moment add up to: the report's "value of conversations"."""
        return value_of(self.cards_of(self._facts.closed_since(since, brand=brand)))

    def cards_of(self, conversation_ids: Sequence[int]) -> list[Card]:
        """Return the cards of many conversations, in their order, as figures need them: without what our own questions tell."""
        known = self._facts.known(conversation_ids)
        said = self._facts.sentiments(conversation_ids)
        words = self._cards.words(conversation_ids)
        return [
            card_of(
                CardFacts(
                    sentiments=tuple(said.get(one, ())),
                    feedback_asked=known.get(one, KnownFacts()).feedback_asked,
                    feedback_received=known.get(one, KnownFacts()).feedback_received,
                    given_back=known.get(one, KnownFacts()).given_back,
                    knowledge=known.get(one, KnownFacts()).knowledge,
                ),
                words.get(one, CardWords()),
            )
            for one in conversation_ids
        ]

    def marks_since(self, since: datetime) -> tuple[ContactMark, ...]:
        """Return the marks that people made since a moment: what the report counts unnecessary contacts by."""
        return tuple(self._cards.marks(since=since).values())


def _sentiment(known: Known | None) -> str:
    return known.labels.get("sentiment", "") if known else ""
