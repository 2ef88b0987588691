"""What the policy gate knows, what it is told, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from moderation.model.leave import LeaveFacts
from moderation.model.post import AccountId, OutgoingPost


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule of a platform, a law or this house.

    `says` holds its words per language, `source` where it stands, `checked` when we last looked there. `row` is its row in RULES.
    """

    name: str
    row: str
    says: Mapping[str, str]
    source: str
    checked: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """config/policy.yaml, read. `places` maps platform → kind → allowed | never; `words` are barred from invitations per language.

    `disclosures`, `promotion_words` and `ways_out` are phrases per language; `costs_usd` maps platform → post | post_with_url → US dollars.
    """

    rules: Mapping[str, PolicyRule]
    places: Mapping[str, Mapping[str, str]]
    words: Mapping[str, tuple[str, ...]]
    review_hosts: tuple[str, ...]
    announcements_per_day: int = 3
    automatic_per_thread_day: int = 3
    disclosures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promotion_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ways_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    review_words: tuple[str, ...] = ()
    costs_usd: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """This installation's own rules, from its settings. `account_names` may post, as settings write them: "platform:name".

    `ai_approved` are those of them with X's approval of machine-written text; `staff` are the keys of colleagues; `sender_names` say who
    we are (brands and signature).
    """

    account_names: tuple[str, ...]
    allowed_targets: tuple[str, ...] = ()
    most_per_hour: int = 10
    most_per_day: int = 50
    alarm_per_hour: int = 120
    ai_approved: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    signature: str = ""
    sender_names: tuple[str, ...] = ()
    x_usd_per_day: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNow:
    """The answered mention at this moment: gone, or its latest content hash, whether it speaks to us, and whether it quotes or names us.

    `community` is the place within its platform that has rules of its own ("r/stroomwerk"), "" where the realm says all. `private_to` is
    who wrote it when only they and we read it, "" for what is public.
    """

    gone: bool
    content_hash: str = ""
    addressed: bool = False
    community: str = ""
    private_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What the ledger counts just before a send; the entry itself is never among what is counted.

    `same_text` posts with the same words to the same place in 30 days; `under_caps_*` posts under standing approvals or broadcasts;
    `by_person_hour` personal replies of this agent; `to_same_mention` earlier posts below the same mention; `announced_day` status
    updates and invitations in this realm today; `automatic_*` posts under standing approvals (and broadcasts, in the thread today): in
    the thread today, and below the same mention.
    """

    same_text: int = 0
    under_caps_hour: int = 0
    under_caps_day: int = 0
    by_person_hour: int = 0
    to_same_mention: int = 0
    announced_day: int = 0
    standing: bool = False
    automatic_thread_day: int = 0
    automatic_to_mention: int = 0
    leave: LeaveFacts = field(default_factory=LeaveFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing the gate is asked: may this leave now?"""

    post: OutgoingPost
    whoami: AccountId
    target: TargetNow
    facts: GateFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The gate's answer. `refused` needs a person, `held` may pass later by itself, `alarms` do not stop anything. Names of rules."""

    refused: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    alarms: tuple[tuple[str, str], ...] = field(default=())

    @property
    def passes(self) -> bool:
        return not self.refused and not self.held
