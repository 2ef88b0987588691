"""Discord: every message of channels, forums and threads once, edits and deletions followed, and said what is kept from a bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceRefused
from listener.model.mention import Mention
from listener.model.page import Cursor, Page, Skip
from listener.settings.schema import SourceSettings
from listener.sources.context import SourceContext
from listener.sources.discord import DiscordSource
from listener.sources.discord_items import read_message
from listener.sources.discord_rest import DiscordRest
from listener.sources.http import HttpClient
from listener.sources.registry import build_source
from tests.fakes.discord_history import CHANNEL, FORUM, GUILD, TOKEN, FakeDiscord
from tests.fakes.site import Reply, Site

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _source(site: Site, http: HttpClient, clock: ManualClock, *, channels: Sequence[str] = (CHANNEL,), token: str = TOKEN) -> DiscordSource:
    rest = DiscordRest(token=lambda: token, http=http, base=site.url("/api/v10"), allow_http=True, allow_private=True)
    return DiscordSource("discord", rest, channels=channels, clock=clock)


async def _round(source: DiscordSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 80, "the source says `more` for ever"
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    return pages, cursor


def _mentions(pages: Sequence[Page]) -> dict[str, Mention]:
    return {m.native_id: m for page in pages for m in page.mentions}


def _removed(pages: Sequence[Page]) -> set[str]:
    return {one.native_id for page in pages for one in page.removals}


@pytest.fixture
def fake(site: Site) -> FakeDiscord:
    site.answer = made = FakeDiscord()
    return made


async def test_history_comes_whole_and_oldest_first_in_pages(site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord) -> None:
    """Discord shows a hundred messages at a time, the newest of them first; the look-back bounds the first reading."""
    fake.say("van vorig jaar", clock.now() - 300 * DAY)
    ids = [fake.say(f"bericht {n}", clock.now() - (900 - n) * MINUTE) for n in range(250)]
    pages, cursor = await _round(_source(site, http, clock))
    assert [m.native_id for page in pages for m in page.mentions] == ids
    clock.advance(DAY)
    later = [fake.say(f"later {n}", clock.now() - (200 - n) * MINUTE) for n in range(130)]
    again, _ = await _round(_source(site, http, clock), cursor)
    assert set(later) <= set(_mentions(again))
    assert not set(ids[:180]) & set(_mentions(again)), "history is not read a second time"


async def test_a_forum_gives_its_open_threads_and_those_closed_since(
    site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord
) -> None:
    """A post closes by itself when nobody answers: what was said in it before that must not be lost."""
    started = clock.now() - 2 * DAY
    opened = fake.thread("Factuur klopt niet", started)
    first = fake.say("Kent iemand dit?", started, place=opened, number=opened)
    answer = fake.say("Ja", started + HOUR, place=opened, type=19, message_reference={"message_id": opened, "type": 0})
    shut = [fake.thread(f"Vraag {n}", started, closed_at=started + n * MINUTE) for n in range(130)]
    closed = [fake.say("Opgelost", started + MINUTE, place=one) for one in shut]
    old = fake.thread("Vorig jaar", clock.now() - 300 * DAY, closed_at=clock.now() - 290 * DAY)
    fake.say("oud", clock.now() - 299 * DAY, place=old)
    aside = fake.thread("Zijspoor", started, parent=CHANNEL)
    beside = fake.say("onder een kanaal", started, place=aside)
    source = _source(site, http, clock, channels=[FORUM, CHANNEL])
    cursor: Cursor | None = None
    pages: list[Page] = []
    while not pages or pages[-1].more:
        pages.append(await source.pull(cursor))
        cursor = pages[-1].next
    found = _mentions(pages)
    assert set(found) == {first, answer, beside, *closed}
    assert (found[first].title, found[first].root_id, found[first].parent_id) == ("Factuur klopt niet", "", "")
    assert (found[answer].title, found[answer].root_id, found[answer].parent_id) == ("", opened, opened)
    assert (found[beside].title, found[beside].root_id, found[beside].realm) == ("", aside, GUILD)
    clock.advance(10 * DAY)
    fake.channels[opened]["thread_metadata"] |= {"archived": True, "archive_timestamp": clock.now().isoformat()}
    last = fake.say("En gesloten", clock.now() - HOUR, place=opened)
    fake.asked.clear()
    again, _ = await _round(source, cursor)
    assert last in _mentions(again)
    assert set(_mentions(again)) <= {first, answer, last}
    assert sum("/messages" in one for one in fake.asked) == 2, "threads in which nothing was said are not read"


async def test_edits_and_deletions_of_the_last_hour_follow(site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord) -> None:
    """What is not listed any more is asked for first: only Discord's own word that it is gone removes anything."""
    kept, edited, gone = (fake.say(text, clock.now() - n * MINUTE) for n, text in ((30, "blijft"), (20, "stroomwrek"), (10, "weg")))
    thread = fake.thread("Vraag", clock.now() - 5 * MINUTE)
    in_thread = fake.say("ook weg", clock.now() - 4 * MINUTE, place=thread, number=thread)
    channels = [CHANNEL, FORUM]
    _, cursor = await _round(_source(site, http, clock, channels=channels))
    at = clock.now() + MINUTE
    fake.messages[CHANNEL][edited] |= {"content": "stroomwerk", "edited_timestamp": at.isoformat()}
    del fake.messages[CHANNEL][gone], fake.channels[thread], fake.messages[thread]
    clock.advance(5 * MINUTE)
    pages, cursor = await _round(_source(site, http, clock, channels=channels), cursor)
    assert _removed(pages) == {gone, in_thread}
    found = _mentions(pages)
    assert (found[edited].text, found[edited].edited_at, found[kept].edited_at) == ("stroomwerk", at, None)
    again, _ = await _round(_source(site, http, clock, channels=channels), cursor)
    assert _removed(again) == set(), "told once"


