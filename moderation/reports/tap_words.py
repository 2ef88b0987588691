"""What is said about a look at an action, in sentences: for pages, chat, commands and the report alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listener.digest import phrases
from moderation.model.tap import Span, TapEffect, TapRule


@dataclass(frozen=True, slots=True, kw_only=True)
class TapWords:
    """A verdict in words. `why` says the reason, `basis` what was compared; `avoided` and `worth` are empty where nothing was measured,
    `worth` also without a cost per contact.
    """

    verdict: str
    why: str
    basis: str = ""
    avoided: str = ""
    worth: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences after the verdict, none of them empty."""
        return tuple(line for line in (self.why, self.basis, self.avoided, self.worth) if line)


def tap_words(
    effect: TapEffect, words: Mapping[str, str], *, language: str, cost_per_contact: float = 0.0, rule: TapRule | None = None
) -> TapWords:
    """Return what an effect says, in `words` (config/templates/<language>/taps.yaml). `cost_per_contact` is in euros, 0 for none."""
    rule = rule or TapRule()
    counts = {
        "before": effect.weeks_before,
        "after": effect.weeks_after,
        "contacts_before": effect.contacts_before,
        "contacts_after": effect.contacts_after,
        "least_before": rule.least_weeks_before,
        "least_after": rule.least_weeks_after,
        "least_contacts": rule.least_contacts_before,
    }
    given = {name: phrases.number(value, language) for name, value in counts.items()}
    verdict, reason = words[f"verdict.{effect.verdict.value}"], words[f"reason.{effect.reason.value}"]
    if effect.left is None or effect.avoided is None:
        return TapWords(verdict=verdict, why=reason.format(**given))
    basis = words["basis"].format(**given)
    if effect.earlier_actions:
        basis += " " + words["basis.earlier"].format(n=phrases.number(effect.earlier_actions, language))
    sure = effect.avoided.low > 0
    avoided = words["avoided" if sure else "avoided.none"].format(**_whole(effect.avoided, language))
    return TapWords(
        verdict=verdict,
        why=reason.format(**given, **_shares(effect.left)),
        basis=basis,
        avoided=avoided,
        worth=_worth(effect.avoided, words, language, cost_per_contact) if sure and cost_per_contact else "",
    )


def _shares(left: Span) -> dict[str, str]:
    named = {"left": left.best, "low": left.low, "high": left.high}
    return {name: f"{round(share * 100)}%" for name, share in named.items()}


def _whole(span: Span, language: str) -> dict[str, str]:
    named = {"n": span.best, "low": span.low, "high": span.high}
    return {name: _signed(round(value), language) for name, value in named.items()}


def _worth(avoided: Span, words: Mapping[str, str], language: str, cost: float) -> str:
    sums = {"n": avoided.best * cost, "low": avoided.low * cost, "high": avoided.high * cost}
    written = {name: f"€ {_signed(round(value), language)}" for name, value in sums.items()}
    cents = f"{cost:.2f}".replace(".", phrases.conventions(language).decimal)
    return words["worth"].format(cost=f"€ {cents}", **written)


def _signed(value: int, language: str) -> str:
    return f"{'−' if value < 0 else ''}{phrases.number(abs(value), language)}"
