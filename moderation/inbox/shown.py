"""What the listening half found, in the form the staff pages show it."""

from __future__ import annotations

from datetime import timedelta

from listener.model.figures import DigestFigures
from listener.model.mention import StoredMention
from listener.parts import Listening
from listener.workflows.gather_figures import issue_detail, learning_day, list_issues
from listener.workflows.rebuild_insight import catch_up
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.page_records import IssueDetail, IssuesNow, ShownMention


def issues_now(parts: Listening, *, period_days: int = USUAL_DAYS) -> IssuesNow:
    """Return all issues at this moment, with the figures of the last `period_days`."""
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    now = parts.clock.now()
    found = list_issues(parts.ledger, parts.insight, as_of=now, period_days=period_days, zone=parts.settings.zone)
    day = learning_day(parts.insight.first_posted(now), now, parts.settings.detection.baseline_days)
    return IssuesNow(as_of=now, issues=tuple(found), learning_day=day)


def issue_now(parts: Listening, issue_id: int, offset: int, limit: int, *, every: IssuesNow | None = None) -> IssueDetail | None:
    """Return one issue with a page of its different texts, newest first, under pseudonyms; None when there is none.

    `every`: all issues as they were counted a moment ago, for whoever has them.
    """
    now = parts.clock.now()
    found = issue_detail(
        parts.ledger,
        parts.insight,
        issue_id,
        as_of=now,
        zone=parts.settings.zone,
        pseudonym_key=parts.pseudonym_key,
        period_days=USUAL_DAYS,
        skip=offset,
        most=limit,
        every=None if every is None else every.issues,
    )
    if found is None:
        return None
    stored = {one.mention_id: one for one in parts.ledger.mentions.by_ids([quote.mention_id for quote in found.mentions])}
    shown = tuple(
        shown_mention(
            stored[quote.mention_id], author=quote.author, language=quote.language, copies=copies, hide=stored[quote.mention_id].private
        )
        for quote, copies in zip(found.mentions, found.copies, strict=True)
        if quote.mention_id in stored
    )
    return IssueDetail(as_of=now, figures=found.figures, mentions=shown, mention_count=found.cards, signals=found.signals)


def shown_mention(
    stored: StoredMention, *, author: str, language: str = "", copies: int = 0, by_us: bool = False, hide: bool = False
) -> ShownMention:
    """Return a message as pages show it. `hide`: without its words and its writer, which are for those who answer it (its case)."""
    mention = stored.mention
    return ShownMention(
        mention_id=stored.mention_id,
        platform=mention.platform,
        realm=mention.realm,
        author="" if hide else author,
        text="" if hide else mention.text,
        posted_at=mention.posted_at,
        title="" if hide else mention.title,
        url="" if hide else mention.url,
        language=language,
        channel=mention.channel,
        directed=any(hit.directed for hit in stored.hits),
        copies=copies,
        edited=stored.revision > 0,
        by_us=by_us,
        private=stored.private,
        kept_no_longer=mention.kept_no_longer,
        hidden=hide,
        unproven=mention.unproven,
    )


def named(stored: StoredMention) -> str:
    """Return the name to show on a case page, where the agent speaks with this person; empty when the platform named nobody."""
    author = stored.mention.author
    return (author.name or author.native_id) if author else ""


def digest_figures(parts: Listening, *, hours: float = 24.0) -> DigestFigures:
    """Return the figures of the last `hours`."""
    now = parts.clock.now()
    return parts.figures(now - timedelta(hours=hours), now)
