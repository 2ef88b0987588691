"""Keeps the queue's lines up to date: reads on where it left off, opens cases, wakes what is due, works out what is stale."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from listener.errors import ActionError
from listener.ledger.changes import batches
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger import case_follow as follow
from moderation.ledger.case_acts import act_on
from moderation.ledger.case_changes import SCHEDULE
from moderation.ledger.case_facts import Places, fill, lineless, mark_mentions_stale, refresh, stale_cases
from moderation.ledger.case_opening import TakeInRule, take_in, waiting_mentions
from moderation.model.case import Opened
from moderation.model.case_act import ActVerb, NewAct

AT_ONCE = 2_000
"""Mentions looked at in one transaction, and cases worked out: short enough that nobody waits for the lock."""
CASES_AT_ONCE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What one step did; `more` when another step has something to do."""

    opened: int = 0
    joined: int = 0
    woken: int = 0
    worked_out: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the places depend on besides mentions: the rules by a name that changes with them, and what is promised, by issue.

    `signals_count` is how long a signal counts.
    """

    rules: str
    promised: Mapping[str, str]
    signals_count: timedelta


class FollowLedger:
    """The queue behind the mentions. One step is one transaction; a step that finds nothing to do takes no lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def step(self, rule: TakeInRule, places: Places, *, now: datetime, around: Around) -> Followed:
        """Follow what came in, changed or became due since the last step."""
        with reading(self._engine) as tx:
            if not (follow.behind(tx, around.rules, around.promised) or stale_cases(tx, now=now, limit=1) or follow.over_snoozes(tx, now)):
                return Followed()
        with writing(self._engine) as tx:
            opened, more = self._read_on(tx, rule, now, around)
            follow.mark_rules(tx, around.rules)
            woken = _wake(tx, now)
            stale = stale_cases(tx, now=now, limit=CASES_AT_ONCE)
            if stale:
                refresh(tx, stale, places, signals_since=now - around.signals_count, now=now)
        more = more or len(stale) == CASES_AT_ONCE
        return Followed(opened=opened.opened, joined=opened.joined, woken=woken, worked_out=len(stale), more=more)

    def take_in_late(self, rule: TakeInRule, *, now: datetime) -> Opened:
        """Take in what waited for the analyser long enough; looks at unread messages only."""
        unread = mention.c.analysed_revision < mention.c.latest_revision
        with reading(self._engine) as tx:
            found = waiting_mentions(tx, rule, limit=AT_ONCE, among=unread)
        if not found:
            return Opened(opened=0, joined=0)
        with writing(self._engine) as tx:
            ids = [one.mention_id for one in found]
            again = waiting_mentions(tx, rule, limit=AT_ONCE, among=mention.c.mention_id.in_(ids))
            return take_in(tx, again, at=now, read_by=rule.read_by)

    def check_all(self) -> int:
        """Have every case worked out again whose line is missing or of another version, and return how many: a look at everything."""
        with reading(self._engine) as tx:
            missing = lineless(tx)
        if not missing:
            return 0
        with writing(self._engine) as tx:
            return fill(tx)

    def _read_on(self, tx: Connection, rule: TakeInRule, now: datetime, around: Around) -> tuple[Opened, bool]:
        since = follow.followed(tx)
        if since is None:
            fill(tx)
            since = follow.Followed()
        ids, far = follow.read_on(tx, since, limit=AT_ONCE)
        opened = _take_in_among(tx, rule, ids, now) if ids else Opened(opened=0, joined=0)
        mark_mentions_stale(tx, ids)
        follow.mark_issues_stale(tx, since, around.promised)
        if far != since:
            follow.follow_from(tx, far)
        return opened, far != follow.newest(tx)


def _take_in_among(tx: Connection, rule: TakeInRule, mention_ids: Collection[int], now: datetime) -> Opened:
    """Take in those of these messages that wait, and what their authors said in the same thread before they spoke to us."""
    opened = joined = 0
    for some in batches(mention_ids):
        among = mention.c.mention_id.in_(some)
        while True:
            found = waiting_mentions(tx, rule, limit=AT_ONCE, among=among)
            done = take_in(tx, found, at=now, read_by=rule.read_by)
            opened, joined = opened + done.opened, joined + done.joined
            if not done.opened:
                break
            authors = sorted({one.author_key for one in found if one.author_key})
            among = mention.c.mention_id.in_(select(mention.c.mention_id).where(mention.c.author_key.in_(authors)))
    return Opened(opened=opened, joined=joined)


def _wake(tx: Connection, now: datetime) -> int:
    woken = 0
    for case_id, version in follow.over_snoozes(tx, now):
        try:
            act_on(tx, NewAct(verb=ActVerb.WAKE), case_id, version, by=SCHEDULE, at=now)
            woken += 1
        except ActionError:  # it was woken or ended by somebody in between; what they did stands
            continue
    return woken
