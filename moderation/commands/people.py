"""Commands about who works here: person and team. Whoever may run them holds the machine, and is trusted with everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from listener.clock import SystemClock
from listener.commands.place import Place, by_option, json_option, pass_place, print_json, print_line, print_table
from listener.control import ask
from listener.errors import InputError, StoreLocked
from moderation.inbox.sign_in import INVITE_LASTS, LINK_LASTS
from moderation.model.account import Account, Purpose
from moderation.model.person import Role
from moderation.people_desk import PeopleDesk, people_desk

_ROLES = click.Choice([role.value for role in Role])


@contextmanager
def people_of(place: Place) -> Iterator[PeopleDesk]:
    """Open who works here; safe beside the running service."""
    settings = place.settings_or_default
    with place.ledger() as ledger:
        yield people_desk(place.home, ledger, SystemClock(), brands=tuple(brand.name for brand in settings.brands))


def unsafe(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--yes` to a verb that takes something away from a colleague; `exactly` asks their name as it is kept (RULES S34)."""
    return click.option("--yes", is_flag=True, help="Needed, with the name exactly as `person list` shows it.")(command)


def exactly(desk: PeopleDesk, name: str, *, yes: bool, what: str) -> Account:
    """Return the colleague of exactly this name. Raises `InputError` without --yes or for another spelling."""
    account = desk.manage.named(name)
    if not yes or name != account.person.name:
        raise InputError(f"{what} Write it with --yes and the name as it is kept: {account.person.name}")
    return account


@click.group("person")
def person_group() -> None:
    """Who works here: add colleagues, change their role, keep them out. The first admin is made here; there is no default account."""


@person_group.command("list")
@json_option
@pass_place
def person_list(place: Place, as_json: bool) -> None:
    """List everybody with role, brands and teams."""
    with people_of(place) as desk:
        rows = [_row(desk, account) for account in desk.manage.all()]
    if as_json:
        print_json(rows)
        return
    columns = {name: name.replace("_", " ") for name in ("name", "role", "brands", "teams", "second_step", "state", "signed_in")}
    print_table(columns, rows, empty="Nobody works here yet; `klankbord person add NAME --role admin` makes the first one.")


@person_group.command("add")
@click.argument("name")
@click.option("--role", type=_ROLES, default=Role.AGENT.value, show_default=True, help="What they may do.")
@click.option("--brand", "brands", multiple=True, help="Only this brand of the settings; may be given again. Every brand without it.")
@click.option("--email", default="", help="Address by which another service knows them, for signing in there.")
@by_option
@json_option
@pass_place
def person_add(place: Place, name: str, role: str, brands: tuple[str, ...], email: str, by: str, as_json: bool) -> None:
    """Add a colleague and print a link with which they choose a password."""
    with people_of(place) as desk:
        account = desk.manage.add(name, Role(role), by=by, brands=frozenset(brands) or None, email=email)
        link = link_for(place, desk, account, Purpose.PASSWORD, by=by)
    if as_json:
        print_json({"name": account.person.name, "role": role, "link": link})
        return
    print_line(f"{account.person.name} is added as {role}. A password is chosen with this link, once, within 24 hours:")
    print_line(link)


@person_group.command("role")
@click.argument("name")
@click.argument("role", type=_ROLES)
@unsafe
@by_option
@pass_place
def person_role(place: Place, name: str, role: str, yes: bool, by: str) -> None:
    """Give NAME another ROLE, from their next request on."""
    with people_of(place) as desk:
        account = exactly(desk, name, yes=yes, what=f"This changes what they may do to {role}.")
        desk.manage.set_role(account.person_id, Role(role), by=by)
    print_line(f"{account.person.name} is {role} now.")


@person_group.command("brands")
@click.argument("name")
@click.option("--brand", "brands", multiple=True, help="A brand of the settings; may be given again.")
@click.option("--all", "every", is_flag=True, help="Every brand, also those added later.")
@by_option
@pass_place
def person_brands(place: Place, name: str, brands: tuple[str, ...], every: bool, by: str) -> None:
    """Let NAME see these brands only, or all."""
    if bool(brands) == every:
        raise InputError("Name brands with --brand, or give --all.")
    with people_of(place) as desk:
        account = desk.manage.named(name)
        desk.manage.set_brands(account.person_id, None if every else frozenset(brands), by=by)
    print_line(f"{account.person.name} sees {'every brand' if every else ', '.join(sorted(brands))}.")


@person_group.command("disable")
@click.argument("name")
@unsafe
@by_option
@pass_place
def person_disable(place: Place, name: str, yes: bool, by: str) -> None:
    """Keep NAME out: signed out everywhere at once."""
    with people_of(place) as desk:
        account = exactly(desk, name, yes=yes, what="This signs them out everywhere and keeps them out.")
        desk.manage.disable(account.person_id, by=by)
    print_line(f"{account.person.name} may not sign in any more.")


@person_group.command("enable")
@click.argument("name")
@by_option
@pass_place
def person_enable(place: Place, name: str, by: str) -> None:
    """Let NAME in again."""
    with people_of(place) as desk:
        account = desk.manage.named(name)
        desk.manage.enable(account.person_id, by=by)
    print_line(f"{account.person.name} may sign in again.")


@person_group.command("link")
@click.argument("name")
@by_option
@pass_place
def person_link(place: Place, name: str, by: str) -> None:
    """Print a link with which NAME chooses a new password."""
    with people_of(place) as desk:
        link = link_for(place, desk, desk.manage.named(name), Purpose.PASSWORD, by=by)
    print_line(f"Works once, within {INVITE_LASTS.total_seconds() / 3600:.0f} hours:")
    print_line(link)


