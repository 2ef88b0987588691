"""What a known person may ask for: the route's right, whole-house routes, whose the things are that they name, and how often."""

from __future__ import annotations

import math
from collections.abc import Iterable

from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from moderation.inbox.edge import Refused
from moderation.inbox.limits import LIMITED_ROUTES, MOST_PERSONS, PersonLimits, reached
from moderation.inbox.matching import Found
from moderation.inbox.rights import OPEN, WHOLE_HOUSE, needed_for
from moderation.inbox.scope import PRIVATE_WANTS, Noted, ObjectBrands, named_objects, nowhere, sees_all
from moderation.model.person import Person, Right


class Admission:
    """The same questions for pages and for the API, asked before any handler."""

    def __init__(self, *, objects: ObjectBrands | None, limits: PersonLimits, noted: Noted = nowhere) -> None:
        self._objects = objects
        self._limits = limits
        self._noted = noted

    def check_right(self, person: Person, method: str, found: Found) -> None:
        """Refuse what the table does not let this person do; what it does not name does not exist."""
        if found.other_method:
            raise Refused(405, "method")
        needed = needed_for(method, found.template)
        if needed is None:
            raise Refused(404, "missing")
        if needed != OPEN and not person.may(needed):
            raise Refused(403, "right")
        if person.brands is not None and (needed is Right.ADMINISTER or (method, found.template) in WHOLE_HOUSE):
            raise Refused(403, "house")

    async def check_objects(self, person: Person, found: Found, fields: Iterable[tuple[str, str]]) -> None:
        """Refuse what this person may not see, exactly as what does not exist. Somebody who answers for every brand is not asked."""
        if person.brands is None and person.may(PRIVATE_WANTS):
            return
        if not await run_in_threadpool(sees_all, person, self._objects, list(named_objects(found.given, fields))):
            raise Refused(404, "missing")

    async def check_depth(self, person: Person, method: str, found: Found, fields: Iterable[tuple[str, str]]) -> None:
        """Refuse reading on past a thousand people to all but administrators, and note that they did (RULES S14)."""
        persons = reached((method, found.template), fields)
        if persons <= MOST_PERSONS:
            return
        if not person.may(Right.ADMINISTER):
            raise Refused(403, "many")
        await run_in_threadpool(self._noted, person, found.template, persons)

    def count(self, scope: Scope, person: Person, method: str, found: Found) -> None:
        """Refuse what somebody asks for too often, and leave on the request's state how many seconds to wait."""
        what = LIMITED_ROUTES.get((method, found.template))
        if what is None:
            return
        wait = self._limits.wait_seconds(person.name, what)
        if wait > 0.0:
            scope["state"]["retry_after"] = max(1, math.ceil(wait))
            raise Refused(429, "often")
