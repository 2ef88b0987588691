"""Sends posts to a receiver of your own as signed JSON: for a platform that we do not know, or a system that posts for you.

The receiver is one https address. What it gets, how it checks the signature and what it has to answer stands in the README.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from listener.errors import PublishRejected, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.model.signature import KEY_HEADER, SIGNATURE_HEADER, TIME_HEADER, signature
from moderation.publishers.answer import Answer
from moderation.publishers.http import WriteClient
from moderation.publishers.limits import WEBHOOK

PLATFORM = "webhook"


class WebhookPublisher:
    """One receiver with one shared secret. Another address or another secret is another account, so that no approval moves along (F31).

    Our own protocol, 2026-11-26: POST with a JSON object; `Idempotency-Key`, which the receiver keeps, answering a repeat as it answered
    the first; `Klankbord-Timestamp` in seconds; `Klankbord-Signature`, "v1=" and HMAC-SHA256 in hex over timestamp, a full stop and the
    body. 2xx with a JSON object means accepted, under its `id` or else our key; 4xx but 401 means no. Anything else proves nothing.
    """

    native_key = WEBHOOK.native_key
    key_seconds = WEBHOOK.key_seconds
    can_edit = WEBHOOK.can_edit
    can_remove = WEBHOOK.can_remove

    def __init__(
        self,
        address: str,
        *,
        name: str,
        secret: SecretStr,
        http: HttpSettings,
        clock: Clock,
        status_url: str = "",
        allow_private: bool = False,
    ) -> None:
        self._name = name
        self._secret = secret
        self._clock = clock
        self._address = address
        self._client = WriteClient(
            address, settings=http, refusals={409: "invalid"}, judge=_judge, allow_private=allow_private, clock=clock
        )
        self._status = WriteClient(status_url, settings=http, allow_private=allow_private, clock=clock) if status_url else None

    @property
    def looks_back(self) -> bool:
        """Only where the receiver tells what it got."""
        return self._status is not None

    @property
    def limits(self) -> Limits:
        """How long a text may be."""
        return WEBHOOK.limits

    async def whoami(self) -> AccountId:
        """Return the receiver with a fingerprint of the secret; one that can be asked is asked, so that a wrong secret shows."""
        seal = hmac.new(self._key(), b"klankbord account", hashlib.sha256).hexdigest()[:16]
        try:
            host = httpx.URL(self._address).host
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise SourceRefused("The receiver's address is none.") from error
        if self._status is not None:
            await self._got(self._clock.now(), {})
        where = hashlib.sha256(self._address.encode()).hexdigest()[:16]
        return AccountId(platform=PLATFORM, realm=host, native_id=f"{where}-{seal}", name=self._name)

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Send once, signed; see `Publisher.publish`."""
        if post.removes:
            raise PublishRejected("What a webhook was told cannot be taken back here.", why="invalid")
        if length(post.text, self.limits) > self.limits.most:
            raise PublishRejected(f"A webhook takes {self.limits.most} characters.", why="too_long")
        try:
            body = json.dumps(_body(post, key), ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError as error:
            raise PublishRejected("The text cannot be written as UTF-8.", why="invalid") from error
        headers = {**self._signed(body), KEY_HEADER: key, "Content-Type": "application/json"}
        made = await self._client.write_json("POST", "", headers=headers, content=body)
        platform_id, url = made.get("id"), made.get("url")
        return Accepted(
            platform_id=str(platform_id) if isinstance(platform_id, str | int) and platform_id != "" else key,
            url=url if isinstance(url, str) and url.startswith("https://") else "",
        )

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return what the receiver says it got for this place since a moment. Raises `SourceRefused` where it cannot be asked."""
        return await self._got(since, {"realm": target.realm, "thread_id": target.thread_id, "parent_id": target.parent_id})

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what the receiver says it got since a moment; None where it cannot be asked."""
        return None if self._status is None else await self._got(since, {})

    async def place_now(self, target: Target) -> PlaceNow:  # noqa: ARG002 - the port gives it; a receiver tells nothing of places
        """Return unknown: a receiver tells nothing about places."""
        return PlaceNow.UNKNOWN

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
        if self._status is not None:
            await self._status.aclose()

    async def _got(self, since: datetime, place: Mapping[str, str]) -> list[SeenPost]:
        if self._status is None:
            raise SourceRefused("This receiver cannot be asked what it got: no status_url is set.")
        query = urlencode({"since": since.astimezone(UTC).isoformat(), **place})
        found = await self._status.ask_json(f"?{query}", headers=self._signed(query.encode()))
        posts = found.get("posts") if isinstance(found, dict) else None
        if not isinstance(posts, list):
            raise SourceUnavailable(f"{self._status.host} does not list what it got.")
        try:
            seen = [
                SeenPost(platform_id=str(one["id"]), text=str(one["text"]), posted_at=_moment(one["received_at"]), url="") for one in posts
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise SourceUnavailable(f"{self._status.host} lists something that cannot be read.") from error
        return sorted((one for one in seen if one.posted_at >= since), key=lambda one: one.posted_at)

    def _signed(self, body: bytes) -> dict[str, str]:
        at = str(int(self._clock.now().timestamp()))
        return {TIME_HEADER: at, SIGNATURE_HEADER: signature(self._key(), at, body)}

    def _key(self) -> bytes:
        return self._secret.get_secret_value().encode()


def _body(post: OutgoingPost, key: str) -> dict[str, Any]:
    target = post.target
    return {
        "key": key,
        "kind": post.kind.value,
        "realm": target.realm,
        "thread_id": target.thread_id,
        "parent_id": target.parent_id,
        "person": target.person,
        "title": post.title,
        "text": post.text,
    }


def _judge(answer: Answer) -> Exception | None:
    """Take the refusals that the protocol names, and a rejected signature; a receiver's other 4xx are refusals as anywhere."""
    return SourceRefused("The receiver does not take our signature; check the secret on both sides.") if answer.status == 401 else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC)
