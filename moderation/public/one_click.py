"""Read what a mail program posts to stop an e-mail: RFC 8058 lets it send its field as multipart/form-data, as no page of ours does."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP

from starlette.types import Receive, Scope

from moderation.inbox.checks import values
from moderation.inbox.edge import Refused, read_body

MOST_PARTS = 10
MOST_VALUE = 200


def is_multipart(scope: Scope) -> bool:
    """Tell whether a request says that it holds a form in parts."""
    kinds = values(scope["headers"], "content-type")
    return len(kinds) == 1 and kinds[0].partition(";")[0].strip().lower() == "multipart/form-data"


async def read_parts(scope: Scope, receive: Receive) -> dict[str, str]:
    """Return the short texts of a form in parts; files and long values are left out. Raises `Refused` for what is no such form."""
    kind = values(scope["headers"], "content-type")[0]
    if not kind.isascii() or not kind.isprintable():
        raise Refused(415, "kind")
    body = await read_body(receive)
    form = message_from_bytes(b"Content-Type: " + kind.encode("ascii") + b"\r\n\r\n" + body, policy=HTTP)
    if not form.is_multipart():
        raise Refused(400, "unread")
    found: dict[str, str] = {}
    for part in list(form.iter_parts())[:MOST_PARTS]:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and len(content) <= MOST_VALUE and part.get_filename() is None:
            found[name] = content.decode("utf-8", "replace").strip()
    return found
