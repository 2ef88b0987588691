"""Getting in: one-time links, and the sessions they and passwords open. The ledger keeps both, and neither in the clear."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.sessions import SessionLedger, Signed
from moderation.model.account import Account, How, Link, OpenSession, Purpose, Stage, Theme
from moderation.model.person import Person, Role
from moderation.workflows.enter import owes_second_step

LINK_LASTS = timedelta(minutes=15)
INVITE_LASTS = timedelta(hours=24)
"""A link with which a colleague chooses a password travels by mail or chat; one that lets somebody in is used at once."""
IDLE_LIMIT = timedelta(hours=8)
LONGEST = timedelta(days=7)
FRESH = timedelta(minutes=15)
"""What posts in the brand's name, or lets posting happen again, asks a sign-in not longer ago than this (RULES S12)."""
ON_THE_WAY = timedelta(minutes=10)
"""How long a right password waits for the second step."""
SEEN_EVERY = timedelta(minutes=1)
"""Activity is written down at most this often: a page that loads ten files is one visit."""
COOKIE = "__Host-klankbord"
STEP_COOKIE = "__Host-klankbord-step"
"""Carries somebody from the password to the second step; opens no page."""
ASKS_STEP = frozenset({How.PASSWORD, How.OIDC})
"""Ways in that count only with a second step where the role needs one; somebody promoted meanwhile comes in anew."""
MACHINE = "machine"
"""Who the audit log names for what was done in a terminal without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in. `csrf` has to come back with every form of theirs; `language` is empty until they choose one.

    `person` is who they are and what they may do at this moment. `person_id` None: whoever holds the machine, while there are no people.
    """

    session_id: int
    person_id: int | None
    person: Person
    csrf: str
    opened: datetime
    proved: datetime
    last_seen: datetime
    language: str = ""
    theme: Theme = Theme.SYSTEM
    signature: str = ""
    has_password: bool = False

    @property
    def agent(self) -> str:
        """Return the name that acts, approvals and the audit log carry."""
        return self.person.name


