"""How long things are kept: what would go, letting go of it, and the receipts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from listener.bootstrap import new_reader, reading
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table, progress_for
from listener.errors import ProductError
from listener.model.health import Finding
from listener.settings.load import load_settings, settings_file
from moderation.commands.desk import agent_option
from moderation.settings import KlankbordSettings
from moderation.workflows.check_retention import check_retention
from moderation.workflows.name_again import name_again
from moderation.workflows.retain import Retain


@click.group("retention")
def retention_group() -> None:
    """How long things are kept: what would go now, let go of it, and what went."""


@contextmanager
def _retaining(place: Place) -> Iterator[Retain]:
    settings, clock = place.settings_or_default, SystemClock()
    with place.ledger() as ledger:
        yield Retain(
            place.home,
            ledger,
            settings.retention,
            clock,
            zone=settings.zone,
            hour=settings.labels.learn_hour,
            name_again=lambda: name_again(ledger, new_reader(settings), clock),
        )


@retention_group.command("show")
@click.option("--in-days", type=click.IntRange(0, 4_000), default=0, metavar="N", help="What would go so many days from now.")
@json_option
@pass_place
def retention_show(place: Place, in_days: int, as_json: bool) -> None:
    """Say what would go by the limits of the settings, place by place. Nothing is changed."""
    with _retaining(place) as retain:
        agreed, limits = retain.known(), retain.wanted
        going = retain.show(ahead=timedelta(days=in_days))
    if as_json:
        print_json({"limits": limits, "agreed": agreed, "going": going})
        return
    print_line(f"Words of messages are kept for {limits.raw_days} days (X: {limits.x_days}), those of a case until it has been over for")
    print_line(f"{limits.closed_cases_days} days, figures for {limits.aggregates_months} months. What goes does not come back.")
    if agreed.coming is not None and agreed.from_at is not None:
        print_line(f"`klankbord run` begins with this on {agreed.from_at:%Y-%m-%d}.")
    rows = [{"place": place_name, "things": things} for place_name, things in sorted(going.items())]
    print_table({"place": "what would go", "things": "things"}, rows, empty="Nothing is over time.")


@retention_group.command("run")
@click.option("--yes", is_flag=True, help="Needed: without it you only see what would go.")
@agent_option
@json_option
@pass_place
def retention_run(place: Place, yes: bool, agent: str, as_json: bool) -> None:
    """Let go of what is over time now, without waiting for the night or for the end of the notice. It cannot be taken back."""
    with _retaining(place) as retain:
        if not yes:
            going = retain.show()
            if as_json:
                print_json({"going": going})
                return
            print_line(
                f"{sum(going.values()):,} things would go; `klankbord retention show` lists them. Add --yes: it cannot be taken back."
            )
            return
        receipt = retain.once(retain.wanted, by=agent, progress=progress_for(as_json))
    cleaned = place.answer("clean_files") if receipt is not None else None
    if as_json:
        print_json({"receipt": receipt, "files": cleaned})
    elif receipt is None:
        print_line("Nothing is over time.")
    else:
        print_line(f"Let go of {sum(receipt.counts.values()):,} things, receipt {receipt.receipt_id} ({receipt.digest[:16]}):")
        print_table(
            {"place": "place", "things": "things"}, [{"place": one, "things": n} for one, n in sorted(receipt.counts.items())], empty=""
        )


@retention_group.command("receipts")
@json_option
@pass_place
def retention_receipts(place: Place, as_json: bool) -> None:
    """List what went on the last nights."""
    with _retaining(place) as retain:
        receipts = retain.receipts()
    if as_json:
        print_json(receipts)
        return
    rows = [
        {"id": one.receipt_id, "at": f"{one.at:%Y-%m-%d %H:%M}", "by": one.made_by, "things": sum(one.counts.values())} for one in receipts
    ]
    print_table({"id": "id", "at": "at (UTC)", "by": "by", "things": "things"}, rows, empty="Nothing went yet.")


def check_retention_of(home: Path) -> Iterator[Finding]:
    """Return what `doctor` says of it; nothing while settings or ledger cannot be read, which it says itself."""
    if not (home / "ledger.db").exists():
        return
    try:
        settings, clock = load_settings(home, KlankbordSettings), SystemClock()
        with reading(home) as ledger:
            retain = Retain(home, ledger, settings.retention, clock, zone=settings.zone, hour=settings.labels.learn_hour)
            file = str(settings_file(home))
            yield check_retention(retain.known(), retain.wanted, words_over=retain.words_over, file=file, now=clock.now())
    except ProductError:
        return
