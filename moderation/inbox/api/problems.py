"""How the API says no: problem+json (RFC 9457) with a key, a plain sentence and nothing of our insides (RULES S16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from listener.errors import ActionError, AlreadyClaimed
from moderation.workflows.edit_issues import SHARED

PREFIX = "/api/v1"
MOST_ERRORS = 20
MEDIA = "application/problem+json"

TITLES: Mapping[str, str] = {
    "host": "This address is answered under another name.",
    "method": "This address does not take that method.",
    "token": "A valid token is needed: send it as 'Authorization: Bearer klankbord_…'.",
    "right": "This token or role does not hold the right that this needs.",
    "house": "This is about every brand at once, and this person works for some.",
    "shared": "Customers of another brand speak of this too; it takes somebody who works for all of them.",
    "many": "Reading on past a thousand people is for administrators, and is written down.",
    "missing": "There is no such thing, or it is not yours to see.",
    "kind": "Send JSON, as Content-Type: application/json.",
    "size": "The body is too large.",
    "unread": "The body or the query cannot be read: JSON in UTF-8, and no name twice.",
    "fields": "Something in the request is missing, too much or of the wrong kind; see errors.",
    "claimed": "Somebody else was first, or it changed; read it again.",
    "refused": "This cannot be done now.",
    "often": "Too many requests of this kind; try again after the seconds in Retry-After.",
    "store": "The store cannot be reached now.",
    "failed": "Something went wrong here; give the number when you report it.",
}


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="Where, such as 'body.version'.")
    what: str = Field(description="What is wrong, in English.")


class Problem(BaseModel):
    """Why something was not done."""

    type: str = Field(description="A key that stays the same, as urn:klankbord:KEY.")
    title: str = Field(description="What the key means, in English.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field("", description="What happened in this case, and what to do.")
    errors: list[FieldError] = Field(default_factory=list, description="Which fields are wrong, when it is about fields.")
    holder: str = Field("", description="Who holds the case, when it is about that.")
    number: str = Field("", description="The number under which the log has it, when something went wrong here.")


def is_call(scope: Scope) -> bool:
    """Tell whether a request is for the API."""
    path = str(scope["path"])
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def problem(
    status: int,
    reason: str,
    *,
    detail: str = "",
    errors: Sequence[FieldError] = (),
    holder: str = "",
    number: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that says why something was not done."""
    title = TITLES.get(reason, TITLES["refused"])
    body = Problem(
        type=f"urn:klankbord:{reason}", title=title, status=status, detail=detail, errors=list(errors), holder=holder, number=number
    )
    return JSONResponse(body.model_dump(exclude_defaults=True), status_code=status, media_type=MEDIA, headers=dict(headers or {}))


def refusal(scope: Scope, status: int, reason: str) -> Response:
    """Return the answer to a call that the gate refused, or that failed."""
    state = scope.get("state", {})
    headers = {401: {"www-authenticate": "Bearer"}, 405: {"allow": "GET, POST"}, 429: {"retry-after": str(state.get("retry_after", 1))}}
    return problem(status, reason, number=str(state.get("number", "")), headers=headers.get(status))


def not_done(error: ActionError) -> Response:
    """Return the answer to a call whose act could not be done: our own words, and who holds the case when that is why."""
    if isinstance(error, AlreadyClaimed):
        return problem(409, "claimed", detail=str(error), holder=str(error.fields.get("holder", "")))
    return problem(status_of(error), "shared" if error.key == SHARED else "refused", detail=str(error))


def status_of(error: ActionError) -> int:
    """Return how an act that was not done is answered: 403 where it takes somebody else, 409 where it may do at another moment."""
    return 403 if error.key == SHARED else 409


def wrong_fields(error: RequestValidationError) -> Response:
    """Return the answer to a call with wrong fields: where, and what was expected; never what was sent."""
    found = [FieldError(where=".".join(str(part) for part in one["loc"])[:200], what=str(one["msg"])[:300]) for one in error.errors()]
    unread = any(one.where.startswith("body") and one.what.startswith("JSON decode") for one in found)
    return problem(400, "unread") if unread else problem(422, "fields", errors=found[:MOST_ERRORS])


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of the problems that a call may answer with: these, and those that any call may."""
    said = {
        400: "The query or the body cannot be read, or the host is not ours.",
        401: "No token, or one that does not work (any more).",
        403: "The role or the token does not hold the right, or this is about every brand.",
        404: "No such thing, or not yours to see.",
        409: "It changed, somebody else holds it, or it may not be done now.",
        413: "The body is too large.",
        415: "The body is no JSON.",
        422: "A field is missing, too much or of the wrong kind.",
        429: "Too many of this kind; Retry-After says how many seconds to wait.",
        500: "Something went wrong here.",
        503: "The store cannot be reached now.",
    }
    chosen = sorted({400, 401, 403, 422, 500, 503, *statuses})
    return {status: {"model": Problem, "description": said[status], "content": {MEDIA: {}}} for status in chosen}


CHANGES = answers(404, 409, 413, 415)
"""What a call may answer that changes one thing."""
