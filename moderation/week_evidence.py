"""Which posts and which cases a figure of the weekly report counted: what its links lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from listener.model.figures import Quote
from listener.workflows.measure_issues import quotes_of
from moderation.insight.week import WeekInsight
from moderation.ledger.week_cases import WeekCaseLedger
from moderation.ledger.week_facts import WeekFacts
from moderation.model.evidence import CaseBehind, Evidence
from moderation.reports.week import Week
from moderation.workflows.cases_behind import Behind, cases_behind
from moderation.workflows.week_parts import WeekParts

MOST_EVIDENCE = 50
FIGURES = (
    "all", "before", "spam", "directed", "unnecessary", "searched", "negative", "positive", "idea", "compliment", "loose", "nameless",
    "language",
)  # fmt: skip
"""What a reader may ask of a week: "which ones?". Beside these what is left of it: "ignored" and "never" (of those without a case)."""
OF_ISSUE = {
    "issue": "all",
    "negative": "negative",
    "before": "before",
    "silent": "all",
    "answered": "",
    "idea": "idea",
    "compliment": "compliment",
}
"""Figures about one issue, as in "issue-7"; "silent" counts from our last word on, "answered" what we answered."""
Found = tuple[Sequence[int], int]


class WeekEvidence:
    """Answers for one week and one reader; `parts` is narrowed to their brands already."""

    def __init__(self, parts: WeekParts, week: Week, *, up_to: int) -> None:
        self._parts = parts
        self._week = week
        self._up_to = up_to
        self._counted = WeekInsight(parts.insight)
        self._facts = WeekFacts(parts.listening.ledger.engine)

    def of(self, figure: str, page: int) -> Evidence | None:
        """Return a page of what a figure counted; None for a figure that there is not."""
        skip = (page - 1) * MOST_EVIDENCE
        behind = cases_behind(self._parts, self._week, figure)
        if behind is not None:
            return self._cases(figure, behind, skip)
        name, _, number = figure.partition("-")
        if name in OF_ISSUE and number.isascii() and number.isdigit() and len(number) < 19:
            return self._issue(figure, OF_ISSUE[name], int(number), skip)
        found = self._mentions(figure, skip)
        return None if found is None else Evidence(week=self._week.name, figure=figure, total=found[1], quotes=self._quotes(found[0]))

    def _mentions(self, figure: str, skip: int) -> Found | None:
        name, _, source = figure.partition("-")
        if figure in ("ignored", "never"):
            waiting = self._facts.waiting(self._evidence("directed", most=10_000_000)[0])
            mine = sorted((one for one, case in waiting.items() if figure == "ignored" or case is None), reverse=True)
            return mine[skip : skip + MOST_EVIDENCE], len(mine)
        if name == "source" and source and self._parts.brands is None:
            return self._evidence("source", source=source, skip=skip)
        return self._evidence(figure, skip=skip) if figure in FIGURES else None

    def _issue(self, figure: str, asked: str, issue_id: int, skip: int) -> Evidence:
        if not asked:
            answered = self._facts.answered(issue_id, self._week.from_at, self._week.as_of, self._parts.brands)
            some = self._quotes(answered[skip : skip + MOST_EVIDENCE])
            return Evidence(week=self._week.name, figure=figure, total=len(answered), quotes=some)
        since = None
        if figure.startswith("silent-"):
            since = self._facts.last_words([issue_id], self._week.as_of, self._parts.brands).get(issue_id)
        ids, total = self._evidence(asked, issue_id=issue_id, since=since, skip=skip)
        count = self._counted.issue(self._week, issue_id, up_to=self._up_to) if total and asked in ("all", "before") else None
        titles = self._parts.listening.ledger.issues.titles([issue_id])
        found = Evidence(
            week=self._week.name,
            figure=figure,
            total=total,
            quotes=self._quotes(ids),
            title=titles.get(issue_id, "") if total else "",
        )
        if count is None or figure.startswith("silent-"):
            return found
        before = asked == "before"
        return replace(found, contacts=count.before if before else count.contacts, people=0 if before else count.people)

    def _cases(self, figure: str, behind: Behind, skip: int) -> Evidence:
        some = behind[skip : skip + MOST_EVIDENCE]
        firsts = WeekCaseLedger(self._parts.listening.ledger.engine).first_messages({case_id for case_id, _ in some})
        quotes = {one.mention_id: one for one in self._quotes(list(firsts.values()))}
        cases = tuple(CaseBehind(case_id=case_id, said=said, quote=quotes.get(firsts.get(case_id, 0))) for case_id, said in some)
        return Evidence(week=self._week.name, figure=figure, total=len(behind), cases=cases, of_cases=True)

    def _evidence(self, figure: str, **narrowed: Any) -> tuple[list[int], int]:
        return self._counted.evidence(self._week, figure, up_to=self._up_to, **narrowed)

    def _quotes(self, ids: Sequence[int]) -> tuple[Quote, ...]:
        listening = self._parts.listening
        quotes = quotes_of(listening.ledger, listening.insight, ids, key=listening.pseudonym_key)
        return tuple(quotes[one] for one in ids if one in quotes)
