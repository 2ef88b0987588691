"""The inbox by command: what comes next, claim it, answer it."""

from __future__ import annotations

from typing import Any

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.model.mention import StoredMention
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, desk_of, say_entry, send_now, send_option
from moderation.messages.reasons import why_sentence
from moderation.model.case import CaseSummary, CaseView, Ending
from moderation.model.person import Person, Role
from moderation.model.queue import QueueChoice, Tab
from moderation.parts import Desk
from moderation.workflows.end_cases import BY_HAND
from moderation.workflows.load_wording import load_words


@click.group("inbox")
def inbox_group() -> None:
    """Conversations that wait for an answer, most urgent first."""


@inbox_group.command("next")
@agent_option
@json_option
@pass_place
def inbox_next(place: Place, agent: str, as_json: bool) -> None:
    """Show the conversation to answer next, and why that one."""
    with desk_of(place) as desk:
        found = desk.inbox.next(agent)
        if found is None:
            _show_nothing(as_json)
            return
        _show(desk, found.case_id, as_json)


@inbox_group.command("list")
@click.option("--issue", "issue_id", type=int, help="Only conversations about this issue.")
@click.option("--mine", is_flag=True, help="Only those you hold.")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many to show.")
@agent_option
@json_option
@pass_place
def inbox_list(place: Place, issue_id: int | None, mine: bool, most: int, agent: str, as_json: bool) -> None:
    """List waiting conversations."""
    with desk_of(place) as desk:
        found = _waiting(desk, issue_id, agent, mine=mine, most=most)
    if as_json:
        print_json(found)
        return
    words = load_words("en", "triage")
    rows = [
        {
            "case": c.case_id,
            "urgency": c.urgency,
            "where": c.platform,
            "holder": c.holder or "–",
            "issue": c.issue_id,
            "why": why_sentence(c.why, words),
        }
        for c in found
    ]
    columns = {"case": "case", "urgency": "urgency", "where": "where", "holder": "holder", "issue": "issue", "why": "why"}
    print_table(columns, rows, empty="Nobody waits for an answer.")


@inbox_group.command("show")
@click.argument("case_id", type=int)
@json_option
@pass_place
def inbox_show(place: Place, case_id: int, as_json: bool) -> None:
    """Show a conversation with what was said and what was answered."""
    with desk_of(place) as desk:
        _show(desk, case_id, as_json)


@inbox_group.command("claim")
@click.argument("case_id", type=int)
@agent_option
@pass_place
def inbox_claim(place: Place, case_id: int, agent: str) -> None:
    """Take a conversation, so that nobody else answers it meanwhile."""
    with desk_of(place) as desk:
        desk.inbox.claim(case_id, agent, _existing(desk, case_id).summary.version)
        print_line(f"Case {case_id} is yours. Answer with: klankbord inbox reply {case_id} --text “…”")


@inbox_group.command("release")
@click.argument("case_id", type=int)
@agent_option
@pass_place
def inbox_release(place: Place, case_id: int, agent: str) -> None:
    """Give a conversation back to the queue."""
    with desk_of(place) as desk:
        desk.inbox.release(case_id, agent, _existing(desk, case_id).summary.version)
        print_line(f"Case {case_id} waits for somebody else now.")


@inbox_group.command("close")
@click.argument("case_id", type=int)
@click.option("--ending", type=click.Choice([one.value for one in BY_HAND]), default=None, help="How it ended.")
@agent_option
@pass_place
def inbox_close(place: Place, case_id: int, ending: str | None, agent: str) -> None:
    """End a conversation that needs no (further) answer; a new message opens it again."""
    with desk_of(place) as desk:
        version = _existing(desk, case_id).summary.version
        desk.queueing.acts.close(case_id, agent, version, ending=Ending(ending) if ending else None)
        print_line(f"Case {case_id} is closed.")


@inbox_group.command("reply")
@click.argument("case_id", type=int)
@click.option("--text", required=True, help="What you answer. It is never changed or cut.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the answer.")
@send_option
@agent_option
@json_option
@pass_place
def inbox_reply(place: Place, case_id: int, text: str, language: str, send: bool, agent: str, as_json: bool) -> None:
    """Answer a conversation you hold. Pressing send is the approval; the post leaves once."""
    with desk_of(place) as desk:
        draft = desk.inbox.draft_reply(case_id, agent, text, language=language)
        entry = desk.inbox.send(draft.draft_id, agent) if send else None
    left = send_now(place, entry) if entry else None
    if as_json:
        print_json({"draft": draft, "entry": left.entry if left else None, "held": left.held if left else ""})
    elif left:
        say_entry(left.entry, held=left.held)
    else:
        print_line(f"Would leave as draft {draft.draft_id} below {draft.target.parent_id} on {draft.target.platform}:")
        print_line(draft.text)
        print_line(f"Send it with: klankbord outbox approve {draft.draft_id} --send")


def _waiting(desk: Desk, issue_id: int | None, agent: str, *, mine: bool, most: int) -> tuple[CaseSummary, ...]:
    """Return the first `most` conversations that wait, most urgent first, or those that the agent holds."""
    person = Person(name=agent, role=Role.AGENT)
    tabs = (Tab.MINE,) if mine else (Tab.WAITING, Tab.MINE, Tab.OTHERS)
    found = [one for tab in tabs for one in desk.queueing.queue.all(QueueChoice(tab=tab, issue_id=issue_id), person, most=most)]
    return tuple(sorted(found, key=lambda one: (-one.urgency, one.waiting_since, one.case_id))[:most])


def _existing(desk: Desk, case_id: int) -> CaseView:
    view = desk.inbox.show(case_id)
    if view is None:
        raise InputError(f"There is no case {case_id}; `klankbord inbox list` shows them.")
    return view


def _show(desk: Desk, case_id: int, as_json: bool) -> None:
    view = _existing(desk, case_id)
    if as_json:
        print_json(view)
    else:
        _say(view, desk)


def _say(view: CaseView, desk: Desk) -> None:
    case = view.summary
    print_line(f"Case {case.case_id} · urgency {case.urgency} · {case.platform} · {case.holder or 'nobody holds it'}")
    print_line(why_sentence(case.why, load_words("en", "triage")))
    if case.issue_id is not None:
        print_line(f"About issue {case.issue_id}: {desk.ledger.issues.titles([case.issue_id]).get(case.issue_id, '')}")
    for stored in view.mentions:
        author = stored.mention.author
        who = (author.name or author.native_id) if author else "somebody"
        print_line(f"  {stored.mention.posted_at:%Y-%m-%d %H:%M} {who}: {_words(stored)}")
        if stored.mention.url:
            print_line(f"    {stored.mention.url}")
    for entry in view.entries:
        say_entry(entry)


def _show_nothing(as_json: bool) -> None:
    if as_json:
        empty: dict[str, Any] | None = None
        print_json(empty)
    else:
        print_line("Nobody waits for an answer.")


def _words(stored: StoredMention) -> str:
    if stored.expired_at is not None:
        return "(text kept no longer)"
    return shorten(stored.mention.text or stored.mention.title, 600)
