"""A token that ends while many calls need it is renewed once: each renewal makes the one before worthless (RULES F20)."""

from __future__ import annotations

import asyncio
import json

from listener.sources.bluesky_session import BlueskySession
from listener.sources.http import HttpClient
from tests.fakes.site import Reply, Request, Site


async def test_fifty_calls_at_the_end_of_a_token_renew_it_once(http: HttpClient, site: Site) -> None:
    made: list[str] = []

    def answer(request: Request) -> Reply:
        made.append(request.path.rpartition(".")[2])
        tokens = {"accessJwt": f"access-{len(made)}", "refreshJwt": f"refresh-{len(made)}", "did": "did:plc:kim", "handle": "kim.example"}
        return Reply(body=json.dumps(tokens).encode())

    site.answer = answer
    session = BlueskySession(http, site.url(""), account="kim.example", password=lambda: "pass", allow_http=True, allow_private=True)
    old = await session.token()
    renewed = await asyncio.gather(*(session.token(refused=old) for _ in range(50)))
    assert made == ["createSession", "refreshSession"]
    assert set(renewed) == {"access-2"}
