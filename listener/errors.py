"""Every error a person may see, in one tree. Library errors are translated once, at the edge, with the cause kept.

ProductError
├─ SettingsError   names file, key and an accepted value               a person edits
├─ InputError      names the file, row or option that is wrong         a person mends the input
├─ SourceError     RateLimited (carries wait_seconds)                  the schedule waits
│                  SourceUnavailable (platform or network)             the schedule retries
│                  SourceRefused (key, permission, account)            a person acts
│                  BudgetSpent (a cap that you set)                    the schedule waits for the next day
├─ StoreError      SchemaTooNew · StoreLocked · StoreDamaged · StoreFull    start-up stops and says so
├─ CannotDraw      a chart could not be drawn                          its sentence and table are shown
└─ ActionError     AlreadyClaimed · NotAllowed · PublishRejected · PublishUnknown · NotSent    the inbox or bot shows it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class ProductError(Exception):
    """Something a person can read and act on. The message says what happened and what to do next, without secrets or traces."""


class SettingsError(ProductError):
    """A setting is missing or wrong; the message names file, key and an accepted value."""


class InputError(ProductError):
    """A file, row or option that a person handed us is wrong; the message names it."""


class SourceError(ProductError):
    """A source could not be read."""


class RateLimited(SourceError):
    """The platform asks us to wait `wait_seconds` (never negative) before the next request."""

    def __init__(self, message: str, *, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = max(0.0, wait_seconds)


class SourceUnavailable(SourceError):
    """The platform or the network failed; trying again later may help."""


class SourceRefused(SourceError):
    """The platform says no until a person mends a key, a permission, an address or an account.

    `cause` is a key with words in config/templates/<language>/{inbox.yaml,digest.j2}: library_missing, token_missing, token_expired,
    token_rejected, scope_missing, approval_missing, approval_revoked, account_blocked, forbidden, not_found, payment; empty: other.
    `status`, `said` (the beginning of the body) and `headers` are the platform's answer, for sources that know its dialect; none is shown.
    """

    def __init__(
        self, message: str, *, cause: str = "", status: int = 0, said: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.status = status
        self.said = said
        self.headers = dict(headers or {})


class BudgetSpent(SourceError):
    """A cap on requests or money that you set for a source is reached; it goes on the next day (UTC)."""


class CannotDraw(ProductError):
    """A chart could not be drawn; whoever wanted it shows its sentence and its table."""


class StoreError(ProductError):
    """A store cannot be used."""


class SchemaTooNew(StoreError):
    """The ledger was written by a newer Klankbord; this one refuses to touch it."""


class StoreLocked(StoreError):
    """Another process works on this home; the message names its process id."""


class StoreDamaged(StoreError):
    """A store's file is unreadable; the message names the file and the command that mends it."""


class StoreFull(StoreError):
    """The disk is full (or a size limit was reached). Nothing acknowledged was lost; free space and go on."""


class ActionError(ProductError):
    """Something a person asked for cannot be done now.

    `key` and `fields` let a page say it in its reader's language ("refused.<key>" among its words); `rules` are the rules of the policy
    that forbid it, by name. Without them a page shows the message.
    """

    def __init__(self, message: str, *, key: str = "", fields: Mapping[str, object] | None = None, rules: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.key = key
        self.fields = dict(fields or {})
        self.rules = tuple(rules)


class AlreadyClaimed(ActionError):
    """Somebody else holds this case, or it changed since it was read."""


class NotAllowed(ActionError):
    """A role, rule or switch forbids it; the message names which. `why` is a key for pages that have words of their own; empty: none."""

    def __init__(
        self, message: str, *, why: str = "", key: str = "", fields: Mapping[str, object] | None = None, rules: Iterable[str] = ()
    ) -> None:
        super().__init__(message, key=key, fields=fields, rules=rules)
        self.why = why


class PublishRejected(ActionError):
    """The platform did not accept a post, and said so before accepting anything.

    `why` is a key with words in config/templates/<language>/outbox.yaml: gone, locked, shared, banned, forbidden, invalid, too_long;
    empty: other.
    """

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class PublishUnknown(ActionError):
    """The platform may or may not have accepted a post: no answer came, or none that can be trusted. Never a reason to send again."""


class NotSent(ActionError):
    """A post never left this machine: no name, no connection. Nothing can be there, so the gateway may try again later."""
