"""Somebody asks what we keep of them: find them, tell them, erase them, keep them out, let them in again. One order of steps for each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from threading import Lock

from listener.errors import InputError
from listener.issues.prepare import Reader
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from listener.settings.wording import stop_words
from moderation.ledger.audit import AuditLedger
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.ledger.subjects import SubjectLedger
from moderation.model.subject import WORLDWIDE, KeptOut, Known, Receipt, Subject, is_key, typed_as
from moderation.model.subject_request import MONTHS, Ending, RequestKind, SubjectRequest, Via, due_at
from moderation.workflows.erase_files import erase_files, files_not_read, files_showing
from moderation.workflows.hand_over import hand_over
from moderation.workflows.name_again import name_again

logger = logging.getLogger(__name__)

_FILES = "files of the home"
_TO_BE_KEPT_OUT = frozenset({RequestKind.ERASE, RequestKind.OBJECT})
_MOST_KEYS = 10
_MOST_PERHAPS = 100


class SeveralCalled(InputError):
    """Several accounts are called so; `keys` are the first of them, one of which has to be written instead."""

    def __init__(self, message: str, keys: Sequence[str]) -> None:
        super().__init__(message)
        self.keys = tuple(keys)


class Subjects:
    """Works beside a running service. The files of insight and search are cleaned by whoever holds them (`CleanFiles`).

    reader: gives what reads texts as the analyser does, to name issues anew; None leaves their titles to the analyser's next look.
    zone: in which people count the days of a month.
    """

    def __init__(self, home: Path, ledger: Ledger, clock: Clock, reader: Callable[[], Reader] | None, *, zone: tzinfo = UTC) -> None:
        self._home = home
        self._ledger = ledger
        self._clock = clock
        self._reader = reader
        self._zone = zone
        usual = frozenset().union(*stop_words().values())
        self._people = SubjectLedger(ledger.engine, ledger.suppression, usual_words=usual)
        self._requests = SubjectRequestLedger(ledger.engine, ledger.suppression)
        self._one_at_a_time = Lock()

    def known(self, platform: str, account: str) -> Known:
        """Return where a person stands. Raises `InputError` when nobody is called that there."""
        return self.known_of(self.subject(platform, account))

    def known_of(self, subject: Subject) -> Known:
        """Return where this person stands."""
        files = files_showing(self._home, self._people.traces(subject))
        return Known(
            subject=subject,
            standing=tuple(self._people.standing(subject)),
            files=tuple(self._within(file) for file in files),
            named_by_others=tuple(self._people.named_by_others(subject)),
            files_to_look_at=tuple(self._within(file) for file in files_not_read(self._home)),
            not_looked_for=self._people.unsure_names(subject),
            perhaps=tuple(self._people.perhaps_about(subject)[:_MOST_PERHAPS]),
            asked=tuple(self._requests.open_of(subject.asked_as)),
        )

    def subject(self, platform: str, account: str) -> Subject:
        """Return a person with whoever colleagues joined to them. Raises `InputError` for nobody, and where several are called so."""
        found = self.one(platform, account)
        if found is None:
            raise InputError(f"Nothing is kept of {account} on {platform}. Try their id there, or their name as the platform shows it.")
        return found

    def one(self, platform: str, account: str) -> Subject | None:
        """Return the one person who is called that, None for nobody: what is kept of one must never be handed to another, nor erased for
        another. Raises `SeveralCalled` where several are called so."""
        found = self._people.find(platform, account)
        if found is not None and len(found.keys) > 1 and not _same_account(found):
            keys = found.keys[:_MOST_KEYS]
            said = f"{len(found.keys)} accounts on {platform} are called {account}; write one of them instead: {', '.join(keys)}."
            raise SeveralCalled(said, keys)
        return found

    def platforms(self) -> list[str]:
        """Return the platforms of which anything is here."""
        return self._people.platforms()

    def export(self, platform: str, account: str, out: Path, *, by: str) -> dict[str, int]:
        """Write everything kept of a person to `out` (JSON) and beside it as text, for this user only; return how much of what.

        An open request of theirs for it is done then.
        """
        known = self.known(platform, account)
        rows = self._people.rows(known.subject)
        hand_over(known, rows, out, at=self._clock.now())
        counts = {place: len(kept) for place, kept in rows.items()}
        audit = AuditLedger(self._ledger.engine)
        audit.add(at=self._clock.now(), who=by, verb="export_subject", subject="person", detail={"things": sum(counts.values())})
        for asked in known.asked:
            if asked.kind is RequestKind.ACCESS:
                self._requests.end(asked.request_id, Ending.DONE, why="", by=by, at=self._clock.now())
        return counts

    def erase(self, subject: Subject, *, by: str) -> Receipt:
        """Erase a person. It is noted before anything goes: what is cut off is finished by `finish`, or by erasing them again."""
        now = self._clock.now()
        open_ = next((one for one in self._requests.open_of(subject.asked_as) if one.kind is RequestKind.ERASE), None)
        asked = open_ or self._requests.add(
            RequestKind.ERASE, subject.keys[0], via=Via.DESK, received_at=now, due_at=due_at(now, MONTHS, self._zone), by=by
        )
        return self._carry_out(asked, subject, by=by)

    def finish(self) -> int:
        """End what people pressed themselves, and erasures that were cut off; return how many. What fails now is tried at the next call."""
        done = 0
        for asked in self._requests.to_carry_out():
            try:
                if asked.kind is RequestKind.OBJECT:
                    self.keep_out(self._asking(asked), by=asked.made_by)
                else:
                    self._carry_out(asked, self._asking(asked), by=asked.made_by)
                done += 1
            except Exception:  # one that fails must not hold up the others; each is tried again
                logger.exception("a request could not be carried out yet", extra={"request": asked.request_id})
        self._ledger.suppression.write_list(self._home)
        return done

    def _asking(self, asked: SubjectRequest) -> Subject:
        """Return who asked: what Discord proved is one account, what the desk noted comes with whoever was joined."""
        platform, _, account = asked.person.partition("/")
        if asked.via is Via.DISCORD:
            return self._people.account(platform, account.rpartition("/")[2])
        return self._people.find(platform, asked.person) or Subject(keys=(asked.person,), joined=(), names=())

    def _carry_out(self, asked: SubjectRequest, subject: Subject, *, by: str) -> Receipt:
        """Files first, for their traces are read from the ledger; then the ledger; then titles are made anew."""
        with self._one_at_a_time:
            traces = self._people.traces(subject)
            shown = [self._within(file) for file in files_showing(self._home, traces)]
            files = self._requests.begin(asked.request_id, subject.keys[0], shown, at=self._clock.now())
            erase_files(self._home, traces)
            gone = {_FILES: len(files)}
            receipt = self._people.erase(subject, by=by, at=self._clock.now(), elsewhere=gone, request_id=asked.request_id)
        self._afterwards()
        return receipt

    def _afterwards(self) -> None:
        self._ledger.suppression.write_list(self._home)
        self.name_again()
        self._ledger.tidy()

    def object(self, platform: str, account: str, *, by: str) -> Receipt:
        """Keep a person out from now on, also one of whom nothing is here yet when `account` is a whole key."""
        found = self.one(platform, account)
        if found is None and not is_key(account):
            raise InputError(f"Nothing is kept of {account} on {platform}. For somebody who is not here yet, name PLATFORM/REALM/ID.")
        return self.keep_out(found or Subject(keys=(account,), joined=(), names=()), by=by)

    def keep_out(self, subject: Subject, *, by: str) -> Receipt:
        """Collect nothing more of this person; what is here stays."""
        receipt = self._people.object(subject, by=by, at=self._clock.now())
        self._ledger.suppression.write_list(self._home)
        return receipt

    def kept_out(self, platform: str, account: str) -> KeptOut:
        """Return who is kept out and called that. Raises `InputError` for nobody, for several, and while they wait to be kept out.

        Of somebody who was erased, or was never here, that is their id or a whole key.
        """
        options = self._people.kept_out(platform, account, self.one(platform, account))
        if not options:
            raise InputError(
                f"{account} on {platform} is not kept out. Nothing tells what somebody who was erased was called: "
                "write their id there, or PLATFORM/REALM/ID."
            )
        if len(options) > 1:
            keys = sorted(one.subject.keys[0] for one in options)[:_MOST_KEYS]
            said = f"{len(options)} accounts on {platform} that are kept out may be meant; write one of them instead: {', '.join(keys)}."
            raise SeveralCalled(said, keys)
        (kept,) = options
        people = {*kept.subject.asked_as, typed_as(platform, account.strip().removeprefix("@"))}
        waiting = [one.request_id for one in self._requests.open_of(people) if one.kind in _TO_BE_KEPT_OUT]
        if waiting:
            raise InputError(f"They wait to be kept out (request {waiting[0]}): carry that out, or end it, first.")
        return kept

    def allow(self, kept: KeptOut, *, by: str) -> Receipt:
        """Collect what this person writes from now on."""
        receipt = self._people.allow(kept.subject, by=by, at=self._clock.now())
        self._ledger.suppression.write_list(self._home)
        return receipt

    def erase_again(self, *, by: str) -> int:
        """Erase everybody once more whom a backup that was put back still knows; return how many that were.

        Also somebody who is collected again since: the backup is from before they were erased.
        """
        back = self._people.erased_and_back(self._ledger.suppression.read_list(self._home))
        for subject in back:
            gone = {_FILES: erase_files(self._home, self._people.traces(subject))}
            self._people.erase(subject, by=by, at=self._clock.now(), elsewhere=gone, anew=True)
            self._afterwards()
        return len(back)

    def receipts(self) -> list[Receipt]:
        """Return every receipt, oldest first."""
        return self._people.receipts()

    def name_again(self) -> int:
        """Give issues whose title went a new one from the messages that are left; return how many."""
        return 0 if self._reader is None else name_again(self._ledger, self._reader(), self._clock)

    def _within(self, file: Path) -> str:
        return str(file.relative_to(self._home))


def _same_account(found: Subject) -> bool:
    """Tell whether these keys are one account: the same id on a platform whose ids are worldwide."""
    parts = [key.split("/", 2) for key in found.keys]
    return len({(one[0], one[-1]) for one in parts}) == 1 and parts[0][0] in WORLDWIDE
