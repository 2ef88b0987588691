"""What somebody wrote in an e-mail: without the mails it answers, without a signature. Careful: what is left empty stays whole. Pure."""

from __future__ import annotations

import re

MOST_LINES = 20_000
_SIGNATURE = re.compile(r"--\s?$")
_SENT_FROM = re.compile(
    r"(?:sent|get|verzonden|verstuurd|gesendet|envoyé)\s+(?:from|vanaf|vanuit|met|via|von|depuis|outlook)\b.{0,60}$", re.IGNORECASE
)
_WROTE = re.compile(
    r"(?:op|on|am|le)\s.{4,200}\b(?:schreef|het volgende geschreven|wrote|schrieb|a écrit)\b.{0,120}:\s*$", re.IGNORECASE | re.DOTALL
)
_ORIGINAL = re.compile(
    r"-{2,}\s*(?:original message|oorspronkelijk bericht|doorgestuurd bericht|forwarded message|ursprüngliche nachricht|message d'origine)",
    re.IGNORECASE,
)
_LINE_ABOVE = re.compile(r"_{10,}\s*$|-{10,}\s*$")
_FROM = re.compile(r"\*?(?:van|from|von|de)\s?:\*?\s", re.IGNORECASE)
_OTHERS = re.compile(
    r"\*?(?:verzonden|datum|date|sent|aan|to|onderwerp|subject|gesendet|betreff|an|envoyé|objet|à|cc)\s?:\*?\s", re.IGNORECASE
)


def own_words(text: str) -> str:
    """Return what the writer of a mail wrote: lines that quote, the history below, and the signature left out.

    Answers between quoted lines stay. When nothing would be left (a mail that only forwards), the whole is returned.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]
    end = next((place for place in range(len(lines)) if _begins_history(lines, place) or _SIGNATURE.fullmatch(lines[place])), len(lines))
    kept = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    while kept and (not kept[-1].strip() or _SENT_FROM.match(kept[-1].strip()) or _LINE_ABOVE.fullmatch(kept[-1].strip())):
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


def _begins_history(lines: list[str], place: int) -> bool:
    """Tell whether the mail that is answered begins here: by the line a mail program writes above it, or by its own head."""
    line = lines[place].strip()
    if not line:
        return False
    if _ORIGINAL.match(line):
        return True
    if re.match(r"(?:op|on|am|le)\s", line, re.IGNORECASE) and any(
        _WROTE.match("\n".join(lines[place : place + n]).strip()) for n in (1, 2, 3)
    ):
        return True
    below = [one.strip() for one in lines[place + 1 : place + 5] if one.strip()]
    return bool(_FROM.match(line)) and sum(bool(_OTHERS.match(one)) for one in below) >= 2
