"""An approval holds for exactly what was approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.outbox.approval import KEY_LENGTH, approval_hash, idempotency_key

EXPIRES = datetime(2026, 3, 3, 9, tzinfo=UTC)
POST = OutgoingPost(
    account=AccountId(platform="mastodon", realm="toot.example", native_id="1", name="stroom"),
    kind=PostKind.REPLY,
    target=Target(platform="mastodon", realm="toot.example", thread_id="t", parent_id="p", mention_id=7, revision=1, content_hash="abc"),
    text="Dag, we kijken mee.",
    media=("m1", "m2"),
)


def _account(**changes: str) -> OutgoingPost:
    return replace(POST, account=replace(POST.account, **changes))


def _target(**changes: str | int) -> OutgoingPost:
    return replace(POST, target=replace(POST.target, **changes))  # type: ignore[arg-type]  # fields of a target by name


MUTATIONS: tuple[OutgoingPost, ...] = (
    _account(platform="bluesky"),
    _account(realm="other.example"),
    _account(native_id="2"),  # another account under the same name: a swapped token
    _target(platform="bluesky"),
    _target(realm="other.example"),
    _target(thread_id="t2"),
    _target(parent_id="p2"),
    _target(mention_id=8),
    _target(revision=2),
    _target(content_hash="abd"),  # the customer edited
    replace(POST, kind=PostKind.INVITATION),
    replace(POST, text="Dag, we kijken mee!"),
    replace(POST, text="Dag, we kijken mee. "),
    replace(POST, text="Dag,\u00a0we kijken mee."),  # looks the same
    replace(POST, text="Dag, we kijken me\u0435."),  # a Cyrillic letter
    replace(POST, media=("m1",)),
    replace(POST, media=("m2", "m1")),
    replace(POST, media=("m1m2",)),
)


@pytest.mark.parametrize("other", MUTATIONS)
def test_any_change_makes_it_another_approval(other: OutgoingPost) -> None:
    """RULES 0.5, S13, F31: account, target, text, media; one byte is enough."""
    assert approval_hash(other, expires_at=EXPIRES) != approval_hash(POST, expires_at=EXPIRES)


def test_a_longer_life_makes_it_another_approval() -> None:
    assert approval_hash(POST, expires_at=EXPIRES + timedelta(microseconds=1)) != approval_hash(POST, expires_at=EXPIRES)


def test_the_same_moment_in_another_zone_is_the_same_approval() -> None:
    there = EXPIRES.astimezone(timezone(timedelta(hours=2)))
    assert approval_hash(POST, expires_at=there) == approval_hash(POST, expires_at=EXPIRES)


def test_a_renamed_account_is_the_same_account() -> None:
    """Names change and identify nothing; the id that the platform gives does."""
    assert approval_hash(_account(name="Stroom 2.0"), expires_at=EXPIRES) == approval_hash(POST, expires_at=EXPIRES)


@given(st.text(), st.text())
def test_two_texts_share_an_approval_only_when_they_are_equal(one: str, two: str) -> None:
    """Also for quotes, separators, halves of characters and whatever else may confuse a serialisation."""
    hashes = {approval_hash(replace(POST, text=text), expires_at=EXPIRES) for text in (one, two)}
    assert len(hashes) == len({one, two})


@pytest.mark.parametrize("part", [lambda text: _target(thread_id=text, parent_id=""), lambda text: _target(thread_id="", parent_id=text)])
def test_parts_do_not_run_into_each_other(part: Callable[[str], OutgoingPost]) -> None:
    assert approval_hash(part("ab"), expires_at=EXPIRES) != approval_hash(_target(thread_id="a", parent_id="b"), expires_at=EXPIRES)


def test_the_key_follows_the_content_and_the_press() -> None:
    """The same press gives the same key, for ever; approving the same words a month later is another write."""
    approved = approval_hash(POST, expires_at=EXPIRES)
    assert idempotency_key(approved, salt="s") == idempotency_key(approved, salt="s")
    assert idempotency_key(approved, salt="s") != idempotency_key(approved, salt="r")
    assert idempotency_key(approved, salt="s") != idempotency_key("other", salt="s")
    assert len(idempotency_key(approved, salt="s")) == KEY_LENGTH
