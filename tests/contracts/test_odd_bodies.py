"""Whatever stands in an answer: an error of ours, never a crash, and never a quiet "nothing new" (RULES F18)."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import InputError, SourceError
from listener.model.page import Cursor
from listener.settings.schema import HttpSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.incoming import INCOMING
from tests.contracts.odd_bodies import MOST_BYTES, bent, odd_replies
from tests.contracts.source_bench import Bench
from tests.contracts.test_source_contract import BENCHES, NOW
from tests.fakes.calling import SECRETS
from tests.fakes.incoming_house import SENT, SOURCES
from tests.fakes.site import Reply, Request, Site, open_site
from tests.long import WHOLE

CALLED = {one.kind: body for one, (_, body, _, _) in zip(SOURCES, SENT, strict=True)}
KINDS = sorted(kind for kind in BENCHES.keys() - {"file", "fake"} if not kind.startswith("reddit") and kind != "imap")
"""Kinds that are read over HTTP on loopback; praw and mailboxes have suites of their own."""
DRAWN = 40


@dataclass
class Rig:
    """A source whose requests are answered with what the test says from the one that lists on, those before it rightly."""

    bench: Bench
    site: Site
    clock: ManualClock
    cursor: Cursor | None
    right: bytes
    nth: int
    """The first request that is answered wrongly: the one that lists, told by its long answer."""

    async def told(self, reply: Reply) -> str:
        """Pull with this answer; return "" for an error of ours or something listed, else what was wrong with it."""
        well, count = self.site.answer, 0

        def answer(request: Request) -> Reply:
            nonlocal count
            count += 1
            return reply if count >= self.nth else well(request)

        self.site.answer = answer
        source = self.bench.open()
        try:
            page = await source.pull(self.cursor)
        except SourceError:
            return ""
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            self.site.answer = well
            await source.aclose()
        return "" if page.mentions or page.skipped or page.gap or page.removals or page.lost else "an empty page"


@pytest.fixture(params=KINDS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    clock = ManualClock(NOW)
    async with AsyncExitStack() as closing:
        site = await closing.enter_async_context(open_site())
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 5, "most_bytes": MOST_BYTES}), clock=clock)
        closing.push_async_callback(http.aclose)
        bench = BENCHES[request.param](site, clock, http, tmp_path)
        well, said = site.answer, list[bytes]()

        def listening(asked: Request) -> Reply:
            said.append((reply := well(asked)).body)
            return reply

        site.answer = listening
        source = bench.open()
        await source.pull(None)
        await source.aclose()
        site.answer = well
        right = max(said, key=len)
        yield Rig(bench, site, clock, None, right, 1 + said.index(right))


async def test_no_answer_that_is_none_passes_for_nothing_new(rig: Rig) -> None:
    """At least three hundred of every kind in the long form; a sample with a fixed seed in every run."""
    every = list(odd_replies(rig.right))
    assert len({(one.body, one.status, one.raw, *one.headers.items()) for _, one in every}) >= 300
    chosen = every if WHOLE else random.Random(18).sample(every, DRAWN)
    assert [(name, wrong) for name, reply in chosen if (wrong := await rig.told(reply))] == []


async def test_a_right_answer_with_any_value_changed_breaks_nothing(rig: Rig) -> None:
    """One value of another type may cost its item, which is listed then; never the source, and never with a trace."""
    if rig.right.startswith(b"<rss"):  # a feed is no JSON: what may stand in one is tried in test_no_feed.py
        return
    right = json.loads(rig.right)
    every = list(bent(right))
    chosen = every if WHOLE else random.Random(19).sample(every, min(DRAWN, len(every)))
    crashed = [(name, wrong) for name, body in chosen if (wrong := await rig.told(Reply(body=body))) not in ("", "an empty page")]
    assert crashed == []


@pytest.mark.parametrize("kind", INCOMING)
def test_whatever_a_signed_body_says_it_is_read_or_refused_in_our_words(kind: str) -> None:
    """Behind a right signature, too: a body that cannot be read is refused (the sender sends it again), one that is odd is listed."""
    clock, right = ManualClock(NOW), CALLED[kind]
    http = HttpClient(HttpSettings.model_validate({}), clock=clock)
    settings = next(one for one in SOURCES if one.kind == kind)
    reader = INCOMING[kind](settings, SourceContext(http=http, clock=clock, secrets=SECRETS.get, brands=()))
    assert reader.read(right, {}).mentions
    every = [*sorted({reply.body for _, reply in odd_replies(right)} - {right}), *(body for _, body in bent(json.loads(right)))]
    assert len(set(every)) >= 300
    refused, wrong = 0, []
    for body in every:
        try:
            page = reader.read(body, {})
        except InputError:
            refused += 1
        except Exception as error:
            wrong.append((body[:60], f"{type(error).__name__}: {error}"[:120]))
        else:
            assert page.next is None, "what is pushed moves no cursor"
    assert wrong == []
    assert refused > 150
