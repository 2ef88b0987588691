"""Log lines: one JSON object an event, UTC, without message texts, names or secrets (RULES S29)."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"(?i)(bearer\s+|token=|secret=|password=|/api/webhooks/\d+/)[^\s\"'&]+")


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
            line["trace"] = self.formatException(record.exc_info)
        return _SECRET.sub(r"\1•••", json.dumps(line, default=str))


def start_logging(level: int) -> None:
    """Send log lines to standard error. Libraries that log addresses with their queries are kept at warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "praw", "prawcore", "sentence_transformers", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
