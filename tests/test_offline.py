"""Without a network Klankbord starts, serves its pages and says what it cannot reach (RULES F38)."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import httpx
import pytest
import yaml

from tests.test_running import klankbord, running, sign_in

START_WITHIN_SECONDS = 15.0
"""On a machine of our own; when others keep its cores busy, as much longer as they do."""
SECRETS = """KLANKBORD_MASTODON_WRITE_TOKEN=kb-one
KLANKBORD_DISCOURSE_WRITE_API_KEY=kb-two
KLANKBORD_WEBHOOK_WRITE_SECRET=kb-three
KLANKBORD_DISCORD_WRITE_BOT_TOKEN=kb-four
"""


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
        most = START_WITHIN_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
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
