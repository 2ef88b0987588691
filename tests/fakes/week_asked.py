"""What the drawn home asked its customers, and what they answered: with links of every kind, and through other channels."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from moderation.ledger import tables as ours
from moderation.ledger import tables_feedback as asked

NOW = datetime(2026, 4, 6, 7, tzinfo=UTC)


class Asked:
    """Writes links and answers; `moment` draws one of the four weeks."""

    def __init__(self, tx: Connection, draw: random.Random, moment: Callable[[], datetime]) -> None:
        self._tx = tx
        self._draw = draw
        self._moment = moment

    def _add(self, table: Table, **row: Any) -> None:
        self._tx.execute(insert(table).values(**row))

    def feedback(self, number: int) -> None:
        """Ask the customer of every second case, one way or the other; more than half of them answer."""
        draw, at = self._draw, self._moment()
        if number % 2:
            return
        link = base64.urlsafe_b64encode(random.Random(number).randbytes(32)).decode().rstrip("=")
        use = draw.choice(("form", "form", "reviews", "thread"))
        self._add(
            asked.feedback_invite, invite_id=number, token_hash=_kept(link), use=use, asked=draw.choice(("within_feedback", "bare")),
            conversation_id=number, channel="x", language="nl", by_hand=draw.random() < 0.5, made_at=at, expires_at=NOW,
            opened_at=draw.choice((None, None, at)), from_invite_id=2 if number % 22 == 0 else None,
        )  # fmt: skip
        if number % 8 == 0:  # the link stands in a post, which may have left
            text = {"text": f"Wat vond u ervan? https://example.nl/f/{link}", "changed_at": at + timedelta(minutes=3)}
            self._tx.execute(update(ours.outbox).where(ours.outbox.c.entry_id == number * 10).values(kind="invitation", **text))
        if draw.random() < 0.6:
            self._add(
                asked.feedback, feedback_id=number, invite_id=number, source="form", channel="x", language="nl",
                conversation_id=number, begun_at=at,
            )  # fmt: skip
            if draw.random() < 0.85:  # somebody only opened the form
                self._answers(number, at)
        if draw.random() < 0.3:
            self._add(asked.review_click, invite_id=number, name="Kiyoh", at=at)

    def elsewhere(self, *, first: int) -> None:
        """Write answers that came in through other channels: of a conversation, of an issue, and of nothing we know."""
        for number in range(first, first + 12):
            at = self._moment()
            about: dict[str, int] = [{}, {"issue_id": 1 + number % 7}, {"conversation_id": number - first + 1}][number % 3]
            self._add(
                asked.feedback, feedback_id=number, source="import", external_id=f"e{number}", channel="telephone", language="en",
                begun_at=at, **about,
            )  # fmt: skip
            self._answers(number, at)

    def _answers(self, feedback_id: int, at: datetime) -> None:
        draw = self._draw
        for question, values in (("satisfaction", "12345"), ("effort", "1234567"), ("recommend", ("0", "3", "6", "7", "8", "9", "10"))):
            if draw.random() < 0.9:
                self._add(asked.feedback_answer, feedback_id=feedback_id, question=question, value=draw.choice(values), at=at)
        for question in ("searched_first", "avoidable"):
            value = draw.choice(("yes", "no", "unsure"))
            self._add(asked.feedback_answer, feedback_id=feedback_id, question=question, value=value, at=at)


def _kept(link: str) -> str:
    """Return what the ledger keeps of the secret in a link."""
    return hashlib.sha256(b"klankbord link\0" + base64.urlsafe_b64decode(f"{link}=")[:16]).hexdigest()
