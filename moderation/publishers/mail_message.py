"""The one message that an approved text becomes: plain, threaded, and without a way for any field to become another header. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from moderation.model.mail_address import is_address, message_id
from moderation.model.post import OutgoingPost, PostKind

_MESSAGE_ID = re.compile(r"<?([A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\[\]:]{1,200}@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\[\]:]{1,200})>?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def message_of(post: OutgoingPost, *, key: str, address: str, shown_name: str, at: datetime) -> EmailMessage:
    """Return the message, ready to be handed over. Raises `ValueError` when a field cannot stand in it.

    RFC 5322 (In-Reply-To, References), RFC 3834: a reply that a person approved is no automatic answer and carries no Auto-Submitted; what
    goes out by a plan (status, invitations) is "auto-generated", so that absence notices do not answer it.
    """
    person, subject = post.target.person, post.title
    if not is_address(person):
        raise ValueError("there is no single e-mail address to write to")
    if not subject.strip() or _CONTROL.search(subject) or _CONTROL.search(shown_name):
        raise ValueError("the subject is empty, or holds a line break or another control character")
    message = EmailMessage(policy=SMTP if person.isascii() else SMTPUTF8)
    message["From"] = Address(shown_name, addr_spec=address)
    message["To"] = Address(addr_spec=person)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(key, address)
    above = [_named(one) for one in (post.target.thread_id, post.target.parent_id) if one]
    if above:
        message["In-Reply-To"] = above[-1]
        message["References"] = " ".join(dict.fromkeys(above))
    if post.kind is not PostKind.REPLY:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(post.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    return message


def _named(value: str) -> str:
    """Return a Message-ID in its brackets. Raises `ValueError` for anything else."""
    found = _MESSAGE_ID.fullmatch(value)
    if found is None:
        raise ValueError("the message to answer is named by no Message-ID")
    return f"<{found[1]}>"
