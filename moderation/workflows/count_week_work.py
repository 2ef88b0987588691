"""Count what people did in a week, and what nobody did: cards, clocks, silences, what was ignored, actions, the channel grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from moderation.insight.week import WeekCounts, WeekInsight
from moderation.ledger.waits import WaitLedger
from moderation.ledger.week_facts import WeekFacts
from moderation.model.action import Action, ActionState
from moderation.model.card import SENTIMENTS, Card, CardPart
from moderation.model.clock import Wait
from moderation.model.week_report import CellWeek, IssueWeek, ValueWeek
from moderation.model.week_work import ActionWeek, ClockWeek, Ignored, SilenceWeek, TapSaid
from moderation.reports.growth import part
from moderation.reports.week import Week
from moderation.triage.clock_figures import clocks_kept, waits_of
from moderation.workflows.count_grid import count_grid
from moderation.workflows.week_parts import WeekParts, painful, within

MOST_SILENCES = 5
MOST_CASES = 5
AROUND_WEEKS = 4
"""How many weeks before and after an action are shown side by side."""
ACTIONS_FROM = timedelta(weeks=12)
"""An action that was done longer ago is no news, unless it is looked at again."""
WAITS_FROM = timedelta(days=60)
"""A wait that is due in the week began at most so long before it."""
LEAST_SILENCE_CONTACTS = 3


def grid_of(parts: WeekParts, week: Week) -> tuple[CellWeek, ...]:
    """Return the cells of the channel grid that had contacts, as planned and as it went. A contact keeps the type it came in with."""
    grids = (parts.grid.first, *(grid for _, grid in parts.grid.later))
    types = {row.name: row for grid in grids for row in grid.types}
    found = count_grid(parts.words, parts.grid, since=week.from_at, until=week.as_of, brands=parts.brands)
    return tuple(
        CellWeek(
            contact_type=one.contact_type,
            shown=dict(types[one.contact_type].shown),
            channel=one.channel,
            way=one.way,
            contacts=one.contacts,
            followed=part(one.followed, one.contacts),
            went={way.value: count for way, count in one.went.items()},
            preferred=types[one.contact_type].preferred == one.channel,
            supporting=one.channel in types[one.contact_type].supporting,
        )
        for one in found
    )


def value_week(cards: Sequence[Card]) -> ValueWeek:
    """Add up the cards of closed conversations. Nobody's name is in it: agents are never compared."""
    turned = [card for card in cards if card.filled[CardPart.SENTIMENT]]
    first, last = Counter(card.sentiment_first for card in turned), Counter(card.sentiment_last for card in turned)

    def filled(which: CardPart) -> int:
        return sum(card.filled[which] for card in cards)

    return ValueWeek(
        conversations=len(cards),
        needs=part(filled(CardPart.NEED), len(cards)),
        feedback=part(filled(CardPart.FEEDBACK), len(cards)),
        knowledge=part(filled(CardPart.KNOWLEDGE), len(cards)),
        better=part(sum(card.turned > 0 for card in turned), len(turned)),
        worse=part(sum(card.turned < 0 for card in turned), len(turned)),
        first={name: first[name] for name in SENTIMENTS},
        last={name: last[name] for name in SENTIMENTS},
    )


def waits_around(parts: WeekParts, week: Week) -> Iterator[Wait]:
    """Yield the waits among which are those that were due in the week."""
    known_until = max(week.as_of, parts.listening.clock.now())
    for times in WaitLedger(parts.listening.ledger.engine).times(week.from_at - WAITS_FROM, known_until, parts.brands):
        yield from waits_of(times)


def clocks_of_week(parts: WeekParts, week: Week) -> tuple[ClockWeek, ...]:
    """Return the waits that were due in the week, also of a message that we had only after it: nobody was answered the sooner for that."""
    kept = clocks_kept(
        waits_around(parts, week),
        hours=parts.clocks.hours(),
        targets=parts.clocks.targets,
        from_at=week.from_at,
        until=week.as_of,
        least=1,
    )
    return tuple(ClockWeek(platform=one.platform, kind=one.kind, kept=part(one.kept, one.share.n)) for one in kept)


