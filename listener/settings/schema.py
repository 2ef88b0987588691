"""Every setting of the listening half: its type, its default and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from listener.settings.query_line import read_query


class Section(BaseModel):
    """A part of klankbord.yaml. Unknown keys are mistakes, not extras."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Language = Literal["nl", "en", "de", "fr"]


class QueryNode(Section):
    """A boolean query: a mention fits when every one of `all`, at least one of `any` and none of `none` fits."""

    any: tuple[str | QueryNode, ...] = Field((), description="At least one of these words, phrases, #tags, @handles or nested queries.")
    all: tuple[str | QueryNode, ...] = Field((), description="Every one of these.")
    none: tuple[str | QueryNode, ...] = Field((), description="None of these.")


class BrandSettings(Section):
    """One brand and the words that mean it."""

    name: str = Field(min_length=1, description="The brand as people write it; also its name on pages and in digests.")
    aliases: tuple[str, ...] = Field((), description="Other spellings and nicknames.")
    handles: tuple[str, ...] = Field((), description="Accounts of the brand, such as '@stroomwerk'. Posts naming one are directed.")
    hashtags: tuple[str, ...] = Field((), description="Hashtags about the brand, such as '#stroomwerk'.")
    products: tuple[str, ...] = Field((), description="Product names that alone mean the brand.")
    fail_tags: bool = Field(
        True, description="Also catch #<brand>fail, #<brand>faal and the brand beside #fail, #faal, #epicfail or 'nooit meer'."
    )
    exclude: tuple[str, ...] = Field((), description="Words that make a post about something else, such as 'vacature'.")
    query: QueryNode | None = Field(
        None,
        description="A boolean query beside the lists above: one line such as '(storing OR outage) AND app* NOT vacature', "
        "or all, any, none, nested as needed.",
    )

    @field_validator("query", mode="before")
    @classmethod
    def _line_or_nodes(cls, given: object) -> object:
        """Read a query that is written in one line."""
        return read_query(given) if isinstance(given, str) else given


ALL_TO_US = frozenset({"meta", "meta_graph", "imap"})
"""Kinds to which only what is said to us can come: with one brand it is that brand's, without a word in the settings."""
ADDRESSED_KINDS = ALL_TO_US | {"webhook", "reddit_modqueue"}
"""Those, and kinds that read places of your own, of which all is kept too: what is said there need not be said to a brand."""


def _is_addressed(given: Mapping[str, object]) -> bool:
    """Tell whether a source reads only what comes to accounts of your own."""
    return given.get("kind") in ADDRESSED_KINDS or given.get("mentions") == "only" or given.get("inbox") is True


