"""No address that a person types, and no redirect, leads into the network we run in (RULES S20, I24)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from listener.errors import SourceRefused, SourceUnavailable
from listener.settings.schema import HttpSettings
from listener.sources.addresses import Resolve, may_connect, resolve_by_system
from listener.sources.http import HttpClient

PUBLIC = "93.184.215.14"

# every one of these stands for a machine inside, a cloud's metadata, or nobody
INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "192.168.255.255", "169.254.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:53aa:64c::1", "not an address", "",
]  # fmt: skip

# spellings of 127.0.0.1 and of other machines inside, as a URL may hold them
SPELLINGS = [
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
    "https://017700000001/", "https://127.0.0.1./", "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://[::1]/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[0:0:0:0:0:0:0:1]/", "https://0/", "https://0.0.0.0/",
    "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[fd00::1]/",
    "https://[fe80::1]/", "https://[64:ff9b::7f00:1]/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
]  # fmt: skip

# not an address that we would ever ask
NO_ADDRESSES = [
    "", " ", "x", "//example.org/feed", "example.org/feed", "/etc/passwd", "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/",
    "javascript:alert(1)", "data:text/html,x", "https://", "https:///feed", "https://user:secret@example.org/", "https://user@example.org/",
    "https://example.org\\@127.0.0.1/", "https://example.org\r\nHost: x/", "https://example.org/\x00", "https://exa mple.org/",
    "https://[fe80::1%25eth0]/", "https://[::1/", "https://example.org:99999/", "https://example.org:22/", "https://example.org:6379/",
    "https://example.org:x/", "http://example.org/", "https://" + "a" * 10_000 + ".org/", "https://example.org/" + "a" * 10_000,
    "https://example.org/<script>", "https://xn--/", "https://\u202egro.elpmaxe/",
]  # fmt: skip


class Words(httpx.AsyncByteStream):
    """A body that is streamed, as one from a real connection is."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"fine"


class Wire(httpx.AsyncBaseTransport):
    """A transport that notes which machine would have been reached, and answers from a table of path → (status, headers)."""

    def __init__(self, answers: Mapping[str, tuple[int, dict[str, str]]] | None = None) -> None:
        self.reached: list[tuple[str, str, str]] = []
        self.requests: list[httpx.Request] = []
        self.answers = answers or {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.reached.append((request.url.host, request.headers["host"], str(request.extensions.get("sni_hostname"))))
        self.requests.append(request)
        status, headers = self.answers.get(request.url.path, (200, {}))
        return httpx.Response(status, headers=headers, stream=Words())


def _names(names: Mapping[str, tuple[str, ...]]) -> Resolve:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        if host in names:
            return names[host]
        raise OSError("unknown name")

    return resolve


def _client(wire: Wire, resolve: Resolve | None = None) -> HttpClient:
    return HttpClient(HttpSettings.model_validate({}), resolve=resolve, transport=wire)


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address: str) -> None:
    assert not may_connect(address, allow_private=False)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert may_connect(address, allow_private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "fd00::1", "::1", "::ffff:10.0.0.1"])
def test_a_forum_in_ones_own_network_can_be_allowed(address: str) -> None:
    assert may_connect(address, allow_private=True)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "fd00:ec2::254", "100.100.100.200"]
)
def test_metadata_and_broadcast_stay_closed_even_then(address: str) -> None:
    assert not may_connect(address, allow_private=True)


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_spelling_of_a_machine_inside_is_connected_to(url: str) -> None:
    wire = Wire()
    with pytest.raises((SourceRefused, SourceUnavailable)):
        await _client(wire).get(url)
    assert wire.reached == []


@pytest.mark.parametrize("url", NO_ADDRESSES)
async def test_what_is_no_plain_web_address_is_refused_before_any_name_is_asked(url: str) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return (PUBLIC,)

    wire = Wire()
    with pytest.raises(SourceRefused) as told:
        await _client(wire, resolve).get(url)
    assert (wire.reached, asked) == ([], [])
    assert "secret" not in str(told.value)


async def test_we_connect_to_the_checked_address_under_the_sites_own_name() -> None:
    """The certificate is checked against the name, the connection goes to the address that was checked."""
    wire = Wire()
    answer = await _client(wire, _names({"example.org": (PUBLIC,)})).get("https://example.org/feed?x=1")
    assert wire.reached == [(PUBLIC, "example.org", "example.org")]
    assert answer.body == b"fine"
    assert answer.url == "https://example.org/feed?x=1"


