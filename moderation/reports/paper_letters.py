"""Which letters a report on paper holds, and a line beneath what holds letters that no font has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NOT_SHOWN = frozenset({"kind", "tone", "language", "address", "alt", "drawn"})
"""Parts of a block that are not set as text."""
OPENS = 2
"""Headings of this level and above open a part."""


def letters_of(paper: Mapping[str, Any]) -> frozenset[str]:
    """Return every letter that is set."""
    return frozenset("".join(text for block in paper["blocks"] for text in _texts(block)))


def with_notes(paper: Mapping[str, Any], missing: frozenset[str]) -> Mapping[str, Any]:
    """Return the report with a line beneath page one, and beneath each part after it, that counts its texts with letters of `missing`.

    On paper these are boxes; whoever reads must know that it is the paper, and not what somebody wrote.
    """
    if not missing:
        return paper
    blocks: list[Mapping[str, Any]] = []
    count, appendix = 0, False
    for block in paper["blocks"]:
        opens = block["kind"] == "heading" and block["level"] <= OPENS and appendix
        if count and (opens or block["kind"] == "break"):
            blocks.append(_note(paper, count))
            count = 0
        appendix = appendix or block["kind"] == "break"
        blocks.append(block)
        count += sum(not missing.isdisjoint(text) for text in _texts(block))
    return {**paper, "blocks": [*blocks, *([_note(paper, count)] if count else [])]}


def _note(paper: Mapping[str, Any], count: int) -> Mapping[str, Any]:
    words = paper["boxes"]["one" if count == 1 else "many"].replace("{n}", str(count))
    return {"kind": "para", "tone": "note", "line": [{"text": words, "strong": False, "address": "", "number": 0}]}


def _texts(part: Any) -> Iterator[str]:
    """Yield what is set of a block, text by text."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            if name not in _NOT_SHOWN:
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)
