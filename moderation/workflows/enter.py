"""Coming in: a password that nobody may guess at length, a second step, a password chosen by a link; and showing again who one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.identity.brake import (
    MOST_PER_ACCOUNT,
    MOST_PER_ADDRESS,
    WINDOW,
    account_key,
    address_key,
    delay_seconds,
    device_key,
)
from moderation.identity.passwords import Passwords, check_password
from moderation.identity.second_step import (
    address_for_app,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_digest,
)
from moderation.identity.step_key import StepKey
from moderation.ledger.people import Act, PeopleLedger
from moderation.ledger.ways_in import DeviceLedger, TryLedger
from moderation.model.account import Account, Stage
from moderation.model.person import Person, Role
from moderation.policy.people import person_of

NEED_SECOND_STEP = frozenset({Role.APPROVER, Role.ADMIN})
"""Roles that let posts leave or let others in: a password alone is not enough for them (RULES S10)."""
DEVICE_LASTS = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A try to get in that may go on after `delay_seconds`, or, with `wait_seconds` above 0, not before then."""

    account_key: str
    delay_seconds: float = 0.0
    wait_seconds: float = 0.0


def owes_second_step(person: Person) -> bool:
    """Tell whether this person has to set up a second step before anything else."""
    return person.role in NEED_SECOND_STEP and not person.second_step


def stage_of(person: Person) -> Stage:
    """Return where a right password leads: in, to the code, or to setting up the second step."""
    return Stage.CODE if person.second_step else Stage.SETUP if owes_second_step(person) else Stage.IN


