"""Read the coach's shipped words of a language."""

from __future__ import annotations

from functools import cache

from listener.settings.resources import shipped_text
from listener.settings.wording import stop_words
from moderation.coach.words import CoachWords, parse_coach
from moderation.model.languages import LANGUAGES
from moderation.workflows.quick_yaml import read_yaml

DEFAULT_LANGUAGE = "en"


@cache
def load_coach_words(language: str) -> CoachWords:
    """Return config/lexicons/<language>/coach.yaml; the English one for a language without."""
    known = language if language in LANGUAGES else DEFAULT_LANGUAGE
    name = f"lexicons/{known}/coach.yaml"
    given = read_yaml(shipped_text("lexicons", known, "coach.yaml"))
    return parse_coach(given, name=name, stop_words=stop_words().get(known, frozenset()))
