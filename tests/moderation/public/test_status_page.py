"""What customers see of an issue: our words in both languages, cacheable, without a cookie, a script or anybody's name."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from listener.clock import ManualClock
from listener.model.mention import Author
from moderation.page_parts.public import public_issues
from moderation.public.app import build_public_app
from moderation.public.parts import PrivacyFacts, PublicParts
from tests.fakes.desk import MORNING, mention, open_desk
from tests.fakes.public import NOW, ZONE, issue, public_day, update, usual_day
from tests.moderation.inbox.test_style import contrast
from tests.moderation.status.said import issue_of, published, resolved

PATHS = (
    "/",
    "/status/7",
    "/status/4",
    "/status/2",
    "/status.atom?lang=nl",
    "/status.atom?lang=en",
    "/privacy",
    "/healthz",
    "/favicon.ico",
    "/nowhere",
)
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def reader(parts: PublicParts | None = None, *, base: str = "http://localhost:8643") -> TestClient:
    return TestClient(build_public_app(parts or public_day()), base_url=base, raise_server_exceptions=False)


def test_the_front_page_says_what_goes_on_and_what_was_just_solved() -> None:
    page = reader().get("/?lang=nl").text
    assert page.index("De storing in Zuid") < page.index("Opgelost in de afgelopen 14 dagen") < page.index("Dubbele afschrijving")
    assert "Oude zaak" not in page
    assert "Volgende bericht uiterlijk: maandag 2 maart 2026, 16:00 uur" in page
    assert "We beloofden een bericht op maandag 2 maart 2026, 14:40 uur en zijn te laat." in page


def test_nothing_going_on_is_said_too() -> None:
    assert "Er is op dit moment niets aan de gang." in reader(public_day([])).get("/?lang=nl").text


def test_there_is_no_icon_and_that_is_no_error() -> None:
    answer = reader().get("/favicon.ico")
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_issue_has_its_updates_newest_first() -> None:
    page = reader().get("/status/7?lang=en").text
    assert page.index('id="u71"') < page.index('id="u70"')
    assert "The outage in the south" in page
    assert "A cable was hit." in page


@pytest.mark.parametrize(
    "path", ["/status/1", "/status/99", "/status/0", "/status/abc", "/status/-7", "/status/7.0", "/status/9223372036854775808"]
)
def test_what_was_never_published_is_not_there(path: str) -> None:
    answer = reader().get(path)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "header", "spoken"), [("", "", "nl"), ("", "en-GB,en;q=0.9", "en"), ("nl", "en", "nl"), ("fr", "en", "en"), ("", "fr", "nl")]
)
def test_the_readers_language_is_spoken(asked: str, header: str, spoken: str) -> None:
    answer = reader().get(f"/?lang={asked}" if asked else "/", headers={"accept-language": header})
    assert f'<html lang="{spoken}">' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_every_answer_is_safe_and_sets_no_cookie(path: str, method: str) -> None:
    answer = reader().request(method, path, headers={"cookie": "a=b"})
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "set-cookie" not in answer.headers
    if method not in ("GET", "HEAD"):
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    if method == "HEAD":
        assert answer.content == b""


def test_over_tls_browsers_are_told_to_stay_there() -> None:
    secure = reader(public_day(base_url="https://status.zoemvolt.example"), base="https://status.zoemvolt.example")
    assert "max-age=31536000" in secure.get("/").headers["strict-transport-security"]
    assert "strict-transport-security" not in reader().get("/").headers


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "status.zoemvolt.example.evil", "", "a b", "[::1]"]
)
def test_an_unknown_host_is_refused(host: str) -> None:
    open_to = reader(public_day(base_url="https://status.zoemvolt.example"))
    answer = open_to.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "De storing" not in answer.text
    for known in ("status.zoemvolt.example", "localhost:8643", "127.0.0.1"):
        assert open_to.get("/", headers={"host": known}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/status/7", "/status.atom?lang=nl"])
def test_a_copy_is_good_until_something_changes(path: str) -> None:
    shown, clock = usual_day(), ManualClock(NOW)
    client = reader(public_day(shown, clock=clock))
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    tag, moment = first.headers["etag"], first.headers["last-modified"]
    clock.advance(timedelta(hours=2))
    for asked in ({"if-none-match": tag}, {"if-none-match": f'"x", W/{tag}'}, {"if-none-match": "*"}, {"if-modified-since": moment}):
        again = client.get(path, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert client.get(path, headers={"if-none-match": '"other"', "if-modified-since": moment}).status_code == 200
    assert client.get(path, headers={"if-modified-since": "gisteren"}).status_code == 200
    said = (update(79, "resolved", hours_ago=-1), *shown[0].updates)
    shown[0] = issue(7, "resolved", updates=said, changed_at=NOW + timedelta(hours=1), resolved_at=NOW + timedelta(hours=1))
    for asked in ({"if-none-match": tag}, {"if-modified-since": moment}):
        assert client.get(path, headers=asked).status_code == 200


def test_an_issue_that_leaves_the_front_page_makes_a_new_copy_needed() -> None:
    clock = ManualClock(NOW)
    client = reader(public_day(clock=clock))
    moment = client.get("/").headers["last-modified"]
    clock.advance(timedelta(days=14))
    answer = client.get("/", headers={"if-modified-since": moment})
    assert answer.status_code == 200
    assert "Dubbele afschrijving" not in answer.text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_feed_is_atom_that_readers_understand(language: str) -> None:
    client = reader(public_day(base_url="https://status.zoemvolt.example"), base="https://status.zoemvolt.example")
    answer = client.get(f"/status.atom?lang={language}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.version) == (False, "atom10")
    assert read.feed.language == language
    assert len(read.entries) == 8
    assert len({entry.id for entry in read.entries}) == 8
    assert all(entry.link.startswith("https://status.zoemvolt.example/status/") for entry in read.entries)
    moments = [entry.published_parsed for entry in read.entries]
    assert moments == sorted(moments, reverse=True)
    assert read.entries[0].content[0].value.startswith(("Over de storing", "About the outage"))


def test_an_entrys_id_stays_when_it_is_corrected() -> None:
    corrected = update(71, "investigating", hours_ago=1, corrected_at=NOW)
    plain, changed = (
        feedparser.parse(reader(public_day([issue(7, "seen", updates=(said,))])).get("/status.atom?lang=nl").content).entries[0]
        for said in (update(71, "investigating", hours_ago=1), corrected)
    )
    assert plain.id == changed.id
    assert plain.updated < changed.updated


def test_hostile_words_stay_words() -> None:
    """Subjects and texts are ours, and still nothing in them is markup."""
    bad = "<script>alert(1)</script>&\"'\u202e\x00"
    texts = {"nl": bad, "en": bad}
    hostile = issue(7, "seen", subjects=texts, updates=(update(1, "seen", hours_ago=1, texts=texts),))
    client = reader(public_day([hostile]))
    for path in ("/", "/status/7"):
        page = client.get(path).text
        assert "<script" not in page
        assert "\u202e" not in page
    assert feedparser.parse(client.get("/status.atom?lang=nl").content).bozo is False


def test_a_mistake_of_ours_shows_no_trace() -> None:
    def broken() -> list[object]:
        raise RuntimeError("secret-of-the-house /home/somebody")

    parts = public_day()
    client = reader(PublicParts(clock=parts.clock, zone=ZONE, brand="Z", issues=broken, privacy=PrivacyFacts(controller="Z")))  # type: ignore[arg-type]  # it breaks before anything is returned
    answer = client.get("/?lang=en")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert re.search(r"mention this number when you tell us: [0-9a-f]{8}", answer.text)
    assert "set-cookie" not in answer.headers


CANARIES = ("kanarie_vogel", "kanarie@vogel.example", "Kanarie Vogelaar", "kanarie-tekst")


def test_no_word_and_no_name_of_a_customer_is_on_any_public_page(tmp_path: Path) -> None:
    """A canary handle, e-mail and name in every mention, title and address: none of it in any page or feed (0 hits)."""
    with open_desk(tmp_path) as desk:
        ids = desk.hear(
            *(
                mention(
                    f"kanarie_vogel{n}",
                    f"kanarie-tekst {n}: mail me op kanarie@vogel.example",
                    title="kanarie-tekst",
                    url="https://forum.example/kanarie_vogel",
                    author=Author(platform="feed", realm="forum.example", native_id=f"kanarie_vogel{n}", name="Kanarie Vogelaar"),
                )
                for n in range(12)
            )
        )
        first = issue_of(desk, ids[:6])
        second = issue_of(desk, ids[6:])
        desk.ledger.issues.rename(first, "kanarie-tekst van @kanarie_vogel", by="carla", at=MORNING)
        published(desk, first)
        resolved(desk, second)
        shown = public_issues(desk.status.status)
        client = reader(
            PublicParts(clock=desk.clock, zone=ZONE, brand="Zoemvolt", issues=lambda: shown, privacy=PrivacyFacts(controller="Zoemvolt"))
        )
        paths = ["/", "/privacy", "/status.atom", *(f"/status/{one.public_id}" for one in shown)]
        pages = [_read(client.get(f"{path}?lang={language}")) for path in paths for language in ("nl", "en")]
    assert len(pages) == 10
    assert [(canary, page[:60]) for page in pages for canary in CANARIES if canary in page] == []
    assert not any(re.search(r"\b(6|12)\b (bericht|mensen|people|message)", page) for page in pages), "nor how many wrote"


SHEET = files("moderation.public").joinpath("static", "public.css").read_text(encoding="utf-8")
TEXT = [(ink, ground) for ink in ("ink", "soft", "accent", "warn") for ground in ("paper", "card")] + [
    ("accent", "wash"),
    ("warn", "warn-wash"),
    ("good", "good-wash"),
    ("accent-ink", "accent"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(scheme: str) -> None:
    light, _, dark = SHEET.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark.partition("}")[0]))
    weak = {(ink, ground): round(contrast(found[ink], found[ground]), 2) for ink, ground in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_pages_and_sheet_fetch_nothing_and_run_nothing() -> None:
    assert not re.search(r"url\(|@import|//[a-z]", SHEET)
    for page in files("moderation.public").joinpath("pages").iterdir():
        source = page.read_text(encoding="utf-8")
        assert not re.search(r"<script|\son[a-z]+=|\sstyle=|<style|\| safe|autoescape false", source), page.name


def _read(answer: Response) -> str:
    assert answer.status_code == 200
    return answer.text
