"""Done actions are looked at once a week, closed ones for twelve weeks more; what was said stays, in words that anybody can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from listener.insight.store import open_insight
from listener.model.analysis import AnalysedMention
from moderation.insight.tap import TapInsight
from moderation.ledger.actions import ActionLedger
from moderation.ledger.tap import TapLedger
from moderation.model.action import Action, ActionState
from moderation.model.languages import LANGUAGES
from moderation.model.tap import Span, TapEffect, TapLook, TapReason, TapSeries, TapVerdict, TapWeek
from moderation.reports.tap_words import tap_words
from moderation.workflows.load_wording import load_words
from moderation.workflows.watch_taps import WatchTaps
from tests.fakes.desk import Desk, open_desk
from tests.moderation.feedback.test_actions import an_action, people

ZONE = ZoneInfo("Europe/Amsterdam")
SPAN = Span(best=0.1, low=0.05, high=0.2)
CLOSED = TapEffect(
    verdict=TapVerdict.CLOSED,
    reason=TapReason.FEWER,
    weeks_before=20,
    weeks_after=5,
    contacts_before=400,
    contacts_after=10,
    left=SPAN,
    alone=SPAN,
    avoided=Span(best=90.4, low=45.0, high=190.0),
    weeks=(TapWeek(first_day=date(2026, 3, 2), contacts=3, beside=80, after=True, counted=True, expected=Span(best=20, low=9, high=41)),),
    earlier_actions=3,
)


@dataclass
class Counted:
    """Counts that a test chose: so many a day before and after the action was done, and in the last weeks."""

    before: int = 0
    after: int = 0
    latest: int | None = None
    asked: list[tuple[date, date]] = field(default_factory=list)

    def series(self, action: Action, first_day: date, last_day: date, *, zone: tzinfo) -> TapSeries:
        assert action.closed_at is not None
        done = action.closed_at.astimezone(zone).date()
        days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
        self.asked.append((first_day, last_day))
        own = [self.before if day < done else self.after for day in days]
        if self.latest is not None:
            own[-28:] = [self.latest] * 28
        opened = action.made_at.astimezone(zone).date()
        return TapSeries(first_day=first_day, own=own, others={"other": [20] * len(days)}, opened_on=opened, done_on=done)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as opened:
        yield opened


def done_action(desk: Desk) -> int:
    issue, _ = people(desk, 2)
    action = an_action(desk, issue).action_id
    ActionLedger(desk.ledger.engine).finish(action, {"nl": "klaar"}, by="anna", at=desk.clock.now())
    return action


def watch(desk: Desk, counted: Counted) -> WatchTaps:
    engine = desk.ledger.engine
    return WatchTaps(ActionLedger(engine), TapLedger(engine), counted, desk.clock, zone=ZONE)


def test_an_action_is_looked_at_once_a_week_and_its_looks_stay(desk: Desk) -> None:
    """The report shows what was said when; two services that run at once say it once."""
    action, looks = done_action(desk), TapLedger(desk.ledger.engine)
    counted = Counted()
    first, second = watch(desk, counted), watch(desk, counted)
    assert [look.action_id for look in first.once()] == [action]
    assert first.once() == second.once() == []
    assert len(counted.asked) == 1, "what is not due is not even counted"
    for _ in range(3):
        desk.clock.advance(timedelta(weeks=1))
        assert len(first.once()) == 1
    kept = looks.of(action)
    assert len({look.week for look in kept}) == len(kept) == 4
    assert looks.latest([action])[action] == kept[-1]
    assert kept[0].effect.verdict is TapVerdict.CANNOT_TELL


def test_an_open_action_is_not_looked_at_and_one_done_anew_begins_anew(desk: Desk) -> None:
    action, actions, looks = done_action(desk), ActionLedger(desk.ledger.engine), TapLedger(desk.ledger.engine)
    watch(desk, Counted()).once()
    actions.reopen(action, by="anna", at=desk.clock.now())
    assert looks.latest([action]) == {}, "what was said of the first time holds no more"
    assert watch(desk, Counted()).once() == []
    assert watch(desk, Counted()).now(action).effect.reason is TapReason.NOT_DONE
    desk.clock.advance(timedelta(hours=2))
    actions.finish(action, {"nl": "echt klaar"}, by="anna", at=desk.clock.now())
    assert len(watch(desk, Counted()).once()) == 1, "in the same week: it is another moment"
    assert len(looks.of(action)) == 2


def test_a_closed_tap_is_looked_at_for_twelve_weeks_and_then_left_alone(desk: Desk) -> None:
    action = done_action(desk)
    done_at = ActionLedger(desk.ledger.engine).get(action)
    assert done_at is not None
    assert done_at.closed_at is not None
    closed = TapLook(action_id=action, done_at=done_at.closed_at, week="2026-W01", at=desk.clock.now(), effect=CLOSED)
    assert TapLedger(desk.ledger.engine).keep(closed)
    desk.clock.advance(timedelta(weeks=12) - timedelta(hours=1))
    assert len(watch(desk, Counted()).once()) == 1
    desk.clock.advance(timedelta(weeks=1))
    assert watch(desk, Counted()).once() == []


def test_a_closed_tap_that_comes_open_is_told(desk: Desk) -> None:
    """The whole time since looks fine; the last four weeks do not."""
    action = done_action(desk)
    kept = ActionLedger(desk.ledger.engine).get(action)
    assert kept is not None
    assert kept.closed_at is not None
    TapLedger(desk.ledger.engine).keep(
        TapLook(action_id=action, done_at=kept.closed_at, week="2026-W01", at=desk.clock.now(), effect=CLOSED)
    )
    desk.clock.advance(timedelta(weeks=11))
    (look,) = watch(desk, Counted(before=6, after=0, latest=7)).once()
    assert (look.came_back, look.effect.verdict, look.effect.reason) == (True, TapVerdict.NOT_CLOSED, TapReason.CAME_BACK)
    assert look.effect.weeks_after == 4
    assert TapLedger(desk.ledger.engine).of(action)[-1] == look, "kept to the last figure"


def test_what_another_action_changed_is_not_reached_into(desk: Desk) -> None:
    issue, _ = people(desk, 2)
    actions = ActionLedger(desk.ledger.engine)
    ids = []
    for _ in range(3):
        ids.append(an_action(desk, issue).action_id)
        actions.finish(ids[-1], {"nl": "klaar"}, by="anna", at=desk.clock.now())
        desk.clock.advance(timedelta(weeks=6))
    counted = Counted()
    watch(desk, counted).now(ids[1])
    done = [actions.get(one) for one in ids]
    days = [one.closed_at.astimezone(ZONE).date() for one in done if one is not None and one.closed_at is not None]
    assert counted.asked[-1] == (days[0] + timedelta(days=3), days[2] - timedelta(days=3))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_and_reason_has_words(language: str) -> None:
    words = load_words(language, "taps")
    for reason in TapReason:
        said = tap_words(replace(CLOSED, reason=reason), words, language=language, cost_per_contact=7.5)
        assert said.why
        assert "{" not in " ".join(said.lines)
    for verdict in TapVerdict:
        assert tap_words(replace(CLOSED, verdict=verdict), words, language=language).verdict


def test_what_was_avoided_is_worth_what_a_contact_costs() -> None:
    said = tap_words(CLOSED, load_words("nl", "taps"), language="nl", cost_per_contact=7.5)
    assert said.why == "Van de contacten die te verwachten waren komt nog 10%, met 95% zekerheid tussen 5% en 20%."
    assert said.avoided == "Contacten die sindsdien uitbleven: ongeveer 90, met 95% zekerheid tussen 45 en 190."
    assert said.worth == "Bij € 7,50 per contact is dat ongeveer € 678, met 95% zekerheid tussen € 338 en € 1.425."
    assert "Meegeteld: wat 3 eerdere acties deden." in said.basis
    unsure = tap_words(
        replace(CLOSED, avoided=Span(best=20, low=-5, high=60)), load_words("en", "taps"), language="en", cost_per_contact=7.5
    )
    assert unsure.avoided == "Whether contacts were avoided is not certain: between −5 and 60."
    assert unsure.worth == "", "no money is named for what may not be there"


def written(number: int, day: int, person: str, *, issue: int | None = 1, brand: str = "Stroomwerk", **labels: str) -> AnalysedMention:
    at = datetime(2026, 3, 27, 23, 30, tzinfo=UTC) + timedelta(days=day)  # half past midnight in Amsterdam: another day than in UTC
    return AnalysedMention(
        mention_id=number,
        card_id=number,
        issue_id=issue,
        platform="forum",
        realm="forum.example",
        source="forum",
        channel="",
        brands=(brand,),
        directed=True,
        author_key=person,
        language="nl",
        posted_at=at,
        first_seen_at=at,
        text_hash=str(number),
        labels=labels,
        vector=np.zeros(3, dtype=np.float32),
    )


def test_days_are_counted_by_person_on_the_clock_of_the_house_also_when_it_changes() -> None:
    """One person on one day is one contact; spam is none; the rest is its brand's, by cause. The clock went forward on the 29th."""
    mentions = [
        written(1, 0, "a"),
        written(2, 0, "a"),  # the same person, the same day
        written(3, 0, "b"),
        written(4, 1, "a"),
        written(5, 1, "c", spam="yes"),
        written(6, 2, "d"),
        written(7, 1, "e", issue=None, cause="idea"),
        written(8, 1, "f", issue=2),
        written(9, 1, "g", issue=None, brand="Gaswerk", cause="idea"),
    ]
    at = datetime(2026, 3, 29, 12, tzinfo=UTC)
    action = Action(
        action_id=1,
        issue_id=9,
        owner="bea",
        due_on=date(2026, 4, 1),
        change="kaart",
        done_when="kaart",
        state=ActionState.DONE,
        did={},
        made_by="bea",
        made_at=at - timedelta(days=1),
        closed_at=at,
    )
    with open_insight(None) as insight:
        insight.apply(mentions, [], 1)
        counts = TapInsight(insight, where={9: 1}.__getitem__)  # issue 9 was merged into 1
        found = counts.series(action, date(2026, 1, 1), date(2026, 3, 31), zone=ZONE)
    assert found.first_day == date(2026, 3, 28), "nobody spoke of it before"
    assert list(found.own) == [2, 1, 1, 0]
    assert {kind: list(of) for kind, of in found.others.items()} == {"idea": [0, 1, 0, 0], "other": [0, 1, 0, 0]}
    assert (found.opened_on, found.done_on) == (date(2026, 3, 28), date(2026, 3, 29))
