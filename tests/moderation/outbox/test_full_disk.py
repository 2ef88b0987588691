"""The disk is full at any write: sending stops first, nothing that was acknowledged is lost, and it goes on by itself (RULES F10)."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from listener.errors import StoreError
from moderation.model.outbox import EntryState
from moderation.outbox.states import POSTED
from tests.fakes.desk import Desk, mention, open_desk

ANSWERS = 6
ROOM_BYTES = (0, 600, 4_200, 8_400, 12_600, 21_000, 33_600, 50_400, 67_200, 100_000)
"""How much more the write-ahead log may grow: the write that fails is another one each time."""


@contextmanager
def files_grow_to(most_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size; Python ignores the signal, so that the write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def log_bytes(desk: Desk) -> int:
    file = desk.home / "ledger.db-wal"
    return file.stat().st_size if file.exists() else 0


@pytest.mark.parametrize("room_bytes", ROOM_BYTES)
def test_nothing_is_lost_or_doubled_and_it_recovers_by_itself(tmp_path: Path, room_bytes: int) -> None:
    with open_desk(tmp_path) as desk:
        entries = [desk.approved(one, f"Antwoord {one}: we kijken mee.") for one in desk.hear(*(mention(str(n)) for n in range(ANSWERS)))]
        asyncio.run(desk.watch.run_once())
        with files_grow_to(log_bytes(desk) + room_bytes):
            try:
                asyncio.run(desk.gateway.run_once())
                assert room_bytes > ROOM_BYTES[3], "the disk was not full at all"
            except StoreError:
                requests = desk.platform.requests
                for _ in range(3):  # still full: the service tries again every two seconds
                    with pytest.raises(StoreError):
                        asyncio.run(desk.gateway.run_once())
                assert desk.platform.requests == requests
        asyncio.run(desk.settle())
        texts = [post.text for post in desk.platform.posts()]
        assert sorted(texts) == sorted(entry.post.text for entry in entries)
        assert all(desk.state(entry.entry_id) in POSTED for entry in entries)
        assert desk.audit.find_break() is None


def test_a_mark_that_cannot_be_written_keeps_the_post_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark outside the ledger comes before the request: without it a restored backup could not be noticed."""
    with open_desk(tmp_path) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)

        def full(*_given: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr("moderation.outbox.restored.write_synced", full)
            asyncio.run(desk.gateway.run_once())
        assert desk.platform.requests == 0
        assert desk.state(entry.entry_id) is EntryState.PROVEN_ABSENT
        asyncio.run(desk.settle())
        assert desk.state(entry.entry_id) is EntryState.SENT
