"""One step under construction: places, new issues, signals and titles, kept in the memory and collected for the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from listener.issues.features import Space
from listener.issues.group import Regrouping
from listener.issues.identity import Middles, returned
from listener.issues.judging import judged_of, look_at_issue
from listener.issues.life import grew_since
from listener.issues.memory import BY_MODEL, LOOSE, Memory
from listener.issues.naming import Naming
from listener.issues.prepare import Reader
from listener.issues.scan import Bar, Burst, accounts
from listener.issues.window import Snapshot
from listener.model.analysis import Analysis, AnalysisStep
from listener.model.issue import Issue, Judged, Membership, NewIssue, Signal
from listener.signals.rules import CAME_BACK, COPIES, SignalRules

PART_OF_ISSUE = 1 / 3
SAME_CAUSE = 0.75
FEWEST_FOR_ISSUE = 3
BEGAN_QUANTILE = 0.1
REASON_NEIGHBOURS = 3


class StepDraft:
    """Collects what one batch or regrouping decides. `issues` is `(n,)`, the present issue per row of the snapshot, 0 for loose."""

    def __init__(
        self, memory: Memory, snapshot: Snapshot, reader: Reader, space: Space | None = None, *, at: datetime | None = None
    ) -> None:
        self.snapshot = snapshot
        self._space = space
        self.issues = memory.issues_of(snapshot)
        self._memory = memory
        self._at = at or (snapshot.entries[-1].posted_at if snapshot.entries else datetime.fromtimestamp(0, UTC))
        self._memberships: dict[int, Membership] = {}
        self._new: dict[int, NewIssue] = {}
        self._signals: list[Signal] = []
        self._titles: dict[int, str] = {}
        self._naming = Naming(memory, snapshot, reader)
        self._middles: Middles | None = None
        self._shaped = memory.shaped()

    def join(self, row: int, joined: tuple[int, NDArray[np.int64]] | None) -> None:
        """Place a new or edited mention: with its nearest, or loose."""
        if joined is None:
            self._place(row, LOOSE, "near no issue")
        else:
            issue_id, because = joined
            near = ", ".join(str(int(self.snapshot.ids[one])) for one in because[:REASON_NEIGHBOURS])
            self._place(row, issue_id, f"near {near}")

    def burst(self, burst: Burst, rules: SignalRules) -> None:
        """Find or make the issue a burst is about, put its loose mentions there, and raise a signal if that says something new."""
        issue_id = self._issue_of(burst.rows)
        movable = {LOOSE}
        if issue_id != LOOSE and not self._may_be(issue_id, burst):
            movable.add(issue_id)
            issue_id = LOOSE
        if issue_id == LOOSE:
            issue_id = self._signalled_cause(burst, since=rules.since(self._time_of(burst)))
        rows = np.array([row for row in burst.rows if int(self.issues[row]) in movable and not self._fixed(int(row))], dtype=np.int64)
        if issue_id == LOOSE:
            issue_id = (
                self._issue_of(burst.rows, share=0.0) if len(rows) < FEWEST_FOR_ISSUE else self._returned(rows) or self._new_issue(rows)
            )
        if issue_id == LOOSE:
            return
        for row in rows:
            self._place(int(row), issue_id, "part of a burst")
        self._raise(burst, issue_id, rules)

    def watch_issue(self, row: int, rules: SignalRules, *, sudden: Bar, slow: Bar) -> None:
        """Raise a signal about the issue that the mention in `row` joined, if as a whole it grows, comes back, or turns."""
        issue_id = int(self.issues[row])
        if issue_id == LOOSE:
            return
        members = np.flatnonzero(self.issues[:row] == issue_id)
        issue = self._memory.issue(issue_id)
        resolved_at = issue.resolved_at if issue is not None else None
        found = look_at_issue(self.snapshot, row, members, rules=rules, sudden=sudden, slow=slow, resolved_at=resolved_at)
        if found is not None:
            self._raise(found, issue_id, rules)

    def watch_copies(self, row: int, rules: SignalRules) -> None:
        """Raise a signal when many accounts posted one text within the window."""
        cards, hours = self.snapshot.cards, self.snapshot.hours
        same = np.flatnonzero((cards[: row + 1] == cards[row]) & (hours[: row + 1] > hours[row] - rules.window_hours))
        seen = accounts(self.snapshot, same)
        if seen < rules.fewest_copiers:
            return
        signal = self._signal(COPIES, int(self.issues[row]) or None, same, seen=seen, window_hours=rules.window_hours)
        if rules.may_raise_copies(signal, self._memory.signals()):
            self._keep(signal)

    def take_over(self, found: Regrouping) -> None:
        """Move mentions to the groups a regrouping found; new groups become issues."""
        for rows, known in zip(found.groups, found.issues, strict=True):
            issue_id = known if known is not None else self._new_issue(rows)
            for row in rows:
                if int(self.issues[row]) != issue_id:
                    self._place(int(row), issue_id, "grouped with alike mentions")

    def retitle(self) -> None:
        """Give issues that no person named the title their mentions suggest now, if it is clearly better than the present one."""
        order = np.argsort(self.issues, kind="stable")
        starts = np.searchsorted(self.issues[order], np.unique(self.issues))
        for rows in np.split(order, starts[1:]):
            issue = self._memory.issue(int(self.issues[rows[0]])) if len(rows) else None
            if issue is None or issue.title_by != BY_MODEL or issue.issue_id in self._new:
                continue
            title = self._naming.title(rows, present=issue.title)
            if title != issue.title:
                self._titles[issue.issue_id] = title
                self._memory.retitle(issue.issue_id, title)

    def step(self, *, analyses: tuple[Analysis, ...] = (), regrouped: int | None = None) -> AnalysisStep:
        """Return everything decided, in a fixed order."""
        return AnalysisStep(
            at=self._at,
            analyses=analyses,
            new_issues=tuple(self._new[issue_id] for issue_id in sorted(self._new, reverse=True)),
            memberships=tuple(self._memberships[mention_id] for mention_id in sorted(self._memberships)),
            signals=tuple(self._signals),
            titles=tuple(sorted(self._titles.items())),
            regrouped=regrouped,
        )

    def _place(self, row: int, issue_id: int, reason: str) -> None:
        mention_id = int(self.snapshot.ids[row])
        if self._memory.is_locked(mention_id):
            self.issues[row] = self._memory.place_of(mention_id)
            return
        if issue_id == int(self.issues[row]):
            return
        self.issues[row] = issue_id
        self._memory.place(mention_id, issue_id or None)
        self._memberships[mention_id] = Membership(
            mention_id=mention_id, issue_id=issue_id or None, by=BY_MODEL, reason=reason, at=self._at
        )

    def _fixed(self, row: int) -> bool:
        return self._memory.is_locked(int(self.snapshot.ids[row])) or int(self.issues[row]) in self._shaped

    def _returned(self, rows: NDArray[np.int64]) -> int:
        """Return the issue without a mention in the window that these are about once more; 0 when there is none."""
        remembered = self._memory.remembered()
        if self._middles is None and remembered:
            self._middles = Middles(self.snapshot)
        return (returned(self._middles, rows, remembered) if self._middles else None) or LOOSE

    def _issue_of(self, rows: NDArray[np.int64], *, share: float = PART_OF_ISSUE) -> int:
        """Return the issue most of `rows` belong to if it holds `share` of them, else 0."""
        present = self.issues[rows]
        ids, counts = np.unique(present[present != LOOSE], return_counts=True)
        if not len(ids) or counts.max() < share * len(rows):
            return LOOSE
        return int(ids[counts.argmax()])

    def _may_be(self, issue_id: int, burst: Burst) -> bool:
        """Tell whether a burst among an issue's members is about the same thing as its last signal, or else as its other members."""
        likeness = self._likeness_to_signal(issue_id, burst)
        if likeness is None and self._space is not None:
            others = np.setdiff1d(np.flatnonzero(self.issues == issue_id), burst.rows)
            likeness = self._space.alike(burst.rows, others) if len(others) >= FEWEST_FOR_ISSUE else None
        return likeness is None or likeness >= SAME_CAUSE

    def _signalled_cause(self, burst: Burst, *, since: datetime) -> int:
        """Return the issue with a signal since then whose evidence is most like this burst's, if alike enough to be one cause; else 0."""
        best, most = LOOSE, SAME_CAUSE
        for issue_id in sorted(self._memory.signalled(since)):
            likeness = self._likeness_to_signal(issue_id, burst)
            if likeness is not None and likeness > most:
                best, most = issue_id, likeness
        return best

    def _likeness_to_signal(self, issue_id: int, burst: Burst) -> float | None:
        """Return the mean likeness between a burst's mentions and those behind an issue's last signal, as a share of what links mentions.

        None when the issue had no signal, or its evidence has left the window.
        """
        earlier = self._memory.signals(issue_id)
        rows = [self.snapshot.rows[one] for one in earlier[-1].mention_ids if one in self.snapshot.rows] if earlier else []
        if not rows or self._space is None:
            return None
        return self._space.alike(burst.rows, np.array(rows, dtype=np.int64))

    def _time_of(self, burst: Burst) -> datetime:
        return self.snapshot.entries[int(burst.rows[-1])].posted_at

    def _raise(self, burst: Burst, issue_id: int, rules: SignalRules) -> None:
        issue = self._memory.issue(issue_id)
        if issue is not None and issue.muted and not self._grew(issue, burst):
            return
        earlier = self._memory.signals(issue_id)
        evidence = self._evidence(burst)
        resolved_at = issue.resolved_at if issue is not None else None
        signal = self._signal(
            rules.kind_after_resolving(burst.kind, self._time_of(burst), resolved_at, earlier),
            issue_id,
            evidence,
            seen=burst.seen,
            usual=burst.usual,
            p_value=burst.p_value,
            window_hours=burst.window_hours,
            learning_day=burst.learning_day,
            judged=judged_of(burst, self.snapshot, evidence),
        )
        if signal.kind == CAME_BACK and resolved_at is not None:
            earlier = [one for one in earlier if one.at > resolved_at]
        if rules.may_raise(signal, earlier):
            self._keep(signal)

    def _grew(self, issue: Issue, burst: Burst) -> bool:
        """Tell whether a muted issue is more than people accepted when they muted it: see `grew_since`."""
        if issue.muted_at is None or self._time_of(burst) <= issue.muted_at:
            return False
        until = issue.muted_at.timestamp() / 3600.0
        hours = self.snapshot.hours
        then = (self.issues == issue.issue_id) & (hours > until - burst.window_hours) & (hours <= until)
        return grew_since(burst.seen, accepted=len(np.unique(self.snapshot.authors[then])))

    def _evidence(self, burst: Burst) -> NDArray[np.int64]:
        """Return the mentions that make the burst: those most like the rest, without as many as might be there on a busy usual day."""
        if self._space is None or burst.of_seen:
            return burst.rows
        features = self._space.matrix[burst.rows]
        central = features @ features.mean(axis=0)
        usual = min(round(burst.usual + burst.usual**0.5), len(burst.rows) // 2)
        return burst.rows[np.sort(np.argsort(central, kind="stable")[usual:])]

    def _signal(
        self,
        kind: str,
        issue_id: int | None,
        rows: NDArray[np.int64],
        *,
        seen: int,
        window_hours: float,
        usual: float = 0.0,
        p_value: float = 0.0,
        learning_day: int | None = None,
        judged: Judged | None = None,
    ) -> Signal:
        return Signal(
            kind=kind,
            issue_id=issue_id,
            at=self.snapshot.entries[int(rows[-1])].posted_at,
            seen=seen,
            usual=round(usual, 3),
            p_value=p_value,
            window_hours=window_hours,
            mention_ids=tuple(int(one) for one in self.snapshot.ids[rows]),
            learning_day=learning_day,
            judged=judged,
        )

    def _keep(self, signal: Signal) -> None:
        self._signals.append(signal)
        self._memory.add_signal(signal)

    def _new_issue(self, rows: NDArray[np.int64]) -> int:
        """Make an issue; it began when a tenth of its mentions had been posted."""
        temporary_id = -1 - len(self._new)
        began = self.snapshot.entries[int(rows[int(BEGAN_QUANTILE * len(rows))])].posted_at
        new = NewIssue(temporary_id=temporary_id, title=self._naming.title(rows), created_at=began)
        self._new[temporary_id] = new
        self._memory.add_issue(Issue(issue_id=temporary_id, title=new.title, title_by=BY_MODEL, created_at=began))
        return temporary_id
