"""This house's own rules, read from its settings. Pure."""

from __future__ import annotations

from dataclasses import replace

from moderation.model.policy import House
from moderation.policy.gate import SIMULATED
from moderation.settings import AccountSettings, KlankbordSettings, OutboxSettings


def house_of(settings: OutboxSettings) -> House:
    """Return what the settings allow. Places are those of live accounts and `allowed_targets` together."""
    places = dict.fromkeys((*settings.allowed_targets, *(realm for one in settings.accounts if one.live for realm in one.realms)))
    return House(
        account_names=(settings.account, *(name_in_house(one) for one in settings.accounts)),
        allowed_targets=tuple(places),
        most_per_hour=settings.most_per_hour,
        most_per_day=settings.most_per_day,
        alarm_per_hour=settings.alarm_per_hour,
        ai_approved=tuple(name_in_house(one) for one in settings.accounts if one.ai_approval),
        signature=settings.signature,
        x_usd_per_day=settings.x_usd_per_day,
    )


def whole_house(settings: KlankbordSettings) -> House:
    """Return what all settings together allow: who we are called and who our colleagues are, too."""
    names = (*(brand.name for brand in settings.brands), settings.outbox.signature)
    return replace(house_of(settings.outbox), staff=settings.invitations.staff, sender_names=tuple(name for name in names if name))


def name_in_house(account: AccountSettings) -> str:
    """Return an account as the gate compares it with what its platform says: "platform:name", a twin's being simulated."""
    return account.label if account.live else f"{SIMULATED}:{account.name}"
