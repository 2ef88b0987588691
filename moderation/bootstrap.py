"""The one place where both halves are put together, and closed in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from listener.bootstrap import listening, new_reader, reading
from listener.bootstrap_sources import secrets_of
from listener.errors import SettingsError
from listener.ledger.ledger import Ledger
from listener.ledger.lock import home_lock
from listener.model.figures import DigestFigures
from listener.parts import Listening, pseudonym_key
from listener.ports import Clock, Embedder
from listener.settings.home import SETTINGS_NAME, prepare_home
from listener.settings.wording import templates
from listener.sources.discord_connection import DiscordConnection
from listener.workflows.rebuild_insight import catch_up
from moderation.bot.channels import Channels
from moderation.bot.delivering import BotDelivery
from moderation.bot.digest_rows import digest_rows
from moderation.delivering import delivering_over
from moderation.desk import desk_over
from moderation.drawing.process import DrawingProcess
from moderation.ledger.bot import BotLedger
from moderation.ledger.bot_presses import PressLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.post import ConnectedAccount
from moderation.outbox.connect import connect
from moderation.outbox.connections import Connections, Planned, known_accounts, remembered
from moderation.outbox.write_side import write_side
from moderation.parts import Answering, Desk, Sending
from moderation.policy.house import whole_house
from moderation.ports import Publisher
from moderation.publishers.registry import Opening, open_publisher
from moderation.publishers.simulated import SimulatedPlatform, SimulatedPublisher
from moderation.publishers.twins import twin_of
from moderation.settings import AccountSettings, KlankbordSettings
from moderation.subject_desk import subject_desk
from moderation.telling import telling
from moderation.workflows.check_bot import BOT_SECRET
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.load_wording import load_policy, load_public_wording, template_versions
from moderation.workflows.tell_when_due import TellWhenDue


@contextmanager
def answering_on(home: Path, settings: KlankbordSettings, clock: Clock, *, embedder: Embedder | None = None) -> Iterator[Answering]:
    """Open everything on `home`, holding its lock. Raises `StoreLocked` when another process has it.

    `embedder` replaces the sentence model (tests).
    """
    with listening(home, settings, clock=clock, embedder=embedder) as parts:
        sending = _sending(home, settings, parts.ledger, clock)
        both = replace(parts, further=telling(sending.desk))
        with closing(DrawingProcess()) as process:
            draw, discord = DrawCharts(process), _discord(home, settings, parts.ledger, clock)
            bot = _bot_delivery(parts.ledger, settings, discord, clock) if discord is not None else None
            reader = cache(lambda: new_reader(settings))
            yield Answering(
                listening=both,
                sending=sending,
                tell=_tell(both, settings),
                deliver=delivering_over(both, settings, sending.desk.delivery, draw, bot=bot),
                draw=draw,
                subjects=subject_desk(home, parts.ledger, clock, zone=settings.zone, reader=reader),
                reader=reader,
                discord=discord,
            )


@contextmanager
def desk_on(home: Path, settings: KlankbordSettings, clock: Clock) -> Iterator[Desk]:
    """Open only what people decide with: beside whatever else runs on `home`."""
    with reading(home) as ledger:
        everywhere = [account for account, _ in _everywhere(home, settings, clock)]
        accounts = known_accounts(_planned(home, settings, clock), ledger.meta, everywhere=everywhere)
        yield desk_over(home, settings, ledger, clock, accounts)


@contextmanager
def sending_on(home: Path, settings: KlankbordSettings, clock: Clock) -> Iterator[Sending]:
    """Open the desk and the gateway, holding the home's lock, without sentence model or insight. Raises `StoreLocked`."""
    prepare_home(home)
    with home_lock(home), reading(home) as ledger:
        yield _sending(home, settings, ledger, clock)


@contextmanager
def accounts_on(home: Path, settings: KlankbordSettings, clock: Clock) -> Iterator[Connections]:
    """Open only the accounts that post, to ask who they are; the caller closes them. Works beside a running service; sends nothing."""
    with reading(home) as ledger:
        yield Connections(_planned(home, settings, clock), ledger.meta)


