"""Why somebody is asked or not, in words: sentences from keys and numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moderation.model.invitation import Decision, Factor, Weighed

_RULE = "rule."


def weighed_sentence(one: Weighed, words: Mapping[str, str]) -> str:
    """Return what was weighed as a sentence. `words` are the texts of config/templates/<language>/invitations.yaml."""
    key = "rule" if one.key.startswith(_RULE) else one.key
    said = words[f"why.{key}"].format(n=round(one.number))
    return f"{said} [{one.key.removeprefix(_RULE)}]" if key == "rule" else said


def against(decision: Decision, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sentences that speak against asking."""
    return _sentences(decision.why_not, words)


def in_favour(decision: Decision, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sentences that speak for asking."""
    return _sentences(decision.why, words)


def numbers_of(decision: Decision) -> tuple[tuple[Factor, float], ...]:
    """Return the three numbers of B = MAP, each between 0 and 1."""
    return ((Factor.MOTIVATION, decision.motivation), (Factor.ABILITY, decision.ability), (Factor.PROMPT, decision.prompt))


def _sentences(weighed: Sequence[Weighed], words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(weighed_sentence(one, words) for one in weighed)
