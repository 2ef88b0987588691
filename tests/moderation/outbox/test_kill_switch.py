"""The kill switch works when other things do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.desk import MORNING, Desk


def test_it_says_who_stopped(desk: Desk) -> None:
    assert desk.outbox.stopped() == ""
    desk.outbox.stop("bram")
    (desk.home / "outbox.stop").unlink()
    assert desk.outbox.stopped() == "bram"
    desk.outbox.resume("bram")
    assert desk.outbox.stopped() == ""


def test_a_switch_that_cannot_be_read_counts_as_pressed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the two mistakes, silence is the one that can be mended."""

    def broken(_self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", broken)
    assert "cannot be read" in desk.switch.stopped()


def test_a_dangling_link_is_a_file_too(desk: Desk) -> None:
    (desk.home / "outbox.stop").symlink_to("nowhere")
    assert desk.outbox.stopped()


def test_the_file_stops_even_when_the_flag_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk must not keep anybody from stopping."""

    def full(**_named: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(desk.switch._flag, "set_stop", full)
    with pytest.raises(OSError, match="no space"):
        desk.switch.stop("bram", at=MORNING)
    assert desk.switch.stopped()
