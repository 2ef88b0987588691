"""The running service as its user meets it: it polls, understands, shows, answers commands, and stops when told."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml

from listener.demo.scenario import build_scenario
from listener.demo.texts import load_texts
from listener.settings.resources import shipped_text
from tests.fakes.hackernews import FakeHackerNews, story
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply, Request, Site, open_site
from tests.patience import busy

STOP_WITHIN_SECONDS = 10.0
PATIENCE_SECONDS = 90.0


def complaints(most: int) -> list[str]:
    """Return what different people wrote about one planted issue of the demo."""
    scenario = build_scenario(load_texts(shipped_text), start=datetime(2026, 3, 2, tzinfo=UTC))
    return [
        event.mention.text
        for event in scenario.events
        if event.kind == "post" and event.subject == "outage" and event.mention is not None and len(event.mention.text) > 40
    ][:most]


def write_settings(home: Path, site: Site) -> None:
    home.mkdir(mode=0o700)
    open_place = {"allow_http": True, "allow_private": True, "interval_minutes": 0.05}
    settings = {
        "brands": [{"name": "Zoemvolt", "handles": ["@zoemvolt"]}],
        "sources": [
            {"id": "forum", "kind": "feed", "url": site.url("/feed"), "keep": "all", **open_place},
            {"id": "hn", "kind": "hackernews", "url": site.url("/hn"), **open_place},
        ],
        "detection": {"regroup_every": 20},
        "bot": {"enabled": True, "guilds": ["1170000000000000001"]},
    }
    (home / "klankbord.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start `klankbord run` and hand out the process with its sign-in link; it is ended at the end whatever happens."""
    command = (sys.executable, "-m", "moderation", "--home", str(home), "run", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        link = ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not link:
                line = (await process.stdout.readline()).decode()
                assert line, "the service ended before it printed a link"
                link = (re.findall(r"http://\S+", line) or [""])[0]
        yield process, link
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def sign_in(client: httpx.AsyncClient, link: str) -> dict[str, str]:
    """Use a one-time link as the button on its page does; return the cookie header (a Secure cookie: httpx keeps none over http)."""
    parts = urlsplit(link)
    answer = await client.post(
        f"{parts.scheme}://{parts.netloc}/sign-in",
        data={"token": parse_qs(parts.query)["token"][0]},
        headers={"origin": f"{parts.scheme}://{parts.netloc}"},
    )
    assert answer.status_code in (302, 303), answer.text
    return {"cookie": answer.headers["set-cookie"].split(";")[0]}


async def until_shown(client: httpx.AsyncClient, page: str, cookie: dict[str, str], words: str) -> None:
    """Load a page again and again until it shows `words`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in (await client.get(page, headers=cookie)).text:  # noqa: ASYNC110 - another process decides when
            await asyncio.sleep(0.5)


async def klankbord(home: Path, *words: str) -> tuple[int, str, str]:
    command = (sys.executable, "-m", "moderation", "--home", str(home), *words)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, errors = await asyncio.wait_for(process.communicate(), timeout=PATIENCE_SECONDS)
    return process.returncode or 0, out.decode(), errors.decode()


@pytest.mark.model
@pytest.mark.slow
async def test_what_people_write_appears_on_the_page_without_a_restart_and_the_service_stops_in_time(tmp_path: Path) -> None:
    """From a feed and a search to an issue on the page, then commands beside the service, a second service refused, and SIGTERM."""
    home = tmp_path / "home"
    texts = complaints(30)
    now = datetime.now(UTC)
    hacker_news = FakeHackerNews([story(7, at=int((now - timedelta(hours=1)).timestamp()), title="Zoemvolt publishes its outage data")])
    shown: list[str] = []

    def answer(request: Request) -> Reply:
        if request.path.startswith("/feed"):
            at = (now - timedelta(minutes=30)).strftime("%a, %d %b %Y %H:%M:%S GMT")
            items = [item(f"post-{n}", title="", text=text.replace("&", "en").replace("<", ""), at=at) for n, text in enumerate(shown)]
            return Reply(body=rss(*items), headers={"Content-Type": "application/rss+xml"})
        return hacker_news(request)

    async with open_site() as site, httpx.AsyncClient(timeout=30) as client:
        site.answer = answer
        write_settings(home, site)
        async with running(home) as (process, link):
            cookie = await sign_in(client, link)
            page = f"{link.split('/sign-in')[0]}/issues"
            assert "/issues/" not in (await client.get(page, headers=cookie)).text
            shown += texts
            await until_shown(client, page, cookie, 'href="/issues/')
            code, out, errors = await klankbord(home, "issues", "--json")
            assert code == 0, errors
            assert sum(one["mentions"] for one in json.loads(out)) >= 5
            code, out, _ = await klankbord(home, "sources", "--json")
            assert {one["source"]: one["state"] for one in json.loads(out)} == {"forum": "ok", "hn": "ok"}
            assert {one["source"]: one["mentions"] for one in json.loads(out)} == {"forum": len(texts), "hn": 1}
            code, out, _ = await klankbord(home, "bot", "status", "--json")
            assert code == 1, "there is no token, and the rest goes on"
            assert any("there is no token, for" in one["detail"] for one in json.loads(out)), "as the running service found it"
            code, _, errors = await klankbord(home, "run", "--port", "0")
            assert code == 1
            assert str(process.pid) in errors
            process.send_signal(signal.SIGTERM)
            asked = time.monotonic()
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
            assert time.monotonic() - asked <= STOP_WITHIN_SECONDS * busy()
