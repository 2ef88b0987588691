"""The pages of the weekly report: read, taken along, and asked "which ones?"."""

from __future__ import annotations

import pytest

from tests.fakes.staff_report import WEEK
from tests.moderation.inbox.conftest import Staff


def test_the_newest_report_is_read_in_the_pages_with_its_archive(staff: Staff) -> None:
    answer = staff.get("/report")
    assert answer.status_code == 200
    assert "Wat doet het meest pijn?" in answer.text
    assert f'href="/report/{WEEK}" aria-current="page"' in answer.text
    assert f'href="/report/{WEEK}/issue-1"' in answer.text  # figures lead to their mentions, on these pages
    assert "<style" not in answer.text
    assert "Weekrapport Zoemvolt: week 11 (2026)" in staff.get(f"/report/{WEEK}").text


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        ("/report.html", "text/html", "<!doctype html>"),
        ("/report.md", "text/markdown", "# Weekrapport"),
        ("/report.pdf", "application/pdf", "{"),  # on this invented day paper is data
    ],
)
def test_it_is_taken_along_in_three_forms(staff: Staff, path: str, kind: str, begins: str) -> None:
    """As files: their styles are their own, which the pages' content policy would not let them use."""
    answer = staff.get(f"{path}?week={WEEK}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"] == f'attachment; filename="klankbord-report-{WEEK}.{path.rpartition(".")[2]}"'
    assert answer.text.startswith(begins)


@pytest.mark.parametrize(
    "path",
    ["/report/2027-W53", "/report/no", '/report/"><script>', f"/report/{WEEK}/no", "/report/2027-W53/all", "/report.pdf?week=x%0d%0aa:b"],
)
def test_a_week_or_figure_that_there_is_not_is_not_found(staff: Staff, path: str) -> None:
    answer = staff.get(path)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_a_figure_shows_the_posts_that_it_counts(staff: Staff) -> None:
    answer = staff.get(f"/report/{WEEK}/issue-1")
    assert "De app logt me steeds uit" in answer.text
    assert "Vink 4f2a9c" in answer.text  # a pseudonym
    assert f'href="/report/{WEEK}"' in answer.text


def test_nobody_reads_it_without_signing_in(visitor: Staff) -> None:
    for path in ("/report", f"/report/{WEEK}", f"/report/{WEEK}/all", "/report.pdf", "/report.md", "/report.html"):
        assert visitor.get(path).status_code in (302, 303, 401)
