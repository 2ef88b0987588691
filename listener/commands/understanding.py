"""Insight derived again from the ledger."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, progress_for
from listener.workflows.rebuild_insight import rebuild_insight


@click.command("rebuild")
@json_option
@pass_place
def rebuild_command(place: Place, as_json: bool) -> None:
    """Derive insight again from the ledger: same issues, same figures, and no text is encoded twice."""
    with place.listening() as parts:
        mentions = rebuild_insight(parts.ledger, parts.insight, model_id=parts.model_id, progress=progress_for(as_json))
    if as_json:
        print_json({"mentions": mentions})
    else:
        print_line(f"Insight holds {mentions} mentions again.")
