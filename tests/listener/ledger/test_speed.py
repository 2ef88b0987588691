"""Speed that keeps: a number of statements that does not grow with a page, indexes behind every search, and times with room to spare."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Membership
from tests.listener.ledger.making import MODEL, NOON, add, analyse, later, mention, removal, step, watched


def statements(ledger: Ledger, work: Callable[[], object]) -> int:
    """Return how many statements `work` sends."""
    seen: list[str] = []
    with watched(ledger, seen.append):
        work()
    return len(seen)


def test_a_page_of_500_costs_as_many_statements_as_one_of_5(ledger: Ledger) -> None:
    """One statement per mention would make an import of a year last a night."""
    few = statements(ledger, lambda: add(ledger, *(mention(f"a{number}") for number in range(5))))
    many = statements(ledger, lambda: add(ledger, *(mention(f"b{number}") for number in range(500))))
    assert many == few < 20


def test_a_step_and_its_reading_cost_as_many_statements_for_many_as_for_few(ledger: Ledger) -> None:
    """The same for analysing and for following."""
    counts = []
    for start, size in ((0, 5), (5, 300)):
        add(ledger, *(mention(str(number), f"tekst {number}") for number in range(start, start + size)))
        stored = ledger.mentions.unanalysed(1000)
        seq = ledger.analyses.last_seq()
        counts.append(
            (
                statements(ledger, lambda size=size: ledger.mentions.unanalysed(size)),  # type: ignore[misc]  # mypy loses the default
                statements(ledger, lambda stored=stored: ledger.analyses.save(step(stored))),  # type: ignore[misc]  # as above
                statements(ledger, lambda seq=seq: ledger.analyses.changes_since(seq, 1000, MODEL)),  # type: ignore[misc]  # as above
                statements(ledger, lambda: ledger.analyses.analysed(since=NOON, model=MODEL)),
                statements(ledger, lambda: ledger.mentions.by_ids(range(1000))),
            )
        )
    assert counts[0] == counts[1]
    assert len(stored) == 300


def test_removals_and_regroupings_cost_as_many_statements_for_many_as_for_few(ledger: Ledger) -> None:
    """A forum that closes takes thousands of posts along; a regrouping moves thousands."""
    add(ledger, *(mention(str(number), f"tekst {number}") for number in range(400)))
    analyse(ledger)

    def regroup(first: int, last: int) -> None:
        lines = [Membership(mention_id=one, issue_id=None, by="model", reason="regrouped", at=later(1)) for one in range(first, last)]
        ledger.analyses.save(AnalysisStep(at=later(1), memberships=tuple(lines)))

    assert statements(ledger, lambda: regroup(1, 6)) == statements(ledger, lambda: regroup(6, 300))
    few = statements(ledger, lambda: add(ledger, removals=[removal(str(number)) for number in range(5)]))
    many = statements(ledger, lambda: add(ledger, removals=[removal(str(number)) for number in range(5, 300)]))
    assert many - few <= 3, "three more, once, when issues lost their last mention: which titles go, that they go, and which quote"


SEARCHES: dict[str, Callable[[Ledger], object]] = {
    "unanalysed": lambda ledger: ledger.mentions.unanalysed(10),
    "unanalysed_count": lambda ledger: ledger.mentions.unanalysed_count(),
    "by_ids": lambda ledger: ledger.mentions.by_ids([1, 2]),
    "find": lambda ledger: ledger.mentions.find(mention("1").key),
    "known": lambda ledger: ledger.mentions.known([mention("1").key]),
    "latest": lambda ledger: ledger.mentions.latest(10),
    "cursor": lambda ledger: ledger.mentions.cursor("news"),
    "add_page": lambda ledger: add(ledger, mention("1", "nieuw", edited_at=later(9)), mention("new"), removals=[removal("2")]),
    "analysed": lambda ledger: ledger.analyses.analysed(since=later(1), model=MODEL),
    "cards": lambda ledger: ledger.analyses.cards(later(1)),
    "changes_since": lambda ledger: ledger.analyses.changes_since(0, 10, MODEL),
    "removed_since": lambda ledger: ledger.analyses.removed_since(0),
    "latest_posted_at": lambda ledger: ledger.analyses.latest_posted_at(),
    "members": lambda ledger: ledger.issues.members(1),
    "locked": lambda ledger: ledger.issues.locked(),
    "signals of an issue": lambda ledger: ledger.issues.signals(issue_id=1),
    "recent signals": lambda ledger: ledger.issues.signals(since=later(1)),
    "move": lambda ledger: ledger.issues.move(3, None, by="anna", at=NOON),
    "merge": lambda ledger: ledger.issues.merge(1, 2, by="anna", at=NOON),
    "save": lambda ledger: analyse(ledger, issue=1),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_no_search_reads_a_whole_table(ledger: Ledger, name: str) -> None:
    """100,000 mentions must feel like a hundred. Reading along an index that holds only what is wanted, or in its order, is fine."""
    add(ledger, *(mention(str(number), f"tekst {number}", posted_at=later(number)) for number in range(20)))
    stored = ledger.mentions.unanalysed(100)
    ledger.analyses.save(step(stored[:5]))
    ledger.analyses.save(step(stored[5:10]))
    seen: list[tuple[str, object]] = []

    def before(_connection: object, _cursor: object, statement: str, parameters: object, _context: object, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and not many:
            seen.append((statement, parameters))

    from sqlalchemy import event

    event.listen(ledger.engine, "before_cursor_execute", before)
    SEARCHES[name](ledger)
    event.remove(ledger.engine, "before_cursor_execute", before)
    assert seen
    with ledger.engine.connect() as connection:
        for statement, parameters in seen:
            plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]  # type: ignore[arg-type]  # as the driver got them
            whole = [line for line in plan if line.startswith("SCAN") and not any(part in line for part in ALLOWED)]
            assert whole == [], statement


ALLOWED = (
    "ix_mention_waiting",  # holds only what waits
    "ix_mention_placed_by_person",  # holds only what people placed
    "SCAN mention USING INDEX ix_mention_posted_at",  # newest first, cut off by LIMIT
)
