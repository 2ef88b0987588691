"""RSS written by a test."""

from __future__ import annotations

from tests.fakes.site import Reply, Site


def item(
    guid: str = "", *, title: str = "t", text: str = "words", link: str = "", at: str = "Mon, 02 Mar 2026 09:00:00 GMT", more: str = ""
) -> str:
    parts = [f"<title>{title}</title>" if title else "", f"<description>{text}</description>" if text else ""]
    parts += [
        f"<guid>{guid}</guid>" if guid else "",
        f"<link>{link}</link>" if link else "",
        f"<pubDate>{at}</pubDate>" if at else "",
        more,
    ]
    return f"<item>{''.join(parts)}</item>"


def rss(*items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def serve(site: Site, body: bytes, **headers: str) -> None:
    site.answer = lambda _: Reply(
        body=body, headers={"Content-Type": "application/rss+xml", **{k.replace("_", "-"): v for k, v in headers.items()}}
    )
