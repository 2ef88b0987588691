"""Whether what is told to our own people can leave: what `klankbord doctor` says of channels, e-mail and the link that stops it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from listener.errors import SettingsError
from listener.model.health import Finding
from listener.settings.secrets import Secrets, channel_secret_names
from moderation.model.mail_address import LOOPBACK, is_address
from moderation.settings import KlankbordSettings

MAIL_PASSWORD = "KLANKBORD_DELIVERY_MAIL_PASSWORD"  # noqa: S105 - the name of the variable that holds it


def check_delivery(settings: KlankbordSettings, secrets: Secrets, *, file: Path) -> Iterator[Finding]:
    """Return one line per channel of `delivery.channels` and what e-mail lacks. Nobody is asked and nothing is sent.

    The channel that `delivery.discord_webhook` makes is looked at by the listening half.
    """
    for channel in settings.delivery.channels:
        what = f"channel {channel.name}"
        if channel.kind == "discord_channel":
            yield _bot(settings, what, file)
            continue
        address, secret = channel_secret_names(channel.name)
        missing = [name for name in (address, *([secret] if channel.kind == "json" else [])) if not _set(secrets, name)]
        if missing:
            mend = f"echo {shlex.quote(f'{missing[0]}=…')} >> {secrets.file}; chmod 600 {secrets.file}"
            yield Finding(level="fail", what=what, detail=f"{' and '.join(missing)} not set: what goes there waits", mend=mend)
        else:
            yield Finding(level="ok", what=what, detail="its address is set")
    yield from _mail(settings, secrets, file)


def _bot(settings: KlankbordSettings, what: str, file: Path) -> Finding:
    if settings.bot.enabled:
        return Finding(level="ok", what=what, detail="the bot writes there")
    return Finding(level="fail", what=what, detail="it is the bot's, and the bot is off", mend=f"set bot.enabled to true in {file}")


def _mail(settings: KlankbordSettings, secrets: Secrets, file: Path) -> Iterator[Finding]:
    mail = settings.mail
    if not mail.host:
        return
    if not is_address(mail.sender):
        yield Finding(level="fail", what="mail", detail="mail.sender is no e-mail address", mend=f"set mail.sender in {file}")
        return
    if mail.security == "none" and mail.host not in LOOPBACK:
        detail = f"mail.security is 'none', and {mail.host} is another machine: nothing is sent in the clear"
        yield Finding(level="fail", what="mail", detail=detail, mend=f"set mail.security to starttls or tls in {file}")
        return
    if mail.username and not _set(secrets, MAIL_PASSWORD):
        mend = f"echo '{MAIL_PASSWORD}=…' >> {secrets.file}; chmod 600 {secrets.file}"
        yield Finding(level="fail", what="mail", detail=f"mail.username is set, and {MAIL_PASSWORD} is not", mend=mend)
        return
    yield Finding(level="ok", what="mail", detail=f"digests leave by {mail.host} as {mail.sender}")
    if not settings.public.base_url.startswith("https://"):
        detail = "e-mails have no link that stops them by one click: public.base_url is no https address"
        yield Finding(level="warn", what="mail", detail=detail, mend=f"set public.base_url in {file}")


def _set(secrets: Secrets, name: str) -> bool:
    try:
        return secrets.get(name) is not None
    except SettingsError:  # said of the file itself
        return True
