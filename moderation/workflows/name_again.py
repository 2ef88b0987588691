"""Give issues a new title whose old one went with somebody's words: from the messages that are left."""

from __future__ import annotations

from listener.issues.naming import TITLE_LENGTH
from listener.issues.prepare import Reader, Reading
from listener.issues.titles import Background, beginning_of, terms_of, title_for
from listener.ledger.ledger import Ledger
from listener.ledger.removal import NO_TITLE
from listener.model.analysis import AnalysisStep
from listener.model.mention import StoredMention
from listener.ports import Clock
from listener.text.shorten import shorten

_MOST_READ = 500
"""Messages that tell how usual a word is when a title is made anew."""


def name_again(ledger: Ledger, reader: Reader, clock: Clock) -> int:
    """Name every issue without a title that has messages; return how many."""
    bare = [one.issue_id for one in ledger.issues.all() if one.title == NO_TITLE]
    mentions = ledger.mentions
    readings = {one: _read(reader, mentions.by_ids(ledger.issues.members(one)[-_MOST_READ:])) for one in bare}
    background = _read(reader, mentions.latest(_MOST_READ)) if any(readings.values()) else []
    titles = tuple((one, _title(reader, members, background)) for one, members in readings.items() if members)
    if titles:
        ledger.analyses.save(AnalysisStep(at=clock.now(), titles=titles))
    return len(titles)


def _read(reader: Reader, said: list[StoredMention]) -> list[Reading]:
    """Return what those say that still have words."""
    return [reader.read(one) for one in said if one.expired_at is None]


def _title(reader: Reader, members: list[Reading], background: list[Reading]) -> str:
    """Return a title from what these messages share, in the language most of them are in; private ones give it no words."""
    language = max({one.language for one in members}, key=lambda tried: sum(one.language == tried for one in members))
    members = [one for one in members if not one.stored.private]
    if not members:
        return reader.untold(language)
    terms, usual = (
        [terms_of(one.clean.plain, reader.stop_words) for one in readings if one.language == language] for readings in (members, background)
    )
    made = title_for(terms, Background.of(usual), without=reader.brand_words)
    return shorten(made, TITLE_LENGTH) if made else beginning_of(members[0].clean, language, TITLE_LENGTH)