def silences_of(
    parts: WeekParts, counted: WeekInsight, facts: WeekFacts, counts: WeekCounts, issues: Sequence[IssueWeek], week: Week, up_to: int
) -> tuple[SilenceWeek, ...]:
    """Return the issues that people wrote most about while we said nothing for longer than the settings allow."""
    lines = {one.issue_id: one for one in counts.issues}
    talked = [one.issue_id for one in issues if painful(one) and one.contacts >= LEAST_SILENCE_CONTACTS]
    words = facts.last_words(talked, week.as_of, parts.brands)
    silent: dict[int, tuple[datetime, float]] = {}
    for issue_id in talked:
        since, until = words.get(issue_id, lines[issue_id].first_at), lines[issue_id].last_at
        hours = (until - since).total_seconds() / 3600 if until else 0.0
        if hours >= parts.settings.status.silence_hours:
            silent[issue_id] = since, hours
    written = counted.written_since(week, {issue_id: since for issue_id, (since, _) in silent.items()}, up_to=up_to)
    found = (
        SilenceWeek(issue_id=issue_id, hours=round(hours, 2), written=written.get(issue_id, 0), since_at=since)
        for issue_id, (since, hours) in silent.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.written, one.issue_id))[:MOST_SILENCES])


def ignored_in(counted: WeekInsight, facts: WeekFacts, week: Week, up_to: int, ends: datetime) -> Ignored:
    """Return the messages to us that nobody answered or decided on, the oldest cases first."""
    ids, total = counted.evidence(week, "directed", up_to=up_to, most=10_000_000)
    waiting = facts.waiting(ids)
    posted = facts.posted_at(waiting)
    oldest = sorted(waiting, key=lambda one: (posted.get(one, ends), one))
    cases = dict.fromkeys(case for one in oldest if (case := waiting[one]) is not None)
    longest = (ends - posted[oldest[0]]).total_seconds() / 3600 if oldest and oldest[0] in posted else 0.0
    return Ignored(
        unanswered=part(len(waiting), total),
        no_case=sum(case is None for case in waiting.values()),
        case_ids=tuple(cases)[:MOST_CASES],
        longest_hours=round(longest, 2),
    )


def actions_of(parts: WeekParts, counted: WeekInsight, facts: WeekFacts, week: Week, up_to: int) -> tuple[ActionWeek, ...]:
    """Return the actions that were open at the end of the week, and those that ended not long ago, by the day they are due."""
    seen = facts.actions_seen(parts.brands)
    since = week.as_of - ACTIONS_FROM
    some = [one for one in parts.actions.all() if one.action_id in seen and one.made_at < week.as_of]
    some = [one for one in some if one.closed_at is None or one.closed_at >= since]
    looks = parts.tap_said([one.action_id for one in some])
    return tuple(_action(parts, counted, one, week, up_to, looks.get(one.action_id)) for one in some)


def _action(parts: WeekParts, counted: WeekInsight, action: Action, week: Week, up_to: int, look: TapSaid | None) -> ActionWeek:
    ended = action.closed_at is not None and action.closed_at < week.as_of
    state = action.state if ended else ActionState.OPEN
    found = ActionWeek(
        action_id=action.action_id,
        issue_id=parts.where(action.issue_id),
        change=action.change,
        owner=action.owner,
        due_on=action.due_on,
        state=state.value,
        closed_at=action.closed_at if ended else None,
        this_week=within(action.closed_at, week),
        late=not ended and action.due_on < week.as_of.astimezone(parts.listening.settings.zone).date(),
        look=look,
    )
    if state is not ActionState.DONE or action.closed_at is None:
        return found
    contacts = counted.around(found.issue_id, action.closed_at, weeks=AROUND_WEEKS, to_at=week.as_of, up_to=up_to)
    known_from = parts.insight.first_posted(week.as_of) or action.closed_at
    spans = (action.closed_at - known_from, week.as_of - action.closed_at)
    before, after = (min(AROUND_WEEKS, max(0, span // timedelta(weeks=1))) for span in spans)
    return _with_means(found, contacts, before, after)


def _with_means(action: ActionWeek, contacts: Mapping[int, int], before: int, after: int) -> ActionWeek:
    return replace(
        action,
        before=sum(contacts.get(-1 - week, 0) for week in range(before)) / before if before else None,
        before_weeks=before,
        after=sum(contacts.get(week, 0) for week in range(after)) / after if after else None,
        after_weeks=after,
    )
