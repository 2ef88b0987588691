"""`scripts/record`: what is written holds no secret and nobody's address, is the same conversation still, and plays back."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import InputError
from listener.sources.discord import DiscordSource
from listener.sources.discord_rest import DiscordRest
from tests.fakes.discord_history import CHANNEL, PREFIX, TOKEN, FakeDiscord
from tests.fakes.site import Reply, Request, Site, open_site
from tests.replay.exchanges import answered_by, exchanges_in, response
from tests.replay.recorder import record
from tests.replay.scrubbing import Scrubber, SecretSurvived

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KIM, LOKET = "210000000000000077", "210000000000000088"
PERSONAL = (KIM, f"user{KIM}", f"Gebruiker {KIM}", "kim@post.nl", "06-12345678", TOKEN)


def _home(folder: Path, site: Site, kind: str = "discord") -> Path:
    home = folder / "home"
    home.mkdir(mode=0o700)
    source = f"- {{id: praat, kind: {kind}, channels: ['{CHANNEL}'], url: '{site.url(PREFIX)}', allow_http: true, allow_private: true}}\n"
    (home / "klankbord.yaml").write_text(f"brands:\n- name: Stroomwerk\nsources:\n{source}", encoding="utf-8")
    secrets = home / "secrets.env"
    secrets.write_text(f"KLANKBORD_DISCORD_READ_BOT_TOKEN={TOKEN}\n", encoding="utf-8")
    secrets.chmod(0o600)
    return home


def _talk() -> FakeDiscord:
    fake = FakeDiscord()
    fake.say("Bel mij op 06-12345678 of mail kim@post.nl", NOW - timedelta(hours=2), who=KIM)
    fake.say(f"Dag <@{KIM}>, gezien", NOW - timedelta(hours=1), who=LOKET, mentions=[{"id": KIM, "username": f"user{KIM}"}])
    return fake


async def test_a_recording_holds_nobody_and_plays_back_as_the_same_conversation(tmp_path: Path) -> None:
    """The same person is the same stand-in in texts, fields and answers; ids of messages and times stay as they were."""
    clock = ManualClock(NOW)
    async with open_site() as site:
        site.answer = fake = _talk()
        file, answers = await record(_home(tmp_path, site), "praat", tmp_path / "kept", keep=(f"user{LOKET}",), clock=clock)
    written = file.read_text(encoding="utf-8")
    assert answers == 4
    assert not [one for one in PERSONAL if one in written]
    assert f"user{LOKET}" in written, "what is named with --keep stays"
    by_path = {one.path: one for one in exchanges_in(file)}

    async with answered_by(lambda request: response(by_path[request.url.path]), clock) as http:
        source = DiscordSource("praat", DiscordRest(token=lambda: "another", http=http), channels=[CHANNEL], clock=clock)
        page = await source.pull(None)
    first, second = page.mentions
    assert [one.native_id for one in page.mentions] == list(fake.messages[CHANNEL])
    assert first.author is not None
    assert first.author.native_id.isdecimal()
    assert len(first.author.native_id) == len(KIM)
    assert first.author.name.startswith("Person")
    assert second.text.startswith("Dag @person")
    assert "@example.org" in first.text


@pytest.mark.parametrize(
    "leak",
    [
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----",
        "ghp_0123456789abcdefghij",
    ],
)
async def test_a_secret_that_survives_ends_it_and_nothing_is_written(tmp_path: Path, leak: str) -> None:
    """Somebody pasted a key into a message: nobody but a person can tell what to do about it, and it is not shown."""
    async with open_site() as site:
        site.answer = fake = _talk()
        fake.say(leak, NOW - timedelta(minutes=5))
        with pytest.raises(SecretSurvived) as told:
            await record(_home(tmp_path, site), "praat", tmp_path / "kept", clock=ManualClock(NOW))
    assert leak not in str(told.value)
    assert not (tmp_path / "kept").exists()


async def test_bytes_that_nobody_can_look_through_are_not_kept(tmp_path: Path) -> None:
    """A picture or another compression could hold anything."""

    def answer(_: Request) -> Reply:
        return Reply(body=b"\x89PNG\xff\xfe")

    async with open_site() as site:
        site.answer = answer
        with pytest.raises(SecretSurvived, match="no text"):
            await record(_home(tmp_path, site), "praat", tmp_path / "kept", clock=ManualClock(NOW))


@pytest.mark.parametrize(("source", "kind", "said"), [("elders", "discord", "there are: praat"), ("praat", "x", "library of its own")])
async def test_what_cannot_be_recorded_says_why(tmp_path: Path, source: str, kind: str, said: str) -> None:
    """A slip in a name, or a kind that never passes our HTTP client."""
    async with open_site() as site:
        with pytest.raises(InputError, match=said):
            await record(_home(tmp_path, site, kind), source, tmp_path / "kept", clock=ManualClock(NOW))


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ({"access_token": "abcdefgh12345678", "again": "abcdefgh12345678"}, "abcdefgh12345678"),
        ({"accessJwt": "zzzzzzzz-yyyyyyyy", "did": "did:plc:abcdefghijklmnopqrstuvwx"}, "did:plc:abcdefghijklmnopqrstuvwx"),
        ({"sender": "@kim:matrix.nl", "content": {"body": "dag @kim:matrix.nl"}}, "@kim:matrix.nl"),
        (
            {"account": {"id": "1234567", "acct": "kim@elders.nl", "url": "https://elders.nl/@kim"}, "text": "https://elders.nl/@kim"},
            "elders.nl",
        ),
        ({"username": "kim_de_wit", "user_id": 7654321, "cooked": "<p>dag kim_de_wit, 7654321</p>"}, "7654321"),
        ({"text": "bel +31 6 12345678"}, "12345678"),
        ({"text": base64.b64encode(b"a-secret-that-was-sent").decode()}, base64.b64encode(b"a-secret-that-was-sent").decode()),
    ],
)
def test_people_and_secrets_of_every_platform_are_found_by_their_fields_and_forms(body: dict[str, object], gone: str) -> None:
    """One stand-in per value wherever it stands, and the answer is JSON of the same shape still."""
    scrubber = Scrubber(b"k" * 32, secrets={"a-secret-that-was-sent"})
    scrubber.learn(json.dumps(body))
    clean = scrubber.scrubbed(json.dumps(body))
    assert gone not in clean
    assert json.loads(clean).keys() == body.keys()
    assert {type(one) for one in json.loads(clean).values()} == {type(one) for one in body.values()}


def test_an_id_cannot_be_computed_back() -> None:
    """Whoever has a list of ids could try them all against a stand-in that holds no secret key; the key is thrown away."""
    body = json.dumps({"author": {"id": KIM, "username": "kim"}})
    made = []
    for key in (b"a" * 32, b"a" * 32, b"b" * 32):
        scrubber = Scrubber(key)
        scrubber.learn(body)
        made.append(json.loads(scrubber.scrubbed(body))["author"]["id"])
    assert made[0] == made[1] != made[2]


def test_what_follows_from_a_secret_or_signs_an_address_is_not_kept_either() -> None:
    """Nobody sent these as secrets, and still they open something: Meta's proof, an address of a picture that works for an hour."""
    body = (
        '{"paging": {"next": "https://graph.example/1?access_token=EAAB&after=x"}, "picture": "https://cdn.example/a?X-Amz-Signature=ab12"}'
    )
    scrubber = Scrubber(b"k", secrets={"a-secret"})
    scrubber.learn(body)
    for text in (body, "https://graph.example/1?appsecret_proof=0123456789abcdef&fields=id", "https://kim:geheim@x.example/"):
        found = scrubber.scrubbed(text)
        assert not any(secret in found for secret in ("EAAB", "ab12", "0123456789abcdef", "geheim"))
    assert json.loads(scrubber.scrubbed(body))["paging"]["next"].endswith("&after=x")
