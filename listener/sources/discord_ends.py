"""What discord.py raises, read: how a connection ended, and what became of a request. Its errors are translated here and nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route

from listener.errors import NotSent, PublishUnknown, RateLimited, SourceRefused, SourceUnavailable
from listener.sources.discord_client import EndsAtOnce, TooManySessions
from listener.sources.retry_after import wait_seconds

_CLOSED: Mapping[int, str] = {
    4004: "token",
    4010: "shard",
    4011: "shard",
    4012: "version",
    4013: "intents",
    4014: "intents",
}
"""Close codes after which Discord wants nobody back as they are (its documentation of close event codes, read 2026-11)."""


class DiscordRefused(SourceRefused):
    """Discord said no. `status` is HTTP's, `code` Discord's own, 0 without."""

    def __init__(self, message: str, *, status: int, code: int) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class End(StrEnum):
    """How a connection ended."""

    BAD_TOKEN = "bad_token"  # noqa: S105 - a state, no secret
    DENIED = "denied"
    REFUSED = "refused"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended, why in a few words of ours, and how long we were told to wait."""

    end: End
    why: str = ""
    wait_seconds: float = 0.0


def end_of(error: BaseException | None, now: datetime) -> Ended:
    """Read what ended a client's life; None is an orderly end that nobody asked for."""
    match error:
        case discord.LoginFailure():
            return Ended(end=End.BAD_TOKEN, why="Discord does not know the token")
        case discord.PrivilegedIntentsRequired():
            return Ended(end=End.DENIED, why="Discord refuses the intents that were asked for")
        case discord.ConnectionClosed(code=code):
            return _closed(code)
        case discord.RateLimited(retry_after=seconds):
            return Ended(end=End.LIMITED, why="Discord asks to wait", wait_seconds=max(1.0, seconds))
        case discord.HTTPException(status=429, response=response):
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Ended(end=End.LIMITED, why="Discord asks to wait", wait_seconds=wait_seconds(headers, b"", now=now))
        case discord.HTTPException(status=401):
            return Ended(end=End.BAD_TOKEN, why="Discord does not know the token")
        case discord.HTTPException(status=403):
            return Ended(end=End.REFUSED, why="Discord refuses this bot (403)")
        case discord.HTTPException(status=status):
            return Ended(end=End.BROKEN, why=f"Discord answered {status}")
        case TooManySessions():
            return Ended(end=End.LIMITED, why="too many sessions were begun in an hour; more would end the token", wait_seconds=900.0)
        case EndsAtOnce():
            return Ended(end=End.BROKEN, why="no connection to Discord lasts")
        case TimeoutError():
            return Ended(end=End.BROKEN, why="Discord did not answer in time")
        case OSError() | aiohttp.ClientError():
            return Ended(end=End.BROKEN, why=f"Discord could not be reached ({type(error).__name__})")
        case None:
            return Ended(end=End.BROKEN, why="Discord ended the connection")
        case _:
            return Ended(end=End.BROKEN, why=f"Discord said what could not be read ({type(error).__name__})")


def _closed(code: int) -> Ended:
    match _CLOSED.get(code):
        case "token":
            return Ended(end=End.BAD_TOKEN, why="Discord does not know the token")
        case "intents":
            return Ended(end=End.DENIED, why="Discord refuses the intents that were asked for")
        case "shard":
            return Ended(end=End.REFUSED, why="this bot is in more servers than one connection serves")
        case "version":
            return Ended(end=End.REFUSED, why="Discord no longer takes this version of its protocol; update Klankbord")
        case _:
            return Ended(end=End.BROKEN, why=f"Discord ended the connection ({code})")


async def asked(
    http: HTTPClient,
    method: str,
    path: str,
    *,
    body: Any,
    files: Sequence[tuple[str, bytes]],
    params: Mapping[str, str] | None,
    seconds: float,
    parts: Mapping[str, str],
) -> Any:
    """Make one request and translate what goes wrong; see `DiscordConnection.request`."""
    question = method == "GET"
    more: dict[str, Any] = {"params": dict(params)} if params else {}
    if files:
        more["form"] = [{"name": "payload_json", "value": json.dumps(body, ensure_ascii=False)}, *_parts(files)]
    elif body is not None:
        more["json"] = body
    try:
        async with asyncio.timeout(seconds):
            return await http.request(Route(method, path, **parts), **more)
    except discord.RateLimited as error:
        raise RateLimited("Discord asks to wait.", wait_seconds=error.retry_after) from error
    except discord.HTTPException as error:
        if error.status == 429:
            raise RateLimited("Discord asks to wait.", wait_seconds=60.0) from error
        if error.status < 500:
            told = f"Discord refused (status {error.status}, code {error.code})."
            raise DiscordRefused(told, status=error.status, code=error.code) from error
        raise (SourceUnavailable if question else PublishUnknown)(f"Discord answered {error.status}.") from error
    except aiohttp.ClientConnectorError as error:
        raise (SourceUnavailable if question else NotSent)(f"Discord could not be reached: {type(error).__name__}.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:  # OSError: also TimeoutError
        raise (SourceUnavailable if question else PublishUnknown)(f"Discord gave no whole answer: {type(error).__name__}.") from error
    except Exception as error:  # discord.py reads errors and limits as Discord words them; others between us and it word them otherwise
        raise (SourceUnavailable if question else PublishUnknown)(
            f"Discord's answer was not understood: {type(error).__name__}."
        ) from error


def _parts(files: Sequence[tuple[str, bytes]]) -> list[dict[str, Any]]:
    return [
        {"name": f"files[{number}]", "value": data, "filename": name, "content_type": "application/octet-stream"}
        for number, (name, data) in enumerate(files)
    ]
