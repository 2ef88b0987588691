"""What the team's bot is told of channels that a source reads: ids only, least intents, and nothing rests on it."""

from __future__ import annotations

from typing import Any

import pytest

from listener.clock import ManualClock
from listener.model.chat import Stand, Standing
from listener.model.push import Arrived, Connected, Edited, Gone, Pushed
from listener.sources.discord_push import DiscordPush

CHANNEL, FORUM, THREAD, OTHER, GUILD = "201", "202", "299", "777", "100"


class Heard:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Pushed | str]] = []

    async def take(self, source_id: str, pushed: Pushed) -> None:
        self.told.append((source_id, pushed))

    async def lost(self, source_id: str, why: str = "") -> None:
        self.told.append((source_id, why))


class Eyes:
    """What the connection knows of channels."""

    def __init__(self, *seen: str) -> None:
        self.seen = set(seen)

    def sees(self, channel_id: str) -> bool:
        return channel_id in self.seen

    def parent_of(self, channel_id: str) -> str:
        return FORUM if channel_id == THREAD else ""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def push(heard: Heard) -> DiscordPush:
    return DiscordPush({"gemeenschap": [CHANNEL, FORUM]}, Eyes(CHANNEL, FORUM), heard)


def removed(*ids: str, only_known: bool = False) -> tuple[str, Gone]:
    from listener.sources.discord_items import removal_of

    return "gemeenschap", Gone(removals=tuple(removal_of(GUILD, one) for one in ids), only_known=only_known)


NEWS = ("gemeenschap", Arrived())
EDIT = ("gemeenschap", Edited((("discord", GUILD, "9"),)))  # type: ignore[arg-type] # a key equals its tuple
SAID = {"id": "9", "channel_id": CHANNEL, "guild_id": GUILD}


@pytest.mark.parametrize(
    ("event", "body", "told"),
    [
        ("MESSAGE_CREATE", SAID, [NEWS]),
        ("MESSAGE_CREATE", {**SAID, "channel_id": THREAD}, [NEWS]),  # below a forum that is read
        ("MESSAGE_CREATE", {**SAID, "channel_id": OTHER}, []),
        ("THREAD_CREATE", {"id": "555", "parent_id": FORUM, "guild_id": GUILD}, [NEWS]),
        ("THREAD_DELETE", {"id": "555", "parent_id": FORUM, "guild_id": GUILD}, [NEWS]),  # which posts that takes away, a pull finds
        ("THREAD_DELETE", {"id": "555", "parent_id": OTHER, "guild_id": GUILD}, []),
        ("CHANNEL_DELETE", {"id": CHANNEL, "guild_id": GUILD}, [NEWS]),
        ("MESSAGE_UPDATE", {**SAID, "edited_timestamp": "2026-03-02T12:00:00+00:00"}, [EDIT]),
        ("MESSAGE_UPDATE", {**SAID, "edited_timestamp": None}, []),  # Discord unfolded a link
        ("MESSAGE_UPDATE", SAID, []),
        ("MESSAGE_UPDATE", {**SAID, "channel_id": OTHER, "edited_timestamp": "2026-03-02T12:00:00+00:00"}, []),
        ("MESSAGE_DELETE", SAID, [removed("9")]),
        ("MESSAGE_DELETE", {**SAID, "channel_id": THREAD}, [removed("9")]),
        ("MESSAGE_DELETE", {**SAID, "channel_id": OTHER}, [removed("9", only_known=True)]),  # a closed thread, or a channel read before
        ("MESSAGE_DELETE_BULK", {"ids": ["1", "2", "3"], "channel_id": CHANNEL, "guild_id": GUILD}, [removed("1", "2", "3")]),
        ("MESSAGE_DELETE_BULK", {"ids": [], "channel_id": CHANNEL, "guild_id": GUILD}, []),
        # what is no event of Discord's
        ("MESSAGE_DELETE_BULK", {"ids": "123", "channel_id": CHANNEL, "guild_id": GUILD}, []),
        ("MESSAGE_DELETE_BULK", {"ids": [1, None, {}, "x", "4"], "channel_id": CHANNEL, "guild_id": GUILD}, [removed("4")]),
        ("MESSAGE_DELETE", {"id": "9", "channel_id": CHANNEL}, []),  # in no server: a message to the bot alone
        ("MESSAGE_DELETE", {"channel_id": CHANNEL, "guild_id": GUILD}, []),
        ("MESSAGE_DELETE", {}, []),
        ("MESSAGE_CREATE", {"id": [], "channel_id": {}, "guild_id": 7.5}, []),
        ("MESSAGE_UPDATE", {**SAID, "id": "x", "edited_timestamp": "2026-03-02T12:00:00+00:00"}, []),
        ("TYPING_START", SAID, []),
    ],
)
async def test_an_event_means(push: DiscordPush, heard: Heard, event: str, body: dict[str, Any], told: list[Any]) -> None:
    await push.message(event, body)
    assert heard.told == told


async def test_two_sources_of_one_channel_are_both_hurried_and_a_message_is_removed_once(heard: Heard) -> None:
    push = DiscordPush({"a": [CHANNEL], "b": [CHANNEL]}, Eyes(CHANNEL), heard)
    await push.message("MESSAGE_CREATE", SAID)
    await push.message("MESSAGE_DELETE", SAID)
    assert [(source, type(one)) for source, one in heard.told] == [("a", Arrived), ("b", Arrived), ("a", Gone)]


async def test_a_source_is_told_of_when_all_its_channels_are_seen(heard: Heard) -> None:
    """Servers become known one after another; a bot that is not in a server tells nothing of it, and that is no trouble."""
    eyes = Eyes()
    push = DiscordPush({"one": [CHANNEL, FORUM], "elsewhere": [OTHER]}, eyes, heard)
    await push.connected()
    assert heard.told == []
    eyes.seen = {CHANNEL}
    await push.joined(GUILD)
    assert heard.told.pop() == ("one", f"the team's bot does not see channel {FORUM}")
    eyes.seen = {CHANNEL, FORUM}
    await push.joined(GUILD)
    await push.joined(GUILD)
    assert heard.told == [("one", Connected())]


async def test_a_connection_that_is_back_hurries_whatever_was_missed(push: DiscordPush, heard: Heard, clock: ManualClock) -> None:
    """RULES F27: whether Discord let us resume or not."""
    await push.connected()
    await push.stood(Standing(stand=Stand.LOST, since=clock.now()))
    await push.stood(Standing(stand=Stand.UNREACHABLE, since=clock.now(), why="no network"))
    await push.connected()
    await push.connected()
    connected, lost = ("gemeenschap", Connected()), ("gemeenschap", "the connection to Discord is down")
    assert heard.told == [connected, lost, connected, connected]


def test_no_more_is_wished_for_than_ids(push: DiscordPush) -> None:
    """The message content intent is privileged, and nobody needs it here."""
    assert push.intents == {"guild_messages"}