async def test_one_bad_answer_among_good_ones_is_refused() -> None:
    wire = Wire()
    with pytest.raises(SourceRefused, match=r"10\.0\.0\.1"):
        await _client(wire, _names({"example.org": (PUBLIC, "10.0.0.1")})).get("https://example.org/")
    assert wire.reached == []


async def test_a_name_that_changes_its_address_gains_nothing() -> None:
    """DNS rebinding: public when checked, inside when connected. There is only one look, and its answer is what we connect to."""
    answers = iter([(PUBLIC,), ("127.0.0.1",)])

    async def rebinding(host: str, port: int) -> tuple[str, ...]:
        return next(answers)

    wire = Wire()
    client = _client(wire, rebinding)
    await client.get("https://example.org/")
    assert [host for host, _, _ in wire.reached] == [PUBLIC]
    with pytest.raises(SourceRefused):
        await client.get("https://example.org/")
    assert len(wire.reached) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://2130706433/", "https://inside.example/", "https://169.254.169.254/",
        "file:///etc/passwd", "https://user:pw@example.org/", "//127.0.0.1/x", "https://[::1]/", "https://example.org:22/", "javascript:1",
    ],
)  # fmt: skip
async def test_a_redirect_inside_is_refused(target: str) -> None:
    wire = Wire({"/feed": (302, {"Location": target})})

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        return {"example.org": (PUBLIC,), "inside.example": ("10.1.2.3",)}.get(host) or await resolve_by_system(host, port)

    with pytest.raises((SourceRefused, SourceUnavailable)):
        await _client(wire, resolve).get("https://example.org/feed")
    assert [host for host, _, _ in wire.reached] == [PUBLIC]


async def test_allowing_a_private_site_does_not_open_other_private_machines() -> None:
    """`allow_private` is for the host that a person named, not for wherever it points."""
    wire = Wire({"/feed": (302, {"Location": "http://other.lan:9200/"})})
    names = _names({"forum.lan": ("10.0.0.5",), "other.lan": ("10.0.0.6",)})
    with pytest.raises(SourceRefused):
        await _client(wire, names).get("http://forum.lan:8123/feed", allow_private=True, allow_http=True)
    assert [host for host, _, _ in wire.reached] == ["10.0.0.5"]


async def test_a_redirect_to_the_same_private_site_is_followed() -> None:
    wire = Wire({"/feed": (301, {"Location": "/feed/"})})
    names = _names({"forum.lan": ("10.0.0.5",)})
    answer = await _client(wire, names).get("http://forum.lan:8123/feed", allow_private=True, allow_http=True)
    assert answer.url == "http://forum.lan:8123/feed/"


async def test_three_redirects_are_followed_and_no_more() -> None:
    wire = Wire({f"/{n}": (302, {"Location": f"/{n + 1}"}) for n in range(1, 9)})
    with pytest.raises(SourceRefused, match="more than 3"):
        await _client(wire, _names({"example.org": (PUBLIC,)})).get("https://example.org/1")
    assert len(wire.reached) == 4
    answer = await _client(wire, _names({"example.org": (PUBLIC,)})).get("https://example.org/6")
    assert answer.url.endswith("/9")


async def test_a_redirect_from_https_to_http_is_refused() -> None:
    wire = Wire({"/feed": (302, {"Location": "http://example.org/feed"})})
    with pytest.raises(SourceRefused, match="TLS"):
        await _client(wire, _names({"example.org": (PUBLIC,)})).get("https://example.org/feed")


async def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    wire = Wire({"/feed": (302, {"Location": "https://other.example/"})})
    names = _names({"example.org": (PUBLIC,), "other.example": ("8.8.8.8",)})
    headers = {"Authorization": "Bearer canary", "Cookie": "canary", "If-None-Match": '"1"'}
    await _client(wire, names).get("https://example.org/feed", headers=headers)
    first, second = wire.requests
    assert first.headers["authorization"] == "Bearer canary"
    assert "canary" not in str(second.headers.raw)


async def test_an_unknown_name_may_be_known_later() -> None:
    with pytest.raises(SourceUnavailable, match="not known"):
        await _client(Wire(), _names({})).get("https://nowhere.example/")


def test_a_forked_process_looks_names_up_by_itself() -> None:
    """It has none of the threads of the one it came from, and would wait for them until its time is over."""
    assert asyncio.run(resolve_by_system("127.0.0.1", 80)) == ("127.0.0.1",)
    child = os.fork()
    if not child:
        try:
            asyncio.run(asyncio.wait_for(resolve_by_system("127.0.0.1", 80), 20))
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
