"""Read the shipped words by which people ask to be left alone."""

from __future__ import annotations

import yaml

from listener.settings.resources import shipped_text
from moderation.model.languages import LANGUAGES
from moderation.policy.opt_out_words import OptOutWords, parse_opt_out


def load_opt_out_words() -> tuple[OptOutWords, ...]:
    """Return config/lexicons/<language>/opt_out.yaml of every language: people mix them."""
    names = {language: f"lexicons/{language}/opt_out.yaml" for language in LANGUAGES}
    return tuple(
        parse_opt_out(yaml.safe_load(shipped_text("lexicons", language, "opt_out.yaml")), name=name) for language, name in names.items()
    )