@pytest.mark.parametrize(("status", "body"), [(404, b"<html>not here</html>"), (403, b'{"code": 50001}'), (404, b'{"code": 0}')])
async def test_an_answer_that_is_not_discords_word_removes_nothing(
    site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord, status: int, body: bytes
) -> None:
    """A proxy that says 404, or a bot that was shut out, proves nothing about a message or a thread, and holds up no other place."""
    gone = fake.say("weg", clock.now() - MINUTE)
    thread = fake.thread("Vraag", clock.now() - MINUTE, parent=CHANNEL)
    fake.say("in de draad", clock.now() - MINUTE, place=thread)
    beside = fake.thread("Andere vraag", clock.now() - MINUTE, parent=CHANNEL)
    _, cursor = await _round(_source(site, http, clock))
    del fake.messages[CHANNEL][gone]
    new = fake.say("nieuw", clock.now(), place=beside)
    odd = (f"/messages/{gone}", f"/channels/{thread}/messages?")
    site.answer = lambda request: Reply(status=status, body=body) if any(one in request.path for one in odd) else fake(request)
    pages, cursor = await _round(_source(site, http, clock), cursor)
    assert _removed(pages) == set()
    assert new in _mentions(pages)
    assert any(f"thread {thread}" in page.gap for page in pages)
    assert "does not say that it is gone" in next(one.reason for page in pages for one in page.skipped)
    site.answer = fake
    pages, _ = await _round(_source(site, http, clock), cursor)
    assert _removed(pages) == {gone}, "it is asked for again until Discord says so"


async def test_without_the_message_content_intent_it_works_and_says_what_it_cannot_see(
    site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord
) -> None:
    """Nobody can send nothing: an empty message is one whose words are kept from us, told once, never a silent zero."""
    hidden = [fake.say("geheim", clock.now() - n * MINUTE) for n in (5, 6)]
    fake.say("", clock.now() - 4 * MINUTE, sticker_items=[{"id": "1", "name": "zwaai"}])
    fake.say("", clock.now() - 3 * MINUTE, type=7)
    fake.wordless = True
    pages, cursor = await _round(_source(site, http, clock))
    assert {one.where for page in pages for one in page.skipped if "intent" in one.reason} == {f"message {one}" for one in hidden}
    assert [page.gap for page in pages if page.gap] == [
        f"discord: 2 new messages of channel {CHANNEL} came without their words: "
        "switch on the message content intent of the bot in Discord's developer portal."
    ]
    again, cursor = await _round(_source(site, http, clock), cursor)
    assert not any(page.gap or page.skipped for page in again)
    fake.wordless = False
    seen, _ = await _round(_source(site, http, clock), cursor)
    assert set(_mentions(seen)) == set(hidden), "once the intent is on, the last hour comes with its words"


