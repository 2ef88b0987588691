"""Settings as a file that explains itself: each setting under its own sentence, those left at their default commented out."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from listener.settings.accepted import accepted, section_of

WIDTH = 120
HEADING = """\
klankbord.yaml: what Klankbord listens for, and where.
A line that starts with # is a remark, or a setting at its default: take the # away to change it.
Keys and tokens do not belong here: set them as environment variables, or in secrets.env beside this file (chmod 600).
After a change, `klankbord doctor` says whether everything is well."""


def settings_text(schema: type[BaseModel], values: Mapping[str, Any]) -> str:
    """Return a commented YAML file with `values` set and every other setting of `schema` shown at its default.

    `values` is shaped as the file is: sections are mappings, lists of sections are sequences of mappings. Reading the text
    again gives exactly these values.
    """
    lines = [*_remark(HEADING, ""), ""]
    for name, field in schema.model_fields.items():
        lines += [*_setting(name, field, values, indent=""), ""]
    return "\n".join(lines).rstrip() + "\n"


def _setting(name: str, field: FieldInfo, values: Mapping[str, Any], *, indent: str, off: str = "", explain: bool = True) -> list[str]:
    """Return one setting with its sentence. `off` is "#" inside something that is commented out as a whole."""
    inner, given = section_of(field.annotation), values.get(name)
    remarks = _remark(_sentence(field), indent) if explain else []
    if inner is None or isinstance(given, str):  # a query in one line stands for its section
        mark = off or ("" if name in values else "#")
        return [*remarks, f"{indent}{mark}{name}: {_value(given if name in values else _default(field))}".rstrip()]
    if get_origin(field.annotation) is tuple:
        if not given or _mixed(given):  # sections inside sections inside a list: written on one line
            shown = _default(field) if given is None else given
            return [*remarks, f"{indent}{off or ('#' if given is None else '')}{name}: {_value(shown)}"]
        items = [line for place, one in enumerate(given) for line in _item(inner, one, indent=indent + "  ", first=place == 0)]
        return [*remarks, f"{indent}{name}:", *items]
    mark = off or ("" if given is not None or field.default_factory is not None else "#")
    body = [
        line
        for inner_name, inner_field in inner.model_fields.items()
        for line in _setting(inner_name, inner_field, given or {}, indent=indent + "  ", off=mark)
    ]
    return [*remarks, f"{indent}{mark}{name}:", *body]


def _item(section: type[BaseModel], values: Mapping[str, Any], *, indent: str, first: bool) -> list[str]:
    """Return one item of a list of sections; the first shows every setting, the others only what is set."""
    lines: list[str] = []
    for name, field in section.model_fields.items():
        if first or name in values:
            lines += _setting(name, field, values, indent=indent + "  ", explain=first)
    at = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
    lines[at] = f"{indent}- {lines[at].lstrip()}"
    return lines


def _mixed(given: Sequence[Any]) -> bool:
    return any(not isinstance(one, Mapping) for one in given)


def _sentence(field: FieldInfo) -> str:
    """Return what the setting is for; for numbers and choices also what it accepts."""
    inner = section_of(field.annotation)
    sentence = field.description or (inner.__doc__ or "" if inner else "").partition("\n")[0]
    limits = accepted(field).partition(", such as")[0].partition(" (")[0]
    return f"{sentence} Accepts {limits}." if inner is None and ("number" in limits or "one of" in limits) else sentence


def _remark(text: str, indent: str) -> list[str]:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH - len(indent) - 2)]
    return [f"{indent}# {line}" for line in lines]


def _default(field: FieldInfo) -> Any:
    default = field.get_default(call_default_factory=True)
    if isinstance(default, tuple):
        return [one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in default]
    return "" if field.is_required() else default


def _value(value: Any) -> str:
    """Return a value on one line of YAML."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
