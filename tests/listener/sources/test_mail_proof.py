"""Who sent a mail: only our own mail server's topmost line is believed, however a sender writes others around it (RFC 8601)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from listener.model.mention import PROVEN_SENDER, Mention, is_unproven
from listener.sources.mail_item import read_mail
from tests.fakes.mailbox import mail

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
OURS = "mx.zoemvolt.example"
DMARC = f"Authentication-Results: {OURS}; dmarc=pass (p=none dis=none) header.from=klant.example"
FAILED = f"Authentication-Results: {OURS}; dmarc=fail (p=none) header.from=klant.example; spf=pass smtp.mailfrom=eve@eve.example"


def proven(*lines: str, trusted: str = OURS, below: tuple[str, ...] = (), sender: str = "") -> bool:
    """Read Kim's mail with `lines` above her head and `below` under it."""
    above = "".join(f"{one}\r\n" for one in lines).encode()
    head, _, body = mail(1, NOW, **({"From": sender} if sender else {})).partition(b"\r\n\r\n")
    raw = above + head + b"\r\n" + "".join(f"{one}\r\n" for one in below).encode() + b"\r\n" + body
    found = read_mail(raw, uid="7-1", arrived_at=NOW, realm="zoemvolt.example", ours=frozenset(), trusted=trusted)
    assert isinstance(found, Mention), found
    assert found.unproven is (PROVEN_SENDER not in found.flags)
    return not found.unproven


def said(results: str) -> str:
    return f"Authentication-Results: {OURS}; {results}"


PROVEN = (
    DMARC,
    DMARC.upper().replace("AUTHENTICATION-RESULTS", "authentication-results"),
    # RFC 8601: a version behind the name, comments anywhere, folded lines, quotes
    f"Authentication-Results: (ours) {OURS} 1;\r\n\tdmarc (policy) = pass\r\n header.from = klant.example",
    f'Authentication-Results: "{OURS}"; dmarc=pass header.from="klant.example"',
    # no word of DMARC, or no policy: the domain itself, or one above it, signed or sent
    said("dkim=pass (2048-bit key) header.d=klant.example header.s=s1"),
    said("dkim=fail header.d=other.example; dkim=pass header.i=@klant.example"),
    said("dmarc=none; spf=pass smtp.mailfrom=bounce@klant.example"),
    said("spf=pass (ip: 192.0.2.1) smtp.mailfrom=klant.example"),
)


@pytest.mark.parametrize("line", PROVEN)
def test_our_own_server_s_word_proves_a_sender(line: str) -> None:
    assert proven(line)


def test_a_domain_speaks_for_those_below_it_and_for_none_above() -> None:
    """eve.github.io is not github.io: which names are public suffixes is in a list that we do not carry."""
    assert proven(said("dkim=pass header.d=klant.example"), sender="Kim <kim@mail.klant.example>")
    assert not proven(said("dkim=pass header.d=kim.klant.example"))
    assert not proven(said("dkim=pass header.d=example"))
    assert not proven(said("dkim=pass header.d=ant.example"))


UNPROVEN = (
    FAILED,
    said("none"),
    said("dmarc=pass"),
    said("dmarc=pass header.from=eve.example"),
    said("dmarc=temperror header.from=klant.example; dkim=pass header.d=klant.example"),
    # a policy that fails is not made good by what else passed
    said("dkim=pass header.d=klant.example; dmarc=fail header.from=klant.example"),
    said("dkim=pass header.d=eve.example; spf=pass smtp.mailfrom=eve.example"),
    said("dkim=fail header.d=klant.example; spf=softfail smtp.mailfrom=klant.example"),
    said("spf=pass smtp.helo=klant.example"),
    said("x-dmarc=pass header.from=klant.example"),
    # words that a sender had the server write: in quotes, in comments, encoded, and twice
    said('spf=fail smtp.mailfrom="x; dmarc=pass header.from=klant.example"@eve.example'),
    said("spf=fail (sender x; dmarc=pass header.from=klant.example) smtp.mailfrom=eve.example"),
    said("spf=fail smtp.mailfrom==?utf-8?q?=3B_dmarc=3Dpass_header=2Efrom=3Dklant=2Eexample?="),
    said("dmarc=pass header.from=klant.example; dmarc=fail header.from=klant.example"),
    said("dmarc=pass header.from=klant.example header.from=eve.example"),
    said("spf=pass smtp.mailfrom=klant.example; spf=fail smtp.mailfrom=eve.example"),
    # what cannot be read
    said('dmarc=pass header.from=klant.example; spf=fail smtp.mailfrom="x'),
    said("dmarc=pass header.from=klant.example (and on"),
    said("dmarc=pass) header.from=klant.example"),
    said("dmarc==pass header.from=klant.example"),
    said("x" * 2_100 + "; dmarc=pass header.from=klant.example"),
    # somebody else's word, or nobody's
    "Authentication-Results: mx.eve.example; dmarc=pass header.from=klant.example",
    f"Authentication-Results: mx.eve.example {OURS}; dmarc=pass header.from=klant.example",
    f"Authentication-Results: {OURS}.eve.example; dmarc=pass header.from=klant.example",
    f"Authentication-Results: eve.{OURS}; dmarc=pass header.from=klant.example",
    "Authentication-Results: ; dmarc=pass header.from=klant.example",
    f"X-Authentication-Results: {OURS}; dmarc=pass header.from=klant.example",
    f"ARC-Authentication-Results: i=1; {OURS}; dmarc=pass header.from=klant.example",
)


@pytest.mark.parametrize("line", UNPROVEN)
def test_anything_else_proves_nobody(line: str) -> None:
    assert not proven(line)


def test_what_the_sender_writes_below_our_server_s_line_counts_for_nothing() -> None:
    """A server that leaves a stranger's lines in still puts its own above them."""
    assert not proven(FAILED, DMARC)
    assert not proven(FAILED, below=(DMARC,))
    assert not proven(said("spf=fail smtp.mailfrom=eve.example"), DMARC)
    assert proven(DMARC, FAILED), "the sender cannot spoil it either"


def test_lines_of_other_servers_stand_anywhere_and_decide_nothing() -> None:
    """A mailbox behind two servers has lines of both; a sender writes some of its own."""
    other = "Authentication-Results: filter.eve.example; dmarc=fail header.from=klant.example"
    assert proven(other, DMARC)
    assert not proven(other.replace("fail", "pass"), FAILED)
    assert not proven("Authentication-Results: filter.eve.example; (never ends", DMARC), "who knows whose that is"


def test_nobody_is_proven_until_the_settings_name_a_server() -> None:
    assert not proven(DMARC, trusted="")
    assert not proven("Authentication-Results: ; dmarc=pass header.from=klant.example", trusted="")
    assert proven(DMARC, trusted=OURS.upper())


@pytest.mark.parametrize(
    "sender",
    [
        "Kim <kim@klant.example>, Eve <eve@eve.example>",
        "Kim <kim@klant.example>\r\nFrom: Eve <eve@eve.example>",
        "Kim",
        "kim@klant.example <eve@eve.example>",
        "Kim <kim@klant.example@eve.example>",
    ],
)
def test_a_mail_by_two_or_by_nobody_is_nobody_s(sender: str) -> None:
    """The server looked at one From, and we might read the other."""
    assert not proven(DMARC, sender=sender)


def test_what_was_kept_before_anybody_looked_is_unproven_and_other_platforms_vouch_for_their_writers() -> None:
    assert is_unproven("mail", [])
    assert not is_unproven("mail", [PROVEN_SENDER])
    assert not is_unproven("mastodon", [])
