"""Who is believed: only what is signed with our own secret, over the very bytes, and refusals that say nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.public.limiter import Limiter
from tests.fakes.calling import (
    NOW,
    as_forum,
    as_meta,
    as_ours,
    comment,
    forum_post,
    our_mention,
    raw,
    told_by_page,
)
from tests.fakes.incoming_house import FORUM, META, OURS, SENT, SOURCES, House

FORGED: tuple[tuple[str, str, bytes, dict[str, str]], ...] = (
    ("no signature", META, SENT[0][1], {"content-type": "application/json"}),
    ("another secret", META, SENT[0][1], as_meta(SENT[0][1], secret="guessed")),
    ("the older algorithm", META, SENT[0][1], {"content-type": "application/json", "x-hub-signature": "sha1=00"}),
    (
        "no algorithm named",
        META,
        SENT[0][1],
        {**as_meta(SENT[0][1]), "x-hub-signature-256": as_meta(SENT[0][1])["x-hub-signature-256"][7:]},
    ),
    ("signed in capitals", META, SENT[0][1], {k: v.upper() if "hub" in k else v for k, v in as_meta(SENT[0][1]).items()}),
    ("another body", META, SENT[0][1] + b" ", as_meta(SENT[0][1])),
    (
        "the same object, written anew",
        META,
        json.dumps(told_by_page(comment(text="é 🎉")), ensure_ascii=False).encode(),
        as_meta(raw(told_by_page(comment(text="é 🎉")))),
    ),
    ("a signature for another address", FORUM, SENT[0][1], as_meta(SENT[0][1])),
    ("the forum's without a secret", FORUM, SENT[1][1], as_forum(SENT[1][1], secret="")),
    ("five minutes and a second old", OURS, SENT[2][1], as_ours(SENT[2][1], at=NOW - timedelta(seconds=301))),
    ("from the future", OURS, SENT[2][1], as_ours(SENT[2][1], at=NOW + timedelta(seconds=301))),
    (
        "a time put on later",
        OURS,
        SENT[2][1],
        {**as_ours(SENT[2][1], at=NOW - timedelta(hours=1)), "klankbord-timestamp": str(int(NOW.timestamp()))},
    ),
    ("no time", OURS, SENT[2][1], {k: v for k, v in as_ours(SENT[2][1]).items() if "time" not in k}),
    ("a time that is no number", OURS, SENT[2][1], {**as_ours(SENT[2][1]), "klankbord-timestamp": "1e9"}),
    ("an address that is nobody's", "/in/nobody", SENT[0][1], as_meta(SENT[0][1])),
)


@pytest.mark.parametrize(("path", "body", "headers"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_what_is_not_signed_leaves_no_trace(house: House, path: str, body: bytes, headers: dict[str, str]) -> None:
    """Every refusal is the same bare one: it does not tell what was wrong, nor whether a source of that name exists."""
    answer = house.post(path, body, headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert house.texts() == []
    assert [house.ledger.sources.state(one.id) for one in SOURCES] == [None, None, None]


def test_without_a_secret_nobody_is_believed(house: House) -> None:
    """An HMAC with an empty key is something that everybody can make."""
    house.secrets.clear()
    for path, body, headers in (
        (META, SENT[0][1], as_meta(SENT[0][1], secret="")),
        (FORUM, SENT[1][1], as_forum(SENT[1][1], secret="")),
        (OURS, SENT[2][1], as_ours(SENT[2][1], secret="")),
    ):
        assert house.post(path, body, headers).status_code == 401
    assert house.texts() == []


def test_two_hundred_forged_bodies_are_two_hundred_refusals(house: House) -> None:
    """RULES S17."""
    client = house.reader(replace(house.parts, wrong=Limiter(most=10_000, window_seconds=600)))
    for number in range(200):
        body = raw(told_by_page(comment(number)))
        headers = as_meta(body, secret=f"guess {number}")
        assert client.post(META, content=body, headers=headers).status_code == 401
    assert house.texts() == []


def test_a_new_secret_counts_at_once(house: House) -> None:
    """A leaked secret is replaced without a restart; the old one opens nothing from then on."""
    path, body, sign, _ = SENT[0]
    house.secrets["KLANKBORD_META_FB_APP_SECRET"] = "its own, and new"
    assert house.post(path, body, sign(body)).status_code == 401
    assert house.post(path, body, as_meta(body, secret="its own, and new")).status_code == 200


def test_an_old_secret_may_stand_beside_the_new_one_in_a_signature(house: House) -> None:
    path, body, sign, text = SENT[2]
    headers = sign(body)
    headers["klankbord-signature"] = f"v1={'0' * 64}, {headers['klankbord-signature']}"
    assert house.post(path, body, headers).status_code == 200
    assert house.texts() == [text]


def test_emoji_and_slashes_are_verified_as_they_were_sent(house: House) -> None:
    """Meta escapes what is beyond ASCII; a body that we write anew has another signature."""
    body = raw(told_by_page(comment(text="Dank 🎉 én https://zoemvolt.example/storing")))
    assert house.post(META, body, as_meta(body)).status_code == 200
    assert house.texts() == ["Dank 🎉 én https://zoemvolt.example/storing"]


def test_half_a_character_anywhere_stops_nothing(house: House) -> None:
    """JSON can name half of an emoji, which no store can hold; refused, it would come again for a week."""
    half = comment(text="Kapot \ud83d", comment_id="55_\ud800", wrote=("7\udc00", "Kim \ud83d"))
    for body, headers in (
        (raw(told_by_page(half)), as_meta),
        (raw(forum_post(cooked="Kapot \ud83d", username="\ud83d")), as_forum),
        (raw({"mentions": [our_mention("\ud83d", "Kapot \ud83d", title="\ud83d")], "removed": ["\ud83d2"]}), as_ours),
    ):
        path = {as_meta: META, as_forum: FORUM, as_ours: OURS}[headers]
        assert house.post(path, body, headers(body)).status_code == 200
    assert house.texts() == ["Kapot \ufffd"] * 3


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "words we chose", "hub.challenge": "1158201444"}, 200, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "words we choose", "hub.challenge": "1158201444"}, 403, ""),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "words we chose", "hub.challenge": "1"}, 403, ""),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, 403, ""),
        ({}, 403, ""),
        # what comes back is text and never a page, whoever chose it
        ({"hub.mode": "subscribe", "hub.verify_token": "words we chose", "hub.challenge": "<script>1</script>"}, 200, "<script>1</script>"),
    ],
)
def test_meta_asks_whether_we_are_there(house: House, query: dict[str, str], status: int, said: str) -> None:
    answer = house.client.get(META, params=query)
    assert (answer.status_code, answer.text) == (status, said)
    assert answer.headers.get("content-type", "text/plain; charset=utf-8") == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", [FORUM, OURS, "/in/nobody"])
def test_who_never_asks_is_not_answered(house: House, path: str) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "words we chose", "hub.challenge": "1"}
    assert house.client.get(path, params=query).status_code == 403
