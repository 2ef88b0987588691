"""Messages to channels: signed, once, never inside our network, and their addresses in no error, row or log."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from moderation.delivery.channels import ChannelCarrier
from moderation.model.delivery import SENT, Message, Outcome, Parcel, Part, Picture, What
from moderation.model.signature import KEY_HEADER, SIGNATURE_HEADER, TIME_HEADER, signature
from moderation.settings_delivery import ChannelKind, ChannelSettings, DeliverySettings
from tests.fakes.deliveries import NOON

TOKEN = "T0K3N-geheim"
SECRET = "ondertekenen-maar"
HOOK = f"https://hooks.chat.example/services/{TOKEN}"
DISCORD = f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}"
PUBLIC = "93.184.216.34"
MESSAGE = Message(
    key="k-1", what=What.DAILY, language="nl", title="Overzicht", opening=("Van ma tot di.",), parts=(Part(heading="Nieuw", lines=()),)
)


class Far(httpx.AsyncBaseTransport):
    """The other side: answers what it is told to and keeps what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


def channel(kind: ChannelKind, **changes: Any) -> ChannelSettings:
    return ChannelSettings.model_validate({"name": "team", "kind": kind, **changes})


async def told(
    far: Far,
    one: ChannelSettings | None,
    *,
    address: str = HOOK,
    secret: str = SECRET,
    ips: tuple[str, ...] = (PUBLIC,),
    message: Message = MESSAGE,
) -> Outcome:
    """Carry one message to a channel at `address`, whose name leads to `ips`."""

    @asynccontextmanager
    async def transport() -> AsyncIterator[httpx.AsyncBaseTransport]:
        yield far

    async def resolve(_host: str, _port: int) -> tuple[str, ...]:
        return ips

    carrier = ChannelCarrier(lambda _: one, lambda _: (address, secret), ManualClock(NOON), transport=transport, resolve=resolve)
    async with carrier.opened() as carry:
        return await carry(Parcel(to="team", message=message))


@pytest.mark.parametrize(("kind", "field"), [("slack", "blocks"), ("teams", "attachments"), ("json", "parts")])
async def test_each_kind_gets_its_own_body_at_the_checked_address(kind: ChannelKind, field: str) -> None:
    far = Far()
    assert await told(far, channel(kind)) == SENT
    [request] = far.requests
    assert (request.url.host, request.headers["host"], request.url.path) == (PUBLIC, "hooks.chat.example", f"/services/{TOKEN}")
    assert request.extensions["sni_hostname"] == "hooks.chat.example"
    assert json.loads(request.content)[field]


