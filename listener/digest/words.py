"""The wording of a digest: macros of a language's template, called by name with records whose texts were made harmless before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from listener.digest import phrases
from listener.digest.trend_svg import trend_svg

DIGEST_WORDS = "digest.j2"


def wording_environment(templates: Mapping[str, str], language: str, zone: tzinfo, *, html: bool = False) -> SandboxedEnvironment:
    """Return a sandboxed environment over `templates` (file name → text) that knows how `language` writes figures.

    Filters: number, dollars, count(one, many), moment, dated, stretch, trend. With `html` every value is escaped.
    """
    environment = SandboxedEnvironment(
        loader=DictLoader(dict(templates)),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        number=lambda value: phrases.number(value, language),
        dollars=lambda value: phrases.dollars(value, language),
        count=lambda value, one, many: phrases.count(value, one, many, language),
        moment=lambda at: phrases.moment(at, zone, language),
        dated=lambda at: phrases.dated_moment(at, zone, language),
        stretch=lambda seconds: phrases.stretch(seconds, language),
        trend=lambda counts, label="": Markup(trend_svg(counts, label)),  # noqa: S704 - our own geometry, its label escaped
    )
    return environment


class Words:
    """Says things in one language: `words("totals", figures)` fills in the macro `totals`, on one line.

    Raises KeyError when the template has no such macro: a template lacks wording, which a test has to find.
    """

    def __init__(self, templates: Mapping[str, str], language: str, zone: tzinfo, *, name: str = DIGEST_WORDS) -> None:
        self.language = language
        self.zone = zone
        self._macros = vars(wording_environment(templates, language, zone).get_template(name).module)

    def __call__(self, macro: str, *given: Any) -> str:
        return " ".join(str(self._macros[macro](*given)).split())

    def moment(self, at: datetime) -> str:
        """Return a moment as the language writes it, on the clock of the settings."""
        return phrases.moment(at, self.zone, self.language)
