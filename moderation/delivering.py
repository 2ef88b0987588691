"""Deliveries put together over an open home: what finds and sends them, and the house that they ask."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial

from listener.errors import SettingsError
from listener.parts import Listening
from listener.settings.secrets import Secrets, channel_secret_names
from listener.settings.wording import templates
from listener.workflows.check_keys import WEBHOOK_NAME
from moderation.delivery.channels import BotSend, ChannelCarrier
from moderation.delivery.mail import MailCarrier, MailHouse
from moderation.delivery_desk import DeliveryDesk
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.object_brands import ObjectBrandLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.week_reports import WeekReportLedger
from moderation.messages.told import Speech
from moderation.model.delivery import Attached, Subscription, Way
from moderation.model.mail_address import is_address
from moderation.model.object_kind import ObjectKind
from moderation.page_parts.scope import about, figures_seen
from moderation.policy.loudness import CrisisRule
from moderation.reports.document_links import Links
from moderation.reports.week_paper import paper_of
from moderation.settings import KlankbordSettings
from moderation.settings_delivery import OLD_WEBHOOK
from moderation.week_room import WeekRoom
from moderation.workflows.check_delivery import MAIL_PASSWORD
from moderation.workflows.deliver import Deliver, Stop
from moderation.workflows.delivery_ports import Brands, House, WeekMade, WeekTold
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.draw_report import drawn_for_message, drawn_for_paper
from moderation.workflows.load_wording import load_words
from moderation.workflows.picture_digest import PictureDigest
from moderation.workflows.stop_links import StopLinks
from moderation.workflows.typeset import typeset
from moderation.workflows.word_deliveries import WordDeliveries

WORDS = "delivery"
PROMISES_LOOK_BACK = timedelta(days=2)


def delivering_over(
    listening: Listening, settings: KlankbordSettings, desk: DeliveryDesk, draw: DrawCharts, *, bot: BotSend | None = None
) -> Deliver:
    """Return what sends over an open home. Only the holder of the home's lock has it. `bot` writes in Discord's channels; None without."""
    engine, clock = listening.ledger.engine, listening.clock
    secrets = Secrets(listening.home)
    house = house_of(listening, settings, desk, draw)
    channels = ChannelCarrier(settings.delivery.channel, lambda name: channel_secrets(secrets, name), clock, bot=bot)
    mail = MailCarrier(mail_house(settings), lambda: _secret(secrets, MAIL_PASSWORD), clock)
    desk.subscribe.keep_house(discord_webhook=settings.delivery.discord_webhook)
    marked = listening.ledger.meta.keep_first("delivery_key", randomness.token_hex(8))
    return Deliver(
        house,
        desk.subscriptions,
        desk.deliveries,
        AlarmLedger(engine),
        {Way.MAIL: mail, Way.CHANNEL: channels},
        clock,
        word=WordDeliveries(house, lambda delivery_id: f"{marked}-{delivery_id}"),
        stop_of=lambda subscription: stop_of(subscription, desk.links, house, settings.public.contact),
    )


def house_of(listening: Listening, settings: KlankbordSettings, desk: DeliveryDesk, draw: DrawCharts) -> House:
    """Return the rest of the house as deliveries ask it."""
    ledger = listening.ledger
    status, objects = StatusLedger(ledger.engine), ObjectBrandLedger(ledger.engine)
    reports = WeekReportLedger(ledger.engine)

    def issue_brands(issue_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
        found = objects.brands_of_many(ObjectKind.ISSUE, issue_ids)
        return {issue_id: frozenset(brands) for issue_id, brands in found.items()}

    def weeks() -> Sequence[WeekMade]:
        made = sorted(reports.made(), key=lambda one: one.period, reverse=True)
        return [WeekMade(name=one.period, from_at=one.from_at, as_of=one.to_at, made_at=one.made_at) for one in made]

    @cache
    def speech(language: str) -> Speech:
        return Speech(
            language=language,
            words=load_words(language, WORDS),
            templates=templates(language),
            zone=settings.zone,
            brand=listening.brand_name,
            base_url=settings.web.base_url,
            invented=listening.invented,
        )

    return House(
        zone=settings.zone,
        digest_hour=settings.digest.hour,
        promise_minutes=settings.status.promise_minutes,
        crisis=CrisisRule(people=settings.delivery.crisis_people, hours=settings.delivery.crisis_hours),
        most_per_hour=settings.delivery.most_per_hour,
        figures=partial(figures_seen, listening),
        signals=lambda since: ledger.issues.signals(since=since),
        titles=ledger.issues.titles,
        issue_brands=issue_brands,
        silenced=lambda: frozenset(one.issue_id for one in ledger.issues.all() if one.muted or one.resolved_at is not None),
        promises=lambda: status.promises(since=listening.clock.now() - PROMISES_LOOK_BACK),
        weeks=weeks,
        account=desk.account,
        speech=speech,
        report=_reports(listening, settings, draw),
        pictures=PictureDigest(draw, settings.zone),
    )


def _reports(listening: Listening, settings: KlankbordSettings, draw: DrawCharts) -> Callable[[str, str, Brands], WeekTold | None]:
    """Return what tells a week's report: kept for the whole house, counted anew for who sees less."""
    room = WeekRoom(listening, lambda brands: about(listening, brands))

    def told(week: str, language: str, brands: Brands) -> WeekTold | None:
        document = room.document(week, language, brands)
        if document is None:
            return None
        paper = paper_of(document, Links(settings.web.base_url), drawn_for_paper(document, draw))
        file = Attached(name=f"{week}.pdf", kind="application/pdf", content=typeset(paper, made_at=document.made_at))
        return WeekTold(document=document, file=file, pictures=drawn_for_message(document, draw))

    return told


def stop_of(subscription: Subscription, links: StopLinks, house: House, contact: str) -> Stop:
    """Return how an e-mail is stopped: by a link where there is a public address, else by an e-mail to us, else on one's own page."""
    speech = house.speech(subscription.wants.language)
    if url := links.url(subscription):
        return Stop(text=speech.text("stop"), url=url)
    if is_address(contact):
        return Stop(text=speech.text("stop.by_mail", contact=contact), mail=contact)
    return Stop(text=speech.text("stop.no_address"))


def channel_secrets(secrets: Secrets, name: str) -> tuple[str, str]:
    """Return a channel's address and its signing secret; "" for what is not set. They are read anew each time."""
    if name == OLD_WEBHOOK:
        return _secret(secrets, WEBHOOK_NAME), ""
    address, secret = channel_secret_names(name)
    return _secret(secrets, address), _secret(secrets, secret)


def _secret(secrets: Secrets, name: str) -> str:
    """Return a secret; "" also when the file of secrets cannot be used, of which `doctor` says why."""
    try:
        return str(secrets.get(name) or "")
    except SettingsError:
        return ""


def mail_house(settings: KlankbordSettings) -> MailHouse:
    """Return where e-mails leave from, as the settings say."""
    mail = settings.mail
    return MailHouse(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        sender=mail.sender,
        sender_name=mail.sender_name,
        username=mail.username,
        timeout_seconds=mail.timeout_seconds,
    )
