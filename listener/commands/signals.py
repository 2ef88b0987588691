"""Commands about what emerged: the signals with their reasons, and what is behind one."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table
from listener.digest.reason import reason_sentence
from listener.digest.signal import signal_explained
from listener.errors import InputError
from listener.parts import pseudonym_key
from listener.settings.wording import templates
from listener.workflows.measure_issues import quote_of


@click.group("signals", invoke_without_command=True)
@click.option("--since", metavar="MOMENT", help="Only signals after this moment.")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Signals to show, newest first.")
@json_option
@pass_place
@click.pass_context
def signals_group(context: click.Context, place: Place, since: str | None, most: int, as_json: bool) -> None:
    """List what emerged, and why it was flagged; `explain` one to see what is behind it."""
    if context.invoked_subcommand is not None:
        return
    with place.ledger() as ledger:
        signals = ledger.issues.signals(since=moment(since, place), limit=most)
        titles = {issue.issue_id: issue.title for issue in ledger.issues.all(include_merged=True)}
    if as_json:
        print_json(signals)
        return
    rows = [
        {
            "signal": s.signal_id,
            "at": f"{s.at:%Y-%m-%d %H:%M}",
            "issue": s.issue_id,
            "title": titles.get(s.issue_id or 0) or s.about or "–",
            "why": reason_sentence(s, "en"),
        }
        for s in signals
    ]
    columns = {"signal": "signal", "at": "when (UTC)", "issue": "issue", "title": "title", "why": "why"}
    print_table(columns, rows, empty="No signals yet.")


@signals_group.command("explain")
@click.argument("signal_id", type=int)
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the explanation; the digest's by default.")
@json_option
@pass_place
def signals_explain(place: Place, signal_id: int, language: str | None, as_json: bool) -> None:
    """Show the mentions behind a signal, what would have been usual, and how sure it had to be."""
    with place.ledger() as ledger:
        signal = next((one for one in ledger.issues.signals() if one.signal_id == signal_id), None)
        if signal is None:
            raise InputError(f"There is no signal {signal_id}; `klankbord signals` lists them.")
        issue = ledger.issues.get(signal.issue_id) if signal.issue_id is not None else None
        key = pseudonym_key(ledger)
        stored = sorted(ledger.mentions.by_ids(signal.mention_ids), key=lambda one: (one.mention.posted_at, one.mention_id))
        quotes = [quote_of(one, key=key) for one in stored]
    title = issue.title if issue is not None else ""
    settings = place.settings_or_default
    spoken = language or settings.digest.language
    if as_json:
        print_json({"signal": signal, "issue_title": title, "reason": reason_sentence(signal, spoken), "mentions": quotes})
        return
    told = signal_explained(signal, issue_title=title, quotes=quotes, language=spoken, zone=settings.zone, templates=templates(spoken))
    for line in told.splitlines():
        print_line(line)
