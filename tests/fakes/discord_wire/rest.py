"""Discord's HTTP side: who we are, commands, messages, threads, answers to interactions and their follow-ups."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord_wire import checks
from tests.fakes.discord_wire.book import Book, Message, Request
from tests.fakes.discord_wire.limits import Limits, answer_json
from tests.fakes.discord_wire.people import APPLICATION, BOT_USER, VIEW, snowflake

PREFIX = "/api/v10"
_THREAD_LIFE = (60, 1440, 4320, 10080)


class Refused(Exception):
    """An answer of Discord's that is an error: status, its own code, its words."""

    def __init__(self, status: int, code: int, words: str, errors: Iterable[str] = ()) -> None:
        super().__init__(words)
        self.status, self.code, self.words, self.errors = status, code, words, list(errors)


@dataclass(slots=True)
class Call:
    """One request, read: its JSON, its files, its part of the address."""

    request: web.Request
    body: Any
    files: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.request.match_info[name]


Handler = Callable[[Call], Awaitable[tuple[int, Any]]]


class Rest:
    """The routes of one application. `guilds` are the servers its bot is in; `closed` are channels it may not write in."""

    def __init__(self, book: Book, limits: Limits, *, token: str, guilds: dict[str, dict[str, Any]]) -> None:
        self.book, self.limits, self.token, self.guilds = book, limits, token, guilds
        self.closed: set[str] = set()
        self.flags = 0
        self.slow_seconds = 0.0

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; every other address is answered with 404."""
        channel = "/channels/{channel}"
        table: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/applications/{app}/guilds/{guild}/commands", self._commands),
            ("PUT", "/applications/{app}/guilds/{guild}/commands", self._set_commands),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/channels", self._channels),
            ("GET", channel, self._channel),
            ("PATCH", channel, self._change_channel),
            ("GET", f"{channel}/messages", self._messages),
            ("POST", f"{channel}/messages", self._post),
            ("GET", f"{channel}/messages/{{message}}", self._message),
            ("PATCH", f"{channel}/messages/{{message}}", self._edit),
            ("DELETE", f"{channel}/messages/{{message}}", self._delete),
            ("POST", f"{channel}/messages/{{message}}/threads", self._thread_from),
            ("POST", f"{channel}/threads", self._thread),
        )
        return [web.route(method, PREFIX + path, self.served(handler)) for method, path, handler in table]

    def served(self, handler: Handler, *, signed: bool = True) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the route: faults first, then the token, then the work; all of it goes into the book."""

        async def serve(request: web.Request) -> web.StreamResponse:
            call = await _read(request)
            path = request.path.removeprefix(PREFIX)
            self.limits.note(request.method, path)
            if self.slow_seconds:
                await asyncio.sleep(self.slow_seconds)
            if fault := self.limits.take(request.method, path, after=False):
                await asyncio.sleep(fault.hang_seconds)
                return self._noted(
                    call, path, answer_json(fault.body if fault.body is not None else "<html></html>", fault.status, fault.headers)
                )
            try:
                if signed and request.headers.get("Authorization") != f"Bot {self.token}":
                    raise Refused(401, 0, "401: Unauthorized")
                status, said = await handler(call)
            except Refused as refused:
                self.book.refused.append(f"{request.method} {path}: {refused.code} {refused.words} {refused.errors}")
                errors = {"errors": _tree(refused.errors)} if refused.errors else {}
                status, said = refused.status, {"message": refused.words, "code": refused.code, **errors}
            if fault := self.limits.take(request.method, path, after=True):
                await asyncio.sleep(fault.hang_seconds)
                status, said = fault.status, fault.body if fault.body is not None else "<html></html>"
            headers = {
                "X-RateLimit-Bucket": f"{request.method}{handler.__name__}",
                "X-RateLimit-Limit": "50",
                "X-RateLimit-Remaining": "49",
            }
            return self._noted(call, path, answer_json(said, status, {**headers, "X-RateLimit-Reset-After": "1.000", "Via": "1.1 google"}))

        return serve

    def _noted(self, call: Call, path: str, answer: web.Response) -> web.Response:
        token = call.request.headers.get("Authorization", "")
        at = asyncio.get_running_loop().time()
        self.book.requests.append(Request(method=call.request.method, path=path, body=call.body, status=answer.status, at=at, token=token))
        return answer

    # who we are

    async def _me(self, call: Call) -> tuple[int, Any]:
        return 200, BOT_USER

    async def _application(self, call: Call) -> tuple[int, Any]:
        owner = {name: BOT_USER[name] for name in ("id", "username", "discriminator", "avatar", "public_flags")}
        said = {
            "id": APPLICATION,
            "name": "Klankbord",
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
        }
        more = {
            "verify_key": "0" * 64,
            "flags": self.flags,
            "owner": owner,
            "team": None,
            "rpc_origins": [],
            "redirect_uris": [],
            "tags": [],
        }
        return 200, {**said, **more, "summary": "", "interactions_endpoint_url": None, "approximate_guild_count": len(self.guilds)}

    async def _gateway(self, call: Call) -> tuple[int, Any]:
        limit = {"total": 1000, "remaining": 1000 - len(self.book.identified), "reset_after": 86_400_000, "max_concurrency": 1}
        return 200, {"url": f"ws://{call.request.host}/gateway", "shards": 1, "session_start_limit": limit}

    # commands

    def _guild_of(self, call: Call) -> str:
        if call.request.match_info.get("app", APPLICATION) != APPLICATION:
            raise Refused(403, 20012, "You are not authorized to perform this action on this application")
        if call["guild"] not in self.guilds:
            raise Refused(403, 50001, "Missing Access")
        return call["guild"]

    async def _commands(self, call: Call) -> tuple[int, Any]:
        return 200, self.book.commands.get(self._guild_of(call), [])

    async def _set_commands(self, call: Call) -> tuple[int, Any]:
        guild = self._guild_of(call)
        if not isinstance(call.body, list):
            raise Refused(400, 50035, "Invalid Form Body", ["must be a list"])
        if errors := list(checks.command_errors(call.body)):
            raise Refused(400, 50035, "Invalid Form Body", errors)
        made = [
            {"type": 1, **one, "id": snowflake(), "application_id": APPLICATION, "guild_id": guild, "version": snowflake()}
            for one in call.body
        ]
        self.book.commands[guild] = made
        return 200, made

    # servers and channels

    async def _guild(self, call: Call) -> tuple[int, Any]:
        return 200, {name: value for name, value in self.guilds[self._guild_of(call)].items() if name not in ("channels", "members")}

    async def _channels(self, call: Call) -> tuple[int, Any]:
        return 200, self.guilds[self._guild_of(call)]["channels"]

    def place(self, channel_id: str) -> tuple[str, dict[str, Any]]:
        """Return a channel's or thread's server and what it is. Raises `Refused` when there is none, or our bot may not see it."""
        for guild_id, guild in self.guilds.items():
            for one in (*guild["channels"], *guild["threads"]):
                if one["id"] == channel_id:
                    return guild_id, one
        raise Refused(404, 10003, "Unknown Channel")

    def _writable(self, channel_id: str) -> tuple[str, dict[str, Any]]:
        guild_id, found = self.place(channel_id)
        parent = found.get("parent_id") or channel_id
        if {channel_id, parent} & self.closed:
            raise Refused(403, 50013, "Missing Permissions")
        return guild_id, found

    async def _channel(self, call: Call) -> tuple[int, Any]:
        return 200, self.place(call["channel"])[1]

    async def _change_channel(self, call: Call) -> tuple[int, Any]:
        _, found = self._writable(call["channel"])
        for name in ("archived", "locked", "auto_archive_duration"):
            if name in call.body and "thread_metadata" in found:
                found["thread_metadata"][name] = call.body[name]
        if "name" in call.body:
            _check_name(call.body["name"])
            found["name"] = call.body["name"]
        return 200, found

    # messages

    async def _post(self, call: Call) -> tuple[int, Any]:
        guild_id, found = self._writable(call["channel"])
        if found["type"] == 15:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if metadata := found.get("thread_metadata"):
            if metadata["locked"]:
                raise Refused(400, 160005, "This thread is locked")
            metadata["archived"] = False
        nonce = str(call.body.get("nonce") or "")
        if len(nonce) > 25:
            raise Refused(400, 50035, "Invalid Form Body", ["nonce: Must be 25 or fewer in length."])
        if nonce and call.body.get("enforce_nonce"):
            before = next((one for one in self.book.messages.values() if one.nonce == nonce and one.channel_id == call["channel"]), None)
            if before is not None:
                return 200, self.shown(before)
        return 200, self.shown(self.keep(call, call["channel"], guild_id, nonce=nonce))

    def keep(self, call: Call, channel_id: str, guild_id: str, *, body: Any = None, flags: int = 0, nonce: str = "") -> Message:
        """Take a message in: checked, its pings counted."""
        said = call.body if body is None else body
        errors = list(checks.message_errors(said, files=list(call.files)))
        if errors == ["EMPTY"]:
            raise Refused(400, 50006, "Cannot send an empty message")
        if errors:
            raise Refused(400, 50035, "Invalid Form Body", errors)
        self.book.pings += checks.pings(said)
        kept = {name: value for name, value in said.items() if name not in ("flags", "nonce", "enforce_nonce")}
        made = Message(
            message_id=snowflake(),
            channel_id=channel_id,
            guild_id=guild_id,
            author=BOT_USER,
            said=kept,
            files=call.files,
            flags=flags or int(said.get("flags") or 0),
            nonce=nonce,
        )
        self.book.messages[made.message_id] = made
        return made

    def change(self, message: Message, call: Call, body: Any = None) -> Message:
        """Edit a message: what is not said stays as it was."""
        said = call.body if body is None else body
        files = call.files or {}
        if errors := list(checks.message_errors({**said}, files=list(files), edit=True)):
            raise Refused(400, 50035, "Invalid Form Body", errors)
        after = {**message.said, **said}
        if not (after.get("content") or after.get("embeds") or after.get("components") or files or message.files):
            raise Refused(400, 50006, "Cannot send an empty message")
        self.book.pings += (
            checks.pings(said) if message.edits == 0 and message.flags & 128 else []
        )  # a deferred answer's first text may ring
        message.said = after
        message.files = {**message.files, **files} if "attachments" not in said else files
        message.edits += 1
        return message

    def ours(self, message_id: str, channel_id: str = "") -> Message:
        """Return a message that stands. Raises `Refused` when it does not, or stands elsewhere."""
        found = self.book.messages.get(message_id)
        if found is None or found.deleted or (channel_id and found.channel_id != channel_id):
            raise Refused(404, 10008, "Unknown Message")
        return found

    async def _message(self, call: Call) -> tuple[int, Any]:
        self.place(call["channel"])
        return 200, self.shown(self.ours(call["message"], call["channel"]))

    async def _messages(self, call: Call) -> tuple[int, Any]:
        """Return the newest messages that everybody sees, or those before one, the newest first."""
        self.place(call["channel"])
        most = int(call.request.query.get("limit") or 50)
        if not 1 <= most <= 100:
            raise Refused(400, 50035, "Invalid Form Body", ["limit: int value should be between 1 and 100."])
        before = int(call.request.query.get("before") or 1 << 63)
        standing = [one for one in reversed(self.book.standing(call["channel"])) if int(one.message_id) < before]
        return 200, [self.shown(one) for one in standing][:most]

    async def _edit(self, call: Call) -> tuple[int, Any]:
        self._writable(call["channel"])
        found = self.ours(call["message"], call["channel"])
        if found.author["id"] != APPLICATION:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        return 200, self.shown(self.change(found, call))

    async def _delete(self, call: Call) -> tuple[int, Any]:
        self.place(call["channel"])
        self.ours(call["message"], call["channel"]).deleted = True
        return 204, None

    # threads

    async def _thread_from(self, call: Call) -> tuple[int, Any]:
        guild_id, _ = self._writable(call["channel"])
        message = self.ours(call["message"], call["channel"])
        if message.message_id in self.book.threads:
            raise Refused(400, 160004, "A thread has already been created for this message")
        return 201, self._started(guild_id, call["channel"], call.body, message.message_id)

    async def _thread(self, call: Call) -> tuple[int, Any]:
        guild_id, parent = self._writable(call["channel"])
        thread_id = snowflake()
        if parent["type"] != 15:
            return 201, self._started(guild_id, call["channel"], call.body, thread_id)
        first = call.body.get("message") or {}
        started = self._started(guild_id, call["channel"], call.body, thread_id)
        message = self.keep(call, thread_id, guild_id, body=first)
        return 201, {**started, "message": self.shown(message)}

    def _started(self, guild_id: str, parent_id: str, said: dict[str, Any], thread_id: str) -> dict[str, Any]:
        _check_name(said.get("name"))
        if said.get("auto_archive_duration") not in (None, *_THREAD_LIFE):
            raise Refused(400, 50035, "Invalid Form Body", ["auto_archive_duration: Value must be one of {60, 1440, 4320, 10080}."])
        life = {"archived": False, "locked": False, "auto_archive_duration": said.get("auto_archive_duration") or 4320}
        more = {"archive_timestamp": "2026-01-01T00:00:00+00:00", "create_timestamp": "2026-01-01T00:00:00+00:00"}
        thread = {"id": thread_id, "guild_id": guild_id, "parent_id": parent_id, "owner_id": APPLICATION, "type": 11, "name": said["name"]}
        thread |= {"thread_metadata": life | more, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "flags": 0}
        thread |= {"last_message_id": None, "total_message_sent": 0, "applied_tags": said.get("applied_tags") or []}
        self.guilds[guild_id]["threads"].append(thread)
        self.book.threads[thread_id] = parent_id
        return thread

    def shown(self, message: Message) -> dict[str, Any]:
        """Return a message as Discord shows it."""
        files = [
            {
                "id": snowflake(),
                "filename": name,
                "size": len(data),
                "url": f"https://cdn.invalid/{name}",
                "proxy_url": f"https://cdn.invalid/{name}",
            }
            for name, data in message.files.items()
        ]
        rows = [
            {**row, "components": [{"id": number, **one} for number, one in enumerate(row["components"], 2)]}
            for row in message.said.get("components") or ()
        ]
        return {
            "id": message.message_id,
            "channel_id": message.channel_id,
            "type": 0,
            "content": message.said.get("content") or "",
            "author": dict(message.author),
            "application_id": message.author["id"],
            "timestamp": "2026-01-01T00:00:00.000000+00:00",
            "edited_timestamp": "2026-01-01T00:00:01.000000+00:00" if message.edits else None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": files,
            "embeds": [{"type": "rich", **one} for one in message.said.get("embeds") or ()],
            "components": rows,
            "pinned": False,
            "flags": message.flags,
        }

    def everyone_reads(self, channel_id: str) -> bool:
        """Tell whether @everyone may read a channel."""
        guild_id, found = self.place(channel_id)
        denied = [int(one["deny"]) for one in found["permission_overwrites"] if one["id"] == guild_id]
        return not any(deny & VIEW for deny in denied)


def _tree(errors: list[str]) -> dict[str, Any]:
    """Return errors as Discord nests them: by the name of what is wrong."""
    named = [one.partition(":") for one in errors]
    return {name: {"_errors": [{"code": "BASE_TYPE_INVALID", "message": words.strip()}]} for name, _, words in named}


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise Refused(400, 50035, "Invalid Form Body", ["name: Must be between 1 and 100 in length."])


async def _read(request: web.Request) -> Call:
    """Read JSON, or multipart with `payload_json` and files[n]."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return Call(request, json.loads(text) if text else {})
    body: Any = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            data = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(data)
            elif (part.name or "").startswith("files["):
                files[part.filename or ""] = data
    return Call(request, body, files)
