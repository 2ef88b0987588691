"""The weekly report whole, as blocks: page one, and the appendix that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from moderation.charts.look import Look
from moderation.charts.week import week_charts
from moderation.model.chart import Widths
from moderation.model.document import Block, Document, Heading, PageBreak, Para, Pictures, Tone, plain_text
from moderation.reports.appendix import days_part, grid_part, issues_part, matrix_part, unneeded_part, value_part
from moderation.reports.appendix_said import coverage_part, ideas_part, meaning_part, praise_part
from moderation.reports.appendix_work import actions_part, feedback_part, kept_part
from moderation.reports.page_one import page_one, title, week_number
from moderation.reports.say import Say
from moderation.reports.shown import Shown

_APPENDIX = (
    days_part,
    issues_part,
    matrix_part,
    grid_part,
    unneeded_part,
    value_part,
    kept_part,
    feedback_part,
    actions_part,
    ideas_part,
    praise_part,
    coverage_part,
    meaning_part,
)


def week_document(shown: Shown, words: Mapping[str, str], *, chart_words: Mapping[str, str], language: str, zone: tzinfo) -> Document:
    """Return the report in one language; `chart_words` are config/templates/<language>/charts.yaml."""
    say, figures = Say(words, language, zone), shown.figures
    foot = say("foot_invented" if figures.invented else "foot", brand=figures.brand, week=week_number(figures.period))
    charts = week_charts(shown, say, Look(language=language, words=chart_words, zone=zone))
    blocks = (*page_one(shown, say), *_appendix(shown, say))
    return Document(
        title=title(shown, say),
        language=language,
        blocks=tuple(kept for block in blocks if (kept := _with_charts(block, charts)) is not None),
        made_at=figures.made_at,
        links_heading=say.word("links.heading"),
        links_lead=say.word("links.lead"),
        foot=plain_text(foot),
        charts=charts,
        to_table=say.word("to_table"),
        boxes=(say.word("boxes.one"), say.word("boxes.many")),
    )


def _with_charts(block: Block, charts: Mapping[str, Widths]) -> Block | None:
    """Return a block without the pictures that have nothing to show, None when nothing of it is left."""
    if not isinstance(block, Pictures):
        return block
    shown = tuple(one for one in block.shown if one.name in charts)
    return Pictures(shown=shown) if shown else None


def _appendix(shown: Shown, say: Say) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=say.word("appendix"), level=1, name="appendix")
    yield Para(line=say("appendix.lead"), tone=Tone.NOTE)
    for make in _APPENDIX:
        yield from make(shown, say)
