"""Questions that need insight and belong to the answering half, beside those of the listening half."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listener.answers import ANSWERS, Question
from listener.model.figures import DigestFigures
from listener.model.plain import plain
from listener.parts import Listening
from listener.settings.wording import templates
from listener.workflows.rebuild_insight import catch_up
from moderation.reports.tap_words import tap_words
from moderation.reports.week import Week, week_before
from moderation.reports.weekly import report_html, report_markdown
from moderation.tapping import watch_taps
from moderation.workflows.load_wording import load_words


def week_figures(parts: Listening, week: Week) -> DigestFigures:
    """Return the figures of one whole week."""
    return parts.figures(week.from_at, week.as_of)


def _report(parts: Listening, given: Mapping[str, Any]) -> Any:
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    as_of = datetime.fromisoformat(given["as_of"]) if given.get("as_of") else parts.clock.now()
    figures = week_figures(parts, week_before(as_of, parts.settings.zone))
    if given.get("format") == "json":
        return plain(figures)
    language = given.get("language") or parts.settings.digest.language
    write = report_html if given.get("format") == "html" else report_markdown
    return write(figures, language=language, zone=parts.settings.zone, templates=templates(language))


def _tap(parts: Listening, given: Mapping[str, Any]) -> Any:
    """Look at an action now; what is said is not kept."""
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    look = watch_taps(parts).now(int(given["action_id"]))
    words = tap_words(look.effect, load_words("en", "taps"), language="en", cost_per_contact=float(given.get("cost") or 0))
    return {**plain(look), "words": [f"{words.verdict}.", *words.lines]}


ALL_ANSWERS: dict[str, Question] = {**ANSWERS, "report": _report, "tap": _tap}
