"""Count one week for the report: what insight holds of it, what people did, and what is not known. One moment, no wording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from listener.workflows.gather_figures import learning_day
from listener.workflows.read_quickly import last_quick_read
from moderation.insight.week import IssueCount, Totals, WeekCounts, WeekInsight
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.ledger.week_facts import Marked, WeekFacts
from moderation.ledger.week_reports import MadeReport, WeekReportLedger
from moderation.model.action import Action, ActionState
from moderation.model.feedback import Figure, Rate
from moderation.model.matrix import Quadrant
from moderation.model.shares import Mean, Part
from moderation.model.status import PromiseState
from moderation.model.week_report import IssueWeek, Searched, SourceWeek, Unknown, Unneeded, WeekFigures
from moderation.model.week_work import FeedbackWeek, FollowedUp, PromiseWeek
from moderation.reports.growth import growth_of, known_share, part
from moderation.reports.matrix import start_place
from moderation.reports.week import Week
from moderation.workflows.count_week_remarks import praise_of, remarks_of, voices_of
from moderation.workflows.count_week_work import actions_of, clocks_of_week, grid_of, ignored_in, silences_of, value_week
from moderation.workflows.week_parts import WeekParts, painful, within

MOST_FOLLOWED = 3


def count_week(parts: WeekParts, week: Week, *, made: Sequence[MadeReport], up_to: int, made_at: datetime) -> WeekFigures:
    """Return the figures of a week. `made`: the reports there are. `up_to`: the newest mention that is counted."""
    listening = parts.listening
    counted = WeekInsight(parts.insight)
    counts = counted.count(week, up_to=up_to)
    facts = WeekFacts(listening.ledger.engine)
    feedback, searched_first, avoidable = _feedback(parts, week)
    totals = counts.totals
    ends = min(week.as_of, made_at)
    issues = _issues(parts, counts, week, ends)
    return WeekFigures(
        period=week.name,
        from_at=week.from_at,
        to_at=week.as_of,
        made_at=made_at,
        up_to=up_to,
        seq=parts.insight.applied_seq(),
        brand=listening.brand_name,
        invented=listening.invented,
        cost_per_contact=parts.settings.report.cost_per_contact,
        mentions=totals.mentions,
        before_mentions=totals.before_mentions,
        people=totals.people,
        spam=totals.spam,
        directed=totals.directed,
        days=counts.days,
        sentiments={"negative": totals.negative, "neutral": totals.neutral, "positive": totals.positive},
        contacts=totals.contacts,
        before_contacts=totals.before_contacts,
        late=counted.late(_reported(made), known=max((one.up_to for one in made), default=0), up_to=up_to),
        issues=issues,
        voices=voices_of(parts, [one.issue_id for one in issues if painful(one) and one.contacts][:MOST_FOLLOWED], week),
        last_week=_followed_up(parts, facts, issues, week),
        grid=grid_of(parts, week),
        unneeded=_unneeded(totals, facts.marks(week.from_at, week.as_of, parts.brands), avoidable),
        searched=Searched(text=part(totals.searched, totals.directed), feedback=searched_first),
        value=value_week(parts.cards.cards_of(facts.closed(week.from_at, week.as_of, parts.brands))),
        clocks=clocks_of_week(parts, week),
        promises=_promises(parts, facts, week),
        silences=silences_of(parts, counted, facts, counts, issues, week, up_to),
        ignored=ignored_in(counted, facts, week, up_to, ends),
        feedback=feedback,
        actions=actions_of(parts, counted, facts, week, up_to),
        ideas=remarks_of(parts, counts.ideas),
        compliments=praise_of(parts, facts, counts.compliments),
        coverage=_coverage(parts, facts, counts, week, made_at),
        unknown=_unknown(parts, counts, week),
    )


def _unneeded(totals: Totals, marks: Marked, feedback: Part) -> Unneeded:
    return Unneeded(
        text=part(totals.unnecessary, totals.directed),
        marks=part(marks.yes, marks.yes + marks.no),
        unsure=marks.unsure,
        feedback=feedback,
        avoidable_by=marks.avoidable_by,
    )


def _promises(parts: WeekParts, facts: WeekFacts, week: Week) -> tuple[PromiseWeek, ...]:
    """Return what we promised for this week, and whether we kept it; None while that is open."""
    due = facts.promises(week.from_at, week.as_of, parts.brands)
    return tuple(
        PromiseWeek(issue_id=parts.where(issue_id), due_at=due_at, kept=None if state is PromiseState.OPEN else state is PromiseState.KEPT)
        for issue_id, due_at, state in due
    )


def _reported(made: Sequence[MadeReport]) -> list[Week]:
    return [Week(name=one.period, from_at=one.from_at, as_of=one.to_at) for one in made]


def _issues(parts: WeekParts, counts: WeekCounts, week: Week, ends: datetime) -> tuple[IssueWeek, ...]:
    """Return the issues of the week and of the week before, the most contacts first."""
    named = {one.issue_id: one for one in parts.listening.ledger.issues.all(include_merged=False)}
    places, known = IssuePlaceLedger(parts.listening.ledger.engine).all(), known_share(week, parts.insight.first_posted(week.as_of))
    gone, rules = max(0.01, (ends - week.from_at) / (week.as_of - week.from_at)), parts.rules

    def line(one: IssueCount) -> IssueWeek:
        start, chosen = start_place(counts.signs.get(one.issue_id, {}), rules), places.get(one.issue_id)
        return IssueWeek(
            issue_id=one.issue_id,
            contacts=one.contacts,
            before=one.before,
            people=one.people,
            mentions=one.mentions,
            growth=growth_of(one.contacts, one.before, first_at=one.first_at, week=week, known=known, gone=gone),
            quadrant=Quadrant(chosen[0]) if chosen else start.quadrant,
            cause=start.cause,
            by_hand=chosen is not None,
            negative=part(one.negative, one.felt),
            hidden=named[one.issue_id].muted,
        )

    lines = [line(one) for one in counts.issues if one.issue_id in named]
    return tuple(sorted(lines, key=lambda one: (-one.contacts, -one.before, one.issue_id)))


def _followed_up(parts: WeekParts, facts: WeekFacts, issues: Sequence[IssueWeek], week: Week) -> tuple[FollowedUp, ...]:
    """Return what became of the issues that hurt most in the week before."""
    worst = sorted((one for one in issues if painful(one) and one.before), key=lambda one: (-one.before, one.issue_id))[:MOST_FOLLOWED]
    said = facts.said([one.issue_id for one in worst], week.from_at, week.as_of, parts.brands)

    def line(one: IssueWeek) -> FollowedUp:
        actions = parts.actions.all(issue_id=one.issue_id)
        return FollowedUp(
            issue_id=one.issue_id,
            then=one.before,
            now=one.contacts,
            actions_made=sum(within(action.made_at, week) and not _done_in(action, week) for action in actions),
            actions_done=sum(_done_in(action, week) for action in actions),
            actions_open=sum(action.state is ActionState.OPEN and action.made_at < week.from_at for action in actions),
            said_in_public=said[one.issue_id].updates,
            answered=said[one.issue_id].answers,
        )

    return tuple(line(one) for one in worst)


def _done_in(action: Action, week: Week) -> bool:
    return action.state is ActionState.DONE and within(action.closed_at, week)


def _coverage(parts: WeekParts, facts: WeekFacts, counts: WeekCounts, week: Week, now: datetime) -> tuple[SourceWeek, ...] | None:
    """Return a line per source; None for somebody of some brands: sources are the whole house's."""
    if parts.brands is not None:
        return None
    events = facts.source_events(week.from_at, week.as_of)
    return tuple(
        SourceWeek(
            source=one.source,
            kind=one.kind,
            state=one.state,
            mentions=counts.sources.get(one.source, 0),
            gaps=events.get(one.source, (0, 0))[0] + sum(lost.since < week.as_of for lost in one.lost),
            skips=events.get(one.source, (0, 0))[1],
            blind_since=one.blind_since,
            last_ok_at=one.last_ok_at,
        )
        for one in parts.listening.ledger.sources.coverage(now, since=week.from_at)
    )


