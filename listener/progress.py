"""Showing long work to a person: a terminal bar, or nothing."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class NoProgress:
    """Shows nothing: for `--json`, tests and work behind a page."""

    def start(self, what: str, total: int | None) -> None: ...
    def advance(self, done: int = 1) -> None: ...
    def finish(self) -> None: ...


class TerminalProgress:
    """A bar on standard error, so that standard output stays clean for pipes; without a terminal, a line at start and at the end."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._what = ""
        self._done = 0

    def start(self, what: str, total: int | None) -> None:
        self.finish()
        self._what, self._done = what, 0
        if not self._console.is_terminal:
            self._console.print(f"{what} …", highlight=False)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console)
        self._bar.start()
        self._task = self._bar.add_task(what, total=total)

    def advance(self, done: int = 1) -> None:
        self._done += done
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, done)

    def finish(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._what:
            self._console.print(f"{self._what}: {self._done} done", highlight=False)
        self._bar, self._task, self._what = None, None, ""
