"""An app whose pages each read one unchanging state: a page asks many small things, and all of them are from the same moment."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from fastapi import FastAPI

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
OneState = Callable[[], AbstractContextManager[None]]


class OneStateApp(FastAPI):
    """`one_state()` surrounds every GET that runs in a thread, from its first question to its last; what changes things is left alone."""

    def __init__(self, *given: Any, one_state: OneState = nullcontext, **named: Any) -> None:
        super().__init__(*given, **named)
        self._one_state = one_state

    def get(self, path: str, **named: Any) -> Callable[[Endpoint], Endpoint]:
        """Add a GET as FastAPI does, reading one state."""
        add = super().get(path, **named)

        def added(endpoint: Endpoint) -> Endpoint:
            add(endpoint if inspect.iscoroutinefunction(endpoint) else self._in_one_state(endpoint))
            return endpoint

        return added

    def _in_one_state(self, endpoint: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(endpoint)
        def reads(*given: Any, **named: Any) -> Any:
            with self._one_state():
                return endpoint(*given, **named)

        return reads
