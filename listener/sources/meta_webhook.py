"""What Meta sends by itself: one address for Facebook pages, Instagram, WhatsApp and Threads, proven by the app's secret (RULES S17)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from listener.model.mention import Mention
from listener.model.page import Found, Page, Skip
from listener.ports import Clock
from listener.sources import meta_facebook, meta_instagram, meta_messages, meta_threads, meta_whatsapp
from listener.sources.meta_fields import moment_of, no_things, text_of, thing, things
from listener.sources.pushed import PushedSource, page_of, read_body
from listener.sources.signed import META_HEADER, same, signed_sha256

MOST_AGE = timedelta(days=8)
"""Meta repeats for up to seven days what was not acknowledged; what says that it is older is somebody else's repetition."""
_CHANGES = {"page": meta_facebook.read_change, "instagram": meta_instagram.read_change}
WHATSAPP = "whatsapp_business_account"
MODE, TOKEN, CHALLENGE = "hub.mode", "hub.verify_token", "hub.challenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that Meta told: to which account (by any of its names), when it was sent, and what it says."""

    accounts: tuple[str, ...]
    at: datetime | None
    found: Found


class MetaWebhook(PushedSource):
    """Reads what Meta posts. `secret` returns a secret of this source by its kind (APP_SECRET, VERIFY_TOKEN), "" when it is not set.

    accounts: pages, Instagram and Threads accounts, WhatsApp business accounts or numbers that are ours; empty: all that Meta sends.
    What one of them wrote itself is left out. Without APP_SECRET nothing is believed.
    """

    def __init__(self, source_id: str, *, accounts: Collection[str], secret: Callable[[str], str], clock: Clock) -> None:
        super().__init__(source_id)
        self._accounts = frozenset(accounts)
        self._secret = secret
        self._clock = clock

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return Meta's challenge when it brings our verify token."""
        if query.get(MODE) != "subscribe" or not same(query.get(TOKEN, ""), self._secret("VERIFY_TOKEN")):
            return None
        return query.get(CHALLENGE, "")[:200]

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether Meta signed the body with our app's secret. Meta signs no time: see `MOST_AGE` and the ledger's keys."""
        return signed_sha256(headers.get(META_HEADER, ""), self._secret("APP_SECRET"), body)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Page:  # noqa: ARG002 - the port gives them; all is in the body
        """Return what the body says; see `Receiver.read`."""
        oldest = self._clock.now() - MOST_AGE
        return page_of([self._why_not(one, oldest) or one.found for one in read_told(read_body(body))])

    def _why_not(self, told: Told, oldest: datetime) -> Skip | None:
        """Return why something is not for us; None when it is."""
        accounts, found = [one for one in told.accounts if one], told.found
        if told.at is not None and told.at < oldest:
            return Skip(where=f"account {accounts[-1] if accounts else '?'}", reason="it was sent more than eight days ago")
        if self._accounts and accounts and not self._accounts & set(accounts):
            return Skip(where=f"account {accounts[-1]}", reason="not one of this source's accounts")
        if isinstance(found, Mention) and found.author is not None and found.author.native_id in {found.realm, *self._accounts}:
            return Skip(where=f"post {found.native_id}", reason="we wrote it ourselves")
        return None


def read_told(told: Mapping[str, Any]) -> list[Told]:
    """Return all that a body says, in order. Never raises, whatever the shape."""
    kind = text_of(told.get("object"))
    if "values" in told:
        return _threads(told)
    if kind not in (*_CHANGES, WHATSAPP):
        return [_unread("body", f"nothing is read of the object {kind[:40] or '?'}")]
    if not told.get("entry"):
        return [_unread("body", "it holds no entries")]
    return [*_strange(told.get("entry"), "entry"), *(one for entry in things(told.get("entry")) for one in _entry(kind, entry))]


def _entry(kind: str, entry: Mapping[str, Any]) -> list[Told]:
    account, at = text_of(entry.get("id")), moment_of(entry.get("time"))
    found = _strange(entry.get("changes"), f"account {account}")
    for change in things(entry.get("changes")):
        field, value = text_of(change.get("field")), thing(change.get("value"))
        number = text_of(thing(value.get("metadata")).get("phone_number_id"))
        read = meta_whatsapp.read_change(field, value) if kind == WHATSAPP else _CHANGES[kind](account, field, value, at)
        found += [Told(accounts=(account, number), at=at, found=one) for one in read]
    if kind in meta_messages.CHANNELS:
        found += [one for name in ("messaging", "standby") for one in _strange(entry.get(name), f"account {account}")]
        for event in (*things(entry.get("messaging")), *things(entry.get("standby"))):
            found += [Told(accounts=(account,), at=at, found=one) for one in meta_messages.read_message(kind, account, event)]
    return found


def _unread(where: str, reason: str) -> Told:
    return Told(accounts=(), at=None, found=Skip(where=where, reason=reason))


def _strange(rows: object, where: str) -> list[Told]:
    """Return what stands in a list and is no object: that something came which nobody could read is told."""
    return [Told(accounts=(), at=None, found=one) for one in no_things(rows, where)]


def _threads(told: Mapping[str, Any]) -> list[Told]:
    """Read a notification of Threads: one a body, or a list of them below `values`."""
    at, found = moment_of(told.get("time")), []
    for one in things(told.get("values")) or [thing(told.get("values"))]:
        value = thing(one.get("value"))
        owner = text_of(thing(value.get("root_post")).get("owner_id"))
        read = meta_threads.read_change(text_of(one.get("field")), value, at)
        found += [Told(accounts=(owner,), at=at, found=each) for each in read]
    return found
