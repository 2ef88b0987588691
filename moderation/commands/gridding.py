"""The channel grid by command, beside a running service: what is planned, how it went, and who changed it."""

from __future__ import annotations

from pathlib import Path

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from moderation.commands.desk import agent_option, desk_of
from moderation.model.feedback import Figure
from moderation.model.grid import GridFigures
from moderation.workflows.count_grid import count_grid, grid_as_it_is, last_days


@click.group("grid")
def grid_group() -> None:
    """The channel grid: which contact is best answered where, and how it went."""


@grid_group.command("show")
@pass_place
def grid_show(place: Place) -> None:
    """Print the grid in use: the file's, or as people changed it since."""
    with desk_of(place) as desk:
        click.echo(desk.knowledge.grids.text(), nl=False)


@grid_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_place
def grid_export(place: Place, file: Path) -> None:
    """Write the grid in use to a new FILE, to change and take in again; what is there already stays."""
    with desk_of(place) as desk:
        text = desk.knowledge.grids.text()
    try:
        with file.open("x", encoding="utf-8") as writing:
            writing.write(text)
    except FileExistsError as error:
        raise InputError(f"{file} is there already; name another file.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error
    print_line(f"Written to {file}.")


@grid_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@agent_option
@pass_place
def grid_import(place: Place, file: Path, agent: str) -> None:
    """Let the grid of FILE hold from now on; the one before can be put back. Contacts that came in earlier keep their type."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is no text'}.") from error
    with desk_of(place) as desk:
        desk.knowledge.grids.take_in(text, name=file.name, by=agent)
        print_line(f"The grid of {file.name} holds now, as change {desk.knowledge.grids.version()}.")


@grid_group.command("history")
@json_option
@pass_place
def grid_history(place: Place, as_json: bool) -> None:
    """List who changed the grid, newest first."""
    with desk_of(place) as desk:
        found = desk.knowledge.grids.versions()
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "change": one.version_id,
            "when": f"{one.at.astimezone(place.settings.zone):%Y-%m-%d %H:%M}",
            "who": one.made_by,
            "what": f"{one.verb} {one.about}".strip(),
        }
        for one in found
    ]
    print_table({name: name for name in ("change", "when", "who", "what")}, rows, empty="Nobody changed the grid; it is as its file says.")


@grid_group.command("undo")
@click.option(
    "--to", "to", type=click.IntRange(0), help="Put this change's grid back, 0 for the file's; the one before the newest by default."
)
@agent_option
@pass_place
def grid_undo(place: Place, to: int | None, agent: str) -> None:
    """Put an earlier grid back, as a change of its own."""
    with desk_of(place) as desk:
        grids = desk.knowledge.grids
        if to is None:
            grids.undo(seen=grids.version(), by=agent)
        else:
            grids.put_back(to, seen=grids.version(), by=agent)
        print_line(f"An earlier grid holds again, as change {grids.version()}.")


@grid_group.command("count")
@click.option("--days", default=7.0, show_default=True, type=click.FloatRange(0.01, 3650), help="Days to look back.")
@click.option("--arrived", is_flag=True, help="Show where contacts arrived against the plan instead of how they were handled.")
@json_option
@pass_place
def grid_count(place: Place, days: float, arrived: bool, as_json: bool) -> None:
    """Count, per cell of the grid, contacts that are done and how many went as it advises."""
    with desk_of(place) as desk:
        known = desk.knowledge
        since, until = last_days(days, desk.clock.now())
        if arrived:
            figures = grid_as_it_is(known.words, known.grids.history(), since=since, until=until)
        else:
            found = count_grid(known.words, known.grids.history(), since=since, until=until)
    if as_json:
        print_json(figures if arrived else found)
        return
    if arrived:
        _say_arrived(figures)
        return
    rows = [
        {"type": one.contact_type, "place": one.channel, "advice": one.way.value, "contacts": one.contacts, "followed": one.followed}
        for one in found
    ]
    columns = {name: name for name in ("type", "place", "advice", "contacts", "followed")}
    print_table(columns, rows, empty="Nothing was answered or closed in that time.")


def _say_arrived(figures: GridFigures) -> None:
    rows = [
        {
            "type": f"{row.name}{' (retired)' if row.retired else ''}",
            "place": cell.channel,
            "planned": cell.planned.value,
            "contacts": cell.contacts,
            "share": _share(cell.share),
        }
        for row in figures.types
        for cell in row.cells
        if cell.contacts
    ]
    columns = {name: name for name in ("type", "place", "planned", "contacts", "share")}
    print_table(columns, rows, empty="Nothing was answered or closed in that time.")
    print_line(f"Of {figures.contacts} contacts {_share(figures.preferred)} arrived where preferred, {_share(figures.astray)} astray.")


def _share(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return f"too few ({figure.n})"
    return f"{figure.value:.0%} ({figure.low:.0%} to {figure.high:.0%})"
