"""Recorded answers without what they tell of people: the same person is the same stand-in everywhere, and no secret survives. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from listener.settings.masking import masked
from listener.text.personal_data import Kind, find_personal_data

# fmt: off
PEOPLE = frozenset((
    "account", "accounts", "author", "authors", "by", "commenter", "creator", "from", "mentioned_users", "mentions", "member", "members",
    "owner", "participants", "poster", "recipient", "sender", "user", "users",
))
"""Keys below which an object is a person; one with a name of these kinds is a person wherever it stands."""
NAMED = frozenset((
    "acct", "display_name", "displayname", "global_name", "globalname", "handle", "nick", "preferredusername", "screen_name", "username",
))
ABOUT = NAMED | {
    "avatar", "bio", "description", "did", "email", "id", "link", "name", "note", "profile_image", "profile_image_url", "summary", "url",
    "user_id",
}
FLAT = frozenset((
    "author", "author_id", "by", "creator_id", "from_id", "owner_id", "sender", "sender_id", "user_id", "username",
))
"""Keys whose plain value names a person."""
# fmt: on
SECRET = re.compile(r"token|secret|passw|jwt|api_?key|cookie|session_?id|authorization", re.IGNORECASE)
TOKENS = re.compile(
    r"\b(?:Bearer|Basic|Bot) [A-Za-z0-9._~+/=-]{12,}|\b(?:gh[pousr]_|glpat-|xox[abpors]-|sk-|hf_|AKIA)[\w-]{12,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
RESERVED = (".example", ".invalid", "example.org", "example.com")
PERSONAL_IDS = re.compile(r"did:plc:[a-z2-7]{24}|@[\w.=/+-]{1,100}:[\w.-]{3,100}\.[a-z]{2,}")
SHORTEST, LONG = 3, 12


class SecretSurvived(Exception):
    """What was scrubbed still holds a secret, or somebody's address; nothing may be written. The message shows neither."""


@dataclass
class Scrubber:
    """Stand-ins for one recording, the same for the same value. `key`: makes ids that nobody can compute back; `keep`: names that stay.

    `secrets`: what was sent. Learn from every answer first (`learn`), then scrub all (`scrubbed`): a person named in the last answer may
    be mentioned in the first.
    """

    key: bytes
    secrets: set[str] = field(default_factory=set)
    keep: frozenset[str] = frozenset()
    standins: dict[str, str] = field(default_factory=dict)

    def learn(self, body: str) -> None:
        """Take note of the people and secrets in an answer."""
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        for key, value, person in _scalars(found):
            if SECRET.search(key) and isinstance(value, str) and len(value) >= 8:
                self.secrets.add(value)
            elif person and str(value) not in self.keep and len(str(value)) >= SHORTEST:
                self._stand_in(str(value))
        for value in (*PERSONAL_IDS.findall(body), *EMAIL.findall(body)):
            if value not in self.keep and not value.endswith(RESERVED):
                self._stand_in(value)
        for text in _texts(found) if found is not None else (body,):
            for one in find_personal_data(text):
                if one.kind is Kind.PHONE:
                    self._stand_in(text[one.start : one.end])

    def scrubbed(self, text: str) -> str:
        """Return a text with stand-ins. Raises `SecretSurvived` when something is left that should not be."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            for form in _forms(secret):
                text = text.replace(form, "TOKEN")
        for value in sorted(self.standins, key=len, reverse=True):
            for form in dict.fromkeys((value, json.dumps(value)[1:-1], value.replace("/", "\\/"))):
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", self.standins[value], text)
        self._must_be_clean(text)
        return masked(text, "TOKEN")  # what follows from a secret, such as Meta's proof, or signs an address for a while

    def _must_be_clean(self, text: str) -> None:
        if any(form in text for secret in self.secrets for form in _forms(secret)):
            raise SecretSurvived("A secret that was sent or answered is still there.")
        if TOKENS.search(text):
            raise SecretSurvived("Something that looks like a token or key is still there.")
        if any(not found.endswith(RESERVED) and found not in self.keep for found in EMAIL.findall(text)):
            raise SecretSurvived("An e-mail address is still there.")
        for name in self.keep:
            text = text.replace(name, "")
        if any(value in text for value in self.standins if len(value) >= LONG):  # shorter ones stand in other numbers by chance
            raise SecretSurvived("An id, address or number of a person is still there.")

    def _stand_in(self, value: str) -> None:
        if value in self.standins:
            return
        digest = hmac.new(self.key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        number = int.from_bytes(digest)
        nth = len(self.standins) + 1
        if value.isascii() and value.isdecimal():
            made = str(10 ** (len(value) - 1) + number % (9 * 10 ** (len(value) - 1)))
        elif value.startswith("did:plc:"):
            made = "did:plc:" + base64.b32encode(digest).decode()[:24].lower()
        elif value.startswith("@") and ":" in value:
            made = f"@person{nth}:matrix.example"
        elif value.startswith(("https://", "http://")):
            made = f"https://people.example/{nth}"
        elif EMAIL.fullmatch(value):
            made = f"person{nth}@example.org"
        elif re.fullmatch(r"[+()\d\s./-]{7,}", value):
            made = "".join(str((number >> at) % 10) if sign.isdigit() and at > 2 else sign for at, sign in enumerate(value))
        else:
            made = f"person{nth}" if " " not in value else f"Person {nth}"
        self.standins[value] = made


def _scalars(found: Any, key: str = "", *, person: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Yield every text and whole number with its key, and whether it tells of a person."""
    if isinstance(found, Mapping):
        names = {str(name).lower() for name in found}
        is_person = person or bool(names & NAMED)
        for name, value in found.items():
            low = str(name).lower()
            below = low in PEOPLE and isinstance(value, Mapping | list)
            yield from _scalars(
                value, low, person=below or (is_person and low in ABOUT) or (low in FLAT and not isinstance(value, Mapping))
            )
    elif isinstance(found, list):
        for value in found:
            yield from _scalars(value, key, person=person)
    elif isinstance(found, str | int) and not isinstance(found, bool):
        yield key, found, person and (key in ABOUT | FLAT | PEOPLE)


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, Mapping | list):
        for value in found.values() if isinstance(found, Mapping) else found:
            yield from _texts(value)
    elif isinstance(found, str):
        yield found


def _forms(secret: str) -> Iterable[str]:
    """Return a secret as it may stand in an address, a header or an answer."""
    raw = secret.encode("utf-8", "surrogatepass")
    coded = (base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="))
    return dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *coded))
