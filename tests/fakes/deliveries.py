"""A house with something to tell, on a real ledger with a clock moved by hand; ways that keep what they are handed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.figures import DigestFigures, IssueFigures
from listener.model.issue import IssueState, Signal
from listener.settings.wording import templates
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.people import Act, PeopleLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.messages.told import Speech
from moderation.model.account import Account
from moderation.model.chart import Chart, Table, Widths
from moderation.model.delivery import SENT, Attached, Delivery, DeliveryState, NewSubscription, Outcome, Parcel, Way, What
from moderation.model.delivery import Picture as PictureTold
from moderation.model.document import (
    Bullets,
    Document,
    Fact,
    Facts,
    Grid,
    Heading,
    PageBreak,
    Para,
    Picture,
    Pictures,
    Quoted,
    Tone,
    text,
)
from moderation.model.person import Role
from moderation.model.status import Promise
from moderation.policy.loudness import CrisisRule
from moderation.ports import Carry
from moderation.workflows.deliver import Deliver, Stop
from moderation.workflows.delivery_ports import Brands, House, WeekMade, WeekTold
from moderation.workflows.load_wording import load_words
from moderation.workflows.word_deliveries import WordDeliveries

ZONE = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)
HOUSE_ADDRESS = "raad@zoemvolt.example"
words_of, templates_of = cache(load_words), cache(templates)
"""Read once: a house of tests is told many things."""


def issue(issue_id: int = 7, title: str = "Geen stroom in Zuid", *, mentions: int = 9) -> IssueFigures:
    return IssueFigures(
        issue_id=issue_id,
        title=title,
        state=IssueState.NEW,
        mentions=mentions,
        authors=mentions,
        cards=mentions,
        period_mentions=mentions,
        period_authors=mentions,
        before_mentions=0,
        first_at=NOON - timedelta(hours=3),
        last_at=NOON,
        trend=(0, 2, mentions - 2),
        platforms=("discord",),
        languages=("nl",),
        brands=("Zoemvolt",),
    )


def signal(signal_id: int, at: datetime, *, seen: int = 8, kind: str = "burst", issue_id: int | None = 7, about: str = "") -> Signal:
    return Signal(
        kind=kind,
        issue_id=issue_id,
        at=at,
        seen=seen,
        usual=0.4,
        p_value=1e-7,
        window_hours=1.0,
        mention_ids=(1,),
        signal_id=signal_id,
        about=about,
    )


CHART = PictureTold(name="days.png", png=b"\x89PNG", alt="Een week in staven")
PDF = Attached(name="2026-W10.pdf", kind="application/pdf", content=b"%PDF-1.7")


def report(week: str, language: str = "nl", words: str = "Geen stroom kostte het meest") -> Document:
    """Return a report of two pages, the first of which holds one block of every kind; `words` stand in each."""
    line = text(words, "/report/2026-W10/issue-7")
    table = Table(caption=words, columns=(words,), rows=((words,),))
    chart = Chart(name="trend", language=language, spec={}, alt=words, table=table)
    blocks = (
        Heading(text=words, level=1),
        Para(line=line, tone=Tone.LEAD),
        Facts(facts=(Fact(name=words, line=line, note=words),)),
        Heading(text=words),
        Para(line=line),
        Bullets(lines=(line, line), numbered=True),
        Grid(caption=words, head=("kwestie", "berichten"), rows=((line, text("9")),)),
        Quoted(text=words, by=text(words, "https://social.example/1")),
        Pictures(shown=(Picture(name="days", caption=words),)),
        PageBreak(),
        Para(line=text("Dit staat pas op bladzijde twee.")),
    )
    title = f"Weekrapport {week}"
    charts = {"days": Widths(lambda: chart, lambda: chart)}
    return Document(title=title, language=language, blocks=blocks, made_at=NOON, links_heading="", links_lead="", charts=charts)


@dataclass
class Carried:
    """Keeps parcels. `answers` are given in order, then everything is taken; one that is an exception is raised instead."""

    parcels: list[Parcel] = field(default_factory=list)
    answers: list[Outcome | BaseException] = field(default_factory=list)
    taken: list[Parcel] = field(default_factory=list)
    rounds: int = 0
    before: Callable[[Parcel], None] = lambda _parcel: None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Carry]:
        self.rounds += 1

        async def carry(parcel: Parcel) -> Outcome:
            self.parcels.append(parcel)
            self.before(parcel)
            answer = self.answers.pop(0) if self.answers else SENT
            if isinstance(answer, BaseException):
                raise answer
            if answer.state is DeliveryState.SENT:
                self.taken.append(parcel)
            return answer

        yield carry


@dataclass
class Telling:
    """Tests change its fields; `deliver()` is a service started anew on the same ledger."""

    ledger: Ledger
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    mail: Carried = field(default_factory=Carried)
    channel: Carried = field(default_factory=Carried)
    issues: tuple[IssueFigures, ...] = field(default_factory=lambda: (issue(),))
    raised: list[Signal] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)
    made: list[WeekMade] = field(default_factory=list)
    away: set[int] = field(default_factory=set)
    brands_of: dict[int, frozenset[str]] = field(default_factory=lambda: {7: frozenset({"Zoemvolt"}), 8: frozenset({"Lekstroom"})})
    titles: dict[int, str] = field(default_factory=lambda: {7: "Geen stroom in Zuid", 8: "Dubbele afschrijving"})
    silenced: frozenset[int] = frozenset()
    counted: list[tuple[Brands, datetime, datetime]] = field(default_factory=list)
    most_per_hour: int = 3

    @property
    def subscriptions(self) -> SubscriptionLedger:
        return SubscriptionLedger(self.ledger.engine)

    @property
    def deliveries(self) -> DeliveryLedger:
        return DeliveryLedger(self.ledger.engine)

    def subscribe(self, *whats: What, **changes: object) -> int:
        """Subscribe the house's address, or what `changes` say, an hour ago."""
        wants = NewSubscription(way=Way.MAIL, address=HOUSE_ADDRESS, whats=frozenset(whats))
        return self.subscriptions.add(replace(wants, **changes), by="admin", at=self.clock.now() - timedelta(hours=5))  # type: ignore[arg-type]  # fields by name

    def employ(self, name: str = "Fenna", *, email: str = "fenna@zoemvolt.example", brands: Brands = None) -> Account:
        """Let somebody work here."""
        return PeopleLedger(self.ledger.engine).add(name, Role.AGENT, Act(by="admin", at=NOON), brands=brands, email=email)

    def account(self, person_id: int) -> Account | None:
        return None if person_id in self.away else PeopleLedger(self.ledger.engine).get(person_id)

    def deliver(self) -> Deliver:
        house = self.house()
        return Deliver(
            house,
            self.subscriptions,
            self.deliveries,
            AlarmLedger(self.ledger.engine),
            {Way.MAIL: self.mail, Way.CHANNEL: self.channel},
            self.clock,
            word=WordDeliveries(house, lambda number: f"k-{number}"),
            stop_of=lambda _: Stop(text="stop"),
        )

    async def rounds(self, hours: float, *, every_minutes: float = 20, service: Deliver | None = None) -> None:
        """Let time pass, with a round every so many minutes."""
        running = service or self.deliver()
        for _ in range(round(hours * 60 / every_minutes)):
            self.clock.advance(timedelta(minutes=every_minutes))
            await running.once()

    def states(self, what: What | None = None) -> list[str]:
        return [one.state.value for one in self.rows(what)]

    def rows(self, what: What | None = None) -> list[Delivery]:
        return [one for one in reversed(self.deliveries.latest(500)) if what is None or one.what is what]

    def titles_sent(self) -> list[str]:
        return [one.message.title for one in self.mail.taken]

    def house(self) -> House:
        return House(
            zone=ZONE,
            digest_hour=9,
            promise_minutes=30.0,
            crisis=CrisisRule(people=20, hours=6),
            most_per_hour=self.most_per_hour,
            figures=self._figures,
            signals=lambda since: sorted((one for one in self.raised if one.at >= since), key=lambda one: one.at, reverse=True),
            titles=lambda ids: {one: self.titles[one] for one in ids},
            issue_brands=self._issue_brands,
            silenced=lambda: self.silenced,
            promises=lambda: list(self.promised),
            weeks=lambda: sorted(self.made, key=lambda one: one.name, reverse=True),
            account=self.account,
            speech=self._speech,
            report=lambda week, language, _: WeekTold(document=report(week, language), file=PDF, pictures=(CHART,)),
        )

    def _issue_brands(self, ids: Iterable[int]) -> dict[int, frozenset[str]]:
        return {one: self.brands_of[one] for one in ids if one in self.brands_of}

    def _figures(self, brands: Brands, from_at: datetime, as_of: datetime) -> DigestFigures:
        self.counted.append((brands, from_at, as_of))
        shown: Sequence[IssueFigures] = [one for one in self.issues if brands is None or brands & frozenset(one.brands)]
        mentions = sum(one.period_mentions for one in shown)
        return DigestFigures(
            brand="Zoemvolt", from_at=from_at, as_of=as_of, mentions=mentions, authors=mentions, loose=0, new=tuple(shown), growing=(),
            steady=(), fading=(), ideas=(), compliments=(), idea_count=0, compliment_count=0, coverage=(),
        )  # fmt: skip

    def _speech(self, language: str) -> Speech:
        return Speech(
            language=language,
            words=words_of(language, "delivery"),
            templates=templates_of(language),
            zone=ZONE,
            brand="Zoemvolt",
            base_url="https://klankbord.zoemvolt.example",
        )
