"""Set a report on paper with typst: its fonts are in its wheel, it fetches nothing, and what it sets is data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst

from listener.settings.resources import shipped_text

TEMPLATE = "report.typ"


def typeset(paper: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the report as PDF, the same bytes for the same report."""
    (pdf,) = _compiled(paper, made_at, "pdf", None)
    return pdf


def pictures(paper: Mapping[str, Any], *, made_at: datetime, ppi: float = 110.0) -> list[bytes]:
    """Return the pages of the report as PNG, for whoever wants to look at them."""
    return _compiled(paper, made_at, "png", ppi)


def _compiled(paper: Mapping[str, Any], made_at: datetime, form: Literal["pdf", "png"], ppi: float | None) -> list[bytes]:
    """Compile in a folder with nothing else in it: the template can read nothing of the machine, and there are no packages to ask for."""
    with tempfile.TemporaryDirectory(prefix="klankbord-paper-") as folder:
        empty = Path(folder)
        source = empty / TEMPLATE
        source.write_text(shipped_text(TEMPLATE), encoding="utf-8")
        made: Any = typst.compile(
            source,
            root=empty,
            font_paths=[],
            ignore_system_fonts=True,
            format=form,
            ppi=ppi,
            sys_inputs={"report": json.dumps(paper, ensure_ascii=False)},
            package_path=empty,
            package_cache_path=empty,
            timestamp=made_at.replace(microsecond=0),
        )
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if page is not None]
