"""Conversations of the drawn home: cases, what we answered, what people said of them, and the articles that came of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from moderation.ledger import tables as ours
from moderation.ledger import tables_conversation as talk
from moderation.ledger import tables_knowledge as known

BRANDS = ("Stroomwerk", "Zoemvolt")
PLACES = ("mastodon", "reddit", "x", "feed", "mail", "discord", "whatsapp", "elders")
REPLIES = (
    "Dag, we kijken mee.", "Stuur ons even een privébericht. Dan kijken we mee.", "Please send us a direct message!",
    "Stuur het ons gerust in een bericht", "It stands on our site: https://example.nl/dm",
)  # fmt: skip
NOW = datetime(2026, 4, 6, 7, tzinfo=UTC)


class Talks:
    """Writes conversations; `moment` draws one of the four weeks."""

    def __init__(self, tx: Connection, draw: random.Random, moment: Callable[[], datetime]) -> None:
        self._tx = tx
        self._draw = draw
        self._moment = moment

    def _add(self, table: Table, **row: Any) -> None:
        self._tx.execute(insert(table).values(**row))

    def case(self, number: int, mention_id: int, other_id: int) -> None:
        """Write a case of one or two messages, with what came of it."""
        draw, joined = self._draw, self._moment()
        brand = draw.choice(BRANDS)
        self._conversation(number, brand, PLACES[number % len(PLACES)], joined)
        for one, hours in {mention_id: 0, other_id: draw.choice((0, 1, 50))}.items():
            self._add(
                ours.conversation_mention, mention_id=one, brand=f"{brand} {number}", conversation_id=number,
                directed=draw.random() < 0.8, joined_at=joined + timedelta(hours=hours),
            )  # fmt: skip
        state = draw.choice(("open", "claimed", "answered", "closed", "closed"))
        endings = ("answered", "answered", "no_answer_needed", "spam", "not_ours", "")
        ending = draw.choice(endings) if state == "closed" else ""
        answered = joined + timedelta(hours=draw.choice((-1, 2, 30))) if state in ("answered", "closed") and draw.random() < 0.8 else None
        opened = joined - timedelta(days=draw.choice((0, 0, 6)))
        self._add(
            ours.support_case, case_id=number, conversation_id=number, state=state, ending=ending, opened_at=opened,
            answered_at=answered, changed_at=self._moment(),
        )  # fmt: skip
        for again in range(draw.choice((1, 1, 2))):
            self.post(number * 10 + again, number, mention_id, joined + timedelta(minutes=draw.choice((-90, 5, 40, 61, 700, 4000))))
        self._words(number)

    def fixed(self, mention_ids: Sequence[int], *, first: int) -> None:
        """Write a case about each of these messages, seen the minute after it was posted and answered within the hour."""
        for number, mention_id in enumerate(mention_ids, first):
            posted = self._tx.exec_driver_sql(f"select posted_at from mention where mention_id = {mention_id}").scalar_one()
            seen = datetime.fromisoformat(posted).replace(tzinfo=UTC) + timedelta(minutes=1)
            self._conversation(number, BRANDS[0], "x", seen)
            self._add(
                ours.conversation_mention, mention_id=mention_id, brand=f"fixed {number}", conversation_id=number,
                directed=True, joined_at=seen,
            )  # fmt: skip
            self._add(ours.support_case, case_id=number, conversation_id=number, state="answered", opened_at=seen, changed_at=seen)
            self.post(number * 10, number, mention_id, seen + timedelta(minutes=50), kind="reply", state="sent")

    def _conversation(self, number: int, brand: str, platform: str, at: datetime) -> None:
        self._add(
            ours.conversation, conversation_id=number, brand=brand, platform=platform, realm="r", thread_id=f"t{number}",
            author_key=f"p{number}", opened_at=at,
        )  # fmt: skip

    def late(self, number: int, mention_id: int, joined: datetime) -> None:
        """Write a case about a message that we had at `joined`, and that nobody answered."""
        self._conversation(number, BRANDS[0], "x", joined)
        self._add(
            ours.conversation_mention, mention_id=mention_id, brand=f"late {number}", conversation_id=number, directed=True,
            joined_at=joined,
        )  # fmt: skip
        self._add(ours.support_case, case_id=number, conversation_id=number, state="open", opened_at=joined, changed_at=joined)

    def post(self, entry_id: int, number: int, mention_id: int, at: datetime, *, kind: str = "", state: str = "") -> None:
        """Write a post of ours in a case."""
        draw = self._draw
        kind = kind or draw.choice(("reply", "reply", "answer", "invitation"))
        state = state or draw.choice(("sent", "sent", "found", "refused"))
        undoes = {"edits": draw.choice(("", "", "", "o1")), "removes": draw.choice(("", "", "", "o2"))} if entry_id % 3 == 0 else {}
        where = {"platform": "x", "realm": "r", "thread_id": "", "parent_id": "", "mention_id": mention_id}
        about = {"revision": 0, "content_hash": "", "text": draw.choice(REPLIES), "language": "nl", "case_id": number}
        about |= {"issue_id": draw.choice((7, 3))} if entry_id % 7 == 0 else {}  # of an issue, not of what the message is about
        if entry_id % 4 == 1:  # told without a case; sometimes to nobody in particular
            about["case_id"] = None
            where |= {"mention_id": None} if "issue_id" in about else {}
        self._add(ours.draft, draft_id=entry_id, state="approved", kind=kind, author="anna", template="", made_at=at, **where, **about)
        self._add(
            ours.approval, approval_id=entry_id, draft_id=entry_id, approval_hash="h", approved_by="anna", approved_at=at, expires_at=at
        )  # fmt: skip
        self._add(
            ours.outbox, entry_id=entry_id, approval_id=entry_id, draft_id=entry_id, state=state, kind=kind,
            account_platform="s", account_realm="r", account_native_id="a", account_name="a", media=[], text_key="k",
            idempotency_key=f"i{entry_id}", key_salt="s", changed_at=at + timedelta(seconds=9), platform_id=f"o{entry_id}",
            **where, **about, **undoes,
        )  # fmt: skip

    def _words(self, number: int) -> None:
        draw = self._draw
        if number % 3 == 0:
            self._add(
                talk.contact_mark, conversation_id=number, unnecessary=draw.choice(("yes", "no", "unsure")),
                avoidable_by=draw.choice(("", "clear_information", "kept_promise")), note="", made_by="anna", made_at=self._moment(),
            )  # fmt: skip
        if number % 2 == 0:
            self._add(
                talk.conversation_card, conversation_id=number, summary=draw.choice(("", "Wil stroom", "Needs power")),
                sentiment_first=draw.choice(("", "negative")), sentiment_last=draw.choice(("", "positive", "negative")),
                feedback_given_back=draw.choice(("", "yes", "no")), changed_by="anna", changed_at=NOW,
            )  # fmt: skip

    def articles(self) -> None:
        """Write three articles, one of them retired, that cases led to or were answered with."""
        for article_id, state in ((1, "suggested"), (2, "approved"), (3, "retired")):
            self._add(known.article, article_id=article_id, state=state, language="nl", made_by="m", made_at=NOW, changed_at=NOW)
        for number in range(2, 90, 4):
            self._add(
                known.article_evidence, article_id=1 + number % 3, mention_id=number, case_id=number, fit=0.9, added_at=NOW
            )  # fmt: skip
            self._add(known.article_use, article_id=1 + number % 2, version=1, case_id=number + 1, made_by="anna", at=NOW)
