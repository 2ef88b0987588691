"""Record keys, marks and references of Bluesky, without a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.model.post import PlaceNow
from moderation.publishers.bluesky_records import (
    LAST_OF_OURS,
    key_time,
    link_facets,
    post_url,
    read_parent,
    read_record,
    read_uri,
    record_key,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
VIEW = {"uri": "at://did:plc:kim/app.bsky.feed.post/3n36dogl77k2q", "cid": "bafyeen"}


@given(st.text(min_size=1, max_size=64))
def test_a_key_is_always_the_same_record_and_a_timestamp_identifier_of_2015(key: str) -> None:
    """A post's key has to be one (lexicon), and all of ours have to be listed in one go."""
    rkey = record_key(key)
    assert rkey == record_key(key)
    made = key_time(rkey)
    assert made is not None
    assert datetime(2015, 1, 1, tzinfo=UTC) <= made <= datetime(2015, 1, 14, tzinfo=UTC)
    assert rkey <= LAST_OF_OURS < "3n36dogl77k2q"


def test_many_keys_are_many_records() -> None:
    assert len({record_key(f"{number:032x}") for number in range(20_000)}) == 20_000


def test_a_key_of_an_app_says_when_it_was_made() -> None:
    """This one was made by a PDS on 25 November 2026."""
    made = key_time("3n36dogl77k2q")
    assert made is not None
    assert abs(made - datetime(2026, 11, 25, 23, 44, 35, tzinfo=UTC)) < timedelta(minutes=1)
    assert key_time("self") is None
    assert key_time("3N36DOGL77K2Q") is None


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Kijk op https://stroomwerk.example/storing.", ["https://stroomwerk.example/storing"]),
        ("🎉é (https://a.example/x_(y)) en https://b.example!", ["https://a.example/x_(y)", "https://b.example"]),
        ("geen.link, http:// ook niet", []),
        ("“https://a.example/é?x=1#nu”", ["https://a.example/é?x=1#nu"]),
        ("https://a.example https://a.example", ["https://a.example", "https://a.example"]),
    ],
)
def test_links_are_marked_in_bytes_without_the_sentences_own_signs(text: str, links: list[str]) -> None:
    marked = []
    for facet in link_facets(text):
        index, features = facet["index"], facet["features"]
        assert isinstance(index, dict)
        assert isinstance(features, list)
        marked.append(text.encode()[index["byteStart"] : index["byteEnd"]].decode())
        assert features[0]["uri"] == marked[-1]
    assert marked == links


@pytest.mark.parametrize(
    ("more", "place", "why"),
    [
        ({}, PlaceNow.OPEN, ""),
        ({"viewer": {"replyDisabled": True}}, PlaceNow.LOCKED, "locked"),
        ({"author": {"viewer": {"blockedBy": True}}}, PlaceNow.LOCKED, "banned"),
        ({"author": {"viewer": {"blocking": "at://did:plc:us/app.bsky.graph.block/1"}}}, PlaceNow.LOCKED, "banned"),
        ({"viewer": None, "author": [], "record": "?"}, PlaceNow.OPEN, ""),
    ],
)
def test_what_the_network_shows_of_a_post_says_whether_it_takes_replies(more: dict[str, object], place: PlaceNow, why: str) -> None:
    found = read_parent(VIEW | more)
    assert (found.place, found.why, found.root, found.parent) == (place, why, VIEW, VIEW)


def test_an_answers_root_is_the_one_its_own_record_names() -> None:
    root = {"uri": "at://did:plc:bas/app.bsky.feed.post/3aaaaaaaaaaaa", "cid": "bafytwee"}
    found = read_parent(VIEW | {"record": {"reply": {"root": root, "parent": root}}})
    assert (found.root, found.parent) == (root, VIEW)


@pytest.mark.parametrize(
    "odd", [None, [], {}, {"uri": 1, "cid": "x"}, {"uri": "at://x"}, {**VIEW, "record": {"reply": {"root": {"uri": 1}}}}]
)
def test_an_odd_view_is_an_error_and_never_an_open_place(odd: object) -> None:
    with pytest.raises(ValueError, match=r"record|view"):
        read_parent(odd)


def test_a_record_without_a_time_counts_as_new() -> None:
    """What we cannot date might be the post we look for."""
    seen, above = read_record({**VIEW, "value": {"text": "Dag", "createdAt": "gisteren"}}, unknown_time=NOW)
    assert (seen.posted_at, above, seen.url) == (NOW, ("", ""), "https://bsky.app/profile/did:plc:kim/post/3n36dogl77k2q")
    with pytest.raises(ValueError, match="text"):
        read_record({**VIEW, "value": {"text": None}}, unknown_time=NOW)


@pytest.mark.parametrize(
    "wrong",
    ["", "t3_abc", "https://bsky.app/profile/kim/post/1", "at://kim.test/app.bsky.feed.post/1", "at://did:plc:x/app.bsky.feed.like/1"],
)
def test_an_address_of_anything_else_names_no_post(wrong: str) -> None:
    assert read_uri(wrong) is None
    assert post_url(wrong) == ""
