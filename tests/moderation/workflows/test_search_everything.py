"""What an agent finds: only of their brands, each with its case and issue, and never what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.model.analysis import Analysis, AnalysisStep, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import BrandHit, Kept, Removal
from listener.search.store import open_search
from listener.workflows.search_mentions import SearchMentions
from moderation.ledger.case_search import CaseSearchLedger
from moderation.model.finding import Answer, Asked, CaseFilter, How
from moderation.workflows.search_everything import FIRST_SHOWN, SearchEverything
from tests.fakes.desk import Desk, mention

MODEL = "m"


@pytest.fixture
def searching(desk: Desk) -> Iterator[SearchEverything]:
    with open_search(desk.home / "search") as store:

        def soon(_text: str, _seconds: float) -> NDArray[np.float32]:
            return np.array([1, 0], dtype=np.float32)

        search = SearchMentions(desk.ledger, store, soon=soon, asked_model=lambda: MODEL, serving_model=lambda: MODEL)
        yield SearchEverything(search, desk.ledger, CaseSearchLedger(desk.ledger.engine), key=b"k" * 32, zone=ZoneInfo("Europe/Amsterdam"))


def hear(desk: Desk, native_id: str, text: str, *, brand: str = "Stroomwerk", directed: bool = True, alike: float = 0.0) -> int:
    """Let a message come in and be analysed; one that speaks to us gets a case."""
    if directed:
        (mention_id,) = desk.hear(mention(native_id, text=text))
    else:
        page = [Kept(mention=mention(native_id, text=text), hits=(BrandHit(brand=brand, directed=False, terms=("s",)),))]
        desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=desk.clock.now())
        found = desk.ledger.mentions.find(page[0].mention.key)
        assert found is not None
        mention_id = found.mention_id
    step = AnalysisStep(
        at=desk.clock.now(),
        analyses=(Analysis(mention_id=mention_id, revision=0, language="nl", card_id=mention_id, text_hash=f"h{mention_id}", labels=()),),
        embeddings=(NewEmbedding(text_hash=f"h{mention_id}", model=MODEL, vector=np.array([alike, 1 - alike], dtype=np.float32)),),
    )
    desk.ledger.analyses.save(step)
    return mention_id


def found(searching: SearchEverything, typed: str, brands: frozenset[str] | None = None, **asked: object) -> Answer:
    searching._search.keep()
    return searching.find(Asked(typed=typed, **asked), brands=brands)  # type: ignore[arg-type]  # fields by name


def ids(answer: Answer) -> tuple[list[int], list[int]]:
    return [one.mention.mention_id for one in answer.words.found], [one.mention.mention_id for one in answer.meaning.found]


def test_what_is_found_by_its_words_is_not_shown_again_for_its_meaning(desk: Desk, searching: SearchEverything) -> None:
    both = hear(desk, "1", "geen stroom", alike=1.0)
    meant = hear(desk, "2", "alles donker", alike=0.9)
    hear(desk, "3", "mooi weer")
    assert ids(found(searching, "stroom")) == ([both], [meant])
    assert ids(found(searching, "stroom", how=How.MEANING)) == ([], [both, meant])
    assert ids(found(searching, "stroom", how=How.WORDS)) == ([both], [])


def test_a_find_leads_to_its_case_and_its_issue(desk: Desk, searching: SearchEverything) -> None:
    mention_id = hear(desk, "1", "geen stroom")
    step = AnalysisStep(
        at=desk.clock.now(),
        new_issues=(NewIssue(temporary_id=-1, title="Storing Noord", created_at=desk.clock.now()),),
        memberships=(Membership(mention_id=mention_id, issue_id=-1, by="model", reason="near", at=desk.clock.now()),),
    )
    issue_id = desk.ledger.analyses.save(step)[-1]
    (one,) = found(searching, "stroom").words.found
    assert (one.case_id, one.case_state) == (desk.cases.rows()[0].case_id, "open")
    assert (one.issue_id, one.issue_title) == (issue_id, "Storing Noord")
    assert ("stroom", True) in one.parts
    assert one.author
    assert one.author not in (one.mention.mention.author.name, one.mention.mention.author.native_id) if one.mention.mention.author else True


def test_messages_of_other_brands_are_not_there(desk: Desk, searching: SearchEverything) -> None:
    """RULES S3: neither shown, nor counted, nor offered to narrow by."""
    mine = hear(desk, "1", "geen stroom", alike=1.0)
    hear(desk, "2", "geen stroom bij hen", brand="Zoemvolt", directed=False, alike=1.0)
    everybody = found(searching, "stroom")
    answer = found(searching, "stroom", brands=frozenset({"Stroomwerk"}))
    assert (everybody.words.count, answer.words.count, ids(answer)) == (2, 1, ([mine], []))
    assert searching.choices(brands=frozenset({"Stroomwerk"})).brands == ("Stroomwerk",)
    assert searching.choices(brands=None).brands == ("Stroomwerk", "Zoemvolt")
    assert found(searching, "stroom", brands=frozenset({"Stroomwerk"}), brand="Zoemvolt").words.count == 0


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (CaseFilter.ANY, {"open", "closed", "none"}),
        (CaseFilter.WAITS, {"open"}),
        (CaseFilter.CLOSED, {"closed"}),
        (CaseFilter.ANSWERED, set()),
        (CaseFilter.NONE, {"none"}),
    ],
)
def test_a_search_can_be_narrowed_to_where_the_work_stands(
    desk: Desk, searching: SearchEverything, case: CaseFilter, expected: set[str]
) -> None:
    named = {hear(desk, "1", "geen stroom"): "open", hear(desk, "2", "weer stroom"): "closed"}
    named[hear(desk, "3", "stroom genoeg", directed=False)] = "none"
    closed = desk.cases.rows()[1]
    desk.cases.close(closed.case_id, "anna", closed.version, at=desk.clock.now())
    assert {named[one] for one in ids(found(searching, "stroom", case=case))[0]} == expected


def test_days_are_local_and_both_are_included(desk: Desk, searching: SearchEverything) -> None:
    mention_id = hear(desk, "1", "geen stroom")
    day = desk.ledger.mentions.by_ids([mention_id])[0].mention.posted_at.astimezone(ZoneInfo("Europe/Amsterdam")).date()
    assert found(searching, "stroom", from_day=day, to_day=day).words.count == 1
    assert found(searching, "stroom", to_day=date(day.year, day.month, 1)).words.count == (1 if day.day == 1 else 0)
    assert found(searching, "stroom", from_day=date(day.year + 1, 1, 1)).words.count == 0


def test_what_was_removed_a_moment_ago_is_not_shown(desk: Desk, searching: SearchEverything) -> None:
    """Before the search has heard of it, too."""
    hear(desk, "1", "geen stroom")
    searching._search.keep()
    key = mention("1").key
    desk.ledger.mentions.remove(
        [Removal(platform=key.platform, realm=key.realm, native_id=key.native_id)], source="feed", at=desk.clock.now()
    )
    assert ids(searching.find(Asked(typed="stroom"), brands=None)) == ([], [])


def test_both_ways_show_the_first_few_and_one_way_shows_pages(desk: Desk, searching: SearchEverything) -> None:
    for n in range(FIRST_SHOWN + 22):
        hear(desk, str(n), f"geen stroom {n}", directed=False)
    assert len(found(searching, "stroom").words.found) == FIRST_SHOWN
    assert found(searching, "stroom").words.count == FIRST_SHOWN + 22
    asked = Asked(typed="stroom", how=How.WORDS)
    assert [len(searching.find(asked, brands=None, page=page).words.found) for page in (1, 2, 3)] == [25, 5, 0]


def test_the_queue_finds_cases_by_words(desk: Desk, searching: SearchEverything) -> None:
    hear(desk, "1", "geen stroom")
    hear(desk, "2", "app stuk")
    hear(desk, "3", "stroom", directed=False)
    searching._search.keep()
    rows = {one.mention_ids[0]: one.case_id for one in desk.cases.rows()}
    assert searching.case_ids_for("stroom", 10) == (rows[1],)
    assert searching.case_ids_for('"', 10) == ()
    assert searching.case_ids_for("stroom", 10, brands=frozenset({"Zoemvolt"})) == ()
