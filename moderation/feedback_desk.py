"""Feedback and improvement actions put together on an open ledger: one record for commands, pages and the schedule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.feedback_key import feedback_key
from moderation.ledger.actions import ActionLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.tap import TapLedger
from moderation.messages.render import PublicWording
from moderation.model.feedback import RecoveryRule
from moderation.outbox.precheck import Precheck
from moderation.settings import KlankbordSettings, ReviewSite
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms, ReviewLink
from moderation.workflows.improve import Improvements
from moderation.workflows.shadow import Shadow

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackDesk:
    """`links` hands links out, `forms` answers them, `answers` is what came of it; `actions` what we change, `improve` carries it out,
    `taps` is what was said of those that are done.
    """

    links: FeedbackLinks
    forms: FeedbackForms
    answers: FeedbackLedger
    actions: ActionLedger
    improve: Improvements
    taps: TapLedger


def feedback_desk(
    home: Path,
    settings: KlankbordSettings,
    ledger: Ledger,
    clock: Clock,
    *,
    leave: LeaveLedger,
    shadow: Shadow,
    outbox: Outbox,
    precheck: Precheck,
    wording: Mapping[str, PublicWording],
) -> FeedbackDesk:
    """Return the feedback side of a desk. The home's signing key is made on first use."""
    engine, chosen = ledger.engine, settings.feedback
    recovery = RecoveryRule(satisfaction=chosen.recover_at_satisfaction, recommend=chosen.recover_at_recommend)
    answers = FeedbackLedger(engine, recovery=recovery, least=chosen.least_answers)
    links = FeedbackLinks(
        answers,
        clock,
        key=feedback_key(home),
        base_url=settings.public.base_url,
        valid=timedelta(days=chosen.link_days),
        thread_valid=timedelta(days=chosen.thread_link_days),
    )
    actions = ActionLedger(engine)
    return FeedbackDesk(
        links=links,
        forms=FeedbackForms(links, answers, clock, review_links=review_links(settings.invitations.review_links)),
        answers=answers,
        actions=actions,
        taps=TapLedger(engine),
        improve=Improvements(
            ledger,
            actions,
            leave,
            shadow,
            StandingLedger(engine),
            outbox,
            precheck,
            clock,
            wording=wording,
            signature=settings.outbox.signature,
        ),
    )


def review_links(sites: Iterable[ReviewSite]) -> tuple[ReviewLink, ...]:
    """Return the review sites of the settings with a name for our own address, in their order; of two that sound alike, numbered."""
    made: list[ReviewLink] = []
    for site in sites:
        slug = _NOT_IN_A_SLUG.sub("-", site.name.casefold()).strip("-") or "site"
        taken = sum(1 for one in made if one.slug.rstrip("0123456789") in (slug, f"{slug}-"))
        made.append(ReviewLink(slug=f"{slug}-{taken + 1}" if taken else slug, name=site.name, url=site.url))
    return tuple(made)
