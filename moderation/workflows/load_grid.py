"""Read the channel grid: the shipped one, or a house's own file."""

from __future__ import annotations

from pathlib import Path

import yaml

from listener.errors import SettingsError
from listener.settings.resources import shipped_text
from moderation.model.grid import Grid
from moderation.policy.grid import parse_grid
from moderation.workflows.quick_yaml import read_yaml

SHIPPED = "grid.yaml"


def load_grid(home: Path | None = None, file: str = "") -> Grid:
    """Return the grid of `file` (seen from the home folder), or config/grid.yaml when it is empty. Raises `SettingsError`."""
    return parse_grid(read_grid(home, file), name=file or SHIPPED)


def grid_text(home: Path | None = None, file: str = "") -> str:
    """Return the file as it is written, to copy and change. Raises `SettingsError` when it cannot be read."""
    if not file:
        return shipped_text(SHIPPED)
    try:
        return ((home or Path()) / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"grid.file: {file} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is no text'}."
        ) from error


def read_grid(home: Path | None = None, file: str = "") -> dict[str, object]:
    """Return the grid as the file has it, not checked yet. Raises `SettingsError`."""
    try:
        read = read_yaml(grid_text(home, file))
    except yaml.YAMLError as error:
        raise SettingsError(f"grid.file: {file or SHIPPED} is no YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(read, dict):
        raise SettingsError(f"grid.file: {file or SHIPPED} holds no grid; print the shipped one with `klankbord grid show`.")
    return read
