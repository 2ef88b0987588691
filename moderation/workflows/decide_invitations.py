"""Decide about every event on a customer's way: ask now, wait, or never. The same for a complaint and a compliment (RULES P30, P31)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.counts import SendCounts
from moderation.ledger.invitations import InvitationLedger
from moderation.ledger.journeys import JourneyLedger, Talk
from moderation.ledger.visits import VisitLedger
from moderation.model.invitation import Answer, AskFacts, Decision, JourneyEvent, JourneyKind, QuietTime
from moderation.model.leave import consent_channel
from moderation.model.post import PostKind, Target
from moderation.outbox.precheck import Precheck
from moderation.prompts.decide import decide
from moderation.prompts.going_on import Community
from moderation.prompts.quiet import quiet_here
from moderation.workflows.ask_people import AskPeople, fits, is_direct, spoken
from moderation.workflows.find_journeys import LEARNS_FROM, find_events, going_on_now, learn_quiet, owed
from moderation.workflows.invitation_ports import Around, InvitingSetup

logger = logging.getLogger(__name__)

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one look did: how many events were found, and how many were decided each way (an unchanged wait counts as nothing)."""

    found: int = 0
    asked: int = 0
    waiting: int = 0
    never: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What holds for every event of one look."""

    now: datetime
    talks: Mapping[int, Talk]
    quiet: Mapping[tuple[str, str], QuietTime]
    going_on: Mapping[Community, int]
    owed: frozenset[int]
    solved: frozenset[int]
    ours: frozenset[str]


class DecideInvitations:
    """Looks at events in the order in which they happened. Whatever is interrupted goes on where it was: no event is asked twice."""

    def __init__(
        self,
        ledger: InvitationLedger,
        journeys: JourneyLedger,
        visits: VisitLedger,
        counts: SendCounts,
        asking: AskPeople,
        precheck: Precheck,
        around: Around,
        setup: InvitingSetup,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._journeys = journeys
        self._visits = visits
        self._counts = counts
        self._asking = asking
        self._precheck = precheck
        self._around = around
        self._setup = setup
        self._clock = clock

    def once(self) -> Decided:
        """Find new events, go on with what was interrupted, and decide about all that wait. Does nothing where invitations are off."""
        if not self._setup.enabled:
            return Decided()
        look = self._look()
        found = find_events(
            self._ledger, self._journeys, self._visits, self._around.statuses, self._setup, talks=look.talks, ours=look.ours, now=look.now
        )
        done: Counter[Answer | None] = Counter(self._asking.carry_out(one) for one in self._ledger.asking())
        done.update(self._decide(event, look) for event in self._ledger.waiting())
        decided = Decided(found=found, asked=done[Answer.ASK], waiting=done[Answer.WAIT], never=done[Answer.NEVER])
        if found or decided.asked:
            logger.info("invitations decided", extra={"found": found, "asked": decided.asked, "never": decided.never})
        return decided

    def quiet(self) -> dict[tuple[str, str], QuietTime]:
        """Return how quiet each channel has to be, learned from what is known now."""
        now = self._clock.now()
        return learn_quiet(self._journeys.talks(since=now - LEARNS_FROM), self._setup, now=now)

    def _look(self) -> _Look:
        now = self._clock.now()
        talks = self._journeys.talks(since=now - LEARNS_FROM)
        statuses = self._around.statuses
        solved = statuses.resolved_since(now - self._setup.look_back) if statuses is not None else []
        return _Look(
            now=now,
            talks=talks,
            quiet=learn_quiet(talks, self._setup, now=now),
            going_on=going_on_now(self._journeys, fresh=self._setup.fresh, now=now),
            owed=owed(statuses),
            solved=frozenset(one.issue_id for one in solved),
            ours=self._setup.staff | self._around.outbox.own_authors(),
        )

    def _decide(self, event: JourneyEvent, look: _Look) -> Answer | None:
        """Decide about one event and act on it; None when nothing changed."""
        target = self._journeys.target(event.mention_id)
        known = self._around.languages.languages([event.mention_id]).get(event.mention_id, "")
        quiet = quiet_here(look.quiet, event.platform, event.realm)
        decision = decide(self._facts(event, target, known, quiet, look), self._setup.rule)
        language = spoken(known, self._setup)
        if decision.answer is not Answer.ASK or target is None:
            changed = self._ledger.decide(event, decision, at=look.now, language=language, quiet_hours=quiet.hours)
            return decision.answer if changed else None
        return self._ask(event, decision, language, quiet, look.now)

    def _ask(self, event: JourneyEvent, decision: Decision, language: str, quiet: QuietTime, now: datetime) -> Answer | None:
        template, text = self._asking.words(event, language)
        kept = self._ledger.start(event, decision, at=now, language=language, quiet_hours=quiet.hours, template=template, text=text)
        return None if kept is None else self._asking.carry_out(kept)

    def _facts(self, event: JourneyEvent, target: Target | None, language: str, quiet: QuietTime, look: _Look) -> AskFacts:
        rule, now = self._setup.rule, look.now
        standing = self._journeys.standing(event, look.talks)
        lately = self._ledger.asked_lately(event, since=now - max(rule.person_every, rule.thread_every), today=now - _DAY, week=now - _WEEK)
        in_thread = None if lately.thread_at is None else now - lately.thread_at
        if target is not None and self._counts.invited(target, at=now):
            in_thread = timedelta(0)  # one that a person drafted by hand
        direct = is_direct(event.platform)
        place = self._precheck.policy.places.get(event.platform, {}).get(PostKind.INVITATION.value, "never")
        reopened = event.kind is JourneyKind.STATUS_RESOLVED and event.issue_id not in look.solved
        return AskFacts(
            kind=event.kind,
            number=event.number,
            answered=event.answered,
            direct=direct,
            opted_out=self._around.leave.opted_out(event.person_key),
            staff=event.person_key in look.ours,
            place_allowed=place != "never",
            account_connected=target is not None and self._connected(target),
            consent=not direct or self._around.leave.consent(event.person_key, consent_channel(event.platform)) is not None,
            link=bool(self._setup.base_url) and self._around.links is not None,
            fits=target is None or fits(event, spoken(language, self._setup), target, self._precheck, self._setup),
            language=language,
            speaks=tuple(self._setup.wording),
            local_hour=now.astimezone(self._setup.zone).hour,
            talking=standing.talking,
            talked_on=standing.talked_on or reopened,
            gone=target is None,
            promise_open=standing.issue_id in look.owed,
            going_on=look.going_on.get(event.community, 0),
            quiet_for=now - standing.last_at,
            quiet_needed=timedelta(hours=quiet.hours),
            person_asked=None if lately.person_at is None else now - lately.person_at,
            thread_asked=in_thread,
            community_today=lately.community_today,
            community_this_week=lately.community_this_week,
        )

    def _connected(self, target: Target) -> bool:
        try:
            self._precheck.accounts.for_target(target)
        except NotAllowed:
            return False
        return True
