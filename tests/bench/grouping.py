"""A file of labelled posts as the window that issues are found in, and how well groups agree with its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from listener.issues.features import Space
from listener.issues.group import LOOSE
from listener.issues.prepare import Reader
from listener.issues.window import Entry, Snapshot, Window
from listener.model.mention import Mention, StoredMention
from listener.settings.wording import stop_words
from listener.text.language import Languages
from listener.text.near import CardIndex
from tests.bench.encoding import encoded
from tests.bench.reading import Row

START = datetime(2026, 3, 2, tzinfo=UTC)
ROW = timedelta(minutes=1)
CHUNK = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How groups agree with labels. `ami` and `ari` count every mention; `coverage` is the share that a group was found for.

    `grouped_ami` and `grouped_ari` count only those; a method that leaves the hard ones out looks better there.
    """

    ami: float
    ari: float
    coverage: float
    groups: int
    grouped_ami: float
    grouped_ari: float


def window_of(rows: Sequence[Row], *, model: str = "bundled") -> tuple[Snapshot, NDArray[np.int64]]:
    """Return the rows as a window, in the order of the file, a minute apart and each by its own author, and a number per label."""
    listed = stop_words()
    reader = Reader(brands=(), stopwords=listed, languages=Languages.from_lists(**listed))
    readings = [reader.read(_stored(at, row)) for at, row in enumerate(rows, start=1)]
    vectors = encoded({reading.clean.hash: reading.clean.text for reading in readings}, model=model)
    cards, window = CardIndex(), Window()
    for reading in readings:
        mention_id = reading.stored.mention_id
        card = cards.find(reading.clean)
        cards.add(mention_id if card is None else card, mention_id, reading.clean)
        entry = Entry(
            mention_id=mention_id,
            card_id=mention_id if card is None else card,
            author=reading.author,
            language=reading.language,
            posted_at=reading.stored.mention.posted_at,
            clean=reading.clean,
            grams=reading.grams,
            vector=vectors[reading.clean.hash],
        )
        window.add([entry])
    truth = np.unique([str(row["label"]) for row in rows], return_inverse=True)[1].astype(np.int64)
    return window.snapshot(), truth


def agreement(truth: NDArray[np.int64], found: NDArray[np.int64], placed: NDArray[np.int64]) -> Agreement:
    """Compare with the labels. found: group per mention, `LOOSE` for none. placed: the same with every mention in a group."""
    inside = found != LOOSE
    return Agreement(
        ami=round(float(adjusted_mutual_info_score(truth, placed)), 3),
        ari=round(float(adjusted_rand_score(truth, placed)), 3),
        coverage=round(float(inside.mean()), 3),
        groups=len(np.unique(found[inside])),
        grouped_ami=round(float(adjusted_mutual_info_score(truth[inside], found[inside])), 3),
        grouped_ari=round(float(adjusted_rand_score(truth[inside], found[inside])), 3),
    )


def all_placed(space: Space, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups with each loose mention put into the one whose middle it is nearest to; one group of all when there is none."""
    inside = labels != LOOSE
    if not inside.any():
        return np.zeros(len(labels), dtype=np.int64)
    numbers, group = np.unique(labels[inside], return_inverse=True)
    middles = np.zeros((len(numbers), space.matrix.shape[1]), dtype=np.float32)
    np.add.at(middles, group, space.matrix[inside])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    placed = labels.copy()
    loose = np.flatnonzero(~inside)
    for start in range(0, len(loose), CHUNK):
        part = loose[start : start + CHUNK]
        placed[part] = numbers[(space.matrix[part] @ middles.T).argmax(axis=1)]
    return placed


def _stored(at: int, row: Row) -> StoredMention:
    moment = START + at * ROW
    mention = Mention(platform="file", realm="bench", native_id=str(row["id"]), text=str(row["text"]), posted_at=moment)
    return StoredMention(mention_id=at, revision=0, mention=mention, first_seen_at=moment)