class SourceSettings(Section):
    """One source. `kind` picks the reader; keys that a kind does not know are refused when it is built."""

    id: str = Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9._-]*$", description="Your name for it, such as 'tweakers'.")
    kind: str = Field(min_length=1, description="What it is: one of the kinds in the README's table, such as feed, reddit or mastodon.")
    interval_minutes: float = Field(10.0, ge=0.05, le=10080, description="Minutes between two pulls.")
    look_back_days: float = Field(7.0, ge=0, le=400, description="How far to look back on the first pull.")
    keep: Literal["matching", "all"] = Field(
        "matching",
        description="'matching': only posts that fit a brand query; 'all': for places of your own; the default where people write to you.",
    )
    enabled: bool = Field(True, description="False leaves it out of the schedule.")
    budget_requests_per_day: int | None = Field(None, ge=0, description="Requests this source may send in a day (UTC); empty: no cap.")
    budget_usd_per_day: float | None = Field(
        1.0, ge=0, le=10_000, description="Dollars this source may cost in a day (UTC), where a platform charges; empty: no cap."
    )
    stream: bool | None = Field(
        None,
        description="mastodon, discord, x: let the platform push what is new, so that it is read within seconds; pulls go on as they do. "
        "Empty: yes where that is free (mastodon, discord), no for x, where each post that is pushed costs what a read costs.",
    )
    canary: str = Field(
        "", description="A search (feed: an address) that is known to have answers, asked when this source is silent for unusually long."
    )
    recheck: Literal["auto", "daily", "weekly", "off"] = Field(
        "auto",
        description="How often kept posts are looked at again, to follow edits and deletions; 'auto': as the README's table says. "
        "reddit and x: daily, by their terms; on X each post costs $0.005 a day, 100 posts $0.50.",
    )
    recheck_share: float = Field(
        0.5, ge=0, le=1, description="Part of a day's budgets (requests, dollars) that looking again may use; the rest is for listening."
    )
    accounts: tuple[str, ...] = Field(
        (),
        description="meta, meta_graph: ids of your pages, Instagram or Threads accounts, WhatsApp numbers. "
        "imap: other addresses of your own, whose mail is left out.",
    )
    brand: str = Field(
        "",
        description="meta, meta_graph, imap: the brand that is written to; empty: the only one. webhook: the brand that is, if any. "
        "discourse, discourse_webhook, matrix, webhook: also to whom private messages are; reddit: whose inbox it is; empty: the only one.",
    )
    network: Literal["facebook", "instagram", "threads"] = Field("facebook", description="meta_graph: which of Meta's networks.")
    folder: str = Field("INBOX", description="imap: the folder that is read, as the server names it.")
    trusted_mail_server: str = Field(
        "",
        description="imap: the name that your own mail server puts first in its Authentication-Results lines, such as 'mx.example.org'; "
        "what it says proves a sender's domain. Empty: no sender is proven.",
    )
    url: str = Field(
        "",
        description="feed: the address of the feed, or of a page that names it. discourse, discourse_webhook: of the forum. "
        "mastodon, matrix: the server to read at. "
        "imap: imaps://host, or imap://host for STARTTLS. "
        "bluesky: another server than the usual one. hackernews, discord: another API address (tests).",
    )
    allow_http: bool = Field(False, description="Allow an address without TLS.")
    allow_private: bool = Field(False, description="Allow an address inside your own network (for a forum you host yourself).")
    follow_removals: bool = Field(
        True,
        description="feed: take what is no longer in its feed as removed, once that is certain; false: only what the feed calls deleted.",
    )
    query: str = Field(
        "",
        description="hackernews, reddit, bluesky, x, stackexchange: words to search for; empty: the brand's name. "
        "mastodon: words, where the server can. discourse: words; empty: every new post.",
    )
    account: str = Field(
        "",
        description="bluesky: name of the account that reads, such as 'stroomwerk.example'; searching wants one. "
        "x: the account whose mentions are read. discourse: the user whose key it is. imap: the mailbox, such as loket@example.org.",
    )
    mentions: Literal["also", "only", "never"] = Field(
        "also", description="mastodon, bluesky, x: whether to read what is said to the account: as well, nothing else, or not at all."
    )
    hashtags: tuple[str, ...] = Field((), description="mastodon: hashtags to read. Without any, and without a query: those of the brand.")
    rooms: tuple[str, ...] = Field((), description="matrix: ids or addresses of rooms to read. Empty: every room the account is in.")
    public_rooms: tuple[str, ...] = Field(
        (),
        description="matrix: ids or addresses of rooms that are public though not everybody may come in, such as your own community's. "
        "Other rooms that not everybody may come into are private.",
    )
    subreddits: tuple[str, ...] = Field((), description="reddit: communities to read, such as 'thenetherlands'.")
    inbox: bool = Field(
        False,
        description="reddit: read what comes to your own account, and nothing else: mentions, answers to it, private messages.",
    )
    comments: bool = Field(
        True, description="reddit: read comments as well as submissions. stackexchange: read all answers and comments of the site as well."
    )
    site: str = Field("", description="stackexchange: the site, such as 'stackoverflow' or 'iot.stackexchange.com'.")
    tags: tuple[str, ...] = Field((), description="stackexchange: tags whose questions are read. Without a query: in place of a search.")
    channels: tuple[str, ...] = Field(
        (), description="youtube: ids of channels (UC…) below whose videos comments are read. discord: ids of channels, forums or threads."
    )
    videos: tuple[str, ...] = Field((), description="youtube: ids of single videos, such as 'dQw4w9WgXcQ'.")
    topics: tuple[int, ...] = Field((), description="discourse: numbers of topics to read, in place of every new post.")
    private_messages: bool = Field(False, description="discourse: read private messages to the user whose key it is as well.")
    reposts: bool = Field(False, description="x: read reposts as well; each costs as much as a post.")
    expansions: tuple[Literal["authors", "referenced"], ...] = Field(
        ("authors",),
        description="x: what to pay for beside posts: 'authors' gives names, 'referenced' the posts that are answered or quoted.",
    )
    query_characters: int = Field(512, ge=64, le=4096, description="x: longest query that your access level allows.")
    approval_reference: str = Field(
        "", description="reddit: reference of Reddit's approval of your API access; without it the source stays off."
    )
    user_agent_name: str = Field("", description="reddit: account that answers for this access, for the user agent.")

    @model_validator(mode="before")
    @classmethod
    def _addressed_to_us(cls, given: object) -> object:
        """Keep all that comes to accounts of your own, unless it is said otherwise: nobody names a brand to the brand itself."""
        return {"keep": "all", **given} if isinstance(given, dict) and _is_addressed(given) else given


