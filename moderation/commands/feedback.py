"""Feedback by command: hand out a link, read answers and figures, import another channel's survey."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table, progress_for
from listener.errors import InputError
from listener.sources.import_csv import CsvReader
from listener.sources.import_rows import look_at
from listener.text.shorten import shorten
from moderation.commands.desk import case_of, desk_of
from moderation.model.feedback import FREE_TEXT, Figure, Rate, ScoreFigures
from moderation.workflows.import_feedback import columns_for, import_feedback

MOST_WRONG_SHOWN = 20


@click.group("feedback")
def feedback_group() -> None:
    """What customers answer when asked, and how many do."""


@feedback_group.command("link")
@click.argument("case_id", type=int, required=False)
@click.option("--issue", "issue_id", type=int, help="The issue it is about; that of the case by default.")
@click.option("--thread", "channel", metavar="CHANNEL", help="Make a link for a thread or a footer instead, where many may answer.")
@click.option("--bare", is_flag=True, help="Lead to the review links alone, without questions before them.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the pages.")
@json_option
@pass_place
def feedback_link(
    place: Place, case_id: int | None, issue_id: int | None, channel: str | None, bare: bool, language: str, as_json: bool
) -> None:
    """Print a link to the questions: for the customer of CASE_ID, once; or for a thread. Nothing is posted."""
    with desk_of(place) as desk:
        links = desk.feedback.links
        if channel:
            link = links.open(issue_id, channel, language)
        elif case_id is None:
            raise InputError("Name a case, or a channel with --thread.")
        else:
            case = case_of(desk, case_id)
            make = links.bare if bare else links.personal
            about = case.issue_id if issue_id is None else issue_id
            link = make(case.conversation_id, issue_id=about, channel=case.platform, language=language, by_hand=True)
    if as_json:
        print_json({"link": link})
    else:
        print_line(link)


@feedback_group.command("list")
@click.option("--issue", "issue_id", type=int, help="Only feedback about this issue.")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many to show.")
@json_option
@pass_place
def feedback_list(place: Place, issue_id: int | None, most: int, as_json: bool) -> None:
    """List what customers answered, newest first."""
    with desk_of(place) as desk:
        found = desk.feedback.answers.responses(issue_id=issue_id, limit=most)
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "id": one.feedback_id,
            "at": f"{one.begun_at.astimezone(place.settings.zone):%Y-%m-%d %H:%M}",
            "channel": one.channel,
            **{name: one.answers.get(name, "–") for name in ("satisfaction", "effort", "recommend")},
            "text": shorten(one.answers.get(FREE_TEXT, ""), 60),
        }
        for one in found
    ]
    columns = {name: name for name in ("id", "at", "channel", "satisfaction", "effort", "recommend", "text")}
    print_table(columns, rows, empty="Nobody answered yet.")


@feedback_group.command("show")
@click.argument("feedback_id", type=int)
@json_option
@pass_place
def feedback_show(place: Place, feedback_id: int, as_json: bool) -> None:
    """Show one response whole."""
    with desk_of(place) as desk:
        found = desk.feedback.answers.responses(feedback_id=feedback_id)
    if not found:
        raise InputError(f"There is no feedback {feedback_id}; `klankbord feedback list` shows it.")
    if as_json:
        print_json(found[0])
        return
    one = found[0]
    print_line(f"Feedback {one.feedback_id} · {one.channel} · {one.source} · {'complete' if one.ended_at else 'not finished'}")
    for question, value in one.answers.items():
        print_line(f"  {question}: {value}")


@feedback_group.command("figures")
@click.option("--from", "from_text", metavar="MOMENT", help="Begin of the period; 90 days before its end by default.")
@click.option("--to", "to_text", metavar="MOMENT", help="End of the period; now by default.")
@click.option("--issue", "issue_id", type=int, help="Only feedback about this issue.")
@json_option
@pass_place
def feedback_figures(place: Place, from_text: str | None, to_text: str | None, issue_id: int | None, as_json: bool) -> None:
    """Show figures with their 95 % intervals, and the two response rates beside what the literature reports."""
    with desk_of(place) as desk:
        to_at = moment(to_text, place) or desk.clock.now()
        from_at = moment(from_text, place) or to_at - timedelta(days=90)
        found = desk.feedback.answers.figures(from_at, to_at, issue_id)
    if as_json:
        print_json(found)
        return
    rows = [_scores("all", found.all), *(_scores(name, one) for name, one in found.channels.items())]
    heads = ("channel", "responses", "satisfaction", "satisfied", "effort", "NPS", "searched first", "avoidable")
    print_table({name: name for name in heads}, rows, empty="")
    for name, rate in (("asked within feedback", found.within_feedback), ("asked bare", found.bare)):
        if rate is not None:
            print_line(_rate(name, rate))
    print_line(f"Fewer than {found.least} answers make no figure.")


@feedback_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="Says which column holds a field, such as csat=Score.")
@click.option("--channel", default="", help="Channel of the whole file, where no column tells it.")
@json_option
@pass_place
def feedback_import(place: Place, file: Path, mapped: tuple[str, ...], channel: str, as_json: bool) -> None:
    """Import a survey of another channel from a CSV file. Rows known by channel and external id are left alone."""
    given = dict(_pair(one) for one in mapped)
    reader = CsvReader(file, look_at(file))
    columns = columns_for(reader.columns, given, channel=channel)
    zone, progress, total = place.settings.zone, progress_for(as_json), reader.rows_estimate
    with desk_of(place) as desk:
        done = import_feedback(reader.rows(), desk.feedback.answers, columns, zone=zone, channel=channel, progress=progress, total=total)
    if as_json:
        print_json(done)
    else:
        print_line(f"{done.read} rows read: {done.new} new, {done.known} known, {len(done.wrong)} wrong.")
        for line, reason in done.wrong[:MOST_WRONG_SHOWN]:
            print_line(f"  {file.name}:{line}: {reason}")
    if done.wrong:
        raise InputError(f"{len(done.wrong)} rows of {file.name} could not be read; mend them and import again: the others are kept once.")


def _pair(text: str) -> tuple[str, str]:
    names = {"csat": "satisfaction"}
    field, sign, column = text.partition("=")
    if not (field and sign and column):
        raise InputError(f"--map {text!r} is not understood; write --map csat=COLUMN")
    return names.get(field.strip(), field.strip()), column.strip()


def _scores(name: str, one: ScoreFigures) -> dict[str, Any]:
    return {
        "channel": name,
        "responses": one.responses,
        "satisfaction": _figure(one.satisfaction),
        "satisfied": _figure(one.top_two, share=True),
        "effort": _figure(one.effort),
        "NPS": _figure(one.nps),
        "searched first": _figure(one.searched_first, share=True),
        "avoidable": _figure(one.avoidable, share=True),
    }


def _figure(one: Figure, *, share: bool = False) -> str:
    if one.value is None or one.low is None or one.high is None:
        return f"too few ({one.n})"
    shown = [f"{100 * number:.0f} %" if share else f"{number:.1f}" for number in (one.value, one.low, one.high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def _rate(name: str, rate: Rate) -> str:
    low, high = f"{100 * rate.benchmark_low:.0f} %", f"{100 * rate.benchmark_high:.0f} %"
    usual = low if low == high else f"{low} to {high}"
    return f"Went on to a review site, {name}: {rate.did} of {rate.asked}, {_figure(rate.share, share=True)}; elsewhere {usual}."
