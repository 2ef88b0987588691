"""People in the ledger: who works here, in which role, for which brands and teams. Every change is noted in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update

from listener.errors import NotAllowed
from listener.ledger.transactions import once_per_reading, reading, writing
from moderation.ledger.audit import note
from moderation.ledger.people_rows import account_called, accounts_of, people_query
from moderation.ledger.sessions import end_sessions_of
from moderation.ledger.tables_people import known_device, person, recovery_code, team, team_member
from moderation.ledger.ways_in import end_tokens_of
from moderation.model.account import Account, Team, Theme
from moderation.model.person import Role
from moderation.policy.people import person_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something to a colleague, and when."""

    by: str
    at: datetime


class PeopleLedger:
    """Colleagues and their teams. There is always an admin: the last one can be neither demoted nor disabled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Account]:
        """Return everybody, by name; those who are disabled too."""

        def ask() -> tuple[Account, ...]:
            with reading(self._engine) as tx:
                return tuple(accounts_of(tx, people_query().order_by(person.c.name_key)))

        return list(once_per_reading(self._engine, "people", ask))

    def get(self, person_id: int) -> Account | None:
        """Return one colleague."""
        with reading(self._engine) as tx:
            return _one(tx, person_id)

    def named(self, name: str) -> Account | None:
        """Return the colleague of this name, however it is spelt."""
        with reading(self._engine) as tx:
            return account_called(tx, name)

    def by_email(self, email: str) -> Account | None:
        """Return the one colleague with this address; None when nobody has it, or two do."""
        with reading(self._engine) as tx:
            found = accounts_of(tx, people_query().where(func.lower(person.c.email) == email.lower(), person.c.email != ""))
        return found[0] if len(found) == 1 else None

    def add(self, name: str, role: Role, act: Act, *, brands: frozenset[str] | None = None, shown: str = "", email: str = "") -> Account:
        """Add a colleague without a password. Raises `NotAllowed` when somebody has this name already, in any spelling."""
        values = {
            "name": name,
            "name_key": person_of(name),
            "shown": shown,
            "email": email,
            "role": role.value,
            "brands": _brands(brands),
            "made_at": act.at,
        }
        with writing(self._engine) as tx:
            if tx.execute(select(exists().where(person.c.name_key == person_of(name)))).scalar():
                raise NotAllowed(f"Somebody is called {name!r} already; take another name.", why="name_taken")
            person_id = int(tx.execute(insert(person).values(values).returning(person.c.person_id)).scalar_one())
            _note(tx, person_id, "add_person", act, {"name": name, "role": role.value, "brands": _brands(brands)})
            return _there(tx, person_id)

    def set_role(self, person_id: int, role: Role, act: Act) -> None:
        """Give somebody another role; it counts from their next request on. Raises `NotAllowed` for the last admin."""
        with writing(self._engine) as tx:
            was = _there(tx, person_id)
            if was.person.role is role:
                return
            _keep_an_admin(tx, was, stays=role is Role.ADMIN)
            _set(tx, person_id, role=role.value)
            _note(tx, person_id, "change_role", act, {"was": was.person.role.value, "role": role.value})

    def set_brands(self, person_id: int, brands: frozenset[str] | None, act: Act) -> None:
        """Let somebody see these brands only; None: all, also later ones."""
        with writing(self._engine) as tx:
            was = _there(tx, person_id).person.brands
            _set(tx, person_id, brands=_brands(brands))
            _note(tx, person_id, "change_brands", act, {"was": _brands(was), "brands": _brands(brands)})

    def set_disabled(self, person_id: int, disabled: bool, act: Act) -> None:
        """Keep somebody out, ending their sessions and tokens at once, or let them in again. Raises `NotAllowed` for the last admin."""
        with writing(self._engine) as tx:
            was = _there(tx, person_id)
            if was.person.disabled is disabled:
                return
            _keep_an_admin(tx, was, stays=not disabled)
            _set(tx, person_id, disabled=disabled)
            _note(tx, person_id, "disable_person" if disabled else "enable_person", act, {})
            if disabled:
                _shut_out(tx, person_id, act, why="disable_person")

    def set_profile(self, person_id: int, act: Act, *, shown: str, email: str, language: str, theme: Theme, signature: str) -> None:
        """Change how somebody is shown and how pages look to them."""
        values = {"shown": shown, "email": email, "language": language, "theme": theme.value, "signature": signature}
        with writing(self._engine) as tx:
            was = _there(tx, person_id)
            _set(tx, person_id, **values)
            changed = {name for name, now in values.items() if now != _profile(was)[name]}
            if changed:
                _note(tx, person_id, "change_profile", act, {"changed": sorted(changed)})

    def set_password(self, person_id: int, password_hash: str, act: Act, *, keep_session: int = 0) -> None:
        """Keep a new password; every session of theirs but `keep_session` and every token ends, their links and known devices are void."""
        with writing(self._engine) as tx:
            _set(tx, person_id, password_hash=password_hash)
            tx.execute(delete(known_device).where(known_device.c.person_id == person_id))
            _note(tx, person_id, "set_password", act, {})
            _shut_out(tx, person_id, act, why="set_password", keep_session=keep_session)

    def end_sessions(self, person_id: int, act: Act) -> int:
        """End all sessions of one person and void their links; return how many there were."""
        with writing(self._engine) as tx:
            return end_sessions_of(tx, person_id, at=act.at, by=act.by)

    def set_second_step(self, person_id: int, locked: str, codes: tuple[str, ...], act: Act, *, used: int) -> None:
        """Keep what codes are made from, encrypted, and digests of new recovery codes; `used`: the half minute of the code just shown."""
        with writing(self._engine) as tx:
            _set(tx, person_id, step_secret=locked, step_used=used)
            _keep_codes(tx, person_id, codes)
            _note(tx, person_id, "set_second_step", act, {})

    def set_recovery_codes(self, person_id: int, codes: tuple[str, ...], act: Act) -> None:
        """Put new recovery codes in the place of the old ones."""
        with writing(self._engine) as tx:
            _keep_codes(tx, person_id, codes)
            _note(tx, person_id, "new_recovery_codes", act, {})

    def reset_second_step(self, person_id: int, act: Act, *, keep_session: int = 0) -> None:
        """Forget somebody's second step and recovery codes; their other sessions and their tokens end."""
        with writing(self._engine) as tx:
            _set(tx, person_id, step_secret="", step_used=0)
            _keep_codes(tx, person_id, ())
            _note(tx, person_id, "reset_second_step", act, {})
            _shut_out(tx, person_id, act, why="reset_second_step", keep_session=keep_session)

    def use_step(self, person_id: int, step: int) -> bool:
        """Note that the code of this half minute was used; False when it, or a later one, was used before: of two at once one is right."""
        later = (person.c.person_id == person_id) & (person.c.step_used < step)
        with writing(self._engine) as tx:
            return tx.execute(update(person).where(later).values(step_used=step)).rowcount == 1

    def use_recovery_code(self, person_id: int, digest: str, act: Act) -> bool:
        """Use a recovery code up; False when there is none like it."""
        with writing(self._engine) as tx:
            theirs = (recovery_code.c.person_id == person_id) & (recovery_code.c.digest == digest)
            used = tx.execute(delete(recovery_code).where(theirs)).rowcount == 1
            if used:
                _note(tx, person_id, "use_recovery_code", act, {})
        return used

    def recovery_codes_left(self, person_id: int) -> int:
        """Return how many recovery codes somebody has not used."""
        with reading(self._engine) as tx:
            return int(tx.execute(select(func.count()).where(recovery_code.c.person_id == person_id)).scalar_one())

    def note_failed(self, person_id: int | None, act: Act, *, how: str) -> None:
        """Note a failed sign-in. Of a name that is nobody's, nothing is kept: it may be a password typed in the wrong field."""
        with writing(self._engine) as tx:
            subject = "colleague:none" if person_id is None else f"colleague:{person_id}"
            note(tx, at=act.at, who=act.by, verb="sign_in_failed", subject=subject, detail={"how": how})

    def teams(self) -> list[Team]:
        """Return the teams by name, with their people."""
        people = (
            select(team_member.c.team_id, person.c.name)
            .join_from(team_member, person, person.c.person_id == team_member.c.person_id)
            .order_by(person.c.name_key)
        )
        with reading(self._engine) as tx:
            members: dict[int, list[str]] = {}
            for row in tx.execute(people):
                members.setdefault(row.team_id, []).append(row.name)
            return [
                Team(team_id=row.team_id, name=row.name, members=tuple(members.get(row.team_id, ())))
                for row in tx.execute(select(team).order_by(team.c.name_key))
            ]

    def add_team(self, name: str, act: Act) -> Team:
        """Make a team. Raises `NotAllowed` when there is one of this name."""
        with writing(self._engine) as tx:
            if tx.execute(select(exists().where(team.c.name_key == person_of(name)))).scalar():
                raise NotAllowed(f"There is a team {name!r} already.", why="team_taken")
            values = {"name": name, "name_key": person_of(name)}
            team_id = int(tx.execute(insert(team).values(values).returning(team.c.team_id)).scalar_one())
            note(tx, at=act.at, who=act.by, verb="add_team", subject=f"team:{team_id}", detail={"name": name})
        return Team(team_id=team_id, name=name)

    def remove_team(self, team_id: int, act: Act) -> bool:
        """Take a team apart; its people stay. False when there is none."""
        with writing(self._engine) as tx:
            tx.execute(delete(team_member).where(team_member.c.team_id == team_id))
            gone = tx.execute(delete(team).where(team.c.team_id == team_id)).rowcount == 1
            if gone:
                note(tx, at=act.at, who=act.by, verb="remove_team", subject=f"team:{team_id}", detail={})
        return gone

    def set_teams(self, person_id: int, team_ids: frozenset[int], act: Act) -> None:
        """Put somebody in these teams and no others; a team that is gone is left out."""
        with writing(self._engine) as tx:
            there = set(tx.execute(select(team.c.team_id).where(team.c.team_id.in_(list(team_ids)))).scalars())
            tx.execute(delete(team_member).where(team_member.c.person_id == person_id))
            if there:
                tx.execute(insert(team_member), [{"team_id": team_id, "person_id": person_id} for team_id in sorted(there)])
            _note(tx, person_id, "change_teams", act, {"teams": sorted(there)})


