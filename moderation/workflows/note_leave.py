"""Consent and opt-out as a colleague notes them from a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.leave import LeaveLedger
from moderation.model.leave import Consent, OptOut
from moderation.triage.contact_signs import JOINING
from moderation.workflows.join_contacts import Joins
from moderation.workflows.words_inside import one_line

CHANNELS = (JOINING, "email", "discord_dm", "whatsapp")
"""What somebody may agree to: being recognised across channels, and being written to on one."""
WORDING = "noted by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What a customer agreed to, and whether they asked to be left alone. `nobody`: the platform named nobody."""

    nobody: bool
    opted_out: OptOut | None
    consents: tuple[Consent, ...]


class LeaveNotes:
    """Keeps what a customer told a colleague. All raise `NotAllowed` when the conversation names nobody."""

    def __init__(self, ledger: LeaveLedger, joins: Joins, clock: Clock) -> None:
        self._ledger = ledger
        self._joins = joins
        self._clock = clock

    def of(self, person_key: str) -> Leave:
        """Return what stands for a person."""
        if not person_key:
            return Leave(nobody=True, opted_out=None, consents=())
        standing = tuple(one for one in self._ledger.consents(person_key) if one.withdrawn_at is None)
        return Leave(nobody=False, opted_out=self._ledger.opt_out(person_key), consents=standing)

    def consent(self, person_key: str, channel: str, by: str, *, source: str = "") -> None:
        """Note that somebody agreed; `source` says how we know."""
        self._known(person_key, channel)
        if self._ledger.consent(person_key, channel) is not None:
            return
        said = one_line(source, most=300)
        given = Consent(
            person_key=person_key, channel=channel, wording=WORDING, given_at=self._clock.now(), noted_by=by, source=said or "conversation"
        )
        self._ledger.add_consent(given)
        self._joins.forget_reading(person_key)

    def withdraw(self, person_key: str, channel: str, by: str) -> None:
        """Note that somebody no longer agrees. What was joined stays until a person takes it apart; nothing new is suggested."""
        self._known(person_key, channel)
        self._ledger.withdraw(person_key, channel, who=by, at=self._clock.now())
        self._joins.forget_reading(person_key)

    def opt_out(self, person_key: str, by: str, *, why: str = "") -> None:
        """Note that somebody asked to be left alone."""
        self._known(person_key)
        if not self._ledger.opted_out(person_key):
            said = one_line(why, most=300)
            self._ledger.add_opt_out(OptOut(person_key=person_key, at=self._clock.now(), how="hand", noted_by=by, note=said))
            self._joins.forget_reading(person_key)

    def end_opt_out(self, person_key: str, by: str, *, why: str = "") -> None:
        """Take an opt-out back, at the customer's own wish."""
        self._known(person_key)
        said = one_line(why, most=300)
        if not said:
            raise NotAllowed("Say how they asked for it: an opt-out ends only at their own wish.", key="talk_how_asked")
        self._ledger.end_opt_out(person_key, who=by, at=self._clock.now(), why=said)
        self._joins.forget_reading(person_key)

    def _known(self, person_key: str, channel: str = JOINING) -> None:
        if not person_key:
            raise NotAllowed("The platform named nobody here, so there is nobody to keep this for.", key="talk_nobody")
        if channel not in CHANNELS:
            raise NotAllowed(f"They can agree to one of {', '.join(CHANNELS)}.", key="talk_choose")
