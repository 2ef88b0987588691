"""Improvement actions by command: what changes, by whom, by when, and who is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, case_of, desk_of
from moderation.model.action import Action, ActionState, Telling
from moderation.model.tap import TapLook
from moderation.policy.gate import words_of_note
from moderation.reports.tap_words import tap_words
from moderation.workflows.load_wording import load_policy, load_words


@click.group("action")
def action_group() -> None:
    """What we change because of an issue, and telling those who agreed to hear."""


@action_group.command("add")
@click.argument("issue_id", type=int)
@click.option("--owner", required=True, help="Who sees to it.")
@click.option("--due", required=True, metavar="DAY", help="When it has to be done, such as 2026-12-01.")
@click.option("--change", required=True, help="What changes.")
@click.option("--done-when", required=True, help="How anybody can see that it is done.")
@agent_option
@json_option
@pass_place
def action_add(place: Place, issue_id: int, owner: str, due: str, change: str, done_when: str, agent: str, as_json: bool) -> None:
    """Open an action on an issue."""
    with desk_of(place) as desk:
        made = desk.feedback.improve.add(issue_id, owner=owner, due_on=_day(due), change=change, done_when=done_when, by=agent)
    _show(made, as_json)


@action_group.command("list")
@click.option("--issue", "issue_id", type=int, help="Only actions on this issue.")
@click.option("--state", type=click.Choice([state.value for state in ActionState]), help="Only these.")
@json_option
@pass_place
def action_list(place: Place, issue_id: int | None, state: str | None, as_json: bool) -> None:
    """List actions by the day they are due."""
    with desk_of(place) as desk:
        found = desk.feedback.actions.all(issue_id=issue_id, state=ActionState(state) if state else None)
        looks = desk.feedback.taps.latest([one.action_id for one in found])
        today = desk.clock.now().astimezone(place.settings.zone).date()
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "action": one.action_id,
            "issue": one.issue_id,
            "due": f"{one.due_on}{' (late)' if one.late_on(today) else ''}",
            "owner": one.owner,
            "state": one.state.value,
            "tap": looks[one.action_id].effect.verdict.value if one.action_id in looks else "",
            "change": shorten(one.change, 60),
        }
        for one in found
    ]
    columns = {name: name for name in ("action", "issue", "due", "owner", "state", "tap", "change")}
    print_table(columns, rows, empty="No action was opened yet.")


@action_group.command("show")
@click.argument("action_id", type=int)
@json_option
@pass_place
def action_show(place: Place, action_id: int, as_json: bool) -> None:
    """Show an action, what was done to it, and who is told."""
    with desk_of(place) as desk:
        found = desk.feedback.improve.get(action_id)
        acts, told = desk.feedback.actions.acts(action_id), desk.feedback.actions.tellings(action_id=action_id)
        look = desk.feedback.taps.latest([action_id]).get(action_id)
    if as_json:
        print_json({"action": found, "acts": acts, "told": told, "tap": look})
        return
    _show(found, False)
    for act in acts:
        print_line(
            f"  {act.at.astimezone(place.settings.zone):%Y-%m-%d %H:%M} {act.verb} by {act.made_by}{act.detail and f': {act.detail}'}"
        )
    _say_told(told)
    if look is not None:
        _say_look(place, look)


@action_group.command("tap")
@click.argument("action_id", type=int)
@click.option("--now", "measure", is_flag=True, help="Look now instead of showing the weekly looks; keeps nothing.")
@json_option
@pass_place
def action_tap(place: Place, action_id: int, measure: bool, as_json: bool) -> None:
    """Did the tap close? Show what was said of a done action each week, newest last; the service looks once a week."""
    if measure:
        found = place.answer("tap", action_id=action_id, cost=place.settings.report.cost_per_contact)
        if as_json:
            print_json(found)
            return
        for line in found["words"]:
            print_line(line)
        return
    with desk_of(place) as desk:
        desk.feedback.improve.get(action_id)
        looks = desk.feedback.taps.of(action_id)
    if as_json:
        print_json(looks)
        return
    for look in looks:
        _say_look(place, look)
    if not looks:
        print_line("Nobody looked yet: a done action is looked at once a week by `klankbord run`; --now looks now.")


@action_group.command("done")
@click.argument("action_id", type=int)
@click.option("--did", default="", metavar="TEXT", help="What we did, in Dutch, in words for customers.")
@click.option("--did-en", default="", metavar="TEXT", help="The same in English.")
@agent_option
@json_option
@pass_place
def action_done(place: Place, action_id: int, did: str, did_en: str, agent: str, as_json: bool) -> None:
    """Close an action and prepare one message for everybody who agreed to hear. Nothing leaves by this: shadow and approval come first."""
    with desk_of(place) as desk:
        told = desk.feedback.improve.done(action_id, {"nl": did, "en": did_en}, by=agent)
    if as_json:
        print_json(told)
    else:
        _say_told(told)


@action_group.command("drop")
@click.argument("action_id", type=int)
@click.option("--why", required=True, help="Why it is not done; kept with your name.")
@agent_option
@pass_place
def action_drop(place: Place, action_id: int, why: str, agent: str) -> None:
    """Close an action that will not be done."""
    with desk_of(place) as desk:
        _show(desk.feedback.improve.drop(action_id, why, by=agent), False)


@action_group.command("undo")
@click.argument("action_id", type=int)
@agent_option
@pass_place
def action_undo(place: Place, action_id: int, agent: str) -> None:
    """Open an action again; messages that nobody approved are withdrawn."""
    with desk_of(place) as desk:
        _show(desk.feedback.improve.undo(action_id, by=agent), False)


@action_group.command("agree")
@click.argument("case_id", type=int)
@click.option("--no", "refused", is_flag=True, help="They no longer want to hear.")
@agent_option
@pass_place
def action_agree(place: Place, case_id: int, refused: bool, agent: str) -> None:
    """Note that the customer of a case said they want to hear what we do."""
    with desk_of(place) as desk:
        desk.feedback.actions.agree(case_of(desk, case_id).conversation_id, agreed=not refused, by=agent, at=desk.clock.now())
    print_line(f"Noted: the customer of case {case_id} {'does not want' if refused else 'wants'} to hear what we do.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a day; write 2026-12-01") from error


def _show(one: Action, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    print_line(f"Action {one.action_id} on issue {one.issue_id}: {one.state.value}, {one.owner}, due {one.due_on}")
    print_line(f"  changes: {one.change}")
    print_line(f"  done when: {one.done_when}")


def _say_look(place: Place, look: TapLook) -> None:
    words = tap_words(look.effect, load_words("en", "taps"), language="en", cost_per_contact=place.settings.report.cost_per_contact)
    print_line(f"  {look.week} {words.verdict}. {' '.join(words.lines)}")


def _say_told(told: Sequence[Telling]) -> None:
    if not told:
        print_line("Nobody agreed to hear about this.")
    for one in told:
        reason = f" ({words_of_note(one.reason, load_policy(), 'en')})" if one.reason else ""
        draft = f" as draft {one.draft_id}" if one.draft_id else ""
        print_line(f"  conversation {one.conversation_id}: {one.state.value}{draft}{reason}")