def _one(tx: Connection, person_id: int) -> Account | None:
    return next(iter(accounts_of(tx, people_query().where(person.c.person_id == person_id))), None)


def _there(tx: Connection, person_id: int) -> Account:
    found = _one(tx, person_id)
    if found is None:
        raise NotAllowed("This colleague is not there.", why="nobody")
    return found


def _keep_an_admin(tx: Connection, was: Account, *, stays: bool) -> None:
    """Raise `NotAllowed` when nobody could administer any more."""
    if stays or was.person.role is not Role.ADMIN or was.person.disabled:
        return
    others = (person.c.role == Role.ADMIN.value) & person.c.disabled.is_(False) & (person.c.person_id != was.person_id)
    if not tx.execute(select(exists().where(others))).scalar():
        raise NotAllowed(f"{was.person.name} is the only admin; make somebody else one first.", why="last_admin")


def _shut_out(tx: Connection, person_id: int, act: Act, *, why: str, keep_session: int = 0) -> None:
    """End all that let somebody in before `why`: whoever learned an old password may have made a token with it, or opened a session."""
    end_sessions_of(tx, person_id, at=act.at, by=act.by, keep=keep_session)
    end_tokens_of(tx, person_id, at=act.at, by=act.by, why=why)


def _set(tx: Connection, person_id: int, **values: object) -> None:
    tx.execute(update(person).where(person.c.person_id == person_id).values(**values))


def _keep_codes(tx: Connection, person_id: int, digests: tuple[str, ...]) -> None:
    tx.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    if digests:
        tx.execute(insert(recovery_code), [{"digest": digest, "person_id": person_id} for digest in digests])


def _note(tx: Connection, person_id: int, verb: str, act: Act, detail: Mapping[str, Any]) -> None:
    note(tx, at=act.at, who=act.by, verb=verb, subject=f"colleague:{person_id}", detail=detail)


def _brands(brands: frozenset[str] | None) -> list[str] | None:
    return None if brands is None else sorted(brands)


def _profile(account: Account) -> dict[str, str]:
    who = account.person
    return {
        "shown": who.shown,
        "email": account.email,
        "language": who.language,
        "theme": account.theme.value,
        "signature": account.signature,
    }
