"""A conversation by command, beside its page: notes, questions to colleagues, joins, and how it ends."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from moderation.commands.desk import agent_option, case_of, desk_of
from moderation.model.case import Ending
from moderation.model.person import Person, Role
from moderation.workflows.end_cases import BY_HAND

_text = click.option("--text", required=True, help="The words. They stay among colleagues.")


@click.command("note")
@click.argument("case_id", type=int)
@_text
@agent_option
@pass_place
def note_command(place: Place, case_id: int, text: str, agent: str) -> None:
    """Write a note on a conversation, for colleagues only."""
    with desk_of(place) as desk:
        kept = desk.conversation.notes.add(case_id, text, agent)
    print_line(f"Note {kept.note_id} is kept on case {case_id}; the customer never sees it.")


@click.command("ask")
@click.argument("case_id", type=int)
@click.option("--whom", required=True, help="The colleague, or “team NAME”.")
@_text
@agent_option
@pass_place
def ask_command(place: Place, case_id: int, whom: str, text: str, agent: str) -> None:
    """Ask a colleague or a team something about a conversation."""
    with desk_of(place) as desk:
        asked = desk.conversation.questions.ask(case_id, whom, text, agent)
    print_line(f"Question {asked.question_id} waits for {'team ' if asked.team else ''}{asked.asked}.")


@click.command("answer")
@click.argument("question_id", type=int)
@_text
@agent_option
@pass_place
def answer_command(place: Place, question_id: int, text: str, agent: str) -> None:
    """Answer a question of a colleague. Nothing of it is sent to the customer."""
    with desk_of(place) as desk:
        answered = desk.conversation.questions.answer(question_id, text, Person(name=agent, role=Role.AGENT))
    print_line(f"{answered.asked_by} sees your answer on case {answered.case_id}.")


@click.command("contacts")
@click.argument("case_id", type=int)
@json_option
@pass_place
def contacts_command(place: Place, case_id: int, as_json: bool) -> None:
    """Show other contact moments of a customer, and those that may be theirs with why. Nothing is joined by itself."""
    with desk_of(place) as desk:
        case_of(desk, case_id)
        at = desk.conversation.show.customer(case_id)
        same, offered = desk.conversation.joins.same_person(at), desk.conversation.joins.suggestions(at)
        standing = desk.conversation.joins.standing(at.conversation_id)
    if as_json:
        print_json({"same": same, "suggestions": offered, "joins": standing})
        return
    rows = [{"moment": one.key, "where": one.channel or one.platform, "why": "same sender", "fit": "–"} for one in same]
    rows += [
        {
            "moment": one.contact.key,
            "where": one.contact.channel or one.contact.platform,
            "why": ", ".join(evidence.value for evidence in one.evidence),
            "fit": one.fit.value,
        }
        for one in offered
    ]
    print_table({"moment": "moment", "where": "where", "why": "why", "fit": "fit"}, rows, empty="No other contact moments are known.")
    for join in standing:
        print_line(f"Join {join.join_id} by {join.made_by} stands; take it apart with: klankbord inbox unjoin {case_id} {join.join_id}")


@click.command("join")
@click.argument("case_id", type=int)
@click.argument("moment")
@agent_option
@pass_place
def join_command(place: Place, case_id: int, moment: str, agent: str) -> None:
    """Join a contact moment, as `inbox contacts` names it, to a conversation."""
    with desk_of(place) as desk:
        at = desk.conversation.show.customer(case_id)
        kept = desk.conversation.joins.join(case_id, at.conversation_id, moment, agent)
    print_line(f"Joined. Take it apart with: klankbord inbox unjoin {case_id} {kept.join_id}")


@click.command("unjoin")
@click.argument("case_id", type=int)
@click.argument("join_id", type=int)
@agent_option
@pass_place
def unjoin_command(place: Place, case_id: int, join_id: int, agent: str) -> None:
    """Take a join apart; both conversations are as they were."""
    with desk_of(place) as desk:
        desk.conversation.joins.undo(case_id, join_id, agent)
    print_line(f"Case {case_id} stands by itself again.")


@click.command("end")
@click.argument("case_id", type=int)
@click.option("--how", type=click.Choice([one.value for one in BY_HAND]), required=True, help="How the conversation ended.")
@click.option("--helper", type=int, help="The message of whoever answered it, for answered_by_community.")
@click.option("--about", default="", help="What solved it, such as action:3 or status:resolved, for resolved_by_fix.")
@agent_option
@pass_place
def end_command(place: Place, case_id: int, how: str, helper: int | None, about: str, agent: str) -> None:
    """End a conversation and say how; a new message of the customer opens it again."""
    with desk_of(place) as desk:
        row = case_of(desk, case_id)
        act = desk.conversation.endings.end(case_id, agent, row.version, Ending(how), helper=helper, about=about)
    print_line(f"Case {case_id} ended: {how} (act {act.act_id}).")


@click.command("export")
@click.argument("case_id", type=int)
@pass_place
def export_command(place: Place, case_id: int) -> None:
    """Print everything that is kept of a conversation, as JSON."""
    with desk_of(place) as desk:
        print_line(desk.conversation.export(case_id).decode("utf-8").rstrip("\n"))


CONVERSING: tuple[click.Command, ...] = (
    note_command,
    ask_command,
    answer_command,
    contacts_command,
    join_command,
    unjoin_command,
    end_command,
    export_command,
)
"""What stands below `inbox` beside the commands of the queue."""
