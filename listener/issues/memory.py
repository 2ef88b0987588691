"""What the analyser knows between batches: the window, who belongs where, the issues, and the signals raised of late."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.issues.titles import terms_of
from listener.issues.window import Entry, Snapshot, Window
from listener.model.analysis import Remembered
from listener.model.issue import Issue, Signal

BY_MODEL = "model"
LOOSE = 0
MOST_REMEMBERED_ISSUES = 1_000
"""Issues without a mention in the window that may still come back: the newest ones."""


class Memory:
    """Places follow merges and people's decisions: a member of a merged issue belongs to its target, a locked mention never moves."""

    def __init__(self, length: timedelta) -> None:
        self.window = Window()
        self._length = length
        self._places: dict[int, int] = {}
        self._locked: dict[int, int | None] = {}
        self._issues: dict[int, Issue] = {}
        self._signals: list[Signal] = []
        self._terms: dict[str, dict[str, str]] = {}
        self._remembered: dict[int, Remembered] = {}

    def know(self, issues: Sequence[Issue], locked: Mapping[int, int | None], signals: Sequence[Signal]) -> None:
        """Take over issues, people's memberships and earlier signals."""
        self._issues = {issue.issue_id: issue for issue in issues}
        self._locked = dict(locked)
        self._signals = sorted(signals, key=lambda signal: (signal.at, signal.signal_id))

    def target(self, issue_id: int) -> int:
        """Return the issue that `issue_id` was merged into, in the end; itself when it was not. A circle ends where it closes."""
        seen = {issue_id}
        while (issue := self._issues.get(issue_id)) is not None and issue.merged_into is not None and issue.merged_into not in seen:
            issue_id = issue.merged_into
            seen.add(issue_id)
        return issue_id

    def place(self, mention_id: int, issue_id: int | None) -> None:
        """Remember where a mention belongs; a person's decision stands whatever is asked."""
        wanted = self._locked.get(mention_id, issue_id)
        if wanted is None:
            self._places.pop(mention_id, None)
        else:
            self._places[mention_id] = self.target(wanted)

    def place_of(self, mention_id: int) -> int:
        return self._places.get(mention_id, LOOSE)

    def is_locked(self, mention_id: int) -> bool:
        return mention_id in self._locked

    def issue(self, issue_id: int) -> Issue | None:
        return self._issues.get(issue_id)

    def issues(self) -> list[Issue]:
        return [self._issues[issue_id] for issue_id in sorted(self._issues)]

    def add_issue(self, issue: Issue) -> None:
        self._issues[issue.issue_id] = issue

    def retitle(self, issue_id: int, title: str) -> None:
        self._issues[issue_id] = replace(self._issues[issue_id], title=title)

    def add_signal(self, signal: Signal) -> None:
        """Keep a signal in its place in time: a late mention may raise one about the past."""
        insort(self._signals, signal, key=lambda one: one.at)

    def signals(self, issue_id: int | None = None) -> list[Signal]:
        """Return signals, oldest first: all, or those of one issue and of the ones merged into it."""
        if issue_id is None:
            return list(self._signals)
        return [signal for signal in self._signals if signal.issue_id is not None and self.target(signal.issue_id) == issue_id]

    def issues_of(self, snapshot: Snapshot) -> NDArray[np.int64]:
        """Return `(n,)`: the issue per row, 0 for loose."""
        return np.array([self._places.get(int(mention_id), LOOSE) for mention_id in snapshot.ids], dtype=np.int64)

    def fixed_rows(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Return which rows a regrouping must leave: locked ones, and members of issues that people shaped."""
        shaped = self.shaped()
        return np.array([int(one) in self._locked or self._places.get(int(one)) in shaped for one in snapshot.ids], dtype=bool)

    def shaped(self) -> frozenset[int]:
        """Return issues whose members people chose: they renamed it, merged others into it, split it, or split it off."""
        found: set[int] = set()
        for issue in self._issues.values():
            if issue.title_by != BY_MODEL:
                found.add(issue.issue_id)
            origin = None if issue.split_from is None else self.target(issue.split_from)
            if issue.merged_into is not None:
                found |= {self.target(issue.issue_id)} - {origin}  # a split that was taken back shapes nothing
            elif origin is not None:
                found |= {issue.issue_id, origin}
        return frozenset(found)

    def lasting(self, since: datetime) -> frozenset[int]:
        """Return issues that a regrouping does not dissolve: those with a signal since then, and those people pinned, muted or resolved."""
        marked = {one.issue_id for one in self._issues.values() if one.pinned or one.muted or one.resolved_at is not None}
        return self.signalled(since) | {self.target(one) for one in marked}

    def unremembered(self) -> list[int]:
        """Return issues without a mention in the window of which nothing is remembered yet; forget those that have one again."""
        present = set(self._places.values())
        gone = [one for one, issue in self._issues.items() if issue.merged_into is None and one > 0 and one not in present]
        gone = sorted(gone)[-MOST_REMEMBERED_ISSUES:]
        self._remembered = {one: self._remembered[one] for one in gone if one in self._remembered}
        return [one for one in gone if one not in self._remembered]

    def remember(self, issues: Iterable[Remembered]) -> None:
        """Take in what issues were about whose mentions have left the window."""
        self._remembered.update({one.issue_id: one for one in issues})

    def remembered(self) -> list[Remembered]:
        """Return what is remembered of issues that have no mention in the window, by id."""
        present = set(self._places.values())
        return [self._remembered[one] for one in sorted(self._remembered) if one not in present]

    def forget_remembered(self) -> None:
        """Have everything asked for again: mentions outside the window changed."""
        self._remembered.clear()

    def signalled(self, since: datetime) -> frozenset[int]:
        """Return issues that had a signal since then: people are looking at them, so a regrouping does not dissolve them."""
        return frozenset(self.target(s.issue_id) for s in self._signals if s.issue_id is not None and s.at >= since)

    def terms(self, entry: Entry, stop_words: frozenset[str]) -> dict[str, str]:
        """Return `terms_of` a mention, computed once per text."""
        found = self._terms.get(entry.clean.hash)
        if found is None:
            found = self._terms[entry.clean.hash] = terms_of(entry.clean.plain, stop_words)
        return found

    def renumber(self, mapping: Mapping[int, int]) -> None:
        """Replace temporary issue ids everywhere."""
        self._places = {mention_id: mapping.get(issue_id, issue_id) for mention_id, issue_id in self._places.items()}
        self._issues = {mapping.get(i, i): replace(issue, issue_id=mapping.get(i, i)) for i, issue in self._issues.items()}
        self._signals = [replace(s, issue_id=mapping.get(s.issue_id, s.issue_id)) if s.issue_id is not None else s for s in self._signals]

    def drop_old(self) -> list[int]:
        """Let go of what lies further back than the window is long, counted from the newest mention; return the mention ids."""
        latest = self.window.latest()
        if latest is None:
            return []
        gone = self.window.drop_before(latest - self._length)
        for mention_id in gone:
            self._places.pop(mention_id, None)
        self._signals = [signal for signal in self._signals if signal.at >= latest - self._length]
        if len(self._terms) > 2 * len(self.window) + 1000:
            self._terms.clear()
        return gone

    def forget(self, mention_ids: Iterable[int]) -> None:
        """Drop removed mentions and their texts."""
        gone = list(mention_ids)
        self.window.remove(gone)
        for mention_id in gone:
            self._places.pop(mention_id, None)
        self._terms.clear()
