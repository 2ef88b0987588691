"""What an agent does to cases besides answering them: take, hand over, put away, end, and take any of that back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.case_acts import CaseActLedger
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, BulkDone, CaseAct, NewAct, Undone

LONGEST_SNOOZE = timedelta(days=366)
MOST_AT_ONCE = 500
"""Cases in one bulk: more than anybody looks at, and still one short transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleagues:
    """Names a case may be given to. `brands` are those of colleagues who see some brands only, by their name."""

    names: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    brands: Mapping[str, frozenset[str]] = field(default_factory=dict)


class CaseActs:
    """Every change of a case's work by a person. One act, one line that says what was before, one audit line; each can be undone.

    `version` is the one the case was shown with. All raise `AlreadyClaimed` when somebody else holds the case or it changed meanwhile,
    and `NotAllowed` when the act makes no sense; then nothing changed. `brands` of `bulk` and `undo` are those the person sees.
    """

    def __init__(self, ledger: CaseActLedger, clock: Clock, *, colleagues: Callable[[], Colleagues] = Colleagues) -> None:
        self._ledger = ledger
        self._clock = clock
        self._colleagues = colleagues

    def claim(self, case_id: int, by: str, version: int) -> CaseAct:
        """Take a case. A snoozed one wakes by it."""
        return self.do(NewAct(verb=ActVerb.CLAIM), case_id, version, by)

    def release(self, case_id: int, by: str, version: int) -> CaseAct:
        """Give a case back to the queue."""
        return self.do(NewAct(verb=ActVerb.RELEASE), case_id, version, by)

    def assign(self, case_id: int, by: str, version: int, *, whom: str = "", team: str = "") -> CaseAct:
        """Give a case to a colleague, who then holds it, or put it before a team, which nobody holds yet. Also one that somebody holds."""
        return self.do(NewAct(verb=ActVerb.ASSIGN, whom=whom, team=team), case_id, version, by)

    def snooze(self, case_id: int, by: str, version: int, *, until: datetime | None = None, issue_changes: bool = False) -> CaseAct:
        """Put a case away until a moment, or until its issue gets another state, another public status or a signal.

        A new message of the customer wakes it before that.
        """
        return self.do(NewAct(verb=ActVerb.SNOOZE, until=until, issue_changes=issue_changes), case_id, version, by)

    def wake(self, case_id: int, by: str, version: int) -> CaseAct:
        """Put a snoozed case back among those that wait."""
        return self.do(NewAct(verb=ActVerb.WAKE), case_id, version, by)

    def spam(self, case_id: int, by: str, version: int) -> CaseAct:
        """Close a case as spam. Its messages are called spam too, which the nightly learning reads."""
        return self.do(NewAct(verb=ActVerb.SPAM), case_id, version, by)

    def not_ours(self, case_id: int, by: str, version: int) -> CaseAct:
        """Close a case that is about somebody else."""
        return self.do(NewAct(verb=ActVerb.NOT_OURS), case_id, version, by)

    def close(self, case_id: int, by: str, version: int, *, ending: Ending | None = None) -> CaseAct:
        """End the work on a case, and how. A new message of the customer opens it again."""
        return self.do(NewAct(verb=ActVerb.CLOSE, ending=ending), case_id, version, by)

    def reopen(self, case_id: int, by: str, version: int) -> CaseAct:
        """Take a closed case up again."""
        return self.do(NewAct(verb=ActVerb.REOPEN), case_id, version, by)

    def bulk(self, new: NewAct, chosen: Sequence[tuple[int, int]], by: str, *, brands: Collection[str] | None = None) -> BulkDone:
        """Do one act to each (case, version), in one transaction; those that may not stay as they are and are named in `refused`."""
        if len(chosen) > MOST_AT_ONCE:
            raise NotAllowed(
                f"{len(chosen)} cases at once are too many; choose at most {MOST_AT_ONCE}.",
                key="act_too_many",
                fields={"most": MOST_AT_ONCE},
            )
        seen = self._check(new)
        return self._ledger.do_all(new, chosen, by=by, at=self._clock.now(), brands=brands, whom_sees=seen)

    def undo(self, act_id: int, by: str, *, brands: Collection[str] | None = None) -> Undone:
        """Take an act back, with all that were done together with it, as far as their cases did not change since."""
        return self._ledger.undo(act_id, by=by, at=self._clock.now(), brands=brands)

    def can_be_undone(self, act_id: int) -> bool:
        """Tell whether `undo` would take anything back."""
        return self._ledger.can_be_undone(act_id)

    def acts(self, case_id: int) -> tuple[CaseAct, ...]:
        """Return what was done to a case, oldest first, also what was taken back."""
        return tuple(self._ledger.acts(case_id))

    def together(self, act_id: int) -> tuple[CaseAct, ...]:
        """Return an act, with all that were done together with it when it was the first of them."""
        return self._ledger.act(act_id)

    def colleagues(self) -> Colleagues:
        """Return the names a case may be given to; without any, everybody's name is accepted."""
        return self._colleagues()

    def do(self, new: NewAct, case_id: int, version: int, by: str) -> CaseAct:
        """Do an act as it is described; the methods above are this one by name."""
        seen = self._check(new)
        return self._ledger.do(new, case_id, version, by=by, at=self._clock.now(), whom_sees=seen)

    def _check(self, new: NewAct) -> frozenset[str] | None:
        """Check what the act names, and return the brands that the colleague it names sees; None for all."""
        known = self._colleagues()
        for what, name, names in (("colleague", new.whom, known.names), ("team", new.team, known.teams)):
            if name and (known.names or known.teams) and name not in names:
                there = ", ".join(sorted(names)) or "none yet"
                raise NotAllowed(
                    f"There is no {what} {name!r}; known are: {there}.", key=f"unknown_{what}", fields={"name": name, "known": there}
                )
        if new.until is not None:
            now = self._clock.now()
            if not now < new.until <= now + LONGEST_SNOOZE:
                raise NotAllowed("Snooze a case until a moment that is still to come, within a year.", key="case_until")
        return known.brands.get(new.whom)
