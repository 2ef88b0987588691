"""How contacts went against the channel grid: per cell, how many there were and how many went as it advises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from moderation.coach.words import any_in
from moderation.ledger.our_words import Contacted, OurWords
from moderation.model.advice import Way
from moderation.model.case import Ending
from moderation.model.grid import CellCount, ContactFacts, Grid
from moderation.model.languages import LANGUAGES
from moderation.policy.grid import type_for
from moderation.tone.spoken import spoken
from moderation.workflows.load_coach import load_coach_words

_SILENT = frozenset({Ending.NO_ANSWER_NEEDED.value, Ending.SPAM.value, Ending.NOT_OURS.value})


def count_grid(
    words: OurWords, grid: Grid, *, since: datetime, until: datetime, brands: Collection[str] | None = None
) -> tuple[CellCount, ...]:
    """Return every cell that had a contact which was answered or closed in this stretch, in the grid's order.

    A contact went private when our answer asks for a private message: what follows there is a contact of its own.
    """
    went: dict[tuple[str, str], Counter[Way]] = defaultdict(Counter)
    for one in words.contacts(since, until, brands=brands):
        kind = grid.kind_of(one.platform)
        went[type_for(_facts(one), grid).name, kind][_way(one)] += 1
    kinds = tuple(dict.fromkeys([*grid.types[0].cells]))
    return tuple(
        _cell(row.name, kind, row.cells[kind].way, went[row.name, kind]) for row in grid.types for kind in kinds if (row.name, kind) in went
    )


def _cell(name: str, kind: str, way: Way, went: Counter[Way]) -> CellCount:
    followed = went[way] + (went[Way.LINK_KNOWLEDGE] if way is Way.ANSWER else 0)
    return CellCount(contact_type=name, channel=kind, way=way, contacts=went.total(), followed=followed, went=dict(sorted(went.items())))


def _way(one: Contacted) -> Way:
    if not one.answers or one.ending in _SILENT:
        return Way.STAY_SILENT
    if any(any_in(spoken(text), load_coach_words(language).private) for text in one.answers for language in LANGUAGES):
        return Way.GO_PRIVATE
    return Way.LINK_KNOWLEDGE if one.linked else Way.ANSWER


def _facts(one: Contacted) -> ContactFacts:
    return ContactFacts(
        platform=one.platform,
        causes=frozenset(value for name, value in one.labels if name == "cause"),
        personal_data=any(name == "personal_data" for name, _ in one.labels),
        spam=("spam", "yes") in one.labels,
        directed=one.directed,
        question=any(name == "question" for name, _ in one.labels),
        negative=("sentiment", "negative") in one.labels,
    )
