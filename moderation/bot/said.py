"""What the bot answers, as a record, and as the bodies that Discord takes. Nothing that leaves here can ping anybody (RULES S22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.model.delivery import Picture

Body = Mapping[str, Any]

NO_PINGS: Body = {"parse": [], "replied_user": False}
EPHEMERAL = 1 << 6
"""Shown to whoever asked, and to nobody else (Discord's flag of messages)."""
MOST_CONTENT = 2_000
MOST_CHOICES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer. Without `form` and `choices` it is a message that only whoever asked sees.

    `replaces` puts it in the place of the message that was pressed, which is then one of those. `form` opens a form instead; `choices`
    are (what is shown, what is meant) for whoever is typing an option.
    """

    text: str = ""
    embeds: tuple[Body, ...] = ()
    rows: tuple[Body, ...] = ()
    pictures: tuple[Picture, ...] = ()
    replaces: bool = False
    form: Body | None = None
    choices: Sequence[tuple[str, str | int]] | None = None


def message_of(said: Said) -> dict[str, Any]:
    """Return the body of the message that an answer is."""
    body: dict[str, Any] = {
        "content": said.text,
        "embeds": list(said.embeds),
        "components": list(said.rows),
        "allowed_mentions": dict(NO_PINGS),
        "flags": EPHEMERAL,
    }
    if said.pictures:
        body["attachments"] = attachments_of(said.pictures)
    return body


def attachments_of(pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    """Return what a body says of the files that go along: under which number, by which name, and what they show in words."""
    return [{"id": at, "filename": one.name, "description": one.alt} for at, one in enumerate(pictures)]


def choices_of(said: Said) -> dict[str, Any]:
    """Return the body that offers what somebody may be typing."""
    return {"choices": [{"name": name, "value": value} for name, value in (said.choices or ())][:MOST_CHOICES]}
