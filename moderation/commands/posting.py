"""What leaves, by command: the outbox with its kill switch, and the audit log."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError, ProductError
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, desk_of, say_entry, send_now, send_option
from moderation.commands.safety import name_option, reconciled_command, resolve_command, resume_now, say_alarms, seen_command, stop_now
from moderation.messages.reasons import outbox_sentence
from moderation.model.outbox import Draft, EntryState
from moderation.policy.cost import cost_words
from moderation.workflows.load_wording import load_policy, load_words


@click.group("outbox")
def outbox_group() -> None:
    """What was approved, what left, and the kill switch."""


@outbox_group.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in EntryState]), help="Only these. Repeatable.")
@json_option
@pass_place
def outbox_list(place: Place, states: tuple[str, ...], as_json: bool) -> None:
    """List posts and where they stand."""
    with desk_of(place) as desk:
        entries = desk.outbox.list([EntryState(state) for state in states])
        stopped, alarms = desk.outbox.stopped(), desk.alarms.unseen()
        if not as_json:
            say_alarms(desk, place)
    if as_json:
        print_json({"stopped_by": stopped, "alarms": alarms, "entries": entries})
        return
    words = load_words("en", "outbox")
    if stopped:
        print_line(f"Sending is stopped by {stopped}; `klankbord outbox resume` lets it go on.")
    rows = [
        {
            "entry": e.entry_id,
            "kind": e.post.kind.value,
            "text": shorten(e.post.text, 60),
            "account": f"{e.post.account.platform}:{e.post.account.name}",
            "by": e.approved_by,
            "state": outbox_sentence(e, words),
        }
        for e in entries
    ]
    columns = {"entry": "entry", "kind": "kind", "text": "text", "account": "account", "by": "approved by", "state": "state"}
    print_table(columns, rows, empty="Nothing was approved yet.")


@outbox_group.command("approve")
@click.argument("draft_id", type=int)
@send_option
@agent_option
@json_option
@pass_place
def outbox_approve(place: Place, draft_id: int, send: bool, agent: str, as_json: bool) -> None:
    """Approve exactly the text of a draft. Approving twice sends once."""
    if not send:
        raise InputError(f"Approving sends it. Add --send, or look at it first: klankbord outbox show-draft {draft_id}")
    with desk_of(place) as desk:
        entry = desk.outbox.approve(draft_id, agent)
    left = send_now(place, entry)
    if as_json:
        print_json(left.entry)
    else:
        say_entry(left.entry, held=left.held)
        if cost := cost_words(left.entry.post, load_policy()):
            print_line(f"  It {cost}.")


@outbox_group.command("show-draft")
@click.argument("draft_id", type=int)
@json_option
@pass_place
def outbox_show_draft(place: Place, draft_id: int, as_json: bool) -> None:
    """Show the text of a draft and where it would go."""
    with desk_of(place) as desk:
        draft = desk.outbox.draft(draft_id)
    if as_json:
        print_json(draft)
    else:
        _say_draft(draft)


@outbox_group.command("cancel")
@click.argument("entry_id", type=int)
@click.option("--why", required=True, help="Why it must not leave; kept with your name.")
@agent_option
@pass_place
def outbox_cancel(place: Place, entry_id: int, why: str, agent: str) -> None:
    """Take an approval back before it leaves."""
    with desk_of(place) as desk:
        say_entry(desk.outbox.cancel(entry_id, agent, why))


@outbox_group.command("take-back")
@click.argument("entry_id", type=int)
@click.option("--yes", is_flag=True, help="Needed: it disappears from the platform, and that cannot be undone.")
@agent_option
@json_option
@pass_place
def outbox_take_back(place: Place, entry_id: int, yes: bool, agent: str, as_json: bool) -> None:
    """Take a post of ours away again, where its platform can. Without --yes it is only shown."""
    with desk_of(place) as desk:
        removal = desk.replies.take_back.look(entry_id)
        entry = desk.replies.take_back(entry_id, agent, shown=removal.shown) if yes else None
    if entry is None:
        if as_json:
            print_json({"removal": removal, "entry": None, "held": ""})
            return
        print_line(f"Post {entry_id} by {removal.entry.post.account.name} on {removal.entry.post.target.platform} says:")
        print_line(removal.text)
        print_line("Whoever quoted or answered it keeps what it said.")
        print_line(f"Take it away with: klankbord outbox take-back {entry_id} --yes")
        return
    left = send_now(place, entry)
    if as_json:
        print_json({"removal": removal, "entry": left.entry, "held": left.held})
    else:
        say_entry(left.entry, held=left.held)


@outbox_group.command("stop")
@agent_option
@pass_place
def outbox_stop(place: Place, agent: str) -> None:
    """Kill switch: stop every send at once."""
    stop_now(place, agent)


@outbox_group.command("resume")
@click.option("--yes", is_flag=True, help="Needed: what is approved will leave.")
@name_option
@agent_option
@pass_place
def outbox_resume(place: Place, yes: bool, typed: str, agent: str) -> None:
    """Let sends happen again."""
    resume_now(place, agent, typed, yes=yes)


for one in (resolve_command, seen_command, reconciled_command):
    outbox_group.add_command(one)


@click.group("audit")
def audit_group() -> None:
    """Who drafted, approved, sent and decided what."""


@audit_group.command("verify")
@json_option
@pass_place
def audit_verify(place: Place, as_json: bool) -> None:
    """Check that no line of the audit log was changed or taken out."""
    with desk_of(place) as desk:
        broken, lines = desk.audit.find_break(), len(desk.audit.lines())
    if as_json:
        print_json({"lines": lines, "broken": broken})
    elif broken is None:
        print_line(f"{lines} lines, unbroken.")
    if broken is not None:
        raise ProductError(f"The audit log is broken: {broken}. Somebody changed the ledger outside Klankbord; compare it with a backup.")


def approve_or_show(place: Place, draft: Draft, *, send: bool, agent: str, as_json: bool) -> None:
    """Approve a draft and let it leave with `send`; without it show what would leave."""
    left = None
    if send:
        with desk_of(place) as desk:
            entry = desk.outbox.approve(draft.draft_id, agent)
        left = send_now(place, entry)
    if as_json:
        print_json({"draft": draft, "entry": left.entry if left else None, "held": left.held if left else ""})
    elif left:
        say_entry(left.entry, held=left.held)
    else:
        _say_draft(draft)


def _say_draft(draft: Draft) -> None:
    print_line(
        f"Draft {draft.draft_id} ({draft.kind.value}, {draft.state.value}) below {draft.target.parent_id} on {draft.target.platform}:"
    )
    print_line(draft.text)
    if cost := cost_words(draft, load_policy()):
        print_line(f"Posting it {cost}.")
    print_line(f"Send it with: klankbord outbox approve {draft.draft_id} --send")


def pair(text: str) -> tuple[str, str]:
    """Return NAME=TEXT as two; raise `InputError` for anything else."""
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise InputError(f"{text!r} is not understood; write NAME=TEXT, such as subject=TEXT")
    return name.strip(), value
