"""People's answers about mentions: every line is kept, the newest one stands, and it stands before any model's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from listener.errors import InputError
from listener.ledger.changes import batches, note_changes
from listener.ledger.dialect import MOST_ID
from listener.ledger.tables import analysis, label, label_correction, mention
from listener.ledger.transactions import once_per_reading, reading, writing
from listener.model.correction import ANSWERS, Beside, LabelCorrection

SURE = 0.5
"""Labels less probable than this are kept but not counted as facts."""
NO = "no"


class LabelLedger:
    """Corrections of labels. One belongs to the revision it was made on: an edited text is read anew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def correct(self, mention_id: int, name: str, value: str, *, by: str, at: datetime) -> None:
        """Keep a person's answer about a mention as it is analysed now. Raises `InputError` for what is unknown or not analysed yet."""
        if name not in ANSWERS:
            raise InputError(f"there is no label {name!r}; there are {', '.join(sorted(ANSWERS))}")
        if value not in ANSWERS[name]:
            raise InputError(f"{name} is one of {', '.join(ANSWERS[name])}, not {value!r}")
        self._add(mention_id, name, value, by, at)

    def undo(self, mention_id: int, name: str, *, by: str, at: datetime) -> None:
        """Take a person's answer back, so that the model's shows again. Raises `InputError` when there is none."""
        if name not in {one.name for one in self.standing([mention_id])}:
            raise InputError(f"nobody corrected {name!r} of mention {mention_id}; there is nothing to take back")
        self._add(mention_id, name, None, by, at)

    def record(self, mention_id: int) -> list[LabelCorrection]:
        """Return every line about a mention, oldest first, also those of earlier revisions."""
        query = select(label_correction).where(label_correction.c.mention_id == mention_id)
        with reading(self._engine) as tx:
            return [
                LabelCorrection(mention_id=row.mention_id, revision=row.revision, name=row.name, value=row.value, by=row.made_by, at=row.at)
                for row in tx.execute(query.order_by(label_correction.c.correction_id))
            ]

    def standing(self, mention_ids: Iterable[int] | None = None) -> list[Beside]:
        """Return people's answers that stand now beside what the models say, in order of mention and name (None: of all mentions)."""
        wanted = None if mention_ids is None else tuple(sorted(one for one in set(mention_ids) if 0 < one <= MOST_ID))

        def ask() -> tuple[Beside, ...]:
            with reading(self._engine) as tx:
                if wanted is None:
                    parts = [_beside(tx, mention.c.latest_revision >= 0)]
                else:
                    parts = [_beside(tx, mention.c.mention_id.in_(some)) for some in batches(wanted)]
            return tuple(one for part in parts for one in part)

        return list(once_per_reading(self._engine, ("labels", wanted), ask))

    def last_correction(self) -> int:
        """Return a number that grows with every correction and every one taken back; 0 before the first."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.max(label_correction.c.correction_id))).scalar() or 0

    def _add(self, mention_id: int, name: str, value: str | None, by: str, at: datetime) -> None:
        with writing(self._engine) as tx:
            known = select(analysis.c.revision).where(analysis.c.mention_id == mention_id)
            revision = tx.execute(known).scalar() if 0 < mention_id <= MOST_ID else None
            if revision is None:
                raise InputError(f"there is no analysed mention {mention_id}")
            line = {"mention_id": mention_id, "revision": revision, "name": name, "value": value, "made_by": by, "at": at}
            tx.execute(insert(label_correction), line)
            note_changes(tx, [mention_id])


def labels_now(tx: Connection, condition: ColumnElement[bool]) -> dict[int, dict[str, str]]:
    """Return the labels that count, by mention id, of mentions for which `condition` on the table `mention` holds.

    Of a model's answers the more probable one, then the first by alphabet; a person's answer in its place, and none for "no".
    """
    found: dict[int, dict[str, str]] = defaultdict(dict)
    query = select(label.c.mention_id, label.c.name, label.c.probability, label.c.value).join_from(mention, label)
    said = tx.execute(query.where(condition, label.c.probability >= SURE)).all()
    for mention_id, name, _, value in sorted(said, key=lambda row: (row[0], row[1], -row[2], row[3])):
        if value != NO:
            found[mention_id].setdefault(name, value)
    for mention_id, corrected in _answers(tx, condition).items():
        for name, (value, *_) in corrected.items():
            found[mention_id].pop(name, None)
            if value != NO:
                found[mention_id][name] = value
    return {mention_id: labels for mention_id, labels in found.items() if labels}


def _answers(tx: Connection, condition: ColumnElement[bool]) -> dict[int, dict[str, tuple[str, str, int]]]:
    """Return people's answers that stand, with who gave them and the revision.

    Of the lines about the text that is analysed the newest counts; one that takes an answer back leaves none.
    """
    lines = label_correction.c
    here = (analysis.c.mention_id == lines.mention_id) & (analysis.c.revision == lines.revision)
    query = select(lines.correction_id, lines.mention_id, lines.name, lines.value, lines.made_by, lines.revision)
    query = query.join_from(mention, label_correction, lines.mention_id == mention.c.mention_id).join(analysis, here).where(condition)
    found: dict[int, dict[str, tuple[str, str, int]]] = defaultdict(dict)
    for _, mention_id, name, value, by, revision in sorted(tx.execute(query).all(), key=lambda row: int(row[0])):
        found[mention_id].pop(name, None)
        if value is not None:
            found[mention_id][name] = (value, by, revision)
    return found


def _beside(tx: Connection, condition: ColumnElement[bool]) -> list[Beside]:
    answers = _answers(tx, condition)
    said: dict[tuple[int, str], tuple[str, float]] = {}
    for some in batches(sorted(answers)):
        query = select(label.c.mention_id, label.c.name, label.c.probability, label.c.value).where(label.c.mention_id.in_(some))
        for mention_id, name, probability, value in sorted(tx.execute(query).all(), key=lambda row: (row[0], row[1], -row[2], row[3])):
            said.setdefault((mention_id, name), (value, probability))
    found = []
    for mention_id in sorted(answers):
        for name, (value, by, revision) in sorted(answers[mention_id].items()):
            model_value, probability = said.get((mention_id, name), (None, 0.0))
            found.append(
                Beside(
                    mention_id=mention_id,
                    revision=revision,
                    name=name,
                    value=value,
                    by=by,
                    model_value=model_value,
                    model_probability=float(probability),
                )
            )
    return found
