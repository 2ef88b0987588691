"""Requests of people about what is kept of them: noted with the day they came, extended once, ended with what was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from listener.bootstrap import new_reader, reading
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import ProductError
from listener.model.health import Finding
from listener.settings.load import load_settings
from moderation.commands.desk import agent_option
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.model.subject_request import Ending, RequestKind, SubjectRequest
from moderation.settings import KlankbordSettings
from moderation.subject_desk import SubjectDesk, subject_desk
from moderation.workflows.check_requests import check_requests

why_option = click.option("--why", required=True, help="Why, or what was done; without naming the person.")


@contextmanager
def subject_desk_of(place: Place) -> Iterator[SubjectDesk]:
    """Open what answers people who ask, beside whatever else runs on the home."""
    settings = place.settings_or_default
    with place.ledger() as ledger:
        yield subject_desk(place.home, ledger, SystemClock(), zone=settings.zone, reader=lambda: new_reader(settings))


@click.group("request")
def request_group() -> None:
    """What people asked for, each with the day by which they must have an answer: one month, once two months more."""


@request_group.command("add")
@click.argument("kind", type=click.Choice([one.value for one in RequestKind]))
@click.argument("platform")
@click.argument("account")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it came; today by default.")
@agent_option
@json_option
@pass_place
def request_add(place: Place, kind: str, platform: str, account: str, received: datetime | None, agent: str, as_json: bool) -> None:
    """Note that somebody asked for their data, an erasure, a correction, or not to be collected. Who asked is kept until it ends."""
    zone = place.settings_or_default.zone
    came = None if received is None else received.replace(tzinfo=zone)
    with subject_desk_of(place) as desk:
        made = desk.keep.add(RequestKind(kind), platform, account, received_at=came, by=agent)
    _say(place, made, as_json=as_json)


@request_group.command("list")
@click.option("--all", "ended", is_flag=True, help="Also requests that ended.")
@json_option
@pass_place
def request_list(place: Place, ended: bool, as_json: bool) -> None:
    """List requests, the one that is due first on top."""
    zone, now = place.settings_or_default.zone, SystemClock().now()
    with subject_desk_of(place) as desk:
        found = desk.keep.all(ended=ended)
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "id": one.request_id,
            "what": one.kind.value,
            "who": one.person,
            "came": one.received_at.astimezone(zone).date(),
            "due": one.last_day(zone),
            "stands": _stands(one, now),
        }
        for one in found
    ]
    columns = {"id": "id", "what": "what", "who": "who", "came": "came", "due": "answer by", "stands": ""}
    print_table(columns, rows, empty="Nobody waits for an answer.")


@request_group.command("extend")
@click.argument("request_id", type=int)
@why_option
@agent_option
@json_option
@pass_place
def request_extend(place: Place, request_id: int, why: str, agent: str, as_json: bool) -> None:
    """Take two months more, once, within the first month: for requests that are complex, or many."""
    with subject_desk_of(place) as desk:
        made = desk.keep.extend(request_id, why=why, by=agent)
    _say(place, made, as_json=as_json)
    if not as_json:
        print_line("Tell the person so now, with these reasons (GDPR 12(3)).")


@request_group.command("done")
@click.argument("request_id", type=int)
@why_option
@agent_option
@json_option
@pass_place
def request_done(place: Place, request_id: int, why: str, agent: str, as_json: bool) -> None:
    """End a request that was answered by hand, such as a correction; export, erase and object end theirs by themselves."""
    with subject_desk_of(place) as desk:
        made = desk.keep.end(request_id, Ending.DONE, why=why, by=agent)
    _say(place, made, as_json=as_json)


@request_group.command("refuse")
@click.argument("request_id", type=int)
@why_option
@agent_option
@json_option
@pass_place
def request_refuse(place: Place, request_id: int, why: str, agent: str, as_json: bool) -> None:
    """End a request that is not carried out, with why."""
    with subject_desk_of(place) as desk:
        made = desk.keep.end(request_id, Ending.REFUSED, why=why, by=agent)
    _say(place, made, as_json=as_json)
    if not as_json:
        print_line("Tell the person why, and that they may complain to the supervisory authority and go to court (GDPR 12(4)).")


def _say(place: Place, one: SubjectRequest, *, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    day, stands = one.last_day(place.settings_or_default.zone), _stands(one, SystemClock().now())
    print_line(f"Request {one.request_id}: {one.kind}, answer by {day}" + (f" ({stands})" if stands else ""))


def _stands(one: SubjectRequest, now: datetime) -> str:
    if not one.open:
        return one.ending.value
    if one.overdue(now):
        return "LATE"
    told = "under way" if one.begun_at or one.carry_out else "soon" if one.soon(now) else ""
    return told or ("extended" if one.extended_at else "")


def check_requests_of(home: Path) -> Iterator[Finding]:
    """Return what `doctor` says of requests; nothing while settings or ledger cannot be read, which it says itself."""
    if not (home / "ledger.db").exists():
        return
    try:
        zone = load_settings(home, KlankbordSettings).zone
        with reading(home) as ledger:
            waiting = SubjectRequestLedger(ledger.engine, ledger.suppression).all(ended=False)
    except ProductError:
        return
    yield from check_requests(waiting, now=SystemClock().now(), zone=zone)