class SignIn:
    """One-time links and sessions: 256 random bits each, kept as SHA-256 only (RULES S11). Safe to call from several threads."""

    def __init__(self, store: SessionLedger, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def new_link(self, base_url: str, *, agent: str, purpose: Purpose = Purpose.SIGN_IN, by: str = MACHINE, trusted: bool = True) -> str:
        """Return an address under `base_url` that works once for `agent`: 15 minutes to come in, 24 hours to choose a password.

        Whoever has it can use it: print it, never log it. `trusted`: made in a terminal, which counts as a second step. Raises
        `NotAllowed` when there are people and this is none of them, or one who is disabled.
        """
        account = self._store.account(agent)
        if account is None and self._store.has_people():
            raise NotAllowed(f"{agent!r} is nobody here; `klankbord person list` shows who is, `klankbord person add` adds somebody.")
        if account is not None and account.person.disabled:
            raise NotAllowed(f"{account.person.name} is disabled; `klankbord person enable` lets them in again.")
        token, now = secrets.token_urlsafe(32), self._clock.now()
        link = Link(
            name=account.person.name if account else agent,
            person_id=account.person_id if account else None,
            purpose=purpose,
            trusted=trusted,
        )
        lasts = LINK_LASTS if purpose is Purpose.SIGN_IN else INVITE_LASTS
        self._store.add_link(digest_of(token), link, at=now, expires_at=now + lasts, by=by)
        return f"{base_url.rstrip('/')}/sign-in?token={token}"

    def has_people(self) -> bool:
        """Tell whether anybody was added yet: until then a link from the terminal lets in whoever holds the machine."""
        return self._store.has_people()

    def link(self, token: str) -> Link | None:
        """Return what `token` would do now, without using it up: a link preview may look."""
        found = self._store.link(digest_of(token), self._clock.now())
        return found if found is not None and (found.person_id is not None or not self._store.has_people()) else None

    def works(self, token: str) -> bool:
        """Tell whether `token` would work now."""
        return self.link(token) is not None

    def use(self, token: str) -> Link | None:
        """Use `token` up and return what it was, or None when it does not work (any more). Of two who try at once, one gets it."""
        return self._store.use_link(digest_of(token), self._clock.now()) if self.works(token) else None

    def enter(self, token: str, *, replacing: str = "", device: str = "") -> str | None:
        """Use `token` up and return the secret of a new session, or None when it does not work (any more), or asks for a password.

        The session named by `replacing` ends: nobody can plant one.
        """
        found = self.link(token)
        if found is None or found.purpose is not Purpose.SIGN_IN or self.use(token) is None:
            return None
        account = self._store.account(found.name) if found.person_id is not None else None
        return self.open(account, name=found.name, how=How.LINK, replacing=replacing, device=device)

    def open(
        self, account: Account | None, *, name: str, how: How, stage: Stage = Stage.IN, replacing: str = "", device: str = ""
    ) -> str | None:
        """Return the secret of a new session, or of somebody on the way in; None for somebody disabled."""
        if account is not None and account.person.disabled:
            return None
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        self._store.forget_before(seen=now - IDLE_LIMIT, opened=now - LONGEST)
        old = digest_of(replacing) if replacing else ""
        self._store.open(digest_of(secret), account=account, name=name, stage=stage, how=how, device=device[:200], at=now, replacing=old)
        return secret

    def session(self, session_secret: str, *, touch: bool = True) -> Session | None:
        """Return the session behind a cookie, or None. `touch` False looks without counting as activity (a page that refreshes itself)."""
        signed = self._alive(session_secret)
        if signed is None or signed.session.stage is not Stage.IN:
            return None
        now, seen = self._clock.now(), signed.session.seen_at
        if touch and now - seen >= SEEN_EVERY:
            self._store.touch(signed.session.session_id, now)
            seen = now
        return _session_of(signed, csrf=_form_token(session_secret), seen=seen)

    def on_the_way(self, step_secret: str) -> tuple[OpenSession, Account] | None:
        """Return who showed a right password and owes the second step, for ten minutes; None otherwise.

        Whoever was about to set one up is led nowhere once there is one: a password alone does not replace it.
        """
        signed = self._alive(step_secret)
        if signed is None or signed.account is None or signed.session.stage is Stage.IN:
            return None
        if signed.session.stage is Stage.SETUP and signed.account.person.second_step:
            return None
        return (signed.session, signed.account) if self._clock.now() - signed.session.opened_at < ON_THE_WAY else None

    def end_step(self, step_secret: str) -> None:
        """Forget somebody on the way in, once they are in."""
        signed = self._alive(step_secret)
        if signed is not None and signed.session.stage is not Stage.IN:
            self._store.drop(signed.session.session_id)

    def fresh(self, session: Session) -> bool:
        """Tell whether this person showed who they are within the last 15 minutes; being busy on the pages meanwhile does not count."""
        return self._clock.now() - session.proved <= FRESH

    def prove(self, session: Session) -> None:
        """Note that this person showed again who they are."""
        self._store.prove(session.session_id, self._clock.now())

    def prefer(self, session_secret: str, language: str) -> None:
        """Show this session's pages in `language` from now on."""
        signed = self._alive(session_secret)
        if signed is not None:
            self._store.prefer(signed.session.session_id, language)

    def leave(self, session_secret: str) -> None:
        """End one session; harmless when it has ended."""
        if session_secret:
            self._store.sign_out(digest_of(session_secret), self._clock.now())

    def end_all(self, by: str = MACHINE) -> int:
        """End every session and void every link. Returns how many sessions there were."""
        return self._store.end_all(at=self._clock.now(), by=by)

    def _alive(self, session_secret: str) -> Signed | None:
        if not session_secret:
            return None
        signed, now = self._store.find(digest_of(session_secret)), self._clock.now()
        if signed is None:
            return None
        one, account = signed.session, signed.account
        nobody = signed.people if account is None else account.person.disabled
        halfway = account is not None and one.stage is Stage.IN and one.how in ASKS_STEP and owes_second_step(account.person)
        if nobody or halfway or now - one.seen_at >= IDLE_LIMIT or now - one.opened_at >= LONGEST:
            self._store.drop(one.session_id)
            return None
        return signed


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: enough to know it again, not enough to use it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _form_token(session_secret: str) -> str:
    """Return the token of a session's forms: it follows from the cookie's secret, and tells nothing about it."""
    return hmac.digest(session_secret.encode("utf-8", "surrogatepass"), b"klankbord form", "sha256").hex()


def _session_of(signed: Signed, *, csrf: str, seen: datetime) -> Session:
    one, account = signed.session, signed.account
    return Session(
        session_id=one.session_id,
        person_id=one.person_id,
        person=account.person if account else Person(name=one.name, role=Role.ADMIN),
        csrf=csrf,
        opened=one.opened_at,
        proved=one.proved_at,
        last_seen=seen,
        language=signed.language or (account.person.language if account else ""),
        theme=account.theme if account else Theme.SYSTEM,
        signature=account.signature if account else "",
        has_password=bool(account and account.password_hash),
    )
