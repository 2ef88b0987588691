"""Who works here: adding people, their role, brands and teams, keeping somebody out, and how pages look to each."""

from __future__ import annotations

from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ports import Clock
from listener.text.storable import storable
from moderation.ledger.people import Act, PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.model.account import Account, OpenSession, Team, Theme
from moderation.model.person import Role
from moderation.policy.people import person_of

LONGEST_NAME = 80
LONGEST_EMAIL = 254
LONGEST_SIGNATURE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What people choose for themselves."""

    shown: str = ""
    email: str = ""
    language: str = ""
    theme: Theme = Theme.SYSTEM
    signature: str = ""


class ManagePeople:
    """What admins do to colleagues, and colleagues to their own profile. `brands`: those of the settings; others are refused."""

    def __init__(self, people: PeopleLedger, sessions: SessionLedger, clock: Clock, *, brands: tuple[str, ...]) -> None:
        self._people = people
        self._sessions = sessions
        self._clock = clock
        self.brands = brands

    def all(self) -> list[Account]:
        """Return everybody, by name."""
        return self._people.all()

    def get(self, person_id: int) -> Account:
        """Return one colleague. Raises `NotAllowed` when there is none."""
        found = self._people.get(person_id)
        if found is None:
            raise NotAllowed("This colleague is not there.", why="nobody")
        return found

    def named(self, name: str) -> Account:
        """Return the colleague of this name, however it is spelt. Raises `NotAllowed` when there is none."""
        found = self._people.named(name)
        if found is None:
            raise NotAllowed(f"{name!r} is nobody here; `klankbord person list` shows who is.", why="nobody")
        return found

    def add(self, name: str, role: Role, *, by: str, brands: frozenset[str] | None = None, email: str = "") -> Account:
        """Add a colleague, who cannot come in before a link let them choose a password."""
        clean = one_line(name, LONGEST_NAME)
        if not person_of(clean):
            raise NotAllowed("A colleague needs a name.", why="name_needed")
        return self._people.add(clean, role, self._act(by), brands=self._known(brands), email=one_line(email, LONGEST_EMAIL))

    def set_role(self, person_id: int, role: Role, *, by: str) -> None:
        """Give somebody another role, from their next request on."""
        self._people.set_role(person_id, role, self._act(by))

    def set_brands(self, person_id: int, brands: frozenset[str] | None, *, by: str) -> None:
        """Let somebody see these brands only; None: all."""
        self._people.set_brands(person_id, self._known(brands), self._act(by))

    def disable(self, person_id: int, *, by: str) -> None:
        """Keep somebody out at once."""
        self._people.set_disabled(person_id, True, self._act(by))

    def enable(self, person_id: int, *, by: str) -> None:
        """Let somebody in again."""
        self._people.set_disabled(person_id, False, self._act(by))

    def end_sessions(self, person_id: int, *, by: str) -> int:
        """Sign somebody out everywhere; return of how many places."""
        return self._people.end_sessions(person_id, self._act(by))

    def reset_second_step(self, person_id: int, *, by: str) -> None:
        """Forget somebody's second step, for a lost phone; they are signed out and set it up anew where their role asks it."""
        self._people.reset_second_step(person_id, self._act(by))

    def set_profile(self, person_id: int, profile: Profile, *, by: str) -> None:
        """Keep what somebody chose for themselves."""
        self._people.set_profile(
            person_id,
            self._act(by),
            shown=one_line(profile.shown, LONGEST_NAME),
            email=one_line(profile.email, LONGEST_EMAIL),
            language=profile.language,
            theme=profile.theme,
            signature=one_line(profile.signature, LONGEST_SIGNATURE),
        )

    def teams(self) -> list[Team]:
        """Return the teams by name, with their people."""
        return self._people.teams()

    def add_team(self, name: str, *, by: str) -> Team:
        """Make a team."""
        clean = one_line(name, LONGEST_NAME)
        if not person_of(clean):
            raise NotAllowed("A team needs a name.", why="name_needed")
        return self._people.add_team(clean, self._act(by))

    def remove_team(self, team_id: int, *, by: str) -> None:
        """Take a team apart; its people stay."""
        self._people.remove_team(team_id, self._act(by))

    def set_teams(self, person_id: int, team_ids: frozenset[int], *, by: str) -> None:
        """Put somebody in these teams and no others."""
        self._people.set_teams(person_id, team_ids, self._act(by))

    def sessions(self, person_id: int | None = None) -> list[OpenSession]:
        """Return who is signed in: one person's sessions, or all."""
        return self._sessions.sessions(person_id)

    def end_session(self, session_id: int, *, by: str) -> bool:
        """End one session; False when it had ended."""
        return self._sessions.end(session_id, at=self._clock.now(), by=by)

    def _known(self, brands: frozenset[str] | None) -> frozenset[str] | None:
        unknown = sorted((brands or frozenset()) - set(self.brands))
        if unknown:
            there = ", ".join(self.brands) or "none"
            raise NotAllowed(f"There is no brand {unknown[0]!r}; the settings have: {there}.", why="no_brand")
        return brands

    def _act(self, by: str) -> Act:
        return Act(by=by, at=self._clock.now())


def one_line(text: str, most: int) -> str:
    """Return text on one line that every store and screen can hold, cut at `most` characters."""
    return " ".join(storable(text)[0].split())[:most].strip()
