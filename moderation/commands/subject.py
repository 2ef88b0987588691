"""Somebody asks what is kept of them: find, export, erase, object, allow. People are named by platform and account."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from moderation.commands.desk import agent_option
from moderation.commands.subject_requests import request_group, subject_desk_of
from moderation.model.subject import KeptOut, Known, Receipt
from moderation.model.subject_request import RequestKind


@click.group("subject")
def subject_group() -> None:
    """What is kept of one person: find it, hand it over, erase it, or collect nothing more of them, until they want it again."""


@subject_group.command("find")
@click.argument("platform")
@click.argument("account")
@json_option
@pass_place
def subject_find(place: Place, platform: str, account: str, as_json: bool) -> None:
    """Say in which places a person stands. ACCOUNT is their name on PLATFORM, or their id there."""
    with subject_desk_of(place) as desk:
        known = desk.subjects.known(platform, account)
    if as_json:
        print_json(known)
    else:
        _say(known)


@subject_group.command("export")
@click.argument("platform")
@click.argument("account")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The new JSON file to write.")
@agent_option
@json_option
@pass_place
def subject_export(place: Place, platform: str, account: str, out: Path, agent: str, as_json: bool) -> None:
    """Write everything kept of a person to FILE, and readable beside it; both for you only."""
    with subject_desk_of(place) as desk:
        counts = desk.subjects.export(platform, account, out, by=agent)
    if as_json:
        print_json({"file": str(out), "text": str(out.with_suffix(".txt")), "things": counts})
        return
    print_line(f"Wrote {sum(counts.values()):,} things to {out}, and readable to {out.with_suffix('.txt')}.")
    print_line("Check that it is really this person who asks, and that nothing of others stands in it, before you hand it over.")


@subject_group.command("erase")
@click.argument("platform")
@click.argument("account")
@click.option("--yes", is_flag=True, help="Needed: without it you only see what would go.")
@click.option("--name", "typed", default="", help="Needed: the account once more, typed in full.")
@click.option("--now", is_flag=True, help="Write the files anew at once, instead of tonight.")
@agent_option
@json_option
@pass_place
def subject_erase(place: Place, platform: str, account: str, yes: bool, typed: str, now: bool, agent: str, as_json: bool) -> None:
    """Erase a person and take nothing in of them any more. It cannot be taken back."""
    with subject_desk_of(place) as desk:
        known = desk.subjects.known(platform, account)
        if not yes:
            _say_what_would_go(known, platform, account, as_json=as_json)
            return
        if typed != account:
            raise InputError(f"It cannot be taken back. Add --yes --name {shlex.quote(account)}.")
        if copy := [one.request_id for one in known.asked if one.kind is RequestKind.ACCESS]:
            raise InputError(f"They asked for a copy and wait for it (request {copy[0]}): export it first, or end that request.")
        receipt = desk.subjects.erase(known.subject, by=agent)
    cleaned = place.answer("clean_files") if now else None
    if as_json:
        print_json({"receipt": receipt, "files": cleaned})
        return
    _say_receipt(receipt)
    if cleaned is None:
        print_line(
            "Gone from the ledger's tables. Log, insight and search are written anew tonight by `klankbord run`; --now does it at once."
        )
    elif all(cleaned.values()):
        print_line("All files are clean.")
    else:
        print_line("A file was in use and is written anew tonight by `klankbord run`.")
    if known.named_by_others:
        print_line(f"Messages of others name this person; look at them: {', '.join(str(one) for one in known.named_by_others[:20])}")


@subject_group.command("object")
@click.argument("platform")
@click.argument("account")
@agent_option
@json_option
@pass_place
def subject_object(place: Place, platform: str, account: str, agent: str, as_json: bool) -> None:
    """Take nothing in of a person from now on. What is here stays; `subject erase` takes that away."""
    with subject_desk_of(place) as desk:
        receipt = desk.subjects.object(platform, account, by=agent)
    if as_json:
        print_json(receipt)
    else:
        _say_receipt(receipt)


@subject_group.command("allow")
@click.argument("platform")
@click.argument("account")
@click.option("--yes", is_flag=True, help="Needed: without it you only see who is kept out.")
@click.option("--name", "typed", default="", help="Needed: the account once more, typed in full.")
@agent_option
@json_option
@pass_place
def subject_allow(place: Place, platform: str, account: str, yes: bool, typed: str, agent: str, as_json: bool) -> None:
    """Collect somebody again who objected or was erased, and asks for it. What was erased stays so; what they wrote until now stays out."""
    with subject_desk_of(place) as desk:
        kept = desk.subjects.kept_out(platform, account)
        if not yes:
            _say_who_is_out(kept, platform, account, as_json=as_json)
            return
        if typed != account:
            raise InputError(f"Only they may take this back. Add --yes --name {shlex.quote(account)}.")
        receipt = desk.subjects.allow(kept, by=agent)
    if as_json:
        print_json(receipt)
        return
    _say_receipt(receipt)
    print_line("What they write from now on is collected; what was erased, and what they wrote until now, is not.")
    if kept.erased:
        print_line("Other accounts of theirs that were erased along with it stay out; name each that they ask for.")


@subject_group.command("receipts")
@json_option
@pass_place
def subject_receipts(place: Place, as_json: bool) -> None:
    """List what was done for people who asked; who they were is not kept."""
    with subject_desk_of(place) as desk:
        receipts = desk.subjects.receipts()
    if as_json:
        print_json(receipts)
        return
    rows = [
        {"id": one.receipt_id, "what": one.kind, "at": f"{one.at:%Y-%m-%d %H:%M}", "by": one.made_by, "things": sum(one.counts.values())}
        for one in receipts
    ]
    columns = {"id": "id", "what": "what", "at": "at (UTC)", "by": "by", "things": "things"}
    print_table(columns, rows, empty="Nobody asked for anything yet.")


def _say_what_would_go(known: Known, platform: str, account: str, *, as_json: bool) -> None:
    if as_json:
        print_json(known)
        return
    _say(known)
    print_line("Nothing was erased. To erase it for good, and take nothing in of them any more:")
    print_line(f"  klankbord subject erase {shlex.quote(platform)} {shlex.quote(account)} --yes --name {shlex.quote(account)}")


def _say_who_is_out(kept: KeptOut, platform: str, account: str, *, as_json: bool) -> None:
    if as_json:
        print_json(kept)
        return
    why = "erased" if kept.erased else "objected"
    accounts = ", ".join([*kept.subject.keys, *kept.subject.joined])
    print_line(f"{accounts}: {why}, kept out since {kept.since:%Y-%m-%d %H:%M} UTC")
    print_line("Nothing was changed. When it is really this person who asks, collect what they write from now on:")
    print_line(f"  klankbord subject allow {shlex.quote(platform)} {shlex.quote(account)} --yes --name {shlex.quote(account)}")


def _say(known: Known) -> None:
    subject = known.subject
    print_line(f"{', '.join(subject.names) or 'Somebody'} ({', '.join(subject.keys)})")
    if subject.joined:
        print_line(f"joined by a colleague: {', '.join(subject.joined)}")
    rows = [{"place": one.place, "things": one.things, "kept": one.kept} for one in known.standing]
    print_table({"place": "place", "things": "things", "kept": "what stays after an erasure"}, rows, empty="Nothing is kept.")
    for asked in known.asked:
        print_line(f"They wait for an answer: request {asked.request_id} ({asked.kind}).")
    for file in known.files:
        print_line(f"file {file}")
    if known.named_by_others:
        print_line(f"Messages of others that name them: {', '.join(str(one) for one in known.named_by_others[:20])}")
    if known.not_looked_for:
        print_line(f"Not looked for in other texts, for it may mean anybody or anything: {', '.join(known.not_looked_for)}")
    if known.perhaps:
        print_line(f"Texts with such a word, which stay; look whether they are about this person: {', '.join(known.perhaps)}")
    for file in known.files_to_look_at:
        print_line(f"Not read, look yourself: {file}")


def _say_receipt(receipt: Receipt) -> None:
    print_line(f"Receipt {receipt.receipt_id}: {receipt.kind}, {receipt.at:%Y-%m-%d %H:%M} UTC, by {receipt.made_by}")
    for where, things in sorted(receipt.counts.items()):
        print_line(f"  {things:>6,}  {where}")
    print_line(f"  {receipt.digest}")


subject_group.add_command(request_group)
