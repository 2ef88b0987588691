"""One round on one source: a page lands with its cursor or not at all, and how it went is always noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.settings.schema import BrandSettings
from listener.text.query import compile_brand
from listener.workflows.collect_mentions import MOST_EQUAL_PAGES, CollectMentions
from tests.fakes.source import FakeSource, mention
from tests.listener.workflows.conftest import NOON

ABOUT = "De app van Stroomwerk doet niets"


@pytest.fixture
def collect(ledger: Ledger) -> CollectMentions:
    query = compile_brand(BrandSettings.model_validate({"name": "Stroomwerk"}))
    return CollectMentions(ledger, [query], clock=ManualClock(NOON))


async def test_every_page_is_stored_with_its_cursor(ledger: Ledger, collect: CollectMentions) -> None:
    source = FakeSource([[mention("1")], [mention("2"), mention("3")]])
    result = await collect.round(source, keep="all")
    assert (result.pages, result.seen, result.new, result.error) == (2, 3, 3, None)
    assert ledger.mentions.count() == 3
    assert ledger.mentions.cursor("fake") == "2"
    assert source.pulls == [None, "1"]


async def test_a_page_pulled_twice_is_stored_once(ledger: Ledger, collect: CollectMentions) -> None:
    """Platforms resend pages after an outage; counts in the weekly report must not move."""
    source = FakeSource([[mention("1"), mention("2"), mention("3")]])
    await collect.round(source, keep="all")
    source.rewind()
    again = await collect.round(source, keep="all")
    assert (again.seen, again.new, again.edited) == (3, 0, 0)
    assert ledger.mentions.count() == 3


async def test_only_what_a_brand_query_catches_is_kept(ledger: Ledger, collect: CollectMentions) -> None:
    """A forum is full of other people's lives; we store what the job needs."""
    result = await collect.round(FakeSource([[mention("1", ABOUT), mention("2", "Mooi weer in Assen")]]))
    assert (result.seen, result.new) == (2, 1)
    kept = ledger.mentions.latest()
    assert [(one.mention.native_id, [hit.brand for hit in one.hits]) for one in kept] == [("1", ["Stroomwerk"])]


async def test_an_edit_of_a_kept_mention_passes_the_filter_even_when_the_brand_was_edited_out(
    ledger: Ledger, collect: CollectMentions
) -> None:
    """Else we would go on showing words that their author took back."""
    first = mention("1", ABOUT)
    edited = replace(first, text="Laat maar, opgelost", edited_at=NOON - timedelta(minutes=5))
    result = await collect.round(FakeSource([[first], [edited]]))
    assert (result.new, result.edited) == (1, 1)
    assert [one.mention.text for one in ledger.mentions.latest()] == ["Laat maar, opgelost"]


async def test_what_a_platform_removed_goes(ledger: Ledger, collect: CollectMentions) -> None:
    gone = Removal(platform="fake", realm="fake.example", native_id="1", reason="deleted")
    result = await collect.round(FakeSource([[mention("1")], Page(mentions=(), next=None, removals=(gone,))]), keep="all")
    assert (result.new, result.removed) == (1, 1)
    assert ledger.mentions.latest() == []


async def test_skips_and_gaps_are_counted_and_kept(ledger: Ledger, collect: CollectMentions) -> None:
    """What we could not read is said, never hidden."""
    page = Page(mentions=(mention("1"),), next=None, skipped=(Skip(where="item 7", reason="no text"),), gap="older posts are gone")
    result = await collect.round(FakeSource([page]), keep="all")
    assert (result.skipped, result.gap) == (1, "older posts are gone")
    assert ledger.sources.skips("fake") == [Skip(where="item 7", reason="no text")]
    assert [why for _, why in ledger.sources.gaps("fake")] == ["older posts are gone"]


@pytest.mark.parametrize(
    ("error", "state", "wait_seconds", "blind"),
    [
        (RateLimited("429: wait a minute", wait_seconds=60), "waiting", 60.0, False),  # the platform asks; we are not blind yet
        (SourceUnavailable("502 from fake.example"), "blind", 0.0, True),
        (SourceRefused("403: the key was revoked"), "refused", 0.0, True),
    ],
)
async def test_a_failure_is_noted_and_earlier_pages_stay(
    ledger: Ledger, collect: CollectMentions, error: Any, state: str, wait_seconds: float, blind: bool
) -> None:
    result = await collect.round(FakeSource([[mention("1")], error, [mention("2")]]), keep="all")
    assert (result.new, result.error, result.wait_seconds) == (1, error, wait_seconds)
    noted = ledger.sources.state("fake")
    assert noted is not None
    assert (noted.state, noted.failures, noted.error, noted.blind_since is not None) == (state, 1, str(error), blind)
    assert noted.wait_until == (NOON + timedelta(seconds=wait_seconds) if wait_seconds else None)
    assert ledger.mentions.cursor("fake") == "1"


async def test_a_round_that_ends_well_ends_the_blindness(ledger: Ledger, collect: CollectMentions) -> None:
    source = FakeSource([SourceUnavailable("down"), [mention("1")]])
    await collect.round(source, keep="all")
    await collect.round(source, keep="all")
    noted = ledger.sources.state("fake")
    assert noted is not None
    assert (noted.state, noted.failures, noted.error, noted.blind_since) == ("ok", 0, "", None)


class Circling(FakeSource):
    """A platform that promises more and always shows the same page."""

    async def pull(self, cursor: Cursor | None) -> Page:
        self.pulls.append(cursor)
        return Page(mentions=(mention("1"),), next=Cursor("same"), more=True)


async def test_a_platform_that_repeats_one_page_for_ever_is_left_after_three(ledger: Ledger, collect: CollectMentions) -> None:
    """Without an end one broken forum would keep the machine busy and its own server under fire."""
    source = Circling([])
    result = await collect.round(source, keep="all")
    assert len(source.pulls) == 1 + MOST_EQUAL_PAGES
    assert "same page" in result.gap
    assert ledger.mentions.count() == 1


async def test_a_long_history_is_read_in_rounds(collect: CollectMentions) -> None:
    """One source with years to tell must not hold the analyser up until it is done."""
    source = FakeSource([[mention(str(number))] for number in range(5)])
    assert (await collect.round(source, keep="all", most_pages=2)).new == 2
    assert (await collect.round(source, keep="all")).new == 3


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("ab\x00c", "abc"),  # PostgreSQL refuses NUL
        ("half \ud83d emoji", None),  # a lone surrogate cannot be written at all
    ],
)
async def test_text_that_no_store_can_hold_is_repaired_and_marked(
    ledger: Ledger, collect: CollectMentions, given: str, text: str | None
) -> None:
    await collect.round(FakeSource([[mention("1", given)]]), keep="all")
    kept: Mention = ledger.mentions.latest()[0].mention
    kept.text.encode("utf-8")
    assert kept.flags
    assert text is None or kept.text == text
