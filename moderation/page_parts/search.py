"""The search page over an open home."""

from __future__ import annotations

from collections.abc import Callable

from moderation.inbox.scope import PRIVATE_WANTS
from moderation.inbox.search_parts import SearchParts
from moderation.ledger.case_search import CaseSearchLedger
from moderation.model.person import Person
from moderation.parts import Answering
from moderation.workflows.search_everything import SearchEverything


def search_everything(parts: Answering) -> SearchEverything:
    """Return the search of a home with both halves."""
    listening = parts.listening
    cases = CaseSearchLedger(listening.ledger.engine)
    return SearchEverything(listening.search, listening.ledger, cases, key=listening.pseudonym_key, zone=listening.settings.zone)


def words_in_cases(parts: Answering) -> Callable[[str, int, Person], tuple[int, ...]]:
    """Return what finds the cases in which words stand, as far as somebody may read them."""
    searching = search_everything(parts)
    return lambda words, most, person: searching.case_ids_for(words, most, brands=person.brands, private=person.may(PRIVATE_WANTS))


def search_parts(parts: Answering) -> SearchParts:
    searching = search_everything(parts)
    return SearchParts(
        find=lambda asked, brands, page, private: searching.find(asked, brands=brands, page=page, private=private),
        choices=lambda brands: searching.choices(brands=brands),
    )
