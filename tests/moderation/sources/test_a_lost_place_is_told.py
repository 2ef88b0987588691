"""One of a source's places is private now, and somebody has to learn which: at the terminal, on a page, in the digest, by an alarm."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.figures import LostStretch, SourceCoverage
from listener.model.page import Cursor, LostPlace
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.turns import PlaceRefused
from listener.workflows.collect_mentions import CollectMentions
from moderation.bootstrap import answering_on
from moderation.cli import klankbord
from moderation.inbox.api.figures import _source as shown_by_the_api
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE, SignIn
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.messages.reasons import alarm_sentence
from moderation.model.account import How
from moderation.model.person import Role
from moderation.page_parts.staff import staff_parts
from moderation.settings import KlankbordSettings
from moderation.workflows.load_wording import load_words
from moderation.workflows.manage_people import ManagePeople
from moderation.workflows.tell_source_trouble import TellSourceTrouble
from tests.fakes.reddit import FakeReddit, submission

SETTINGS = {"brands": [{"name": "Stroomwerk"}], "languages": ["nl", "en"], "timezone": "UTC"}
WHY = "Reddit forbids reading r/geheim: it is private"
PAGE = {"nl": ("r/geheim: niet sinds", "r/stil: niet van"), "en": ("r/geheim: not since", "r/stil: not from")}
STRIP = {"nl": "zonder 1 van de plekken", "en": "without 1 of its places"}
DIGEST = {"nl": "r/geheim wordt ons sinds", "en": "r/geheim has not been shown to us since"}
WAS = {"nl": "het lezen ging verder waar het ophield", "en": "reading went on where it had stopped"}
REPORT = {"nl": "reddit liet een gat", "en": "reddit left a gap"}
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Shown:
    """A home of which one source has lost a place, and found another one again, and its page of sources in each language."""

    home: Path
    pages: dict[str, str]

    def says(self, *command: str) -> str:
        done = CliRunner().invoke(klankbord, ["--home", str(self.home), *command], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


async def _lose_two(collect: CollectMentions, clock: ManualClock) -> None:
    """Read three communities, of which two become private, and one of these public again."""
    fake = FakeReddit()
    fake.listings["submissions klussen"] = [submission(1, created=clock.now().timestamp() - 5)]
    source = RedditSource(
        "reddit",
        subreddits=["klussen", "geheim", "stil"],
        queries=[],
        comments=False,
        key=lambda: RedditKey(client_id="id", client_secret="s", account="stroomwerk"),
        approval_reference="R-1",
        clock=clock,
        factory=lambda: fake,
    )
    for name in ("geheim", "stil"):
        fake.errors[f"submissions {name}"] = PlaceRefused(f"Reddit forbids reading r/{name}: it is private.", cause="forbidden")
    await collect.round(source, keep="all")
    del fake.errors["submissions stil"]
    clock.advance(20 * MINUTE)
    await collect.round(source, keep="all")
    await source.aclose()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    home = tmp_path_factory.mktemp("lost") / "home"
    clock = ManualClock(datetime.now(UTC) - 21 * MINUTE)
    with answering_on(home, KlankbordSettings.model_validate(SETTINGS), clock) as parts:
        ledger = parts.listening.ledger
        asyncio.run(_lose_two(CollectMentions(ledger, (), clock=clock), clock))
        sessions = SessionLedger(ledger.engine)
        sign_in, people = SignIn(sessions, clock), ManagePeople(PeopleLedger(ledger.engine), sessions, clock, brands=("Stroomwerk",))
        people.add("Eva", Role.ADMIN, by="test", brands=None)
        secret = sign_in.open(people.named("Eva"), name="Eva", how=How.LINK)
        client = TestClient(build_staff_app(staff_parts(parts, sign_in)), base_url="http://127.0.0.1:8642", follow_redirects=False)
        heads = {"cookie": f"{COOKIE}={secret}"}
        asked = [f"{path}?lang={one}" for one in PAGE for path in ("/sources", "/issues")]
        pages = {path: client.get(path, headers=heads).text for path in asked}
    (home / "klankbord.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return Shown(home, pages)


def _words(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())


def test_the_terminal_names_the_place_and_says_why(shown: Shown) -> None:
    (line,) = json.loads(shown.says("sources", "--json"))
    assert (line["state"], [one["place"] for one in line["lost"]]) == ("ok", ["r/geheim", "r/stil"])
    said = " ".join(shown.says("sources").split())
    assert "ok, 1 lost" in said
    assert re.search(rf"reddit: r/geheim not shown to us since [\d :-]+ \(UTC\): {WHY}", said)
    assert re.search(r"reddit: r/stil was not shown to us from [\d :-]+ to [\d :-]+ \(UTC\); reading went on where it had stopped", said)


def test_doctor_says_which_place_and_what_to_do(shown: Shown) -> None:
    (found,) = [one for one in json.loads(shown.says("doctor", "--json")) if one["what"] == "source reddit"]
    assert found["level"] == "warn"
    assert found["detail"].startswith("r/geheim is not shown to us since")
    assert "klankbord.yaml" in found["mend"]


@pytest.mark.parametrize("language", PAGE)
def test_the_page_of_sources_names_both_and_counts_it_as_trouble(shown: Shown, language: str) -> None:
    words = _words(shown.pages[f"/sources?lang={language}"])
    assert all(said in words for said in PAGE[language])
    assert f"{WHY}." in words
    assert STRIP[language] in words


@pytest.mark.parametrize("language", DIGEST)
@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_the_digest_names_the_place(shown: Shown, language: str, form: tuple[str, ...]) -> None:
    said = " ".join(shown.says("digest", "--language", language, *form).split()).replace("\\", "").replace("\u200b", "")
    assert DIGEST[language] in said
    assert WHY in said
    assert WAS[language] in said


@pytest.mark.parametrize("language", REPORT)
def test_the_weekly_report_counts_both_as_gaps(shown: Shown, language: str) -> None:
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
