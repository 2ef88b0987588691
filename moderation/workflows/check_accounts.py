"""Check the accounts that may post and the rules they keep: the second half of `klankbord doctor`. By form only, nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from listener.errors import ProductError, SettingsError
from listener.model.health import Finding
from listener.settings.secrets import Secrets, account_secret_names
from listener.sources.addresses import checked_url
from moderation.model.policy import Policy
from moderation.policy.gate import old_rules
from moderation.settings import AccountSettings, KlankbordSettings

NEEDS_SERVER = frozenset({"mastodon", "discourse", "matrix", "webhook", "mail"})
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "reddit": (
        ("WRITE_CLIENT_ID", "WRITE_CLIENT_SECRET", "WRITE_REFRESH_TOKEN"),
        ("WRITE_CLIENT_ID", "WRITE_CLIENT_SECRET", "WRITE_PASSWORD"),
    ),
    "x": (("WRITE_CONSUMER_KEY", "WRITE_CONSUMER_SECRET", "WRITE_ACCESS_TOKEN", "WRITE_ACCESS_TOKEN_SECRET"), ("WRITE_USER_TOKEN",)),
    "discord": (("WRITE_BOT_TOKEN",),),
    "mastodon": (("WRITE_TOKEN",),),
    "bluesky": (("WRITE_APP_PASSWORD",),),
    "matrix": (("WRITE_TOKEN",),),
    "discourse": (("WRITE_API_KEY",),),
    "mail": (("WRITE_PASSWORD",),),
    "webhook": (("WRITE_SECRET",),),
}
"""Kinds of secrets by platform; any one of the sets will do."""


def check_accounts(settings: KlankbordSettings, secrets: Secrets, *, file: Path) -> Iterator[Finding]:
    """Tell for each account whether it may post, and what is missing."""
    if not settings.outbox.accounts:
        detail = f"none is named; everything is posted to {settings.outbox.account}, which posts nowhere"
        yield Finding(level="ok", what="accounts", detail=detail)
    for account in settings.outbox.accounts:
        wrong = list(_wrong_with(account, secrets, file=file))
        yield from wrong
        if account.live and not any(one.level == "fail" for one in wrong):
            detail = "live; `klankbord account check` asks the platform whose it is"
            yield Finding(level="ok", what=f"account {account.label}", detail=detail)


def check_rules(policy: Policy, *, today: date) -> Iterator[Finding]:
    """Tell which rules of platforms and law nobody looked up for half a year."""
    old = old_rules(policy, today=today)
    if not old:
        yield Finding(level="ok", what="rules", detail=f"{len(policy.rules)} rules of platforms and law, each looked up within 180 days")
        return
    names = ", ".join(rule.name for rule in old)
    mend = "look them up at their source, then change `checked` in config/policy.yaml"
    yield Finding(level="warn", what="rules", detail=f"not looked up for more than 180 days: {names}", mend=mend)


def _wrong_with(account: AccountSettings, secrets: Secrets, *, file: Path) -> Iterator[Finding]:
    what = f"account {account.label}"
    if not account.live:
        mend = f"set live: true in {file} when its posts are to be real"
        yield Finding(level="warn", what=what, detail="simulated: its posts go nowhere", mend=mend)
        return
    yield from _missing_keys(account, secrets, what)
    if account.platform in NEEDS_SERVER and not account.base_url:
        yield Finding(level="fail", what=what, detail="base_url is not set", mend=f"set it in {file}, such as https://server.example")
    for name, address in (("base_url", account.base_url), ("status_url", account.status_url)):
        if address and account.platform != "mail":
            try:
                checked_url(address, allow_http=account.allow_private, allow_private=account.allow_private)
            except ProductError as error:
                yield Finding(level="fail", what=what, detail=f"{name}: {error}", mend=f"edit {file}")
    if not account.realms:
        detail = "realms is empty, so no place may get its posts unless outbox.allowed_targets names it"
        yield Finding(level="warn", what=what, detail=detail, mend=f"name the places in {file}")
    if account.platform == "x" and not account.ai_approval:
        detail = "no reference of X's approval (ai_approval): replies that a program drafted are refused"
        yield Finding(level="warn", what=what, detail=detail, mend="ask X for it, or write replies yourself")


def _missing_keys(account: AccountSettings, secrets: Secrets, what: str) -> Iterator[Finding]:
    def value(kind: str) -> str | None:
        try:
            names = account_secret_names(account.platform, account.name, kind)
            return next((found for name in names if (found := secrets.get(name))), None)
        except SettingsError:  # `check_secrets` speaks of a broken file
            return None

    missing = min(([kind for kind in kinds if not value(kind)] for kinds in NEEDED[account.platform]), key=len)
    for kind in missing:
        name = account_secret_names(account.platform, account.name, kind)[1]
        yield Finding(
            level="fail", what=what, detail=f"{name} is not set", mend=f"echo '{name}=…' >> {secrets.file}; chmod 600 {secrets.file}"
        )
    if account.platform == "reddit" and (writes := value("WRITE_CLIENT_ID")):
        try:
            reads = secrets.get("KLANKBORD_REDDIT_CLIENT_ID")
        except SettingsError:
            reads = None
        if reads == writes:
            detail = "it posts with the application that reads; Reddit wants one for each purpose"
            mend = "register a second application, and set KLANKBORD_REDDIT_WRITE_CLIENT_ID to its id"
            yield Finding(level="fail", what=what, detail=detail, mend=mend)
