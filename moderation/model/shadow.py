"""What would have been posted before anybody lets it post: shadow items, a person's verdicts on them, and graduation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.post import OutgoingPost

FEWEST_CHECKED = 20
"""No setting asks for fewer human-checked items than this before something may leave without a person choosing it singly."""
LEAST_RIGHT = 0.90
"""No setting asks for a smaller share of right ones than this."""


class ShadowKind(StrEnum):
    """What no person wrote or chose singly (RULES, settled first)."""

    INVITATION = "invitation"
    BROADCAST = "broadcast"
    YOU_SAID = "you_said"
    RULE = "rule"


class Judged(StrEnum):
    """A person's verdict on a shadow item."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One person's verdict. A wrong one carries a note that says what was wrong."""

    judged: Judged
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShadow:
    """What would leave now, before it is kept. `key` names it: the same thing noted twice is one item.

    `subject` is what graduates: a template with its digest ("invitation_thread@1f2e…"), all status templates together for broadcasts, or
    a rule with its digest. `post` is the exact post with its account and place; `why` holds the facts it was decided on, as words.
    `live`: its subject had graduated, so it went on to the outbox; such items are there for spot checks.
    """

    kind: ShadowKind
    subject: str
    post: OutgoingPost
    language: str
    template: str
    why: Mapping[str, str]
    at: datetime
    key: str
    live: bool = False
    case_id: int | None = None
    issue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowItem:
    """A kept shadow item; `check` is None until a person looked at it."""

    shadow_id: int
    kind: ShadowKind
    subject: str
    post: OutgoingPost
    language: str
    template: str
    why: Mapping[str, str]
    at: datetime
    live: bool = False
    case_id: int | None = None
    issue_id: int | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How much has to be checked, how much of that right, by how many different people. Never below the floors of this module."""

    checked: int = 50
    right: float = 0.95
    reviewers: int = 1

    @property
    def needs_checked(self) -> int:
        return max(self.checked, FEWEST_CHECKED)

    @property
    def needs_right(self) -> float:
        return min(max(self.right, LEAST_RIGHT), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduation:
    """A person's leave, on the figures of that moment, for a subject to go live. It ends when `void_reason` is not empty."""

    graduation_id: int
    kind: ShadowKind
    subject: str
    checked: int
    right: int
    given_by: str
    given_at: datetime
    void_reason: str = ""
    void_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowFigures:
    """How a subject stands. `checked`, `right` and `reviewers` count the most recently checked items, `needs_checked` of them at most.

    `current`: the template or rule is the one in use now. `graduation` is the one in force, or None.
    """

    kind: ShadowKind
    subject: str
    recorded: int
    waiting: int
    checked: int
    right: int
    reviewers: int
    bar: Bar
    current: bool
    graduation: Graduation | None = None

    @property
    def share_right(self) -> float:
        """The share of right ones among those checked; 0 when none was."""
        return self.right / self.checked if self.checked else 0.0

    @property
    def holds(self) -> bool:
        """Whether the figures are good enough for a person to let it graduate (and, later, for the graduation to stand)."""
        enough = self.checked >= self.bar.needs_checked and self.reviewers >= self.bar.reviewers
        return enough and self.share_right >= self.bar.needs_right
