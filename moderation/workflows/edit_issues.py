"""What somebody does to an issue from its page: on what was shown to them, or not at all."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy

from listener.errors import ActionError, InputError, NotAllowed
from listener.issues.prepare import Reader
from listener.ledger.ledger import Ledger
from listener.model.issue import IssueAct
from listener.ports import Clock
from listener.workflows.correct_issue import MARKS, mark_issue, merge_issues, rename_issue, undo_act
from listener.workflows.split_issue import Half, split_issue, suggest_split
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.model.matrix import Quadrant

Whose = Callable[[Iterable[int]], Mapping[int, frozenset[str]]]
"""Tells whose people speak in these issues."""
NOBODY: frozenset[str] = frozenset()
SHARED = "issue_shared"
"""The key of a refusal that no other moment changes: it takes somebody else."""


class EditIssues:
    """The acts of the listening half, each on the newest act that its page knew of: two people cannot undo each other's work unseen.

    Splitting needs a reader of texts; without one it is not on offer. Every act raises `ActionError` when the issue changed since it was
    shown, or when it cannot be done; and `NotAllowed` when people of a brand that is not theirs speak in it: `whose(issue_ids)` are those
    of each.
    """

    def __init__(
        self,
        ledger: Ledger,
        places: IssuePlaceLedger,
        clock: Clock,
        *,
        whose: Whose,
        brands: frozenset[str] | None = None,
        reader: Callable[[], Reader] | None = None,
    ) -> None:
        self._ledger = ledger
        self._places = places
        self._clock = clock
        self._whose = whose
        self._brands = brands
        self._reader = reader
        self._one_at_a_time = threading.Lock()

    def within(self, brands: frozenset[str]) -> EditIssues:
        """Return the acts of somebody of these brands: none on an issue that is another brand's too."""
        theirs = copy(self)
        theirs._brands = brands
        return theirs

    def may_change(self, *issue_ids: int) -> bool:
        """Tell whether all whose people speak in these issues are theirs."""
        return self._brands is None or all(self._whose(issue_ids).get(one, NOBODY) <= self._brands for one in issue_ids)

    def newest(self, issue_id: int) -> int:
        """Return the number of the newest act on an issue; 0 when nobody did anything."""
        return max((act.act_id for act in self._ledger.issues.acts(issue_id)), default=0)

    def rename(self, issue_id: int, title: str, *, by: str, seen: int) -> None:
        """Give an issue a person's title, for good."""
        with self._on(issue_id, seen, "rename"):
            rename_issue(self._ledger, issue_id, title, by=by, at=self._clock.now())

    def mark(self, issue_id: int, mark: str, *, by: str, seen: int) -> None:
        """Mute until it grows, pin, resolve, or take one of these off."""
        if mark not in MARKS:
            raise ActionError("This form is incomplete; open the page again.", key="form")
        with self._on(issue_id, seen, "form"):
            mark_issue(self._ledger, issue_id, mark, by=by, at=self._clock.now())

    def merge(self, issue_id: int, into: int, *, by: str, seen: int) -> None:
        """Put one issue with all its mentions into another."""
        with self._on(issue_id, seen, "merge"):
            self._must_be_theirs(issue_id, into)
            merge_issues(self._ledger, issue_id, into, by=by, at=self._clock.now())

    def undo(self, issue_id: int, *, by: str, seen: int) -> None:
        """Take back the last act that stands."""
        with self._on(issue_id, seen, "undo_none"):
            undo_act(self._ledger, issue_id, by=by, at=self._clock.now())

    def halves(self, issue_id: int) -> tuple[Half, Half]:
        """Return the two halves found in an issue, the larger first. Nothing is changed."""
        self._must_be_theirs(issue_id)
        with _worded("no_halves"):
            return suggest_split(self._ledger, self._texts(), issue_id)

    def split(self, issue_id: int, chosen: str, title: str, *, by: str, seen: int) -> int:
        """Split off the half that `mark_of` calls `chosen`, under a title (empty: its own words), and return the new issue's number."""
        with self._on(issue_id, seen, "split"):
            half = next((one for one in suggest_split(self._ledger, self._texts(), issue_id) if mark_of(one) == chosen), None)
            if half is None:
                raise ActionError("New messages came in and the halves are other ones now; look at them again.", key="halves_changed")
            return split_issue(
                self._ledger, self._texts(), issue_id, half.mention_ids, title=title.strip() or None, by=by, at=self._clock.now()
            )

    def place(self, issue_id: int, quadrant: Quadrant | None, *, by: str) -> None:
        """Put an issue in a quadrant of the matrix; None for where cause and sentiment put it."""
        self._must_be_theirs(issue_id)
        if not self._places.put(issue_id, quadrant.value if quadrant else "", who=by, at=self._clock.now()):
            raise ActionError("There is no such issue.", key="no_issue")

    def _must_be_theirs(self, *issue_ids: int) -> None:
        if not self.may_change(*issue_ids):
            raise shared()

    def _texts(self) -> Reader:
        if self._reader is None:
            raise ActionError("Splitting is done where Klankbord reads: open this page on the running service.", key="no_split")
        return self._reader()

    @contextmanager
    def _on(self, issue_id: int, seen: int, key: str) -> Iterator[None]:
        """Let an act happen on what its page showed, one at a time; what is wrong with it is told as something that cannot be done."""
        self._must_be_theirs(issue_id)
        with self._one_at_a_time, _worded(key):
            if later := [act for act in self._ledger.issues.acts(issue_id) if act.act_id > seen]:
                raise changed_since(later)
            yield


@contextmanager
def _worded(key: str) -> Iterator[None]:
    """Turn what is wrong with an act into something that cannot be done, with a key for pages that have words of their own."""
    try:
        yield
    except InputError as error:
        raise ActionError(str(error), key=key) from error


def shared() -> NotAllowed:
    """Return the error that says why somebody of one brand changes nothing here."""
    return NotAllowed("Customers of another brand speak of this too: somebody who works for all of them changes it.", key=SHARED)


def changed_since(later: Sequence[IssueAct]) -> ActionError:
    """Return the error that says who did what meanwhile."""
    act = later[-1]
    said = f"{act.by} changed this issue meanwhile ({act.verb}); look at it again."
    return ActionError(said, key="issue_changed", fields={"who": act.by, "verb": act.verb})


def mark_of(half: Half) -> str:
    """Return what names a half by its mentions: another set of mentions has another name."""
    return hashlib.sha256(",".join(map(str, half.mention_ids)).encode()).hexdigest()[:16]
