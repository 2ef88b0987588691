"""What Discord refuses in a body, as its documentation says (docs.discord.com, read 2026-11): each check gives the paths that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import regex

Fields = Mapping[str, Any]
MOST_CONTENT, MOST_EMBEDS, MOST_OF_ALL_EMBEDS = 2000, 10, 6000
ROW, BUTTON, TEXT_MENU, TEXT_INPUT = 1, 2, 3, 4
MENUS = (TEXT_MENU, 5, 6, 7, 8)
LINK_STYLE = 5
_WESTERN = ("da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE")
LOCALES = frozenset((*_WESTERN, "id", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"))
_NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")
_URL = re.compile(r"(https?|discord|attachment)://\S+")
_PINGS = re.compile(r"@everyone|@here|<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>")


def message_errors(said: Fields, *, files: Sequence[str] = (), edit: bool = False) -> Iterator[str]:
    """Yield what is wrong with a message's body."""
    content, embeds, rows = said.get("content") or "", said.get("embeds") or [], said.get("components") or []
    if not isinstance(content, str) or len(content) > MOST_CONTENT:
        yield "content: Must be 2000 or fewer in length."
    if len(embeds) > MOST_EMBEDS:
        yield "embeds: Must be 10 or fewer in length."
    for number, embed in enumerate(embeds):
        yield from (f"embeds.{number}.{one}" for one in embed_errors(embed))
    if sum(embed_size(one) for one in embeds) > MOST_OF_ALL_EMBEDS:
        yield "embeds: Embed size exceeds maximum size of 6000"
    yield from component_errors(rows)
    yield from attachment_errors(said, files)
    if not edit and not (content or embeds or rows or files or said.get("sticker_ids") or said.get("poll")):
        yield "EMPTY"
    yield from _mention_errors(said.get("allowed_mentions"))


def _mention_errors(allowed: Any) -> Iterator[str]:
    if allowed is None:
        return
    if not isinstance(allowed, Mapping) or not set(allowed.get("parse") or ()) <= {"roles", "users", "everyone"}:
        yield "allowed_mentions.parse: Value must be one of ('roles', 'users', 'everyone')."
        return
    for kind in ("users", "roles"):
        if allowed.get(kind) and kind in (allowed.get("parse") or ()):
            yield f"allowed_mentions: parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."


