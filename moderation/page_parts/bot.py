"""What the Discord bot is fed with: the parts of the pages, and what it alone asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from listener.model.figures import IssueFigures
from listener.settings.wording import templates
from listener.text.pseudonym import pseudonym
from moderation.bot.call import BotParts, bot_words
from moderation.bot.cards import plain
from moderation.charts.look import NARROW, Look
from moderation.charts.trend import trend
from moderation.inbox.page_records import ShownMention
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import Brands
from moderation.inbox.shown import shown_mention
from moderation.ledger.bot_presses import PressLedger
from moderation.ledger.brand_mentions import BrandMentionLedger
from moderation.model.action import Action
from moderation.model.chart import Series
from moderation.model.delivery import Picture
from moderation.model.person import Person
from moderation.page_parts.public import privacy_facts
from moderation.page_parts.scope import about, figures_seen
from moderation.page_parts.words import words_for
from moderation.parts import Answering
from moderation.workflows.picture_digest import PictureDigest

logger = logging.getLogger(__name__)

MOST_ALT = 1_000
"""Discord takes a little more of words for a picture."""
EFFECT_DAYS = 28
"""How long before an action was done contacts are counted, and at most how long after."""


def bot_parts(
    parts: Answering, staff: StaffParts, person_of: Callable[[str], Person | None], *, sees_texts: Callable[[], bool]
) -> BotParts:
    """Return the bot's parts over an open home. `person_of` finds a colleague by their number at Discord."""
    listening = parts.listening
    engine, settings, public = listening.ledger.engine, listening.settings, parts.desk.settings.public.base_url
    newest, own = BrandMentionLedger(engine), parts.subjects.forget_me
    pictured = PictureDigest(parts.draw, settings.zone)

    def of_brand(brands: Brands, brand: str, skip: int, most: int) -> Sequence[ShownMention]:
        if brands is not None and brand not in brands:
            return ()
        ids = newest.newest(brand, skip=skip, most=most)
        stored = {one.mention_id: one for one in listening.ledger.mentions.by_ids(ids)}
        spoken, key = listening.ledger.analyses.languages(ids), listening.pseudonym_key
        found = [stored[one] for one in ids if one in stored]
        named = [(one, one.mention.author.key if one.mention.author else f"mention/{one.mention_id}") for one in found]
        return [
            shown_mention(one, author=pseudonym(who, key=key), language=spoken.get(one.mention_id, ""), hide=one.private)
            for one, who in named
        ]

    return BotParts(
        staff=staff,
        presses=PressLedger(engine),
        person_of=person_of,
        figures=partial(figures_seen, listening),
        newest=of_brand,
        brands=tuple(one.name for one in settings.brands),
        kept=own.kept,
        forget=own.forget,
        object=own.object,
        privacy=privacy_facts(parts),
        privacy_page=f"{public.rstrip('/')}/privacy" if public else "",
        digest_hour=settings.digest.hour,
        templates=templates,
        sees_texts=sees_texts,
        effect=lambda action, brands, language: effect_of(parts, action, brands, language),
        trend=lambda figures, language: trend_of(parts, figures, language),
        chart=lambda figures, language: _first(pictured(figures, language)),
    )


def trend_of(parts: Answering, figures: IssueFigures, language: str) -> Picture | None:
    """Return how often people wrote about an issue, as a picture with its words; None when it cannot be drawn."""
    listening = parts.listening
    look = Look(language=language, words=words_for(language, "charts"), zone=listening.settings.zone, width=NARROW)
    chart = trend(Series(title=figures.title, counts=figures.trend, ends_at=listening.clock.now(), bucket_hours=figures.bucket_hours), look)
    if chart.nothing:
        return None
    try:
        return Picture(name="trend.png", png=parts.draw.png(chart), alt=plain(chart.alt, MOST_ALT))
    except Exception:  # a picture is extra: whatever goes wrong with it costs the picture alone
        logger.exception("an answer goes without its picture")
        return None


def _first(pictures: Sequence[Picture]) -> Picture | None:
    return replace(pictures[0], alt=plain(pictures[0].alt, MOST_ALT)) if pictures else None


def effect_of(parts: Answering, action: Action, brands: Brands, language: str) -> str:
    """Return how many messages an issue had on so many days before an action was done, and on as many since: counts, not a cause."""
    words, listening = bot_words(language), parts.listening
    if action.closed_at is None:
        return words.text("bot.effect_open")
    scoped = listening if brands is None else about(listening, brands)
    done = datetime.combine(action.closed_at.astimezone(listening.settings.zone).date(), time(), tzinfo=listening.settings.zone)
    days = max(1, min(EFFECT_DAYS, (listening.clock.now() - done).days))
    counted = [
        sum(one.mentions for one in scoped.insight.hours(action.issue_id, from_at, from_at + timedelta(days=days)))
        for from_at in (done - timedelta(days=days), done)
    ]
    return words.text("bot.effect", days=days, before=words.number(counted[0]), after=words.number(counted[1]))
