"""Frames that nobody honest sends: real buttons under others' names, other servers, ids that were never made, bodies with holes.

Discord itself would stop most of them. We do not count on that: whatever comes over the connection has to be harmless.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.discord_wire.book import Message
from tests.fakes.discord_wire.interactions import AUTOCOMPLETE, COMPONENT, MODAL, SLASH
from tests.fakes.discord_wire.people import GUILD, MALLORY, OTHER_GUILD, STAFF, User, snowflake
from tests.fakes.discord_wire.wire import DiscordWire

BUTTON, MENU = 2, 3
_HOLES = ("token", "id", "application_id", "member", "data", "type")
_NONSENSE: tuple[Any, ...] = (None, 0, -1, "", "x", [], {}, 2**70, True, "9" * 400, {"user": {"id": 5}}, {"user": None}, "\ud800", 1.5)
_IDS = (
    "k1.",
    "k1." + "A" * 24,
    "k0.",
    "K1.",
    "claim:1",
    "issue_mute",
    "'; drop table person; --",
    "k1.\u202e",
    "k" * 100,
    "k1." + "é" * 40,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """One frame to send: `fields` are laid over an honest one, `drop` is left out of it."""

    what: str
    kind: int
    data: dict[str, Any]
    user: User
    guild_id: str = GUILD
    channel: str = STAFF
    message: Message | None = None
    drop: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        """Whether an answer could arrive at all."""
        return not {"token", "id", "application_id", "type", "data", "member"} & {*self.drop, *self.fields}


def forgeries(
    drawn: random.Random, real: Sequence[tuple[Message, str]], *, allowed: User, commands: Sequence[str], count: int
) -> Iterator[Forgery]:
    """Yield `count` forgeries of presses on `real` messages (with the id of a button there); `allowed` is somebody with every right."""
    stranger = replace(MALLORY, locale="nl")
    makers = (_stranger, _elsewhere, _never_made, _altered, _other_kind, _other_message, _holes, _nonsense, _command)
    for number in range(count):
        message, press_id = drawn.choice(real)
        yield makers[number % len(makers)](drawn, message, press_id, allowed, stranger, commands)


def _pressed(press_id: str, kind: int = BUTTON, **more: Any) -> dict[str, Any]:
    return {"custom_id": press_id, "component_type": kind, "id": 2, **more}


def _stranger(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """Somebody who is an administrator at Discord and nobody here."""
    who = replace(stranger, user_id=drawn.choice((stranger.user_id, snowflake(), allowed.user_id + "0", "0" + allowed.user_id[1:])))
    return Forgery(what="stranger", kind=COMPONENT, data=_pressed(press_id), user=who, message=message)


def _elsewhere(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """A colleague's press, but in a server that is not ours, or in a direct message."""
    where = drawn.choice((OTHER_GUILD, "", "1", snowflake()))
    return Forgery(what="elsewhere", kind=COMPONENT, data=_pressed(press_id), user=allowed, guild_id=where, message=message)


def _never_made(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    kind = drawn.choice((COMPONENT, MODAL))
    data = _pressed(drawn.choice(_IDS)) if kind == COMPONENT else {"custom_id": drawn.choice(_IDS), "components": _boxes("text", "x")}
    return Forgery(what="never made", kind=kind, data=data, user=allowed, message=message)


def _altered(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """A real id, shorter, longer, or with one sign changed; case counts too."""
    at = drawn.randrange(len(press_id))
    changed = press_id[:at] + chr((ord(press_id[at]) - 32) % 90 + 33) + press_id[at + 1 :]
    made = drawn.choice((changed, press_id[:-1], press_id + "A", press_id.swapcase(), f" {press_id}", f"{press_id}\n"))
    return Forgery(what="altered", kind=COMPONENT, data=_pressed(made), user=allowed, message=message)


def _other_kind(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """A button's id sent as if it were a form, with words in it."""
    data = {
        "custom_id": press_id,
        "components": _boxes(drawn.choice(("text", "version", "case", "verb")), drawn.choice(("1", "x", "reply_send"))),
    }
    return Forgery(what="other kind", kind=MODAL, data=data, user=allowed, message=message)


def _other_message(
    drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]
) -> Forgery:
    """A stranger's press on a message that somebody else wrote, with our id below it."""
    foreign = replace_author(message, stranger)
    return Forgery(what="other message", kind=COMPONENT, data=_pressed(press_id), user=stranger, message=foreign)


def _holes(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    drop = tuple(drawn.sample(_HOLES, k=drawn.randint(1, 3)))
    return Forgery(what="holes", kind=COMPONENT, data=_pressed(press_id), user=stranger, message=message, drop=drop)


def _nonsense(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """A field holds what it never holds: of another type, too large, half a character."""
    name = drawn.choice((*_HOLES, "guild_id", "channel_id", "message", "locale", "channel"))
    return Forgery(
        what="nonsense", kind=COMPONENT, data=_pressed(press_id), user=stranger, message=message, fields={name: drawn.choice(_NONSENSE)}
    )


def _command(drawn: random.Random, message: Message, press_id: str, allowed: User, stranger: User, commands: Sequence[str]) -> Forgery:
    """A stranger types each command, and asks for hints, with numbers of things that are there."""
    number = {"type": 4, "value": drawn.randint(1, 9)}
    options = [{"name": name, **number, "focused": name == "issue"} for name in ("issue", "case", "update", "draft")]
    kind = drawn.choice((SLASH, AUTOCOMPLETE))
    data = {"id": snowflake(), "name": drawn.choice(commands), "type": 1, "guild_id": GUILD, "options": options}
    return Forgery(what="command", kind=kind, data=data, user=stranger)


def replace_author(message: Message, who: User) -> Message:
    """Return a copy of a message that somebody else seems to have written."""
    made = replace(message, author=who.shown(), message_id=snowflake())
    made.said = dict(message.said)
    return made


def _boxes(name: str, value: str) -> list[dict[str, Any]]:
    return [{"type": 1, "id": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}]


async def send(wire: DiscordWire, forgery: Forgery) -> Any:
    """Send one, and return what came of it."""
    return await wire.interact(
        forgery.kind,
        forgery.data,
        user=forgery.user,
        channel=forgery.channel,
        guild_id=forgery.guild_id,
        message=forgery.message,
        settle=forgery.answerable,
        drop=forgery.drop,
        changed=forgery.fields,
    )
