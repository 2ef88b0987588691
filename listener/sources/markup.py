"""HTML → plain text, in time that grows with its length only.

A tree is never built: html5ever (through nh3) needs two minutes for 200,000 nested `<div>` and the standard library's parser is
quadratic on unclosed tags, while all we want is the words and where lines break. The result is text, to be escaped like any other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

MOST_CHARACTERS = 10_000_000
MOST_QUOTED_CHARACTERS = 2_000  # an attribute whose quote stays open longer is broken markup: its tag ends at the first ">"

# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr",
    "ul",
})
# fmt: on
DROPPED_WHOLE = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "noscript", "iframe", "object", "svg", "math", "template", "head")
}

_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")


def plain_text(markup: str) -> str:
    """Return what a reader sees of an HTML fragment: tags gone, entities decoded, scripts dropped, blocks on their own lines.

    Images, media and comments leave nothing behind. Text beyond 10 million characters is cut.
    """
    text = "".join(_pieces(markup[:MOST_CHARACTERS]))
    stripped = "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", stripped).strip()


def plain_line(markup: str) -> str:
    """Return an HTML fragment as one line of plain text, for titles."""
    return " ".join(plain_text(markup).split())


def unescaped_line(words: str) -> str:
    """Return words that hold entities but no markup as one line, for titles and names: what looks like a tag there was typed."""
    return " ".join(html.unescape(words).split())


def _pieces(markup: str) -> Iterator[str]:
    """Yield text and line breaks. Line ends of the source are blanks; only blocks break lines."""
    position = 0
    while True:
        start = markup.find("<", position)
        if start < 0:
            yield _words(markup[position:])
            return
        if markup.startswith(("<!", "<?"), start):
            yield _words(markup[position:start])
            position = _end_of_declaration(markup, start)
            continue
        name = _TAG_NAME.match(markup, start + 1)
        end = _end_of_tag(markup, start) if name else -1
        if name is None or end < 0:  # a lone "<" is text, and so is a tag that never ends
            yield _words(markup[position : start + 1])
            position = start + 1
            if name is not None:
                yield _words(markup[position:])
                return
            continue
        yield _words(markup[position:start])
        position = end
        tag = name.group(1).lower()
        if tag in BLOCKS:
            yield "\n"
        if tag in DROPPED_WHOLE and markup[start + 1] != "/" and markup[end - 2] != "/":
            closing = DROPPED_WHOLE[tag].search(markup, end)
            position = closing.start() if closing else len(markup)


def _words(raw: str) -> str:
    return _BLANKS.sub(" ", html.unescape(raw)) if raw else ""


def _end_of_declaration(markup: str, start: int) -> int:
    """Return where a comment, doctype or processing instruction ends; one that never ends swallows the rest, as in browsers."""
    closing = "-->" if markup.startswith("<!--", start) else "]]>" if markup.startswith("<![CDATA[", start) else ">"
    end = markup.find(closing, start + 2)
    return len(markup) if end < 0 else end + len(closing)


def _end_of_tag(markup: str, start: int) -> int:
    """Return the position after the ">" that ends a tag, looking past ">" inside a quoted attribute; -1 when there is none."""
    end = markup.find(">", start)
    if end < 0:
        return -1
    inside = ""
    for character in markup[start : min(end, start + MOST_QUOTED_CHARACTERS)]:
        if character in "\"'":
            inside = "" if character == inside else inside or character
    if inside:
        quote = markup.find(inside, end, end + MOST_QUOTED_CHARACTERS)
        beyond = markup.find(">", quote, quote + MOST_QUOTED_CHARACTERS) if quote >= 0 else -1
        if beyond >= 0:
            return beyond + 1
    return end + 1
