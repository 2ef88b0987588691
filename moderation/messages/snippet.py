"""The standing text for threads and the footer of a site or forum: complaint, compliment or review, each as welcome as the others. Pure.

The three stand in one line, in one size, each with its own link: next to "complaints, click here" there is "compliments or reviews,
click here" (PRODUCT section 2). Whoever gives no link for one gets no line for it, so that none leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from listener.errors import NotAllowed

FORMATS = ("html", "markdown", "bbcode", "text")
_SCHEMES = frozenset({"https", "mailto"})
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")
_URL_SAFE = "/:?&=%+,;@$!~*'#-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to tell us: what it is called and where it leads."""

    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A standing text as it can be pasted: words, and the ways in order."""

    text: str
    ways: tuple[Way, ...]


def snippet_of(
    words: Mapping[str, str],
    *,
    brand: str,
    complaint: str,
    compliment: str,
    page: str,
    reviews: Sequence[tuple[str, str]],
) -> Snippet:
    """Return the standing text. `page` is our feedback page, where those lead that have no link of their own; `reviews` are (name, link).

    Raises `NotAllowed` when one of the three leads nowhere, or a link is neither https nor mailto.
    """
    sites = [Way(name=words["standing.review_at"].replace("{site}", name), link=link) for name, link in reviews]
    ways = [
        Way(name=words["standing.complaint"], link=complaint or page),
        Way(name=words["standing.compliment"], link=compliment or page),
        *(sites or [Way(name=words["standing.review"], link=page)]),
    ]
    for way in ways:
        _must_lead(way)
    return Snippet(text=words["standing.text"].replace("{brand}", brand), ways=tuple(ways))


def written(snippet: Snippet, form: str) -> str:
    """Return a standing text as html, markdown, bbcode or text, with everything in it harmless there. An unknown form raises KeyError."""
    return {"html": _html, "markdown": _markdown, "bbcode": _bbcode, "text": _text}[form](snippet)


def _must_lead(way: Way) -> None:
    if not way.link:
        raise NotAllowed(f"{way.name} leads nowhere: set public.base_url, or a link for it under invitations in klankbord.yaml.")
    if urlsplit(way.link).scheme not in _SCHEMES or any(sign.isspace() or sign < " " for sign in way.link):
        raise NotAllowed(
            f"{way.name}: {way.link[:60]!r} is no https: or mailto: address; set public.base_url, or a link for it under invitations."
        )


def _html(snippet: Snippet) -> str:
    links = " · ".join(f'<a href="{escape(way.link, quote=True)}" rel="nofollow">{escape(way.name)}</a>' for way in snippet.ways)
    return f"<p>{escape(snippet.text)}<br>{links}</p>"


def _markdown(snippet: Snippet) -> str:
    links = " · ".join(f"[{_plain(way.name)}](<{_address(way.link)}>)" for way in snippet.ways)
    return f"{_plain(snippet.text)}\n\n{links}"


def _bbcode(snippet: Snippet) -> str:
    """BBCode knows no escaping: its brackets become round ones."""
    links = " · ".join(f"[url={_address(way.link)}]{_round(way.name)}[/url]" for way in snippet.ways)
    return f"{_round(snippet.text)}\n{links}"


def _text(snippet: Snippet) -> str:
    return "\n".join([snippet.text, *(f"{way.name}: {way.link}" for way in snippet.ways)])


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _round(text: str) -> str:
    return text.translate(str.maketrans("[]", "()"))


def _address(link: str) -> str:
    """Return a link in which nothing ends the mark around it."""
    return quote(link, safe=_URL_SAFE)
