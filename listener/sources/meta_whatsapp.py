"""Messages to a WhatsApp number of ours (Cloud API): texts, buttons, lists, forms, captions, places → Mention, Removal or a reason.

Shapes: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and below, as of 2026-11.
The realm is our number's id. Somebody who hides the telephone number has an id of the business instead (BSUID). `posted_at` is when they
wrote, from which the 24 hours count in which they may be answered freely (RULES P21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.json_text import read_object
from listener.sources.meta_fields import first_word, moment_of, no_things, text_of, thing, things

PLATFORM = CHANNEL = "whatsapp"
_WITH_CAPTION = frozenset({"image", "video", "document", "audio", "sticker"})


def read_change(field: str, value: Mapping[str, Any]) -> list[Found]:
    """Return what one change says; nothing for what became of our own messages (`statuses`)."""
    number = text_of(thing(value.get("metadata")).get("phone_number_id"))
    if field != "messages":
        why = "we wrote it ourselves" if field == "smb_message_echoes" else f"changes of {field[:40] or 'no field'} hold no message"
        return [Skip(where=f"number {number or '?'}", reason=why)]
    if not value:
        return [Skip(where="number ?", reason="it says nothing")]
    contacts = things(value.get("contacts"))
    strange = no_things(value.get("messages"), f"number {number or '?'}")
    return [*strange, *(_read(number, message, contacts) for message in things(value.get("messages")))]


def _read(number: str, message: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Found:
    native_id, kind = text_of(message.get("id")), text_of(message.get("type"))
    where = f"{kind or 'message'} {native_id or '?'}"
    if not native_id or not number:
        return Skip(where=where, reason="it has no id" if not native_id else "it names no number of ours")
    posted_at, content = moment_of(message.get("timestamp")), thing(message.get(kind))
    if kind == "revoke":
        original = text_of(content.get("original_message_id"))
        return (
            Removal(platform=PLATFORM, realm=number, native_id=original)
            if original
            else Skip(where=where, reason="it does not say what is taken back")
        )
    edited = kind == "edit"
    if edited:
        native_id, inner = text_of(content.get("original_message_id")) or native_id, thing(content.get("message"))
        kind, message = text_of(inner.get("type")), {**message, **inner}
        content = thing(inner.get(kind))
    text = _text(kind, content)
    if not text or posted_at is None:
        return Skip(where=where, reason="it has no time" if posted_at is None else f"a message of type {kind[:30] or '?'} without words")
    return Mention(
        platform=PLATFORM,
        realm=number,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        edited_at=posted_at if edited else None,
        author=_author(number, message, contacts),
        parent_id=text_of(thing(message.get("context")).get("id")),
        channel=CHANNEL,
    )


def _text(kind: str, content: Mapping[str, Any]) -> str:
    """Return the words of a message, "" when there are none."""
    if kind == "text":
        return text_of(content.get("body"))
    if kind == "button":
        return first_word(content.get("text"), content.get("payload"))
    if kind == "interactive":
        return _answer(content)
    if kind in _WITH_CAPTION:
        return text_of(content.get("caption"))
    if kind == "location":
        return ", ".join(dict.fromkeys(part for name in ("name", "address") if (part := text_of(content.get(name)))))
    return text_of(content.get("text")) if kind == "order" else ""


def _answer(content: Mapping[str, Any]) -> str:
    """Return what somebody chose or filled in: a button, a line of a list, or the fields of a form, one a line."""
    form = thing(content.get("nfm_reply"))
    if form:
        fields = read_object(text_of(form.get("response_json")))
        lines = [f"{name}: {said}" for name, value in fields.items() if name != "flow_token" and (said := text_of(value))]
        return "\n".join(lines)
    chosen = thing(content.get("button_reply")) or thing(content.get("list_reply"))
    return "\n".join(part for name in ("title", "description") if (part := text_of(chosen.get(name))))


def _author(number: str, message: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Author | None:
    """Return who wrote. Contacts stand beside the messages: one of them is the writer, by number or by id, or the only one there."""
    ids = [found for name in ("from", "from_user_id") if (found := text_of(message.get(name)))]
    named = [one for one in contacts if {text_of(one.get("wa_id")), text_of(one.get("user_id"))} & set(ids)]
    known = (named or (contacts if len(contacts) == 1 else [{}]))[0]
    native_id = first_word(*ids, known.get("wa_id"), known.get("user_id"))
    name = text_of(thing(known.get("profile")).get("name"))
    return Author(platform=PLATFORM, realm=number, native_id=native_id, name=name) if native_id else None
