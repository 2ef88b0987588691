"""Mentions in the ledger: pages go in whole with their cursor, mentions come out by id, key or turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, exists, func, select, update

from listener.ledger.changes import batches, note_changes
from listener.ledger.dialect import MOST_ID, insert_or_update
from listener.ledger.lost_places import note_places
from listener.ledger.page import decide, sound_key
from listener.ledger.page_rows import edited_here, find_known, make_known, reasons_by_id, write_changes, write_hits, write_sources
from listener.ledger.private import private_among
from listener.ledger.removal import NOBODY, remove_mentions
from listener.ledger.source_rows import note_page
from listener.ledger.stored import mentions_with_text, stored_mentions
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.tables import mention, quarantine, revision
from listener.ledger.tables_sources import source_state
from listener.ledger.transactions import once_per_reading, reading, writing
from listener.model.mention import Kept, MentionKey, Removal, StoredMention
from listener.model.page import Cursor, LostPlace, Skip

OBJECTED = "objected"
"""Why a mention went that somebody changed who is not collected any more."""
_WAITS = mention.c.analysed_revision < mention.c.latest_revision
_QUARANTINED = exists().where(quarantine.c.mention_id == mention.c.mention_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What a page did. `new + edited + unchanged` is the number of mentions handed in; `removed` counts those that had been here."""

    new: int
    edited: int
    removed: int
    unchanged: int


