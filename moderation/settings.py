"""Every setting of the answering half, beside those of the listening half: together they are klankbord.yaml."""

from __future__ import annotations

from pydantic import Field

from listener.settings.schema import ListenerSettings, Section


class WebSettings(Section):
    """The staff pages, on this machine only."""

    port: int = Field(8642, ge=0, le=65535, description="Port of the staff pages on 127.0.0.1; 0 takes a free one.")


class PublicSettings(Section):
    """The pages that customers see."""

    base_url: str = Field(
        "", description="Public address of this Klankbord, such as 'https://klankbord.example.nl'. Needed for public links."
    )


class InboxSettings(Section):
    """The queue."""

    most_age_days: float = Field(14.0, gt=0, le=400, description="Messages older than this open no conversation, such as imported history.")


class OutboxSettings(Section):
    """Posting."""

    account: str = Field("simulated:stroomloket", description="Account that answers: platform and name. 'simulated:…' posts nowhere.")
    allowed_targets: tuple[str, ...] = Field(
        (), description="Realms that may receive posts; empty allows every realm of a simulated account only."
    )
    most_per_hour: int = Field(10, ge=0, description="Posts an hour under standing approvals and broadcasts.")
    most_per_day: int = Field(50, ge=0, description="Posts a day under standing approvals and broadcasts.")
    alarm_per_hour: int = Field(120, ge=1, description="Personal replies an hour by one agent that raise an alarm.")
    approval_hours: float = Field(24.0, gt=0, le=168, description="An approval not used within these hours expires.")
    four_eyes: bool = Field(False, description="True asks a second person to approve each reply.")
    signature: str = Field("", description="Signed under replies, such as '– Team Stroomwerk'.")


class DeliverySettings(Section):
    """Where digests go. Addresses with a secret in them are named by their environment variable."""

    discord_webhook: bool = Field(False, description="Post the digest to the Discord webhook in KLANKBORD_DISCORD_WEBHOOK.")


class ReportSettings(Section):
    """The weekly report."""

    weekday: int = Field(1, ge=1, le=7, description="Day the weekly report is made, 1 is Monday.")
    hour: int = Field(8, ge=0, le=23, description="Local hour at which it is made.")


class KlankbordSettings(ListenerSettings):
    """klankbord.yaml, whole."""

    web: WebSettings = Field(default_factory=lambda: WebSettings.model_validate({}))
    public: PublicSettings = Field(default_factory=lambda: PublicSettings.model_validate({}))
    inbox: InboxSettings = Field(default_factory=lambda: InboxSettings.model_validate({}))
    outbox: OutboxSettings = Field(default_factory=lambda: OutboxSettings.model_validate({}))
    delivery: DeliverySettings = Field(default_factory=lambda: DeliverySettings.model_validate({}))
    report: ReportSettings = Field(default_factory=lambda: ReportSettings.model_validate({}))
    invented: bool = Field(False, description="Marks every page and digest as invented data; the demo sets it.")
