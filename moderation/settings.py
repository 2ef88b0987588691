"""Every setting of the answering half, beside those of the listening half: together they are klankbord.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from listener.settings.schema import ListenerSettings, Section
from moderation.model.person import Role
from moderation.settings_advice import GridSettings, KnowledgeSettings, ToneSettings
from moderation.settings_bot import BotSettings
from moderation.settings_clocks import ClockSettings
from moderation.settings_delivery import DeliverySettings, MailSettings

_LINK = r"^$|^https://|^mailto:"


class OidcSettings(Section):
    """Signing in elsewhere, by OpenID Connect. Off without an issuer. Its secret is KLANKBORD_OIDC_CLIENT_SECRET."""

    issuer: str = Field("", description="Address of the provider, such as 'https://login.example.nl'; empty: off.")
    client_id: str = Field("", description="The name under which the provider knows this Klankbord.")
    name: str = Field("", max_length=40, description="What the button on the sign-in page calls the provider.")
    claim: Literal["email", "preferred_username", "name"] = Field(
        "email", description="What the provider says that makes somebody a colleague: 'email' (verified) is their address, else their name."
    )
    allowed: tuple[str, ...] = Field((), description="Only addresses in these domains, such as 'example.nl'; empty: every known colleague.")
    groups_claim: str = Field("groups", description="What the provider says about groups, for `roles`.")
    roles: dict[str, Role] = Field({}, description="Role by group of the provider: who is unknown here becomes a colleague. Empty: never.")
    second_step: bool = Field(False, description="True: the provider asks for a second step itself, and ours is not asked.")
    allow_private: bool = Field(False, description="Allow a provider inside your own network, there without TLS too.")


class WebSettings(Section):
    """The staff pages, on this machine only."""

    port: int = Field(8642, ge=0, le=65535, description="Port of the staff pages on 127.0.0.1; 0 takes a free one.")
    base_url: str = Field(
        "", pattern=r"^(https://[a-z0-9.-]+(:[0-9]+)?)?$", description="Where your proxy with TLS serves them; empty: this machine only."
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses of your own proxies, whose X-Forwarded-For tells where a sign-in comes from, such as '127.0.0.1'."
    )
    oidc: OidcSettings = Field(
        default_factory=lambda: OidcSettings.model_validate({}), description="Signing in elsewhere, by OpenID Connect."
    )


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


Platform = Literal["reddit", "x", "discord", "mastodon", "bluesky", "matrix", "discourse", "mail", "webhook"]


class AccountSettings(Section):
    """One account of yours that may post. Its keys are secrets: KLANKBORD_<PLATFORM>_WRITE_…, or KLANKBORD_<PLATFORM>_<NAME>_WRITE_…"""

    platform: Platform = Field(description="Where it posts.")
    name: str = Field(
        min_length=1,
        max_length=120,
        pattern=r"^\S+$",
        description="The account as the platform itself names it, such as 'stroomwerk', '@loket:example.nl' or an address.",
    )
    realms: tuple[str, ...] = Field(
        (),
        description="Places that may receive its posts, such as 'r/stroomwerk' or a server's host. matrix: the account's own name opens "
        "its direct rooms.",
    )
    live: bool = Field(False, description="True posts for real; false posts to a simulated twin, which posts nowhere.")
    base_url: str = Field("", description="mastodon, discourse, matrix, bluesky: the server. webhook: the receiver. mail: smtps://host.")
    username: str = Field("", description="Name to sign in with where that is not the account's name, such as a mailbox's login.")
    allow_private: bool = Field(False, description="Allow a server inside your own network, there without TLS too.")
    channels: tuple[str, ...] = Field((), description="discord: channels that are watched for posts that did not leave from here.")
    own_subreddits: tuple[str, ...] = Field((), description="reddit: subreddits you moderate, where posts may be made sticky.")
    visibility: Literal["unlisted", "public"] = Field("unlisted", description="mastodon: who sees a post in timelines.")
    category: int = Field(0, ge=0, description="discourse: number of the category that new topics go to; 0: the forum's default.")
    status_url: str = Field("", description="webhook: address that lists what was received; empty: it cannot be asked.")
    ai_approval: str = Field("", description="x: reference of X's approval of replies that a program drafted.")

    @property
    def label(self) -> str:
        return f"{self.platform}:{self.name}"


class OutboxSettings(Section):
    """Posting."""

    account: str = Field("simulated:stroomloket", description="Account that answers: platform and name. 'simulated:…' posts nowhere.")
    accounts: tuple[AccountSettings, ...] = Field((), description="Your accounts by platform; they go before the one above.")
    allowed_targets: tuple[str, ...] = Field(
        (), description="Realms that may receive posts; empty allows every realm of a simulated account only."
    )
    most_per_hour: int = Field(10, ge=0, description="Posts an hour under standing approvals and broadcasts.")
    most_per_day: int = Field(50, ge=0, description="Posts a day under standing approvals and broadcasts.")
    alarm_per_hour: int = Field(120, ge=1, description="Personal replies an hour by one agent that raise an alarm.")
    approval_hours: float = Field(24.0, gt=0, le=168, description="An approval not used within these hours expires.")
    four_eyes: bool = Field(False, description="True asks a second person to approve each reply.")
    four_eyes_brands: tuple[str, ...] = Field((), description="Brands whose replies a second person approves, where not all are.")
    four_eyes_teams: tuple[str, ...] = Field((), description="Teams whose replies a second person approves, such as newcomers.")
    signature: str = Field("", description="Signed under replies, such as '– Team Stroomwerk'.")
    x_usd_per_day: float = Field(1.0, ge=0, description="US dollars that posts on X may cost in 24 hours; further ones wait.")
    shadow_checked: int = Field(
        50, ge=20, description="Items of one template that people have to check in shadow before it may graduate; never fewer than 20."
    )
    shadow_right: float = Field(0.95, ge=0.9, le=1, description="Share of the items checked last that has to be right; never below 0.9.")
    shadow_reviewers: int = Field(1, ge=1, description="Different people who have to have checked them.")

    @field_validator("accounts")
    @classmethod
    def _distinct_accounts(cls, value: tuple[AccountSettings, ...]) -> tuple[AccountSettings, ...]:
        labels = [one.label.lower() for one in value]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            raise ValueError(f"the account {twice[0]!r} stands there twice; keep one")
        return value


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


class FeedbackSettings(Section):
    """Questions for customers, and what a low score does. Review links are those of `invitations`, the same for everybody."""

    link_days: float = Field(30.0, gt=0, le=400, description="Days that one person's link to the questions opens.")
    thread_link_days: float = Field(400.0, gt=0, le=4000, description="Days that a link in a thread or a footer opens.")
    recover_at_satisfaction: int = Field(
        2, ge=-1, le=5, description="Satisfaction (1 to 5) at or below which a conversation waits for an answer again; -1: never."
    )
    recover_at_recommend: int = Field(
        3, ge=-1, le=10, description="Recommendation (0 to 10) at or below which a conversation waits for an answer again; -1: never."
    )
    least_answers: int = Field(10, ge=2, le=1000, description="Fewer answers than this make no figure.")


class ReportSettings(Section):
    """The weekly report."""

    weekday: int = Field(1, ge=1, le=7, description="Day the weekly report is made, 1 is Monday.")
    hour: int = Field(8, ge=0, le=23, description="Local hour at which it is made.")
    cost_per_contact: float = Field(0.0, ge=0, le=100_000, description="What one contact costs you, in euros; 0: issues go by contacts.")


class KlankbordSettings(ListenerSettings):
    """klankbord.yaml, whole."""

    web: WebSettings = Field(default_factory=lambda: WebSettings.model_validate({}))
    public: PublicSettings = Field(default_factory=lambda: PublicSettings.model_validate({}))
    inbox: InboxSettings = Field(default_factory=lambda: InboxSettings.model_validate({}))
    clocks: ClockSettings = Field(default_factory=lambda: ClockSettings.model_validate({}))
    outbox: OutboxSettings = Field(default_factory=lambda: OutboxSettings.model_validate({}))
    status: StatusSettings = Field(default_factory=lambda: StatusSettings.model_validate({}))
    invitations: InvitationSettings = Field(default_factory=lambda: InvitationSettings.model_validate({}))
    feedback: FeedbackSettings = Field(default_factory=lambda: FeedbackSettings.model_validate({}))
    tone: ToneSettings = Field(default_factory=lambda: ToneSettings.model_validate({}))
    grid: GridSettings = Field(default_factory=lambda: GridSettings.model_validate({}))
    knowledge: KnowledgeSettings = Field(default_factory=lambda: KnowledgeSettings.model_validate({}))
    bot: BotSettings = Field(default_factory=lambda: BotSettings.model_validate({}))
    delivery: DeliverySettings = Field(default_factory=lambda: DeliverySettings.model_validate({}))
    mail: MailSettings = Field(default_factory=lambda: MailSettings.model_validate({}))
    report: ReportSettings = Field(default_factory=lambda: ReportSettings.model_validate({}))
    invented: bool = Field(False, description="Marks every page and digest as invented data; the demo sets it.")
