"""Public status by command: words in both languages, promises, and broadcasts to the threads of an issue."""

from __future__ import annotations

import asyncio

import click

from listener.clock import SystemClock
from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table
from listener.errors import InputError, StoreLocked
from listener.text.shorten import shorten
from moderation.bootstrap import sending_on
from moderation.commands.desk import agent_option, desk_of, send_and_close, send_option
from moderation.commands.posting import approve_or_show, pair
from moderation.messages.reasons import outbox_sentence
from moderation.model.broadcast import ItemState, Plan, PlanState
from moderation.model.status import IssueStatus, StatusUpdate, light_of
from moderation.parts import Desk
from moderation.workflows.load_wording import load_words

STATUSES = tuple(status.value for status in IssueStatus)


@click.group("status")
def status_group() -> None:
    """Public status of issues: what we know, what we do, when we speak next."""


@status_group.command("list")
@json_option
@pass_place
def status_list(place: Place, as_json: bool) -> None:
    """List issues with a public status, promises that are due, and silences; what needs somebody first."""
    with desk_of(place) as desk:
        lines = desk.status.lines()
        now = desk.clock.now()
    if as_json:
        print_json(lines)
        return
    rows = [
        {
            "issue": line.issue_id,
            "title": shorten(line.title, 40),
            "status": line.public.status.value if line.public else "not spoken",
            "promise": f"{line.light.value}, {line.promise.due_at:%Y-%m-%d %H:%M} UTC" if line.promise and line.light else "",
            "silence": f"{line.silence.hours:.1f} h, {line.silence.written} written" if line.silence else "",
            "drafts": ", ".join(str(one.update_id) for one in line.drafts),
        }
        for line in lines
    ]
    columns = {
        "issue": "issue",
        "title": "title",
        "status": "public status",
        "promise": "next update",
        "silence": "silence",
        "drafts": "drafts",
    }
    print_table(columns, rows, empty=f"Nothing was said in public, and nothing grows ({now:%Y-%m-%d %H:%M} UTC).")


