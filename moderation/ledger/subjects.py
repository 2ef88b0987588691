"""People who ask what is kept of them, in the ledger: found, told, erased and kept out, each in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from listener.ledger import tables as heard
from listener.ledger.changes import batches
from listener.ledger.removal import NO_TITLE, remove_mentions
from listener.ledger.suppressed_rows import ALLOW, ERASE, OBJECT
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.transactions import reading, writing
from moderation.audit.chain import ERASES
from moderation.ledger.knowledge_forgetting import forget_removed
from moderation.ledger.receipts import read_receipt, write_receipt
from moderation.ledger.subject_names import called, common_names, names_of_others, traces_of
from moderation.ledger.subject_places import PLACES, empty_shadow, stop_what_waits
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.ledger.subject_sweep import empty_audit, sweep, texts_with
from moderation.ledger.subject_who import KEYED, Theirs, account_of, all_keys, keys_of, left_of, spelled_as, subject_of
from moderation.ledger.tables_subject import subject_receipt, subject_request
from moderation.model.subject import KeptOut, Receipt, Rows, Standing, Subject, is_key, out_everywhere
from moderation.model.subject_request import Ending, RequestKind
from moderation.policy.traces import Traces, spoken

OBJECTS, ALLOWS = "object_subject", "allow_subject"
"""The verbs in the audit log of a person who is kept out from now on, and of one who is collected again."""
REASON = "asked"
"""Why a message of an erased person is not here."""
_ENDED_BY_ERASING = {
    RequestKind.ERASE: Ending.DONE,
    RequestKind.OBJECT: Ending.DONE,
    RequestKind.ACCESS: Ending.WITHDRAWN,
    RequestKind.RECTIFY: Ending.WITHDRAWN,
}
"""Nothing is left to hand over or to put right; the caller made sure that the person wants it so."""


class SubjectLedger:
    """One machinery for all four: what `find` counts is what `rows` tells and what `erase` takes away."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger, *, usual_words: Collection[str] = ()) -> None:
        """usual_words: words of no meaning of their own, such as "alles"; whoever is called so is not looked for by it."""
        self._engine = engine
        self._suppression = suppression
        self._requests = SubjectRequestLedger(engine, suppression)
        self._usual = frozenset(usual_words)

    def account(self, platform: str, native_id: str) -> Subject:
        """Return the person with this id on a platform whose ids are worldwide, whether anything is kept of them or not."""
        with reading(self._engine) as tx:
            return account_of(tx, platform, native_id, self._suppression.stand_in)

    def find(self, platform: str, account: str) -> Subject | None:
        """Return who is called that on a platform, with everybody joined to them; None when nobody is."""
        with reading(self._engine) as tx:
            keys = keys_of(tx, platform, account)
            typed = {account} if is_key(account) else set()
            left = left_of(tx, {self._suppression.stand_in(key) for key in keys | typed})
            if not keys and not left:
                return None
            subject = subject_of(tx, keys or typed)
            return replace(subject, joined=tuple(sorted({*subject.joined, *left})))

    def platforms(self) -> list[str]:
        """Return the platforms of which a message is, or was, here: one step of the index for each, however many messages that are."""
        found: list[str] = []
        with reading(self._engine) as tx:
            while True:
                beyond = select(func.min(heard.mention.c.platform)).where(heard.mention.c.platform > (found[-1] if found else ""))
                following = tx.execute(beyond).scalar()
                if following is None:
                    return found
                found.append(following)

    def standing(self, subject: Subject) -> list[Standing]:
        """Return in which places the person stands, and with how much."""
        theirs = Theirs(all_keys(subject))
        with reading(self._engine) as tx:
            counted = [Standing(place=one.words, things=one.count(tx, theirs), kept=one.kept) for one in PLACES]
        return [one for one in counted if one.things]

    def named_by_others(self, subject: Subject) -> list[int]:
        """Return messages of others that name the person: theirs to delete, not ours to change; somebody should look at them."""
        names = Traces.of(called(subject), ()).names
        mine = heard.mention.c.author_key.in_(all_keys(subject))
        latest = heard.revision.c.revision == heard.mention.c.latest_revision
        query = select(heard.mention.c.mention_id, heard.revision.c.title, heard.revision.c.text).join_from(heard.mention, heard.revision)
        with reading(self._engine) as tx:
            rows = tx.execute(query.where(~mine, latest))
            return sorted(row.mention_id for row in rows if any(one in spoken(f"{row.title} {row.text}") for one in names))

    def unsure_names(self, subject: Subject) -> tuple[str, ...]:
        """Return names of the person that are looked for in no text: those of others or of us, and words that everybody uses."""
        with reading(self._engine) as tx:
            return self._unsure(tx, subject)

    def perhaps_about(self, subject: Subject) -> list[str]:
        """Return texts that hold a name of theirs that is a common word: nothing is done with them, and somebody should look."""
        with reading(self._engine) as tx:
            return texts_with(tx, Traces.of(common_names(tx, subject, self._usual), ()))

    def _unsure(self, tx: Connection, subject: Subject) -> tuple[str, ...]:
        return tuple(sorted({*names_of_others(tx, subject), *common_names(tx, subject, self._usual)}))

    def rows(self, subject: Subject) -> Rows:
        """Return everything kept of the person, by place."""
        theirs = Theirs(all_keys(subject))
        with reading(self._engine) as tx:
            found = {one.words: tuple(one.rows(tx, theirs)) for one in PLACES}
        return {place: rows for place, rows in found.items() if rows}

    def traces(self, subject: Subject) -> Traces:
        """Return what shows the person in a text, for looking through files."""
        with reading(self._engine) as tx:
            return traces_of(tx, subject, unsure=self._unsure(tx, subject), with_sent=True)

    def erase(
        self,
        subject: Subject,
        *,
        by: str,
        at: datetime,
        elsewhere: Mapping[str, int],
        request_id: int | None = None,
        anew: bool = False,
    ) -> Receipt:
        """Take the person out of the ledger for good and keep them out; return the receipt. All of it happens, or none.

        elsewhere: what was taken away outside the ledger, for the receipt. Where somebody else ended the request meanwhile, nothing more
        is done and theirs is the receipt. Every open request of the person ends with it. `anew`: a backup brought back who was erased
        before; the list says already whether they are kept out, and stays as it is.
        """
        keys = all_keys(subject)
        theirs = Theirs(keys)
        stand_ins = {key: self._suppression.stand_in_of_erased(key) for key in keys}
        with writing(self._engine) as tx:
            if (done := _receipt_of(tx, request_id)) is not None:
                return done
            counts = Counter({**elsewhere, **{one.words: one.count(tx, theirs) for one in PLACES}})
            traces = traces_of(tx, subject, unsure=self._unsure(tx, subject))
            mention_ids = list(tx.execute(theirs.mentions).scalars())
            issue_ids = _issues_of(tx, mention_ids)
            stop_what_waits(tx, theirs, at)
            empty_shadow(tx, theirs)
            for one in PLACES:
                one.erase(tx, theirs, stand_ins)
            counts.update(sweep(tx, traces))
            remove_mentions(tx, dict.fromkeys(mention_ids, REASON), at)
            forget_removed(tx, at=at)
            counts["titles of issues"] += _forget_titles(tx, issue_ids)
            emptied = empty_audit(tx, traces, stand_ins)
            counts["lines of the audit log"] += len(emptied)
            if not anew:
                self._suppression.add(tx, out_everywhere(keys), why=ERASE, at=at)
            went = {place: things for place, things in counts.items() if things}
            receipt = write_receipt(tx, ERASE, went, verb=ERASES, by=by, at=at, emptied=emptied)
            self._requests.end_kinds(tx, subject.asked_as, _ENDED_BY_ERASING, by=by, at=at, receipt_id=receipt.receipt_id)
            return receipt

    def object(self, subject: Subject, *, by: str, at: datetime) -> Receipt:
        """Keep a person out from now on; what is here stays."""
        with writing(self._engine) as tx:
            added = self._suppression.add(tx, out_everywhere(all_keys(subject)), why=OBJECT, at=at)
            out = {"accounts that are not collected any more": added}
            receipt = write_receipt(tx, OBJECT, out, verb=OBJECTS, by=by, at=at)
            done = {RequestKind.OBJECT: Ending.DONE}
            self._requests.end_kinds(tx, subject.asked_as, done, by=by, at=at, receipt_id=receipt.receipt_id)
            return receipt

    def kept_out(self, platform: str, account: str, found: Subject | None) -> list[KeptOut]:
        """Return who is kept out and may be meant by `account`: whoever is called so here (`found`), and accounts of that id, each once.

        Of somebody who was erased nothing is here that could be called by a name.
        """
        with reading(self._engine) as tx:
            meant = [found] if found is not None else []
            meant += [Subject(keys=(key,), joined=(), names=()) for key in spelled_as(tx, platform, account)]
            options: dict[frozenset[str], KeptOut] = {}
            for subject in meant:
                keys = self._on_the_list(subject)
                stands = self._suppression.standing(tx, keys)
                since = [one.put for one in stands.values() if one.out and one.put is not None]
                accounts = frozenset(out_everywhere(all_keys(subject)))
                if since and not any(accounts & other for other in options):
                    erased = any(one.gone for one in stands.values())
                    options[accounts] = KeptOut(subject=subject, since=max(since), erased=erased)
        return list(options.values())

    def allow(self, subject: Subject, *, by: str, at: datetime) -> Receipt:
        """Collect what a person writes from now on; what is gone stays gone, and what they wrote before stays out."""
        with writing(self._engine) as tx:
            again = self._suppression.allow(tx, self._on_the_list(subject), at=at)
            return write_receipt(tx, ALLOW, {"accounts that are collected again": again}, verb=ALLOWS, by=by, at=at)

    def _on_the_list(self, subject: Subject) -> list[str]:
        """Return everything this person may stand on the list as: their accounts, those in whichever realm, and what stands for them."""
        accounts = all_keys(subject)
        stands = {made(key) for key in accounts for made in (self._suppression.stand_in, self._suppression.stand_in_of_erased)}
        return sorted({*out_everywhere(accounts), *stands})

    def erased_and_back(self, anew: Collection[str]) -> list[Subject]:
        """Return people who were erased and stand here again, because an older ledger was put back. `anew`: see `read_list`."""
        with reading(self._engine) as tx:
            here = {key for column in KEYED for key in tx.execute(select(column).where(column != "").distinct()).scalars()}
            return [subject_of(tx, [key], alone=True) for key in sorted(self._suppression.erased(here, anew=anew))]

    def receipts(self) -> list[Receipt]:
        """Return every receipt, oldest first."""
        with reading(self._engine) as tx:
            asked = select(subject_receipt).where(subject_receipt.c.kind.in_([ERASE, OBJECT, ALLOW]))
            return [read_receipt(row) for row in tx.execute(asked.order_by(subject_receipt.c.receipt_id))]


