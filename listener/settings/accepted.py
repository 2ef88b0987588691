"""What a setting accepts, said in words a person can type: for error messages and for the documentation of settings."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def accepted(field: FieldInfo) -> str:
    """Return one phrase about the values of a field, such as 'a whole number from 0 to 23, such as 9'."""
    example = _example(field)
    return _kind(field.annotation) + _range(field) + (example or f" ({field.description})" if field.description else example)


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section class inside an annotation (`Section`, `tuple[Section, ...]`, `Section | None`), if there is one."""
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def place_in(schema: type[BaseModel], path: tuple[str | int, ...]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Return the section that the last step of `path` belongs to, and that step's field when it has one."""
    section: type[BaseModel] | None = schema
    field: FieldInfo | None = None
    owner = section
    for step in path:
        if isinstance(step, int):
            continue
        owner = section
        field = owner.model_fields.get(step) if owner else None
        section = section_of(field.annotation) if field else None
    return owner, field


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _kind(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _kind(arguments[0])
    if origin is Literal:
        return "one of " + ", ".join(str(one) for one in arguments)
    if origin is tuple:
        return f"a list of {_kind(arguments[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(one) for one in arguments if one is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"a section with {', '.join(annotation.model_fields)}"
    return {bool: "true or false", int: "a whole number", float: "a number", str: "text"}.get(annotation, "a value")


def _range(field: FieldInfo) -> str:
    limits: dict[str, Any] = {}
    for one in (*field.metadata, *_inner_metadata(field.annotation)):
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern"):
            if getattr(one, name, None) is not None:
                limits[name] = getattr(one, name)
    low, high = "", ""
    if "gt" in limits:
        low = f" above {_number(limits['gt'])}"
    elif "ge" in limits:
        low = f" from {_number(limits['ge'])}"
    if "lt" in limits:
        high = (" and" if low else "") + f" below {_number(limits['lt'])}"
    elif "le" in limits:
        high = (" to" if "ge" in limits else " and at most" if low else " of at most") + f" {_number(limits['le'])}"
    size = ", not empty" if limits.get("min_length") else ""
    form = f" of the form {limits['pattern']}" if "pattern" in limits else ""
    return low + high + size + form


def _inner_metadata(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is not typing.Annotated:
        return ()
    found: list[Any] = []
    for one in get_args(annotation)[1:]:
        found.extend(one.metadata if isinstance(one, FieldInfo) else [one])
    return tuple(found)


def _example(field: FieldInfo) -> str:
    if field.is_required() or field.default_factory is not None or field.default in ((), "", None):
        return ""
    value = field.default
    if isinstance(value, bool) or get_origin(field.annotation) is Literal:
        return f" (normally {str(value).lower()})"
    shown = "[" + ", ".join(map(str, value)) + "]" if isinstance(value, tuple) else _number(value)
    return f", such as {shown}"


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
