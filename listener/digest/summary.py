"""An issue in two sentences: what it is about, how many people wrote about it, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from listener.digest.words import Words
from listener.issues.titles import SEPARATOR
from listener.model.figures import IssueFigures

SUMMARY_WORDS = "summary.j2"


def summary_of(figures: IssueFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the summary in a language, without line breaks. It rests on `figures.quotes`, which whoever shows it shows below.

    What it is about are the phrases of the title, also of one that a person wrote. Mentions of the period are named when there are
    earlier ones too.
    """
    words = Words(templates, language, zone, name=SUMMARY_WORDS)
    phrases = [f"“{part}”" for part in " ".join(figures.title.split()).split(SEPARATOR)]
    recent = figures.period_mentions if figures.period_mentions < figures.mentions else 0
    return f"{words('about', phrases)} {words('spread', figures, recent)}"
