"""What calls may send, field by field: nothing else is taken, and nothing is guessed (RULES S15)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from moderation.inbox.fields import number_of

PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""No control characters but line ends and tabs."""
MOST_ON_PAGE = 100


class Body(BaseModel):
    """A body: a field that it does not know, or one of another type, is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _digits(value: Any) -> Any:
    """Refuse a number that is not written in plain digits: the gate reads the same query, and knows no other spelling (RULES S15)."""
    if isinstance(value, str) and number_of(value) is None:
        raise ValueError("write the number in digits")
    return value


Digits = BeforeValidator(_digits)
"""Of every number after the question mark."""


class Asked(BaseModel):
    """What stands after the question mark: a name that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Digits, Field(ge=1, le=MOST_ON_PAGE, description="How many at most.")] = 50
    cursor: Annotated[str, Field(pattern=r"^[0-9]{0,18}$", description="The `next` of the page before; empty for the first page.")] = ""

    @property
    def at(self) -> int:
        """Return the cursor's number; 0 on the first page."""
        return int(self.cursor or "0")


def _written(value: Any) -> Any:
    """Refuse a moment that is no text: a number would be read as seconds since 1970."""
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
        raise ValueError("write the moment as text with its zone, such as 2026-03-02T09:00:00+01:00")
    return value


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("say the moment's zone, such as +01:00 or Z")
    return value


Number = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1, description="The version that was shown; another one is answered 409.")]
Yes = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(strict=True, max_length=100, pattern=PLAIN)]
Words = Annotated[str, Field(strict=True, min_length=1, max_length=500, pattern=PLAIN)]
Text = Annotated[str, Field(strict=True, min_length=1, max_length=10_000, pattern=PLAIN)]
Moment = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_zoned),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:00:00+01:00"]}),
]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Page = Annotated[Asked, Query()]
