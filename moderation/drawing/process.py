"""The drawing process as its parent sees it: started at the first drawing, asked one at a time, started again when it broke."""

from __future__ import annotations

import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from listener.errors import CannotDraw

USUAL_SECONDS = 30.0
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class DrawingProcess:
    """Draws in a process of its own, which ends with `close`, and by itself when this process ends in whatever way."""

    def __init__(self, *, wait_seconds: float = USUAL_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def svg(self, spec: Mapping[str, Any]) -> str:
        """Return a specification drawn as SVG. Raises `CannotDraw`."""
        return self._ask({"as": "svg", "spec": dict(spec)}).decode()

    def png(self, svg: str, *, scale: float = 2.0) -> bytes:
        """Return an SVG as a picture, `scale` pixels for each of its own. Raises `CannotDraw`."""
        return self._ask({"as": "png", "svg": svg, "scale": scale})

    def pdf(self, svg: str) -> bytes:
        """Return an SVG as one page of PDF. Raises `CannotDraw`."""
        return self._ask({"as": "pdf", "svg": svg})

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, asked: dict[str, Any]) -> bytes:
        body = json.dumps(asked).encode()
        with self._lock:
            try:
                process = self._running()
                assert process.stdin is not None  # noqa: S101 - it was started with a pipe
                process.stdin.write(struct.pack(">I", len(body)) + body)
                process.stdin.flush()
                until = time.monotonic() + self._wait_seconds
                flag, length = struct.unpack(">BI", self._read(process, 5, until))
                answer = self._read(process, length, until)
            except (OSError, EOFError, TimeoutError) as problem:
                self._end()
                raise CannotDraw(f"The chart was not drawn: {problem}.") from problem
        if flag:
            raise CannotDraw(f"The chart was not drawn: {answer.decode(errors='replace')}")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            command = [sys.executable, "-m", "moderation.drawing.worker"]
            given = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            given["PYTHONPATH"] = os.pathsep.join(one for one in sys.path if one)
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, env=given, bufsize=0, **pipes)  # noqa: S603 - ourselves
        return self._process

    @staticmethod
    def _read(process: subprocess.Popen[bytes], length: int, until: float) -> bytes:
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        parts: list[bytes] = []
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while length:
                if not ready.select(max(0.0, until - time.monotonic())):
                    raise TimeoutError("it took too long")
                part = os.read(process.stdout.fileno(), min(length, 1 << 16))
                if not part:
                    raise EOFError("the drawing process ended")
                parts.append(part)
                length -= len(part)
        return b"".join(parts)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
