"""`klankbord run`: one process on one home. Sources, analyser, write gateway and staff pages live together and stop together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from listener.errors import ProductError, SettingsError

logger = logging.getLogger(__name__)

STOP_WITHIN_SECONDS = 10.0
"""RULES F37: after SIGTERM, finish or mark what is in flight within this time."""

WIND_DOWN_SECONDS = 4.0
"""Part of it that a send on its way gets before it is cancelled and becomes unknown; the pages get the rest."""


IDLE_SECONDS = 75
"""How long a connection may rest between two questions: one that closes while somebody types loses what they send next."""
WORKERS = 16
"""Threads for work behind the pages; two or three of them may be at something long."""
GIVES_WAY = 10
"""How nice they are: beside a page that is being made they get a tenth of a core."""
TURN_SECONDS = 0.0005
"""A page asks its stores many small things and steps aside at each: behind a thread that computes it waits this long every time."""

COLLECT_AFTER = (2_000, 20, 50)
"""After so many new objects the youngest are looked at; every twentieth time older ones too, and every fiftieth of those all."""


@contextlib.contextmanager
def short_turns() -> Generator[None, None, None]:
    """Let threads that compute give way sooner while the service runs (https://docs.python.org/3/library/sys.html#sys.setswitchinterval)."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextlib.contextmanager
def few_collections() -> Generator[None, None, None]:
    """Keep the collector of cycles away from what stays for as long as the service runs (https://docs.python.org/3/library/gc.html#gc.freeze).

    It stops every thread while it looks; at all that a large window of mentions holds it looked for more than a second.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def work_behind() -> None:
    """Let what this event loop does in threads (analysing, deciding, counting) leave the processor to pages, whose threads are others."""
    threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="behind", initializer=_give_way)
    asyncio.get_running_loop().set_default_executor(threads)


def _give_way() -> None:
    """Lower this thread alone: Linux knows threads by numbers of their own (setpriority(2), "C library/kernel differences")."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), max(GIVES_WAY, os.getpriority(os.PRIO_PROCESS, 0)))


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on SIGTERM and SIGINT instead of dying in the middle of something."""
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the service decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@asynccontextmanager
async def pages_served(
    app: FastAPI, *, port: int, setting: str = "web.port", option: str = "--port", believe_proxy: bool = False
) -> AsyncIterator[int]:
    """Serve pages on this machine only, and hand out the port in use (`port` 0 takes a free one).

    `believe_proxy`: take scheme and client from a proxy on this machine; the staff pages read X-Forwarded-For themselves, and only from
    proxies of the settings (RULES S9). Raises `SettingsError`, which names `setting` and `option`, when the port cannot be used.
    """
    listener = _bound(port, setting, option)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=believe_proxy,
        timeout_keep_alive=IDLE_SECONDS,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if running.done():
                raise ProductError("The pages did not start; run again with --verbose to see why.") from running.exception()
            await asyncio.sleep(0.05)
        yield listener.getsockname()[1]
    finally:
        if (live := getattr(app.state, "live", None)) is not None:
            live.close()  # uvicorn waits for every answer to end, and a page that listens is one that goes on for ever
        server.should_exit = True
        server.force_exit = False
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(running, timeout=STOP_WITHIN_SECONDS / 2)


def _bound(port: int, setting: str, option: str) -> socket.socket:
    """Return a socket on this machine's `port`. uvicorn ends the process when a port is taken; a person needs to hear what to do."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        bound.listen()
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"port {port} on 127.0.0.1 cannot be used ({error.strerror}); choose another with {option} or {setting} in "
            "klankbord.yaml, such as 0 for a free one."
        ) from error
    return bound


async def every(seconds: float, work: Callable[[], object], stop: asyncio.Event, what: str) -> None:
    """Call `work` every `seconds` until `stop`, off the event loop. A failure is logged and does not end the rhythm."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(work)
        except Exception:  # one failed round must not silence all later ones
            logger.exception("%s failed", what)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=seconds)


async def every_async(seconds: float, work: Callable[[], Awaitable[object]], stop: asyncio.Event, what: str) -> None:
    """Await `work` every `seconds` until `stop`. What is under way when `stop` is set comes to its end."""
    while not stop.is_set():
        try:
            await work()
        except Exception:  # one failed round must not silence all later ones
            logger.exception("%s failed", what)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=seconds)


async def wound_down(tasks: Sequence[asyncio.Task[None]], *, within_seconds: float = WIND_DOWN_SECONDS) -> None:
    """Let tasks that were told to stop come to their end; cancel what still goes on after `within_seconds`, and wait for that."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=within_seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
