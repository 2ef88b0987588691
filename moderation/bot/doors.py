"""Who may do what in Discord: every command and every press stands for a route of the staff pages, and asks what that route asks (S23).

So there is one table of rights (`moderation/inbox/rights.py`), and nobody gets further here than there. A route that asks who somebody is
again (RULES S12) stays on its page: Discord cannot show that, so the bot says so and gives the way there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.inbox.limits import LIMITED_ROUTES, Limited
from moderation.inbox.rights import FRESH, WHOLE_HOUSE, needed_for
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Right


@dataclass(frozen=True, slots=True)
class Door:
    """The route that does the same on a page, and names that fill its address. `right` is for what no page does."""

    method: str
    path: str
    right: Right | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has to be a colleague."""
        return not self.path and self.right is None

    @property
    def needs(self) -> Right | None:
        """The right that is asked; None when the table of routes does not know it, and then nobody gets in."""
        needed = self.right or needed_for(self.method, self.path)
        return needed if isinstance(needed, Right) else None

    @property
    def whole_house(self) -> bool:
        """Whether it is about every brand at once."""
        return (self.method, self.path) in WHOLE_HOUSE

    @property
    def fresh(self) -> bool:
        """Whether its page asks who somebody is again."""
        return (self.method, self.path) in FRESH

    @property
    def limited(self) -> Limited | None:
        """What is counted of it, if anything."""
        return LIMITED_ROUTES.get((self.method, self.path))


OPEN = Door("", "")
"""For whoever uses Discord: what we keep of them, and being forgotten."""

COMMANDS: Mapping[str, Door] = {
    "issues": Door("GET", "/issues"),
    "issue": Door("GET", "/issues/{issue_id}"),
    "mentions": Door("GET", "/search"),
    "claim": Door("POST", "/cases/{case_id}/claim"),
    "reply": Door("POST", "/cases/{case_id}/reply"),
    "status": Door("POST", "/status/{issue_id}/draft"),
    "digest": Door("GET", "/digest"),
    "sources": Door("GET", "/sources"),
    "outbox": Door("GET", "/outbox"),
    "actions": Door("GET", "/actions"),
    "privacy": OPEN,
    "forget-me": OPEN,
}
"""Commands by name."""

PRESSES: Mapping[str, Door] = {
    # looking
    "issues_page": Door("GET", "/issues"),
    "issue_open": Door("GET", "/issues/{issue_id}"),
    "mentions_page": Door("GET", "/search"),
    "case_open": Door("GET", "/cases/{case_id}"),
    "outbox_open": Door("GET", "/outbox"),
    "actions_open": Door("GET", "/actions"),
    # issues
    "issue_mute": Door("POST", "/issues/{issue_id}/mark"),
    "issue_unmute": Door("POST", "/issues/{issue_id}/mark"),
    "issue_resolve": Door("POST", "/issues/{issue_id}/mark"),
    "issue_reopen": Door("POST", "/issues/{issue_id}/mark"),
    "signal_seen": Door("", "", Right.ANSWER),
    # conversations
    "case_next": Door("POST", "/queue/next"),
    "case_claim": Door("POST", "/cases/{case_id}/claim"),
    "case_release": Door("POST", "/cases/{case_id}/release"),
    # replies
    "reply_write": Door("POST", "/cases/{case_id}/reply"),
    "reply_preview": Door("POST", "/cases/{case_id}/reply/preview"),
    "reply_send": Door("POST", "/cases/{case_id}/reply/{draft_id}/send"),
    "reply_ask": Door("POST", "/cases/{case_id}/reply/{draft_id}/ask"),
    "reply_approve": Door("POST", "/approvals/{draft_id}/approve"),
    # public status
    "status_write": Door("POST", "/status/{issue_id}/draft"),
    "status_words": Door("POST", "/status/{issue_id}/draft"),
    "status_next": Door("POST", "/status/{issue_id}/draft"),
    "status_open": Door("GET", "/status/{issue_id}"),
    "status_take_over": Door("POST", "/status/{issue_id}/draft"),
    "status_publish": Door("POST", "/status/{issue_id}/publish"),
    "status_discard": Door("POST", "/status/{issue_id}/discard"),
    # what leaves
    "outbox_stop": Door("POST", "/outbox/stop"),
    "outbox_resume": Door("POST", "/outbox/resume"),
    "alarm_seen": Door("POST", "/outbox/alarms/{alarm_id}/seen"),
    # oneself
    "forget_me": OPEN,
    "object_me": OPEN,
}
"""What is behind a button, a menu or a form, by what it does."""

NAMES: Mapping[str, ObjectKind] = {kind.value: kind for kind in ObjectKind}
"""Names under which an option, a press or a choice carries the number of a thing of some brand."""


def page_of(door: Door, given: Mapping[str, str]) -> str:
    """Return the address of the page on which what a door stands for is pressed, below the staff pages' own address."""
    if door.path.startswith("/approvals"):
        return "/approvals"
    if door.path.startswith("/outbox"):
        return "/outbox"
    if door.path.startswith("/status"):
        return f"/status/{given.get('issue', '')}" if given.get("issue") else "/status"
    return "/"
