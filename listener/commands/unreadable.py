"""Commands about messages that the analyser could not read: which, why, and another look at them."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten

COLUMNS = {"mention": "mention", "at": "set apart (UTC)", "platform": "platform", "begins": "begins", "why": "why"}
BEGINNING = 60
REASON = 200


@click.group("unreadable", invoke_without_command=True)
@json_option
@pass_place
@click.pass_context
def unreadable_group(context: click.Context, place: Place, as_json: bool) -> None:
    """List messages that three tries could not read, and why. They count in no issue; cases are opened for them all the same."""
    if context.invoked_subcommand is not None:
        return
    with place.ledger() as ledger:
        apart = ledger.mentions.quarantined()
        stored = {one.mention_id: one.mention for one in ledger.mentions.by_ids([one.mention_id for one in apart])}
    rows = [
        {
            "mention": one.mention_id,
            "at": f"{one.at:%Y-%m-%d %H:%M}",
            "platform": stored[one.mention_id].platform,
            "begins": shorten(" ".join(stored[one.mention_id].text[:1_000].split()), BEGINNING),
            "why": shorten(" ".join(one.error.split()), REASON),
        }
        for one in apart
        if one.mention_id in stored
    ]
    if as_json:
        print_json(rows)
        return
    print_table(COLUMNS, rows, empty="Everything could be read.")


@unreadable_group.command("again")
@click.argument("mention_ids", type=int, nargs=-1, metavar="[MENTION]...")
@click.option("--all", "every", is_flag=True, help="All that are set apart.")
@pass_place
def unreadable_again(place: Place, mention_ids: tuple[int, ...], every: bool) -> None:
    """Let messages be read once more, for instance after an update; what fails again three times is set apart again."""
    if every == bool(mention_ids):
        raise InputError("Name the numbers that `klankbord unreadable` lists, or --all.")
    with place.ledger() as ledger:
        chosen = [one.mention_id for one in ledger.mentions.quarantined()] if every else list(dict.fromkeys(mention_ids))
        missing = [one for one in chosen if not ledger.mentions.requeue(one)]
    if missing:
        raise InputError(f"{missing[0]} is not set apart; `klankbord unreadable` lists what is.")
    print_line(f"{len(chosen)} to be read again; the running service does so within seconds, `klankbord collect` too.")
