"""The search page over an open home."""

from __future__ import annotations

from moderation.inbox.search_parts import SearchParts
from moderation.ledger.case_search import CaseSearchLedger
from moderation.parts import Answering
from moderation.workflows.search_everything import SearchEverything


def search_everything(parts: Answering) -> SearchEverything:
    """Return the search of a home with both halves."""
    listening = parts.listening
    cases = CaseSearchLedger(listening.ledger.engine)
    return SearchEverything(listening.search, listening.ledger, cases, key=listening.pseudonym_key, zone=listening.settings.zone)


def search_parts(parts: Answering) -> SearchParts:
    searching = search_everything(parts)
    return SearchParts(
        find=lambda asked, brands, page: searching.find(asked, brands=brands, page=page),
        choices=lambda brands: searching.choices(brands=brands),
    )
