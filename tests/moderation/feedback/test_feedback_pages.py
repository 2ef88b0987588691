"""The feedback pages as customers meet them: a page at a time, kept at once, and the same review links for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from starlette.testclient import TestClient

from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import CHOICES, STEPS, Asked, LinkUse, NewInvite
from moderation.model.link_token import token_hash, written_token
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import Closed, FeedbackForms
from tests.fakes.desk import Desk
from tests.moderation.feedback.conftest import BASE, KEY, REVIEWS

ANSWERED = {
    1: {"satisfaction": "4"},
    2: {"effort": "6"},
    3: {"recommend": "9"},
    4: {"searched_first": "yes", "avoidable": "no", "why_channel": "usual"},
    5: {"text": "Snel geholpen, dank!", "tell": "yes"},
}


def path_of(link: str) -> str:
    return link.removeprefix(BASE)


@pytest.fixture
def path(links: FeedbackLinks, conversation: int) -> str:
    """The address of one customer's form."""
    return path_of(links.personal(conversation, issue_id=None, channel="feed", language="nl"))


def walk(client: TestClient, path: str, answers: dict[int, dict[str, str]] | None = None) -> str:
    """Answer every page and return the address of the page that follows."""
    where = ""
    for step, given in (answers or ANSWERED).items():
        answer = client.post(f"{path}?lang=nl&step={step}", data=given)
        assert answer.status_code == 303, answer.text
        where = answer.headers["location"]
    return where


def test_a_customer_answers_page_by_page_and_is_thanked(client: TestClient, path: str, ledger: FeedbackLedger, conversation: int) -> None:
    first = client.get(path)
    assert first.headers["location"] == f"{path}?lang=nl"
    assert "Hoe tevreden ben je" in client.get(first.headers["location"]).text
    done = client.get(walk(client, path))
    assert (done.status_code, "Dank je wel" in done.text) == (200, True)
    (response,) = ledger.responses(conversation_id=conversation)
    assert response.answers == {key: value for given in ANSWERED.values() for key, value in given.items()}
    assert response.ended_at is not None


def test_no_page_sets_a_cookie_runs_a_script_or_may_be_kept(client: TestClient, path: str) -> None:
    """The address holds a secret: nothing may remember it, and nothing may be told where somebody came from."""
    pages = [client.get(f"{path}?lang={language}&step={step}") for language in ("nl", "en") for step in range(1, 6)]
    pages.append(client.get(walk(client, path)))
    pages.append(client.get(f"{path}?lang=nl"))
    for page in pages:
        assert "set-cookie" not in page.headers
        assert "<script" not in page.text
        assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert len(re.findall("<h1>", page.text)) == 1


def test_reading_a_link_answers_nothing(client: TestClient, path: str, ledger: FeedbackLedger, links: FeedbackLinks) -> None:
    """Messengers and mail filters open every link they see."""
    for _ in range(3):
        client.get(f"{path}?lang=nl")
        client.head(path)
    found = links.find(path.rpartition("/")[2], LinkUse.FORM)
    assert found is not None
    assert (found[0].opened_at, found[0].used_at) == (None, None)
    assert ledger.responses() == []


def test_what_was_answered_is_kept_and_can_be_gone_on_with(client: TestClient, path: str, ledger: FeedbackLedger, desk: Desk) -> None:
    """Somebody stops after two questions, and comes back a week later."""
    walk(client, path, {1: {"satisfaction": "2"}, 2: {"effort": "3"}})
    (response,) = ledger.responses()
    assert (response.answers, response.ended_at) == ({"satisfaction": "2", "effort": "3"}, None)
    desk.clock.advance(timedelta(days=7))
    page = client.get(f"{path}?lang=nl").text
    assert "Stap 3 van 5" in page
    assert re.search(r'value="2" checked', client.get(f"{path}?lang=nl&step=1").text)
    client.post(f"{path}?lang=nl&step=1", data={"satisfaction": "3"})
    assert ledger.responses()[0].answers["satisfaction"] == "3"


def test_a_page_sent_twice_is_one_answer(client: TestClient, path: str, ledger: FeedbackLedger) -> None:
    """Reload, back, an impatient finger."""
    for _ in range(3):
        client.post(f"{path}?lang=nl&step=1", data={"satisfaction": "4"})
    assert [one.answers for one in ledger.responses()] == [{"satisfaction": "4"}]


def test_any_question_may_be_skipped(client: TestClient, path: str, ledger: FeedbackLedger) -> None:
    assert walk(client, path, {step: {} for step in range(1, 6)}).startswith("/f/done/")
    assert ledger.responses()[0].answers == {}


