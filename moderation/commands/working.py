"""What is done to conversations by command, besides answering them: hand over, put away, end, and take any of that back."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from listener.commands.place import Place, pass_place, print_json, print_line
from listener.errors import InputError
from moderation.commands.desk import agent_option, desk_of
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, CaseAct, NewAct
from moderation.parts import Desk
from moderation.workflows.end_cases import BY_HAND

_DONE_IN_BULK = tuple(verb.value.replace("_", "-") for verb in ActVerb)


def version_of(desk: Desk, case_id: int) -> int:
    """Return the version a case has now. Raises `InputError` when there is no such case."""
    row = desk.cases.get(case_id)
    if row is None:
        raise InputError(f"There is no case {case_id}; `klankbord inbox list` shows them.")
    return row.version


def _say(act: CaseAct, what: str) -> None:
    print_line(f"Case {act.case_id} {what}. Take it back with: klankbord inbox undo {act.act_id}")


@click.command("assign")
@click.argument("case_id", type=int)
@click.option("--to", "whom", default="", help="The colleague who holds it from now on.")
@click.option("--team", default="", help="The team that it is put before; nobody holds it yet.")
@agent_option
@pass_place
def inbox_assign(place: Place, case_id: int, whom: str, team: str, agent: str) -> None:
    """Give a conversation to a colleague or a team."""
    with desk_of(place) as desk:
        act = desk.queueing.acts.assign(case_id, agent, version_of(desk, case_id), whom=whom, team=team)
        _say(act, f"is with {whom or f'team {team}'} now")


@click.command("snooze")
@click.argument("case_id", type=int)
@click.option("--hours", type=click.FloatRange(min=0, min_open=True, max=24 * 366), help="For so many hours.")
@click.option("--until", type=click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"]), help="Until this moment, in your time zone.")
@click.option("--issue", "issue_changes", is_flag=True, help="Until its issue gets another state or status, or a signal.")
@agent_option
@pass_place
def inbox_snooze(place: Place, case_id: int, hours: float | None, until: datetime | None, issue_changes: bool, agent: str) -> None:
    """Put a conversation away for now; a new message of the customer brings it back at once."""
    if [hours is not None, until is not None, issue_changes].count(True) != 1:
        raise InputError("Say how long with one of --hours, --until and --issue.")
    with desk_of(place) as desk:
        moment = until.replace(tzinfo=desk.settings.zone) if until else None
        if hours is not None:
            moment = desk.clock.now() + timedelta(hours=hours)
        act = desk.queueing.acts.snooze(case_id, agent, version_of(desk, case_id), until=moment, issue_changes=issue_changes)
        _say(act, "is put away until its issue changes" if moment is None else f"is put away until {moment:%Y-%m-%d %H:%M %Z}")


@click.command("wake")
@click.argument("case_id", type=int)
@agent_option
@pass_place
def inbox_wake(place: Place, case_id: int, agent: str) -> None:
    """Put a snoozed conversation back among those that wait."""
    with desk_of(place) as desk:
        _say(desk.queueing.acts.wake(case_id, agent, version_of(desk, case_id)), "waits again")


@click.command("spam")
@click.argument("case_id", type=int)
@agent_option
@pass_place
def inbox_spam(place: Place, case_id: int, agent: str) -> None:
    """Close a conversation as spam; its messages are labelled so, and the nightly learning reads that."""
    with desk_of(place) as desk:
        _say(desk.queueing.acts.spam(case_id, agent, version_of(desk, case_id)), "is closed as spam")


@click.command("not-ours")
@click.argument("case_id", type=int)
@agent_option
@pass_place
def inbox_not_ours(place: Place, case_id: int, agent: str) -> None:
    """Close a conversation that is about somebody else."""
    with desk_of(place) as desk:
        _say(desk.queueing.acts.not_ours(case_id, agent, version_of(desk, case_id)), "is closed: not ours")


@click.command("undo")
@click.argument("act_id", type=int)
@agent_option
@pass_place
def inbox_undo(place: Place, act_id: int, agent: str) -> None:
    """Take back what was done to a conversation, while nothing changed since; of a bulk, all of it."""
    with desk_of(place) as desk:
        undone = desk.queueing.acts.undo(act_id, agent)
        print_line(f"Taken back: {', '.join(f'case {one}' for one in undone.case_ids)}.")
        for refusal in undone.refused:
            print_line(f"Left: {refusal.why}")


@click.command("bulk")
@click.argument("verb", type=click.Choice(_DONE_IN_BULK))
@click.argument("case_ids", type=int, nargs=-1, required=True)
@click.option("--ending", type=click.Choice([one.value for one in BY_HAND]), help="With close: how they ended.")
@click.option("--to", "whom", default="", help="With assign: the colleague.")
@click.option("--team", default="", help="With assign: the team.")
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=24 * 366),
    help="With snooze: for so many hours; else until the issue changes.",
)
@click.option("--yes", is_flag=True, help="Do it; without this the command says what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@agent_option
@pass_place
def inbox_bulk(
    place: Place,
    verb: str,
    case_ids: tuple[int, ...],
    agent: str,
    yes: bool,
    as_json: bool,
    ending: str | None,
    whom: str,
    team: str,
    hours: float | None,
) -> None:
    """Do one thing to many conversations. What a colleague holds is left as it is."""
    with desk_of(place) as desk:
        chosen = [(case_id, version_of(desk, case_id)) for case_id in dict.fromkeys(case_ids)]
        if not yes:
            print_line(f"Would {verb} {len(chosen)} conversations: {', '.join(str(one) for one, _ in chosen)}. Do it with --yes.")
            return
        new = _described(ActVerb(verb.replace("-", "_")), desk.clock.now(), ending=ending, whom=whom, team=team, hours=hours)
        done = desk.queueing.acts.bulk(new, chosen, agent)
    if as_json:
        print_json(done)
        return
    undo = f" Take it back with: klankbord inbox undo {done.act_id}" if done.act_id else ""
    print_line(f"Done: {len(done.done)} of {len(chosen)}.{undo}")
    for refusal in done.refused:
        print_line(f"Left: {refusal.why}")


def _described(verb: ActVerb, now: datetime, *, ending: str | None, whom: str, team: str, hours: float | None) -> NewAct:
    if verb is ActVerb.SNOOZE:
        return NewAct(verb=verb, until=None if hours is None else now + timedelta(hours=hours), issue_changes=hours is None)
    return NewAct(verb=verb, whom=whom, team=team, ending=Ending(ending) if ending else None)


WORK_COMMANDS = (inbox_assign, inbox_snooze, inbox_wake, inbox_spam, inbox_not_ours, inbox_undo, inbox_bulk)
