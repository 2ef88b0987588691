"""When to invite somebody to say what they think. No record here has room for what somebody feels, for a cause, a score or a label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class JourneyKind(StrEnum):
    """What happened on a customer's way that may be a reason to ask. There is no other reason."""

    CONVERSATION_CLOSED = "conversation_closed"
    STATUS_RESOLVED = "status_resolved"
    NTH_VISIT = "nth_visit"


class Answer(StrEnum):
    """What came out of looking at an event. Waiting ones are looked at again; the other two are final."""

    ASK = "ask"
    WAIT = "wait"
    NEVER = "never"


class Factor(StrEnum):
    """Behaviour = motivation x ability x prompt (B. J. Fogg, "A Behavior Model for Persuasive Design", 2009)."""

    MOTIVATION = "motivation"
    ABILITY = "ability"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that happened once, before it is kept. `key` makes it itself: found again, it is the same event.

    `mention_id` is the message below which we would post, `person_key` its author ("" when the platform named nobody). `number` is the
    visit's number in its community, 0 for other kinds. `answered` tells whether a conversation ended with an answer of ours.
    """

    key: str
    kind: JourneyKind
    platform: str
    realm: str
    thread_id: str
    mention_id: int
    person_key: str
    happened_at: datetime
    conversation_id: int | None = None
    case_id: int | None = None
    issue_id: int | None = None
    number: int = 0
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyEvent(NewEvent):
    """A kept event with where it stands. `asking` means: to be asked, the draft is not known to be kept yet (a kill may lie between)."""

    event_id: int
    state: str

    @property
    def community(self) -> tuple[str, str]:
        return self.platform, self.realm


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One thing that was looked at: how far it speaks for asking (0 to 1), and what follows when that is too little.

    `key` has words in config/templates/<language>/invitations.yaml; `number` goes into them.
    """

    factor: Factor
    key: str
    value: float
    number: float = 0.0
    otherwise: Answer = Answer.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about an event, with the three numbers of B = MAP: each is the least of what was weighed for it."""

    answer: Answer
    motivation: float
    ability: float
    prompt: float
    why: tuple[Weighed, ...]
    why_not: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A decision as the ledger keeps it, with its event. `text` and `template` are what to ask with, empty unless the answer is ask.

    `draft_id` and `shadow_id` say what came of asking.
    """

    decision_id: int
    event: JourneyEvent
    at: datetime
    decision: Decision
    language: str
    quiet_hours: float
    draft_id: int | None = None
    shadow_id: int | None = None
    template: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRule:
    """What this house settled about asking. Hours are local; `late` counts from the moment that it was quiet enough."""

    bar: float = 0.5
    person_every: timedelta = timedelta(days=90)
    thread_every: timedelta = timedelta(days=30)
    community_per_day: int = 3
    community_per_week: int = 10
    late: timedelta = timedelta(days=14)
    from_hour: int = 9
    to_hour: int = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFacts:
    """All that is known when an event is looked at: ids, times, places and counts.

    `direct`: it would go to one person (e-mail, direct message), not to a thread. `quiet_for` since the last message there;
    `quiet_needed` is learned per channel. `language` is "" when nobody knows it; `speaks` are the languages we have words in. `talking`:
    a case about it waits for an answer. `talked_on`: the conversation went on after this event. `going_on` counts issues that are new
    or growing in this community. `person_asked` and `thread_asked`: how long ago, None for never.
    """

    kind: JourneyKind
    number: int
    answered: bool
    direct: bool
    opted_out: bool
    staff: bool
    place_allowed: bool
    account_connected: bool
    consent: bool
    link: bool
    fits: bool
    language: str
    speaks: tuple[str, ...]
    local_hour: int
    talking: bool
    talked_on: bool
    gone: bool
    promise_open: bool
    going_on: int
    quiet_for: timedelta
    quiet_needed: timedelta
    person_asked: timedelta | None
    thread_asked: timedelta | None
    community_today: int
    community_this_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How long it was quiet after a message. Not `ended`: nobody has written since, and it was quiet for at least so long (censored)."""

    hours: float
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietRule:
    """How quiet is quiet enough: when a further message within `most_hours` is less likely than `chance`.

    `least_hours` and `most_hours` bound it. A channel with `borrow` replies counts as much as what it borrows from; `start_hours` holds
    where nobody has replied yet.
    """

    chance: float = 0.05
    least_hours: float = 1.0
    most_hours: float = 336.0
    borrow: float = 30.0
    start_hours: float = 48.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietTime:
    """How long a channel has to be quiet before a conversation counts as over, with a 95 % interval.

    `realm` "" is a platform as a whole, `platform` "" all of them. Learned from `replies` gaps that ended and `open_gaps` that did not;
    `own` is the share (0 to 1) that the channel's own replies have in it, the rest is borrowed from its platform and from all.
    """

    platform: str
    realm: str
    hours: float
    low_hours: float
    high_hours: float
    replies: int
    open_gaps: int
    own: float
