"""Asking the running service: a Unix socket in the home, for commands that need what only one process may hold.

One line of JSON asks, one line answers: `{"ask": name, "with": {…}}` → `{"answer": …}` or `{"error": "…", "kind": "…"}`.
The socket is 0600; the service and the caller each check that the other is the same user (SO_PEERCRED, unix(7)), RULES S34.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from listener.errors import ActionError, InputError, ProductError, StoreLocked

logger = logging.getLogger(__name__)

Answer = Callable[[Mapping[str, Any]], Awaitable[Any]]
MOST_BYTES = 32 * 1024 * 1024
ASK_TIMEOUT_SECONDS = 60.0
_KINDS: dict[str, type[ProductError]] = {"ActionError": ActionError, "InputError": InputError}
MOST_SOCKET_PATH_BYTES = 100  # sun_path holds 108 on Linux and 104 on macOS


def socket_path(home: Path) -> Path:
    """Return where the service listens: in the home, or in the temporary folder when the home's path is too long for a socket."""
    path = home.resolve() / "service.sock"
    if len(os.fsencode(path)) <= MOST_SOCKET_PATH_BYTES:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"klankbord-{os.getuid()}-{name}.sock"


@asynccontextmanager
async def answering(home: Path, answers: Mapping[str, Answer]) -> AsyncIterator[None]:
    """Answer questions from commands on this home until the block ends."""
    path = socket_path(home)
    path.unlink(missing_ok=True)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if _peer_uid(writer) != os.getuid():
                return
            reply = await _reply(await reader.readline(), answers)
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError) as error:
            logger.warning("control question dropped", extra={"error": type(error).__name__})
        finally:
            writer.close()

    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(serve, path=path, limit=MOST_BYTES)
    finally:
        os.umask(before)
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


async def _reply(line: bytes, answers: Mapping[str, Answer]) -> dict[str, Any]:
    try:
        question = json.loads(line)
        name, given = question["ask"], question.get("with", {})
        answer = answers.get(name)
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("control question not understood", extra={"error": type(error).__name__})
        return {"error": "the question was not understood", "kind": "InputError"}
    if answer is None:
        return {"error": f"the running service does not know {name!r}; restart it after an upgrade", "kind": "ActionError"}
    try:
        return {"answer": await answer(given)}
    except ProductError as error:
        return {"error": str(error), "kind": type(error).__name__}
    except Exception:  # whoever asks has to hear that it failed, not wait for a line that never comes
        logger.exception("control question failed", extra={"ask": name})
        return {"error": "the running service could not answer; its log says why", "kind": "ActionError"}


def _peer_uid(writer: asyncio.StreamWriter) -> int:
    peer: socket.socket = writer.get_extra_info("socket")
    if not hasattr(socket, "SO_PEERCRED"):  # macOS: the 0600 socket in a 0700 folder has to do
        return os.getuid()
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", credentials)[1]
    return uid


async def ask(home: Path, name: str, **given: Any) -> Any:
    """Ask the running service and return its answer. Raises what it raised, or `StoreLocked` when nobody answers."""
    try:
        async with asyncio.timeout(ASK_TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_unix_connection(socket_path(home), limit=MOST_BYTES)
            try:
                if _peer_uid(writer) != os.getuid():
                    raise ConnectionRefusedError("the socket belongs to another user")
                writer.write(json.dumps({"ask": name, "with": given}).encode() + b"\n")
                await writer.drain()
                reply = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, TimeoutError, json.JSONDecodeError) as error:
        raise StoreLocked(
            f"No service answers on {home}. Start one with `klankbord run`; when another command works there, wait until it ends."
        ) from error
    if "error" in reply:
        raise _KINDS.get(reply["kind"], ProductError)(reply["error"])
    return reply["answer"]
