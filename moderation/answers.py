"""Questions that need insight and belong to the answering half, beside those of the listening half."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from listener.answers import ANSWERS, Question
from listener.errors import InputError
from listener.model.plain import plain
from listener.parts import Listening, nothing_further
from listener.workflows.rebuild_insight import catch_up
from moderation.bootstrap import desk_on
from moderation.drawing.process import DrawingProcess
from moderation.reports.document_links import Links
from moderation.reports.tap_words import tap_words
from moderation.reports.week_html import week_html
from moderation.reports.week_markdown import week_markdown
from moderation.reports.week_paper import paper_of
from moderation.tapping import watch_taps
from moderation.telling import telling
from moderation.week_room import WeekRoom, settings_of
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.draw_report import drawn_for_page, drawn_for_paper
from moderation.workflows.load_wording import load_words
from moderation.workflows.typeset import typeset


def _digest(parts: Listening, given: Mapping[str, Any]) -> Any:
    """Return the digest with what we said, asked and did, also where no service runs that put both halves together."""
    if parts.further is not nothing_further:
        return ANSWERS["digest"](parts, given)
    with desk_on(parts.home, settings_of(parts), parts.clock) as desk:
        return ANSWERS["digest"](replace(parts, further=telling(desk)), given)


def _report(parts: Listening, given: Mapping[str, Any]) -> Any:
    """Return a week's report in the form asked for: its figures, Markdown, a page, or (in base64) on paper."""
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    room, form = WeekRoom(parts), given.get("format")
    period = str(given.get("week") or room.latest())
    language = str(given.get("language") or parts.settings.digest.language)
    links = Links(settings_of(parts).web.base_url)
    if form == "json":
        shown = room.shown(period)
        return None if shown is None else plain(shown.figures)
    document = room.document(period, language)
    if document is None:
        raise InputError(f"The week {period} has not begun.")
    if form not in ("pdf", "html"):
        return week_markdown(document, links)
    with closing(DrawingProcess()) as process:
        draw = DrawCharts(process)
        if form == "html":
            return week_html(document, links, drawn_for_page(document, draw))
        paper = paper_of(document, links, drawn_for_paper(document, draw))
        return base64.b64encode(typeset(paper, made_at=document.made_at)).decode()


def _tap(parts: Listening, given: Mapping[str, Any]) -> Any:
    """Look at an action now; what is said is not kept."""
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    look = watch_taps(parts).now(int(given["action_id"]))
    words = tap_words(look.effect, load_words("en", "taps"), language="en", cost_per_contact=float(given.get("cost") or 0))
    return {**plain(look), "words": [f"{words.verdict}.", *words.lines]}


def _clean_files(parts: Listening, given: Mapping[str, Any]) -> Any:  # noqa: ARG001 - every question is handed what was given
    """Let what was removed leave the files now."""
    return plain(parts.clean_files())


ALL_ANSWERS: dict[str, Question] = {**ANSWERS, "digest": _digest, "report": _report, "tap": _tap, "clean_files": _clean_files}
