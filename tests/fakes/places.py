"""Sources that read two places of their platform, of which one is lost and found again by the test: one rig per platform."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from listener.clock import ManualClock
from listener.ports import Source
from listener.sources.bluesky import BlueskySource
from listener.sources.discord import DiscordSource
from listener.sources.discord_rest import DiscordRest
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.sources.matrix import MatrixSource
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.turns import PlaceRefused
from listener.sources.x import XSource
from listener.sources.youtube import YouTubeSource
from tests.fakes import bluesky, discord_history, discourse_posts, graph, mastodon, matrix, reddit, stackexchange, x_posts, youtube
from tests.fakes.site import Answering, Reply, Request, Site

OTHER_PAGE = "9876543210"
Say = Callable[[datetime], str]


def refusing(status: int, said: object) -> Reply:
    return Reply(status=status, body=json.dumps(said).encode(), headers={"Content-Type": "application/json"})


@dataclass
class Rig:
    """`source` reads a place that is called `name` and another one; `say` and `say_elsewhere` write there and return what it is known by.

    `closed`: the platform refuses the place with `refusal`; `asked` counts how often it was asked for it while it did. `revoke` ends the
    key. `keeps_days`: how far back its platform shows anything.
    """

    name: str
    refusal: Reply
    source: Callable[[], Source] = field(init=False)
    say: Say = field(init=False)
    say_elsewhere: Say = field(init=False)
    revoke: Callable[[], None] = field(init=False)
    closed: bool = False
    both_closed: bool = False
    asked: int = 0
    keeps_days: float = 400.0

    def doors(self, marks: str, answer: Answering, elsewhere: Answering | None = None, *, places: str = "") -> Answering:
        """Return what answers requests: those whose path holds `marks` are for the place, others that hold `places` for the other one."""

        def opened(request: Request) -> Reply:
            if marks in request.path:
                self.asked += self.closed
                return self.refusal if self.closed else answer(request)
            return self.refusal if self.both_closed and places in request.path else (elsewhere or answer)(request)

        return opened


Make = Callable[[Site, HttpClient, ManualClock], Rig]
OPEN: dict[str, Any] = {"allow_http": True, "allow_private": True}


def of_meta(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    gone = {"error": {"type": "OAuthException", "fbtrace_id": "t", "code": 100, "error_subcode": 33, "message": "Unsupported get request."}}
    rig, fake, token = Rig(f"account {OTHER_PAGE}", refusing(400, gone)), graph.FakeGraph(), [graph.TOKEN]
    site.answer = rig.doors(f"/{OTHER_PAGE}/", fake)

    def say(at: datetime, page: str = OTHER_PAGE) -> str:
        said = graph.comment(f"{page}_{at.timestamp():.0f}", at)
        fake.listings.setdefault(f"{page}/feed", []).append(said)
        return str(said["id"])

    rig.say, rig.say_elsewhere = say, lambda at: say(at, graph.PAGE)
    rig.revoke = token.clear
    rig.source = lambda: MetaGraphSource(
        "meta", network="facebook", accounts=(OTHER_PAGE, graph.PAGE), http=http, clock=clock, base=site.url("/v25.0"), **OPEN,
        secret=lambda kind: "".join(token) or "old" if kind == "ACCESS_TOKEN" else "",
    )  # fmt: skip
    return rig


def of_discourse(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig, fake, numbers = Rig("topic 2", refusing(403, {"errors": ["no"], "error_type": "invalid_access"})), discourse_posts.FakeForum(), [0]
    answer = rig.doors("/t/2", fake)

    def site_answer(request: Request) -> Reply:
        return refusing(401, {"errors": ["key"]}) if fake.key and request.headers.get("api-key") != fake.key else answer(request)

    site.answer = site_answer

    def say(at: datetime, topic: int = 2) -> str:
        numbers[0] += 1
        fake.posts.append(discourse_posts.post(numbers[0], at=at, topic=topic))
        return str(numbers[0])

    for topic in (2, 3):
        say(clock.now() - timedelta(days=300), topic)
    rig.say, rig.say_elsewhere = say, lambda at: say(at, 3)
    rig.revoke = lambda: setattr(fake, "key", "another")
    base = site.url("").rstrip("/")
    rig.source = lambda: DiscourseSource(
        "forum", Forum(base=base, http=http, username="kim", key=lambda: "old", **OPEN), topics=("2", "3"), clock=clock
    )
    return rig


class _Doors(reddit.FakeReddit):
    """Subreddits of which one is private while the rig is closed."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self._rig = rig

    def listing(self, key: str, limit: int) -> Any:
        lost = key.endswith("geheim")
        self._rig.asked += lost and self._rig.closed
        if self._rig.closed if lost else self._rig.both_closed:
            raise PlaceRefused(f"Reddit forbids reading {key}: it is private.", cause="forbidden")
        return super().listing(key, limit)


