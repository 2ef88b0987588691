"""A secret that got into a text of others is masked by the name it stands under; words of people are left as they are."""

from __future__ import annotations

import json

import pytest

from listener.settings.masking import masked

CANARY = "c4n4ry_QwErTy0123456789"
QUOTED = (
    "https://graph.facebook.com/me?access_token={}&fields=id",
    "https://graph.facebook.com/me?fields=id&appsecret_proof={}",
    "https://api.stackexchange.com/2.3/search?key={}&site=x",
    "https://www.googleapis.com/youtube/v3/search?part=id&key={}",
    "https://bucket.s3.example/x.png?X-Amz-Credential={0}&X-Amz-Signature={0}&X-Amz-Security-Token={0}",
    "https://storage.example/x?X-Goog-Signature={}",
    "https://cdn.example/x.jpg?sig={}&oh={}",
    "https://login.example/cb?code={}&state=1",
    "https://kim:{}@forum.example/feed",
    "https://{}@forum.example/feed",
    "imaps://loket:{}@mail.example",
    "Authorization: Bearer {}",
    "authorization: bearer {}",
    "Authorization: Basic {}",
    "Authorization: Bot {}",
    "OAuth {}",
    '{{"access_token": "{}", "expires_in": 3600}}',
    "{{'client_secret': '{}'}}",
    "grant_type=refresh_token&refresh_token={}&client_id=1",
    "next=https%3A%2F%2Fx.example%2F%3Faccess_token%3D{}",
    "https://discord.com/api/webhooks/123/{}",
    "Set-Cookie: session_id={}; Path=/",
    "KLANKBORD_X_READ_BEARER_TOKEN={}",
)


@pytest.mark.parametrize("text", QUOTED)
def test_a_secret_is_masked_by_its_name(text: str) -> None:
    """Also in a text that was put into JSON, once or twice, as log lines are."""
    said = text.format(*(CANARY,) * 3)
    for form in (said, json.dumps(said), json.dumps({"what": json.dumps(said)})):
        found = masked(form)
        assert CANARY not in found
        assert "•••" in found


@pytest.mark.parametrize(
    "text",
    [
        "https://toet.example/@kim@elders.example?page=2",
        "https://forum.example/t/key-west/12?keyword=storm",
        "De sleutel (key) is kapot, code 12 geeft niets. A token of thanks.",
        '{"source": "fb", "seen": 4, "tokens": 12, "key": "mail/zoemvolt.example/kim"}',
        "the bot is here, basic questions only",
        "mailto:kim@klant.example",
    ],
)
def test_words_are_left_as_they_are(text: str) -> None:
    assert masked(text) == text
