"""What deliveries need to know of the rest of the house: figures, signals, promises, weeks, and whose is what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from listener.model.figures import DigestFigures
from listener.model.issue import Signal
from moderation.messages.told import Speech
from moderation.model.account import Account
from moderation.model.delivery import Attached, Picture, Subscription
from moderation.model.document import Document
from moderation.model.status import Promise
from moderation.policy.loudness import CrisisRule

Brands = frozenset[str] | None
"""Brands that somebody sees; None: all of them, and what belongs to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekMade:
    """A week whose report is there since `made_at`."""

    name: str
    from_at: datetime
    as_of: datetime
    made_at: datetime


def no_pictures(figures: DigestFigures, language: str) -> Sequence[Picture]:  # noqa: ARG001 - a house that draws nothing
    """Draw nothing."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTold:
    """A week's report in one language, and the same as a file; None where it cannot be set on paper. `pictures`: the charts of page one."""

    document: Document
    file: Attached | None = None
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The rest of the house, as deliveries ask it. Every callable may block.

    - `figures(brands, from_at, as_of)`: a digest's figures as far as they are about these brands.
    - `signals(since)`: newest first. `titles(ids)`, `issue_brands(ids)`: of issues. `silenced()`: issues that people muted or resolved.
    - `promises()`: those that are open or were broken lately. `weeks()`: weeks with a report, newest first.
    - `account(person_id)`: None for nobody, and for somebody who is kept out.
    - `speech(language)`: words. `report(week, language, brands)`: a week's report; None for one that there is not. `pictures`: charts.
    """

    zone: ZoneInfo
    digest_hour: int
    promise_minutes: float
    crisis: CrisisRule
    most_per_hour: int
    figures: Callable[[Brands, datetime, datetime], DigestFigures]
    signals: Callable[[datetime], Sequence[Signal]]
    titles: Callable[[Iterable[int]], Mapping[int, str]]
    issue_brands: Callable[[Iterable[int]], Mapping[int, frozenset[str]]]
    silenced: Callable[[], frozenset[int]]
    promises: Callable[[], Sequence[Promise]]
    weeks: Callable[[], Sequence[WeekMade]]
    account: Callable[[int], Account | None]
    speech: Callable[[str], Speech]
    report: Callable[[str, str, Brands], WeekTold | None]
    pictures: Callable[[DigestFigures, str], Sequence[Picture]] = field(default=no_pictures)

    def reader(self, subscription: Subscription) -> Reader | None:
        """Return who reads a subscription's messages and how far they see; None when it is a colleague who is not there any more."""
        person_id, wanted = subscription.wants.person_id, subscription.wants.brands
        if person_id is None:
            return Reader(brands=wanted, email="")
        account = self.account(person_id)
        if account is None:
            return None
        theirs = account.person.brands
        brands = wanted if theirs is None else theirs if wanted is None else theirs & wanted
        return Reader(brands=brands, email=account.email)

    def issue_seen(self, brands: Brands, issue_ids: Iterable[int]) -> frozenset[int]:
        """Return which of these issues somebody of these brands sees: theirs, and those that belong to no brand (RULES S3)."""
        ids = frozenset(issue_ids)
        if brands is None or not ids:
            return ids
        whose = self.issue_brands(ids)
        return frozenset(one for one in ids if one in whose and (not whose[one] or whose[one] & brands))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a message: how far they see, and a colleague's own address (empty for the house)."""

    brands: Brands
    email: str
