"""Ids, users, servers and channels of the fake, in the shapes that Discord's documentation gives."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

APPLICATION = "1180000000000000001"
TOKEN = "MTE4MDAwMDAwMDAwMDAwMDAwMQ.Gfake1.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
GUILD, OTHER_GUILD = "1170000000000000001", "1170000000000000002"
STAFF, ISSUES, PUBLIC = "1170000000000000101", "1170000000000000102", "1170000000000000103"
TEAM_ROLE = "1170000000000000301"
VIEW, SEND, EMBED, ATTACH, HISTORY, THREADS, IN_THREADS = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16, 1 << 35, 1 << 38
TEAM_MAY = VIEW | SEND | EMBED | ATTACH | HISTORY | THREADS | IN_THREADS
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_NUMBERS = itertools.count(1)
JOINED = "2024-01-01T00:00:00.000000+00:00"


def snowflake(ago: timedelta = timedelta()) -> str:
    """Return a new id, made now or some time ago."""
    milliseconds = (datetime.now(UTC) - ago - _EPOCH) // timedelta(milliseconds=1)
    return str((milliseconds << 22) + next(_NUMBERS) % (1 << 22))


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody at Discord, with the language of their app and what the server lets them do."""

    user_id: str
    name: str
    locale: str = "nl"
    permissions: int = VIEW | SEND

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "public_flags": 0,
        }

    def member(self) -> dict[str, Any]:
        more: dict[str, Any] = {
            "roles": [],
            "joined_at": JOINED,
            "nick": None,
            "avatar": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
        }
        return {"user": self.shown(), "permissions": str(self.permissions), **more}


ANNA = User(user_id="1160000000000000001", name="anna")
BRAM = User(user_id="1160000000000000002", name="bram")
CARL = User(user_id="1160000000000000003", name="carl", locale="en-GB")
MALLORY = User(user_id="1160000000000000666", name="mallory", locale="en-US", permissions=(1 << 50) - 1)
BOT_USER = {
    "id": APPLICATION,
    "username": "Klankbord",
    "discriminator": "0001",
    "global_name": None,
    "avatar": None,
    "bot": True,
    "public_flags": 0,
    "flags": 0,
    "verified": True,
    "mfa_enabled": True,
    "email": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel. `public`: @everyone reads it."""

    channel_id: str
    name: str
    public: bool = False
    kind: int = 0

    def shown(self, guild_id: str) -> dict[str, Any]:
        closed = {"id": guild_id, "type": 0, "allow": "0", "deny": str(VIEW)}
        team = {"id": TEAM_ROLE, "type": 0, "allow": str(VIEW), "deny": "0"}
        return {
            "id": self.channel_id,
            "guild_id": guild_id,
            "type": self.kind,
            "name": self.name,
            "position": 0,
            "permission_overwrites": [] if self.public else [closed, team],
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "parent_id": None,
            "flags": 0,
        }


CHANNELS = (
    Channel(channel_id=STAFF, name="webcare-team"),
    Channel(channel_id=ISSUES, name="webcare-issues"),
    Channel(channel_id=PUBLIC, name="algemeen", public=True),
)


def guild(guild_id: str, name: str = "Stroomwerk", channels: tuple[Channel, ...] = CHANNELS) -> dict[str, Any]:
    """Return a server as GUILD_CREATE shows it."""
    roles = [_role(guild_id, "@everyone", VIEW | SEND), _role(TEAM_ROLE, "team", TEAM_MAY)]
    bot = User(user_id=APPLICATION, name="Klankbord").member() | {"user": BOT_USER, "roles": [TEAM_ROLE]}
    empty: Mapping[str, Any] = {name: [] for name in ("emojis", "stickers", "features", "voice_states", "presences", "threads")}
    return {
        "id": guild_id,
        "name": name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": ANNA.user_id,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": roles,
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "max_members": 500000,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "preferred_locale": "nl",
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "joined_at": JOINED,
        "large": False,
        "unavailable": False,
        "member_count": 4,
        "members": [bot],
        "channels": [one.shown(guild_id) for one in channels],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        **empty,
    }


def _role(role_id: str, name: str, permissions: int) -> dict[str, Any]:
    more = {"color": 0, "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False, "flags": 0}
    return {"id": role_id, "name": name, "position": 0, "permissions": str(permissions), "managed": False, "mentionable": False, **more}
