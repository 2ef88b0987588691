"""What Meta's platforms sent by webhook, and what their Graph and Threads APIs showed, has to become mentions."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from listener.clock import ManualClock
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.meta_facebook import read_object
from listener.sources.meta_instagram import read_comment, read_media
from listener.sources.meta_networks import going_on
from listener.sources.meta_threads import read_post
from listener.sources.meta_webhook import MetaWebhook, read_told
from tests.fakes.calling import as_meta
from tests.replay.reading import MOST_ALTERED, NotOurs, altered, at, harmless, moment_told, opened, parsed

ABOVE = (("parent_id",), ("parent", "id"), ("context", "id"), ("reply_to", "mid"), ("replied_to", "id"))
"""Where Meta says what something answers, the nearer first."""
GONE = ('"remove"', '"is_deleted": true', '"revoke"', '"delete"')


def bodies_in(whole: Any) -> Iterator[dict[str, Any]]:
    """Yield the webhooks in a file: it is one, or holds several by name (pywa)."""
    for one in (whole, *(whole.values() if isinstance(whole, dict) else ())):
        if isinstance(one, dict) and ("entry" in one or "values" in one):
            yield one


def objects(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in an answer, however deep."""
    if isinstance(found, dict):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        if isinstance(inner, dict | list):
            yield from objects(inner)


def chain_to(found: Any, value: str, above: tuple[dict[str, Any], ...] = ()) -> tuple[dict[str, Any], ...]:
    """Return the objects from the outermost to the innermost one that holds a value; empty when none does."""
    if isinstance(found, list):
        return next((chain for inner in found if (chain := chain_to(inner, value, above))), ())
    if not isinstance(found, dict):
        return ()
    if any(str(one) == value for one in found.values() if isinstance(one, str | int)):
        return (*above, found)
    return next((chain for inner in found.values() if (chain := chain_to(inner, value, (*above, found)))), ())


def scalars(found: Any) -> set[str]:
    """Return every text and number in a body."""
    if isinstance(found, dict | list):
        return {one for inner in (found.values() if isinstance(found, dict) else found) for one in scalars(inner)}
    return {str(found)} if isinstance(found, str | int) else set()


