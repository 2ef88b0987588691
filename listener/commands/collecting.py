"""Commands that bring mentions in: import, collect."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

import click

from listener.bootstrap_sources import brand_queries, source_context
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table, progress_for
from listener.errors import InputError, StoreError, StoreLocked
from listener.settings.load import settings_file
from listener.settings.schema import SourceSettings
from listener.sources.context import SourceContext
from listener.sources.imports import FileSource
from listener.sources.incoming import INCOMING
from listener.sources.registry import build_source
from listener.workflows.collect_mentions import Collected, CollectMentions
from listener.workflows.import_file import Imported, import_file

logger = logging.getLogger(__name__)

COLUMNS = {
    "source": "source",
    "seen": "seen",
    "new": "new",
    "edited": "edited",
    "removed": "gone",
    "skipped": "skipped",
    "note": "note",
}


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--map", "mappings", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field, such as text=tweet_text. Repeatable."
)
@click.option("--platform", default="import", show_default=True, help="Platform the rows came from, such as x or reddit.")
@click.option("--channel", default="", help="Channel of contact moments that are not public, such as telephone or chat.")
@click.option("--matching", is_flag=True, help="Keep only rows that fit a brand query; without it every row is kept.")
@click.option("--no-analyse", is_flag=True, help="Only store; the service or a later command analyses.")
@json_option
@pass_place
def import_command(
    place: Place, file: Path, mappings: tuple[str, ...], platform: str, channel: str, matching: bool, no_analyse: bool, as_json: bool
) -> None:
    """Import history from a CSV, JSONL or Parquet FILE. Importing a file again changes nothing."""
    queries = brand_queries(place.settings)
    if matching and not queries:
        raise InputError(f"--matching needs a brand; add one under 'brands' in {settings_file(place.home)}")
    source = FileSource(
        file,
        mapping=_mapping(mappings),
        platform=platform,
        channel=channel,
        zone=place.settings.zone,
        setup=_brands_of(place) if matching else "",
    )
    progress = progress_for(as_json)
    with place.ledger(may_make_home=True) as ledger:
        keep: Literal["matching", "all"] = "matching" if matching else "all"
        imported = asyncio.run(import_file(source, ledger, queries, keep=keep, clock=SystemClock(), progress=progress))
    analysed = None if no_analyse else _analyse_now(place, as_json)
    if as_json:
        print_json({**_as_dict(imported), "analysed_here": analysed is not None, "signals": analysed or 0})
        return
    _say(imported)
    for note in source.notes:
        print_line(f"  note: {note}")
    if analysed is None and not no_analyse:
        print_line("The running service will analyse them.")
    elif analysed is not None:
        print_line(f"Analysed; {analysed} signals. See `klankbord issues` and `klankbord signals`.")


def _brands_of(place: Place) -> str:
    """Return what decides which rows --matching keeps: with other brands the same file is read again."""
    return repr(place.settings.brands)


def _mapping(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    wrong = [name for name, sign, column in pairs if not (name and sign and column)]
    if wrong:
        raise InputError(f"--map {wrong[0]!r} is not understood; write --map text=COLUMN")
    return {name: column for name, _, column in pairs}


def _analyse_now(place: Place, as_json: bool) -> int | None:
    """Analyse what waits when the home is free; None when a running service will do it."""
    try:
        with place.listening() as parts:
            return len(parts.analyse.all(progress_for(as_json))) + len(parts.watch.once())
    except StoreLocked:
        return None


def _as_dict(imported: Imported) -> dict[str, Any]:
    return {name: getattr(imported, name) for name in imported.__slots__}


def _say(imported: Imported) -> None:
    print_line(
        f"{imported.rows} rows read: {imported.new} new, {imported.edited} edited, {imported.unchanged} known, "
        f"{imported.unmatched} not about a brand, {imported.skipped} skipped."
    )
    for skip in imported.first_skips:
        print_line(f"  skipped {skip.where}: {skip.reason}")
    if imported.skipped > len(imported.first_skips):
        print_line(f"  … and {imported.skipped - len(imported.first_skips)} more")


@click.command("collect")
@click.argument("source_ids", nargs=-1)
@json_option
@pass_place
def collect_command(place: Place, source_ids: tuple[str, ...], as_json: bool) -> None:
    """Pull all sources once (or those named), without the service."""
    chosen = _chosen(place, source_ids)

    async def pull_all() -> list[Collected]:
        with place.ledger() as ledger:
            context = source_context(place.home, place.settings, SystemClock())
            collect = CollectMentions(ledger, brand_queries(place.settings), clock=SystemClock())
            async with aclosing(context.http):
                return [await _pull_once(collect, one, context.of(one)) for one in chosen]

    results = asyncio.run(pull_all())
    rows = [_row(one) for one in results]
    if as_json:
        print_json(rows)
    else:
        print_table(COLUMNS, rows, empty="No sources yet; `klankbord init` adds some.")
    if any(one.error for one in results):
        raise SystemExit(1)


def _chosen(place: Place, source_ids: tuple[str, ...]) -> list[SourceSettings]:
    """Return the sources that are named, all that are pulled without a name. Raises `InputError` for one that cannot be pulled."""
    known = {source.id: source for source in place.settings.sources}
    unknown = [name for name in source_ids if name not in known]
    if unknown:
        raise InputError(f"There is no source {unknown[0]!r}; known: {', '.join(known) or 'none yet (see `klankbord init`)'}.")
    called = [name for name in source_ids if known[name].kind in INCOMING]
    if called:
        raise InputError(f"{called[0]!r} is called by its platform and cannot be pulled; the service takes in what comes.")
    return [known[name] for name in source_ids] or [one for one in known.values() if one.enabled and one.kind not in INCOMING]


def _row(one: Collected) -> dict[str, Any]:
    told = [*(f"{lost.name}: {lost.why}" for lost in one.lost), *([one.gap] if one.gap else [])]
    return {
        "source": one.source,
        "seen": one.seen,
        "new": one.new,
        "edited": one.edited,
        "removed": one.removed,
        "skipped": one.skipped,
        "note": str(one.error or "; ".join(told)),
    }


async def _pull_once(collect: CollectMentions, settings: SourceSettings, context: SourceContext) -> Collected:
    """Pull one source. Whatever breaks in reading it is told of it alone; a ledger that cannot be written ends all. Raises `StoreError`."""
    async with aclosing(build_source(settings, context=context)) as source:
        try:
            return await collect.round(source, keep=settings.keep, purse=context.purse)
        except StoreError:
            raise
        except Exception as error:  # a fault of ours, or secrets that cannot be read
            logger.exception("round failed", extra={"source": settings.id})
            return await collect.in_turn(collect.broke, settings.id, error)
