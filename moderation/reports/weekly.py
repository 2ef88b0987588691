"""The weekly report as Markdown, as part of a staff page, and as one self-contained HTML file: three forms of the same figures."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import tzinfo
from html import escape
from typing import Any

from listener.digest.choice import link_only
from listener.digest.inert import host_of, inert_figures, plain_figures
from listener.digest.markdown import quote_markdown
from listener.digest.outline import quote_line, why
from listener.digest.phrases import signed
from listener.digest.sparkline import sparkline
from listener.digest.words import Words, wording_environment
from listener.model.figures import DigestFigures
from moderation.reports.style import STYLE

MARKDOWN_TEMPLATE = "report.md.j2"
HTML_TEMPLATE = "report.html.j2"
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def report_markdown(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the report as Markdown (tables as GitHub writes them) in which no text of others is markup."""
    text = _filled(MARKDOWN_TEMPLATE, inert_figures(figures), language=language, zone=zone, templates=templates, html=False)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def report_body(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the report as one `<article class="report">` without style or script, for a page that brings its own style."""
    return _filled(HTML_TEMPLATE, plain_figures(figures), language=language, zone=zone, templates=templates, html=True).strip() + "\n"


def report_html(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the report as one HTML file that loads nothing: its policy allows its own style and not a thing more."""
    body = report_body(figures, language=language, zone=zone, templates=templates)
    title = _TITLE.search(body)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{title.group(1) if title else 'Klankbord'}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n"
        "</body>\n</html>\n"
    )


def _filled(name: str, figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str], html: bool) -> str:
    words = Words(templates, language, zone)
    environment = wording_environment(templates, language, zone, html=html)

    filters: dict[str, Any] = {
        "cited": lambda quote, about: quote_markdown(quote_line(quote, words, about=about)),
        "host": host_of,
        "line": lambda text: type(text)(" ").join(text.split()),
        "signed": lambda value: signed(value, language),
        "sparkline": sparkline,
        "why": lambda issue, section: why(issue, words, section=section),
    }
    environment.filters.update(filters)
    environment.globals["link_only"] = link_only
    sections = (("new", figures.new), ("growing", figures.growing), ("steady", figures.steady), ("fading", figures.fading))
    rows = [(section, issue) for section, issues in sections for issue in issues]
    return environment.get_template(name).render(d=figures, rows=rows)