def attachment_errors(said: Fields, files: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong between the files of a request, its `attachments` and the embeds that show them."""
    named = {str(one.get("id")) for one in said.get("attachments") or ()}
    for number in range(len(files)):
        if said.get("attachments") is not None and str(number) not in named:
            yield f"attachments: files[{number}] has no entry"
    for embed in said.get("embeds") or ():
        shown = str((embed.get("image") or {}).get("url", ""))
        if shown.startswith("attachment://") and files and shown.removeprefix("attachment://") not in files:
            yield f"embeds.image: {shown} is not among the files"


def embed_errors(embed: Fields) -> Iterator[str]:
    """Yield what is wrong with one embed."""
    for name, most in (("title", 256), ("description", 4096)):
        if len(embed.get(name) or "") > most:
            yield f"{name}: Must be {most} or fewer in length."
    if len((embed.get("footer") or {}).get("text") or "") > 2048:
        yield "footer.text: Must be 2048 or fewer in length."
    if len((embed.get("author") or {}).get("name") or "") > 256:
        yield "author.name: Must be 256 or fewer in length."
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield "fields: Must be 25 or fewer in length."
    for number, field in enumerate(fields):
        if not 1 <= len((field.get("name") or "").strip()) <= 256:
            yield f"fields.{number}.name: Must be between 1 and 256 in length."
        if not 1 <= len((field.get("value") or "").strip()) <= 1024:
            yield f"fields.{number}.value: Must be between 1 and 1024 in length."
    if not 0 <= int(embed.get("color") or 0) <= 0xFFFFFF:
        yield "color: int value should be less than or equal to 16777215."
    for place in ("url", ("image", "url"), ("thumbnail", "url"), ("author", "url"), ("footer", "icon_url")):
        found = embed.get(place) if isinstance(place, str) else (embed.get(place[0]) or {}).get(place[1])
        if found and not _URL.fullmatch(str(found)):
            yield f"{place}: Not a well formed URL."


def embed_size(embed: Fields) -> int:
    """Return the characters of an embed that count for the limit of all embeds of a message."""
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [part for field in embed.get("fields") or () for part in (field.get("name"), field.get("value"))]
    return sum(len(text or "") for text in texts)


def component_errors(rows: Sequence[Fields], *, modal: bool = False) -> Iterator[str]:
    """Yield what is wrong with rows of buttons and menus, or of a modal's boxes."""
    if len(rows) > 5:
        yield "components: Must be between 1 and 5 in length."
    seen: list[str] = []
    for number, row in enumerate(rows):
        parts = row.get("components") or []
        if row.get("type") != ROW:
            yield f"components.{number}: Value of field 'type' must be one of (1,)."
            continue
        if not 1 <= len(parts) <= 5 or (len(parts) > 1 and any(one.get("type") != BUTTON for one in parts)):
            yield f"components.{number}: The specified component exceeds the maximum width."
        for part in parts:
            seen += [str(part["custom_id"])] if part.get("custom_id") else []
            yield from (f"components.{number}.{one}" for one in _part_errors(part, modal=modal))
    if len(seen) != len(set(seen)):
        yield "components: Component custom id cannot be duplicated."


def _part_errors(part: Fields, *, modal: bool) -> Iterator[str]:
    kind = part.get("type")
    if (kind == TEXT_INPUT) is not modal:
        yield "type: Value of field 'type' does not belong here."
    if kind == BUTTON:
        yield from _button_errors(part)
    elif kind in MENUS:
        yield from _menu_errors(part)
    elif kind == TEXT_INPUT:
        yield from _box_errors(part)
    else:
        yield "type: unknown"


def _button_errors(part: Fields) -> Iterator[str]:
    link = part.get("style") == LINK_STYLE
    if part.get("style") not in (1, 2, 3, 4, 5):
        yield "style: unknown"
    if link is not bool(part.get("url")) or link is bool(part.get("custom_id")):
        yield "custom_id: a link has an address, every other button has an id"
    if len(str(part.get("custom_id") or "")) > 100:
        yield "custom_id: Must be between 1 and 100 in length."
    if len(part.get("label") or "") > 80 or not (part.get("label") or part.get("emoji")):
        yield "label: Must be between 1 and 80 in length."
    if len(part.get("url") or "") > 512:
        yield "url: Must be 512 or fewer in length."


def _menu_errors(part: Fields) -> Iterator[str]:
    if not 1 <= len(str(part.get("custom_id") or "")) <= 100:
        yield "custom_id: Must be between 1 and 100 in length."
    if len(part.get("placeholder") or "") > 150:
        yield "placeholder: Must be 150 or fewer in length."
    options = part.get("options") or []
    if part.get("type") == TEXT_MENU and not 1 <= len(options) <= 25:
        yield "options: Must be between 1 and 25 in length."
    values = [str(one.get("value")) for one in options]
    if len(values) != len(set(values)):
        yield "options: The specified option value is already used."
    for one in options:
        for name, least, most in (("label", 1, 100), ("value", 1, 100), ("description", 0, 100)):
            if not least <= len(str(one.get(name) or "")) <= most:
                yield f"options.{name}: Must be between {least} and {most} in length."
    if int(part.get("max_values") or 1) > max(1, len(options)) and part.get("type") == TEXT_MENU:
        yield "max_values: more than there are options"


def _box_errors(part: Fields) -> Iterator[str]:
    for name, least, most in (("custom_id", 1, 100), ("label", 1, 45), ("placeholder", 0, 100), ("value", 0, 4000)):
        if not least <= len(str(part.get(name) or "")) <= most:
            yield f"{name}: Must be between {least} and {most} in length."
    if part.get("style") not in (1, 2):
        yield "style: Value must be one of (1, 2)."
    if not (0 <= int(part.get("min_length") or 0) <= 4000 and 1 <= int(part.get("max_length") or 4000) <= 4000):
        yield "max_length: Must be between 1 and 4000."


def modal_errors(said: Fields) -> Iterator[str]:
    """Yield what is wrong with a modal."""
    if not 1 <= len(said.get("title") or "") <= 45:
        yield "title: Must be between 1 and 45 in length."
    if not 1 <= len(str(said.get("custom_id") or "")) <= 100:
        yield "custom_id: Must be between 1 and 100 in length."
    if not said.get("components"):
        yield "components: Must be between 1 and 5 in length."
    yield from component_errors(said.get("components") or [], modal=True)


def choice_errors(choices: Sequence[Fields]) -> Iterator[str]:
    """Yield what is wrong with choices, of a command or of autocomplete."""
    if len(choices) > 25:
        yield "choices: Must be 25 or fewer in length."
    for one in choices:
        if not 1 <= len(str(one.get("name") or "")) <= 100:
            yield "choices.name: Must be between 1 and 100 in length."
        if isinstance(one.get("value"), str) and not 1 <= len(one["value"]) <= 100:
            yield "choices.value: Must be between 1 and 100 in length."


def command_errors(commands: Sequence[Fields]) -> Iterator[str]:
    """Yield what is wrong with the commands of a server."""
    names = [str(one.get("name")) for one in commands]
    if len(commands) > 100:
        yield "commands: Maximum number of application commands reached (100)."
    if len(names) != len(set(names)):
        yield "name: Application command names must be unique"
    for number, command in enumerate(commands):
        yield from (f"{number}.{one}" for one in _named_errors(command))
        yield from (f"{number}.{one}" for one in _option_errors(command.get("options") or []))
        if {"contexts", "integration_types", "dm_permission"} & set(command):
            yield f"{number}: holds for commands of all servers only"
        if len(_words(command)) > 8000:
            yield f"{number}: Command exceeds maximum size (8000)"


def _named_errors(one: Fields) -> Iterator[str]:
    names = {"": one.get("name"), **(one.get("name_localizations") or {})}
    said = {"": one.get("description"), **(one.get("description_localizations") or {})}
    for locale, name in names.items():
        if not _NAME.fullmatch(str(name)) or str(name) != str(name).lower():
            yield f"name{locale}: String value did not match validation regex."
    for locale, text in said.items():
        if not 1 <= len(str(text or "")) <= 100:
            yield f"description{locale}: Must be between 1 and 100 in length."
    if unknown := ({*names, *said} - {""}) - LOCALES:
        yield f"localizations: unknown {sorted(unknown)}"


def _option_errors(options: Sequence[Fields]) -> Iterator[str]:
    if len(options) > 25:
        yield "options: Must be 25 or fewer in length."
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        yield "options: Required options must be placed before non-required options"
    for one in options:
        yield from _named_errors(one)
        yield from choice_errors(one.get("choices") or [])
        yield from _option_errors(one.get("options") or [])
        if one.get("choices") and one.get("autocomplete"):
            yield "autocomplete: cannot be true when choices are given"
        if one.get("type") not in range(1, 12):
            yield "type: unknown"


def _words(one: Fields) -> str:
    own = f"{one.get('name', '')}{one.get('description', '')}" + "".join(str(choice.get("value")) for choice in one.get("choices") or ())
    return own + "".join(_words(option) for option in one.get("options") or ())


def pings(said: Fields) -> list[str]:
    """Return whom a message's text would ring: what `allowed_mentions` lets through of its @everyone, <@id> and <@&id>."""
    content, allowed = str(said.get("content") or ""), said.get("allowed_mentions")
    parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse") or ())
    users, roles = (set(map(str, (allowed or {}).get(kind) or ())) for kind in ("users", "roles"))
    rung = []
    for found in _PINGS.finditer(content):
        user, role = found["user"], found["role"]
        lets = ("users" in parse or user in users) if user else ("roles" in parse or role in roles) if role else "everyone" in parse
        rung += [found[0]] if lets else []
    if said.get("message_reference") and (allowed is None or allowed.get("replied_user")):
        rung.append("reply")
    return rung
