"""X, Stack Exchange, YouTube, Discord and Discourse with five posts each, for the contract of sources."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from listener.clock import ManualClock
from listener.sources.discord import DiscordSource
from listener.sources.discord_rest import DiscordRest
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.http import HttpClient
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.x import XSource
from listener.sources.youtube import YouTubeSource
from tests.contracts.source_bench import Bench
from tests.fakes import discord_history, discourse_posts, stackexchange, x_posts, youtube
from tests.fakes.site import Reply, Site

HOUR = timedelta(hours=1)


def _x(site: Site, clock: ManualClock, _: HttpClient, __: Path) -> Bench:
    start = clock.now()
    fake = x_posts.FakeX([x_posts.post(f"stroomwerk {n}", at=start - n * HOUR) for n in range(1, 6)], now=start)

    def post() -> str:
        fake.posts.append(x_posts.post("stroomwerk again", at=clock.now()))
        return str(fake.posts[-1]["id"])

    site.answer = fake
    return Bench(
        ids={one["id"] for one in fake.posts},
        open=lambda: XSource("x", queries=["stroomwerk"], account="", token=lambda: "a-token", clock=clock, api_url=site.url("")),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


def _stackexchange(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    start = int(clock.now().timestamp())
    asked = [stackexchange.question(n, at=start - 3_600 * n) for n in (1, 2)]
    fake = stackexchange.FakeStackExchange(
        *asked, *(stackexchange.answer(n, at=start - 3_600 * n, to=1) for n in (3, 4)), stackexchange.comment(5, at=start - 60, to=3)
    )

    def post() -> str:
        number = 100 + len(fake.items)
        fake.items.append(stackexchange.comment(number, at=int(clock.now().timestamp()), to=1))
        return f"c{number}"

    site.answer = fake
    return Bench(
        ids={"1", "2", "3", "4", "c5"},
        open=lambda: StackExchangeSource(
            "se", "iot", queries=["stroomwerk"], http=http, clock=clock, base=site.url(""), allow_http=True, allow_private=True
        ),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


def _youtube(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    start = clock.now()
    fake = youtube.FakeYouTube(*(youtube.comment(f"t{n}", at=start - n * HOUR) for n in (1, 2, 3)))
    fake.answers["t3"] = [youtube.comment(f"t3.{n}", at=start - n * HOUR, parent="t3") for n in (1, 2)]

    def post() -> str:
        fake.comments.append(youtube.comment(f"new{len(fake.comments)}", at=clock.now()))
        return str(fake.comments[-1]["id"])

    site.answer = fake
    return Bench(
        ids={"t1", "t2", "t3", "t3.1", "t3.2"},
        open=lambda: YouTubeSource(
            "yt",
            channels=[youtube.CHANNEL],
            key=lambda: "a-key",
            http=http,
            clock=clock,
            base=site.url(""),
            allow_http=True,
            allow_private=True,
        ),
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(status=500)),
    )


def _discourse(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    fake = discourse_posts.FakeForum(*(discourse_posts.post(n, at=clock.now() - (10 - n) * HOUR) for n in range(1, 6)))

    def post() -> str:
        number = 100 + len(fake.posts)
        fake.posts.append(discourse_posts.post(number, at=clock.now(), reply_to_post_number=2))
        return str(number)

    def opened() -> DiscourseSource:
        forum = Forum(base=site.url(""), http=http, allow_http=True, allow_private=True)
        return DiscourseSource("forum", forum, clock=clock)

    site.answer = fake
    return Bench(
        ids={str(n) for n in range(1, 6)},
        open=opened,
        post=post,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>login</html>")),
    )


def _discord(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    fake = discord_history.FakeDiscord()
    ids = {fake.say(f"bericht {n}", clock.now() - n * HOUR) for n in (1, 2, 3)}
    post = fake.thread("Factuur klopt niet", clock.now() - 5 * HOUR, parent=discord_history.FORUM)
    ids |= {
        fake.say("Kent iemand dit?", clock.now() - 5 * HOUR, place=post, number=post),
        fake.say("Ja", clock.now() - 4 * HOUR, place=post),
    }
    rest = DiscordRest(token=lambda: discord_history.TOKEN, http=http, base=site.url("/api/v10"), allow_http=True, allow_private=True)
    site.answer = fake
    return Bench(
        ids=ids,
        open=lambda: DiscordSource("discord", rest, channels=[discord_history.CHANNEL, discord_history.FORUM], clock=clock),
        post=lambda: fake.say("nieuw", clock.now(), place=post),
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


BENCHES = {"x": _x, "stackexchange": _stackexchange, "youtube": _youtube, "discourse": _discourse, "discord": _discord}