def test_free_text_can_be_taken_back_before_the_end(client: TestClient, path: str, ledger: FeedbackLedger, links: FeedbackLinks) -> None:
    found = links.find(path.rpartition("/")[2], LinkUse.FORM)
    assert found is not None
    ledger.keep(found[0].invite_id, {"text": "mijn nummer is 06-12345678"}, at=found[0].made_at, last=False)
    client.post(f"{path}?lang=nl&step=5", data={"text": "  "})
    assert "text" not in ledger.responses()[0].answers


def test_after_the_last_page_the_link_opens_nothing_any_more(client: TestClient, path: str, ledger: FeedbackLedger) -> None:
    walk(client, path)
    again = client.get(f"{path}?lang=nl")
    assert (again.status_code, "al beantwoord" in again.text) == (410, True)
    late = client.post(f"{path}?lang=nl&step=1", data={"satisfaction": "1"})
    assert late.status_code == 410
    assert ledger.responses()[0].answers["satisfaction"] == "4"


def test_an_expired_link_is_refused_kindly(client: TestClient, path: str, desk: Desk, ledger: FeedbackLedger) -> None:
    desk.clock.advance(timedelta(days=31))
    for answer in (client.get(f"{path}?lang=nl"), client.post(f"{path}?lang=nl&step=1", data={"satisfaction": "1"})):
        assert (answer.status_code, "verlopen" in answer.text) == (410, True)
    assert ledger.responses() == []


@pytest.mark.parametrize("answer", ["6", "-1", "4.0", "", "yes", "4\x00", "９"])
def test_what_is_no_answer_is_left_out(client: TestClient, path: str, ledger: FeedbackLedger, answer: str) -> None:
    client.post(f"{path}?lang=nl&step=1", data={"satisfaction": answer, "recommend": "10", "made_up": "x"})
    assert ledger.responses()[0].answers == {}


def every_score() -> list[dict[int, dict[str, str]]]:
    """Return answers that span the scores: the happiest, the angriest, and all between."""
    scores = product(CHOICES["satisfaction"], ("1", "4", "7"), ("0", "5", "10"))
    return [{1: {"satisfaction": s}, 2: {"effort": e}, 3: {"recommend": r}, 4: {}, 5: {"text": f"{s}{e}{r}"}} for s, e, r in scores]


def test_review_links_are_the_same_whatever_somebody_answered(
    client: TestClient, ledger: FeedbackLedger, desk: Desk, conversation: int
) -> None:
    """RULES P30: the same page, byte for byte, whether somebody is happy or furious."""
    pages = set()
    for number, answers in enumerate(every_score()):
        secret = number.to_bytes(16, "big")
        now = desk.clock.now()
        ledger.add_invite(
            NewInvite(
                token_hash=token_hash(secret),
                use=LinkUse.FORM,
                asked=Asked.WITHIN_FEEDBACK,
                channel="feed",
                language="nl",
                made_at=now,
                expires_at=now + timedelta(days=30),
                conversation_id=conversation,
            )
        )
        token = written_token(secret, "form", key=KEY)
        where = walk(client, f"/f/{token}", answers)
        page = client.get(where)
        assert page.status_code == 200
        pages.add(page.text.replace(written_token(secret, "reviews", key=KEY), "TOKEN"))
        for link in REVIEWS:
            gone = client.get(f"/r/{where.rpartition('/')[2].partition('?')[0]}/{link.slug}")
            assert (gone.status_code, gone.headers["location"]) == (303, link.url)
    assert len(pages) == 1
    assert all(link.name in next(iter(pages)) for link in REVIEWS)


def test_only_configured_sites_are_led_to(client: TestClient, path: str) -> None:
    """No open redirect: an address of ours that leads anywhere would be used to deceive our customers."""
    token = walk(client, path).rpartition("/")[2].partition("?")[0]
    for slug in (
        "elsewhere",
        "https:%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "recensies%0d%0aLocation:%20x",
        "RECENSIES",
        "..",
        "recensies?u=x",
    ):
        answer = client.get(f"/r/{token}/{slug}")
        assert answer.headers.get("location", REVIEWS[0].url) == REVIEWS[0].url, slug
        assert answer.status_code in (404, 303)
    form_token = path.rpartition("/")[2]
    assert client.get(f"/r/{form_token}/recensies").status_code == 404


def test_a_threads_link_begins_a_form_only_when_pressed(client: TestClient, links: FeedbackLinks, ledger: FeedbackLedger) -> None:
    path = path_of(links.open(None, "forum.example", "en"))
    page = client.get(f"{path}?lang=en")
    assert "Begin" in page.text
    first, second = (client.post(f"{path}?lang=en").headers["location"] for _ in range(2))
    assert first.partition("?")[0] != second.partition("?")[0]
    walk(client, first.partition("?")[0], {**ANSWERED, 5: {"text": "fine", "tell": "yes"}})
    (response,) = ledger.responses()
    assert (response.channel, response.conversation_id, response.answers.get("tell")) == ("forum.example", None, None)
    assert 'name="tell"' not in client.get(f"{second}&step=5").text, "whom we cannot find again is not asked whether we may"


