"""One process per home (RULES F21)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from listener.errors import StoreLocked
from listener.ledger.lock import LOCK_NAME, home_lock, lock_owner
from tests.listener.ledger import children


def test_the_second_one_hears_who_has_the_home_and_what_to_do(tmp_path: Path) -> None:
    """ "Database is locked" tells nobody which window to close."""
    child, pipe = children.start(children.hold_lock, tmp_path)
    try:
        pipe.recv()
        assert lock_owner(tmp_path) == child.pid
        with pytest.raises(StoreLocked, match=f"Process {child.pid} works on .*kill {child.pid}"), home_lock(tmp_path):
            pass
    finally:
        child.kill()
        child.join()


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    """kill -9 leaves its number in the file; that number may be anybody's by now."""
    child, pipe = children.start(children.hold_lock, tmp_path)
    pipe.recv()
    child.kill()
    child.join()
    assert (tmp_path / LOCK_NAME).read_text().strip() == str(child.pid)
    assert lock_owner(tmp_path) is None
    with home_lock(tmp_path):
        assert lock_owner(tmp_path) == os.getpid()


def test_a_number_left_in_the_file_by_nobody_means_nothing(tmp_path: Path) -> None:
    """Process 1 always exists."""
    (tmp_path / LOCK_NAME).write_text("1\n", encoding="utf-8")
    with home_lock(tmp_path):
        assert lock_owner(tmp_path) == os.getpid()


def test_one_process_cannot_take_it_twice(tmp_path: Path) -> None:
    """Two schedulers in one process would poll twice."""
    with home_lock(tmp_path), pytest.raises(StoreLocked, match=f"Process {os.getpid()}"), home_lock(tmp_path):
        pass


def test_the_lock_is_free_again_afterwards_also_after_an_error(tmp_path: Path) -> None:
    """A crash in the service must not lock its owner out."""
    with pytest.raises(RuntimeError), home_lock(tmp_path):
        raise RuntimeError
    with home_lock(tmp_path):
        pass
    assert lock_owner(tmp_path) is None
    assert stat.S_IMODE((tmp_path / LOCK_NAME).stat().st_mode) == 0o600


def test_nobody_owns_a_home_that_was_never_locked(tmp_path: Path) -> None:
    """Asking leaves nothing behind."""
    assert lock_owner(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
