"""The gate before every command and press: the server, the person, the right, whose things they are, how often (RULES S23, S25).

Everything is looked up anew at the moment of the press, in our own tables. What Discord shows to whom decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moderation.bot.doors import NAMES, Door, page_of
from moderation.inbox.fields import number_of
from moderation.inbox.limits import PersonLimits
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import Named, sees_all
from moderation.model.person import Person, Right

PersonOf = Callable[[str], Person | None]
"""The colleague behind an account of Discord, by its id; None when nobody linked it."""


class NotAdmitted(Exception):
    """Ends an interaction before anything is done. `key` names the words below `no.` in bot.yaml; `page` is where it is done instead."""

    def __init__(self, key: str, *, page: str = "", **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.page = page
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Who asks, and the pages' parts as this person sees them."""

    person: Person
    parts: StaffParts


class Gate:
    """Lets through what may pass. `guilds` are the servers whose commands are answered; `person_of` may block."""

    def __init__(self, parts: StaffParts, person_of: PersonOf, *, guilds: frozenset[str], limits: PersonLimits) -> None:
        self._parts = parts
        self._person_of = person_of
        self._guilds = guilds
        self._limits = limits

    def admit(self, door: Door, *, user_id: str, guild_id: str, given: Mapping[str, str]) -> Admitted:
        """Return who asks; raises `NotAdmitted`. `given` are options and what a press is about: numbers of things by their names."""
        if guild_id not in self._guilds:
            raise NotAdmitted("guild")
        person = self._person_of(user_id)
        if person is None:
            raise NotAdmitted("nobody")
        if person.disabled:
            raise NotAdmitted("disabled")
        if door.needs is None or not person.may(door.needs):
            raise NotAdmitted("right")
        if person.brands is not None and (door.whole_house or door.needs is Right.ADMINISTER):
            raise NotAdmitted("house")
        if not sees_all(person, self._parts.objects, list(named_in(given))):
            raise NotAdmitted("missing")
        if door.fresh:
            raise NotAdmitted("fresh", page=page_of(door, given))
        if door.limited is not None and (wait := self._limits.wait_seconds(person.name, door.limited)) > 0.0:
            raise NotAdmitted("often", seconds=max(1, round(wait + 0.5)))
        return Admitted(person=person, parts=self._parts.seen_by(person))


def named_in(given: Mapping[str, str]) -> list[Named]:
    """Return the things that are named by number; one that is no number is nobody's to see."""
    return [(NAMES[name], number_of(value)) for name, value in given.items() if name in NAMES and value]
