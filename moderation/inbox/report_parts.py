"""What the pages of the weekly report are built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.inbox.scope import Brands
from moderation.model.document import Document, Drawings
from moderation.model.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParts:
    """Every callable may block.

    - `latest()`: the week shown when none is asked for. `archive()`: (week, made at) of every report, newest week first.
    - `document(week, language, brands)`: a week's report, None for a week that there is not or that has not begun.
    - `evidence(week, figure, brands, page)`: which mentions a figure counted, None for a figure that there is not.
    - `drawn(document)`: its charts as a page shows them. `on_paper(document, base_url)`: it as PDF.
      `words(language)`: its words. `evidence_page`: how many mentions a page of evidence has.
    """

    latest: Callable[[], str]
    archive: Callable[[], Sequence[tuple[str, datetime]]]
    document: Callable[[str, str, Brands], Document | None]
    evidence: Callable[[str, str, Brands, int], Evidence | None]
    drawn: Callable[[Document], Drawings]
    on_paper: Callable[[Document, str], bytes]
    words: Callable[[str], Mapping[str, str]]
    evidence_page: int = 50