async def test_a_channel_that_is_closed_to_the_bot_stops_no_other(
    site: Site, http: HttpClient, clock: ManualClock, fake: FakeDiscord
) -> None:
    """It is told with what to do; alone, or with a token that ended, it is a refusal for a person."""
    said = fake.say("hoor", clock.now() - MINUTE)
    fake.closed.add(FORUM)
    pages, _ = await _round(_source(site, http, clock, channels=[FORUM, CHANNEL]))
    assert set(_mentions(pages)) == {said}
    assert "view the channel and read its message history" in pages[0].lost[0].why
    with pytest.raises(SourceRefused) as closed:
        await _source(site, http, clock, channels=[FORUM]).pull(None)
    assert closed.value.cause == "scope_missing"
    for token, cause in (("old", "token_rejected"), ("", "token_missing"), ("tök", "token_rejected")):
        with pytest.raises(SourceRefused, match=r"KLANKBORD_DISCORD_READ_BOT_TOKEN|copy it again") as ended:
            await _source(site, http, clock, channels=[FORUM, CHANNEL], token=token).pull(None)
        assert ended.value.cause == cause


async def test_a_bucket_that_is_nearly_empty_is_left_alone_until_its_reset(site: Site, clock: ManualClock, fake: FakeDiscord) -> None:
    """Each answer says how much is left of its bucket and for how long; we stop before Discord has to say 429."""
    settings = SourceSettings.model_validate(
        {"id": "discord", "kind": "discord", "channels": [CHANNEL], "url": site.url("/api/v10"), "allow_http": True, "allow_private": True}
    )
    http = HttpClient(_http_settings(), clock=clock)
    secrets = {"KLANKBORD_DISCORD_BOT_TOKEN": TOKEN}
    source = build_source(settings, context=SourceContext(http=http, clock=clock, secrets=secrets.get, brands=()))
    fake.say("hoor", clock.now() - MINUTE)
    fake.headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "42.5"}
    with pytest.raises(RateLimited) as told:
        await source.pull(None)
    assert 40 < told.value.wait_seconds <= 42.5
    assert len(fake.asked) == 1
    await http.aclose()


def _http_settings() -> Any:
    from listener.settings.schema import HttpSettings

    return HttpSettings.model_validate({"timeout_seconds": 20})


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"content": "Dag <@21> en <@!22>, zie <#7> <@&9>", "mentions": [{"id": "21", "username": "kim"}]},
            "Dag @kim en @user, zie #channel @role",
        ),
        ({"content": "Hoi <:blij:123> <a:dans:124>"}, "Hoi :blij: :dans:"),
        ({"content": "**Heel** ~~boos~~ op [de site](https://example.org/x)"}, "Heel boos op de site"),
        ({"content": "2 ** 3 en snake__case"}, "2 ** 3 en snake__case"),
        ({"content": "", "poll": {"question": {"text": "Storing?"}, "answers": []}}, "Storing?"),
        ({"content": "  "}, ""),
        ({"content": "", "attachments": [{"id": "1"}]}, ""),
        ({"content": "", "message_snapshots": [{"message": {"content": "van een ander"}}]}, ""),
    ],
)
def test_words_are_those_that_people_read(more: dict[str, Any], text: str) -> None:
    """Names stand where Discord writes numbers; what a message only carries or forwards is not its writer's word."""
    said = {"id": "5", "type": 0, "author": {"id": "21"}, "timestamp": "2026-03-02T11:00:00.123000+00:00", **more}
    read = read_message(said, guild=GUILD, place=CHANNEL)
    assert (read.text if isinstance(read, Mention) else "") == text
    assert isinstance(read, Mention) or (isinstance(read, Skip) and read.reason == "it has no words")


@pytest.mark.parametrize("channels", [[], ["algemeen"], ["12", "#vragen"]])
def test_a_channel_is_named_by_its_number(site: Site, http: HttpClient, clock: ManualClock, channels: list[str]) -> None:
    """A name is not unique and changes; the error says where the number stands."""
    with pytest.raises(SettingsError, match="developer mode"):
        _source(site, http, clock, channels=channels)
