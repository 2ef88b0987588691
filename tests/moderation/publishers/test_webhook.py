"""What is the webhook's own: a signature over time and body, and an account that is its address and its secret (S20, F31)."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.errors import SourceError, SourceRefused
from listener.settings.schema import HttpSettings
from moderation.model.post import PlaceNow
from moderation.model.signature import signature
from moderation.publishers.webhook import WebhookPublisher
from tests.fakes.desk import MORNING
from tests.fakes.platforms.webhook import open_webhook

KEY = "0123456789abcdef0123456789abcdef"
HTTP = HttpSettings.model_validate({"timeout_seconds": 1})


def receiver(address: str = "https://receiver.example/in", secret: str = "geheim-genoeg") -> WebhookPublisher:
    return WebhookPublisher(address, name="intern", secret=SecretStr(secret), http=HTTP, clock=ManualClock(MORNING))


async def test_a_receiver_can_check_who_sent_what_and_when(tmp_path: Path) -> None:
    """Written out once more, as a receiver in any language would."""
    with open_webhook(tmp_path, ManualClock(MORNING), secret="kb-secret-token-5f1d") as rig:
        await rig.publisher.publish(rig.post("Dag “Kim” 😀"), key=KEY)
        (asked,) = rig.fake.writes
        at = asked.headers["Klankbord-Timestamp"]
        assert int(at) == int(MORNING.timestamp())
        expected = hmac.new(b"kb-secret-token-5f1d", at.encode() + b"." + asked.body, hashlib.sha256).hexdigest()
        assert asked.headers["Klankbord-Signature"] == f"v1={expected}"
        assert asked.headers["Idempotency-Key"] == KEY
        assert json.loads(asked.body)["text"] == "Dag “Kim” 😀"
        await rig.publisher.aclose()


def test_another_body_time_or_secret_has_another_signature() -> None:
    signed = {signature(b"a", "1", b"x"), signature(b"b", "1", b"x"), signature(b"a", "2", b"x"), signature(b"a", "1", b"y")}
    assert len(signed) == 4


async def test_a_wrong_secret_is_noticed_before_anything_is_sent(tmp_path: Path) -> None:
    with open_webhook(tmp_path, ManualClock(MORNING), secret="kb-other-secret") as rig:
        with pytest.raises(SourceRefused):
            await rig.publisher.whoami()
        with pytest.raises(SourceRefused):
            await rig.publisher.publish(rig.post(), key=KEY)
        assert rig.fake.posts() == []
        await rig.publisher.aclose()


async def test_another_address_or_another_secret_is_another_account() -> None:
    """An approval binds the account: neither can be changed under it (RULES F31)."""
    accounts = [
        await receiver().whoami(),
        await receiver("https://receiver.example/elsewhere").whoami(),
        await receiver(secret="another").whoami(),
    ]
    assert len({one.key for one in accounts}) == 3
    assert await receiver().whoami() == accounts[0]
    assert "geheim" not in accounts[0].key


async def test_a_receiver_that_cannot_be_asked_never_proves_absence(tmp_path: Path) -> None:
    with open_webhook(tmp_path, ManualClock(MORNING), looks_back=False) as rig:
        assert not rig.publisher.looks_back
        await rig.publisher.publish(rig.post(), key=KEY)
        with pytest.raises(SourceError):
            await rig.publisher.own_posts(rig.thread(1), MORNING)
        assert await rig.publisher.own_latest(MORNING) is None
        assert await rig.publisher.place_now(rig.thread(1)) is PlaceNow.UNKNOWN
        await rig.publisher.aclose()
