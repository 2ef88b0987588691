"""Issues about one subject are shown under one theme; nothing about it is kept, so nothing can go stale."""

from __future__ import annotations

from datetime import timedelta

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.progress import NoProgress
from listener.settings.schema import ListenerSettings
from listener.workflows.gather_figures import list_issues
from listener.workflows.name_themes import with_themes
from tests.fakes.complaints import START, complaint, kept


def analysed(ledger: Ledger, insight: Insight) -> None:
    ledger.mentions.add_page(kept(*(complaint(number) for number in range(90))), source="forum", next_cursor=None, at=START)
    workflow = new_analysis(ListenerSettings.model_validate({}), ledger, insight, HashedEmbedder(64))
    workflow.all(NoProgress())
    workflow.regroup(START + timedelta(days=4))


def test_a_theme_names_at_least_two_issues_and_is_the_title_of_one(ledger: Ledger, insight: Insight) -> None:
    analysed(ledger, insight)
    issues = list_issues(ledger, insight, as_of=START + timedelta(days=5))
    titles = {one.title for one in issues}
    named = [one.theme for one in issues if one.theme]
    assert all(theme in titles and named.count(theme) > 1 for theme in named)


def test_nothing_else_about_an_issue_changes_and_the_order_stays(ledger: Ledger, insight: Insight) -> None:
    analysed(ledger, insight)
    issues = list_issues(ledger, insight, as_of=START + timedelta(days=5))
    again = with_themes(issues, insight, as_of=START + timedelta(days=5))
    assert again == issues
    assert [one.issue_id for one in again] == [one.issue_id for one in issues]


def test_no_issues_have_no_themes(insight: Insight) -> None:
    assert with_themes([], insight, as_of=START) == []
