"""The far side's own book: one line of JSON per accepted post, edit or removal, synced to disk before anybody hears of it.

Several processes may write one file; whoever reads it learns what the platform accepted, whatever our own ledger believes. A torn last
line was never accepted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One accepted post as it stands after its edits.

    `target` is the thread, channel or topic as the platform names it; `text` is byte for byte what came over the wire. `visible_at`: from
    when the platform shows it. `more` keeps what a platform adds (title, nonce, allowed mentions).
    """

    number: int
    post_id: str
    account: str
    target: str
    text: str
    key: str
    accepted_at: datetime
    visible_at: datetime
    parent: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    edits: int = 0
    removed: bool = False


class Record:
    """The file. Safe for several processes: every addition holds a lock on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def posts(self) -> list[Post]:
        """Return everything ever accepted, oldest first, with the latest text of each."""
        posts: dict[str, Post] = {}
        for line in self.path.read_bytes().split(b"\n")[:-1]:
            fields = json.loads(line)
            if (gone := fields.get("removes_post")) is not None:
                posts[gone] = replace(posts[gone], removed=True)
            elif (post_id := fields.get("edits_post")) is not None:
                posts[post_id] = replace(posts[post_id], text=fields["text"], edits=posts[post_id].edits + 1)
            else:
                moments = {name: datetime.fromisoformat(fields[name]) for name in ("accepted_at", "visible_at")}
                posts[fields["post_id"]] = Post(**{**fields, **moments})
        return list(posts.values())

    def add(self, make: Callable[[list[Post]], Post]) -> Post:
        """Keep the post that `make` returns, given all there is; one that is there already is returned and not kept twice."""
        with self._locked() as file:
            earlier = self.posts()
            made = make(earlier)
            if all(one.number != made.number for one in earlier):
                self._append(file, {**asdict(made), "accepted_at": made.accepted_at.isoformat(), "visible_at": made.visible_at.isoformat()})
        return made

    def edit(self, post_id: str, text: str) -> Post:
        """Change a post's text. An unknown post raises KeyError."""
        with self._locked() as file:
            found = {one.post_id: one for one in self.posts()}[post_id]
            self._append(file, {"edits_post": post_id, "text": text})
        return replace(found, text=text, edits=found.edits + 1)

    def remove(self, post_id: str) -> Post:
        """Take a post away. An unknown post raises KeyError."""
        with self._locked() as file:
            found = {one.post_id: one for one in self.posts()}[post_id]
            self._append(file, {"removes_post": post_id})
        return replace(found, removed=True)

    def _append(self, file: int, fields: dict[str, Any]) -> None:
        os.ftruncate(file, self.path.read_bytes().rfind(b"\n") + 1)  # a line that was being written when the power went never counted
        os.lseek(file, 0, os.SEEK_END)
        os.write(file, json.dumps(fields, ensure_ascii=True).encode() + b"\n")
        os.fsync(file)

    def _locked(self) -> _Locked:
        return _Locked(self.path)


class _Locked:
    """The file, open for writing by us alone, until the block ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def __enter__(self) -> int:
        self._file = os.open(self._path, os.O_RDWR)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
