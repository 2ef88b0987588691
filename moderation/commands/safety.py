"""Commands for when something may be wrong: the kill switch, what needs a person, alarms, and putting a backup back."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line
from listener.errors import InputError, NotAllowed, SettingsError
from listener.settings.home import prepare_home
from listener.settings.secrets import Secrets
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, desk_of, say_entry
from moderation.messages.reasons import alarm_sentence
from moderation.outbox.kill_switch import put_stop_file
from moderation.outbox.restored import end_doubt, in_doubt
from moderation.parts import Desk
from moderation.workflows.keep_backup import PASSPHRASE, restore_sealed
from moderation.workflows.load_wording import load_words
from moderation.workflows.restore_backup import restore_backup
from moderation.workflows.sealed import is_sealed

name_option = click.option("--name", "typed", default="", help="Needed: the name of your (first) brand, typed in full.")


def must_be_typed(place: Place, typed: str, *, yes: bool, what: str) -> None:
    """Let only somebody go on who said --yes and typed whose Klankbord this is (RULES S34). Raises `InputError` with what to type.

    Whoever has several homes open types the name of the one they mean. Without a brand it is the folder's name.
    """
    try:
        brands = place.settings_or_default.brands
    except SettingsError:  # a backup is put back in a home whose settings are broken, too
        brands = ()
    name = brands[0].name if brands else place.home.name
    if not yes or typed != name:
        raise InputError(f"{what} Add --yes --name {shlex.quote(name)}.")


@click.group("killswitch")
def killswitch_group() -> None:
    """Stop every send at once, and let sends happen again."""


@killswitch_group.command("on")
@agent_option
@pass_place
def killswitch_on(place: Place, agent: str) -> None:
    """Stop every send at once."""
    stop_now(place, agent)


@killswitch_group.command("off")
@click.option("--yes", is_flag=True, help="Needed: what is approved will leave.")
@name_option
@agent_option
@pass_place
def killswitch_off(place: Place, yes: bool, typed: str, agent: str) -> None:
    """Let sends happen again."""
    resume_now(place, agent, typed, yes=yes)


@killswitch_group.command("show")
@json_option
@pass_place
def killswitch_show(place: Place, as_json: bool) -> None:
    """Say whether sending is stopped, and by what."""
    with desk_of(place) as desk:
        stopped = desk.outbox.stopped()
    if as_json:
        print_json({"stopped_by": stopped})
    else:
        print_line(f"Sending is stopped by {stopped}." if stopped else "Sending goes on.")


def stop_now(place: Place, agent: str) -> None:
    """Press the kill switch; its file comes before anything that broken settings or a damaged ledger could prevent."""
    prepare_home(place.home)
    put_stop_file(place.home)
    print_line("Sending is stopped. What was on its way ends in a known state; nothing new starts.")
    with desk_of(place) as desk:
        desk.outbox.stop(agent)


def resume_now(place: Place, agent: str, typed: str, *, yes: bool) -> None:
    """Release the kill switch."""
    must_be_typed(place, typed, yes=yes, what="Approved posts will leave when you resume; `klankbord outbox list` shows them.")
    with desk_of(place) as desk:
        desk.outbox.resume(agent)
    print_line("Sending goes on.")


@click.command("resolve")
@click.argument("entry_id", type=int)
@click.option("--there", metavar="LINK", help="It is on the platform: its link, or its id there.")
@click.option("--not-there", is_flag=True, help="You looked, and it is not there.")
@agent_option
@json_option
@pass_place
def resolve_command(place: Place, entry_id: int, there: str | None, not_there: bool, agent: str, as_json: bool) -> None:
    """Say what you found on the platform about a post that needs a person. Nothing is sent by this."""
    if (there is None) != not_there:
        raise InputError("Say one of the two: --there LINK, or --not-there.")
    with desk_of(place) as desk:
        done = desk.outbox.resolve(entry_id, agent, there)
    if as_json:
        print_json(done)
        return
    say_entry(done.entry)
    if done.draft is not None:
        print_line(f"The same text waits as draft {done.draft.draft_id}: klankbord outbox approve {done.draft.draft_id} --send")


@click.command("seen")
@click.argument("alarm_id", type=int)
@agent_option
@pass_place
def seen_command(place: Place, alarm_id: int, agent: str) -> None:
    """Note that you saw an alarm; it is not shown again."""
    with desk_of(place) as desk:
        if not desk.alarms.see(alarm_id, who=agent, at=desk.clock.now()):
            raise NotAllowed(f"There is no alarm {alarm_id} that nobody saw.")
    print_line(f"Alarm {alarm_id} is noted as seen by {agent}.")


@click.command("reconciled")
@click.option("--yes", is_flag=True, help="Needed: posts under standing approvals may leave again.")
@agent_option
@pass_place
def reconciled_command(place: Place, yes: bool, agent: str) -> None:
    """After a restored backup: say that you compared the outbox with the platforms."""
    if not yes:
        raise InputError("First end what needs a person (`klankbord outbox list --state needs_human`), then add --yes.")
    if not in_doubt(place.home):
        print_line("Nothing is in doubt.")
        return
    with desk_of(place) as desk:
        desk.audit.add(at=desk.clock.now(), who=agent, verb="reconciled", subject="outbox", detail={})
        end_doubt(place.home)
    print_line("Noted. Posts under standing approvals may leave again.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Needed: the ledger as it is now is set aside.")
@name_option
@json_option
@pass_place
def restore_command(place: Place, file: Path, yes: bool, typed: str, as_json: bool) -> None:
    """Put a backup in the place of the ledger. The present one is set aside, and what was unfinished waits for a person."""
    what = f"The ledger in {place.home} would be set aside and {file} take its place; it does not know what left since then."
    must_be_typed(place, typed, yes=yes, what=what)
    now = datetime.now(UTC)
    if file.is_file() and is_sealed(file):
        passphrase = Secrets(place.home).get(PASSPHRASE)
        if not passphrase:
            raise InputError(f"{file} is sealed; set {PASSPHRASE} to the passphrase with which it was made.")
        done = restore_sealed(place.home, file, passphrase, at=now)
    else:
        done = restore_backup(place.home, file, at=now)
    if as_json:
        print_json(done)
        return
    print_line(f"{file} is in place, with {done.mentions:,} mentions." + (f" What was there is kept in {done.kept}." if done.kept else ""))
    if done.erased:
        print_line(f"It still knew people who were erased since: {done.erased}. They are erased from it too.")
    print_line("Start Klankbord again (`klankbord run`): what was unfinished then waits for a person. Compare it with the platforms:")
    print_line("  klankbord outbox list --state needs_human, then klankbord outbox reconciled --yes")


def say_alarms(desk: Desk, place: Place) -> None:
    """Print what a person has to know before anything else."""
    words = load_words("en", "outbox")
    if in_doubt(place.home):
        print_line(words["held.ledger_restored"] + " `klankbord outbox reconciled` ends that.")
    for one in desk.alarms.unseen():
        print_line(f"Alarm {one.alarm_id}: {shorten(alarm_sentence(one, words), 300)}")