@status_group.command("draft")
@click.argument("issue_id", type=int)
@click.option("--status", type=click.Choice(STATUSES), required=True, help="How far we are.")
@click.option("--nl", "dutch", multiple=True, metavar="NAME=TEXT", help="Dutch words of an update for our own page. Repeatable.")
@click.option(
    "--en", "english", multiple=True, metavar="NAME=TEXT", help="English words of the same update, such as subject=…. Repeatable."
)
@click.option("--next-update", metavar="MOMENT", help="When we speak next: the promise of this update.")
@click.option("--corrects", type=int, help="The published update that this one puts right.")
@click.option("--set", "variables", multiple=True, metavar="NAME=TEXT", help="Words of an update for one thread instead. Repeatable.")
@click.option("--mention", "mention_id", type=int, help="With --set: below this mention instead of in the issue's busiest thread.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="With --set: language of the update.")
@send_option
@agent_option
@json_option
@pass_place
def status_draft(
    place: Place,
    issue_id: int,
    status: str,
    dutch: tuple[str, ...],
    english: tuple[str, ...],
    next_update: str | None,
    corrects: int | None,
    variables: tuple[str, ...],
    mention_id: int | None,
    language: str,
    send: bool,
    agent: str,
    as_json: bool,
) -> None:
    """Draft a status update: for our own page in both languages (--nl and --en), or for one thread (--set)."""
    if not (dutch or english):
        with desk_of(place) as desk:
            draft = desk.updates.draft(issue_id, status, dict(pair(one) for one in variables), language, agent, mention_id=mention_id)
        approve_or_show(place, draft, send=send, agent=agent, as_json=as_json)
        return
    if variables or mention_id is not None:
        raise InputError("--set and --mention are for one thread; --nl and --en for our own page. Use one or the other.")
    given = {"nl": dict(pair(one) for one in dutch), "en": dict(pair(one) for one in english)}
    subjects = {spoken: words.pop("subject", "") for spoken, words in given.items()}
    with desk_of(place) as desk:
        due = moment(next_update, place)
        update = desk.status.publish.draft(
            issue_id, IssueStatus(status), given, agent, subjects=subjects, next_update_at=due, corrects=corrects
        )
        if send:
            update = desk.status.publish.publish(update.update_id, agent)
    _say_update(update, as_json=as_json)


@status_group.command("publish")
@click.argument("update_id", type=int)
@click.option("--send", is_flag=True, help="Publish it; without it you only see what would stand on the page.")
@agent_option
@json_option
@pass_place
def status_publish(place: Place, update_id: int, send: bool, agent: str, as_json: bool) -> None:
    """Put a draft on our own status page, in both languages. Threads hear it by a broadcast."""
    with desk_of(place) as desk:
        update = desk.status.publish.publish(update_id, agent) if send else desk.status.publish.get(update_id)
    _say_update(update, as_json=as_json)


@status_group.command("discard")
@click.argument("update_id", type=int)
@agent_option
@pass_place
def status_discard(place: Place, update_id: int, agent: str) -> None:
    """Throw a draft away."""
    with desk_of(place) as desk:
        desk.status.publish.discard(update_id, agent)
    print_line(f"Status update {update_id} was thrown away.")


@status_group.command("promise")
@json_option
@pass_place
def status_promise(place: Place, as_json: bool) -> None:
    """Show what we promised and whether we kept it, and prepare "no news yet" for what is due."""
    with desk_of(place) as desk:
        desk.status.promises.once()
        promises, now, ahead = desk.status.status.promises(), desk.clock.now(), desk.status.rules.ahead
    if as_json:
        print_json(promises)
        return
    rows = [
        {
            "issue": one.issue_id,
            "due": f"{one.due_at:%Y-%m-%d %H:%M} UTC",
            "state": one.state.value,
            "light": light_of(one, now=now, ahead=ahead).value if one.state.value in ("open", "broken") else "",
        }
        for one in reversed(promises)
    ]
    print_table({"issue": "issue", "due": "promised", "state": "state", "light": "light"}, rows, empty="Nothing was promised.")


@status_group.command("plan")
@click.argument("update_id", type=int)
@click.option("--correct", is_flag=True, help="Change our earlier posts where the platform allows it; elsewhere it follows them.")
@agent_option
@json_option
@pass_place
def status_plan(place: Place, update_id: int, correct: bool, agent: str, as_json: bool) -> None:
    """Plan a published update for every thread of its issue. Nothing leaves by this."""
    with desk_of(place) as desk:
        _say_plan(desk, desk.status.planning.plan(update_id, agent, correct=correct), as_json=as_json)


@status_group.command("show-plan")
@click.argument("plan_id", type=int)
@json_option
@pass_place
def status_show_plan(place: Place, plan_id: int, as_json: bool) -> None:
    """Show which threads hear an update, in which words, which do not and why, and what became of each."""
    with desk_of(place) as desk:
        _say_plan(desk, desk.status.sending.get(plan_id), as_json=as_json)


@status_group.command("tick")
@click.argument("plan_id", type=int)
@click.argument("item_ids", type=int, nargs=-1, required=True)
@agent_option
@json_option
@pass_place
def status_tick(place: Place, plan_id: int, item_ids: tuple[int, ...], agent: str, as_json: bool) -> None:
    """Choose threads of a plan singly, by their item numbers: only those leave until broadcasts have graduated."""
    with desk_of(place) as desk:
        _say_plan(desk, desk.status.sending.tick(plan_id, item_ids, agent), as_json=as_json)


@status_group.command("approve-plan")
@click.argument("plan_id", type=int)
@send_option
@agent_option
@json_option
@pass_place
def status_approve_plan(place: Place, plan_id: int, send: bool, agent: str, as_json: bool) -> None:
    """Approve a plan, exactly as it stands. Above five threads somebody else than its planner does."""
    if send:
        with desk_of(place) as desk:
            desk.status.sending.approve(plan_id, agent)
        _carry_on(place)
    with desk_of(place) as desk:
        _say_plan(desk, desk.status.sending.get(plan_id), as_json=as_json)


@status_group.command("cancel-plan")
@click.argument("plan_id", type=int)
@agent_option
@json_option
@pass_place
def status_cancel_plan(place: Place, plan_id: int, agent: str, as_json: bool) -> None:
    """Take a plan back: nothing more is approved from it."""
    with desk_of(place) as desk:
        _say_plan(desk, desk.status.sending.cancel(plan_id, agent), as_json=as_json)


def _carry_on(place: Place) -> None:
    """Let what has room leave now, unless the running service will do it within a minute."""
    try:
        with sending_on(place.home, place.settings, SystemClock()) as sending:
            sending.desk.status.sending.once()
            asyncio.run(send_and_close(sending))
    except StoreLocked:
        print_line("The running service carries it out.")


def _say_update(update: StatusUpdate, *, as_json: bool) -> None:
    if as_json:
        print_json(update)
        return
    promised = f", next update by {update.next_update_at:%Y-%m-%d %H:%M} UTC" if update.next_update_at else ""
    print_line(f"Status update {update.update_id} about issue {update.issue_id} ({update.status.value}, {update.state.value}{promised})")
    for language, text in update.texts.items():
        print_line(f"\n[{language}] {update.subjects[language]}\n{text}")
    if update.published_at is None:
        print_line(f"\nPublish it with: klankbord status publish {update.update_id} --send")
    else:
        print_line(f"\nTell the threads with: klankbord status plan {update.update_id}")


def _say_plan(desk: Desk, plan: Plan, *, as_json: bool) -> None:
    report, done = desk.status.sending.report(plan.plan_id), desk.status.done_at(plan)
    second, live = desk.status.sending.needs_second(plan), desk.status.sending.live(plan)
    if as_json:
        print_json({"plan": plan, "report": report, "done_at": done, "needs_second": second, "graduated": live})
        return
    words, sent = load_words("en", "status"), load_words("en", "outbox")
    print_line(f"Broadcast plan {plan.plan_id} of status update {plan.update_id}: {words[f'plan.{plan.state.value}']}.")
    rows = [
        {
            "item": one.item.item_id,
            "thread": f"{one.item.target.platform}/{one.item.target.realm}/{shorten(one.item.target.thread_id, 24)}",
            "account": one.item.account,
            "words": f"{one.item.language}{', short' if one.item.short else ''}{', edit' if one.item.edits else ''}",
            "ticked": one.item.ticked_by,
            "state": outbox_sentence(one.entry, sent) if one.entry else words[f"item.{one.item.state.value}"],
            "why": " ".join(part for part in (words.get(f"skip.{one.item.why}", ""), one.item.note) if part),
        }
        for one in report
    ]
    columns = {
        "item": "item",
        "thread": "thread",
        "account": "account",
        "words": "words",
        "ticked": "ticked",
        "state": "state",
        "why": "why",
    }
    print_table(columns, rows, empty="There is no thread.")
    for text in dict.fromkeys(one.item.text for one in report if one.item.text):
        print_line(f"\n{text}")
    if plan.state is PlanState.OPEN:
        _say_next(plan, second=second, live=live)
    elif done is not None and any(item.state is ItemState.PLANNED for item in plan.items):
        print_line(f"\nThe last one leaves about {done:%Y-%m-%d %H:%M} UTC, by the caps.")


def _say_next(plan: Plan, *, second: bool, live: bool) -> None:
    ticked = sum(1 for item in plan.to_post if item.ticked_by)
    print_line(f"\n{len(plan.to_post)} threads would hear it, {len(plan.skipped)} not.")
    if not live:
        print_line(f"{ticked} are ticked; the others would only be noted in shadow. Tick: klankbord status tick {plan.plan_id} ITEM …")
    who = f" --as SOMEBODY-ELSE (not {plan.planned_by})" if second else ""
    print_line(f"Approve it with: klankbord status approve-plan {plan.plan_id} --send{who}")
