"""A real Bluesky network on this machine: PDS, PLC and appview of @atproto/dev-env, with PostgreSQL and Redis below the appview."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers.install import BLUESKY_SERVER, node_home
from tests.servers.processes import NotStarted, free_port, running

START_SECONDS = 90.0
PASSWORD = "a password for tests"
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """An account on the network. `app_password` is what a program signs in with."""

    did: str
    handle: str
    app_password: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Bluesky:
    """The network as tests use it. `url` is the PDS, which passes questions about the whole network on to the appview."""

    url: str
    appview: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20, trust_env=False, verify=False))

    def actor(self, name: str) -> Actor:
        """Make an account whose handle no other test has, with an app password."""
        handle = f"{name}{next(_numbers)}.test"
        body: dict[str, object] = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        made = self.ask("POST", "com.atproto.server.createAccount", body)
        token = made["accessJwt"]
        app = self.ask("POST", "com.atproto.server.createAppPassword", {"name": "klankbord"}, token=token)
        self.put(
            Actor(did=made["did"], handle=handle, app_password="", token=token), "app.bsky.actor.profile", "self", {"displayName": name}
        )
        return Actor(did=made["did"], handle=handle, app_password=app["password"], token=token)

    def post(self, actor: Actor, text: str, **more: object) -> dict[str, str]:
        """Post a text and return its uri and cid, once the appview shows it."""
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": now(), **more}
        body: dict[str, object] = {"repo": actor.did, "collection": "app.bsky.feed.post", "record": record}
        made = self.ask("POST", "com.atproto.repo.createRecord", body, token=actor.token)
        self.until(lambda: bool(self.seen(actor, made["uri"])))
        return {"uri": made["uri"], "cid": made["cid"]}

    def put(self, actor: Actor, collection: str, rkey: str, record: dict[str, object]) -> None:
        """Write any record, a thread gate or a block for instance."""
        body: dict[str, object] = {"repo": actor.did, "collection": collection, "rkey": rkey, "record": {"$type": collection, **record}}
        self.ask("POST", "com.atproto.repo.putRecord", body, token=actor.token)

    def delete(self, actor: Actor, uri: str) -> None:
        """Delete a post, and wait until the appview has forgotten it."""
        collection, rkey = uri.split("/")[-2:]
        self.ask("POST", "com.atproto.repo.deleteRecord", {"repo": actor.did, "collection": collection, "rkey": rkey}, token=actor.token)
        self.until(lambda: not self.seen(actor, uri))

    def seen(self, actor: Actor, uri: str) -> dict[str, Any] | None:
        """Return a post as the network shows it to this actor, or None."""
        found = self.ask("GET", "app.bsky.feed.getPosts", query={"uris": uri}, token=actor.token)["posts"]
        post: dict[str, Any] | None = found[0] if found else None
        return post

    def records(self, actor: Actor) -> list[dict[str, Any]]:
        """Return every post record in this actor's repository, oldest first: what a checker counts."""
        query = {"repo": actor.did, "collection": "app.bsky.feed.post", "limit": "100"}
        found: list[dict[str, Any]] = self.ask("GET", "com.atproto.repo.listRecords", query=query)["records"]
        return found[::-1]

    def replies(self, actor: Actor, uri: str) -> list[dict[str, Any]]:
        """Return the replies below a post as its reader sees them."""
        thread = self.ask("GET", "app.bsky.feed.getPostThread", query={"uri": uri, "depth": "6"}, token=actor.token)["thread"]
        found: list[dict[str, Any]] = thread.get("replies", [])
        return found

    def until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until the appview has caught up with what `true` asks."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"the appview did not catch up in {seconds:.0f} s"
            time.sleep(0.05)

    def ask(
        self, method: str, name: str, body: dict[str, object] | None = None, *, query: dict[str, str] | None = None, token: str = ""
    ) -> dict[str, Any]:
        """Ask the PDS something; anything but a yes fails the test."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.client.request(method, f"{self.url}/xrpc/{name}", json=body, params=query, headers=headers)
        assert answer.is_success, f"{name}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def now() -> str:
    """Return this moment as records carry it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def missing() -> str:
    """Say what the network needs and this machine lacks; empty when everything is there."""
    if not BLUESKY_SERVER.ready:
        return "the Bluesky network is not installed"
    if _postgres() is None:
        return "PostgreSQL is not installed"
    return "" if shutil.which("redis-server") else "Redis is not installed"


@contextmanager
def serving(folder: Path) -> Iterator[Bluesky]:
    """Start PostgreSQL, Redis and the network with all state in `folder`; a server started as root gives PostgreSQL its own user."""
    with ExitStack() as closing:
        database = closing.enter_context(_postgresql())
        redis = closing.enter_context(_redis(folder / "redis"))
        home = folder / "network"
        (home / "tmp").mkdir(parents=True)
        ports = {name: free_port() for name in ("plc", "pds", "appview", "ozone")}
        env = {
            "KB_MODULES": str(BLUESKY_SERVER.folder),
            "KB_PORTS": json.dumps(ports),
            "DB_POSTGRES_URL": database,
            "REDIS_HOST": redis,
            "TMPDIR": str(home / "tmp"),
            "LOG_ENABLED": "false",
            "NODE_ENV": "test",
        }
        node = node_home(BLUESKY_SERVER.folder) / "bin" / "node"
        script = Path(__file__).with_name("bluesky.mjs")
        log = closing.enter_context(
            running([node, script], folder=home, env=env, ready=lambda said: "\nready" in said, seconds=START_SECONDS)
        )
        line = next(one for one in log.read_text(encoding="utf-8").splitlines() if one.startswith('{"pds"'))
        said = json.loads(line)
        yield Bluesky(url=said["pds"].replace("localhost", "127.0.0.1"), appview=said["appview"])


def _postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL, as Debian lays them, or of the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: int(one.parts[4]))
    if found:
        return found[-1].parent
    named = shutil.which("postgres")
    return Path(named).resolve().parent if named else None


@contextmanager
def _postgresql() -> Iterator[str]:
    """Run a database in a folder of its own: it refuses to run as root, and pytest's folders are closed to other users."""
    programs = _postgres()
    if programs is None:
        raise NotStarted("PostgreSQL is not installed")
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="kb-pg-") as made:
        if user:
            shutil.chown(made, user, user)
        yield from _database(Path(made), programs, user)


def _database(folder: Path, programs: Path, user: str | None) -> Iterator[str]:
    state = folder / "state"
    make: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        state,
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--no-sync",
        "--no-locale",
    ]
    with running(make, folder=folder, user=user, ready=lambda said: "Success" in said, seconds=START_SECONDS):
        pass
    port = free_port()
    start: list[str | Path] = [
        programs / "postgres",
        "-D",
        state,
        "-p",
        str(port),
        "-k",
        folder,
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "fsync=off",
    ]
    with running(
        [*start, "-c", "max_connections=200"],
        folder=folder,
        user=user,
        ready=lambda said: "ready to accept connections" in said,
        seconds=START_SECONDS,
        stop=signal.SIGQUIT,  # at once: nothing of it is kept
    ):
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True)
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running(command, folder=folder, ready=lambda _: _listens(port), seconds=20.0):
        yield f"127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
