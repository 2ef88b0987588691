"""Commands ask the running service through a socket in its home: only its own user, and never without an answer."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from listener.control import MOST_SOCKET_PATH_BYTES, answering, ask, socket_path
from listener.errors import ActionError, AlreadyClaimed, InputError, ProductError, SettingsError, StoreLocked


async def double(given: Mapping[str, Any]) -> Any:
    return {"double": given["number"] * 2}


def raising(error: Exception) -> Any:
    async def answer(_given: Mapping[str, Any]) -> Any:
        raise error

    return answer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    return made


async def test_an_answer_comes_back_as_it_was_given(home: Path) -> None:
    async with answering(home, {"double": double}):
        assert await ask(home, "double", number=21) == {"double": 42}


async def test_a_large_answer_comes_whole(home: Path) -> None:
    """A list of every issue with its quotes is larger than asyncio's usual line of 64 kB."""

    async def much(_given: Mapping[str, Any]) -> Any:
        return "é" * 1_000_000

    async with answering(home, {"much": much}):
        assert len(await ask(home, "much")) == 1_000_000


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (InputError("There is no issue 7."), InputError),
        (ActionError("Not now."), ActionError),
        (AlreadyClaimed("Sanne holds it."), ProductError),
        (SettingsError("digest.hour: write 0 to 23"), ProductError),
    ],
)
async def test_what_the_service_refuses_reaches_the_person_who_asked(home: Path, raised: Exception, expected: type[Exception]) -> None:
    async with answering(home, {"refuse": raising(raised)}):
        with pytest.raises(expected, match=str(raised)):
            await ask(home, "refuse")


async def test_a_failing_answer_is_told_at_once_without_its_details(home: Path) -> None:
    """Without a reply the command would say that nobody is there, and send its user looking in the wrong place."""
    async with answering(home, {"break": raising(ValueError("secret=hunter2"))}):
        with pytest.raises(ActionError, match="its log says why") as told:
            await ask(home, "break")
    assert "hunter2" not in str(told.value)


async def test_a_service_of_an_older_version_says_that_it_does_not_know(home: Path) -> None:
    async with answering(home, {}):
        with pytest.raises(ActionError, match="restart it after an upgrade"):
            await ask(home, "tomorrow")


@pytest.mark.parametrize("line", [b"hello\n", b"[]\n", b"{}\n", b'{"ask": []}\n', b"\xff\n", b"\n"])
async def test_nonsense_on_the_socket_is_answered_and_the_service_goes_on(home: Path, line: bytes) -> None:
    async with answering(home, {"double": double}):
        reader, writer = await asyncio.open_unix_connection(socket_path(home))
        writer.write(line)
        assert b"not understood" in await reader.readline()
        writer.close()
        assert await ask(home, "double", number=1) == {"double": 2}


async def test_without_a_service_the_person_hears_how_to_start_one(home: Path) -> None:
    with pytest.raises(StoreLocked, match="klankbord run"):
        await ask(home, "issues")


async def test_only_the_user_of_the_home_can_reach_the_socket(home: Path) -> None:
    """RULES S34: whoever may ask can read what customers wrote."""
    umask = os.umask(0o022)
    os.umask(umask)
    async with answering(home, {}):
        assert stat.S_IMODE(socket_path(home).stat().st_mode) == 0o600
        assert stat.S_ISSOCK(socket_path(home).stat().st_mode)
    after = os.umask(umask)
    assert after == umask
    assert not socket_path(home).exists()


async def test_a_socket_left_by_a_killed_service_is_replaced(home: Path) -> None:
    socket_path(home).write_text("left behind")
    async with answering(home, {"double": double}):
        assert await ask(home, "double", number=2) == {"double": 4}


async def test_a_home_deep_down_still_gets_a_socket(tmp_path: Path) -> None:
    """A path of a socket holds 108 bytes on Linux and 104 on macOS; homes in a long path must work all the same."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    assert len(os.fsencode(socket_path(deep))) <= MOST_SOCKET_PATH_BYTES
    assert socket_path(deep) != socket_path(deep.parent / ("f" * 60))
    async with answering(deep, {"double": double}):
        assert await ask(deep, "double", number=3) == {"double": 6}