@person_group.command("discord")
@click.argument("name")
@click.option("--id", "discord_id", default="", help="Link this account at once, by its id at Discord, without a code.")
@click.option("--unlink", is_flag=True, help="Forget the account instead.")
@by_option
@pass_place
def person_discord(place: Place, name: str, discord_id: str, unlink: bool, by: str) -> None:
    """Print a code that makes an account at Discord NAME's: typed there with /link, once, within a quarter of an hour."""
    if discord_id and unlink:
        raise InputError("Give --id or --unlink, not both.")
    with people_of(place) as desk:
        account = desk.manage.named(name)
        who = account.person.name
        if unlink:
            gone = desk.discord.unlink(account.person_id, by=by)
            print_line(f"{who} has no account at Discord any more." if gone else f"{who} had no account at Discord.")
        elif discord_id:
            desk.discord.link(account.person_id, discord_id, by=by)
            print_line(f"{who} is {discord_id} at Discord now.")
        else:
            code = desk.discord.new_code(account.person_id, by=by)
            print_line(f"{who} types this in Discord within 15 minutes, where the bot is: /link {code}")


@person_group.command("end-sessions")
@click.argument("name")
@unsafe
@by_option
@pass_place
def person_end_sessions(place: Place, name: str, yes: bool, by: str) -> None:
    """Sign NAME out everywhere and void their links."""
    with people_of(place) as desk:
        account = exactly(desk, name, yes=yes, what="This signs them out everywhere.")
        ended = desk.manage.end_sessions(account.person_id, by=by)
    print_line(f"{account.person.name} is signed out ({ended} {'session' if ended == 1 else 'sessions'}).")


@person_group.command("reset-second-step")
@click.argument("name")
@unsafe
@by_option
@pass_place
def person_reset_step(place: Place, name: str, yes: bool, by: str) -> None:
    """Forget the second step of NAME, who lost their phone; where the role needs one they set it up anew."""
    with people_of(place) as desk:
        account = exactly(desk, name, yes=yes, what="Without a second step their password alone lets somebody in.")
        desk.manage.reset_second_step(account.person_id, by=by)
    print_line(f"{account.person.name} has no second step any more.")


@click.group("team")
def team_group() -> None:
    """Teams: people who work together."""


@team_group.command("list")
@json_option
@pass_place
def team_list(place: Place, as_json: bool) -> None:
    """List the teams with their people."""
    with people_of(place) as desk:
        teams = desk.manage.teams()
    if as_json:
        print_json(teams)
        return
    rows = [{"team": one.name, "people": list(one.members)} for one in teams]
    print_table({"team": "team", "people": "people"}, rows, empty="There are no teams; `klankbord team add NAME` makes one.")


@team_group.command("add")
@click.argument("name")
@by_option
@pass_place
def team_add(place: Place, name: str, by: str) -> None:
    """Make a team."""
    with people_of(place) as desk:
        team = desk.manage.add_team(name, by=by)
    print_line(f"Team {team.name} is made; `klankbord team put PERSON TEAM …` puts people in it.")


@team_group.command("remove")
@click.argument("name")
@unsafe
@by_option
@pass_place
def team_remove(place: Place, name: str, yes: bool, by: str) -> None:
    """Take a team apart; its people stay."""
    with people_of(place) as desk:
        team = next((one for one in desk.manage.teams() if one.name == name), None)
        if team is None or not yes:
            raise InputError("Write it with --yes and the team's name as `klankbord team list` shows it.")
        desk.manage.remove_team(team.team_id, by=by)
    print_line(f"Team {team.name} is taken apart.")


@team_group.command("put")
@click.argument("person")
@click.argument("teams", nargs=-1)
@by_option
@pass_place
def team_put(place: Place, person: str, teams: tuple[str, ...], by: str) -> None:
    """Put PERSON in these TEAMS and no others; in none without names."""
    with people_of(place) as desk:
        account, there = desk.manage.named(person), {one.name: one.team_id for one in desk.manage.teams()}
        unknown = [name for name in teams if name not in there]
        if unknown:
            raise InputError(f"There is no team {unknown[0]!r}; `klankbord team list` shows them.")
        desk.manage.set_teams(account.person_id, frozenset(there[name] for name in teams), by=by)
    print_line(f"{account.person.name} is in: {', '.join(teams) or 'no team'}.")


def link_for(place: Place, desk: PeopleDesk, account: Account, purpose: Purpose, *, by: str) -> str:
    """Return a one-time link: at the running service's address, or at that of the settings for when it runs."""
    try:
        return str(asyncio.run(ask(place.home, "sign_in", agent=account.person.name, purpose=purpose.value, by=by)))
    except StoreLocked:
        port = place.settings_or_default.web.port
        return desk.sign_in.new_link(f"http://localhost:{port}", agent=account.person.name, purpose=purpose, by=by)


def lasts(purpose: Purpose) -> str:
    """Return how long a link of this purpose works, in words."""
    seconds = (LINK_LASTS if purpose is Purpose.SIGN_IN else INVITE_LASTS).total_seconds()
    return f"{seconds / 60:.0f} minutes" if seconds < 3600 else f"{seconds / 3600:.0f} hours"


def _row(desk: PeopleDesk, account: Account) -> dict[str, Any]:
    who, sessions = account.person, desk.manage.sessions(account.person_id)
    return {
        "name": who.name,
        "role": who.role.value,
        "brands": "all" if who.brands is None else sorted(who.brands),
        "teams": sorted(who.teams),
        "second_step": "yes" if who.second_step else "no",
        "state": "disabled" if who.disabled else "active" if account.password_hash else "invited",
        "signed_in": len(sessions),
    }
