"""A real Matrix homeserver (Synapse) on this machine, with its default rate limits on; users that tests make are freed from them or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.servers.install import SYNAPSE_SERVER
from tests.servers.processes import free_port, running

SECRET = "tests-only-registration"
NAME = "localhost"
START_SECONDS = 60.0
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class User:
    """An account on the server with its access token."""

    user_id: str
    token: str


@dataclass
class Synapse:
    """The server as tests use it: make users and rooms, and look at rooms with the eyes of somebody else."""

    url: str
    _admin: User | None = field(default=None)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20, trust_env=False, verify=False))

    def user(self, name: str, *, limited: bool = False) -> User:
        """Register a user whose name no other test has. `limited`: the server's default rate limits hold for it."""
        made = self._register(f"{name}-{next(_numbers)}", admin=False)
        if not limited:
            if self._admin is None:
                self._admin = self._register("admin", admin=True)
            path = f"/_synapse/admin/v1/users/{quote(made.user_id)}/override_ratelimit"
            self.ask(self._admin, "POST", path, {"messages_per_second": 0, "burst_count": 0})
        return made

    def room(self, owner: User, *members: User) -> str:
        """Make a room with these members in it and return its id."""
        room = str(self.ask(owner, "POST", "/_matrix/client/v3/createRoom", {"preset": "public_chat"})["room_id"])
        for member in members:
            self.ask(member, "POST", f"/_matrix/client/v3/join/{quote(room)}", {})
        return room

    def direct(self, owner: User, other: User) -> str:
        """Let somebody begin a direct room with somebody else, as apps do where they do not encrypt it, and return its id."""
        wish: dict[str, object] = {"preset": "trusted_private_chat", "is_direct": True, "invite": [other.user_id]}
        room = str(self.ask(owner, "POST", "/_matrix/client/v3/createRoom", wish)["room_id"])
        self.ask(other, "POST", f"/_matrix/client/v3/join/{quote(room)}", {})
        return room

    def let_in(self, owner: User, room: str, rule: str) -> None:
        """Change who may come into a room."""
        self.ask(owner, "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/state/m.room.join_rules", {"join_rule": rule})

    def say(self, user: User, room: str, text: str) -> str:
        """Post a message and return its id."""
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/t{next(_numbers)}"
        return str(self.ask(user, "PUT", path, {"msgtype": "m.text", "body": text})["event_id"])

    def messages(self, reader: User, room: str) -> list[dict[str, Any]]:
        """Return every event of a room, oldest first, as this reader sees them."""
        events: list[dict[str, Any]] = []
        start = ""
        while True:
            query = f"?dir=f&limit=100{'&from=' + quote(start) if start else ''}"
            page = self.ask(reader, "GET", f"/_matrix/client/v3/rooms/{quote(room)}/messages{query}")
            events.extend(page["chunk"])
            start = page.get("end", "")
            if not start:
                return events

    def ask(self, user: User, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        """Ask the server something as this user; anything but a yes fails the test."""
        return self._ask(method, path, body, {"Authorization": f"Bearer {user.token}"})

    def _ask(self, method: str, path: str, body: dict[str, object] | None, headers: dict[str, str]) -> dict[str, Any]:
        answer = self._client.request(method, self.url + path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def _register(self, name: str, *, admin: bool) -> User:
        """Make an account by the shared secret (https://element-hq.github.io/synapse/latest/admin_api/register_api.html)."""
        nonce = self._ask("GET", "/_synapse/admin/v1/register", None, {})["nonce"]
        password = f"password of {name}"
        signed = "\0".join([nonce, name, password, "admin" if admin else "notadmin"])
        mac = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        made = self._ask("POST", "/_synapse/admin/v1/register", body, {})
        return User(user_id=made["user_id"], token=made["access_token"])


@contextmanager
def serving(folder: Path) -> Iterator[Synapse]:
    """Start a homeserver with its state in `folder`; nothing of it is left open afterwards."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    python = SYNAPSE_SERVER.folder / "venv" / "bin" / "python"
    (folder / "homeserver.yaml").write_text(json.dumps(_settings(folder, port)), encoding="utf-8")  # JSON is YAML
    command: list[str | Path] = [python, "-m", "synapse.app.homeserver", "--config-path", folder / "homeserver.yaml"]
    key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_test {key}\n", encoding="ascii")
    (folder / "log.yaml").write_text(json.dumps({"version": 1, "root": {"level": "WARNING"}}), encoding="utf-8")
    with running(
        command, folder=folder, ready=lambda _: _answers(url), seconds=START_SECONDS, stop=signal.SIGKILL
    ):  # nothing of it is kept
        yield Synapse(url)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/_matrix/client/versions", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _settings(folder: Path, port: int) -> dict[str, object]:
    """No federation, no key servers, no statistics: it speaks to nobody but us. Rate limits are the defaults."""
    listener = {
        "bind_addresses": ["127.0.0.1"],
        "port": port,
        "type": "http",
        "tls": False,
        "resources": [{"names": ["client"], "compress": False}],
    }
    return {
        "server_name": NAME,
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": "tests-only-macaroon",
        "form_secret": "tests-only-form",
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "report_stats": False,
        "pid_file": str(folder / "homeserver.pid"),
    }
