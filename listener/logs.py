"""Log lines: one JSON object an event, UTC, without message texts, names or secrets (RULES S29)."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

from listener.errors import ProductError
from listener.settings.masking import masked

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One event, one line: CR, LF and control characters of others are escaped by JSON itself (RULES I16)."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "what": record.getMessage(),
        }
        line.update({name: value for name, value in record.__dict__.items() if name not in _STANDARD})
        if record.exc_info:
            line["trace"] = _trace(record.exc_info[1])
        return masked(json.dumps(line, default=str))


def _trace(error: BaseException | None) -> list[str]:
    """Return where an error and its causes came from. Only our own errors' words are kept: a library's may quote a text or a key."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(f"{type(error).__name__}: {error}" if isinstance(error, ProductError) else type(error).__name__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return lines


def start_logging(level: int) -> None:
    """Send log lines to standard error. Libraries that log addresses with their queries are kept at warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "praw", "prawcore", "sentence_transformers", "uvicorn.access", "discord"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