class MentionLedger:
    """Every mention once, by (platform, realm, native_id), with its revisions, sources and brands."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger) -> None:
        self._engine = engine
        self._suppression = suppression

    def add_page(
        self,
        kept: Sequence[Kept],
        *,
        source: str,
        next_cursor: Cursor | None,
        at: datetime,
        removals: Sequence[Removal] = (),
        skipped: Sequence[Skip] = (),
        gap: str = "",
        lost: Sequence[LostPlace] | None = None,
        moves: bool = True,
    ) -> Added:
        """Save the mentions, removals, skips and the cursor in one transaction: all happen or none.

        A page may be added again after a crash, and events may come in any order (see `page.decide`): a removal stays, even when it
        comes before the mention it removes. Mentions get their ids in the order of `kept`. Nothing is taken in of whoever asked not to be
        collected (`SuppressionLedger`): this is the one door of sources, webhooks and imports. `moves` False: it came beside the source's
        pulls (a stream), whose cursor stays where it is. `lost` are all places of the source that
        are lost now; None: nothing is said of it.
        """
        handed_in = len(kept)
        with writing(self._engine) as tx:
            kept, stopped = self._suppression.apart(tx, kept)
            changed = edited_here(tx, stopped, at) if stopped else set()
            known = make_known(tx, kept, removals, source, at)
            changes = decide(kept, known, at)
            gone = dict.fromkeys(changed, OBJECTED) | reasons_by_id(removals, known)
            been_here = changed | {state.mention_id for state in known.values() if state.latest_revision >= 0}
            write_changes(tx, changes, skip=gone)
            rebranded = write_hits(tx, changes, skip=gone)
            write_sources(tx, been_here - gone.keys(), source, at)
            edited = changes.newest.keys() - changes.new - gone.keys()
            analysed = {state.mention_id for state in known.values() if state.analysed}
            note_changes(tx, edited | (rebranded & analysed))
            remove_mentions(tx, gone, at)
            note_page(tx, source, next_cursor, at, skipped=skipped, gap=gap, moves=moves)
            if lost is not None:
                note_places(tx, source, lost, at)
        unchanged = changes.unchanged + handed_in - len(kept)
        return Added(new=len(changes.new), edited=changes.edited, removed=len(been_here & gone.keys()), unchanged=unchanged)

    def remove(self, removals: Sequence[Removal], *, source: str, at: datetime) -> int:
        """Remove mentions outside a page, such as after a re-check or a person's request; return how many had been here."""
        with writing(self._engine) as tx:
            known = make_known(tx, (), removals, source, at)
            remove_mentions(tx, reasons_by_id(removals, known), at)
        return sum(1 for state in known.values() if state.latest_revision >= 0)

    def forget_authors(self, mention_ids: Sequence[int]) -> None:
        """Take who wrote these mentions from them: the account is gone, and what was written under it stands."""
        with writing(self._engine) as tx:
            for some in batches(mention_ids):
                tx.execute(update(mention).where(mention.c.mention_id.in_(some)).values(NOBODY))
            note_changes(tx, mention_ids)

    def cursor(self, source: str) -> Cursor | None:
        """Return where to go on reading a source, or None when nothing was read yet."""
        with reading(self._engine) as tx:
            found = tx.execute(select(source_state.c.cursor).where(source_state.c.source == source)).scalar()
        return None if found is None else Cursor(found)

    def known(self, keys: Iterable[MentionKey]) -> set[MentionKey]:
        """Return those keys whose mention is here (removed ones are not)."""
        wanted = {sound_key(key): key for key in keys}
        with reading(self._engine) as tx:
            found = find_known(tx, wanted)
        return {wanted[key] for key, state in found.items() if state.latest_revision >= 0}

    def unanalysed(self, limit: int) -> list[StoredMention]:
        """Return mentions whose newest revision waits for the analyser, by time of posting, without those in quarantine.

        History may be imported newest first; bursts are only seen when it is read in the order in which it was written.
        """
        query = mentions_with_text().where(_WAITS, ~_QUARANTINED).order_by(mention.c.posted_at, mention.c.mention_id).limit(limit)
        with reading(self._engine) as tx:
            return stored_mentions(tx, query)

    def unanalysed_count(self) -> int:
        """Return how many mentions `unanalysed` would give in all."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count()).select_from(mention).where(_WAITS, ~_QUARANTINED)).scalar_one()

    def by_ids(self, mention_ids: Iterable[int], *, as_analysed: bool = False) -> list[StoredMention]:
        """Return the mentions with these ids, by id; unknown and removed ones are left out.

        `as_analysed`: with the text the analyser has read last, where an edit still waits for it.
        """
        wanted = tuple(sorted(one for one in set(mention_ids) if 0 < one <= MOST_ID))

        def ask() -> tuple[StoredMention, ...]:
            found: list[StoredMention] = []
            with reading(self._engine) as tx:
                for some in batches(wanted):
                    query = mentions_with_text(as_analysed=as_analysed).where(mention.c.mention_id.in_(some)).order_by(mention.c.mention_id)
                    found += stored_mentions(tx, query)
            return tuple(found)

        return list(once_per_reading(self._engine, ("mentions", wanted, as_analysed), ask))

    def private_among(self, mention_ids: Iterable[int]) -> set[int]:
        """Return those of these mentions that are private messages: their words stay with their case."""
        with reading(self._engine) as tx:
            return private_among(tx, mention_ids)

    def find(self, key: MentionKey) -> StoredMention | None:
        """Return the mention with this key, or None when it is unknown or removed."""
        platform, realm, native_id = sound_key(key)
        same = (mention.c.platform == platform) & (mention.c.realm == realm) & (mention.c.native_id == native_id)
        with reading(self._engine) as tx:
            found = stored_mentions(tx, mentions_with_text().where(same))
        return found[0] if found else None

    def latest(self, limit: int = 50, offset: int = 0) -> list[StoredMention]:
        """Return the mentions posted last, newest first."""
        query = mentions_with_text().order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc()).limit(limit).offset(offset)
        with reading(self._engine) as tx:
            return stored_mentions(tx, query)

    def revisions(self, mention_id: int) -> list[tuple[int, str, str, datetime]]:
        """Return every revision of a mention, oldest first: number, title, text, and when it was seen."""
        query = select(revision.c.revision, revision.c.title, revision.c.text, revision.c.seen_at)
        with reading(self._engine) as tx:
            rows = tx.execute(query.where(revision.c.mention_id == mention_id).order_by(revision.c.revision)).all()
        return [(row.revision, row.title, row.text, row.seen_at) for row in rows]

    def count(self) -> int:
        """Return how many mentions are here (removed ones, which have no `posted_at`, are not)."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count(mention.c.posted_at))).scalar_one()

    def note_try(self, mention_id: int) -> int:
        """Count a failed try on a mention's newest revision and return how many there were."""
        mine = mention.c.mention_id == mention_id
        with writing(self._engine) as tx:
            counted = update(mention).where(mine).values(tries=mention.c.tries + 1).returning(mention.c.tries)
            return int(tx.execute(counted).scalar_one())

    def quarantine(self, mention_id: int, revision: int, stage: str, error: str, *, at: datetime | None = None) -> None:
        """Set a mention apart: `unanalysed` leaves it out until `requeue`, or until an edit brings a new revision."""
        row = {"mention_id": mention_id, "revision": revision, "stage": stage, "error": error, "at": at or datetime.now(UTC)}
        with writing(self._engine) as tx:
            tx.execute(insert_or_update(tx.dialect, quarantine, key=["mention_id"], change=["revision", "stage", "error", "at"]), row)

    def quarantined(self) -> list[Quarantined]:
        """Return what is set apart, by id."""
        with reading(self._engine) as tx:
            rows = tx.execute(select(quarantine).order_by(quarantine.c.mention_id)).all()
        return [Quarantined(mention_id=r.mention_id, revision=r.revision, stage=r.stage, error=r.error, at=r.at) for r in rows]

    def requeue(self, mention_id: int) -> bool:
        """Take a mention out of quarantine with its tries forgotten; return whether it was there."""
        if not 0 < mention_id <= MOST_ID:
            return False
        with writing(self._engine) as tx:
            found = tx.execute(delete(quarantine).where(quarantine.c.mention_id == mention_id)).rowcount
            tx.execute(update(mention).where(mention.c.mention_id == mention_id).values(tries=0))
        return bool(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A mention that failed three times at a `stage`, with the last error."""

    mention_id: int
    revision: int
    stage: str
    error: str
    at: datetime
