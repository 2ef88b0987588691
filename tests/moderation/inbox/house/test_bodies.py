"""What a body may hold is what its call knows: nothing more is set, nothing is guessed, and a refusal tells nothing of our insides
(RULES S15, S16)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.inbox.api.app import description
from moderation.inbox.rights import ROUTES
from moderation.model.object_kind import PATH_KINDS, ObjectKind
from moderation.model.person import Role
from tests.fakes.asking import Asking
from tests.fakes.house import OURS, THEIRS, House
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES, ledger_hash
from tests.moderation.inbox.house.paths import filled, parameters
from tests.modules import ROOT

SAID = description()
OWN = ("staff_session", "api_token")
WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**63,
    2**200,
    "",
    "1",
    " 1",
    "x" * 20_000,
    "\x00",
    [],
    [1],
    {},
    {"a": 1},
    "null",
    "0x1",
)
SET_FROM_OUTSIDE = (
    "holder",
    "made_by",
    "author",
    "approved_by",
    "role",
    "scopes",
    "brand",
    "state",
    "case_id",
    "act_id",
    "admin",
    "__class__",
    "id",
)
INSIDES = ("Traceback", ".py", str(ROOT), "site-packages", "sqlite", "sqlalchemy", "SELECT ", "select ", 'File "', "pydantic", "starlette")


def bodies() -> dict[str, dict[str, Any]]:
    """Return the schema of the body of every call that takes one, by its path."""
    found = {}
    for path, methods in SAID["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        if content:
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            found[path] = SAID["components"]["schemas"][name]
    return found


BODIES = bodies()


def example_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a body with what is required, by our own examples of each field."""
    known: dict[str, Any] = {
        "version": 999_999,
        "turn": 999_999,
        "seen": 0,
        "text": "Dag",
        "why": "fout",
        "asked": "team techniek",
        "ending": "no_answer_needed",
        "title": "Nieuw",
        "mark": "pin",
        "quadrant": "automate",
        "issue_id": 10**9,
        "question": "Wat?",
        "answer": "Dat.",
        "shown": "0" * 64,
        "half": "0" * 16,
        "verb": "claim",
        "count": 0,
        "name": "Mijn zicht",
        "up": True,
        "case_ids": [999_999],
        "into": 10**9,
        "there": None,
        "note": "korter",
        "article_act_id": 10**9,
        "case_seen": "0.0",
    }
    return {name: known[name] for name in schema.get("required", ())}


@pytest.fixture(scope="module")
def token(house: House) -> str:
    """A token with every right."""
    return house.token(ROLE_NAMES[Role.ADMIN])


def test_every_body_refuses_what_it_does_not_know() -> None:
    assert len(BODIES) >= 12
    for path, schema in BODIES.items():
        assert schema.get("additionalProperties") is False, path


@pytest.mark.parametrize("path", sorted(BODIES))
def test_nothing_is_set_from_outside_and_no_type_is_guessed(house: House, asking: Asking, token: str, path: str) -> None:
    """Mass assignment, another type for every field, and a missing one: 4xx, and no row changes."""
    schema, at = BODIES[path], filled(path, {kind: by_brand[OURS] for kind, by_brand in house.things.items()})
    good = example_of(schema)
    house.clock.advance(timedelta(hours=1))  # what is counted per person has filled up again
    before = ledger_hash(house.home, leave_out=OWN)
    for name in SET_FROM_OUTSIDE:
        assert asking.call("POST", at, token=token, body={**good, name: 1}).status == 422, name
    for name, field in schema["properties"].items():
        for value in WRONG:
            if _is_fine(field, value):
                continue
            answer = asking.call("POST", at, token=token, body={**good, name: value})
            assert answer.status in (404, 409, 422), (name, str(value)[:40], answer.status)
            if name in schema.get("required", ()):
                assert answer.status == 422, (name, str(value)[:40])
    for name in schema.get("required", ()):
        assert asking.call("POST", at, token=token, body={key: value for key, value in good.items() if key != name}).status == 422
    assert ledger_hash(house.home, leave_out=OWN) == before


