"""What agents find: messages by their words and by their meaning, as far as their brands go, each with its case and its issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.model.search import Finds, Term, Within
from listener.text.pseudonym import pseudonym
from listener.text.searching import marked
from listener.workflows.search_mentions import SearchMentions
from moderation.ledger.case_search import CaseSearchLedger
from moderation.model.case import CaseState
from moderation.model.finding import Answer, Asked, CaseFilter, Choices, Found, Group, How

SHOWN = 25
FIRST_SHOWN = 8
"""Of each way of looking, when both are shown."""
PIECE = 280
_MOST_WORDS = 20_000
_STATES: Mapping[CaseFilter, frozenset[str]] = {
    CaseFilter.WAITS: frozenset({CaseState.OPEN.value, CaseState.CLAIMED.value}),
    CaseFilter.ANSWERED: frozenset({CaseState.ANSWERED.value}),
    CaseFilter.CLOSED: frozenset({CaseState.CLOSED.value}),
}


class SearchEverything:
    """Searches the listening half's store and adds what the answering half knows. Reads only; nothing typed is ever an error."""

    def __init__(self, search: SearchMentions, ledger: Ledger, cases: CaseSearchLedger, *, key: bytes, zone: tzinfo) -> None:
        self._search = search
        self._ledger = ledger
        self._cases = cases
        self._key = key
        self._zone = zone

    def find(self, asked: Asked, *, brands: frozenset[str] | None, page: int = 1, private: bool = False) -> Answer:
        """Return the finds as somebody of these `brands` (None: all) may see them; `page` counts from 1 and holds for one way of looking.

        `private`: with private messages; else they are neither found nor counted.

        With both ways the first few of each are shown; a message found by its words is not shown again for its meaning.
        """
        within = self._within(asked, brands)
        finds = self._search.find(asked.typed, within, words=asked.how is not How.MEANING, meaning=asked.how is not How.WORDS)
        finds = finds if private else self._public(finds)
        if not finds.terms:
            return Answer(nothing_asked=True, held=finds.held, known=finds.known)
        by_words = set(finds.words)
        alike = {mention_id: cosine for mention_id, cosine in finds.meaning if mention_id not in by_words}
        return Answer(
            words=self._group(finds.words, finds, asked, brands, page, more=finds.more_words),
            meaning=self._group(tuple(alike), finds, asked, brands, page, alike=alike),
            meaning_state=finds.meaning_state,
            held=finds.held,
            known=finds.known,
        )

    def choices(self, *, brands: frozenset[str] | None) -> Choices:
        """Return what somebody of these brands can narrow a search to."""
        named = self._search.names("brand")
        return Choices(
            brands=tuple(one for one in named if brands is None or one in brands),
            platforms=self._search.names("platform"),
            languages=self._search.names("language"),
        )

    def case_ids_for(self, words: str, limit: int, *, brands: frozenset[str] | None = None, private: bool = False) -> tuple[int, ...]:
        """Return up to `limit` cases in which somebody wrote all these words, those with the newest such message first.

        `private`: private ones too.
        """
        in_cases = Within(seen_brands=brands, only=self._cases.mentions_in(None))
        found = self._search.matching(words, in_cases, _MOST_WORDS)
        if not private:
            hidden = self._ledger.mentions.private_among(found)
            found = tuple(one for one in found if one not in hidden)
        cases = self._cases.cases_of(found, brands=brands)
        return tuple(dict.fromkeys(cases[one][0] for one in found if one in cases))[:limit]

    def _public(self, finds: Finds) -> Finds:
        """Return finds without private messages: also that a word stands in one of them tells what it says."""
        hidden = self._ledger.mentions.private_among([*finds.words, *(one for one, _ in finds.meaning)])
        return replace(
            finds,
            words=tuple(one for one in finds.words if one not in hidden),
            meaning=tuple(pair for pair in finds.meaning if pair[0] not in hidden),
        )

    def _within(self, asked: Asked, brands: frozenset[str] | None) -> Within:
        cases: dict[str, Any] = {}
        if asked.case is CaseFilter.NONE:
            cases["without"] = self._cases.mentions_in(None)
        elif asked.case is not CaseFilter.ANY:
            cases["only"] = self._cases.mentions_in(_STATES[asked.case])
        return Within(
            seen_brands=brands,
            brand=asked.brand,
            platform=asked.platform,
            language=asked.language,
            from_at=None if asked.from_day is None else datetime.combine(asked.from_day, time(), self._zone),
            until=None if asked.to_day is None else datetime.combine(asked.to_day + timedelta(days=1), time(), self._zone),
            in_issue=asked.in_issue,
            **cases,
        )

    def _group(
        self,
        ids: Sequence[int],
        finds: Finds,
        asked: Asked,
        brands: frozenset[str] | None,
        page: int,
        *,
        alike: Mapping[int, float] | None = None,
        more: bool = False,
    ) -> Group:
        size = FIRST_SHOWN if asked.how is How.BOTH else SHOWN
        first = 0 if asked.how is How.BOTH else (page - 1) * size
        shown = self._shown(ids[first : first + size], asked, brands)
        about = self._ledger.issues.placed_in([one.mention_id for one in shown])
        titles = self._ledger.issues.titles(set(about.values()))
        cases = self._cases.cases_of([one.mention_id for one in shown], brands=brands)
        found = tuple(
            Found(
                mention=one,
                author=pseudonym(one.mention.author.key if one.mention.author else str(one.mention_id), key=self._key),
                parts=_piece(one, finds.terms if alike is None else ()),
                alike=None if alike is None else alike[one.mention_id],
                case_id=cases.get(one.mention_id, (None, ""))[0],
                case_state=cases.get(one.mention_id, (None, ""))[1],
                issue_id=about.get(one.mention_id),
                issue_title=titles.get(about.get(one.mention_id, 0), ""),
            )
            for one in shown
        )
        return Group(found=found, count=len(ids), more=more)

    def _shown(self, ids: Sequence[int], asked: Asked, brands: frozenset[str] | None) -> list[StoredMention]:
        """Return the messages in the order given, without those removed this minute and those that brands sharing a number let through."""
        stored = {one.mention_id: one for one in self._ledger.mentions.by_ids(ids)}
        return [stored[one] for one in ids if one in stored and _may_be_seen(stored[one], asked, brands)]


def _may_be_seen(stored: StoredMention, asked: Asked, brands: frozenset[str] | None) -> bool:
    about = {hit.brand for hit in stored.hits}
    return (brands is None or not about or bool(about & brands)) and (not asked.brand or asked.brand in about)


def _piece(stored: StoredMention, terms: Sequence[Term]) -> tuple[tuple[str, bool], ...]:
    """Return a piece of the message around what was looked for, line breaks as blanks; its title comes first when it has one."""
    whole = f"{stored.mention.title} · {stored.mention.text}" if stored.mention.title else stored.mention.text
    return marked(" ".join(whole[: PIECE * 80].split()), terms, PIECE)
