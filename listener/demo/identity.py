"""Ids, addresses and threads of simulated platforms: what turns a draft into a mention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from listener.demo.chance import deal
from listener.demo.drafts import Draft
from listener.model.mention import Mention

_OPEN_FOR = timedelta(hours=40)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST = {
    "x": 19_400_000_000_000_000_00,
    "reddit": 61_000_000,
    "mastodon": 1_150_000_000_000,
    "feed": 48_100,
    "discord": 1_300_000_000_000_000,
}


@dataclass(frozen=True, slots=True)
class _Thread:
    root_id: str
    opened: datetime


class Identities:
    """Hands out ids in the order of posting and knows the open threads of each simulated place."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._last = dict(_FIRST)
        self._threads: dict[tuple[str, str], _Thread] = {}
        self._titles: dict[tuple[str, ...], Iterator[str]] = {}

    def mention(self, draft: Draft) -> Mention:
        """Return the mention a draft becomes; call in order of `draft.at`."""
        title, parent = self._placed(draft)
        number = self._next(draft.place.platform)
        native_id = _written(draft.place.platform, number, opens=bool(title))
        root = parent or native_id
        if title:
            for subject in (draft.subject, ""):
                self._threads[draft.place.source_id, subject] = _Thread(native_id, draft.at)
        handle = draft.person.author.native_id
        return Mention(
            platform=draft.place.platform,
            realm=draft.place.realm,
            native_id=native_id,
            text=draft.text,
            posted_at=draft.at,
            author=draft.person.author,
            title=title,
            url=_address(draft.place.platform, handle, native_id, root),
            parent_id=parent,
            root_id=root,
        )

    def _placed(self, draft: Draft) -> tuple[str, str]:
        """Return (title of a new thread, "") or ("", id of the post answered, if any)."""
        if not draft.place.threaded:
            return "", ""
        own = self._open(draft, draft.subject)
        if draft.threads and (own is None or self._rng.random() < 0.2):
            titles = self._titles.setdefault(draft.threads, deal(self._rng, draft.threads))
            return next(titles), ""
        thread = own or self._open(draft, "")
        return "", thread.root_id if thread else ""

    def _open(self, draft: Draft, subject: str) -> _Thread | None:
        thread = self._threads.get((draft.place.source_id, subject))
        return thread if thread and draft.at - thread.opened < _OPEN_FOR else None

    def _next(self, platform: str) -> int:
        self._last[platform] += self._rng.randint(1, 9)
        return self._last[platform]


def _written(platform: str, number: int, *, opens: bool) -> str:
    if platform != "reddit":
        return str(number)
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return ("t3_" if opens else "t1_") + digits


def _address(platform: str, handle: str, native_id: str, root: str) -> str:
    """Return an address on a reserved `.example` name (RFC 2606): it leads nowhere, on purpose."""
    return {
        "x": f"https://x.example/{handle}/status/{native_id}",
        "reddit": f"https://reddit.example/r/energiepraat/comments/{root[3:]}/{native_id[3:]}",
        "mastodon": f"https://toet.example/@{handle}/{native_id}",
        "feed": f"https://forum.example/t/{root}/{native_id}",
        "discord": f"https://discord.example/channels/7100/41/{native_id}",
    }[platform]
