"""This house's own rules, read from its settings. Pure."""

from __future__ import annotations

from moderation.model.policy import House
from moderation.settings import OutboxSettings


def house_of(settings: OutboxSettings) -> House:
    """Return what the settings allow."""
    return House(
        account_names=(settings.account,),
        allowed_targets=settings.allowed_targets,
        most_per_hour=settings.most_per_hour,
        most_per_day=settings.most_per_day,
        alarm_per_hour=settings.alarm_per_hour,
    )
