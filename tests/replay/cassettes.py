"""Reddit's recorded conversations, played back under praw by vcrpy; the recordings stay in their own folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import vcr
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.serialize import deserialize

PLACEHOLDERS = {
    "<TEST_SUBREDDIT>": "klankbordtest",
    "<USERNAME>": "klankbord_dev",
    "<ACCESS_TOKEN>": "a-token",
    "<BASIC_AUTH>": "YTpi",
    "<PASSWORD>": "a-password",
    "<REFRESH_TOKEN>": "a-refresh-token",
}
MATCH_ON = ["method", "scheme", "host", "port", "path", "query"]


class _FilledIn:
    """Loads a recording with its placeholders replaced; saves nothing."""

    @staticmethod
    def load_cassette(cassette_path: str, serializer: Any) -> Any:
        path = Path(cassette_path)
        if not path.is_file():
            raise CassetteNotFoundError
        return deserialize(filled_in(path), serializer)

    @staticmethod
    def save_cassette(cassette_path: str, cassette_dict: Any, serializer: Any) -> None:
        raise AssertionError(f"{cassette_path} is a recording of others and is not written")


def filled_in(path: Path) -> str:
    """Return a recording's text with placeholders replaced by values of ours."""
    text = path.read_text(encoding="utf-8")
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


def there(recording: Path) -> Path:
    """Return a recording that a test is about, or skip the test among recordings that do not hold it."""
    if not recording.exists():
        pytest.skip(f"{recording.name} is not among these recordings")
    return recording


@contextmanager
def played_back(path: Path) -> Iterator[Any]:
    """Answer requests from the recording at `path` until the block ends; a request it does not hold raises.

    Skips the test when there is no such recording.
    """
    there(path)
    recorder = vcr.VCR(serializer="json", record_mode="none", match_on=MATCH_ON)
    recorder.register_persister(_FilledIn)
    with recorder.use_cassette(str(path)) as cassette:
        yield cassette


def answers_in(path: Path) -> list[tuple[str, int, Any]]:
    """Return (address, status, JSON body or None) of each recorded exchange, for recordings that no client of ours can replay."""
    found: list[tuple[str, int, Any]] = []
    for exchange in json.loads(filled_in(there(path)))["interactions"]:
        body = exchange["response"]["body"]["string"]
        try:
            answer = json.loads(body)
        except (TypeError, ValueError):
            answer = None
        found.append((exchange["request"]["uri"], exchange["response"]["status"]["code"], answer))
    return found
