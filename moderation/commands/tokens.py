"""Commands about tokens, with which programs act for a person."""

from __future__ import annotations

import click

from listener.commands.place import Place, by_option, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from moderation.commands.people import people_of
from moderation.model.person import Right
from moderation.workflows.hold_tokens import LONGEST_DAYS, USUAL_DAYS


@click.group("token")
def token_group() -> None:
    """Tokens for programs: each acts for one person, with fewer rights or the same, until a day."""


@token_group.command("add")
@click.argument("person")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([right.value for right in Right]), help="A right; may be given again.")
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), default=USUAL_DAYS, show_default=True, help="How long it works.")
@by_option
@json_option
@pass_place
def token_add(place: Place, person: str, label: str, scopes: tuple[str, ...], days: int, by: str, as_json: bool) -> None:
    """Make a token for PERSON called LABEL, and print it: this once."""
    with people_of(place) as desk:
        wanted = frozenset(Right(one) for one in scopes) or frozenset({Right.READ})
        token, kept = desk.tokens.make(desk.manage.named(person), label, wanted, days=days, by=by)
    if as_json:
        print_json({"token": token, "token_id": kept.token_id, "until": kept.expires_at.isoformat()})
        return
    print_line(f"Token {kept.token_id} for {', '.join(sorted(kept.scopes))}, until {kept.expires_at:%Y-%m-%d}. It is shown nowhere again:")
    print_line(token)


@token_group.command("list")
@json_option
@pass_place
def token_list(place: Place, as_json: bool) -> None:
    """List tokens: whose, what for, until when. The tokens themselves are not kept."""
    with people_of(place) as desk:
        names = {account.person_id: account.person.name for account in desk.manage.all()}
        rows = [
            {
                "token": one.token_id,
                "person": names[one.person_id],
                "label": one.label,
                "scopes": sorted(scope.value for scope in one.scopes),
                "until": f"{one.expires_at:%Y-%m-%d}",
                "state": "revoked" if one.revoked_at else "works",
                "used": f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else None,
            }
            for one in desk.tokens.all()
        ]
    if as_json:
        print_json(rows)
        return
    print_table(
        {name: name for name in ("token", "person", "label", "scopes", "until", "state", "used")}, rows, empty="There are no tokens."
    )


@token_group.command("revoke")
@click.argument("token_id", type=click.IntRange(1))
@click.argument("person")
@click.option("--yes", is_flag=True, help="Needed: whatever uses it stops working.")
@by_option
@pass_place
def token_revoke(place: Place, token_id: int, person: str, yes: bool, by: str) -> None:
    """End the token with this number, which is PERSON's."""
    if not yes:
        raise InputError("Whatever uses this token stops working. Write it with --yes.")
    with people_of(place) as desk:
        if not desk.tokens.revoke(token_id, by=by, of=desk.manage.named(person)):
            raise InputError(f"{person} has no token {token_id} that still works; `klankbord token list` shows them.")
    print_line(f"Token {token_id} does not work any more.")
