"""Let the optional language model say extracted titles more smoothly, beside the analyser and never in its way."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import tzinfo

from listener.digest.choice import link_only
from listener.insight.store import Insight
from listener.issues.titles import SEPARATOR
from listener.ledger.ledger import Ledger
from listener.ledger.step import MODEL
from listener.model.analysis import AnalysisStep
from listener.model.figures import IssueFigures
from listener.ports import Clock
from listener.rephrase.rephraser import Rephraser
from listener.workflows.gather_figures import list_issues
from listener.workflows.measure_issues import period_start, quotes_by_issue

PERIOD_DAYS = 14
MOST_AT_ONCE = 5
QUOTES = 5


class RephraseTitles:
    """Keeps in mind which titles it asked about, so that a title that was dropped is not asked again before a restart."""

    def __init__(self, ledger: Ledger, insight: Insight, rephraser: Rephraser, *, clock: Clock, zone: tzinfo, key: bytes) -> None:
        self._ledger = ledger
        self._insight = insight
        self._rephraser = rephraser
        self._clock = clock
        self._zone = zone
        self._key = key
        self._asked: set[tuple[int, str]] = set()

    def once(self) -> int:
        """Ask about a few issues, what matters first, that still have an extracted title; return how many got another. Blocks.

        An issue that a person named is left alone, also one named while we asked. Posts of link-only platforms do not leave the house.
        """
        if not self._rephraser.on:
            return 0
        figures = list_issues(self._ledger, self._insight, as_of=self._clock.now(), period_days=PERIOD_DAYS, zone=self._zone)
        open_to = [one for one in figures if self._may(one.issue_id, one.title)]
        return sum(self._rephrase(one) for one in open_to[:MOST_AT_ONCE])

    def _may(self, issue_id: int, title: str) -> bool:
        issue = self._ledger.issues.get(issue_id)
        named = issue is None or issue.title_by != MODEL or issue.title != title
        return SEPARATOR in title and not named and (issue_id, title) not in self._asked

    def _rephrase(self, one: IssueFigures) -> bool:
        self._asked.add((one.issue_id, one.title))
        now = self._clock.now()
        from_at = period_start(now, PERIOD_DAYS, self._zone)
        found = quotes_by_issue(self._ledger, self._insight, [one], from_at=from_at, as_of=now, most=QUOTES, key=self._key, leaving=True)
        quotes = [quote for quote in found.get(one.issue_id, ()) if not link_only(quote.platform)]
        language = Counter(quote.language for quote in quotes).most_common(1)[0][0] if quotes else ""
        phrases = one.title.split(SEPARATOR)
        title = asyncio.run(self._rephraser.title(one.title, phrases, [quote.text for quote in quotes], language=language))
        issue = self._ledger.issues.get(one.issue_id)
        if title == one.title or issue is None or issue.title != one.title or issue.title_by != MODEL:
            return False
        self._ledger.analyses.save(AnalysisStep(at=now, titles=((one.issue_id, title),)))
        return True