class ModelSettings(Section):
    """The sentence model."""

    name: str = Field("bundled", description="'bundled', a sentence-transformers model's name, or a folder with one.")
    batch_size: int = Field(16, ge=1, le=1024, description="Texts that a core encodes at a time.")
    timeout_seconds: float = Field(300.0, gt=0, description="A batch that takes longer ends the worker and is tried again.")
    quick_above: int = Field(20_000, ge=0, description="More waiting mentions are scanned by a quick model first; 0: never.")


class DetectionSettings(Section):
    """When something counts as emerging."""

    window_hours: float = Field(12.0, gt=0, le=168, description="The stretch in which recent authors are counted.")
    baseline_days: float = Field(7.0, ge=1, le=90, description="History that tells what is usual.")
    false_alarms_per_week: float = Field(1.0, gt=0, le=100, description="False alarms you accept in a week; the looks of a week share it.")
    p_value: float = Field(1e-3, gt=0, lt=0.1, description="Chance of a false alarm that no look may exceed, however few there are.")
    min_authors: int = Field(5, ge=2, le=1000, description="Fewest different people behind a signal.")
    cooldown_hours: float = Field(24.0, ge=0, description="Quiet time after a signal on one issue.")
    issue_window_days: float = Field(28.0, ge=1, le=400, description="Mentions older than this are left out of regrouping.")
    min_issue_mentions: int = Field(4, ge=2, description="Fewest mentions, by at least two people, that make an issue.")
    regroup_every: int = Field(400, ge=20, description="Regroup after this many new mentions.")


class LabelModelSettings(Section):
    """Text-classification models (transformers) on this machine that take the place of shipped heads; nothing is downloaded."""

    sentiment: str = Field("", description="Folder of a model that says negative, neutral or positive; empty: the shipped head.")
    cause: str = Field("", description="Folder of a model that names the cause; empty: the shipped head.")
    urgency: str = Field("", description="Folder of a model that says high, normal or low; empty: the shipped head.")
    question: str = Field("", description="Folder of a model that says yes or no; empty: the shipped head.")
    unnecessary: str = Field("", description="Folder of a model that says yes or no; empty: the shipped head.")
    searched_first: str = Field("", description="Folder of a model that says yes or no; empty: the shipped head.")
    spam: str = Field("", description="Folder of a model that says yes or no; empty: the shipped head.")

    def named(self) -> dict[str, str]:
        """Return the folder by label, of labels that have one."""
        return {name: folder for name, folder in self.model_dump().items() if folder}


