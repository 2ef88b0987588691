"""What messages said that are about to go, and where else it stands: titles of issues, and quotes in digests that were kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from listener.digest.letting_go import beginnings_of, without_heading, without_title, without_words_of
from listener.ledger import tables
from listener.ledger.changes import batches
from listener.ledger.tables import issue, mention, report, revision

NO_TITLE = "…"
DIGEST = "digest"
_WORD = re.compile(r"[^\W_]+")
_LEAST_WORDS = 4
"""A title of fewer words is a phrase that several people used."""
_PHRASES = " · "
"""What parts the phrases of a title that several people's words made (`issues/titles.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Everything some messages ever said, as title and text, where they stood, and since when the oldest of them is here."""

    texts: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()
    since: datetime | None = None


def said_by(tx: Connection, mention_ids: Sequence[int]) -> Said:
    """Return what these messages said."""
    texts, urls, since = list[tuple[str, str]](), list[str](), list[datetime]()
    for some in batches(mention_ids):
        here = tx.execute(select(mention.c.url, mention.c.first_seen_at).where(mention.c.mention_id.in_(some))).all()
        urls += [row.url for row in here if row.url]
        since += [row.first_seen_at for row in here if row.first_seen_at is not None]
        rows = tx.execute(select(revision.c.title, revision.c.text).where(revision.c.mention_id.in_(some)))
        texts += [(row.title, row.text) for row in rows]
    return Said(texts=tuple(texts), urls=tuple(urls), since=min(since, default=None))


def forget_titles(tx: Connection, issue_ids: Collection[int], texts: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Take from these issues the titles that are the beginning of one of these texts; return them. A person's title stays."""
    said = {_spoken(one) for title, text in texts for one in (f"{title} {text}", text, title)} - {""}
    gone: list[str] = []
    for some in batches(sorted(issue_ids)):
        here = or_(issue.c.issue_id.in_(some), issue.c.merged_into.in_(some))
        named = tx.execute(select(issue.c.issue_id, issue.c.title).where(here, issue.c.title_by == tables.MODEL, issue.c.title != NO_TITLE))
        quoting = [(row.issue_id, row.title) for row in named if _quotes(row.title, said)]
        for issue_id, title in quoting:
            tx.execute(update(issue).where(issue.c.issue_id == issue_id).values(title=NO_TITLE))
            _forget_in_acts(tx, issue_id, title)
            gone.append(title)
    return tuple(gone)


def forget_in_digests(tx: Connection, said: Said, *, quoting: Collection[str] = (), bare: Collection[str] = ()) -> None:
    """Take out of the digests that were kept what quotes these messages, titles that were their words (`quoting`), and those of issues in
    which nobody is left (`bare`)."""
    if said.since is None or not (said.urls or quoting or bare or any(title or text for title, text in said.texts)):
        return
    beginnings: frozenset[str] | None = None
    kept = select(report.c.report_id, report.c.body).where(report.c.kind == DIGEST, report.c.made_at >= said.since)
    for row in tx.execute(kept).all():
        if beginnings is None:
            beginnings = frozenset[str]().union(*(beginnings_of(title, text) for title, text in said.texts))
        worded = without_words_of(row.body, beginnings=beginnings, urls=said.urls)
        for title in quoting:
            worded = without_title(worded, title)
        for title in bare:
            worded = without_heading(worded, title)
        if worded != row.body:
            tx.execute(update(report).where(report.c.report_id == row.report_id).values(body=worded))


def _forget_in_acts(tx: Connection, issue_id: int, title: str) -> None:
    acts = tables.issue_act
    for act in tx.execute(select(acts.c.act_id, acts.c.before).where(acts.c.issue_id == issue_id, acts.c.before.is_not(None))).all():
        if act.before.get("title") == title:
            tx.execute(update(acts).where(acts.c.act_id == act.act_id).values(before={**act.before, "title": NO_TITLE}))


def _quotes(title: str, said: Collection[str]) -> bool:
    """Tell whether a title is the beginning of one of these texts: phrases that several people used are no one's words."""
    words = _spoken(title)
    if _PHRASES in title or not words:
        return False
    long = title.endswith(NO_TITLE) or len(words.split()) >= _LEAST_WORDS
    return any(text == words or (long and text.startswith(words.rsplit(" ", 1)[0] if title.endswith(NO_TITLE) else words)) for text in said)


def _spoken(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
