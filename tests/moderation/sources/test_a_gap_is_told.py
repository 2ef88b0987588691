"""More was posted than a platform lists, and somebody has to learn it: at the terminal, on a page, in the digest and in the report."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.reddit import FakeReddit, submission
from tests.fakes.told_home import ToldHome, reddit_of, told_home

SAID = "more new submissions since last time than Reddit lists (1000)"
GAPS = {"nl": "Gaten", "en": "Gaps"}
DIGEST = {"nl": "1 gat, daar kan iets gemist zijn", "en": "1 gap, something may have been missed there"}
REPORT = {"nl": "reddit liet een gat: daar misten we iets", "en": "reddit left a gap: we missed something there"}


async def _fall_behind(collect: CollectMentions, clock: ManualClock) -> None:
    """Read once, let 1,100 submissions come while nobody reads, and read again."""
    fake, start = FakeReddit(), clock.now().timestamp()
    queue = fake.listings["submissions klussen"] = [submission(1, created=start - 5)]
    source = reddit_of(fake, clock, "klussen")
    await collect.round(source, keep="all")
    queue += [submission(n, created=start + n) for n in range(10, 1_110)]
    clock.advance(timedelta(hours=1))
    await collect.round(source, keep="all")
    await source.aclose()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> ToldHome:
    home = tmp_path_factory.mktemp("gap") / "home"
    paths = [f"/sources?lang={one}" for one in GAPS]
    return told_home(home, _fall_behind, ago=timedelta(hours=1, minutes=1), paths=paths)


def test_the_terminal_names_the_source_and_what_is_missing(shown: ToldHome) -> None:
    (line,) = json.loads(shown.says("sources", "--json"))
    assert (line["source"], line["gaps"]) == ("reddit", 1)
    assert SAID in line["note"]
    assert SAID in " ".join(shown.says("sources").split())


@pytest.mark.parametrize("language", GAPS)
def test_the_page_of_sources_counts_it_and_says_why(shown: ToldHome, language: str) -> None:
    words = shown.pages[f"/sources?lang={language}"]
    assert f"{GAPS[language]} 1 " in words
    assert SAID in words


@pytest.mark.parametrize("language", DIGEST)
@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_the_digest_says_that_something_may_be_missing(shown: ToldHome, language: str, form: tuple[str, ...]) -> None:
    said = " ".join(shown.says("digest", "--language", language, *form).split())
    assert DIGEST[language] in said
    assert SAID in said.replace("\\", "")


@pytest.mark.parametrize("language", REPORT)
def test_the_weekly_report_names_the_source_that_left_it(shown: ToldHome, language: str) -> None:
    """The week that is running, so far; numbers between brackets lead to what a line rests on."""
    said = shown.says("report", "--week", f"{datetime.now(UTC) - timedelta(minutes=1):%G-W%V}", "--language", language)
    assert REPORT[language] in re.sub(r" \\\[\d+\\\]", "", said)
