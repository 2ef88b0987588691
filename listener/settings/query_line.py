"""A boolean query written in one line, read into the form that settings also take as all, any and none. Pure.

    (storing OR outage OR "geen stroom") AND stroomwerk* NOT vacature

AND binds more tightly than OR; words beside each other all have to be there. NOT takes away, so it needs something to take away from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MOST_CHARACTERS = 4_000
MOST_DEPTH = 20
TERM = 'a word, "a phrase", #tag, @handle, begin* or ('
_QUOTES = '"“”„«»'
_TOKEN = re.compile(rf"\s*(?:(?P<bracket>[()])|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?)|(?P<word>[^\s(){_QUOTES}]+))")

Node = str | dict[str, Any]


class QueryLineError(ValueError):
    """Says at which character a line cannot be read, and what is accepted there. Settings and commands name the line."""

    def __init__(self, at: int, what: str, accepted: str) -> None:
        super().__init__(f"character {at + 1}: {what}; accepted here: {accepted}")
        self.at = at


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    written: str
    at: int


def read_query(line: str) -> dict[str, Any]:
    """Return a line as nested mappings with the keys any, all and none. Raises `QueryLineError`."""
    if len(line) > MOST_CHARACTERS:
        raise QueryLineError(MOST_CHARACTERS, "the query is too long", f"the end of it, after {MOST_CHARACTERS:,} characters at most")
    reading = _Reading(_tokens(line), len(line.rstrip()))
    node = reading.one_of_them(depth=0)
    left = reading.next
    if left.kind != "end":
        raise QueryLineError(left.at, "this ) closes nothing", "AND, OR, NOT, a word, or the end")
    return node if isinstance(node, dict) else {"all": [node]}


class _Reading:
    """Goes through the tokens once; `next` is the one that was not read yet."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = [*tokens, _Token("end", "", length)]
        self._at = 0

    @property
    def next(self) -> _Token:
        return self._tokens[self._at]

    def take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def one_of_them(self, *, depth: int) -> Node:
        found = [self.all_of_them(depth=depth)]
        while self.next.kind == "OR":
            self.take()
            found.append(self.all_of_them(depth=depth))
        return found[0] if len(found) == 1 else {"any": found}

    def all_of_them(self, *, depth: int) -> Node:
        start, wanted, unwanted = self.next.at, list[Node](), list[Node]()
        awaited = True
        while True:
            if self.next.kind == "AND" and not awaited:
                self.take()
                awaited = True
                continue
            refusing = self.next.kind == "NOT"
            if refusing:
                self.take()
            elif self.next.kind not in ("term", "("):
                break
            (unwanted if refusing else wanted).append(self.part(depth=depth))
            awaited = False
        if awaited:
            raise QueryLineError(self.next.at, _named(self.next), f"{TERM}, or NOT before one")
        if not wanted:
            raise QueryLineError(start, "NOT alone would fit everything else", f"{TERM} beside it, such as: stroomwerk NOT vacature")
        if not unwanted and len(wanted) == 1:
            return wanted[0]
        return {"all": wanted, **({"none": unwanted} if unwanted else {})}

    def part(self, *, depth: int) -> Node:
        token = self.take()
        if token.kind == "term":
            return token.written
        if token.kind != "(":
            raise QueryLineError(token.at, _named(token), TERM)
        if depth >= MOST_DEPTH:
            raise QueryLineError(token.at, "too many ( inside each other", f"{MOST_DEPTH} at most")
        inner = self.one_of_them(depth=depth + 1)
        if self.next.kind != ")":
            raise QueryLineError(token.at, "this ( is never closed", "a ) behind it")
        self.take()
        return inner


def _tokens(line: str) -> list[_Token]:
    found: list[_Token] = []
    for token in _TOKEN.finditer(line.rstrip()):
        start = token.end() - len(token[0].lstrip())
        if token["bracket"]:
            found.append(_Token(token["bracket"], token["bracket"], start))
        elif token["word"] is not None:
            found.append(_word(token["word"], start))
        else:
            found.append(_phrase(token["phrase"], start, closed=bool(token["end"])))
    return found


def _phrase(written: str, at: int, *, closed: bool) -> _Token:
    if not closed:
        raise QueryLineError(at, "this quote is never closed", 'another " behind the phrase')
    if not any(sign.isalnum() for sign in written):
        raise QueryLineError(at, "this phrase has no letter or digit", "a phrase with a word in it")
    return _Token("term", _without_star_inside(" ".join(written.split()), at), at)


def _word(written: str, at: int) -> _Token:
    if written in ("AND", "OR", "NOT"):
        return _Token(written, written, at)
    if written in ("and", "or", "not"):
        raise QueryLineError(
            at, f"{written!r} in small letters is a word like any other", f'{written.upper()}, or "{written}" for the word'
        )
    if written.startswith("-"):
        raise QueryLineError(at, "- does not take away", f"NOT {written[1:]}" if written[1:] else TERM)
    if not any(sign.isalnum() for sign in written):
        raise QueryLineError(at, f"{written[:20]!r} has no letter or digit", TERM)
    return _Token("term", _without_star_inside(written, at), at)


def _without_star_inside(written: str, at: int) -> str:
    if "*" in written[:-1]:
        raise QueryLineError(at + written.index("*"), "* stands at the end of a word only", "letters, as in: storing*")
    return written


def _named(token: _Token) -> str:
    return "the query ends" if token.kind == "end" else f"{token.written} stands where a word is missing"
