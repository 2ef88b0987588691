"""Calls drawn from the API's own description, right ones and wrong ones, and what may come back: for fuzzing without a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

WRONG = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.lists(st.integers(), max_size=2)
)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")), max_size=60)


@dataclass(frozen=True)
class DrawnCall:
    """One call: `template` with `path` filled in, and a body for POST."""

    method: str
    template: str
    path: str
    body: Any = None


def calls(said: Mapping[str, Any], numbers: st.SearchStrategy[int | str]) -> st.SearchStrategy[DrawnCall]:
    """Return calls of every operation; what stands in the path is drawn from `numbers`."""
    operations = sorted((path, method) for path, methods in said["paths"].items() for method in methods)
    return st.sampled_from(operations).flatmap(lambda one: _call(said, one[0], one[1], numbers))


def _call(said: Mapping[str, Any], template: str, method: str, numbers: st.SearchStrategy[int | str]) -> st.SearchStrategy[DrawnCall]:
    operation = said["paths"][template][method]
    parameters = operation.get("parameters", ())
    in_path = {one["name"]: numbers for one in parameters if one["in"] == "path"}
    in_query = {one["name"]: _value(said, one["schema"]) for one in parameters if one["in"] == "query"}
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    def made(path: Mapping[str, Any], query: Mapping[str, Any], body: Any) -> DrawnCall:
        at = template
        for name, value in path.items():
            at = at.replace(f"{{{name}}}", str(value))
        written = urlencode(
            {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items() if value is not None}
        )
        return DrawnCall(method=method.upper(), template=template, path=f"{at}?{written}" if written else at, body=body)

    return st.builds(
        made,
        st.fixed_dictionaries(in_path),
        st.fixed_dictionaries({}, optional=in_query),
        st.none() if schema is None else _body(said, schema),
    )


def _body(said: Mapping[str, Any], schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Return mostly bodies that fit, some with a wrong value or a field too many, and some that are none."""
    whole = _value(said, schema)
    spoiled = st.tuples(whole, st.text(max_size=8), WRONG).map(
        lambda drawn: {**drawn[0], drawn[1]: drawn[2]} if isinstance(drawn[0], dict) else drawn[0]
    )
    named = sorted(_seen(said, schema).get("properties", {"x": {}}))
    wrong = st.tuples(whole, st.sampled_from(named), WRONG).map(
        lambda drawn: {**drawn[0], drawn[1]: drawn[2]} if isinstance(drawn[0], dict) else drawn[0]
    )
    return st.one_of(whole, whole, wrong, spoiled, WRONG)


def _seen(said: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    return said["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _value(said: Mapping[str, Any], given: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that a schema allows."""
    schema = _seen(said, given)
    if "anyOf" in schema:
        return st.one_of(*(_value(said, one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object":
        required = set(schema.get("required", ()))
        fields = {name: _value(said, one) for name, one in schema.get("properties", {}).items()}
        return st.fixed_dictionaries(
            {name: one for name, one in fields.items() if name in required},
            optional={name: one for name, one in fields.items() if name not in required},
        )
    if kind == "array":
        most = min(schema.get("maxItems", 3), 3)
        return st.lists(_value(said, schema["items"]), min_size=schema.get("minItems", 0), max_size=most)
    if kind == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 2**40)
        return st.integers(low, min(low + 5, high)) | st.integers(low, high)
    if kind == "number":
        return st.floats(schema.get("minimum", 0), schema.get("maximum", 1e6), allow_nan=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    return _text(schema)


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.sampled_from(["2026-03-02T10:30:00+01:00", "2026-03-03T00:00:00Z", "1999-12-31T23:59:59Z"])
    if schema.get("format") == "date":
        return st.sampled_from(["2026-03-02", "1999-12-31"])
    if schema.get("pattern") == "^[0-9]{0,18}$":
        return st.sampled_from(["", "0", "1", "50", "9" * 18])
    if schema.get("pattern") == "^[0-9a-f]{64}$":
        return st.sampled_from(["0" * 64, "f" * 64])
    if schema.get("pattern") == "^[0-9a-f]{16}$":
        return st.sampled_from(["0" * 16, "f" * 16])
    if schema.get("pattern") == r"^[0-9]{1,18}\.[0-9]{1,18}$":
        return st.sampled_from(["0.0", "1.1", "9.1"])
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", 60), 60)
    return PLAIN.filter(lambda text: least <= len(text) <= most)
