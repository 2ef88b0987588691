"""Articles as a Markdown file for people to keep or to print. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from moderation.model.knowledge import Article

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_LINE_START = re.compile(r"^(\s*)([-+>=]|\d+[.)])", re.MULTILINE)


def knowledge_markdown(articles: Iterable[Article], words: Mapping[str, str]) -> str:
    """Return the articles as Markdown, in the order given. What people wrote stays text: nothing of it becomes a link, tag or heading."""
    parts = [f"# {words['title']}\n"]
    for one in articles:
        parts.append(f"## {_line(one.question) or words['untitled']}\n")
        about = words["about"].format(
            id=one.article_id, state=words[f"state.{one.state.value}"], version=one.version, evidence=one.evidence, language=one.language
        )
        parts.append(f"{_text(about)}\n")
        if one.flag is not None:
            parts.append(f"**{_text(words[f'flag.{one.flag.value}'])}**\n")
        parts.append(f"{_text(one.answer)}\n")
    return "\n".join(parts)


def _line(text: str) -> str:
    return _text(" ".join(text.split()))


def _text(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