def moments(found: dict[str, Any]) -> set[int]:
    """Return the times that an object itself holds, in seconds."""
    held: set[int] = set()
    for value in found.values():
        text = str(value) if isinstance(value, str | int) else ""
        try:
            number = int(text) if text.isdigit() else None
            held.add(int(datetime.fromisoformat(text).timestamp()) if number is None else number // (1_000 if number > 10**11 else 1))
        except (ValueError, OverflowError):
            continue
    return held


def _words(text: str) -> set[str]:
    """Return the words of a text; what somebody filled into a form stands in JSON within the JSON."""
    told = parsed(text) if text.startswith("{") else None
    return set(re.findall(r"\w+", " ".join(scalars(told) | set(told)) if isinstance(told, dict) else text))


def _must_be_said(body: dict[str, Any]) -> set[str]:
    """Return the ids of what somebody undoubtedly wrote: texts of private messages, of WhatsApp, and new comments."""
    found: list[Any] = []
    for entry in body.get("entry") or ():
        for event in entry.get("messaging") or ():
            message = event.get("message") or {}
            if message.get("text") and moments(event) and not message.get("is_echo") and not message.get("is_deleted"):
                found.append(message.get("mid"))
        for change in entry.get("changes") or ():
            value, field = change.get("value"), change.get("field")
            if not isinstance(value, dict):
                continue
            if field == "messages" and at(value, "metadata", "phone_number_id"):
                texts = [one for one in value.get("messages") or () if one.get("type") == "text" and at(one, "text", "body")]
                found += [one["id"] for one in texts if moments(one)]
            if field == "feed" and (value.get("item"), value.get("verb")) == ("comment", "add") and value.get("message"):
                found.append(value.get("comment_id"))
            if field == "comments" and value.get("text"):
                found.append(value.get("id"))
    return {str(one) for one in found if one}


def _agrees(read: Mention, body: dict[str, Any]) -> None:
    chain = chain_to(body, read.native_id)
    whole = scalars(body)
    assert chain or set(read.native_id.split("-")) <= whole, f"the id {read.native_id} is not in the body"
    told = chain or tuple(objects(body))  # a button that was pressed has no id of its own
    assert int(read.posted_at.timestamp()) in {at for one in told for at in moments(one)}, "its time"
    assert read.author is None or read.author.native_id in whole, "its author"
    sender = at(chain[-1], "from", "id") or at(chain[-1], "from") if chain else None
    assert not isinstance(sender, str) or (read.author is not None and read.author.native_id == sender), "who is named as its writer"
    above = next((str(found) for names in ABOVE if chain and (found := at(chain[-1], *names))), "")
    assert read.parent_id == above or not above or read.parent_id in whole, "what it answers"
    assert not above or read.parent_id, "what it answers is told"
    assert _words(read.text) <= {word for one in whole for word in _words(one)}, "its words"


def _graph(platform: str, one: dict[str, Any]) -> Found:
    if platform == "facebook":
        return read_object("1", one)
    if platform == "threads":
        return read_post(one)
    return read_media("1", one) if "caption" in one else read_comment("1", one)


def _graph_agrees(read: Mention, one: dict[str, Any]) -> None:
    assert read.native_id == str(one["id"])
    assert read.posted_at == moment_told(str(one.get("created_time") or one.get("timestamp")))
    assert read.text == str(one.get("message") or one.get("caption") or one.get("text"))
    writer = at(one, "from", "id") or at(one, "owner", "id")
    assert read.author is None or read.author.native_id in (str(writer), str(at(one, "from", "username")), str(one.get("username")))
    above = at(one, "parent", "id") or at(one, "replied_to", "id") or one.get("parent_id") or at(one, "root_post", "id")
    assert read.parent_id == str(above or at(one, "media", "id") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaReading:
    """Files of one of Meta's platforms: webhooks, through the door that checks who signed them, and answers of the Graph API."""

    platform: str

    def check(self, path: Path) -> str:
        whole = opened(path)[0].found
        webhooks, shown = 0, 0
        for body in bodies_in(whole):
            webhooks += 1
            self._webhook(body)
        for one in objects(whole) if self.platform != "whatsapp" else ():
            read = _graph(self.platform, one)
            if isinstance(read, Mention):
                shown += 1
                _graph_agrees(read, one)
            going_on(one)
        if not webhooks and not shown:
            raise NotOurs("it holds neither a webhook nor a post: accounts, figures, tokens, refusals and the like")
        return f"{webhooks} webhooks, {shown} posts of the Graph API"

    def _webhook(self, body: dict[str, Any]) -> None:
        said = {one.found.native_id for one in read_told(body) if isinstance(one.found, Mention)}
        assert _must_be_said(body) <= said, "somebody said something"
        for told in read_told(body):
            if isinstance(told.found, Mention):
                _agrees(told.found, body)
            elif isinstance(told.found, Removal):
                assert told.found.native_id in scalars(body)
                assert any(sign in json.dumps(body) for sign in GONE), "nothing in it says that something is gone"
            elif isinstance(told.found, Skip):
                assert told.found.reason
        raw = json.dumps(body).encode()
        source = MetaWebhook(
            "meta", accounts=(), secret={"APP_SECRET": "s"}.__getitem__, clock=ManualClock(datetime(2026, 11, 26, tzinfo=UTC))
        )
        assert source.is_signed(as_meta(raw, secret="s"), raw)
        assert not source.is_signed(as_meta(raw, secret="t"), raw)
        assert not any("created" in one.reason for one in source.read(raw, {}).skipped)

    def alter(self, path: Path, chance: random.Random) -> int:
        whole = opened(path)[0].found
        count = 0
        readings: list[tuple[Callable[[dict[str, Any]], object], dict[str, Any]]] = [(read_told, body) for body in bodies_in(whole)]
        readings += [(lambda one: _graph(self.platform, one), one) for one in list(objects(whole))[:MOST_ALTERED]]
        for body in list(bodies_in(whole))[:MOST_ALTERED]:
            for one in list(objects(body)):
                for changed in altered(one, chance):
                    kept = dict(one)
                    one.clear()
                    one.update(changed)
                    harmless(read_told, body)
                    one.clear()
                    one.update(kept)
                    count += 1
        for read, one in readings:
            for changed in altered(one, chance):
                harmless(read, changed)
                count += 1
        return count
