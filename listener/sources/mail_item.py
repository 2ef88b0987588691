"""One e-mail → a mention, or why it is none: charsets, parts, HTML, threads, and mail that no person wrote. Pure.

RFC 5322 (heads, threads), RFC 2045 to 2049 (MIME), RFC 3834 (automatic answers), RFC 2919 and 2369 (lists), RFC 3464 (delivery reports).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import cast

from listener.model.mention import PROVEN_SENDER, Author, Mention
from listener.model.page import Skip
from listener.sources.mail_proof import sender_is_proven
from listener.sources.mail_words import own_words, unfolded
from listener.sources.markup import plain_text

PLATFORM, CHANNEL = "mail", "email"
MOST_CHARACTERS = 100_000
MOST_ID = 250
MOST_HEAD = 2_000
"""Characters read of one line of a head: the library's reader takes minutes and gigabytes over a line of a megabyte."""
BELIEVED = timedelta(days=2)
"""How far the sender's clock may be from our server's before ours counts."""
_ID = re.compile(r"<[^<>\s]{1,248}>")


class _Short(EmailPolicy):
    """The library's policy for mail as it is, with every line of every head cut to a length that people write."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MOST_HEAD]


_POLICY = _Short()
_POSTMEN = ("mailer-daemon@", "postmaster@")


def read_mail(raw: bytes, *, uid: str, arrived_at: datetime, realm: str, ours: frozenset[str], trusted: str = "") -> Mention | Skip:
    """Return what a mail says. `uid` names it where it has no Message-ID; `ours` are our own addresses, in lower case.

    `trusted` is the name under which our own mail server says who sent a mail (see `mail_proof`), "" when nobody is believed.
    Never raises: what the standard library cannot read is told as a reason.
    """
    where = f"mail {uid}"
    try:
        message = cast(EmailMessage, message_from_bytes(raw, policy=_POLICY))  # an EmailPolicy makes these
        found = _read(message, where, uid=uid, arrived_at=arrived_at, realm=realm, ours=ours)
        return (
            replace(found, flags=frozenset({PROVEN_SENDER}))
            if isinstance(found, Mention) and _is_proven(message, found, trusted)
            else found
        )
    except Exception as error:  # noqa: BLE001 - heads and parts are a stranger's; the library raises many kinds of error on them
        return Skip(where=where, reason=f"it cannot be read ({type(error).__name__})")


def _read(message: EmailMessage, where: str, *, uid: str, arrived_at: datetime, realm: str, ours: frozenset[str]) -> Mention | Skip:
    name, address = parseaddr(_head(message, "From"))
    address = address.strip().casefold()
    if why := _written_by_nobody(message, address):
        return Skip(where=where, reason=why)
    if address in ours:
        return Skip(where=where, reason="we wrote it ourselves")
    text, title = own_words(_text(message))[:MOST_CHARACTERS], " ".join(_head(message, "Subject").split())
    if not text and not title:
        return Skip(where=where, reason="it has no text")
    parent_id, root_id = _thread(message)
    found = _ID.search(_head(message, "Message-ID"))
    return Mention(
        platform=PLATFORM,
        realm=realm,
        native_id=found.group() if found else f"uid-{uid}",
        title=title[:500],
        text=text,
        posted_at=_posted_at(message, arrived_at),
        author=Author(platform=PLATFORM, realm=realm, native_id=address[:MOST_ID], name=name) if "@" in address else None,
        parent_id=parent_id,
        root_id=root_id,
        channel=CHANNEL,
    )


def _is_proven(message: EmailMessage, found: Mention, trusted: str) -> bool:
    """Tell whether our mail server says that the domain of From sent this. Two writers are none: the server looked at one of them."""
    heads = [(name, str(value)) for name, value in message.raw_items()]
    writers = [value for name, value in heads if name.strip().lower() == "from"]
    if found.author is None or len(writers) != 1 or len(getaddresses(writers)) != 1:
        return False
    return sender_is_proven(heads, server=trusted, domain=found.author.native_id.rpartition("@")[2])


def _written_by_nobody(message: EmailMessage, address: str) -> str:
    """Return why no person wrote this to us, "" when one did."""
    if message.get_content_type() == "multipart/report" or address.startswith(_POSTMEN) or _head(message, "Return-Path").strip() == "<>":
        return "a report about delivery"
    if _head(message, "Auto-Submitted").partition(";")[0].strip().casefold() not in ("", "no") or "X-Autoreply" in message:
        return "an automatic answer"
    precedence = _head(message, "Precedence").strip().casefold()
    if any(name in message for name in ("List-Id", "List-Unsubscribe", "List-Post")) or precedence in ("bulk", "list", "junk"):
        return "a mailing list or a newsletter"
    return "an automatic answer" if precedence == "auto_reply" else ""


def _text(message: EmailMessage) -> str:
    """Return the text of a mail: the plain part, or the HTML one where the plain one is missing or empty."""
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        if part is None:
            continue
        content = _decoded(part)
        if kind == "plain" and str(part.get_param("format", "")).casefold() == "flowed":
            content = unfolded(content)
        words = plain_text(content) if kind == "html" else content.strip()
        if words:
            return words
    return ""


def _decoded(part: MIMEPart) -> str:
    """Return a part's text; a charset that nobody knows is read as UTF-8, with a sign for what is not."""
    try:
        content = part.get_content()
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return content if isinstance(content, str) else ""


def _thread(message: EmailMessage) -> tuple[str, str]:
    """Return the ids of the mail that is answered and of the first one of its thread, "" for none."""
    answered, before = _ID.findall(_head(message, "In-Reply-To")), _ID.findall(_head(message, "References"))
    parent = answered[0] if answered else before[-1] if before else ""
    return parent, before[0] if before else parent


def _posted_at(message: EmailMessage, arrived_at: datetime) -> datetime:
    """Return when it was sent, or when it arrived where the sender's clock says something else altogether."""
    try:
        sent = parsedate_to_datetime(_head(message, "Date"))
    except (TypeError, ValueError, OverflowError):
        return arrived_at
    sent = sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    return sent if abs(sent - arrived_at) <= BELIEVED else arrived_at


def _head(message: EmailMessage, name: str) -> str:
    """Return a line of the head, "" when it is missing or so broken that it cannot be shown."""
    try:
        return str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - see `read_mail`: one broken line must not cost the mail
        return ""
