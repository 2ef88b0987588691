"""Without a network Klankbord starts, serves its pages and says what it cannot reach (RULES F38)."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from listener.settings.secrets import SOURCE_KINDS
from listener.sources.incoming import INCOMING
from listener.sources.registry import KEYS, SOURCES
from tests.listener.sources.test_every_kind import ASKING
from tests.patience import busy
from tests.test_running import STOP_WITHIN_SECONDS, klankbord, running, sign_in

START_WITHIN_SECONDS = 15.0
"""On a machine of our own; when others keep its cores busy, as much longer as they do."""
SECRETS = """KLANKBORD_MASTODON_WRITE_TOKEN=kb-one
KLANKBORD_DISCOURSE_WRITE_API_KEY=kb-two
KLANKBORD_WEBHOOK_WRITE_SECRET=kb-three
KLANKBORD_DISCORD_WRITE_BOT_TOKEN=kb-four
"""
NO_NAMES = """import socket

_asked = socket.getaddrinfo


def getaddrinfo(host, *given, **named):
    if host in (None, "localhost", b"localhost", "127.0.0.1", b"127.0.0.1"):
        return _asked(host, *given, **named)
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


socket.getaddrinfo = getaddrinfo
"""
"""What a Python reads when it starts, so that it knows no name: of no platform, whichever library asks."""
OTHERS: dict[str, dict[str, Any]] = {
    "reddit": {"subreddits": ["klussen"], "approval_reference": "R-1", "user_agent_name": "stroomwerk"},
    "reddit_modqueue": {"subreddits": ["klussen"], "approval_reference": "R-1", "user_agent_name": "stroomwerk"},
    "x": {"query": "stroomwerk"},
    "imap": {"url": "imaps://mail.example", "account": "loket@zoemvolt.example"},
    "meta": {"accounts": ["1234"]},
    "discourse_webhook": {"url": "https://forum.example"},
    "webhook": {},
}


def offline_home(home: Path, silent_port: int, closed_port: int) -> None:
    """A home whose platforms have no name, no open port, or never answer."""
    home.mkdir(mode=0o700)
    inside = {"live": True, "allow_private": True}
    accounts = [
        {"platform": "mastodon", "name": "stroom", "base_url": f"http://127.0.0.1:{silent_port}", **inside},
        {"platform": "discourse", "name": "stroom", "base_url": f"http://127.0.0.1:{closed_port}", **inside},
        {
            "platform": "webhook",
            "name": "intern",
            "base_url": "https://nowhere.invalid/in",
            "status_url": "https://nowhere.invalid/got",
            **inside,
        },
        {"platform": "matrix", "name": "@stroom:nowhere.invalid", "base_url": "https://nowhere.invalid", **inside},
    ]
    source = {"id": "forum", "kind": "feed", "url": "https://nowhere.invalid/feed", "interval_minutes": 0.05}
    settings = {"brands": [{"name": "Zoemvolt"}], "sources": [source], "outbox": {"accounts": accounts}}
    (home / "klankbord.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (home / "secrets.env").write_text(SECRETS, encoding="utf-8")
    for name in ("klankbord.yaml", "secrets.env"):
        (home / name).chmod(0o600)


@pytest.mark.slow
async def test_it_starts_and_serves_while_nothing_can_be_reached(tmp_path: Path) -> None:
    """A platform that is down, hangs or has no name keeps nobody from reading the queue."""
    home = tmp_path / "home"
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        offline_home(home, silent.getsockname()[1], closed.getsockname()[1])
        began = time.monotonic()
        async with running(home) as (process, link), httpx.AsyncClient() as client:
            started = time.monotonic() - began
            cookie = await sign_in(client, link)
            page = await client.get(link.split("/sign-in")[0] + "/", headers=cookie, follow_redirects=True)
            served = time.monotonic() - began
            code, out, _ = await klankbord(home, "account", "list", "--json")
            assert (code, {one["state"] for one in json.loads(out)["accounts"]}) == (0, {"not connected"})
            assert process.returncode is None
        assert page.status_code == 200
        most = START_WITHIN_SECONDS * busy()
        assert started <= most, f"started after {started:.1f} s"
        assert served <= most + 2, f"served after {served:.1f} s"


async def test_each_account_that_cannot_be_reached_is_told_with_its_reason(tmp_path: Path) -> None:
    """And no key is shown."""
    home = tmp_path / "home"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        offline_home(home, port, port)
        code, out, errors = await klankbord(home, "account", "check", "--json")
    notes = {one["account"]: one["note"] for one in json.loads(out)["accounts"]}
    assert code == 1
    assert "no connection" in notes["mastodon:stroom"]
    assert "nowhere.invalid" in notes["webhook:intern"]
    assert "KLANKBORD_MATRIX_WRITE_TOKEN is not set" in notes["matrix:@stroom:nowhere.invalid"]
    assert "kb-" not in out + errors


def home_of_every_kind(home: Path) -> None:
    """A home with one source of every kind, with every key that it may want, all switched on."""
    sources = []
    for kind, own in {**ASKING, **OTHERS}.items():
        often: dict[str, Any] = {} if kind in INCOMING else {"interval_minutes": 0.05}
        pushed: dict[str, Any] = {"stream": True} if "stream" in KEYS[kind] else {}
        sources.append({"id": kind.replace("_", "-"), "kind": kind, **often, **pushed, **own})
    assert {one["kind"] for one in sources} == set(SOURCES), "a new kind starts without a network too"
    keys = ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", *(f"{name}_{one}" for name, ones in SOURCE_KINDS.items() for one in ones)]
    home.mkdir(mode=0o700)
    (home / "klankbord.yaml").write_text(yaml.safe_dump({"brands": [{"name": "Zoemvolt"}], "sources": sources}), encoding="utf-8")
    (home / "secrets.env").write_text("".join(f"KLANKBORD_{name}=kb-{n}\n" for n, name in enumerate(keys)), encoding="utf-8")
    for name in ("klankbord.yaml", "secrets.env"):
        (home / name).chmod(0o600)


@pytest.mark.slow
async def test_with_a_source_of_every_kind_and_no_names_it_starts_shows_them_red_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine came up before its network did: people can work, what is not read is red, and nothing keeps it from stopping."""
    home = tmp_path / "home"
    home_of_every_kind(home)
    (tmp_path / "sitecustomize.py").write_text(NO_NAMES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pulled = {kind.replace("_", "-") for kind in SOURCES.keys() - INCOMING.keys()}
    began = time.monotonic()
    async with running(home) as (process, link), httpx.AsyncClient(timeout=20) as client:
        cookie = await sign_in(client, link)
        at = link.split("/sign-in")[0]
        assert (await client.get(f"{at}/", headers=cookie, follow_redirects=True)).status_code == 200
        up = time.monotonic() - began
        async with asyncio.timeout(60):
            while _red(page := (await client.get(f"{at}/sources", headers=cookie)).text) < len(pulled):  # noqa: ASYNC110 - another process decides when
                await asyncio.sleep(0.3)
        told = {one["source"]: one for one in json.loads((await klankbord(home, "sources", "--json"))[1])}
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        assert await asyncio.wait_for(process.wait(), 60) == 0
        stopped = time.monotonic() - asked
    assert up <= START_WITHIN_SECONDS * busy(), f"a page answered after {up:.1f} s"
    assert stopped <= STOP_WITHIN_SECONDS * busy(), f"stopped after {stopped:.1f} s"
    assert _red(page) == len(pulled), "those that are called are not red: nothing comes of asking them"
    assert {name for name, one in told.items() if one["state"] in ("blind", "refused")} == pulled
    assert not [one["note"] for one in told.values() if "kb-" in one["note"] or "Our own reader" in one["note"]]


def _red(page: str) -> int:
    return sum(page.count(f'class="light light-{state}"') for state in ("blind", "refused"))
