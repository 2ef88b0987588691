"""Insight and the search made again from the ledger."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, progress_for
from listener.settings.home import existing_home
from listener.workflows.keep_search import rebuild_search
from listener.workflows.rebuild_insight import rebuild_insight


@click.command("rebuild")
@json_option
@pass_place
def rebuild_command(place: Place, as_json: bool) -> None:
    """Derive insight and the search again from the ledger: same issues, same figures, and no text is encoded twice."""
    existing_home(place.home)
    with place.listening() as parts:
        progress = progress_for(as_json)
        mentions = rebuild_insight(parts.ledger, parts.insight, model_id=parts.model_id, progress=progress)
        found = rebuild_search(parts.ledger, parts.search_store, model_id=parts.model_id, progress=progress)
    if as_json:
        print_json({"mentions": mentions, "search": found})
    else:
        print_line(f"Insight holds {mentions} mentions again, and the search {found}.")
