"""The bytes of one e-mail to one of our own people: HTML and text, pictures inside, a way to stop it, and no way into its headers."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from moderation.messages.mail_form import Foot, mail_html, mail_text, subject_of
from moderation.model.delivery import Parcel, Picture
from moderation.model.mail_address import is_address, message_id

_LINK = re.compile(r"https://[A-Za-z0-9.\-:]{1,260}/[A-Za-z0-9/_\-]{1,200}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def mail_of(parcel: Parcel, *, sender: str, sender_name: str, at: datetime) -> bytes:
    """Return the message ready to be handed over. Raises `ValueError` when a field cannot stand in it.

    RFC 5322; RFC 3834 (Auto-Submitted, so that no absence notice answers); RFC 2369 and RFC 8058 (List-Unsubscribe, by one POST). The
    Message-ID comes from the message's key: a repeat would be the same message, and mailboxes drop it. Nothing is fetched when it is read.
    """
    if not is_address(parcel.to) or not is_address(sender):
        raise ValueError("there is no single e-mail address to write to or from")
    message = EmailMessage(policy=SMTP if parcel.to.isascii() and sender.isascii() else SMTPUTF8)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=parcel.to)
    message["Subject"] = subject_of(parcel.message)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(parcel.message.key, sender)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    _fill(message, parcel, sender)
    message["Content-Language"] = parcel.message.language  # after the content, which takes such headers away
    return _stop_headers(parcel) + message.as_bytes()


def _fill(message: EmailMessage, parcel: Parcel, sender: str) -> None:
    told, foot = parcel.message, Foot(why=parcel.why, stop=parcel.stop, stop_url=parcel.stop_url)
    domain = message_id(told.key, sender).rpartition("@")[2].rstrip(">")
    named = {one.name: f"{at}.{told.key}@{domain}" for at, one in enumerate(told.pictures)}
    if not all(map(_FILE.fullmatch, [*(one.name for one in told.pictures), *(one.name for one in told.attached)])):
        raise ValueError("a file has a name that cannot stand in a header")

    def picture_url(one: Picture) -> str:
        return f"cid:{named[one.name]}"

    message.set_content(_clean(mail_text(told, foot)), cte="quoted-printable")
    message.add_alternative(_clean(mail_html(told, foot, picture_url=picture_url)), subtype="html", cte="quoted-printable")
    page = list(message.iter_parts())[1]
    for one in told.pictures:
        page.add_related(one.png, "image", "png", cid=f"<{named[one.name]}>", filename=one.name, disposition="inline")
    for file in told.attached:
        kind, _, sub = file.kind.partition("/")
        message.add_attachment(file.content, kind, sub, filename=file.name)


def _stop_headers(parcel: Parcel) -> bytes:
    """Return the headers by which a mail program stops it, written as bytes: a library that folds them would break a long link in two."""
    if parcel.stop_url:
        if not _LINK.fullmatch(parcel.stop_url):
            raise ValueError("the link to stop is none of ours")
        return f"List-Unsubscribe: <{parcel.stop_url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")
    if parcel.stop_mail and is_address(parcel.stop_mail) and re.fullmatch(r"[A-Za-z0-9.@_+-]+", parcel.stop_mail):
        return f"List-Unsubscribe: <mailto:{parcel.stop_mail}?subject=unsubscribe>\r\n".encode("ascii")
    return b""


def _clean(text: str) -> str:
    """Return a text without halves of characters, which no charset takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
