"""A real server of comments (Isso) on this machine, with its Atom feed on, and its limits on how much one person says off."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers.install import ISSO_SERVER
from tests.servers.processes import free_port, running

START_SECONDS = 30.0
PAGE = "/demo/index.html"
"""A page that Isso serves itself and fills with comments by its script: it stands for the site's own."""
SETTINGS = """
[general]
dbpath = {folder}/comments.db
host = {url}
max-age = 15m
[server]
listen = {url}/
[guard]
enabled = false
[rss]
base = {url}
limit = 100
"""


@dataclass
class Isso:
    """The server as tests use it: comments below pages, each page a thread with a feed of its own."""

    url: str
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20, trust_env=False))
    _kept: dict[int, str] = field(default_factory=dict)

    def feed(self, page: str) -> str:
        """Return the address of the feed of the comments below a page."""
        return f"{self.url}/feed?uri={page}"

    def say(self, page: str, text: str, author: str | None, *, answers: int | None = None) -> dict[str, Any]:
        """Post a comment, as the script on a page does, and return it."""
        body = {"text": text, "author": author, "parent": answers, "title": "A post"}
        answer = self._client.post(f"{self.url}/new", params={"uri": page}, json=body)
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.json()
        # its author may change it for 15 minutes, by a cookie that is named after its number
        self._kept[said["id"]] = answer.headers["set-cookie"].partition(";")[0]
        self._client.cookies.clear()
        return said

    def edit(self, number: int, text: str, author: str) -> None:
        """Change a comment as its author."""
        answer = self._client.put(f"{self.url}/id/{number}", json={"text": text, "author": author}, headers={"Cookie": self._kept[number]})
        assert answer.status_code == 200, answer.text
        self._kept[number] = answer.headers["set-cookie"].partition(";")[0]
        self._client.cookies.clear()

    def delete(self, number: int) -> None:
        """Take a comment away as its author."""
        headers = {"Cookie": self._kept[number], "Content-Type": "application/json"}
        answer = self._client.delete(f"{self.url}/id/{number}", headers=headers)
        assert answer.status_code == 200, answer.text
        self._client.cookies.clear()

    def tag(self, page: str) -> str:
        """Return the ETag of a page's feed."""
        return self._client.get(self.feed(page)).headers["etag"]

    def calls_its_feed_unchanged(self, page: str, *, since: str) -> bool:
        """Tell whether a page's feed is told to be the one with that ETag."""
        return self._client.get(self.feed(page), headers={"If-None-Match": since}).status_code == 304

    def listed(self, page: str) -> list[dict[str, Any]]:
        """Return the comments below a page as its readers see them, answers after what they answer."""
        answer = self._client.get(f"{self.url}/", params={"uri": page})
        if answer.status_code == 404:  # a page below which nothing was said
            return []
        found: list[dict[str, Any]] = answer.json()["replies"]
        return [one for top in found for one in (top, *top.get("replies", ()))]


@contextmanager
def serving(folder: Path) -> Iterator[Isso]:
    """Start a server with its state in `folder`; nothing of it is left open afterwards."""
    url = f"http://127.0.0.1:{free_port()}"
    (folder / "isso.cfg").write_text(SETTINGS.format(folder=folder, url=url), encoding="utf-8")
    command: list[str | Path] = [ISSO_SERVER.folder / "venv" / "bin" / "isso", "-c", folder / "isso.cfg", "run"]
    # Isso writes local time and calls it UTC
    with running(command, folder=folder, ready=lambda _: _answers(url), seconds=START_SECONDS, env={"TZ": "UTC"}, stop=signal.SIGKILL):
        yield Isso(url)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/config", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False
