"""What comes to our own account on Reddit, and what waits for moderators: each by the credential of its own purpose (RULES P10)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused
from listener.model.mention import Mention
from listener.model.page import Skip
from listener.settings.schema import HttpSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.registry import build_source
from tests.fakes.reddit import FakeReddit, SignedIn, comment, submission

KEY = RedditKey(client_id="id", client_secret="s", account="stroomwerk", refresh_token="canary-token")
READS = frozenset({"identity", "read", "privatemessages"})


def message(number: int, *, created: float, body: str = "", author: str | None = "kim", **more: Any) -> SimpleNamespace:
    """Return a private message as praw holds one."""
    fields = {
        "name": f"t4_{number:x}",
        "id": f"{number:x}",
        "created_utc": created,
        "subject": "Vraag",
        "body": body or f"bericht {number}",
    }
    who = SimpleNamespace(name=author) if author else None
    return SimpleNamespace(
        **{**fields, "author": who, "author_fullname": f"t2_{author}", "first_message_name": None, "parent_id": None, **more}
    )


def source(fake: FakeReddit, clock: ManualClock, **other: Any) -> RedditSource:
    chosen: dict[str, Any] = {"subreddits": [], "queries": [], "comments": False, "inbox_to": "Stroomwerk", "key": lambda: KEY, **other}
    return RedditSource("reddit", approval_reference="R-1", clock=clock, factory=lambda: fake, **chosen)


async def test_mentions_answers_and_private_messages_are_said_to_us(clock: ManualClock) -> None:
    fake, now = SignedIn(), clock.now().timestamp()
    fake.listings["inbox"] = [
        comment(1, created=now - 60, context="/r/klussen/comments/abc/titel/1/?context=3", link_id=None, subject="username mention"),
        message(2, created=now - 50, body="Mijn adres is …"),
        message(3, created=now - 40, first_message_name="t4_2", parent_id="t4_2", body="En?"),
        message(4, created=now - 30, author="Stroomwerk", body="Dag Kim"),
        message(5, created=now - 20, author=None, body="Welcome"),
    ]
    page = await source(fake, clock).pull(None)
    found = {one.native_id: one for one in page.mentions}
    assert {one.said_to for one in found.values()} == {"Stroomwerk"}
    assert {name: (one.channel, one.root_id, one.parent_id) for name, one in found.items()} == {
        "t1_1": ("", "t3_abc", "t3_1"),
        "t4_2": ("reddit", "", ""),
        "t4_3": ("reddit", "t4_2", "t4_2"),
    }
    assert found["t1_1"].url == "https://www.reddit.com/r/klussen/comments/abc/titel/1/"
    assert {one.where: one.reason for one in page.skipped} == {
        "item t4_4": "we wrote it ourselves",
        "message t4_5": "Reddit wrote it, or nobody who is named",
    }


async def test_a_private_message_that_is_not_listed_any_more_is_kept(clock: ManualClock) -> None:
    """Nobody can ask Reddit for one by its number: that it is not shown proves nothing, also when it is looked up beside others."""
    fake, now = SignedIn(), clock.now().timestamp()
    fake.listings["inbox"] = [message(2, created=now - 50), comment(1, created=now - 40)]
    reads = source(fake, clock)
    page = await reads.pull(None)
    fake.listings["inbox"] = [comment(1, created=now - 40), comment(9, created=now - 1)]
    again = await reads.pull(page.next)
    assert again.removals == ()
    looked_up = await reads.look_up(["t4_2", "t1_1"])
    assert isinstance(looked_up[0], Skip)
    assert isinstance(looked_up[1], Mention)


@pytest.mark.parametrize("scopes", [READS | {"modposts"}, READS | {"modmail"}, frozenset({"*"})])
async def test_listening_takes_no_key_of_a_moderator(clock: ManualClock, scopes: frozenset[str]) -> None:
    fake = SignedIn(scopes)
    fake.listings["inbox"] = [message(2, created=clock.now().timestamp())]
    with pytest.raises(SourceRefused, match="moderator's key") as refused:
        await source(fake, clock).pull(None)
    assert "canary-token" not in str(refused.value)
    assert fake.requests == []


async def test_what_waits_for_moderators_becomes_mentions_of_the_own_community(clock: ManualClock) -> None:
    """Reported posts, however old; what a filter took away already waits for nobody, and what was handled stays here."""
    fake, now = SignedIn(frozenset({"identity", "read", "modposts"})), clock.now().timestamp()
    fake.listings["modqueue klussen"] = [
        submission(1, created=now - 400 * 86_400, title="Oud en gemeld"),
        comment(2, created=now - 60, body="scheldwoord"),
        comment(3, created=now - 50, body="weg", removed_by_category="automod_filtered"),
    ]
    reads = source(fake, clock, subreddits=["klussen"], inbox_to=None, moderates=True)
    page = await reads.pull(None)
    assert [(one.native_id, one.channel, one.said_to) for one in page.mentions] == [("t3_1", "", ""), ("t1_2", "", "")]
    assert page.removals == ()
    assert [one.reason for one in page.skipped] == ["it was removed before anybody looked at it"]
    fake.listings["modqueue klussen"] = []
    assert (await reads.pull(page.next)).removals == ()
    with pytest.raises(SourceRefused, match="modposts"):
        await source(SignedIn(READS), clock, subreddits=["klussen"], inbox_to=None, moderates=True).pull(None)


def context(clock: ManualClock, **secrets: str) -> SourceContext:
    values = {f"KLANKBORD_REDDIT_{name}": value for name, value in secrets.items()}
    http = HttpClient(HttpSettings.model_validate({}), clock=clock)
    return SourceContext(http=http, clock=clock, secrets=values.get, brands=())


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [
        ("reddit", {"CLIENT_ID": "one", "CLIENT_SECRET": "s", "MOD_CLIENT_ID": "one", "READ_REFRESH_TOKEN": "t"}),
        ("reddit", {"CLIENT_ID": "one", "CLIENT_SECRET": "s", "WRITE_CLIENT_ID": "one", "READ_REFRESH_TOKEN": "t"}),
        ("reddit_modqueue", {"CLIENT_ID": "one", "MOD_CLIENT_ID": "one", "MOD_CLIENT_SECRET": "s", "MOD_REFRESH_TOKEN": "t"}),
    ],
)
async def test_swapped_keys_are_refused(clock: ManualClock, kind: str, secrets: dict[str, str]) -> None:
    """One application for two purposes is what Reddit forbids."""
    given = {"id": "r", "kind": kind, "approval_reference": "R-1", "user_agent_name": "stroomwerk"}
    more = {"inbox": True} if kind == "reddit" else {"subreddits": ["klussen"]}
    built = build_source(SourceSettings.model_validate({**given, **more}), context=context(clock, **secrets))
    with pytest.raises(SourceRefused, match="one application"):
        await built.pull(None)


async def test_without_its_token_the_inbox_says_which_one_it_wants(clock: ManualClock) -> None:
    given = {"id": "r", "kind": "reddit", "inbox": True, "approval_reference": "R-1", "user_agent_name": "stroomwerk"}
    settings = SourceSettings.model_validate(given)
    assert settings.keep == "all", "nobody names a brand to the brand itself"
    with pytest.raises(SourceRefused, match="KLANKBORD_REDDIT_READ_REFRESH_TOKEN"):
        await build_source(settings, context=context(clock, CLIENT_ID="one", CLIENT_SECRET="s")).pull(None)
    with pytest.raises(SettingsError, match="a source of its own"):
        build_source(SourceSettings.model_validate({**given, "subreddits": ["klussen"]}), context=context(clock))
