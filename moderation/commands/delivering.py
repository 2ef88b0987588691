"""`klankbord deliver`: what is told to our own people, by which way, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from listener.bootstrap_sources import secrets_of
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError, NotAllowed, SettingsError, StoreLocked
from listener.model.health import Finding
from listener.settings.load import load_settings, settings_file
from moderation.bootstrap import answering_on
from moderation.commands.desk import agent_option, desk_of
from moderation.model.delivery import TOLD, Delivery, Loud, Subscription, Way
from moderation.parts import Answering, Desk
from moderation.policy.quiet_hours import written_minutes
from moderation.settings import KlankbordSettings
from moderation.workflows.check_delivery import check_delivery
from moderation.workflows.load_wording import load_words
from moderation.workflows.subscribe import Wish

COLUMNS = {"number": "number", "to": "to", "what": "what", "loud": "how loud", "when": "when", "state": "state", "last": "last outcome"}


@click.group("deliver")
def deliver_group() -> None:
    """Digests, reports and signals for your own people: by e-mail, to Discord, Slack, Teams or a system of yours."""


@deliver_group.command("list")
@json_option
@pass_place
def deliver_list(place: Place, as_json: bool) -> None:
    """List who is told what, and what became of the last message of each."""
    with desk_of(place) as desk:
        found = desk.delivery.subscribe.all()
        last = {
            one.subscription_id: next(iter(desk.delivery.deliveries.latest(1, subscription_id=one.subscription_id)), None) for one in found
        }
        names = {one.subscription_id: _name(desk, one) for one in found}
    if as_json:
        print_json([{"to": names[one.subscription_id], "subscription": one, "last": last[one.subscription_id]} for one in found])
        return
    words = load_words("en", "delivery")
    rows = [_row(one, names[one.subscription_id], last[one.subscription_id], words) for one in found]
    print_table(COLUMNS, rows, empty="Nobody is told anything yet; `klankbord deliver add --help` shows how.")


@deliver_group.command("add")
@click.option("--channel", metavar="NAME", default="", help="A channel that the settings name under delivery.channels.")
@click.option("--mail", metavar="ADDRESS", default="", help="An e-mail address of the house, such as that of a list.")
@click.option("--person", metavar="NAME", default="", help="A colleague, at their own e-mail address and as far as they may see.")
@click.option(
    "--what", "whats", multiple=True, type=click.Choice([one.value for one in TOLD]), help="What is told. Repeatable; default: daily."
)
@click.option("--loud", type=click.Choice([one.value for one in Loud]), default=Loud.ALL.value, show_default=True, help="How much of it.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the messages.")
@click.option("--hour", type=click.IntRange(0, 23), help="Local hour of the digest; default: digest.hour.")
@click.option("--quiet", metavar="FROM-UNTIL", default="", help="Quiet hours on the local clock, such as 22:30-07:00.")
@click.option("--crisis-breaks-through", "breaks", is_flag=True, help="What is in crisis arrives in quiet hours too.")
@click.option("--brand", "brands", multiple=True, help="Only about this brand. Repeatable.")
@agent_option
@json_option
@pass_place
def deliver_add(place: Place, /, channel: str, mail: str, person: str, as_json: bool, agent: str, **given: Any) -> None:
    """Subscribe a channel, an address or a colleague; they are told what comes from now on."""
    if sum(map(bool, (channel, mail, person))) != 1:
        raise InputError("Say where it goes, one of: --channel NAME, --mail ADDRESS, --person NAME.")
    wish = _wish(channel or mail, channel=bool(channel), **given)
    with desk_of(place) as desk:
        account = _colleague(desk, person) if person else None
        number = _done(lambda: desk.delivery.subscribe.add(wish, by=agent, account=account))
    if as_json:
        print_json({"subscription_id": number})
    else:
        print_line(f"Subscription {number} is there. See whether it arrives: klankbord deliver test {number}")


@deliver_group.command("pause")
@click.argument("number", type=click.IntRange(1))
@agent_option
@pass_place
def deliver_pause(place: Place, number: int, agent: str) -> None:
    """Tell nothing under subscription NUMBER until it is taken up again."""
    with desk_of(place) as desk:
        _done(lambda: desk.delivery.subscribe.pause(number, by=agent))
    print_line(f"Subscription {number} is paused; `klankbord deliver resume {number}` takes it up again.")


@deliver_group.command("resume")
@click.argument("number", type=click.IntRange(1))
@agent_option
@pass_place
def deliver_resume(place: Place, number: int, agent: str) -> None:
    """Take subscription NUMBER up again; what happened meanwhile is not told."""
    with desk_of(place) as desk:
        _done(lambda: desk.delivery.subscribe.resume(number, by=agent))
    print_line(f"Subscription {number} is told again what comes from now on.")


@deliver_group.command("remove")
@click.argument("number", type=click.IntRange(1))
@agent_option
@pass_place
def deliver_remove(place: Place, number: int, agent: str) -> None:
    """End subscription NUMBER."""
    with desk_of(place) as desk:
        _done(lambda: desk.delivery.subscribe.remove(number, by=agent))
    print_line(f"Subscription {number} is gone.")


@deliver_group.command("test")
@click.argument("number", type=click.IntRange(1))
@json_option
@pass_place
def deliver_test(place: Place, number: int, as_json: bool) -> None:
    """Send a test message under subscription NUMBER, and say what became of it. A running service sends it itself."""
    with desk_of(place) as desk:
        occasion = _done(lambda: desk.delivery.subscribe.test(number))
    try:
        with answering_on(place.home, place.settings, SystemClock()) as parts:
            asyncio.run(parts.deliver.only_tests())
            found = _outcome(parts, number, occasion)
    except StoreLocked:
        print_line("The running service sends it within a minute; `klankbord deliver list` shows what became of it.")
        return
    if as_json:
        print_json(found)
    else:
        print_line(_said(found, load_words("en", "delivery")))


def check_deliveries_of(home: Path) -> Iterator[Finding]:
    """Return what `doctor` says of channels and e-mail; nothing while the settings cannot be read, which it says itself."""
    try:
        settings = load_settings(home, KlankbordSettings)
    except SettingsError:
        return
    yield from check_delivery(settings, secrets_of(home), file=settings_file(home))


def _wish(to: str, *, channel: bool, whats: tuple[str, ...], hour: int | None, quiet: str, **given: Any) -> Wish:
    begins, _, until = quiet.partition("-")
    if quiet and not until:
        raise InputError(f"{quiet!r} is not understood; write FROM-UNTIL, such as 22:30-07:00.")
    at = "" if hour is None else str(hour)
    return Wish(whats=whats or ("daily",), to=to, channel=channel, hour=at, quiet_from=begins, quiet_to=until, **given)


def _colleague(desk: Desk, name: str) -> Any:
    found = desk.delivery.named(name)
    if found is None:
        raise InputError(f"{name!r} is nobody here; `klankbord person list` shows who is.")
    return found


def _done(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except NotAllowed as refused:
        raise InputError(str(refused)) from refused


def _name(desk: Desk, one: Subscription) -> str:
    if one.wants.person_id is None:
        return one.wants.address
    account = desk.delivery.account(one.wants.person_id)
    return account.person.name if account is not None else "nobody any more"


def _row(one: Subscription, name: str, last: Delivery | None, words: dict[str, str]) -> dict[str, object]:
    wants = one.wants
    quiet = f"quiet {written_minutes(wants.quiet.begins)}-{written_minutes(wants.quiet.until)}" if wants.quiet else ""
    hour = f"at {wants.hour}:00" if wants.hour is not None else ""
    return {
        "number": one.subscription_id,
        "to": f"{name} ({'e-mail' if wants.way is Way.MAIL else 'channel'}, {wants.language})",
        "what": ", ".join(kind.value for kind in TOLD if kind in wants.whats),
        "loud": wants.loud.value,
        "when": ", ".join(filter(None, (hour, quiet))),
        "state": f"paused by {one.paused_by}" if one.paused_at else "on",
        "last": f"{last.what.value} {last.occasion}: {_said(last, words)}" if last else "",
    }


def _outcome(parts: Answering, number: int, occasion: str) -> Delivery:
    return next(one for one in parts.desk.delivery.deliveries.latest(20, subscription_id=number) if one.occasion == occasion)


def _said(one: Delivery, words: dict[str, str]) -> str:
    reason = words.get(f"reason.{one.reason}", "")
    return " ".join(filter(None, (f"{words[f'state.{one.state.value}']}.", reason, f"({one.note})" if one.note else "")))