def test_a_bare_link_leads_to_the_review_links_alone(client: TestClient, links: FeedbackLinks, conversation: int) -> None:
    page = client.get(f"{path_of(links.bare(conversation, channel='feed', language='nl'))}?lang=nl")
    assert "<form" not in page.text
    assert all(link.name in page.text for link in REVIEWS)


def test_guessing_is_answered_ever_the_same_and_then_slowed(client: TestClient, path: str) -> None:
    """A client that tries over and over waits; others go on as before."""
    answers = [client.get(f"/f/{'A' * 42}{n % 10}", headers={"x-forwarded-for": "203.0.113.9"}) for n in range(40)]
    assert [one.status_code for one in answers] == [404] * 30 + [429] * 10
    assert len({one.text for one in answers[:30]}) == 1
    assert client.get(f"{path}?lang=nl", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 429
    assert client.get(f"{path}?lang=nl", headers={"x-forwarded-for": "203.0.113.10"}).status_code == 200


def test_a_thousand_wrong_links_from_everywhere_open_nothing(client: TestClient, ledger: FeedbackLedger) -> None:
    """Forged for another use, by another key, cut: 404 each, and nothing is written."""
    for n in range(1_000):
        secret = n.to_bytes(16, "big")
        token = (
            written_token(secret, "form", key=b"z" * 32),
            written_token(secret, "form", key=KEY),
            written_token(secret, "reviews", key=KEY)[:-1],
        )[n % 3]
        headers = {"x-forwarded-for": f"198.51.{n // 250}.{n % 250}"}
        kind = ("/f/", "/f/all/", "/f/done/")[n // 3 % 3]
        method = "POST" if n % 2 and kind != "/f/done/" else "GET"
        answer = client.request(method, f"{kind}{token}", headers=headers)
        assert answer.status_code == 404, (kind, n)
    assert ledger.responses() == []


def test_ten_thousand_tries_with_used_and_expired_links_change_nothing(
    forms: FeedbackForms, links: FeedbackLinks, ledger: FeedbackLedger, conversation: int, desk: Desk
) -> None:
    """Reused and late ones: each look and each answer is refused, with what was said before left as it is."""
    used, expired = ([links.personal(conversation, channel="feed", language="nl").rpartition("/")[2] for _ in range(25)] for _ in range(2))
    for token in used:
        forms.answer(token, 0, {"satisfaction": "4"})
        forms.answer(token, 4, {})
    before = ledger.responses()
    for _ in range(100):
        for token in used:
            assert forms.look(token) is Closed.USED
            assert forms.answer(token, 0, {"satisfaction": "1"}) is Closed.USED
    desk.clock.advance(timedelta(days=30))
    for _ in range(100):
        for token in expired:
            assert forms.look(token) is Closed.EXPIRED
            assert forms.answer(token, 0, {"satisfaction": "1"}) is Closed.EXPIRED
    assert ledger.responses() == before


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7}",
    "'; drop table feedback; --",
    "\u202egnirts\u202c \u2066x\u2069 \u200b",
    "=cmd|' /C calc'!A0",
    "a" * 9_000,
    "\ud83d\ude00 " * 50,
    "\x07\x1b[31mrood\x1b[0m",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(client: TestClient, path: str, ledger: FeedbackLedger, text: str) -> None:
    sent = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    client.post(f"{path}?lang=nl&step=4", data={"why_channel": sent, "text": sent})
    from_ledger = ledger.responses()[0].answers
    assert from_ledger == {}
    found = client.get(f"{path}?lang=nl&step=5")
    assert found.status_code == 200
    page = client.post(f"{path}?lang=nl&step=5", data={"text": sent})
    assert page.status_code == 303
    kept = ledger.responses()[0].answers["text"]
    assert kept == sent.strip()[:4_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_again_as_text(
    client: TestClient, path: str, ledger: FeedbackLedger, links: FeedbackLinks, text: str
) -> None:
    """It comes back in the box it was typed in, when somebody goes a page back before the end."""
    found = links.find(path.rpartition("/")[2], LinkUse.FORM)
    assert found is not None
    sent = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ledger.keep(found[0].invite_id, {"text": sent[:4_000]}, at=found[0].made_at, last=False)
    page = client.get(f"{path}?lang=nl&step=5").text
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("<textarea") == page.count("</textarea>") == 1
    assert ("7*7" in page) == ("7*7" in sent)


def test_the_questions_are_the_same_core_for_every_channel() -> None:
    """Channels can only be compared when they were asked the same."""
    assert [question for step in STEPS for question in step][:3] == ["satisfaction", "effort", "recommend"]
