"""Commands about what emerged: the signals with their reasons, and insight derived again."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table, progress_for
from listener.digest.reason import reason_sentence
from listener.workflows.rebuild_insight import rebuild_insight


@click.command("signals")
@click.option("--since", metavar="MOMENT", help="Only signals after this moment.")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Signals to show, newest first.")
@json_option
@pass_place
def signals_command(place: Place, since: str | None, most: int, as_json: bool) -> None:
    """List what emerged, and why it was flagged."""
    with place.ledger() as ledger:
        signals = ledger.issues.signals(since=moment(since, place), limit=most)
        titles = {issue.issue_id: issue.title for issue in ledger.issues.all(include_merged=True)}
    if as_json:
        print_json(signals)
        return
    rows = [
        {"at": f"{s.at:%Y-%m-%d %H:%M}", "issue": s.issue_id, "title": titles.get(s.issue_id or 0, "–"), "why": reason_sentence(s, "en")}
        for s in signals
    ]
    print_table({"at": "when (UTC)", "issue": "issue", "title": "title", "why": "why"}, rows, empty="No signals yet.")


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
