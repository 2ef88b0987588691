"""Show what a brand query catches in one live page of a source. The page is held in memory and forgotten (RULES: what is kept)."""

from __future__ import annotations

import asyncio

from listener.errors import ProductError
from listener.settings.schema import ListenerSettings
from listener.setup_questions import Preview
from listener.sources.context import SourceContext
from listener.sources.registry import build_source
from listener.text.query import compile_brand
from listener.text.shorten import shorten

PATIENCE_SECONDS = 30.0
MOST_SHOWN = 5
SHOWN_LENGTH = 100


async def preview_query(settings: ListenerSettings, source_id: str, *, context: SourceContext) -> Preview:
    """Pull the first page of the source `source_id` of `settings` and match its posts. Failures are told in `Preview.problem`."""
    wanted = next(source for source in settings.sources if source.id == source_id)
    queries = [compile_brand(brand) for brand in settings.brands]
    try:
        source = build_source(wanted, context=context)
        try:
            page = await asyncio.wait_for(source.pull(None), PATIENCE_SECONDS)
        finally:
            await source.aclose()
    except TimeoutError:
        return Preview(source=source_id, problem=f"no answer within {PATIENCE_SECONDS:g} seconds")
    except ProductError as error:
        return Preview(source=source_id, problem=str(error))
    hits = [(mention, hit) for mention in page.mentions for query in queries if (hit := query.match(mention))]
    caught = tuple(
        f"{shorten(f'{mention.title} {mention.text}'.strip(), SHOWN_LENGTH)}  ({', '.join(hit.terms)})"
        for mention, hit in hits[-MOST_SHOWN:]
    )
    return Preview(source=source_id, seen=len(page.mentions), fits=len({mention.key for mention, _ in hits}), caught=caught)
