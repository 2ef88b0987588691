"""What the queue is narrowed to, as calls write it and as saved views keep it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from moderation.inbox.api.bodies import Body, Name, Number, Yes
from moderation.model.clock import ClockState
from moderation.model.queue import Order, QueueChoice, Tab


class Choice(Body):
    """A choice of filters; what is empty leaves nothing out."""

    tab: Tab = Tab.WAITING
    words: Name = ""
    brand: Name = ""
    platform: Name = ""
    language: Name = ""
    issue_id: Number | None = None
    cause: Name = ""
    sentiment: Name = ""
    state: Annotated[str, Field(strict=True, pattern=r"^(|open|claimed|answered|closed)$")] = ""
    holder: Name = ""
    team: Name = ""
    waiting_hours: Annotated[int, Field(strict=True, ge=1, le=9_600)] | None = None
    clock: ClockState | None = None
    directed: Yes | None = None
    private: Yes | None = None
    order: Order = Order.URGENCY

    def choice(self) -> QueueChoice:
        """Return it as the queue understands it."""
        return QueueChoice(**{name: getattr(self, name) for name in Choice.model_fields})


class ShownChoice(BaseModel):
    """A choice as it was kept."""

    tab: Tab
    words: str
    brand: str
    platform: str
    language: str
    issue_id: int | None
    cause: str
    sentiment: str
    state: str
    holder: str
    team: str
    waiting_hours: float | None
    clock: ClockState | None
    directed: bool | None
    private: bool | None
    order: Order


def shown_choice(choice: QueueChoice) -> ShownChoice:
    """Return a choice for an answer."""
    return ShownChoice(**{name: getattr(choice, name) for name in ShownChoice.model_fields})
