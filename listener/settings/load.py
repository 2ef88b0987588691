"""klankbord.yaml → typed settings. Every mistake is told with its line, its key, and what is accepted there."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from listener.errors import SettingsError
from listener.settings.accepted import accepted, place_in, section_of
from listener.settings.home import SETTINGS_NAME
from listener.settings.leaks import refuse_secrets
from listener.settings.yaml_lines import YamlLines, dotted

S = TypeVar("S", bound=BaseModel)
MOST_MISTAKES = 12
MOST_SHOWN = 60


def settings_file(home: Path) -> Path:
    """Return where a home's settings lie; need not exist."""
    return home / SETTINGS_NAME


def load_settings(home: Path, schema: type[S]) -> S:
    """Read `klankbord.yaml` of `home`; a home without that file has every setting at its default.

    Raises `SettingsError` that lists up to twelve mistakes, each with file, line, key and an accepted value; a value that
    looks like a secret is refused unseen, with the environment variable to use instead.
    """
    file = settings_file(home)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return schema.model_validate({})
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}. Run: chmod 600 {file}") from error
    return read_settings(text, schema, file=file)


def read_settings(text: str, schema: type[S], *, file: Path) -> S:
    """Read settings from YAML text; `file` is only named in errors. Raises `SettingsError` as `load_settings` does."""
    lines = YamlLines(text, file=file)
    values = {} if lines.values is None else lines.values
    if not isinstance(values, dict):
        raise SettingsError(f"{file}, line 1: write settings as `key: value`, such as `timezone: Europe/Amsterdam`")
    refuse_secrets(lines, schema, file=file)
    try:
        return schema.model_validate(_without_empty(values, schema))
    except ValidationError as error:
        raise SettingsError(_told(error, lines, schema, file)) from error


def _without_empty(values: dict[str, Any], schema: type[BaseModel]) -> dict[str, Any]:
    """Leave out keys that have no value (`digest:` with everything under it commented out): they mean the default."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        field = schema.model_fields.get(key)
        inner = section_of(field.annotation) if field else None
        if value is None and field is not None:
            continue
        if isinstance(value, dict) and inner is not None:
            kept[key] = _without_empty(value, inner)
        elif isinstance(value, list) and inner is not None:
            kept[key] = [_without_empty(one, inner) if isinstance(one, dict) else one for one in value]
        else:
            kept[key] = value
    return kept


def _told(error: ValidationError, lines: YamlLines, schema: type[BaseModel], file: Path) -> str:
    found = [(_path(detail, lines), detail) for detail in error.errors(include_url=False)]
    paths = [path for path, _ in found]
    mistakes: dict[tuple[str | int, ...], tuple[int, str]] = {}
    for path, detail in found:
        # a value that may be of several types fails once for each: the mistake that lies deepest is the one meant
        if path in mistakes or any(len(other) > len(path) and other[: len(path)] == path for other in paths):
            continue
        line = lines.line(path)
        mistakes[path] = (line, f"{file}, line {line}: {dotted(path)} {_sentence(detail, path, schema)}")
    told = [sentence for _, sentence in sorted(mistakes.values())]
    more = [f"… and {len(told) - MOST_MISTAKES} more"] if len(told) > MOST_MISTAKES else []
    return "\n".join(told[:MOST_MISTAKES] + more)


def _path(detail: ErrorDetails, lines: YamlLines) -> tuple[str | int, ...]:
    path = lines.real_path(detail["loc"])
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _sentence(detail: ErrorDetails, path: tuple[str | int, ...], schema: type[BaseModel]) -> str:
    section, field = place_in(schema, path)
    if detail["type"] == "extra_forbidden":
        return "is not a setting; " + _near(str(path[-1]), section)
    if detail["type"] == "missing":
        return f"is missing; write {accepted(field)}" if field else "is missing"
    why = str(detail["ctx"]["error"]) if "error" in detail.get("ctx", {}) else ""
    wanted = why or (f"write {accepted(field)}" if field else detail["msg"])
    return f"cannot be {_shown(detail['input'])}; {wanted}"


def _near(name: str, section: type[BaseModel] | None) -> str:
    known = list(section.model_fields) if section else []
    close = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list | tuple):
        return "a list"
    text = "empty" if value is None else repr(value)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
