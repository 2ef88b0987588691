"""The weekly report whole, as blocks: page one, and the appendix that it rests on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from moderation.model.document import Block, Document, Heading, PageBreak, Para, Tone, plain_text
from moderation.reports.appendix import grid_part, issues_part, matrix_part, unneeded_part, value_part
from moderation.reports.appendix_said import coverage_part, ideas_part, meaning_part, praise_part
from moderation.reports.appendix_work import actions_part, feedback_part, kept_part
from moderation.reports.page_one import page_one, title, week_number
from moderation.reports.say import Say
from moderation.reports.shown import Shown

_APPENDIX = (
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


def week_document(shown: Shown, words: Mapping[str, str], *, language: str, zone: tzinfo) -> Document:
    """Return the report in one language."""
    say, figures = Say(words, language, zone), shown.figures
    foot = say("foot_invented" if figures.invented else "foot", brand=figures.brand, week=week_number(figures.period))
    return Document(
        title=title(shown, say),
        language=language,
        blocks=(*page_one(shown, say), *_appendix(shown, say)),
        made_at=figures.made_at,
        links_heading=say.word("links.heading"),
        links_lead=say.word("links.lead"),
        foot=plain_text(foot),
    )


def _appendix(shown: Shown, say: Say) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=say.word("appendix"), level=1, name="appendix")
    yield Para(line=say("appendix.lead"), tone=Tone.NOTE)
    for make in _APPENDIX:
        yield from make(shown, say)