def _is_fine(field: dict[str, Any], value: object) -> bool:
    """Tell whether the description itself allows this value: then it is not wrong."""
    allowed = [field, *field.get("anyOf", ())]
    kinds = {one.get("type") for one in allowed}
    if value is None or isinstance(value, bool):
        return ("null" if value is None else "boolean") in kinds
    if isinstance(value, list):
        return "array" in kinds and field.get("minItems", 0) <= len(value)
    if isinstance(value, int):
        return "integer" in kinds and any(one.get("minimum", 0) <= value <= one.get("maximum", 0) for one in allowed)
    plain = isinstance(value, str) and "\x00" not in value
    longest = max((one.get("maxLength", 0) for one in allowed), default=0)
    shortest = min((one.get("minLength", 0) for one in allowed if one.get("type") == "string"), default=0)
    return (
        plain
        and "string" in kinds
        and shortest <= len(str(value)) <= longest
        and not any("format" in one or "enum" in one for one in allowed)
    )


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"version": 1, "version": 2}', 400),  # two readers would take two values
        (b'{"version": NaN}', 400),
        (b'{"version": 1e400}', 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 30_000, 400),
        (b"[1]", 422),
        (b"null", 422),
        (b'"version"', 422),
        (b'{"version": ' + b"9" * 6_000 + b"}", 400),
        (b'{"version": 1}' + b" " * 70_000, 413),
        (b'{"version": "\\ud800"}', 422),
    ],
)
def test_a_body_is_read_once_and_one_way(house: House, asking: Asking, token: str, raw: bytes, status: int) -> None:
    case_id = house.things[ObjectKind.CASE][OURS]
    answer = asking.call("POST", f"/api/v1/cases/{case_id}/claim", token=token, raw=raw)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json["type"].startswith("urn:klankbord:")


def test_a_body_of_another_kind_is_refused(house: House, asking: Asking, token: str) -> None:
    case_id = house.things[ObjectKind.CASE][OURS]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""):
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        assert asking.ask("POST", f"/api/v1/cases/{case_id}/claim", headers=headers, body=b'{"version":1}').status == 415, kind


def test_a_name_after_the_question_mark_is_known_and_comes_once(asking: Asking, token: str) -> None:
    """Parameter pollution: the first or the last, nobody knows; so neither."""
    for query, status in (
        ("limit=5", 200),
        ("limit=5&limit=6", 400),
        ("limits=5", 422),
        ("limit=0", 422),
        ("limit=x", 422),
        ("cursor=-1", 422),
    ):
        assert asking.call("GET", f"/api/v1/issues?{query}", token=token).status == status, query


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_body_at_all_is_answered_without_a_fault_and_changes_nothing_of_the_other_brand(
    house: House, asking: Asking, token: str, data: st.DataObject
) -> None:
    """Random bodies to a random call about the other brand, as somebody of one: always 4xx."""
    path = data.draw(
        st.sampled_from(sorted(path for path in BODIES if set(parameters(path)) & set(PATH_KINDS)))
    )  # others are about nobody's thing
    names = st.sampled_from(sorted(BODIES[path]["properties"])) | st.text(max_size=8)
    body = data.draw(st.dictionaries(names, anything, max_size=4))
    at = filled(path, {kind: by_brand[THEIRS] for kind, by_brand in house.things.items()})
    assert asking.call("POST", at, token=house.token(OURS_ONLY), body=body).status in (400, 404), (path, body)
    assert asking.call("POST", filled(path, 10**9), token=token, body=body).status in (400, 404, 409, 422), (path, body)


def test_fifty_errors_and_more_tell_nothing_of_our_insides(house: House, asking: Asking, token: str) -> None:
    """No trace, path, SQL or token in any body, whatever is asked."""
    wrong = ("-1", "%00%F0%9F%98%80", "1';drop table", "..%2f..%2fetc%2fpasswd{{7*7}}")
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    seen = 0
    for method, template in ROUTES:
        if "{" not in template or "{version}" in template:
            continue
        for one in wrong:
            path = template
            for name in ("case_id", "issue_id", "mention_id", "draft_id", "entry_id", "plan_id", "act_id", "question_id", "article_id"):
                path = path.replace(f"{{{name}}}", one.replace(" ", "%20"))
            if "{" in path.replace("{{7*7}}", ""):
                continue
            if path.startswith("/api/"):
                answer = asking.call(method, path, token=token, body={"version": one} if method == "POST" else None)
            else:
                answer = asking.page(method, path, cookie=cookie, form={"csrf": house.csrf(cookie), "version": one})
            assert 400 <= answer.status < 500, (method, path, answer.status)
            assert not any(inside in answer.text for inside in INSIDES), (method, path)
            assert token not in answer.text
            assert cookie not in answer.text
            seen += 1
    assert seen >= 200


def test_the_description_is_not_for_strangers(asking: Asking, token: str) -> None:
    """No page that documents the routes stands open; with a token it is the description that the command prints."""
    for path in ("/docs", "/redoc", "/openapi.json", "/api", "/api/v1", "/api/v1/docs", "/api/v1/openapi.json"):
        answer = asking.page("GET", path)
        assert answer.status in (302, 401), path
        assert "openapi" not in answer.text
    assert asking.call("GET", "/api/v1/openapi.json", token=token).json == json.loads(json.dumps(SAID))
