"""One interaction that was let in: who asks what, with the parts that this person sees and the words of their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from listener.digest.choice import link_only
from listener.errors import ActionError
from listener.model.figures import DigestFigures, IssueFigures
from listener.text.shorten import shorten
from moderation.bot.asked import Asked
from moderation.bot.buttons import Buttons, link
from moderation.bot.cards import harmless, quote
from moderation.inbox.fields import number_of
from moderation.inbox.page_records import ShownMention
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import Brands
from moderation.inbox.wording import Wording
from moderation.ledger.bot_presses import PressLedger
from moderation.model.action import Action
from moderation.model.delivery import Picture
from moderation.model.discord_user import Forgotten, KeptOfUser
from moderation.model.person import Person, Right
from moderation.public.parts import PrivacyFacts
from moderation.workflows.load_wording import load_page_words, load_words

TrendPicture = Callable[[IssueFigures, str], Picture | None]
DigestPicture = Callable[[DigestFigures, str], Picture | None]


@cache
def bot_words(language: str) -> Wording:
    """Return what the bot says: the words of the pages, which show the same things, and its own."""
    return Wording(language, load_page_words(language) | load_words(language, "bot"))


def no_picture(_figures: object, _language: str) -> None:
    """Return no picture."""
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class BotParts:
    """What the bot's answers are made of. Every callable may block.

    `figures(brands, from, until)`: those of a digest, as far as these brands go. `newest(brands, brand, skip, most)`: messages about a
    brand, newest first, under pseudonyms. `kept(user id)`, `forget(user id)`, `object(user id)`: what we have of whoever uses Discord, and
    what they may want of it. `privacy`: what we tell everybody about that; `privacy_page`: the address of that page, "" without one.
    `effect(action, brands, language)`: how much people wrote before and after an action, in words.
    `sees_texts`: whether messages in Discord can be read, which its message-content intent decides. `trend` and `chart` draw.
    """

    staff: StaffParts
    presses: PressLedger
    person_of: Callable[[str], Person | None]
    figures: Callable[[Brands, datetime, datetime], DigestFigures]
    newest: Callable[[Brands, str, int, int], Sequence[ShownMention]]
    brands: tuple[str, ...]
    kept: Callable[[str], KeptOfUser]
    forget: Callable[[str], Forgotten]
    object: Callable[[str], Forgotten]
    privacy: PrivacyFacts
    privacy_page: str
    digest_hour: int
    templates: Callable[[str], Mapping[str, str]]
    sees_texts: Callable[[], bool]
    effect: Callable[[Action, Brands, str], str]
    trend: TrendPicture = no_picture
    chart: DigestPicture = no_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`given` are options, what a press is about and what was typed, by name. `parts` show what this person may see."""

    asked: Asked
    person: Person
    parts: StaffParts
    bot: BotParts
    words: Wording
    given: Mapping[str, str]
    buttons: Buttons = field(default_factory=Buttons)

    @property
    def who(self) -> str:
        """Return the name that acts and the audit log carry."""
        return self.person.name

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def zone(self) -> ZoneInfo:
        return self.parts.zone

    def now(self) -> datetime:
        """Return this moment."""
        return self.parts.clock.now()

    def may(self, right: Right) -> bool:
        """Tell whether a button is worth showing; the press asks again."""
        return self.person.may(right)

    def number(self, name: str) -> int:
        """Return a number that must be there. Raises `ActionError` when it is none."""
        found = number_of(self.given.get(name, ""))
        if found is None:
            raise ActionError("This names no number; choose one from the list that appears while you type.", key="bot_number")
        return found

    def page(self, path: str, label: str = "") -> dict[str, Any] | None:
        """Return a button that opens a page, where the pages have an address that works from elsewhere."""
        base = self.parts.base_url.rstrip("/")
        return link(label or self.words.text("bot.open_page"), f"{base}{path}") if base.startswith("https://") else None

    def moment(self, at: datetime) -> str:
        """Write a moment as short as it stays clear."""
        return self.words.moment(at, self.now(), self.zone)

    def said_by(self, one: ShownMention, title: str = "") -> str:
        """Return a message as one line of an embed; of X only where it is (RULES: quotes), of private ones only that they are there."""
        byline = (
            f"{harmless(one.author or self.words.text('mention.nobody'), 60)} · {self.where(one.platform)} · {self.moment(one.posted_at)}"
        )
        if one.hidden:
            return quote("", f"{self.words.text('mention.private_hidden')} · {self.where(one.platform)} · {self.moment(one.posted_at)}")
        if one.kept_no_longer:
            return quote("", f"{self.words.text('mention.kept_no_longer')} · {self.where(one.platform)} · {self.moment(one.posted_at)}")
        if link_only(one.platform):
            return quote("", f"{self.words.text('mention.x_only', title=harmless(title, 100))} · {byline}", url=one.url)
        return quote(shorten(one.text, 2_000), byline, url=one.url, language=one.language)

    def where(self, platform: str) -> str:
        """Return a platform's name."""
        return harmless(self.words.named("platform", platform), 40)
