"""What people say a mention expresses, against or beside what the models say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

ANSWERS: dict[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "cause": ("promise_not_kept", "unclear_information", "service_failed", "idea", "compliment", "product_question", "other"),
    "urgency": ("high", "normal", "low"),
    **dict.fromkeys(
        ("question", "unnecessary", "searched_first", "idea", "compliment", "spam", "toxicity", "personal_data"), ("no", "yes")
    ),
}
"""The answers that each label may have. A yes-or-no label counts when it is "yes"; "no" says that it does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCorrection:
    """One line of the record: a person's answer about one revision of a mention. `value` None takes the person's answer back."""

    mention_id: int
    revision: int
    name: str
    value: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A person's answer about a mention as it stands now, and the model's own: its value and probability, or None and 0."""

    mention_id: int
    revision: int
    name: str
    value: str
    by: str
    model_value: str | None
    model_probability: float
