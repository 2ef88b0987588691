"""One of a source's places is private now, and somebody has to learn which: at the terminal, on a page, in the digest, by an alarm."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.figures import LostStretch, SourceCoverage
from listener.model.page import Cursor, LostPlace
from listener.sources.turns import PlaceRefused
from listener.workflows.collect_mentions import CollectMentions
from moderation.inbox.api.figures import _source as shown_by_the_api
from moderation.ledger.alarms import AlarmLedger
from moderation.messages.reasons import alarm_sentence
from moderation.workflows.load_wording import load_words
from moderation.workflows.tell_source_trouble import TellSourceTrouble
from tests.fakes.reddit import FakeReddit, submission
from tests.fakes.told_home import ToldHome, reddit_of, told_home

WHY = "Reddit forbids reading r/geheim: it is private"
PAGE = {"nl": ("r/geheim: niet sinds", "r/stil: niet van"), "en": ("r/geheim: not since", "r/stil: not from")}
STRIP = {"nl": "zonder 1 van de plekken", "en": "without 1 of its places"}
DIGEST = {"nl": "r/geheim wordt ons sinds", "en": "r/geheim has not been shown to us since"}
WAS = {"nl": "het lezen ging verder waar het ophield", "en": "reading went on where it had stopped"}
REPORT = {"nl": "reddit liet een gat", "en": "reddit left a gap"}
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def _lose_two(collect: CollectMentions, clock: ManualClock) -> None:
    """Read three communities, of which two become private, and one of these public again."""
    fake = FakeReddit()
    fake.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    source = reddit_of(fake, clock, "klussen", "geheim", "stil")
    for name in ("geheim", "stil"):
        fake.errors[f"submissions {name}"] = PlaceRefused(f"Reddit forbids reading r/{name}: it is private.", cause="forbidden")
    await collect.round(source, keep="all")
    del fake.errors["submissions stil"]
    clock.advance(20 * MINUTE)
    await collect.round(source, keep="all")
    await source.aclose()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> ToldHome:
    """A home of which one source has lost a place, and found another one again."""
    home = tmp_path_factory.mktemp("lost") / "home"
    paths = [f"{path}?lang={one}" for one in PAGE for path in ("/sources", "/issues")]
    return told_home(home, _lose_two, ago=21 * MINUTE, paths=paths)


def test_the_terminal_names_the_place_and_says_why(shown: ToldHome) -> None:
    (line,) = json.loads(shown.says("sources", "--json"))
    assert (line["state"], [one["place"] for one in line["lost"]]) == ("ok", ["r/geheim", "r/stil"])
    said = " ".join(shown.says("sources").split())
    assert "ok, 1 lost" in said
    assert re.search(rf"reddit: r/geheim not shown to us since [\d :-]+ \(UTC\): {WHY}", said)
    assert re.search(r"reddit: r/stil was not shown to us from [\d :-]+ to [\d :-]+ \(UTC\); reading went on where it had stopped", said)


def test_doctor_says_which_place_and_what_to_do(shown: ToldHome) -> None:
    (found,) = [one for one in json.loads(shown.says("doctor", "--json")) if one["what"] == "source reddit"]
    assert found["level"] == "warn"
    assert found["detail"].startswith("r/geheim is not shown to us since")
    assert "klankbord.yaml" in found["mend"]


@pytest.mark.parametrize("language", PAGE)
def test_the_page_of_sources_names_both_and_counts_it_as_trouble(shown: ToldHome, language: str) -> None:
    words = shown.pages[f"/sources?lang={language}"]
    assert all(said in words for said in PAGE[language])
    assert f"{WHY}." in words
    assert STRIP[language] in words


@pytest.mark.parametrize("language", DIGEST)
@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_the_digest_names_the_place(shown: ToldHome, language: str, form: tuple[str, ...]) -> None:
    said = " ".join(shown.says("digest", "--language", language, *form).split()).replace("\\", "").replace("\u200b", "")
    assert DIGEST[language] in said
    assert WHY in said
    assert WAS[language] in said


@pytest.mark.parametrize("language", REPORT)
def test_the_weekly_report_counts_both_as_gaps(shown: ToldHome, language: str) -> None:
    said = shown.says("report", "--week", f"{datetime.now(UTC) - MINUTE:%G-W%V}", "--language", language)
    assert REPORT[language] in re.sub(r" \\\[\d+\\\]", "", said)


def test_the_api_tells_the_stretch() -> None:
    lost = LostStretch(place="r/geheim", since=NOON, until=None, why="It is private.")
    facts: dict[str, Any] = {
        "mentions": 0,
        "skipped": 0,
        "last_ok_at": NOON,
        "lag_seconds": 0.0,
        "blind_since": None,
        "gaps": 0,
        "note": "",
    }
    told = shown_by_the_api(SourceCoverage(source="reddit", kind="reddit", state="ok", lost=(lost,), **facts))
    assert told.model_dump()["lost"] == [{"place": "r/geheim", "since": NOON, "until": None, "why": "It is private."}]


def test_one_alarm_for_one_place_until_it_is_back(ledger: Ledger) -> None:
    """After a quarter of an hour, for a proxy may say 404 of anything; and none while the whole source is refused, which has its own."""
    clock, alarms = ManualClock(NOON), AlarmLedger(ledger.engine)
    tell = TellSourceTrouble(ledger, alarms, sources=["reddit"], clock=clock)
    lost = [LostPlace(name="r/geheim", since=NOON, why="It is private.")]

    def page(places: list[LostPlace]) -> None:
        ledger.mentions.add_page([], source="reddit", next_cursor=Cursor("1"), at=clock.now(), lost=places)
        ledger.sources.note_ok("reddit", at=clock.now(), new=0, seen=0)
        tell.once()

    page(lost)
    assert alarms.unseen() == []
    for _ in range(3):
        clock.advance(15 * MINUTE)
        page(lost)
    (one,) = alarms.unseen()
    assert (one.kind, one.subject, one.over_at) == ("source_place", "reddit: r/geheim", None)
    assert "reddit: r/geheim" in alarm_sentence(one, load_words("nl", "outbox"))
    ledger.sources.note_failure("reddit", at=clock.now(), error="x", kind="refused")
    tell.once()
    assert {one.kind: one.over_at is None for one in alarms.unseen()} == {"source_place": False, "source_refused": True}
    page([])
    assert all(one.over_at is not None for one in alarms.unseen())
