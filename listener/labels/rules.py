"""The rules that read texts by their words alone, beside whatever else labels them."""

from __future__ import annotations

from collections.abc import Mapping

from listener.labels.labeller import TextRule
from listener.labels.lexicon import Lexicons
from listener.labels.personal import personal_data_rule
from listener.labels.spam import SpamRule
from listener.labels.toxicity import ToxicityRule


def text_rules(lexicons: Mapping[str, Lexicons]) -> tuple[TextRule, ...]:
    """Return the rules for personal data, toxicity and spam with these word lists."""
    return (personal_data_rule, ToxicityRule(lexicons), SpamRule(lexicons))
