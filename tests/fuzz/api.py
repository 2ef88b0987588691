"""schemathesis over the API of a whole home with two brands, once as an administrator and once as a viewer of one brand.

`python -m tests.fuzz.api OPTIONS`: options are schemathesis' own, such as `--max-examples 200`. Exits 1 on a server error, an answer that
is not described, a call without a token that is let in, or a hole: the viewer changed something, or read a word of the other brand.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.model.person import Role
from tests.fakes.house import OURS, THEIRS, WORDS, open_house

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
ADMIN, VIEWER = "een beheerder", "kijker van een merk"
DESCRIPTION = "/api/v1/openapi.json"


@dataclass
class Watched:
    """Passes everything on and keeps what the viewer should not have got. `token` is the viewer's."""

    app: ASGIApp
    token: str
    holes: list[str] = field(default_factory=list)
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, status = b"", 0

        async def sending(message: Message) -> None:
            nonlocal body, status
            status = message.get("status", status)
            body += message.get("body", b"") if message["type"] == "http.response.body" else b""
            await send(message)

        self.asked += 1
        await self.app(scope, receive, sending)
        if (b"authorization", f"Bearer {self.token}".encode()) not in scope["headers"] or scope["path"] == DESCRIPTION:
            return
        # taking a file of rows is a POST for the audit log's sake, and changes nothing else; saved views are everybody's own
        changed = scope["method"] != "GET" and 200 <= status < 300 and not scope["path"].startswith(("/api/v1/exports/", "/api/v1/me/"))
        if changed or any(word.encode() in body for word in (THEIRS, WORDS[THEIRS])):
            self.holes.append(f"{scope['method']} {scope['path']}?{scope['query_string'].decode()} {status}")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port of this machine and hand out its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20.0
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def fuzz(home: Path, options: Sequence[str]) -> int:
    """Run schemathesis as both people, and return 0 when nothing was found."""
    with open_house(home) as house:
        house.add(ADMIN, Role.ADMIN)
        house.add(VIEWER, Role.VIEWER, frozenset({OURS}))
        watched = Watched(house.app, house.token(VIEWER))
        with served(watched) as base:
            # the viewer first: an administrator's random acts may merge what belongs to one brand into what belongs to the other
            found = [_run(base, house.token(name), options) for name in (VIEWER, ADMIN)]
    for hole in watched.holes[:20]:
        print(f"hole: {hole}")
    print(f"{watched.asked} calls, {len(watched.holes)} holes, schemathesis ended with {found[0]} and {found[1]}")
    return int(bool(watched.holes) or any(found))


def _run(base: str, token: str, options: Sequence[str]) -> int:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{base}{DESCRIPTION}", "-H", f"Authorization: Bearer {token}"]
    return subprocess.run([*command, "--checks", CHECKS, *options], check=False).returncode


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="klankbord-fuzz-") as folder:
        sys.exit(fuzz(Path(folder) / "home", sys.argv[1:]))
