"""Fills a home with invented mentions and cases, as many as wanted: what the pages' speed is measured on.

Texts are put together from word lists of ours, vectors are drawn around drawn centres; nobody said any of it. Rows go straight into the
ledger's own tables, in its own formats, with the durability of a bench: the file is synced once, at the end.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Engine, Table

from listener.bootstrap import ledger_url
from listener.ledger import tables
from listener.ledger.analyses import LAST_REGROUP, LAST_REGROUP_MODEL
from listener.ledger.ledger import open_ledger
from listener.ledger.step import set_meta
from listener.ledger.transactions import writing
from listener.model.analysis import AnalysedMention
from listener.search.store import open_search
from listener.settings.home import prepare_home
from listener.text.searching import search_text
from moderation.ledger import case_facts
from moderation.ledger.case_follow import follow_from, newest
from moderation.ledger.opt_out_reading import OptOutReading, ReadUpTo
from moderation.ledger.tables import conversation, conversation_mention, support_case
from tests.bench.inbox_insight import fill_insight

MODEL = "drawn"
DIMS = 384
BATCH = 20_000
BRANDS = ("Stroomwerk", "Zoemvolt")
SETTINGS = (
    "# Filled by scripts/bench_inbox: everything in here is invented.\nbrands:\n- name: Stroomwerk\n- name: Zoemvolt\ninvented: true\n"
)

_WHO = ("Ik", "Mijn moeder", "De buurvrouw", "Onze straat", "Een vriend van me", "Iedereen hier", "Wij", "My flat", "Our street")
_WHAT = ("wacht al", "zit sinds gisteren", "belde net weer", "kreeg weer een brief", "snapt niets meer", "has been waiting", "betaalde al")
_ABOUT = (
    "zonder stroom", "met een dubbele incasso", "op een monteur", "met een meter die niet klopt", "op de app die uitlogt", "with no power",
    "voor een rekening die niet van ons is", "met een code die niet komt", "op een terugbelverzoek", "voor een verhuizing zonder contract",
)  # fmt: skip
_END = (
    "en niemand belt terug",
    "kan dat echt niet anders",
    "wanneer is dit klaar",
    "and nobody answers",
    "dank voor de snelle hulp",
    "en nu",
)
_PLATFORMS = ("mastodon", "reddit", "bluesky", "discord", "discourse", "mail", "x", "feed")
_LABELS = (("sentiment", ("negative", "neutral", "positive")), ("cause", ("service_failed", "billing", "unclear", "promise_not_kept")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was made, how long each part took, and what it takes on disk."""

    mentions: int
    cases: int
    texts: int
    seconds: Mapping[str, float]
    bytes_on_disk: Mapping[str, int]

    def lines(self) -> Iterator[str]:
        yield f"{self.mentions:,} mentions with {self.texts:,} different texts, {self.cases:,} cases"
        for part, seconds in self.seconds.items():
            yield f"{part}: {seconds:.1f} s"
        for part, size in self.bytes_on_disk.items():
            yield f"{part} on disk: {size / 1e6:,.0f} MB, {size / max(1, self.mentions):,.0f} bytes a mention"


