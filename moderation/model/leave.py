"""Who wants nothing more from us, and who agreed to what: opt-outs and consent. A person is only ever named by their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


def person_key(platform: str, realm: str, native_id: str) -> str:
    """Return the key of a person on a platform, as `Author.key` spells it; empty when nobody is named."""
    return f"{platform}/{realm}/{native_id}" if native_id else ""


UNPROVEN = "unproven"
"""The note of an opt-out whose message does not prove who sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Somebody asked not to be contacted. It stands until `ended_at`.

    `how` is words (they wrote it to us), hand (a colleague noted it) or link (they followed the link in a message). `at` is when they
    said so, not when we read it. `mention_id` is the message that says so, 0 when there is none.
    """

    person_key: str
    at: datetime
    how: str
    noted_by: str
    mention_id: int = 0
    note: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""


CONSENT_CHANNELS: Mapping[str, str] = {"mail": "email"}
"""The name under which people agree to be written to, where a platform is called otherwise."""


def consent_channel(platform: str) -> str:
    """Return the channel whose consent a direct message on `platform` needs."""
    return CONSENT_CHANNELS.get(platform, platform)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A person agreed to be asked or told something on one channel (such as "email", "discord_dm", "whatsapp").

    `wording` names what they agreed to, with its version. It stands until `withdrawn_at`.
    """

    person_key: str
    channel: str
    wording: str
    given_at: datetime
    noted_by: str
    source: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveFacts:
    """What the ledger knows, just before a send, about the person addressed and about our own posts elsewhere.

    `person_keys` are the author of the answered message and whom a direct message goes to. `opted_out`: one of them asked to be left
    alone; `asked_since`: and the answered message came after that, and does not say it again. `consented`: to this channel.
    `heard_at`: their latest message there, looked up where a platform's window depends on it. `mention_platform`: where the answered
    message stands. `elsewhere`: what other accounts of ours posted on this platform within seven days. `paid_day`: what all accounts
    posted on it within a day.
    """

    at: datetime | None = None
    person_keys: tuple[str, ...] = ()
    opted_out: bool = False
    asked_since: bool = False
    consented: bool = False
    heard_at: datetime | None = None
    mention_platform: str = ""
    elsewhere: tuple[str, ...] = ()
    paid_day: tuple[str, ...] = ()
