"""Atom documents as a site writes them: entries, answers (RFC 4685) and deleted entries (RFC 6721)."""

from __future__ import annotations

BEGIN = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:t="http://purl.org/syndication/thread/1.0"'
    ' xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>x</title>'
)


def entry(guid: str, text: str = "words", *, answers: str = "", at: str = "2026-03-02T08:00:00Z", author: str = "Kim") -> str:
    above = f'<t:in-reply-to ref="{answers}" href="https://x.example/#1"/>' if answers else ""
    return (
        f"<entry><id>{guid}</id><title>t</title><updated>{at}</updated><author><name>{author}</name></author>"
        f'<content type="html">{text}</content>{above}</entry>'
    )


def tombstone(guid: str) -> str:
    return f'<at:deleted-entry ref="{guid}" when="2026-03-02T09:00:00Z"><at:comment>spam</at:comment></at:deleted-entry>'


def atom(*parts: str) -> bytes:
    return f"{BEGIN}{''.join(parts)}</feed>".encode()