def fill(
    home: Path,
    *,
    mentions: int,
    cases: int,
    seed: int = 1,
    days: int = 365,
    issues: int = 400,
    different: float = 0.8,
    parts: Sequence[str] = ("search", "insight"),
    now: datetime | None = None,
) -> Filled:
    """Fill an empty home and return what it became. `different`: the share of texts nobody else wrote. Raises ValueError on a used one."""
    prepare_home(home)
    (home / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    seconds: dict[str, float] = {}
    with open_ledger(ledger_url(home)) as ledger:
        if ledger.analyses.last_seq():
            raise ValueError(f"{home} holds mentions already; name an empty folder")
        draw = Drawing(mentions, cases, seed, days, issues, different, now or datetime.now(UTC))
        with _timed(seconds, "ledger"), _bulk(ledger.engine) as add:
            draw.issues_into(add)
            for first in range(0, mentions, BATCH):
                draw.mentions_into(add, first, min(BATCH, mentions - first))
            draw.cases_into(add)
        _follow(ledger.engine)
        ledger.tidy()
    _derive(home, draw, parts, seconds)
    sizes = {"ledger": _size(home / "ledger.db"), "insight": _size(home / "insight.duckdb"), "search": _size(home / "search")}
    return Filled(mentions=mentions, cases=cases, texts=draw.texts, seconds=seconds, bytes_on_disk={**sizes, "all": sum(sizes.values())})


class Drawing:
    """Draws everything from one seed: the same numbers make the same home, but for the moment it ends at."""

    def __init__(self, mentions: int, cases: int, seed: int, days: int, issues: int, different: float, now: datetime) -> None:
        self._rng = np.random.default_rng(seed)
        self._now = now
        self.count = self._count = mentions
        self._cases, self._issues = cases, issues
        self._start = now - timedelta(days=days)
        self._step = timedelta(days=days) / max(1, mentions)
        self._apart = max(1, mentions // max(1, cases))
        self.texts = max(1, int(mentions * different))
        self._centres = self._rng.standard_normal((max(1, issues), DIMS)).astype(np.float32)
        self._vectors = np.zeros((self.texts + 1, DIMS), dtype=np.float16)
        self._vectors_made = 0

    def text_of(self, number: int) -> int:
        """Return which text a mention has: its own, or one that somebody wrote before."""
        return number if number <= self.texts else 1 + (number * 7919) % self.texts

    def _speaks_to_us(self, n: int) -> bool:
        """Every so many-eth mention, so that there are as many cases as wanted, and every one that speaks to us has its case."""
        return (self._count - n) % self._apart == 0 and (self._count - n) // self._apart < self._cases

    def facts(self) -> Iterator[list[AnalysedMention]]:
        """Yield what was drawn as insight and the search are given it, a batch at a time. After the mentions only."""
        for first in range(0, self._count, BATCH):
            yield [self._fact(n) for n in range(first + 1, min(first + BATCH, self._count) + 1)]

    def _fact(self, n: int) -> AnalysedMention:
        platform, text, at = _PLATFORMS[n % len(_PLATFORMS)], self.text_of(n), self._start + n * self._step
        return AnalysedMention(
            mention_id=n,
            card_id=n,
            issue_id=None if n % 3 == 0 else 1 + (n * 31) % self._issues,
            platform=platform,
            realm=f"{platform}.example",
            source=platform,
            channel="",
            brands=(BRANDS[n % 5 == 0],),
            directed=self._speaks_to_us(n),
            author_key=_author(n, platform),
            language="en" if text % 5 == 0 else "nl",
            posted_at=at,
            first_seen_at=at,
            text_hash=_digest(f"t{text}"),
            labels={name: values[n % len(values)] for name, values in _LABELS},
            vector=self._vectors[text].astype(np.float32),
        )

    def columns(self, ids: NDArray[np.int64]) -> tuple[dict[str, Any], dict[str, Any], NDArray[np.float32]]:
        """Return the same facts and labels by columns, and the vectors: for filling insight. After the mentions only."""
        numbers = ids.tolist()
        texts = np.array([self.text_of(n) for n in numbers])
        platforms = [_PLATFORMS[n % len(_PLATFORMS)] for n in numbers]
        start = np.datetime64(self._start.replace(tzinfo=None), "us")
        at = pa.array(start + np.round(ids * (self._step / timedelta(microseconds=1))).astype("timedelta64[us]"))
        facts = {
            "mention_id": ids,
            "card_id": ids,
            "issue_id": pa.array(1 + (ids * 31) % self._issues, mask=ids % 3 == 0),
            "platform": platforms,
            "realm": [f"{platform}.example" for platform in platforms],
            "source": platforms,
            "channel": [""] * len(numbers),
            "brands": [[BRANDS[n % 5 == 0]] for n in numbers],
            "directed": [self._speaks_to_us(n) for n in numbers],
            "author_key": [_author(n, platform) for n, platform in zip(numbers, platforms, strict=True)],
            "language": np.where(texts % 5 == 0, "en", "nl").tolist(),
            "posted_at": at,
            "first_seen_at": at,
            "text_hash": [_digest(f"t{text}") for text in texts.tolist()],
        }
        labels = {
            "mention_id": np.repeat(ids, len(_LABELS)),
            "name": [name for name, _ in _LABELS] * len(numbers),
            "value": [values[n % len(values)] for n in numbers for _, values in _LABELS],
        }
        return facts, labels, self._vectors[texts].astype(np.float32)

    def issues_into(self, add: Add) -> None:
        rows = [(n, f"{_ABOUT[n % len(_ABOUT)]} {n}", "model", _moment(self._start)) for n in range(1, self._issues + 1)]
        add(tables.issue, ("issue_id", "title", "title_by", "created_at"), rows)

    def mentions_into(self, add: Add, first: int, size: int) -> None:
        """Add `size` mentions from number `first` on, with everything the analyser would have made of them."""
        ids = range(first + 1, first + size + 1)
        text_of = [self.text_of(n) for n in ids]
        topics = [1 + (n * 31) % self._issues for n in ids]
        at = [_moment(self._start + n * self._step) for n in ids]
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in ("mention", "revision", "brand", "analysis", "label", "source")}
        for n, text, topic, moment in zip(ids, text_of, topics, at, strict=True):
            platform = _PLATFORMS[n % len(_PLATFORMS)]
            realm, author = f"{platform}.example", _author(n, platform)
            loose = n % 3 == 0
            thread = f"t{n // 3}"
            rows["mention"].append(
                (n, platform, realm, f"n{n}", platform, author, platform, realm, author.rpartition("/")[2], f"Naam {author[-4:]}",
                 f"https://{realm}/{n}", thread, thread, "[]", moment, moment, 0, 0, None if loose else topic)
            )  # fmt: skip
            rows["revision"].append((n, 0, _digest(f"\x1f{self.text(text)}"), "", self.text(text), moment))
            rows["brand"].append((n, BRANDS[n % 5 == 0], self._speaks_to_us(n), '["stroomwerk"]'))
            rows["analysis"].append((n, 0, "en" if text % 5 == 0 else "nl", n, _digest(f"t{text}"), moment))
            rows["label"] += [(n, name, values[n % len(values)], 0.8, MODEL) for name, values in _LABELS]
            rows["source"].append((n, platform, moment))
        add(tables.mention, _MENTION, rows["mention"])
        add(tables.revision, ("mention_id", "revision", "content_hash", "title", "text", "seen_at"), rows["revision"])
        add(tables.mention_brand, ("mention_id", "brand", "directed", "terms"), rows["brand"])
        add(tables.mention_source, ("mention_id", "source", "first_seen_at"), rows["source"])
        add(tables.analysis, ("mention_id", "revision", "language", "card_id", "text_hash", "analysed_at"), rows["analysis"])
        add(tables.label, ("mention_id", "name", "value", "probability", "model"), rows["label"])
        placed = [(n, topic, "model", "near", moment) for n, topic, moment in zip(ids, topics, at, strict=True) if n % 3]
        add(tables.membership, ("mention_id", "issue_id", "made_by", "reason", "at"), placed)
        add(tables.change, ("mention_id",), [(n,) for n in ids])
        self._vectors_into(add, max(text_of))

    def cases_into(self, add: Add) -> None:
        """Give whoever speaks to us a case: a tenth is answered, a tenth closed, the others wait."""
        chosen = [1 + (self._count - 1 - place * self._apart) for place in range(self._cases)][::-1]
        talks, joined, cases = [], [], []
        for case_id, n in enumerate((one for one in chosen if one >= 1), start=1):
            platform, at = _PLATFORMS[n % len(_PLATFORMS)], self._start + n * self._step
            moment = _moment(at)
            state = "answered" if case_id % 10 == 1 else "closed" if case_id % 10 == 2 else "open"
            answered = _moment(at + timedelta(hours=1)) if state == "answered" else None
            talks.append((case_id, BRANDS[n % 5 == 0], platform, f"{platform}.example", f"t{n // 3}", f"case-{case_id}", moment))
            joined.append((n, BRANDS[n % 5 == 0], case_id, 1, moment))
            cases.append((case_id, case_id, state, "", 1, moment, answered, moment))
        add(conversation, ("conversation_id", "brand", "platform", "realm", "thread_id", "author_key", "opened_at"), talks)
        add(conversation_mention, ("mention_id", "brand", "conversation_id", "directed", "joined_at"), joined)
        add(support_case, ("case_id", "conversation_id", "state", "holder", "version", "opened_at", "answered_at", "changed_at"), cases)

    @staticmethod
    def text(number: int) -> str:
        """Return the invented text of this number, all different."""
        pick = [words[number // apart % len(words)] for words, apart in ((_WHO, 1), (_WHAT, 9), (_ABOUT, 63), (_END, 630))]
        return f"{' '.join(pick)}? Klantnummer {number} @stroomwerk"

    def _vectors_into(self, add: Add, up_to: int) -> None:
        """Keep vectors of texts not kept yet, up to this number."""
        if up_to <= self._vectors_made:
            return
        numbers = range(self._vectors_made + 1, up_to + 1)
        drawn = self._centres[[(n * 31) % len(self._centres) for n in numbers]]
        drawn = drawn + 0.9 * self._rng.standard_normal(drawn.shape, dtype=np.float32)
        kept = self._vectors[self._vectors_made + 1 : up_to + 1] = _unit(drawn).astype("<f2")
        add(
            tables.embedding,
            ("text_hash", "model", "vector"),
            [(_digest(f"t{n}"), MODEL, row.tobytes()) for n, row in zip(numbers, kept, strict=True)],
        )
        self._vectors_made = up_to


_MENTION = (
    "mention_id", "platform", "realm", "native_id", "source", "author_key", "author_platform", "author_realm", "author_native_id",
    "author_name", "url", "parent_id", "root_id", "flags", "posted_at", "first_seen_at", "latest_revision", "analysed_revision", "issue_id",
)  # fmt: skip


class Add:
    """Puts rows into one of the ledger's tables; columns left out get the table's own defaults."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def __call__(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        given = dict.fromkeys(columns, "?")
        usual = {column.name: _default(column) for column in table.columns if column.name not in given and column.default is not None}
        missing = [c.name for c in table.columns if not (c.nullable or c.primary_key or c.name in given or c.name in usual)]
        assert not missing, f"{table.name} needs {missing}"
        names, values = [*columns, *usual], ["?"] * len(columns) + [_literal(one) for one in usual.values()]
        self._driver.executemany(f"insert into {table.name} ({', '.join(names)}) values ({', '.join(values)})", rows)


def _author(number: int, platform: str) -> str:
    """Somebody who writes every now and then: a person to about four messages."""
    return f"{platform}/{platform}.example/p{(number * 2_654_435_761) % 2**32 // 8_000}"


def _default(column: Any) -> Any:
    return column.default.arg if column.default.is_scalar else []


def _literal(value: Any) -> str:
    return f"'{json.dumps(value)}'" if isinstance(value, list) else str(int(value)) if isinstance(value, bool | int) else f"'{value}'"


@contextmanager
def _bulk(engine: Engine) -> Iterator[Add]:
    """One transaction with a large cache and no sync until its end."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for pragma in ("synchronous=off", "cache_size=-1500000", "foreign_keys=off"):
            driver.execute(f"pragma {pragma}")
        driver.execute("begin immediate")
        yield Add(driver)
        driver.execute("commit")
        connection.invalidate()  # its settings are not those of the ledger


def _follow(engine: Engine) -> None:
    """Leave the home as one that was followed all along: nothing is read again from the first mention on, every case has its line."""
    with writing(engine) as tx:
        far = newest(tx)
        follow_from(tx, far)
        case_facts.fill(tx)
        set_meta(tx, LAST_REGROUP, str(far.mention_id))
        set_meta(tx, LAST_REGROUP_MODEL, MODEL)
    OptOutReading(engine).note_read(ReadUpTo(mention_id=far.mention_id, seq=far.seq))


def _derive(home: Path, draw: Drawing, parts: Sequence[str], seconds: dict[str, float]) -> None:
    """Hold in the search and in insight what following the ledger would have put there, from what was drawn: many times as fast."""
    made = {"search": _search_into, "insight": _insight_into}

    def make(part: str) -> None:
        with _timed(seconds, part):
            made[part](home, draw)

    with ThreadPoolExecutor() as both:
        list(both.map(make, parts))


def _search_into(home: Path, draw: Drawing) -> None:
    with open_search(home / "search") as search:
        search.begin_codes(MODEL)
        for facts in draw.facts():
            texts = {one.mention_id: search_text(draw.text(draw.text_of(one.mention_id))) for one in facts}
            search.apply(facts, texts, (), facts[-1].mention_id)


def _insight_into(home: Path, draw: Drawing) -> None:
    fill_insight(home / "insight.duckdb", draw, draw.count, dims=DIMS, model=MODEL)


@contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[part] = time.perf_counter() - begun


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _size(path: Path) -> int:
    """Bytes a file or folder takes on disk: holes in mapped files take none."""
    files = [path, *path.parent.glob(path.name + "-*")] if path.is_file() else list(path.rglob("*"))
    return sum(file.stat().st_blocks * 512 for file in files if file.is_file())
