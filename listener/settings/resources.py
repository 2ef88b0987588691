"""The one door to shipped files: templates, lexicons, the example settings, the demo's sentences.

In a wheel they lie in `listener/_shipped/`; in a checkout (or editable install) they are the `config/` folder itself.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped(*parts: str) -> Traversable:
    """Return a shipped file or folder by its path below `config/`, such as `shipped("lexicons", "nl", "praise.txt")`."""
    found: Traversable = files("listener").joinpath("_shipped")
    if not found.is_dir():
        found = Path(__file__).resolve().parents[2] / "config"
    for part in parts:
        found = found.joinpath(part)
    return found


def shipped_text(*parts: str) -> str:
    """Return a shipped file's text (UTF-8)."""
    return shipped(*parts).read_text(encoding="utf-8")