class Door:
    """Answers whether somebody is who they say. Every method may block: call it off the event loop."""

    def __init__(
        self, people: PeopleLedger, tries: TryLedger, devices: DeviceLedger, passwords: Passwords, key: StepKey, clock: Clock
    ) -> None:
        self._people = people
        self._tries = tries
        self._devices = devices
        self._passwords = passwords
        self._key = key
        self._clock = clock

    def knock(self, name: str, *, address: str, device: str, what: str = "") -> Knock:
        """Count a try for `name` from `address`; `device`: digest of a browser that may be known; `what`: other than a password.

        From a known device only that device's own mistakes count: somebody else's guesses keep nobody out (RULES S9).
        """
        account = self._people.named(name)
        known = account is not None and bool(device) and self._devices.knows(device, account.person_id)
        key = device_key(f"{device} {what}") if known else account_key(f"{person_of(name)} {what}")
        now = self._clock.now()
        tries = self._tries.begin(
            key,
            address_key(address),
            now,
            window=WINDOW,
            per_account=MOST_PER_ACCOUNT,
            per_address=None if known else MOST_PER_ADDRESS,
        )
        if tries.wait_until is not None:
            return Knock(account_key=key, wait_seconds=max(1.0, (tries.wait_until - now).total_seconds()))
        return Knock(account_key=key, delay_seconds=delay_seconds(tries.before))

    def by_password(self, knock: Knock, name: str, password: str) -> Account | None:
        """Return whose password this is, or None: for a wrong one, an unknown name and somebody disabled alike, after the same work."""
        account = self._people.named(name)
        fits = self._passwords.fits(password, account.password_hash if account else "")
        if account is not None and fits and not account.person.disabled:
            self._tries.forgive(knock.account_key)
            return account
        self._failed(account, how="password")
        return None

    def by_code(self, knock: Knock, account: Account, code: str) -> bool:
        """Tell whether `code` is right: one from the app that was not used before, or a recovery code, which this uses up."""
        if self._right_code(account, code):
            self._tries.forgive(knock.account_key)
            return True
        self._failed(account, how="code")
        return False

    def locked(self, text: str) -> str:
        """Return text that only this home can read again, to be kept by somebody's browser."""
        return self._key.locked(text)

    def opened(self, kept: str) -> str | None:
        """Return what `locked` was given; None for anything else."""
        return self._key.tried(kept)

    def remember(self, account: Account, device: str) -> None:
        """Know the browser with this digest as theirs."""
        now = self._clock.now()
        self._devices.remember(device, account.person_id, now, forget_before=now - DEVICE_LASTS)

    def offer_second_step(self, account: Account) -> tuple[str, str]:
        """Return what an app needs, as the form may carry it (encrypted, for this person only) and as an address for its QR code."""
        secret = new_secret()
        return self._key.locked(f"{account.person_id} {secret}"), address_for_app(secret, account.person.name)

    def offer_again(self, account: Account, offer: str) -> tuple[str, str]:
        """Return an offer made before with its address, after a mistyped code; a new one when it is none of ours."""
        try:
            return offer, address_for_app(self.offered(account, offer), account.person.name)
        except NotAllowed:
            return self.offer_second_step(account)

    def offered(self, account: Account, offer: str) -> str:
        """Return the secret in an offer that was made to this person, to show it again. Raises `NotAllowed` for any other."""
        person_id, _, secret = (self._key.tried(offer) or "").partition(" ")
        if person_id != str(account.person_id) or not secret:
            raise NotAllowed("Begin again with setting up the second step.", why="offer")
        return secret

    def set_second_step(self, account: Account, offer: str, code: str) -> tuple[str, ...] | None:
        """Keep an offered second step once its first code is right; return ten recovery codes, to be shown once. None: a wrong code."""
        secret = self.offered(account, offer)
        step = matching_step(secret, code, self._clock.now())
        if step is None:
            return None
        codes = new_recovery_codes()
        digests = tuple(recovery_digest(account.person_id, one) for one in codes)
        self._people.set_second_step(account.person_id, self._key.locked(secret), digests, self._act(account.person.name), used=step)
        return codes

    def new_recovery_codes(self, account: Account) -> tuple[str, ...]:
        """Return ten new recovery codes; the old ones are void."""
        codes = new_recovery_codes()
        digests = tuple(recovery_digest(account.person_id, one) for one in codes)
        self._people.set_recovery_codes(account.person_id, digests, self._act(account.person.name))
        return codes

    def end_second_step(self, account: Account, *, keep_session: int) -> None:
        """Go without a second step. Raises `NotAllowed` for a role that needs one."""
        if account.person.role in NEED_SECOND_STEP:
            raise NotAllowed(f"The role {account.person.role.value} needs a second step.", why="step_needed")
        self._people.reset_second_step(account.person_id, self._act(account.person.name), keep_session=keep_session)

    def check_password(self, account: Account, password: str, *, brand: str) -> None:
        """Raise `NotAllowed` for a password of theirs that is too short, too long or easily guessed; changes nothing."""
        who = account.person
        check_password(password, known=(who.name, who.shown, account.email.partition("@")[0], brand))

    def choose_password(self, account: Account, password: str, *, brand: str, keep_session: int = 0) -> None:
        """Keep a new password of theirs; their other sessions end. Raises `NotAllowed` for one that is too short or easily guessed."""
        who = account.person
        self.check_password(account, password, brand=brand)
        self._people.set_password(account.person_id, self._passwords.hashed(password), self._act(who.name), keep_session=keep_session)

    def account(self, person_id: int) -> Account | None:
        """Return one colleague as they are now."""
        return self._people.get(person_id)

    def recovery_codes_left(self, account: Account) -> int:
        """Return how many recovery codes somebody has not used."""
        return self._people.recovery_codes_left(account.person_id)

    def _right_code(self, account: Account, code: str) -> bool:
        if not account.step_secret:
            return False
        step = matching_step(self._key.opened(account.step_secret), code, self._clock.now())
        if step is not None:
            return self._people.use_step(account.person_id, step)
        digest = recovery_digest(account.person_id, code)
        return self._people.use_recovery_code(account.person_id, digest, self._act(account.person.name))

    def _failed(self, account: Account | None, *, how: str) -> None:
        act = self._act(account.person.name if account else "")
        self._people.note_failed(account.person_id if account else None, act, how=how)

    def _act(self, name: str) -> Act:
        return Act(by=name, at=self._clock.now())
