"""The README's pictures of what leaves the house: a digest as an e-mail on a phone, and as a channel of Discord would show it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Any

from moderation.delivering import house_of
from moderation.messages.discord_form import attached, discord_payload
from moderation.messages.mail_form import Foot, mail_html
from moderation.messages.told import digest_message, with_pictures
from moderation.model.delivery import Message, Picture
from moderation.parts import Answering
from moderation.week_room import settings_of

_ESCAPED = re.compile(r"\\(.)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(&lt;([^&]+)&gt;\)")
_ADDRESS = re.compile(r"&lt;(https://[^&]+)&gt;")
_QUOTED = re.compile(r"^&gt; (.*)$", re.MULTILINE)
_CHANNEL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 20px; background: #313338; color: #dbdee1; font: 15px/1.4 system-ui, sans-serif; width: 480px; }}
.bot {{ color: #f2f3f5; font-weight: 600; }} .bot span {{ background: #5865f2; border-radius: 3px; padding: 0 4px; font-size: 11px; }}
.embed {{ margin-top: 8px; background: #2b2d31; border-left: 4px solid {colour}; border-radius: 4px; padding: 10px 14px; }}
.embed h1 {{ margin: 0 0 8px; font-size: 16px; color: #f2f3f5; }}
.embed h2 {{ margin: 10px 0 2px; font-size: 14px; color: #f2f3f5; }}
.embed p {{ margin: 0 0 8px; white-space: pre-line; overflow-wrap: anywhere; }}
q {{ display: block; quotes: none; border-left: 4px solid #4e5058; padding-left: 10px; }} u {{ color: #00a8fc; text-decoration: none; }}
img {{ display: block; margin-top: 8px; width: 346px; border-radius: 6px; }}
</style><p class="bot">Klankbord <span>APP</span></p>{content}{embeds}{pictures}"""


def digest_of(parts: Answering) -> Message:
    """Return the digest of the newest day of an open home as a message in Dutch, with its picture."""
    listening = parts.listening
    house = house_of(listening, settings_of(listening), parts.desk.delivery, parts.draw)
    newest = listening.ledger.analyses.latest_posted_at() or listening.clock.now()
    figures = house.figures(None, newest - timedelta(days=1), newest)
    return with_pictures(digest_message(figures, house.speech("nl"), key="readme"), house.pictures(figures, "nl"))


def as_mail(message: Message) -> str:
    """Return the HTML of the e-mail, its pictures inside."""
    foot = Foot(why="Je krijgt dit omdat je erom vroeg.", stop="Stoppen met deze e-mails", stop_url="https://klankbord.example/stop/x")
    return mail_html(message, foot, picture_url=_data)


def as_channel(message: Message) -> str:
    """Return a page that shows what Discord is sent about as Discord shows it: the text, the embeds and the pictures, and no more."""
    payload = discord_payload(message)
    embeds = payload.get("embeds", [])
    colour = f"#{embeds[0].get('color', 0):06x}" if embeds else "#000000"
    pictures = "".join(f'<img src="{_data(one)}" alt="">' for _, one in attached(message))
    content = f"<p>{_marked(payload.get('content', ''))}</p>" if payload.get("content") else ""
    return _CHANNEL.format(colour=colour, content=content, embeds="".join(map(_embed, embeds)), pictures=pictures)


def _embed(embed: Mapping[str, Any]) -> str:
    fields = "".join(f"<h2>{_marked(one['name'])}</h2><p>{_marked(one['value'])}</p>" for one in embed.get("fields", []))
    foot = f"<p>{_marked(embed['footer']['text'])}</p>" if "footer" in embed else ""
    text = f"<p>{_marked(embed['description'])}</p>" if embed.get("description") else ""
    return f'<div class="embed"><h1>{_marked(embed.get("title", ""))}</h1>{text}{fields}{foot}</div>'


def _marked(text: str) -> str:
    """Return what Discord makes of our own few marks: bold, links, quotes, and what is escaped as it is."""
    linked = _ADDRESS.sub(r"<u>\1</u>", _LINK.sub(r"<u>\1</u>", escape(text, quote=False)))
    shown = _QUOTED.sub(r"<q>\1</q>", _BOLD.sub(r"<b>\1</b>", linked))
    return _ESCAPED.sub(r"\1", shown).replace("\u200b", "")


def _data(picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"
