"""Commands about labels: say what a mention really expresses, and see what was learned from it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from listener.clock import SystemClock
from listener.commands.place import Place, by_option, json_option, pass_place, print_json, print_line, print_table
from listener.ledger.ledger import Ledger
from listener.model.correction import ANSWERS
from listener.workflows.learn_labels import Learned, learned_labels


class MentionFirst(click.Group):
    """A group whose first word may be a mention's number: `label 12 sentiment negative` is `label set 12 sentiment negative`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].isdigit():
            args = ["set", *args]
        return super().parse_args(ctx, args)


@click.group("label", cls=MentionFirst)
def label_group() -> None:
    """Correct a label: `label MENTION NAME VALUE`, and `label undo MENTION NAME`. Your answer always stands before the model's.

    It belongs to the text as it is now: an edited one is read anew. `klankbord labels` lists names and answers.
    """


@label_group.command("set")
@click.argument("mention_id", type=int)
@click.argument("name")
@click.argument("value")
@by_option
@pass_place
def label_set(place: Place, mention_id: int, name: str, value: str, by: str) -> None:
    """Say what a mention expresses, such as `sentiment positive` or `unnecessary yes`; kept with your name."""
    with place.ledger() as ledger:
        ledger.labels.correct(mention_id, name, value, by=by, at=SystemClock().now())
    print_line(f"Mention {mention_id}: {name} is {value}, says {by}.")


@label_group.command("undo")
@click.argument("mention_id", type=int)
@click.argument("name")
@by_option
@pass_place
def label_undo(place: Place, mention_id: int, name: str, by: str) -> None:
    """Take an answer back, so that the model's shows again."""
    with place.ledger() as ledger:
        ledger.labels.undo(mention_id, name, by=by, at=SystemClock().now())
    print_line(f"Mention {mention_id}: {name} is the model's again.")


@click.command("labels")
@click.option("--learn", is_flag=True, help="Learn from the corrections now instead of tonight; not while the service runs.")
@json_option
@pass_place
def labels_command(place: Place, learn: bool, as_json: bool) -> None:
    """Show every label with people's corrections, and what was learned from them, or why nothing was."""
    if learn:
        with place.listening() as parts:
            parts.learn_labels()
    with place.ledger() as ledger:
        state = _state(ledger)
    if as_json:
        print_json(state)
        return
    columns = {"name": "label", "answers": "answers", "corrections": "corrections", "same": "as the model said"}
    print_table(columns, [{**one, "answers": ", ".join(one["answers"])} for one in state["labels"]], empty="")
    learned = state["learned"]
    if learned is None:
        print_line("Nothing was learned yet: a night with corrections behind it has to pass, or run `klankbord labels --learn`.")
        return
    kept = f"{learned['corrections']} corrections looked at, {learned['left_out']} left out (X, Discord, Reddit, or another text)"
    print_line(f"Learned on {learned['at'][:10]}: {kept}.")
    columns = {"brand": "brand", "name": "label", "rows": "texts", "before": "right before", "after": "right after", "reason": "outcome"}
    print_table(columns, learned["lessons"], empty="No label had corrections to learn from.")


def _state(ledger: Ledger) -> dict[str, Any]:
    standing = ledger.labels.standing()
    corrections = Counter(one.name for one in standing)
    same = Counter(one.name for one in standing if one.value == (one.model_value if one.model_probability >= 0.5 else "no"))
    return {
        "labels": [
            {"name": name, "answers": list(answers), "corrections": corrections[name], "same": same[name]}
            for name, answers in ANSWERS.items()
        ],
        "learned": _told(learned_labels(ledger)),
    }


def _told(learned: Learned | None) -> dict[str, Any] | None:
    if learned is None:
        return None
    lessons = [
        {"brand": brand, "name": name, **{key: value for key, value in one.items() if key != "offset"}, "adopted": "offset" in one}
        for brand, by_name in learned.lessons.items()
        for name, one in by_name.items()
    ]
    return {"at": learned.at, "corrections": learned.corrections, "left_out": learned.left_out, "lessons": lessons}