async def test_a_system_of_your_own_can_tell_that_it_was_us() -> None:
    """The signature is over the bytes and the moment; a message that comes twice has one key."""
    far = Far()
    await told(far, channel("json"))
    [request] = far.requests
    at = request.headers[TIME_HEADER]
    assert request.headers[SIGNATURE_HEADER] == signature(SECRET.encode(), at, request.content)
    assert request.headers[SIGNATURE_HEADER] != signature(SECRET.encode(), at, request.content + b" ")
    assert (request.headers[KEY_HEADER], at) == ("k-1", str(int(NOON.timestamp())))


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (httpx.Response(204), "sent", ""),
        (httpx.Response(429, headers={"Retry-After": "30"}), "waiting", "later"),
        (httpx.Response(400, text="invalid_blocks"), "refused", "not_accepted"),
        (httpx.Response(404, text="no_service"), "refused", "gone"),
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), "refused", "not_accepted"),
        (httpx.Response(408), "unknown", "no_clear_answer"),
        (httpx.Response(500), "unknown", "no_clear_answer"),
        (httpx.ReadTimeout(f"slow {HOOK}"), "unknown", "no_clear_answer"),
        (httpx.RemoteProtocolError(f"gone {HOOK}"), "unknown", "no_clear_answer"),
        (httpx.ConnectError(f"refused {HOOK}"), "waiting", "not_reached"),
        (httpx.ConnectTimeout(f"slow {HOOK}"), "waiting", "not_reached"),
    ],
)
async def test_one_request_tells_what_became_of_it_without_its_address(
    answer: httpx.Response | Exception, state: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No second try, no redirect; and the address, which is the key, in no log and no row (RULES S29)."""
    far = Far(answer)
    with caplog.at_level(logging.DEBUG):
        outcome = await told(far, channel("slack"))
    assert (outcome.state.value, outcome.reason, len(far.requests)) == (state, reason, 1)
    assert TOKEN not in caplog.text + repr(outcome)
    assert outcome.wait_seconds == (30.0 if reason == "later" else 300.0 if reason == "not_reached" else 0.0)


@pytest.mark.parametrize(
    ("address", "ips", "private"),
    [
        (HOOK, ("127.0.0.1",), False),
        (HOOK, ("10.0.0.5",), False),
        (HOOK, (PUBLIC, "192.168.1.4"), False),  # one public name that leads inside as well
        (HOOK, ("169.254.169.254",), True),  # a cloud's credentials: never, not even inside
        (HOOK, ("::ffff:127.0.0.1",), False),
        ("http://hooks.chat.example/x", (PUBLIC,), True),  # in the clear only inside
        ("http://hooks.chat.example/x", (PUBLIC,), False),
        ("https://hooks.chat.example:22/x", (PUBLIC,), False),
        ("https://iemand:x@hooks.chat.example/x", (PUBLIC,), False),
        ("file:///etc/passwd", (PUBLIC,), True),
        ("geen adres", (PUBLIC,), False),
    ],
)
async def test_no_address_leads_into_our_network(address: str, ips: tuple[str, ...], private: bool) -> None:
    """Whoever may write settings must not reach what stands beside us (RULES S20)."""
    far = Far()
    outcome = await told(far, channel("slack", allow_private=private), address=address, ips=ips)
    assert (outcome.state.value, outcome.reason) == ("refused", "not_allowed")
    assert far.requests == []


async def test_a_server_of_ours_inside_may_be_allowed() -> None:
    far = Far()
    assert await told(far, channel("json", allow_private=True), address="http://chat.lan/x", ips=("10.0.0.5",)) == SENT


@pytest.mark.parametrize(
    ("one", "address", "secret", "state", "reason"),
    [
        (None, HOOK, SECRET, "refused", "no_channel"),
        (channel("slack"), "", "", "waiting", "no_key"),
        (channel("json"), HOOK, "", "waiting", "no_key"),  # unsigned it could be from anybody
        (channel("discord_channel", channel_id="123"), "", "", "waiting", "no_bot"),
        (channel("discord_webhook"), "https://evil.example/api/webhooks/1/x", "", "refused", "bad_address"),
    ],
)
async def test_what_is_missing_is_said(one: ChannelSettings | None, address: str, secret: str, state: str, reason: str) -> None:
    """A key that somebody sets an hour later still gets today's digest out."""
    far = Far()
    outcome = await told(far, one, address=address, secret=secret)
    assert (outcome.state.value, outcome.reason, far.requests) == (state, reason, [])


async def test_a_picture_goes_to_discord_with_what_it_shows() -> None:
    """Files and JSON in one form; the description is what a screen reader says."""
    far = Far(httpx.Response(200, json={"id": "42"}))
    picture = Picture(name="trend.png", png=b"\x89PNG", alt="9 berichten, de meeste om elf uur")
    message = Message(key="k", what=What.DAILY, language="nl", title="Overzicht", opening=(), parts=(), pictures=(picture,))
    assert await told(far, channel("discord_webhook"), address=DISCORD, message=message) == SENT
    [request] = far.requests
    parts = parts_of(request)
    assert json.loads(parts["payload_json"])["attachments"] == [{"id": 0, "filename": "trend.png", "description": picture.alt}]
    assert json.loads(parts["payload_json"])["allowed_mentions"] == {"parse": []}
    assert parts["files[0]"] == b"\x89PNG"


def parts_of(request: httpx.Request) -> dict[str, bytes]:
    raw = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.content
    found: dict[str, bytes] = {}
    for part in message_from_bytes(raw, policy=default).iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = content
    return found


@pytest.mark.parametrize(
    ("answer", "state", "wait"),
    [
        (httpx.Response(429, json={"retry_after": 40}), "waiting", 40.0),  # a wait that others need not sit out with it
        (httpx.Response(500), "unknown", 0.0),
        (httpx.Response(404), "refused", 0.0),
        (httpx.ConnectError("x"), "waiting", 300.0),
    ],
)
async def test_discords_answers_mean_the_same_as_everybodys(answer: httpx.Response | Exception, state: str, wait: float) -> None:
    outcome = await told(Far(answer), channel("discord_webhook"), address=DISCORD)
    assert (outcome.state.value, outcome.wait_seconds) == (state, wait)


def test_the_old_setting_is_a_channel_like_any_other() -> None:
    """A house that only said discord_webhook: true goes on being told where it was."""
    settings = DeliverySettings.model_validate({"discord_webhook": True, "channels": [{"name": "team", "kind": "slack"}]})
    assert [one.name for one in settings.every] == ["discord", "team"]
    assert settings.channel("discord") == settings.every[0]
    assert settings.channel("weg") is None
    assert DeliverySettings.model_validate({}).every == ()


@pytest.mark.parametrize(
    "channels",
    [
        [{"name": "discord", "kind": "slack"}],
        [{"name": "a-b", "kind": "slack"}, {"name": "a_b", "kind": "teams"}],  # one secret for two
        [{"name": "Team", "kind": "slack"}],
        [{"name": "team", "kind": "discord_channel"}],
        [{"name": "team", "kind": "fax"}],
    ],
)
def test_channels_that_cannot_be_told_apart_are_refused(channels: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"channels|name|kind|channel_id"):
        DeliverySettings.model_validate({"channels": channels})
