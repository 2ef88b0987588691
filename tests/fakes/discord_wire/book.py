"""What the far side was asked and accepted: the tests' truth about what our bot did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EPHEMERAL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came in, and what was answered. `at` is the loop's time."""

    method: str
    path: str
    body: Mapping[str, Any] | list[Any]
    status: int
    at: float
    token: str = ""


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as Discord keeps it. `said` is its body; `files` holds attached bytes by name."""

    message_id: str
    channel_id: str
    guild_id: str
    author: Mapping[str, Any]
    said: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    flags: int = 0
    edits: int = 0
    deleted: bool = False
    nonce: str = ""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """Everything somebody reads in it: content, embeds, labels."""
        return json.dumps([self.said.get(name) for name in ("content", "embeds", "components")], ensure_ascii=False)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [part for row in self.said.get("components") or () for part in row["components"]]


@dataclass(slots=True, kw_only=True)
class Book:
    """Everything that was asked (`requests`), and what stands (`messages`, `commands`). `pings`: whom accepted texts would have rung."""

    requests: list[Request] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    identified: list[Mapping[str, Any]] = field(default_factory=list)
    resumed: list[Mapping[str, Any]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    beats: int = 0
    too_soon: list[str] = field(default_factory=list)

    def asked(self, method: str, part: str) -> list[Request]:
        """Return the requests of a method whose path holds `part`."""
        return [one for one in self.requests if one.method == method and part in one.path]

    def standing(self, channel_id: str) -> list[Message]:
        """Return the messages that stand in a channel, oldest first; those that one person alone sees are not among them."""
        return [one for one in self.messages.values() if one.channel_id == channel_id and not one.deleted and not one.ephemeral]
