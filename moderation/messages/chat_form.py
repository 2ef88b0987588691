"""A message as the body of a webhook: Slack blocks, a Teams card, or JSON of our own. No text of others is markup in any of them. Pure.

Formats read 2026-11: Slack "Block Kit" (header 150 characters, 50 blocks a message, a text element is never markup and links nothing);
Microsoft "Adaptive Cards" 1.4 in a Teams message (RichTextBlock runs are no Markdown; a whole message has at most 28 KB).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from listener.digest.inert import host_of, safe_url
from listener.text.shorten import shorten, visible
from moderation.model.delivery import Line, Message, Part, Picture

SLACK_BLOCKS, SLACK_HEADER, SLACK_TEXT, SLACK_WHOLE = 50, 150, 2_900, 30_000
TEAMS_BYTES = 26_000
JSON_VERSION = 1
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_MORE = "…"

Json = dict[str, Any]


def slack_body(message: Message) -> Json:
    """Return what Slack's incoming webhook takes; other systems that speak "Slack" (Mattermost, Rocket.Chat) show its `text`.

    A picture cannot go along with a webhook, so what it shows is said.
    """
    blocks: list[Json] = [{"type": "header", "text": {"type": "plain_text", "text": _said(message.title, SLACK_HEADER), "emoji": False}}]
    if message.marked:
        blocks.append(_slack_rich([_slack_section([_slack_text(message.marked, bold=True)])]))
    blocks += [_slack_rich([_slack_section([_slack_text(text)])]) for text in _lead(message)]
    blocks += [_slack_rich([*_slack_heading(part), *_slack_lines(part)]) for part in message.parts if part.heading or part.lines]
    blocks += [_slack_rich([_slack_section([_slack_text(text)])]) for text in message.closing]
    kept = _within(blocks, SLACK_BLOCKS - 1, SLACK_WHOLE)
    if len(kept) < len(blocks):
        kept.append(_slack_rich([_slack_section([_slack_text(_MORE)])]))
    if link := safe_url(message.link):
        kept.append(_slack_rich([_slack_section([{"type": "link", "url": link, "text": _said(message.link_text, 100)}])]))
    return {"text": _slack_plain(message), "mrkdwn": False, "blocks": kept[:SLACK_BLOCKS], "unfurl_links": False, "unfurl_media": False}


def teams_body(message: Message) -> Json:
    """Return what a Teams workflow's webhook takes: one message with one card. What does not fit is left out, and that is shown."""
    body: list[Json] = [_teams_block([_run(message.title, size="large", weight="bolder")])]
    body += [_teams_block([_run(message.marked, weight="bolder", colour="attention")])] if message.marked else []
    body += [_teams_block([_run(text)]) for text in _lead(message)]
    for part in message.parts:
        if part.heading:
            body.append({**_teams_block([_run(part.heading, weight="bolder", size="medium")]), "separator": True, "spacing": "medium"})
        body += [_teams_line(line) for line in part.lines]
    body += [_teams_block([_run(text)]) for text in message.closing]
    link = safe_url(message.link)
    actions = [{"type": "Action.OpenUrl", "title": _said(message.link_text, 100), "url": link}] if link else []
    while len(_bytes(_teams_card(body, actions))) > TEAMS_BYTES:
        body = [*body[: -max(2, len(body) // 8)], _teams_block([_run(_MORE)])]
    return _teams_card(body, actions)


def json_body(message: Message) -> Json:
    """Return the message as data, for a system of your own: pictures whole, texts on one line and otherwise as people wrote them."""
    return {
        "version": JSON_VERSION,
        "key": message.key,
        "what": message.what.value,
        "language": message.language,
        "invented": bool(message.marked),
        "title": _said(message.title, 300),
        "opening": [_said(one, 2_000) for one in message.opening],
        "parts": [{"heading": _said(part.heading, 300), "lines": [_json_line(line) for line in part.lines]} for part in message.parts],
        "closing": [_said(one, 2_000) for one in message.closing],
        "link": safe_url(message.link),
        "pictures": [_json_picture(one) for one in message.pictures],
    }


def _lead(message: Message) -> Iterator[str]:
    yield from message.opening
    yield from (one.alt for one in message.pictures)


def _said(text: str, most: int) -> str:
    """Return one line without controls and with hidden characters spelt out: never empty, for no chat takes an empty text."""
    return shorten(visible(_CONTROL.sub(" ", text)).strip() or "–", most)


def _slack_plain(message: Message) -> str:
    """Return the title for notifications. Slack takes commands out of <…> only, so that escaping these three makes any text harmless."""
    return _said(message.title, SLACK_HEADER).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack_text(text: str, *, bold: bool = False, italic: bool = False) -> Json:
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return {"type": "text", "text": _said(text, SLACK_TEXT), **({"style": style} if style else {})}


def _slack_section(elements: list[Json]) -> Json:
    return {"type": "rich_text_section", "elements": elements}


def _slack_rich(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": elements}


def _slack_heading(part: Part) -> list[Json]:
    return [_slack_section([_slack_text(part.heading, bold=True)])] if part.heading else []


def _slack_lines(part: Part) -> Iterator[Json]:
    """Yield lines as bullets, and quotes as quotes between them."""
    for line in part.lines:
        elements: list[Json] = []
        if line.bold:
            elements.append(_slack_text(line.bold, bold=True))
        if line.text:
            elements.append(_slack_text(f": {line.text}" if line.bold else line.text))
        if line.small:
            elements.append(_slack_text(f" — {line.small}" if elements else line.small, italic=True))
        if url := safe_url(line.url):
            elements += [_slack_text("  "), {"type": "link", "url": url, "text": _said(host_of(url), 100)}]
        if not elements:
            continue
        if line.quoted:
            yield {"type": "rich_text_quote", "elements": elements}
        else:
            yield {"type": "rich_text_list", "style": "bullet", "elements": [_slack_section(elements)]}


def _within(blocks: list[Json], most: int, most_bytes: int) -> list[Json]:
    """Return the first blocks that fit, leaving one place for what stands last."""
    kept: list[Json] = []
    used = 0
    for block in blocks:
        used += len(_bytes(block))
        if len(kept) >= most - 1 or used > most_bytes:
            break
        kept.append(block)
    return kept


def _teams_card(body: list[Json], actions: list[Json]) -> Json:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        **({"actions": actions} if actions else {}),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _teams_block(runs: list[Json]) -> Json:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, *, weight: str = "", size: str = "", colour: str = "", subtle: bool = False, url: str = "") -> Json:
    given: Json = {"type": "TextRun", "text": _said(text, SLACK_TEXT)}
    given |= {name: value for name, value in (("weight", weight), ("size", size), ("color", colour)) if value}
    given |= {"isSubtle": True} if subtle else {}
    return given | ({"selectAction": {"type": "Action.OpenUrl", "url": url}} if url else {})


def _teams_line(line: Line) -> Json:
    url = safe_url(line.url)
    runs = [_run(f"{line.bold} ", weight="bolder")] if line.bold else []
    runs += [_run(line.text)] if line.text else []
    runs += [_run(f" {line.small}", subtle=True)] if line.small else []
    runs += [_run(f" {host_of(url)}", url=url)] if url else []
    block = _teams_block(runs or [_run("")])
    return {**block, "spacing": "small"} if line.quoted else block


def _json_line(line: Line) -> Json:
    return {
        "bold": _said(line.bold, 500) if line.bold else "",
        "text": _said(line.text, 2_000) if line.text else "",
        "small": _said(line.small, 2_000) if line.small else "",
        "url": safe_url(line.url),
        "quoted": line.quoted,
    }


def _json_picture(one: Picture) -> Json:
    return {"name": one.name, "alt": _said(one.alt, 2_000), "png_base64": base64.b64encode(one.png).decode("ascii")}


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
