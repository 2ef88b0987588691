"""Getting in: one-time links, and the sessions they open. Both live in memory only, and neither keeps a secret in the clear."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock

LINK_LASTS = timedelta(minutes=15)
IDLE_LIMIT = timedelta(hours=8)
LONGEST = timedelta(days=7)
FRESH = timedelta(minutes=15)
"""What posts in the brand's name, or lets posting happen again, asks a sign-in not longer ago than this (RULES S12)."""
COOKIE = "__Host-klankbord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in. `csrf` has to come back with every form of theirs; `language` is empty until they choose one."""

    agent: str
    csrf: str
    opened: float
    last_seen: float
    language: str = ""


class SignIn:
    """One-time links and sessions: 256 random bits each, kept as SHA-256 only (RULES S11).

    `monotonic` returns seconds that never go back, so that a changed clock neither shortens nor prolongs a session.
    Safe to call from several threads.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._links: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, Session] = {}
        self._lock = Lock()

    def new_link(self, base_url: str, *, agent: str) -> str:
        """Return an address under `base_url` that signs `agent` in once, within 15 minutes.

        Whoever has it can use it: print it, never log it.
        """
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_stale()
            self._links[_digest(token)] = (agent, self._monotonic() + LINK_LASTS.total_seconds())
        return f"{base_url.rstrip('/')}/sign-in?token={token}"

    def works(self, token: str) -> bool:
        """Tell whether `token` would sign somebody in now, without using it up: a link preview may look."""
        with self._lock:
            found = self._links.get(_digest(token))
            return found is not None and found[1] > self._monotonic()

    def enter(self, token: str, *, replacing: str = "") -> str | None:
        """Use `token` up and return the secret of a new session, or None when it does not work (any more).

        The session named by `replacing` ends: nobody can plant one.
        """
        with self._lock:
            agent, until = self._links.pop(_digest(token), ("", 0.0))
            now = self._monotonic()
            if not agent or until <= now:
                return None
            self._sessions.pop(_digest(replacing), None)
            session_secret = secrets.token_urlsafe(32)
            self._sessions[_digest(session_secret)] = Session(agent=agent, csrf=secrets.token_urlsafe(32), opened=now, last_seen=now)
            return session_secret

    def session(self, session_secret: str, *, touch: bool = True) -> Session | None:
        """Return the session behind a cookie, or None. `touch` False looks without counting as activity (a page that refreshes itself)."""
        if not session_secret:
            return None
        key = _digest(session_secret)
        with self._lock:
            found = self._sessions.get(key)
            if found is None:
                return None
            now = self._monotonic()
            if not _alive(found, now):
                del self._sessions[key]
                return None
            if touch:
                found = self._sessions[key] = replace(found, last_seen=now)
            return found

    def fresh(self, session: Session) -> bool:
        """Tell whether this person signed in within the last 15 minutes; being busy on the pages meanwhile does not count."""
        return self._monotonic() - session.opened <= FRESH.total_seconds()

    def prefer(self, session_secret: str, language: str) -> None:
        """Show this session's pages in `language` from now on."""
        key = _digest(session_secret)
        with self._lock:
            if key in self._sessions:
                self._sessions[key] = replace(self._sessions[key], language=language)

    def leave(self, session_secret: str) -> None:
        """End one session; harmless when it has ended."""
        with self._lock:
            self._sessions.pop(_digest(session_secret), None)

    def end_all(self) -> int:
        """End every session and void every link. Returns how many sessions there were."""
        with self._lock:
            ended = len(self._sessions)
            self._sessions.clear()
            self._links.clear()
            return ended

    def _forget_stale(self) -> None:
        now = self._monotonic()
        self._links = {key: link for key, link in self._links.items() if link[1] > now}
        self._sessions = {key: session for key, session in self._sessions.items() if _alive(session, now)}


def _alive(session: Session, now: float) -> bool:
    return now - session.last_seen < IDLE_LIMIT.total_seconds() and now - session.opened < LONGEST.total_seconds()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
