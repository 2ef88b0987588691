"""Check what lets Klankbord in and out: secrets, sources, the webhook and the public address. By form only, nothing is contacted."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from listener.errors import ProductError, SettingsError
from listener.model.health import Finding
from listener.ports import Clock
from listener.settings.schema import ListenerSettings, SourceSettings
from listener.settings.secrets import Secrets, account_secret_names, nearest_name
from listener.sources.addresses import checked_url
from listener.sources.context import SourceContext
from listener.sources.extras import NEEDED as EXTRA_OF_KIND
from listener.sources.extras import missing_for
from listener.sources.http import HttpClient
from listener.sources.registry import build_source

REDDIT_KINDS = ("reddit", "reddit_modqueue")
NEEDED_KEYS = {
    "reddit": ("KLANKBORD_REDDIT_CLIENT_ID", "KLANKBORD_REDDIT_CLIENT_SECRET"),
    "reddit_modqueue": ("KLANKBORD_REDDIT_MOD_CLIENT_ID", "KLANKBORD_REDDIT_MOD_CLIENT_SECRET"),
}
NEEDED_OF_SOURCE = {
    "bluesky": ("BLUESKY", "READ_APP_PASSWORD"),
    "discourse_webhook": ("DISCOURSE", "WEBHOOK_SECRET"),
    "imap": ("IMAP", "PASSWORD"),
    "matrix": ("MATRIX", "READ_TOKEN"),
    "meta": ("META", "APP_SECRET"),
    "meta_graph": ("META", "ACCESS_TOKEN"),
    "webhook": ("WEBHOOK", "INCOMING"),
    "x": ("X", "READ_BEARER_TOKEN"),
    "youtube": ("YOUTUBE", "READ_API_KEY"),
}
"""Keys that a kind of source cannot do without, by platform and kind: one for all its sources, or one of its own."""
WEBHOOK = re.compile(r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+")
WEBHOOK_NAME = "KLANKBORD_DISCORD_WEBHOOK"
TEAM_BOT = "KLANKBORD_DISCORD_BOT_TOKEN"
REDDIT_APPROVAL = "https://support.reddithelp.com/hc/en-us/requests/new"


def check_secrets(secrets: Secrets) -> Iterator[Finding]:
    """Tell whether the secrets file is private, whole, and has no names that nobody asks for."""
    try:
        for name in secrets.unknown_names():
            near = nearest_name(name)
            mend = f"write {near} instead" if near != name else f"take it out of {secrets.file}"
            yield Finding(level="warn", what="secrets", detail=f"{name} in {secrets.file} is a name that nothing asks for", mend=mend)
    except SettingsError as error:
        yield Finding(level="fail", what="secrets", detail=str(error), mend=_command_in(str(error), f"edit {secrets.file}"))


def _command_in(text: str, otherwise: str) -> str:
    return text.partition("; run: ")[2] or otherwise


def check_sources(settings: ListenerSettings, secrets: Secrets, clock: Clock, *, file: Path) -> Iterator[Finding]:
    """Tell for each source whether it can be built and has its keys."""
    if getattr(settings, "invented", False):
        yield Finding(
            level="ok", what="sources", detail="this home holds the invented scenario of `klankbord demo`; its sources are played"
        )
        return
    if not settings.sources:
        yield Finding(level="warn", what="sources", detail="no source to listen to", mend=f"add one under 'sources' in {file}")
    for source in settings.sources:
        wrong = list(_check_source(source, settings, secrets, clock, file=file))
        yield from wrong or [
            Finding(level="ok", what=f"source {source.id}", detail=f"{source.kind}{'' if source.enabled else ', switched off'}")
        ]


def _check_source(source: SourceSettings, settings: ListenerSettings, secrets: Secrets, clock: Clock, *, file: Path) -> Iterator[Finding]:
    what = f"source {source.id}"
    of_source = NEEDED_OF_SOURCE.get(source.kind)
    own, shared = account_secret_names(of_source[0], source.id, of_source[1]) if of_source else ("", "")
    for name in (*NEEDED_KEYS.get(source.kind, ()), *((shared,) if shared and _secret(secrets, own) is None else ())):
        if _secret(secrets, name) is None:
            yield Finding(
                level="fail", what=what, detail=f"{name} is not set", mend=f"echo '{name}=…' >> {secrets.file}; chmod 600 {secrets.file}"
            )
    yield from _check_more_keys(source, secrets, what)
    if why := missing_for(source.kind):
        yield Finding(level="fail", what=what, detail=why, mend=f"pip install 'klankbord[{EXTRA_OF_KIND[source.kind]}]'")
    if source.kind in REDDIT_KINDS and not source.approval_reference:
        yield Finding(
            level="fail",
            what=what,
            detail="Reddit allows API access only after approval, and no reference of it is set: the source stays off",
            mend=f"ask for it at {REDDIT_APPROVAL}, then set approval_reference in {file}",
        )
    if source.kind in REDDIT_KINDS and not source.user_agent_name:
        detail = "user_agent_name is not set; Reddit wants to know in every request who asks"
        yield Finding(level="fail", what=what, detail=detail, mend=f"set user_agent_name to your Reddit account in {file}")
    if source.kind == "bluesky" and not source.account:
        detail = "account is not set; Bluesky answers no searches without one"
        yield Finding(level="fail", what=what, detail=detail, mend=f"set account to the name of yours in {file}")
    try:
        asyncio.run(_build_and_close(source, settings, secrets, clock))
    except ProductError as error:
        yield Finding(level="fail", what=what, detail=str(error), mend=f"edit {file}")


def _check_more_keys(source: SourceSettings, secrets: Secrets, what: str) -> Iterator[Finding]:
    """Tell of keys that a source needs for a part of what it does, or may have from elsewhere."""

    def is_set(*names: str) -> bool:
        return any(_secret(secrets, name) is not None for name in names)

    def told(level: Literal["warn", "fail"], name: str, why: str) -> Finding:
        mend = f"echo '{name}=…' >> {secrets.file}; chmod 600 {secrets.file}"
        return Finding(level=level, what=what, detail=f"{name} is not set: {why}", mend=mend)

    if source.kind == "meta" and not is_set(*account_secret_names("META", source.id, "VERIFY_TOKEN")):
        yield told("warn", "KLANKBORD_META_VERIFY_TOKEN", "Meta asks for these words of yours when you enter our address there")
    if source.kind == "discord" and not is_set(*account_secret_names("DISCORD", source.id, "READ_BOT_TOKEN"), TEAM_BOT):
        yield told("fail", "KLANKBORD_DISCORD_READ_BOT_TOKEN", f"a bot reads; {TEAM_BOT}, your team's own, will do")
    if source.kind == "mastodon" and not is_set(*account_secret_names("MASTODON", source.id, "READ_TOKEN")):
        level: Literal["warn", "fail"] = "fail" if source.mentions == "only" else "warn"
        yield told(level, "KLANKBORD_MASTODON_READ_TOKEN", "mentions and searches need it, hashtags on most servers do not")
    reads_as_somebody = source.kind == "discourse" and (source.private_messages or source.account)
    if reads_as_somebody and not is_set(*account_secret_names("DISCOURSE", source.id, "READ_API_KEY")):
        yield told("fail", "KLANKBORD_DISCOURSE_READ_API_KEY", "private messages are read with the key of the user in account")


async def _build_and_close(source: SourceSettings, settings: ListenerSettings, secrets: Secrets, clock: Clock) -> None:
    http = HttpClient(settings.http)
    context = SourceContext(http=http, clock=clock, secrets=lambda name: _secret(secrets, name), brands=settings.brands)
    try:
        await build_source(source, context=context).aclose()
    finally:
        await http.aclose()


def _secret(secrets: Secrets, name: str) -> str | None:
    """Return a secret; one in a broken file counts as missing here, as `check_secrets` speaks of the file."""
    try:
        return secrets.get(name)
    except SettingsError:
        return None


def _part(settings: ListenerSettings, section: str, key: str) -> Any:
    """Return a setting of the answering half, when that half is there."""
    return getattr(getattr(settings, section, None), key, None)


def check_public_address(settings: ListenerSettings, *, file: Path) -> Iterator[Finding]:
    """Tell whether the address that customers would see can be one."""
    address = _part(settings, "public", "base_url")
    if address is None:
        return
    if not address:
        detail = "public.base_url is not set: whatever needs a public link is refused, the rest works"
        yield Finding(level="warn", what="public address", detail=detail, mend=f"set public.base_url in {file} once pages are reachable")
        return
    wrong = _wrong_with(address)
    if wrong:
        mend = f"set public.base_url in {file} to an address such as https://klankbord.example.nl"
        yield Finding(level="fail", what="public address", detail=f"{address}: {wrong}", mend=mend)
    else:
        yield Finding(level="ok", what="public address", detail=address)


def check_staff_address(settings: ListenerSettings, *, file: Path) -> Iterator[Finding]:
    """Tell where colleagues reach the staff pages, when that is not this machine only; signing in elsewhere comes back there."""
    address, elsewhere = _part(settings, "web", "base_url"), getattr(_part(settings, "web", "oidc"), "issuer", "")
    if address:
        yield Finding(level="ok", what="staff address", detail=address)
    elif elsewhere:
        detail = "web.base_url is not set: whoever signs in elsewhere comes back to this machine only"
        yield Finding(level="warn", what="staff address", detail=detail, mend=f"set web.base_url in {file} to where your proxy serves them")


def _wrong_with(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "this is no address"
    if parts.scheme != "https" or not host:
        return "it has to start with https://"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "it may not hold a user, a question mark or a #"
    try:
        inside = not ipaddress.ip_address(host).is_global
    except ValueError:
        inside = "." not in host or host.endswith((".local", ".internal", ".localhost", ".test", ".invalid"))
    return "customers cannot reach this host" if inside else ""


def check_rephrase(settings: ListenerSettings, secrets: Secrets, *, file: Path) -> Iterator[Finding]:
    """Tell whether the optional language model can be asked; nothing when it is off."""
    asked = settings.rephrase
    if not asked.url:
        return
    try:
        checked_url(asked.url, allow_http=True, allow_private=True)
    except ProductError as error:
        yield Finding(level="fail", what="rephrase", detail=str(error), mend=f"set rephrase.url in {file}")
        return
    if not asked.model:
        yield Finding(level="fail", what="rephrase", detail="rephrase.url is set, but no model", mend=f"set rephrase.model in {file}")
        return
    key = "with a key" if _secret(secrets, "KLANKBORD_REPHRASE_KEY") else "without a key (KLANKBORD_REPHRASE_KEY is not set)"
    yield Finding(level="ok", what="rephrase", detail=f"titles may be rephrased by {asked.model}, {key}")


def check_delivery(settings: ListenerSettings, secrets: Secrets) -> Iterator[Finding]:
    """Tell whether the digest can reach its webhook."""
    wanted, address = _part(settings, "delivery", "discord_webhook"), _secret(secrets, WEBHOOK_NAME)
    if wanted and address is None:
        mend = f"echo '{WEBHOOK_NAME}=https://discord.com/api/webhooks/…' >> {secrets.file}; chmod 600 {secrets.file}"
        yield Finding(
            level="fail", what="discord webhook", detail=f"delivery.discord_webhook is true, but {WEBHOOK_NAME} is not set", mend=mend
        )
    elif wanted and address is not None and not WEBHOOK.fullmatch(address):
        mend = "copy it again: channel settings → Integrations → Webhooks → Copy Webhook URL"
        yield Finding(level="fail", what="discord webhook", detail=f"{WEBHOOK_NAME} is not a Discord webhook's address", mend=mend)
    elif wanted:
        yield Finding(level="ok", what="discord webhook", detail="set, and of the right form")
    elif wanted is False and address is not None:
        mend = "set delivery.discord_webhook to true to use it"
        yield Finding(level="warn", what="discord webhook", detail=f"{WEBHOOK_NAME} is set, but nothing is posted there", mend=mend)