def accounts_known(home: Path, settings: KlankbordSettings, clock: Clock) -> list[tuple[AccountSettings, ConnectedAccount | None]]:
    """Return the accounts of the settings with what their platform last said; no key is read and nobody is asked."""
    with reading(home) as ledger:
        known = [remembered(one, ledger.meta) for one in _planned(home, settings, clock)]
    return list(zip(settings.outbox.accounts, known, strict=True))


def _discord(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock) -> DiscordConnection | None:
    """Return the home's one connection to Discord, not yet opened; its token is read each time it is needed."""
    if not settings.bot.enabled:
        return None
    secrets = secrets_of(home)
    return DiscordConnection(lambda: secrets.get(BOT_SECRET), clock, tell=BotLedger(ledger.engine).keep_standing)


def _bot_delivery(ledger: Ledger, settings: KlankbordSettings, discord: DiscordConnection, clock: Clock) -> BotDelivery:
    """Return what puts digests into our team's channels, with buttons that work as long as the message stands."""
    rows = digest_rows(PressLedger(ledger.engine), lambda: pseudonym_key(ledger), clock)
    return BotDelivery(Channels(discord, guilds=frozenset(settings.bot.guilds)), rows=rows)


def _far_side(home: Path, clock: Clock) -> SimulatedPlatform:
    return SimulatedPlatform(home / "simulated-platform.jsonl", clock)


def _everywhere(home: Path, settings: KlankbordSettings, clock: Clock) -> list[tuple[ConnectedAccount, Publisher]]:
    """Return the simulated account that serves every platform without an account of its own."""
    platform, _, name = settings.outbox.account.partition(":")
    if platform != "simulated" or not name:
        raise SettingsError(
            f"{home / SETTINGS_NAME}: outbox.account: write 'simulated:NAME', which posts nowhere; real accounts go under outbox.accounts."
        )
    publisher = SimulatedPublisher(_far_side(home, clock), name)
    return [(asyncio.run(connect(publisher)), publisher)]


def _planned(home: Path, settings: KlankbordSettings, clock: Clock) -> list[Planned]:
    """Return the accounts that the settings name. A live one reads its keys when it is opened, which only the write gateway does."""
    secrets = secrets_of(home)

    def plan(account: AccountSettings) -> Planned:
        if account.live:
            opening = Opening(account=account, http=settings.http, clock=clock, secrets=secrets)
            opened: Callable[[], Publisher] = partial(open_publisher, opening)
            return Planned(label=account.label, platform=account.platform, open=opened, realms=account.realms, live=True)
        twin = twin_of(account.platform, _far_side(home, clock), account.name)
        known = asyncio.run(connect(twin, serves=(account.platform,), realms=account.realms))
        return Planned(label=account.label, platform=account.platform, open=lambda: twin, realms=account.realms, known=known)

    return [plan(account) for account in settings.outbox.accounts]


def _sending(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock) -> Sending:
    connections = Connections(_planned(home, settings, clock), ledger.meta, everywhere=_everywhere(home, settings, clock))
    publishers = connections.publishers
    versions = template_versions(load_public_wording())
    entries, policy, house = OutboxLedger(ledger.engine), load_policy(), whole_house(settings)
    write = write_side(home, ledger, entries, publishers, policy, house, clock, versions=versions)
    return Sending(
        desk=desk_over(home, settings, ledger, clock, connections.accounts),
        gateway=write.gateway,
        reconciler=write.reconciler,
        watch=write.watch,
        connections=connections,
    )


def _tell(parts: Listening, settings: KlankbordSettings) -> TellWhenDue:
    def figures(from_at: datetime, as_of: datetime) -> DigestFigures:
        catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
        return parts.figures(from_at, as_of)

    return TellWhenDue(
        parts.ledger,
        figures,
        clock=parts.clock,
        zone=settings.zone,
        language=settings.digest.language,
        digest_hour=settings.digest.hour,
        templates=templates(settings.digest.language),
    )
