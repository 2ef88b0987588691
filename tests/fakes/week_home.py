"""A small home in which a lot happened for four weeks, drawn from a seed and written row by row: what a report is recounted from.

The weeks lie around the night of 29 March 2026, when clocks in Amsterdam went forward. Nothing here counts anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, insert

from listener.bootstrap import listening
from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.ledger import tables
from listener.ledger.transactions import writing
from listener.parts import Listening
from moderation.ledger import tables as ours
from moderation.ledger import tables_conversation as talk
from moderation.ledger import tables_feedback as asked
from moderation.ledger import tables_status as status
from moderation.ledger.tables_matrix import issue_place
from moderation.settings import KlankbordSettings

BEGIN = datetime(2026, 3, 8, 23, tzinfo=UTC)  # Monday 9 March, 00:00 in Amsterdam
WEEKS = ("2026-W11", "2026-W12", "2026-W13", "2026-W14")
NOW = datetime(2026, 4, 6, 7, tzinfo=UTC)  # Monday after W14, 09:00 in Amsterdam
BRANDS = ("Stroomwerk", "Zoemvolt")
PLATFORMS = ("mastodon", "reddit", "x", "feed", "mail")
TEXTS = ("De monteur was geweldig", "Dank aan de klantenservice", "Waar staat dit op de site?", "Nog steeds geen stroom")
CAUSES = ("service_failed", "unclear_information", "product_question", "idea", "compliment")
MENTIONS, CASES = 261, 60
SETTINGS: dict[str, Any] = {
    "brands": [{"name": name} for name in BRANDS],
    "timezone": "Europe/Amsterdam",
    "report": {"cost_per_contact": 7.5},
    "feedback": {"least_answers": 2},
}


@contextmanager
def week_home(home: Path, *, seed: int = 7, mentions: int = MENTIONS, now: datetime = NOW) -> Iterator[Listening]:
    """Open a home that was drawn from a seed, on the Monday morning after its last week, or at another moment."""
    settings = KlankbordSettings.model_validate(SETTINGS)
    with listening(home, settings, clock=ManualClock(now), embedder=HashedEmbedder()) as opened:
        with writing(opened.ledger.engine) as tx:
            Drawn(tx, random.Random(seed), opened.model_id).all(mentions)
        yield opened


class Drawn:
    """Writes everything that a report counts."""

    def __init__(self, tx: Connection, draw: random.Random, model: str) -> None:
        self._tx = tx
        self._draw = draw
        self._model = model
        self._last: tuple[datetime, int | None, str] = (BEGIN, None, "")

    def all(self, mentions: int) -> None:
        self._issues()
        for number in range(1, mentions + 1):
            self._mention(number)
        self._sources()
        for number in range(1, CASES + 1):
            self._case(number, 1 + (number * 4) % mentions)
        self._promises_and_actions()

    def _add(self, table: Table, **row: Any) -> None:
        self._tx.execute(insert(table).values(**row))

    def _moment(self) -> datetime:
        """Return a moment of the four weeks; now and then one on the edge of a week."""
        if self._draw.random() < 0.1:
            edge = datetime(2026, 3, 15, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)  # midnight, in winter and in summer time
            return self._draw.choice(edge) + timedelta(microseconds=self._draw.choice((-1, 0, 1)))
        return BEGIN + timedelta(seconds=self._draw.randrange(28 * 86_400 - 3_600))

    def _issues(self) -> None:
        for number in range(1, 8):
            merged = 2 if number == 7 else None
            self._add(
                tables.issue, issue_id=number, title=f"Kwestie {number}", title_by="model", created_at=BEGIN, muted=number == 5,
                merged_into=merged, pinned=False,
            )  # fmt: skip
        for place, quadrant in ((1, "automate"), (1, "simplify"), (3, "leverage"), (3, "")):
            self._add(issue_place, issue_id=place, quadrant=quadrant, made_by="anna", at=BEGIN)

    def _mention(self, number: int) -> None:
        draw, platform, at = self._draw, self._draw.choice(PLATFORMS), self._moment()
        author = f"{platform}/{platform}.example/p{draw.randrange(30)}" if draw.random() < 0.85 else ""
        issue_id = None if draw.random() < 0.2 else draw.choice((1, 2, 2, 3, 4, 5, 6))
        if again := number % 4 == 0:  # somebody says it once more, or somebody else repeats it
            at, issue_id, author = (
                self._last[0] + timedelta(minutes=draw.randrange(300)),
                self._last[1],
                draw.choice((author, self._last[2])),
            )
        self._last = at, issue_id, author
        unread = number % 50 == 0 or number == MENTIONS  # every fiftieth cannot be read, the last one was not yet
        self._add(
            tables.mention, mention_id=number, platform=platform, realm=f"{platform}.example", native_id=f"n{number}", source=platform,
            **self._author(platform, author),
            root_id=f"t{number}", posted_at=at, first_seen_at=at, latest_revision=0, flags=[],
            analysed_revision=-1 if unread else 0, issue_id=issue_id,
        )  # fmt: skip
        text = draw.choice(TEXTS)
        self._add(tables.revision, mention_id=number, revision=0, content_hash=f"c{number}", title="", text=text, seen_at=at)
        for brand in draw.sample(BRANDS, draw.choice((0, 1, 1, 1, 2))):
            self._add(tables.mention_brand, mention_id=number, brand=brand, directed=draw.random() < 0.5, terms=[])
        if unread:
            if number != MENTIONS:
                self._add(tables.quarantine, mention_id=number, revision=0, stage="analyse", error="broken", at=at)
            return
        card = number - 1 if again and (number - 1) % 50 else number
        language = draw.choice(("nl", "nl", "en", "other"))
        self._add(
            tables.analysis, mention_id=number, revision=0, language=language, card_id=card, text_hash=f"h{number}", analysed_at=at
        )  # fmt: skip
        vector = np.array([draw.gauss(0, 1) for _ in range(4)], dtype="<f2").tobytes()
        self._add(tables.embedding, text_hash=f"h{number}", model=self._model, vector=vector)
        self._add(tables.change, mention_id=number)
        self._labels(number, random.Random(card))  # a copy is labelled as what it copies

    @staticmethod
    def _author(platform: str, author: str) -> dict[str, Any]:
        """Return who wrote it, with a name that no report may show."""
        if not author:
            return {"author_key": ""}
        native_id = author.rpartition("/")[2]
        names = {"author_native_id": native_id, "author_name": f"Naam van {native_id}"}
        return {"author_key": author, "author_platform": platform, "author_realm": f"{platform}.example", **names}

    def _labels(self, number: int, draw: random.Random) -> None:
        for name, chance in (("spam", 0.15), ("unnecessary", 0.3), ("searched_first", 0.2), ("idea", 0.15), ("compliment", 0.2)):
            if draw.random() < chance:
                self._add(tables.label, mention_id=number, name=name, value="yes", probability=0.9, model="m")
        if draw.random() < 0.8:
            self._add(
                tables.label, mention_id=number, name="sentiment", value=draw.choice(("negative", "neutral", "positive")),
                probability=0.8, model="m",
            )  # fmt: skip
        if draw.random() < 0.7:
            self._add(tables.label, mention_id=number, name="cause", value=draw.choice(CAUSES), probability=0.8, model="m")
        if number % 40 == 0:
            self._add(
                tables.label_correction, mention_id=number, revision=0, name="spam",
                value=draw.choice(("yes", "no")), made_by="anna", at=NOW,
            )  # fmt: skip

    def _sources(self) -> None:
        for platform in PLATFORMS:
            self._add(
                tables.source_state, source=platform, kind="demo", state="blind" if platform == "feed" else "ok", last_ok_at=NOW,
                blind_since=NOW - timedelta(hours=3) if platform == "feed" else None,
            )  # fmt: skip
            for _ in range(3):
                kind = self._draw.choice(("gap", "skip"))
                self._add(tables.source_event, source=platform, kind=kind, at=self._moment(), place="", reason="r")

    def _case(self, number: int, mention_id: int) -> None:
        draw, brand = self._draw, self._draw.choice(BRANDS)
        joined = self._moment()
        platform = PLATFORMS[number % len(PLATFORMS)]
        self._add(
            ours.conversation, conversation_id=number, brand=brand, platform=platform, realm="r", thread_id=f"t{number}",
            author_key=f"p{number}", opened_at=joined,
        )  # fmt: skip
        for one in {mention_id, 1 + (mention_id * 3) % MENTIONS}:
            self._add(
                ours.conversation_mention, mention_id=one, brand=f"{brand} {number}", conversation_id=number,
                directed=True, joined_at=joined,
            )  # fmt: skip
        state = draw.choice(("open", "claimed", "answered", "closed", "closed"))
        ending = draw.choice(("answered", "no_answer_needed", "spam", "")) if state == "closed" else ""
        answered = joined + timedelta(hours=draw.choice((-1, 2, 30))) if state in ("answered", "closed") and draw.random() < 0.8 else None
        self._add(
            ours.support_case, case_id=number, conversation_id=number, state=state, ending=ending, opened_at=joined,
            answered_at=answered, changed_at=self._moment(),
        )  # fmt: skip
        self._reply(number, mention_id)
        self._words(number)
        self._feedback(number)

    def _reply(self, number: int, mention_id: int) -> None:
        draw, at = self._draw, self._moment()
        kind = draw.choice(("reply", "answer", "invitation"))
        text, where = "Dag, we kijken mee.", {"platform": "x", "realm": "r", "thread_id": "", "parent_id": "", "mention_id": mention_id}
        about = {"revision": 0, "content_hash": "", "text": text, "language": "nl", "case_id": number}
        self._add(
            ours.draft, draft_id=number, state="approved", kind=kind, author="anna", template="", made_at=at, **where, **about
        )  # fmt: skip
        self._add(ours.approval, approval_id=number, draft_id=number, approval_hash="h", approved_by="anna", approved_at=at, expires_at=at)
        self._add(
            ours.outbox, entry_id=number, approval_id=number, draft_id=number, state=draw.choice(("sent", "found", "refused")), kind=kind,
            account_platform="s", account_realm="r", account_native_id="a", account_name="a", media=[], text_key="k",
            idempotency_key=f"i{number}", key_salt="s", changed_at=at, platform_id=f"o{number}", **where, **about,
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
                talk.conversation_card, conversation_id=number, summary=draw.choice(("", "Wil stroom")),
                sentiment_first=draw.choice(("", "negative")), sentiment_last=draw.choice(("", "positive", "negative")),
                feedback_given_back=draw.choice(("", "yes")), changed_by="anna", changed_at=NOW,
            )  # fmt: skip

    def _feedback(self, number: int) -> None:
        draw, at = self._draw, self._moment()
        if number % 2:
            return
        self._add(
            asked.feedback_invite, invite_id=number, token_hash=f"t{number}", use="form", asked=draw.choice(("within_feedback", "bare")),
            conversation_id=number, channel="x", language="nl", by_hand=draw.random() < 0.7, made_at=at, expires_at=NOW,
        )  # fmt: skip
        if draw.random() < 0.6:
            self._add(
                asked.feedback, feedback_id=number, invite_id=number, source="form", channel="x", language="nl",
                conversation_id=number, begun_at=at,
            )  # fmt: skip
            for question, values in (("satisfaction", "12345"), ("effort", "1234567"), ("recommend", "0369")):
                self._add(asked.feedback_answer, feedback_id=number, question=question, value=draw.choice(values), at=at)
            for question in ("searched_first", "avoidable"):
                value = draw.choice(("yes", "no", "unsure"))
                self._add(asked.feedback_answer, feedback_id=number, question=question, value=value, at=at)
        if draw.random() < 0.3:
            self._add(asked.review_click, invite_id=number, name="Kiyoh", at=at)

    def _promises_and_actions(self) -> None:
        for number in range(1, 13):
            issue, at = 1 + number % 6, self._moment()
            self._add(
                status.status_update, update_id=number, issue_id=issue, state="published", status="seen", subjects={}, texts={},
                templates={}, made_by="anna", made_at=at, published_at=at, no_news=False,
            )  # fmt: skip
            self._add(
                status.status_promise, promise_id=number, update_id=number, issue_id=issue, made_at=at, due_at=self._moment(),
                state=self._draw.choice(("open", "kept", "broken")),
            )  # fmt: skip
            made = self._moment()
            state = self._draw.choice(("open", "done", "done", "dropped"))
            self._add(
                asked.improvement_action, action_id=number, issue_id=7 if number == 3 else issue, owner="Eva", due_on=made.date(),
                change=f"Wat {number} verandert", done_when="minder", state=state, did={}, made_by="anna", made_at=made,
                closed_at=None if state == "open" else min(NOW, made + timedelta(days=self._draw.randrange(8))),
            )  # fmt: skip
