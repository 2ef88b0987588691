"""What somebody wrote in an e-mail: without the mails it answers, without a signature. Careful: what is left empty stays whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import yaml

from listener.settings.resources import shipped, shipped_text

MOST_LINES = 20_000
_SIGNATURE = re.compile(r"--\s?$")
_LINE_ABOVE = re.compile(r"_{10,}\s*$|-{10,}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """How mail programs of every language in `config/lexicons/*/mail.yaml` mark what the writer did not write."""

    sent_from: re.Pattern[str]
    begins: re.Pattern[str]
    wrote: re.Pattern[str]
    original: re.Pattern[str]
    head_from: re.Pattern[str]
    head_line: re.Pattern[str]


def own_words(text: str) -> str:
    """Return what the writer of a mail wrote: lines that quote, the history below, and the signature left out.

    Answers between quoted lines stay. When nothing would be left (a mail that only forwards), the whole is returned.
    """
    signs = _signs()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]
    end = next(
        (place for place in range(len(lines)) if _begins_history(lines, place, signs) or _SIGNATURE.fullmatch(lines[place])), len(lines)
    )
    kept = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    while kept and (not kept[-1].strip() or signs.sent_from.match(kept[-1].strip()) or _LINE_ABOVE.fullmatch(kept[-1].strip())):
        kept.pop()
    words = "\n".join(line.rstrip() for line in kept).strip()
    return re.sub(r"\n{3,}", "\n\n", words) or text.strip()


def unfolded(text: str) -> str:
    """Return text of the kind format=flowed with its soft line ends taken out (RFC 3676); what is quoted stays as it is."""
    joined: list[str] = []
    open_line = False
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line[1:] if line.startswith(" ") else line
        if open_line and not line.startswith(">"):
            joined[-1] += line
        else:
            joined.append(line)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(joined)


def _begins_history(lines: list[str], place: int, signs: _Signs) -> bool:
    """Tell whether the mail that is answered begins here: by the line a mail program writes above it, or by its own head."""
    line = lines[place].strip()
    if not line:
        return False
    if signs.original.match(line):
        return True
    if signs.begins.match(line) and any(signs.wrote.match("\n".join(lines[place : place + n]).strip()) for n in (1, 2, 3)):
        return True
    below = [one.strip() for one in lines[place + 1 : place + 5] if one.strip()]
    return bool(signs.head_from.match(line)) and sum(bool(signs.head_line.match(one)) for one in below) >= 2


@cache
def _signs() -> _Signs:
    """Return the signs of all languages that ship with them: a mail program speaks its owner's language, whatever the mail is in."""
    languages = [
        yaml.safe_load(shipped_text("lexicons", folder.name, "mail.yaml"))
        for folder in sorted(shipped("lexicons").iterdir(), key=lambda one: one.name)
        if folder.joinpath("mail.yaml").is_file()
    ]

    def said(key: str) -> str:
        return _any_of(phrase for words in languages for phrase in words[key])

    def pattern(written: str) -> re.Pattern[str]:
        return re.compile(written, re.IGNORECASE | re.DOTALL)

    begins = rf"{said('answered_begins')}\s"
    return _Signs(
        sent_from=pattern(rf"{said('sent_from')}\b.{{0,60}}$"),
        begins=pattern(begins),
        wrote=pattern(rf"{begins}.{{4,200}}\b{said('answered_ends')}\b.{{0,120}}:\s*$"),
        original=pattern(rf"-{{2,}}\s*{said('answered_below')}"),
        head_from=pattern(rf"\*?{said('head_from')}\s?:\*?\s"),
        head_line=pattern(rf"\*?{said('head_lines')}\s?:\*?\s"),
    )


def _any_of(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases) + ")"
