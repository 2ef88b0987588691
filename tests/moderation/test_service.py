"""The pages are served on this machine only, and a port that is taken is said in words."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
import threading

import anyio.to_thread
import httpx
import pytest
from fastapi import FastAPI

from listener.errors import SettingsError
from moderation.service import COLLECT_AFTER, GIVES_WAY, TURN_SECONDS, few_collections, pages_served, short_turns, work_behind


async def test_a_free_port_is_taken_and_let_go_again() -> None:
    async with pages_served(FastAPI(), port=0) as port, httpx.AsyncClient() as client:
        assert port > 0
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 404
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


async def test_a_taken_port_is_named_with_what_to_do() -> None:
    """The most common mistake of a second start; a trace and exit code 3 would help nobody."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} .*--port"):
            async with pages_served(FastAPI(), port=port):
                pass


async def test_what_is_done_behind_the_pages_gives_way_to_them() -> None:
    """Half a minute of grouping on both cores made every page of that half minute late."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    work_behind()
    behind = await asyncio.to_thread(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    page = await anyio.to_thread.run_sync(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert (page, behind) == (usual, GIVES_WAY)


def test_threads_take_short_turns_only_while_the_service_runs() -> None:
    before = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    assert sys.getswitchinterval() == before


def test_what_stays_is_out_of_the_collectors_sight_while_the_service_runs() -> None:
    """It stops every thread while it looks: over all that a month of mentions holds, for more than a second."""
    before = gc.get_threshold()
    with few_collections():
        assert gc.get_threshold() == COLLECT_AFTER
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < gc.get_freeze_count()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
