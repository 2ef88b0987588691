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
from listener.ledger import tables, tables_sources
from listener.ledger.transactions import writing
from listener.model.mention import Removal
from listener.parts import Listening
from moderation.ledger.tables_matrix import issue_place
from moderation.settings import KlankbordSettings
from tests.fakes.week_asked import Asked
from tests.fakes.week_deeds import Deeds
from tests.fakes.week_talks import Talks

BEGIN = datetime(2026, 3, 8, 23, tzinfo=UTC)  # Monday 9 March, 00:00 in Amsterdam
WEEKS = ("2026-W11", "2026-W12", "2026-W13", "2026-W14")
NOW = datetime(2026, 4, 6, 7, tzinfo=UTC)  # Monday after W14, 09:00 in Amsterdam
BRANDS = ("Stroomwerk", "Zoemvolt")
PLATFORMS = ("mastodon", "reddit", "x", "feed", "mail")
TEXTS = (
    "De monteur was geweldig", "Dank aan de klantenservice", "Waar staat dit op de site?", "Nog steeds geen stroom",
    "Thanks to the courier, a great DELIVERY driver", "Complimenten voor Team Rood én voor de monteurs", "Lovely people on the phone",
)  # fmt: skip
CAUSES = ("service_failed", "unclear_information", "product_question", "idea", "compliment")
MOODS: dict[int | None, tuple[str, ...]] = {
    None: ("negative", "neutral", "positive"),
    2: ("negative", "negative", "negative", "neutral", "positive"),
    4: ("positive", "positive", "positive", "neutral", "negative"),
}
"""How people feel about most things, and about an issue that most are annoyed with, and one that most are glad of."""
MENTIONS, LATER, CASES = 261, 9, 90
BORDER = datetime(2026, 3, 29, 22, tzinfo=UTC)  # Monday 30 March, 00:00 in Amsterdam, the day after the clocks went forward
FIXED = {
    11: BORDER - timedelta(hours=1),  # an answer within an hour is due on the border: that is the next week
    12: BORDER - timedelta(hours=1, microseconds=1),
    13: datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # half an hour before the clocks go forward
}
"""Mentions whose moment is not drawn."""
GONE = 78
"""A mention that was taken back, and stood in a conversation."""
SETTINGS: dict[str, Any] = {
    "brands": [{"name": name} for name in BRANDS],
    "timezone": "Europe/Amsterdam",
    "report": {"cost_per_contact": 7.5},
    "clocks": {"hours": {"sunday": "1:00-5:00, 22:00-24:00", "monday": "0:00-20:00"}},
    "feedback": {"least_answers": 2},
}