def _issues_of(tx: Connection, mention_ids: Collection[int]) -> list[int]:
    found: set[int] = set()
    for some in batches(sorted(mention_ids)):
        placed = heard.mention.c.mention_id.in_(some) & heard.mention.c.issue_id.is_not(None)
        found.update(tx.execute(select(heard.mention.c.issue_id).where(placed)).scalars())
    return sorted(found)


def _forget_titles(tx: Connection, issue_ids: Collection[int]) -> int:
    """Take titles the analyser made from issues where nobody who is left uses all of their words; return how many that were.

    What people did to these issues remembers such titles too.
    """
    gone = 0
    for issue_id in issue_ids:
        left = _words_left(tx, issue_id)
        here = (heard.issue.c.issue_id == issue_id) | (heard.issue.c.merged_into == issue_id)
        for row in tx.execute(select(heard.issue).where(here)).all():
            if row.title_by == heard.MODEL and row.title != NO_TITLE and not set(spoken(row.title).split()) <= left:
                tx.execute(update(heard.issue).where(heard.issue.c.issue_id == row.issue_id).values(title=NO_TITLE))
                gone += 1
            for act in tx.execute(select(heard.issue_act).where(heard.issue_act.c.issue_id == row.issue_id)).all():
                was = (act.before or {}).get("title")
                if was is not None and act.before.get("title_by") == heard.MODEL and not set(spoken(was).split()) <= left:
                    before = {**act.before, "title": NO_TITLE}
                    tx.execute(update(heard.issue_act).where(heard.issue_act.c.act_id == act.act_id).values(before=before))
    return gone


def _words_left(tx: Connection, issue_id: int) -> set[str]:
    latest = heard.revision.c.revision == heard.mention.c.latest_revision
    query = select(heard.revision.c.title, heard.revision.c.text).join_from(heard.mention, heard.revision)
    rows = tx.execute(query.where(heard.mention.c.issue_id == issue_id, latest))
    return {word for row in rows for word in spoken(f"{row.title} {row.text}").split()}


def _receipt_of(tx: Connection, request_id: int | None) -> Receipt | None:
    """Return the receipt with which a request ended; None while it is open, and for none."""
    ended = select(subject_request.c.receipt_id).where(subject_request.c.request_id == request_id, subject_request.c.ended_at.is_not(None))
    row = tx.execute(select(subject_receipt).where(subject_receipt.c.receipt_id.in_(ended))).one_or_none()
    return None if row is None else read_receipt(row)
