"""Guessing takes longer and longer, then stops for a while (RULES S9)."""

from __future__ import annotations

import pytest

from moderation.identity.brake import account_key, address_key, client_address, delay_seconds

PROXY = frozenset({"127.0.0.1", "10.0.0.2"})


def test_the_delay_grows_and_has_an_end() -> None:
    assert [delay_seconds(failures) for failures in range(9)] == [0, 0, 0, 1, 2, 4, 8, 8, 8]


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "seen"),
    [
        ("203.0.113.9", ["198.51.100.1"], frozenset(), "203.0.113.9"),  # nobody is believed unless the settings say so
        ("203.0.113.9", ["198.51.100.1"], PROXY, "203.0.113.9"),  # a client that writes the header itself
        ("127.0.0.1", ["198.51.100.1"], PROXY, "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], PROXY, "198.51.100.1"),  # what the client claimed stands in front
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], PROXY, "198.51.100.1"),  # two proxies, two headers
        ("127.0.0.1", [], PROXY, "127.0.0.1"),
    ],
)
def test_where_a_request_comes_from_is_said_by_our_own_proxies_only(
    peer: str, forwarded: list[str], trusted: frozenset[str], seen: str
) -> None:
    assert client_address(peer, forwarded, trusted) == seen


def test_one_ipv6_client_has_one_key_for_its_whole_network() -> None:
    """A home has 2^64 addresses; each would be thirty tries."""
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1")
    assert address_key("2001:db8:0:1::1") != address_key("2001:db8::1")
    assert address_key("::ffff:203.0.113.9") == address_key("203.0.113.9")


def test_keys_tell_nothing_about_what_was_typed() -> None:
    """People type their password where the name belongs."""
    assert "geheim" not in account_key("geheim")
    assert len(account_key("x" * 1000)) == 64