@contextmanager
def week_home(home: Path, *, seed: int = 7, mentions: int = MENTIONS, now: datetime = NOW) -> Iterator[Listening]:
    """Open a home that was drawn from a seed, on the Monday morning after its last week, or at another moment."""
    settings = KlankbordSettings.model_validate(SETTINGS)
    with listening(home, settings, clock=ManualClock(now), embedder=HashedEmbedder()) as opened:
        with writing(opened.ledger.engine) as tx:
            Drawn(tx, random.Random(seed), opened.model_id).all(mentions)
        (gone,) = opened.ledger.mentions.by_ids([GONE])
        key = gone.mention.key
        opened.ledger.mentions.remove(
            [Removal(platform=key.platform, realm=key.realm, native_id=key.native_id)], source=key.platform, at=now
        )
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
        for number in range(1, mentions + 1 + LATER):  # the last ones came in, and were read, after one that waits
            self._mention(number)
        self._sources()
        talks, asked = Talks(self._tx, self._draw, self._moment), Asked(self._tx, self._draw, self._moment)
        for number in range(1, CASES + 1):
            talks.case(number, 1 + (number * 4) % mentions, 1 + (number * 12) % mentions)
            asked.feedback(number)
        talks.fixed(tuple(FIXED), first=CASES + 1)
        talks.articles()
        asked.elsewhere(first=CASES + 1)
        Deeds(self._tx, self._draw, self._moment).all()

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
        draw, platform, at = self._draw, self._draw.choice(PLATFORMS), FIXED.get(number) or self._moment()
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
            **self._author(author),
            root_id=f"t{number}", posted_at=at, first_seen_at=at, latest_revision=int(number % 45 == 0), flags=[],
            analysed_revision=-1 if unread else 0, issue_id=issue_id,
        )  # fmt: skip
        card = number - 1 if again and (number - 1) % 50 else number
        text = random.Random(f"text {card}").choice(TEXTS)  # a copy says what it copies
        self._add(tables.revision, mention_id=number, revision=0, content_hash=f"c{number}", title="", text=text, seen_at=at)
        if number % 45 == 0:  # edited, and the new text was not read yet
            self._add(tables.revision, mention_id=number, revision=1, content_hash=f"d{number}", title="", text=TEXTS[1], seen_at=at)
        for brand in draw.sample(BRANDS, draw.choice((0, 1, 1, 1, 2))):
            self._add(tables.mention_brand, mention_id=number, brand=brand, directed=draw.random() < 0.5, terms=[])
        if unread:
            if number != MENTIONS:
                self._add(tables.quarantine, mention_id=number, revision=0, stage="analyse", error="broken", at=at)
            return
        language = draw.choice(("nl", "nl", "en", "other"))
        self._add(
            tables.analysis, mention_id=number, revision=0, language=language, card_id=card, text_hash=f"h{number}", analysed_at=at
        )  # fmt: skip
        vector = np.array([draw.gauss(0, 1) for _ in range(4)], dtype="<f2").tobytes()
        self._add(tables.embedding, text_hash=f"h{number}", model=self._model, vector=vector)
        self._add(tables.change, mention_id=number)
        self._labels(number, random.Random(card), MOODS.get(issue_id, MOODS[None]))  # a copy is labelled as what it copies

    @staticmethod
    def _author(author: str) -> dict[str, Any]:
        """Return who wrote it, with a name that no report may show."""
        if not author:
            return {"author_key": ""}
        platform, _, native_id = author.split("/")
        names = {"author_native_id": native_id, "author_name": f"Naam van {native_id}"}
        return {"author_key": author, "author_platform": platform, "author_realm": f"{platform}.example", **names}

    def _labels(self, number: int, draw: random.Random, moods: tuple[str, ...]) -> None:
        for name, chance in (("spam", 0.15), ("unnecessary", 0.3), ("searched_first", 0.2), ("idea", 0.15), ("compliment", 0.2)):
            if draw.random() < chance:
                self._add(tables.label, mention_id=number, name=name, value="yes", probability=0.9, model="m")
        if draw.random() < 0.8:
            self._add(
                tables.label, mention_id=number, name="sentiment", value=draw.choice(moods),
                probability=0.8, model="m",
            )  # fmt: skip
        if draw.random() < 0.7:
            self._add(tables.label, mention_id=number, name="cause", value=draw.choice(CAUSES), probability=0.8, model="m")
            self._add(
                tables.label, mention_id=number, name="cause", value="promise_not_kept", probability=draw.choice((0.4, 0.9)), model="m"
            )
        for name, value, chance in (("question", "yes", 0.2), ("personal_data", "yes", 0.08), ("idea", "no", 0.05)):
            if draw.random() < chance:
                self._add(tables.label, mention_id=number, name=name, value=value, probability=0.95, model="m")
        if number % 40 == 0:
            self._corrected(number, "spam", draw.choice(("yes", "no")))
        if number % 17 == 0:  # said, said otherwise, and once about a text that was edited since
            self._corrected(number, "cause", "idea")
            self._corrected(number, "cause", draw.choice((*CAUSES, None)))
            self._corrected(number, "sentiment", "positive", revision=3)

    def _corrected(self, number: int, name: str, value: str | None, *, revision: int = 0) -> None:
        self._add(tables.label_correction, mention_id=number, revision=revision, name=name, value=value, made_by="anna", at=NOW)

    def _sources(self) -> None:
        for platform in PLATFORMS:
            self._add(
                tables_sources.source_state, source=platform, kind="demo", state="blind" if platform == "feed" else "ok", last_ok_at=NOW,
                blind_since=NOW - timedelta(hours=3) if platform == "feed" else None,
            )  # fmt: skip
            for _ in range(3):
                kind = self._draw.choice(("gap", "skip"))
                self._add(tables_sources.source_event, source=platform, kind=kind, at=self._moment(), place="", reason="r")
