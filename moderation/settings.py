"""Every setting of the answering half, beside those of the listening half: together they are klankbord.yaml."""

from __future__ import annotations

from pydantic import Field

from listener.settings.schema import ListenerSettings, Section

_LINK = r"^$|^https://|^mailto:"


class WebSettings(Section):
    """The staff pages, on this machine only."""

    port: int = Field(8642, ge=0, le=65535, description="Port of the staff pages on 127.0.0.1; 0 takes a free one.")


class PublicSettings(Section):
    """The pages that customers see."""

    base_url: str = Field(
        "", description="Public address of this Klankbord, such as 'https://klankbord.example.nl'. Needed for public links."
    )
    port: int = Field(8643, ge=0, le=65535, description="Port of the public pages on 127.0.0.1, behind your proxy; 0 takes a free one.")
    contact: str = Field("", description="Where customers ask about their data, such as 'privacy@example.nl'; shown on the privacy page.")


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


class StatusSettings(Section):
    """What we say in public about issues."""

    promise_minutes: float = Field(30.0, ge=5, le=720, description="Minutes before a promised update at which 'no news yet' is prepared.")
    silence_hours: float = Field(4.0, gt=0, le=720, description="Hours without a public word, while people write, that are too long.")
    second_approver_above: int = Field(5, ge=0, le=5, description="Broadcasts to more threads than this need a second person's approval.")
    recent_days: float = Field(14.0, gt=0, le=400, description="Days that a resolved issue stays on the public front page.")


class ReviewSite(Section):
    """A place where people may leave a review."""

    name: str = Field(min_length=1, max_length=60, description="What people call it, such as 'Kiyoh'.")
    url: str = Field(pattern=r"^https://", description="Where a review of you is written there.")


class InvitationSettings(Section):
    """When and how often people are asked what they think. What they feel is never looked at."""

    enabled: bool = Field(True, description="False asks nobody. True decides, and posts nothing until a person lets it graduate.")
    every_nth_visit: int = Field(
        25, ge=0, description="Ask at each visit to a community whose number is a multiple of this; 0: never for visits."
    )
    person_days: int = Field(90, ge=30, le=3650, description="Days before the same person may be asked again.")
    thread_days: int = Field(30, ge=30, le=3650, description="Days before the same thread may be asked again.")
    community_per_day: int = Field(3, ge=0, le=50, description="Invitations in one community in 24 hours.")
    community_per_week: int = Field(10, ge=0, le=200, description="Invitations in one community in seven days.")
    fresh_hours: float = Field(72.0, ge=24, le=720, description="Hours after a signal in which nobody in that community is asked.")
    quiet_least_hours: float = Field(1.0, ge=0.25, le=72, description="Shortest quiet time before asking, whatever was learned.")
    quiet_most_days: float = Field(14.0, ge=1, le=60, description="Longest quiet time before asking, whatever was learned.")
    quiet_start_hours: float = Field(48.0, ge=0.25, le=720, description="Quiet time where nothing was learned yet.")
    late_days: float = Field(14.0, ge=1, le=60, description="Days after it was quiet enough when asking comes too late.")
    from_hour: int = Field(9, ge=0, le=23, description="Local hour from which people are asked.")
    to_hour: int = Field(21, ge=1, le=24, description="Local hour until which people are asked.")
    staff: tuple[str, ...] = Field((), description="Colleagues' accounts, as platform/realm/id: they are never asked and never counted.")
    review_links: tuple[ReviewSite, ...] = Field((), description="Where reviews are welcome; shown to everybody alike, whatever they said.")
    complaint_link: str = Field("", pattern=_LINK, description="Where complaints go: https:… or mailto:…; empty: the feedback page.")
    compliment_link: str = Field("", pattern=_LINK, description="Where compliments go: https:… or mailto:…; empty: the feedback page.")


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
    status: StatusSettings = Field(default_factory=lambda: StatusSettings.model_validate({}))
    invitations: InvitationSettings = Field(default_factory=lambda: InvitationSettings.model_validate({}))
    delivery: DeliverySettings = Field(default_factory=lambda: DeliverySettings.model_validate({}))
    report: ReportSettings = Field(default_factory=lambda: ReportSettings.model_validate({}))
    invented: bool = Field(False, description="Marks every page and digest as invented data; the demo sets it.")
