"""The commands that try brand queries and boolean ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from listener.bootstrap import known_languages
from listener.bootstrap_sources import brand_queries
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.settings.query_line import QueryLineError, read_query
from listener.settings.schema import QueryNode
from listener.sources.fields import word
from listener.sources.json_text import read_json
from listener.text.query import BrandQuery, compile_line
from listener.text.shorten import shorten
from listener.workflows.try_query import Tried, try_query

AT_A_TIME = 500
MOST_CHARACTERS = 100_000
TEXT_LENGTH = 90


@click.group("query")
def query_group() -> None:
    """Queries: what they catch, and what they only just miss."""


@query_group.command("test")
@click.argument("line", required=False)
@click.option("--brand", help="Try this brand's own query instead.")
@click.option("--text", "typed", multiple=True, help="Try it on this text instead of on what is stored. Repeatable.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Try it on a file instead: a text per line, or JSON lines with a text each (.jsonl).",
)
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 1_000), help="Texts to show of each.")
@click.option(
    "--read", "reads", default=10_000, show_default=True, type=click.IntRange(1), help="Texts to read, the newest stored ones first."
)
@json_option
@pass_place
def query_test(
    place: Place, line: str | None, brand: str | None, typed: tuple[str, ...], file: Path | None, most: int, reads: int, as_json: bool
) -> None:
    """Show what a query LINE catches and only just misses; without one, what your brands catch.

    LINE: (storing OR outage) AND app* NOT vacature, with "a phrase", #tag and @handle.
    """
    if typed and file is not None:
        raise InputError("--text and --file are two places to look; name one.")
    queries = _queries(place, line, brand)
    with place.ledger() as ledger:
        stored = (f"{one.mention.title}\n{one.mention.text}".strip() for one in _latest(ledger, reads))
        texts = iter(typed) if typed else _in_file(file, reads) if file is not None else stored
        settings = place.settings_or_default
        tried = try_query(texts, queries, languages=known_languages(), spoken=settings.languages, most=most)
    if as_json:
        print_json(tried)
        return
    _print(tried, stored=not typed and file is None)


def _queries(place: Place, line: str | None, brand: str | None) -> Sequence[BrandQuery]:
    """Return the query that is tried: the one typed, one brand's, or every brand's."""
    if line is not None:
        if brand is not None:
            raise InputError("A query and --brand are two things to try; name one.")
        try:
            return (compile_line(QueryNode.model_validate(read_query(line)), name="query"),)
        except QueryLineError as error:
            raise InputError(f"The query cannot be read.\n  {' '.join(line.split())[:200]}\n{error}.") from error
    queries = brand_queries(place.settings)
    if not queries:
        raise InputError("There is no brand yet; `klankbord init` asks for one.")
    named = [one for one in queries if brand is None or one.brand.casefold() == brand.casefold()]
    if not named:
        raise InputError(f"There is no brand {brand!r}; there are: {', '.join(one.brand for one in queries)}.")
    return named


def _latest(ledger: Ledger, reads: int) -> Iterator[StoredMention]:
    for offset in range(0, reads, AT_A_TIME):
        some = ledger.mentions.latest(min(AT_A_TIME, reads - offset), offset)
        yield from some
        if len(some) < AT_A_TIME:
            return


def _in_file(file: Path, reads: int) -> Iterator[str]:
    """Yield the texts of a file; a line of JSON holds one as itself, or under text, content or body."""
    with file.open(encoding="utf-8-sig", errors="replace") as opened:
        number = 0
        while reads > number and (line := opened.readline(MOST_CHARACTERS)):
            number += 1
            if not line.strip():
                continue
            yield _json_text(line, number) if file.suffix in (".jsonl", ".ndjson") else line.strip()


def _json_text(line: str, number: int) -> str:
    try:
        found = read_json(line)
    except ValueError as error:
        raise InputError(f"Line {number} of the file is {error}.") from error
    text = found if isinstance(found, str) else next((said for name in ("text", "content", "body") if (said := word(found, name))), "")
    if not text:
        raise InputError(f"Line {number} of the file has no text; write it under 'text'.")
    return text


def _print(tried: Tried, *, stored: bool) -> None:
    short = [replace(one, text=shorten(" ".join(one.text.split()), TEXT_LENGTH)) for one in tried.fits]
    rows = [{"text": one.text, "brands": one.brands, "terms": one.terms, "language": one.language} for one in short]
    print_table({"text": "fits", "brands": "query", "terms": "because of", "language": "language"}, rows, empty="Nothing fits.")
    if tried.near:
        print_line()
        missed = [
            {
                "text": shorten(" ".join(one.text.split()), TEXT_LENGTH),
                "why": f"{one.why}: {one.stands or one.term}" + (f" for {one.term}" if one.why == "one slip" else ""),
                "language": one.language,
            }
            for one in tried.near
        ]
        print_table({"text": "only just does not", "why": "why", "language": "language"}, missed, empty="")
    if tried.languages:
        print_line()
        counts = [{"language": one.language, "read": one.read, "fits": one.fits, "near": one.near} for one in tried.languages]
        print_table({"language": "language", "read": "read", "fits": "fits", "near": "only just not"}, counts, empty="")
    print_line(
        f"{tried.read:,} {'text' if tried.read == 1 else 'texts'} read."
        + (" Of most sources only what fitted a brand is stored; --file tries others." if stored else "")
    )
