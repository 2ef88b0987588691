"""What Meta's platforms sent and answered others: webhooks of pages, Instagram and WhatsApp, and objects of the Graph and Threads APIs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.errors import SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.sources.meta_graph_errors import told
from listener.sources.meta_networks import going_on
from listener.sources.meta_threads import read_post
from listener.sources.meta_webhook import Told, read_told
from listener.sources.refusals import cause_of
from tests.replay.cassettes import there

pytestmark = pytest.mark.recordings


def one_of(recordings: Path, name: str, case: str = "") -> list[Told]:
    body = json.loads(there(recordings / name).read_text(encoding="utf-8"))
    return read_told(body[case] if case else body)


# recording, case within it, and what it says: native id, text, time, author, parent, root, when it was edited
SAID: tuple[tuple[str, str, tuple[str, str, str, str, str, str, str]], ...] = (
    (
        "facebook/restfb-webhooks/feed-comment-add-25.json",
        "",
        (
            "901097836652708_903438993085259",
            "and the next one",
            "2015-12-03T09:30:03",
            "1234567890321",
            "1234567890321_901097836652708",
            "1234567890321_901097836652708",
            "",
        ),
    ),
    (
        "facebook/restfb-webhooks/feed-post-add-25.json",
        "",
        ("1234567890321_7293787835232", "Let's check this", "2016-02-05T21:17:00", "8423678347823", "", "", ""),
    ),
    (
        "facebook/restfb-webhooks/feed-status-edited-photos.json",
        "",
        (
            "1234567890321_949560725137650",
            "This is an edited test message",
            "2016-01-04T23:16:55",
            "1234567890321",
            "",
            "",
            "2016-01-04T23:17:20",
        ),
    ),
    (
        "facebook/restfb-webhooks/mention-comment-add.json",
        "",
        (
            "7363534231324_3754798971271444",
            "Just a test message",
            "2021-02-26T12:01:02",
            "",
            "1234567890321_7363534231324",
            "1234567890321_7363534231324",
            "",
        ),
    ),
    (
        "facebook/restfb-webhooks/ratings-rating-add-31.json",
        "",
        ("904801129604590", "Ja ziemlich coole Sache", "2018-09-19T15:05:12", "705955836155788", "", "", ""),
    ),
    (
        "facebook/restfb-webhooks/messaging-message-reply-1.json",
        "",
        (
            "mid.1457764197618:41d102a3e1ae206a38",
            "hello, world!",
            "2016-03-12T06:29:57",
            "987654321432",
            "very_long_id_representing_the_original_message",
            "",
            "",
        ),
    ),
    (
        "instagram/restfb/wh-comments-2021.json",
        "",
        ("123456789", "This is an example.", "2018-02-23T15:21:47", "1234536447", "987654321", "76543987", ""),
    ),
    (
        "whatsapp/restfb-webhooks/webhook-incoming-message-text.json",
        "",
        (
            "wamid.HBgNNDkxNTIwOTgzMzM5OBUCABIYHGDEHJVFHJEVCFHJEVBCMTkyODk1OEIyAA==",
            "Test",
            "2022-05-22T21:01:53",
            "491234567890",
            "",
            "",
            "",
        ),
    ),
    (
        "whatsapp/pywa-updates/callback_selection.json",
        "description",
        ("wamid.zyzxyz", "title\ndescription", "2023-10-25T20:48:25", "972987654321", "wamid.xyzxyz", "", ""),
    ),
    (
        "whatsapp/pywa-updates/callback_button.json",
        "quick_reply",
        ("wamid.xsidjw", "title", "2023-10-25T21:23:47", "972987654321", "wamid.xyzxyz==", "", ""),
    ),
    (
        "whatsapp/pywa-updates/edited_message.json",
        "image",
        (
            "wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=",
            "Updated image caption",
            "2025-06-13T22:42:55",
            "16505551234",
            "M0",
            "",
            "2025-06-13T22:42:55",
        ),
    ),
)


@pytest.mark.parametrize(("name", "case", "said"), SAID, ids=[f"{row[0]} {row[1]}".strip() for row in SAID])
def test_ids_times_authors_and_parents_are_those_of_the_recording(
    recordings: Path, name: str, case: str, said: tuple[str, str, str, str, str, str, str]
) -> None:
    """By these a reply finds its place, and what comes twice is known."""
    (one,) = one_of(recordings, name, case)
    found = one.found
    assert isinstance(found, Mention)
    posted_at = datetime.fromisoformat(said[2]).replace(tzinfo=UTC)
    assert (found.native_id, found.text) == said[:2]
    assert found.posted_at.replace(microsecond=0) == posted_at
    assert (found.author.native_id if found.author else "") == said[3]
    assert (found.parent_id, found.root_id) == said[4:6]
    assert (found.edited_at.isoformat()[:19] if found.edited_at else "") == said[6]


GONE = (
    ("facebook/restfb-webhooks/feed-comment-remove-25.json", "", "905578656204626_905579239537901"),
    ("facebook/restfb-webhooks/feed-post-remove-25.json", "", "1234567890321_901097836652708"),
    ("facebook/restfb-webhooks/feed-video-remove-25.json", "", "1234567890321_900767076685784"),
    ("facebook/restfb-webhooks/ratings-rating-remove-25.json", "", "904801129604590"),
    ("facebook/restfb-webhooks/messaging-message-isdeleted.json", "", "message_id"),
)


@pytest.mark.parametrize(("name", "case", "native_id"), GONE)
def test_what_is_taken_back_is_a_removal(recordings: Path, name: str, case: str, native_id: str) -> None:
    (one,) = one_of(recordings, name, case)
    assert isinstance(one.found, Removal)
    assert one.found.native_id == native_id


SILENT = (
    "facebook/restfb-webhooks/feed-reaction-add.json",
    "facebook/restfb-webhooks/feed-like-add-25.json",
    "facebook/restfb-webhooks/messaging-delivery-basic.json",
    "whatsapp/restfb-webhooks/webhook-incoming-message-status-ui.json",
    "whatsapp/restfb-webhooks/webhook-incoming-message-status-bsuid.json",
)


@pytest.mark.parametrize("name", SILENT)
def test_likes_receipts_and_states_of_our_own_messages_say_nothing(recordings: Path, name: str) -> None:
    """A thousand likes are no thousand things that we missed."""
    assert one_of(recordings, name) == []


def test_a_reply_on_threads_says_what_it_answers(recordings: Path) -> None:
    found = read_post(json.loads(there(recordings / "threads/restfb/basic-reply.json").read_text(encoding="utf-8")))
    assert isinstance(found, Mention)
    assert (found.native_id, found.text, found.parent_id, found.root_id) == ("1234567890", "First Reply", "1234567890", "1234567890")
    assert found.posted_at == datetime(2024, 1, 1, 18, 20, tzinfo=UTC)


def test_the_next_page_is_found_and_its_token_is_left_behind(recordings: Path) -> None:
    """Meta names the next page with our token in the address."""
    first = json.loads(there(recordings / "instagram/python-facebook-graph/medias__comments_p1.json").read_text(encoding="utf-8"))
    last = json.loads(there(recordings / "instagram/python-facebook-graph/medias__comments_p2.json").read_text(encoding="utf-8"))
    by_time = json.loads(there(recordings / "facebook/python-facebook-graph/posts__feed_fields_p1.json").read_text(encoding="utf-8"))
    assert going_on(first) == {"after": "after"}
    assert going_on(last) == {}
    assert going_on(by_time) == {"until": "1624385168", "__paging_token": "__paging_token"}


@pytest.mark.parametrize(
    ("name", "kind", "words", "cause"),
    [
        ("facebook/restfb-graph/exampleError.json", SourceRefused, "password was changed", "token_expired"),
        ("facebook/python-facebook-graph/base__error_data.json", SourceRefused, "no such account", "forbidden"),
        ("facebook/python-facebook-graph/error.json", SourceRefused, "no such account", "forbidden"),
        ("facebook/restfb-graph/oauthExampleError.json", SourceUnavailable, "just now", ""),
        ("instagram/restfb/ig_login_exception.json", SourceRefused, "2500", "forbidden"),
    ],
)
def test_recorded_refusals_are_told_in_our_words(recordings: Path, name: str, kind: type[Exception], words: str, cause: str) -> None:
    """Their own sentences name documents and fields; ours say what to do."""
    body = there(recordings / name).read_bytes()
    meant = told(SourceRefused("x", cause=cause_of(403, {}, body), status=403, said=body))
    assert type(meant) is kind
    assert words in str(meant)
    if isinstance(meant, SourceRefused):
        assert meant.cause == cause
