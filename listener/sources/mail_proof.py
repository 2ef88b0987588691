"""Whether a mail was sent by the domain that its From names, as our own mail server says: `Authentication-Results` (RFC 8601). Pure.

Anybody can write such a line. Only the topmost one that bears the name of the reader's own server counts: a server puts its own above
whatever came with the mail, and takes away lines that bear its name (RFC 8601 section 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LINE = "authentication-results"
MOST_READ = 1_990
"""Characters of a line of the head that are read (see `mail_item.MOST_HEAD`): of one that may go on behind them, nothing is believed."""
_TOKEN = re.compile(r"[^\s;=()\"]+")
_METHOD = re.compile(r"([a-z0-9-]+)(?:/\d+)?\Z")


@dataclass(slots=True)
class _Result:
    """What the server found by one method: its word for it, and the properties it looked at, by "type.name", in lower case."""

    method: str
    result: str
    of: dict[str, str] = field(default_factory=dict)


def sender_is_proven(heads: Iterable[tuple[str, str]], *, server: str, domain: str) -> bool:
    """Tell whether the mail server called `server` found that `domain` itself sent the mail with these lines of a head, from the top.

    `server` is its authserv-id, "" when nobody's word counts. True when it says dmarc=pass for that domain; or, where it says nothing of
    DMARC or that the domain has no policy, when SPF or DKIM passed for the domain or one that it lies below. Of contradicting lines, and of
    what cannot be read, nothing is believed. Lines must be raw, for words that are encoded in them are a stranger's.
    """
    if not (server and domain):
        return False
    for name, value in heads:
        if name.strip().lower() != LINE:
            continue
        found = _read(" ".join(value.split())) if len(value) <= MOST_READ else None
        if found is None:
            return False
        if found[0] == server.casefold():
            return _proves(found[1], domain.casefold())
    return False


def _proves(results: list[_Result], domain: str) -> bool:
    policy = [one for one in results if one.method == "dmarc"]
    if any(one.result != "none" for one in policy):
        return all(one.result == "pass" and _domain(one.of.get("header.from", "")) == domain for one in policy)
    passed = [one for one in results if one.result == "pass"]
    signed = [_domain(one.of.get("header.d") or one.of.get("header.i", "")) for one in passed if one.method == "dkim"]
    sent = [_domain(one.of.get("smtp.mailfrom") or one.of.get("smtp.from", "")) for one in passed if one.method == "spf"]
    return _once(results, "spf") and any(_speaks_for(one, domain) for one in (*signed, *sent))


def _once(results: list[_Result], method: str) -> bool:
    """A mail has one envelope and so one result of SPF; two say that somebody wrote one of them."""
    return sum(one.method == method for one in results) <= 1


def _speaks_for(one: str, domain: str) -> bool:
    """Whoever holds a domain speaks for those below it. The other way round needs a list of public suffixes, and is not believed."""
    return one == domain or ("." in one and domain.endswith(f".{one}"))


def _domain(written: str) -> str:
    return written.rpartition("@")[2].strip(".").casefold()


def _read(line: str) -> tuple[str, list[_Result]] | None:
    """Return the server's name and its results; None for a line that cannot be read whole."""
    parts = _parts(line)
    if not parts or not parts[0]:
        return None
    results = []
    for words in parts[1:]:
        if words and words != ["none"]:
            one = _result(words)
            if one is None:
                return None
            results.append(one)
    return parts[0][0].casefold(), results


def _result(words: list[str]) -> _Result | None:
    """Return one "method=result ptype.property=value …" whose words and signs were taken apart."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        if words[at : at + 2][1:] != ["="] or at + 2 >= len(words) or words[at + 2] == "=":
            return None
        pairs.append((words[at].lower(), words[at + 2]))
        at += 3
    method = _METHOD.match(pairs[0][0])
    if method is None:
        return None
    of: dict[str, str] = {}
    for name, value in pairs[1:]:
        if of.setdefault(name, value) != value:
            return None
    return _Result(method[1], pairs[0][1].lower(), of)


def _parts(line: str) -> list[list[str]]:
    """Return a line's words between its semicolons, comments left out; nothing for one with a quote or a comment that never ends."""
    parts: list[list[str]] = [[]]
    for kind, text in _signs(line):
        if kind == "broken":
            return []
        if kind == ";":
            parts.append([])
        else:
            parts[-1].append(text)
    return parts


def _signs(line: str) -> Iterator[tuple[str, str]]:
    """Yield what stands in a line: words, "=" and ";". A quoted text, with what is written onto it, is one word."""
    at = 0
    while at < len(line):
        if line[at] in ";=":
            yield line[at], line[at]
            at += 1
        elif line[at].isspace():
            at += 1
        elif line[at] == "(":
            at = _behind_comment(line, at)
        else:
            at, word = _word(line, at)
            yield "word", word
        if at < 0:
            yield "broken", ""
            return


def _word(line: str, at: int) -> tuple[int, str]:
    """Return where a word ends, and the word; -1 where a quote in it never ends."""
    word = ""
    while at < len(line) and not (line[at].isspace() or line[at] in ";=("):
        if line[at] == '"':
            end = _behind_quote(line, at)
            if end < 0:
                return -1, ""
            word, at = word + re.sub(r"\\(.)", r"\1", line[at + 1 : end - 1]), end
        elif found := _TOKEN.match(line, at):
            word, at = word + found.group(), found.end()
        else:  # a bracket that closes nothing
            return -1, ""
    return at, word


def _behind_quote(line: str, at: int) -> int:
    at += 1
    while at < len(line):
        if line[at] == '"':
            return at + 1
        at += 2 if line[at] == "\\" else 1
    return -1


def _behind_comment(line: str, at: int) -> int:
    """Return where a comment ends, with those within it; -1 where it never does."""
    depth = 0
    while at < len(line):
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        at += 2 if line[at] == "\\" else 1
        if depth == 0:
            return at
    return -1
