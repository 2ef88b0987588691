"""Set a report on paper with typst: it fetches nothing, and what it sets is data.

Its own fonts come with its wheel; for letters that these lack it takes the fonts of the machine. Letters that none of them has are boxes on
paper: which those are is asked of typst itself, and said beneath what holds them.
"""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from listener.settings.resources import shipped_text
from moderation.reports.paper_letters import letters_of, with_notes

TEMPLATE = "report.typ"
LETTERS = "letters.typ"
NOT_A_LETTER = "\ufdd0"
"""Unicode promises that this never becomes one: how a font draws it is how it draws what it does not have."""
BETWEEN = "A"
"""Drawn between letters, to see where one ends that is drawn of several pieces; it is never asked for itself."""
_DRAWN = re.compile(r'<use xlink:href="#(\w+)"')
_KNOWN: dict[str, bool] = {}
"""Letters that were asked for before, and whether a font has them; fonts that are installed later are seen after a new start."""


def typeset(paper: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Return the report as PDF, the same bytes for the same report on the same machine."""
    (pdf,) = _report(paper, made_at, "pdf", None)
    return pdf


def pictures(paper: Mapping[str, Any], *, made_at: datetime, ppi: float = 110.0) -> list[bytes]:
    """Return the pages of the report as PNG, for whoever wants to look at them."""
    return _report(paper, made_at, "png", ppi)


def letters_missing(letters: Iterable[str], *, system_fonts: bool = True) -> frozenset[str]:
    """Return those letters that no font at hand has. `system_fonts`: the machine's count too, as they do on paper."""
    seen = {one for one in letters if ord(one) > 0x7F and unicodedata.category(one)[0] in "LNPS"}
    if not system_fonts:
        return _asked(sorted(seen), system_fonts=False)
    new = sorted(seen - _KNOWN.keys())
    if new:
        missing = _asked(new, system_fonts=True)
        _KNOWN.update({one: one not in missing for one in new})
    return frozenset(one for one in seen if not _KNOWN[one])


def _asked(letters: list[str], *, system_fonts: bool) -> frozenset[str]:
    """Draw letters, and see which look as what is no letter at all looks; one may be drawn of several pieces."""
    if not letters:
        return frozenset()
    lines = [NOT_A_LETTER, BETWEEN, *(part for one in letters for part in (one, BETWEEN))]
    (drawn,) = _compiled(LETTERS, {"letters": json.dumps(lines)}, None, "svg", None, system_fonts=system_fonts)
    glyphs = _DRAWN.findall(drawn.decode())
    nothing, between = glyphs[:2]
    parts = " ".join(glyphs[2:]).split(between)
    return frozenset(one for one, part in zip(letters, parts, strict=False) if nothing in part)


def _report(paper: Mapping[str, Any], made_at: datetime, form: Literal["pdf", "png"], ppi: float | None) -> list[bytes]:
    whole = with_notes(paper, letters_missing(letters_of(paper)))
    return _compiled(TEMPLATE, {"report": json.dumps(whole, ensure_ascii=False)}, made_at, form, ppi)


@cache
def _fonts(*, system_fonts: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system_fonts)


def _compiled(
    template: str,
    inputs: dict[str, str],
    made_at: datetime | None,
    form: Literal["pdf", "png", "svg"],
    ppi: float | None,
    *,
    system_fonts: bool = True,
) -> list[bytes]:
    """Compile in a folder with nothing else in it: the template can read nothing of the machine, and there are no packages to ask for."""
    with tempfile.TemporaryDirectory(prefix="klankbord-paper-") as folder:
        empty = Path(folder)
        source = empty / template
        source.write_text(shipped_text(template), encoding="utf-8")
        made: Any = typst.compile(
            source,
            root=empty,
            font_paths=_fonts(system_fonts=system_fonts),
            format=form,
            ppi=ppi,
            sys_inputs=inputs,
            package_path=empty,
            package_cache_path=empty,
            timestamp=made_at.replace(microsecond=0) if made_at is not None else None,
        )
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if page is not None]