def _unknown(parts: WeekParts, counts: WeekCounts, week: Week) -> Unknown:
    listening = parts.listening
    waiting, unreadable = WeekReportLedger(listening.ledger.engine).unread(week.from_at, week.as_of) if parts.brands is None else (0, 0)
    first_at, quick = parts.insight.first_posted(week.as_of), last_quick_read(listening.ledger)
    return Unknown(
        waiting=waiting,
        unreadable=unreadable,
        loose=counts.totals.loose,
        nameless=counts.totals.nameless,
        other_language=counts.totals.other_language,
        learning_day=learning_day(first_at, week.as_of, listening.settings.detection.baseline_days),
        first_at=first_at,
        known_before=known_share(week, first_at),
        quick=quick is not None and quick.until is None,
    )


def _feedback(parts: WeekParts, week: Week) -> tuple[FeedbackWeek, Part, Part]:
    """Return what came of asking, and of those who answered how many looked online first and how many say it could have been avoided.

    Shares are told from the first answer on, with their interval: few answers are said to be few. Means need the settings' least.
    """
    means = parts.feedback.figures(week.from_at, week.as_of, brands=parts.brands)
    shares = parts.shares.figures(week.from_at, week.as_of, brands=parts.brands)
    told = FeedbackWeek(
        answered=_answered(shares.answered),
        within=_rate(shares.within_feedback),
        bare=_rate(shares.bare),
        satisfaction=_mean(means.all.satisfaction),
        effort=_mean(means.all.effort),
        nps=_mean(means.all.nps),
    )
    return told, _answered(shares.all.searched_first), _answered(shares.all.avoidable)


def _rate(rate: Rate | None) -> Part:
    return part(rate.did, rate.asked) if rate else Part()


def _answered(figure: Figure) -> Part:
    return part(round((figure.value or 0.0) * figure.n), figure.n)


def _mean(figure: Figure) -> Mean:
    return Mean(n=figure.n, value=figure.value, low=figure.low, high=figure.high)