def of_reddit(_site: Site, _http: HttpClient, clock: ManualClock) -> Rig:
    rig, numbers, keys = Rig("r/geheim", Reply()), [0], ["id"]
    fake = _Doors(rig)

    def say(at: datetime, name: str = "geheim") -> str:
        numbers[0] += 1
        item = reddit.submission(numbers[0], created=at.timestamp())
        fake.listings.setdefault(f"submissions {name}", []).append(item)
        return str(item.name)

    rig.say, rig.say_elsewhere = say, lambda at: say(at, "klussen")
    rig.revoke = keys.clear
    rig.source = lambda: RedditSource(
        "reddit", subreddits=("geheim", "klussen"), queries=(), comments=True, approval_reference="R-1", clock=clock, factory=lambda: fake,
        key=lambda: RedditKey(client_id="".join(keys), client_secret="canary-secret", account="stroomwerk_dev"),
    )  # fmt: skip
    return rig


def of_youtube(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig, numbers = Rig(f"video {youtube.VIDEO}", youtube.error("videoNotFound", 404)), [0]
    there, elsewhere = youtube.FakeYouTube(), youtube.FakeYouTube()
    site.answer = rig.doors(f"videoId={youtube.VIDEO}", there, elsewhere)

    def say(at: datetime, fake: youtube.FakeYouTube = there) -> str:
        numbers[0] += 1
        fake.comments.append(youtube.comment(f"c{numbers[0]}", at=at))
        return f"c{numbers[0]}"

    def revoke() -> None:
        there.key = elsewhere.key = "another"

    rig.say, rig.say_elsewhere, rig.revoke = say, lambda at: say(at, elsewhere), revoke
    rig.source = lambda: YouTubeSource(
        "yt", channels=(youtube.CHANNEL,), videos=(youtube.VIDEO,), key=lambda: "a-key", http=http, clock=clock,
        base=site.url("").rstrip("/"), **OPEN,
    )  # fmt: skip
    return rig


def of_mastodon(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig, fake, numbers = Rig("#geheim", refusing(403, {"error": "This action is not allowed"})), mastodon.FakeMastodon(), [0]
    site.answer = rig.doors("/tag/geheim", fake)

    def say(at: datetime, tag: str = "geheim") -> str:
        numbers[0] += 1
        return fake.name_of(fake.add(f"#{tag}", at, number=numbers[0], tags=(tag,)))

    rig.say, rig.say_elsewhere = say, lambda at: say(at, "stroomwerk")
    rig.revoke = lambda: setattr(fake, "token", "another")
    rig.source = lambda: MastodonSource(
        "mastodon", site.url(""), token=lambda: mastodon.TOKEN, http=http, clock=clock, hashtags=("geheim", "stroomwerk"), mentions=False,
        **OPEN,
    )  # fmt: skip
    return rig


def of_discord(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig = Rig(f"channel {discord_history.CHANNEL}", refusing(403, {"message": "Missing Access", "code": 50001}))
    fake, token = discord_history.FakeDiscord(), [discord_history.TOKEN]
    site.answer = rig.doors(f"/channels/{discord_history.CHANNEL}", fake, places="/channels/")
    other = "1170000000000000109"
    fake.channels[other] = {"id": other, "guild_id": discord_history.GUILD, "type": 0, "name": "elders"}
    fake.messages[other] = {}
    rig.say = lambda at: fake.say("hoor", at)
    rig.say_elsewhere = lambda at: fake.say("hoor", at, place=other)
    rig.revoke = lambda: token.__setitem__(0, "old")
    rig.source = lambda: DiscordSource(
        "discord", DiscordRest(token=lambda: token[0], http=http, base=site.url("/api/v10"), **OPEN),
        channels=(discord_history.CHANNEL, other), clock=clock,
    )  # fmt: skip
    return rig


def of_bluesky(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig = Rig("the search for 'geheim'", refusing(400, {"error": "InvalidRequest", "message": "Error: q"}))
    fake, numbers, passwords = bluesky.FakeBluesky(), [0], [bluesky.PASSWORD]
    site.answer = rig.doors("q=geheim", fake, places="q=")

    def say(at: datetime, words: str = "geheim") -> str:
        numbers[0] += 1
        return fake.add(numbers[0], words, at)

    def revoke() -> None:
        fake.password = "another"
        fake.end_session(refresh=True)

    rig.say, rig.say_elsewhere, rig.revoke = say, lambda at: say(at, "stroomwerk"), revoke
    rig.source = lambda: BlueskySource(
        "bluesky", queries=("geheim", "stroomwerk"), account=bluesky.ACCOUNT, password=lambda: passwords[0], mentions=False, http=http,
        clock=clock, base=site.url(""), **OPEN,
    )  # fmt: skip
    return rig


def of_stackexchange(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    rig = Rig("the search for 'geheim'", refusing(400, {"error_id": 400, "error_name": "bad_parameter", "error_message": "q"}))
    fake, numbers, dead = stackexchange.FakeStackExchange(), [0], [False]
    answer = rig.doors("q=geheim", fake, places="q=")
    site.answer = lambda request: refusing(400, {"error_id": 402, "error_name": "invalid_access_token"}) if dead[0] else answer(request)

    def say(at: datetime, words: str = "geheim") -> str:
        numbers[0] += 1
        fake.items.append(stackexchange.question(numbers[0], at=int(at.timestamp()), title="?", body=words))
        return str(numbers[0])

    rig.say, rig.say_elsewhere = say, lambda at: say(at, "stroomwerk")
    rig.revoke = lambda: dead.__setitem__(0, True)
    rig.source = lambda: StackExchangeSource(
        "se", "iot", queries=("geheim", "stroomwerk"), comments=False, http=http, clock=clock, base=site.url("").rstrip("/"), **OPEN
    )
    return rig


def of_x(site: Site, _http: HttpClient, clock: ManualClock) -> Rig:
    rig = Rig("the account stroomwerk", refusing(404, {"title": "Not Found Error"}), keeps_days=6.5)
    there, elsewhere, numbers = x_posts.FakeX([], now=clock.now()), x_posts.FakeX([], now=clock.now()), [0]

    def answer(request: Request) -> Reply:
        there.now = elsewhere.now = clock.now()
        return opened(request)

    opened = rig.doors("/2/users/", there, elsewhere)
    site.answer = answer

    def say(at: datetime, fake: x_posts.FakeX = there) -> str:
        numbers[0] += 1
        fake.posts.append(x_posts.post("hoor", at=at, number=numbers[0]))
        return str(fake.posts[-1]["id"])

    def revoke() -> None:
        there.token = elsewhere.token = "another"

    rig.say, rig.say_elsewhere, rig.revoke = say, lambda at: say(at, elsewhere), revoke
    rig.source = lambda: XSource(
        "x", queries=("stroomwerk",), account="stroomwerk", token=lambda: "a-token", clock=clock, api_url=site.url("").rstrip("/")
    )
    return rig


def of_matrix(site: Site, http: HttpClient, clock: ManualClock) -> Rig:
    """Return a room whose address is gone, and that the account that reads is put out of, while it is closed."""
    secret, name = "!geheim:matrix.example", "#geheim:matrix.example"
    rig, fake = Rig(name, refusing(404, {"errcode": "M_NOT_FOUND", "error": "no such address"})), matrix.FakeMatrix()
    fake.addresses[name] = secret
    fake.rules[secret] = "public"
    opened = rig.doors("directory/room/%23geheim", fake)

    def answer(request: Request) -> Reply:
        fake.joined = [matrix.ROOM] if rig.closed else [matrix.ROOM, secret]
        return opened(request)

    site.answer = answer
    rig.say = lambda at: fake.say("hoor", at, room=secret)
    rig.say_elsewhere = lambda at: fake.say("hoor", at)
    rig.revoke = lambda: setattr(fake, "token", "another")
    rig.source = lambda: MatrixSource(
        "matrix", site.url(""), token=lambda: matrix.TOKEN, http=http, clock=clock, rooms=(name, matrix.ROOM), **OPEN
    )
    return rig


RIGS: Mapping[str, Make] = {
    "bluesky": of_bluesky,
    "discord": of_discord,
    "discourse": of_discourse,
    "mastodon": of_mastodon,
    "matrix": of_matrix,
    "meta": of_meta,
    "reddit": of_reddit,
    "stackexchange": of_stackexchange,
    "x": of_x,
    "youtube": of_youtube,
}