class LabelSettings(Section):
    """What mentions express."""

    models: LabelModelSettings = Field(default_factory=lambda: LabelModelSettings.model_validate({}))
    learn_hour: int = Field(3, ge=0, le=23, description="Local hour from which people's corrections are learned from, once a night.")


class DigestSettings(Section):
    """The daily digest."""

    hour: int = Field(9, ge=0, le=23, description="Local hour at which the digest is made.")
    language: Language = Field("nl", description="Language of digests and reports.")
    most_issues: int = Field(8, ge=1, le=50, description="Issues per section.")


class RetentionSettings(Section):
    """How long things are kept. What was let go does not come back; `klankbord retention show` says what would go."""

    raw_days: int = Field(90, ge=7, le=400, description="Days that words, authors and addresses of messages are kept; figures stay.")
    x_days: int = Field(30, ge=1, le=30, description="The same for posts of X; its case keeps them only while it is open.")
    closed_cases_days: int = Field(365, ge=1, le=3650, description="Days after a case ended until its messages, notes and drafts may go.")
    aggregates_months: int = Field(24, ge=14, le=120, description="Months that messages count in figures, without words and names.")
    backups_days: int = Field(30, ge=1, le=30, description="Days that backups in the home are kept; the newest one stays.")


HttpTimeout = Annotated[float, Field(gt=0, le=120)]


class HttpSettings(Section):
    """Our own requests."""

    timeout_seconds: HttpTimeout = Field(10.0, description="A request that takes longer is given up.")
    most_bytes: int = Field(10_000_000, ge=1_000, description="Larger answers are refused.")
    contact: str = Field("", description="Address or page put into the User-Agent, so that a site owner can reach you.")


class RephraseSettings(Section):
    """Optional: a language model that may word titles more smoothly, from phrases and quotes only. Personal data is masked first."""

    url: str = Field("", description="Whole address of an OpenAI-compatible chat, such as https://host/v1/chat/completions; empty: off.")
    model: str = Field("", description="The model's name there. Its key is the secret KLANKBORD_REPHRASE_KEY.")
    timeout_seconds: float = Field(20.0, gt=0, le=120, description="An answer that takes longer is given up; the title stays.")
    most_per_hour: int = Field(30, ge=1, le=1000, description="Titles asked for in an hour at most.")


class ListenerSettings(Section):
    """klankbord.yaml, as far as listening goes."""

    timezone: str = Field("Europe/Amsterdam", description="Decides days, weeks, opening hours and the digest's hour.")
    languages: tuple[Language, ...] = Field(("nl", "en"), min_length=1, description="Languages your customers write in.")
    brands: tuple[BrandSettings, ...] = Field((), description="What to listen for.")
    sources: tuple[SourceSettings, ...] = Field((), description="Where to listen.")
    model: ModelSettings = Field(default_factory=lambda: ModelSettings.model_validate({}))
    detection: DetectionSettings = Field(default_factory=lambda: DetectionSettings.model_validate({}))
    labels: LabelSettings = Field(default_factory=lambda: LabelSettings.model_validate({}))
    digest: DigestSettings = Field(default_factory=lambda: DigestSettings.model_validate({}))
    rephrase: RephraseSettings = Field(default_factory=lambda: RephraseSettings.model_validate({}))
    http: HttpSettings = Field(default_factory=lambda: HttpSettings.model_validate({}))
    retention: RetentionSettings = Field(default_factory=lambda: RetentionSettings.model_validate({}))

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone; write one like 'Europe/Amsterdam'")
        return value

    @field_validator("sources")
    @classmethod
    def _distinct_ids(cls, value: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
        ids = [source.id for source in value]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are called {twice[0]!r}; give each its own id")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
