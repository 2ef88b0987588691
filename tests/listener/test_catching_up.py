"""RULES F27 with a real source and real connections: a Mastodon server whose stream is cut for a second, a minute, an hour and a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listener.ledger.ledger import Ledger
from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from listener.sources.mastodon import MastodonSource
from listener.streams import connect_after
from tests.fakes.mastodon import TOKEN, FakeMastodon
from tests.fakes.site import Reply, open_site
from tests.fakes.source import FakeSource
from tests.fakes.stream_rig import Rig

MINUTE = timedelta(minutes=1)


class Server:
    """What stands in for a stream in the rig: it counts the connections of the fake server."""

    def __init__(self, source: MastodonSource, fake: FakeMastodon) -> None:
        stream = source.stream()
        assert stream is not None
        self.source_id, self.is_wanted, self.events = stream.source_id, True, stream.events
        self._fake = fake

    @property
    def connections(self) -> int:
        return self._fake.pushes.connections


@pytest.mark.parametrize(
    ("down", "posts"),
    [(timedelta(seconds=1), 4), (MINUTE, 12), (60 * MINUTE, 60), (24 * 60 * MINUTE, 96)],
    ids=["1 s", "1 min", "1 h", "24 h"],
)
async def test_a_stream_that_is_cut_loses_and_doubles_nothing(ledger: Ledger, down: timedelta, posts: int) -> None:
    """The service runs all the time; what it hears of first, the stream or the pull, makes no difference."""
    fake = FakeMastodon()
    names: set[str] = set()
    async with open_site() as site:
        site.answer = fake
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}))
        rig = Rig(ledger, FakeSource([], source_id="masto"), kind="mastodon", interval_minutes=10)
        how: dict[str, Any] = {"allow_http": True, "allow_private": True, "hashtags": ["stroomwerk"], "mentions": False}
        source = MastodonSource("masto", site.url(""), token=lambda: TOKEN, http=http, clock=rig.clock, **how)
        rig.watched.source = source
        rig.stream = rig.watched.stream = Server(source, fake)  # type: ignore[assignment] # as much of a stream as the rig needs

        def say(number: int, *, told: bool) -> None:
            own_id = fake.add(f"#stroomwerk {number}", rig.clock.now(), number=number)
            names.add(fake.name_of(own_id))
            if told:
                fake.pushes.tell("update", fake.statuses[own_id])

        await rig.run()
        async with rig.listening():
            say(0, told=True)
            await rig.until(lambda: rig.watched.hurried)
            await rig.run_what_is_due(rig.due)
            fake.pushes.answer = Reply(status=502)
            cut_at, before = rig.clock.now(), len(fake.pushes.opened)
            fake.pushes.cut()
            await rig.until(lambda: len(fake.pushes.opened) > before)
            for number in range(1, posts + 1):
                await rig.run_what_is_due(max(rig.clock.now(), cut_at + down * number / posts))
                say(number, told=False)
            fake.pushes.answer = None
            await rig.until(lambda: fake.pushes.connections)
            back = rig.clock.now()
            await rig.until(lambda: rig.watched.hurried or not names - stored(ledger))
            await rig.run_what_is_due(max(rig.due, rig.clock.now()))
        await http.aclose()
    rows = [one.mention.native_id for one in ledger.mentions.latest(limit=1_000)]
    assert (len(rows), len(names)) == (posts + 1, posts + 1), "0 lost, 0 double"
    assert set(rows) == names
    assert rig.clock.now() - back <= MINUTE, "read at once when the stream is back, not at the next interval"


def stored(ledger: Ledger) -> set[str]:
    return {one.mention.native_id for one in ledger.mentions.latest(limit=1_000)}


def test_a_server_that_was_away_for_a_day_is_listened_to_within_a_quarter_of_an_hour() -> None:
    """Two dozen failures in a row; the pull after that waits for no stream."""
    assert connect_after(24, None, jitter=1.0) <= 15 * 60
