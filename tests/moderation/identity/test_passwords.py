"""Which passwords are accepted, and how they are kept (RULES S8)."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from argon2 import PasswordHasher

from listener.errors import NotAllowed
from moderation.identity.guessable import is_guessable, refused_passwords
from moderation.identity.passwords import LONGEST, SHORTEST, Passwords, check_password
from tests.fakes.people import QUICK, SAID

NAMES = ("Fenna de Wit", "Zoemvolt")


def why_refused(password: str) -> str:
    try:
        check_password(password, known=NAMES)
    except NotAllowed as refused:
        return refused.why
    return ""


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf tekens!", "password_short"),
        ("twaalf teken", ""),
        ("é" * 11, "password_short"),  # 22 bytes, and still eleven characters
        ("e\u0301" * 11, "password_short"),  # the same eleven, typed as letter and accent
        ("korte zin zo" + "x" * (LONGEST - SHORTEST), ""),
        ("korte zin zo" + "x" * (LONGEST - SHORTEST + 1), "password_long"),
        ("geen hoofdletter of cijfer nodig", ""),  # no rule about what it is made of
        ("🐙🦑🐠🐡🦐🦞🦀🐚🪸🐳🐬🦭", ""),
        ("Welkom2026!!", "password_common"),
        ("w3lk0m-2026!", "password_common"),
        ("P@ssw0rd1234", "password_common"),
        ("fennadewit2026", "password_common"),
        ("Zoemvolt-1234", "password_common"),
        ("qwertyuiop12", "password_common"),
        ("1qaz2wsx3edc", "password_common"),
        ("abcabcabcabc", "password_common"),
        ("121212121212", "password_common"),
        ("19850412", "password_short"),
        ("1985041219850412", "password_common"),
        ("ditismijnwachtwoord", "password_common"),
        (SAID, ""),
    ],
)
def test_length_counts_and_what_anybody_would_guess_is_refused(password: str, why: str) -> None:
    assert why_refused(password) == why


def test_more_than_three_thousand_plain_guesses_are_refused() -> None:
    """RULES S8: the 3,000 likeliest. No list was copied; this counts what the rules refuse, and each is long enough to be typed."""
    made = set(refused_passwords())
    assert len(made) >= 3000
    assert [one for one in sorted(made) if not is_guessable(one)] == []
    assert min(map(len, made)) >= SHORTEST


def test_a_sentence_of_ones_own_is_not_refused() -> None:
    own = (
        "paars tapijt fluit zacht",
        "kaasplank op het dak",
        "gelukkige ooievaar",
        "correct horse battery staple",
        "zX9#mLq2@vP8",
        "koffie winter vlinder moeder",
    )
    assert [one for one in own if is_guessable(one, known=NAMES)] == []


def test_passwords_are_kept_as_argon2id() -> None:
    """The real parameters: RFC 9106's second choice, 64 MiB."""
    kept = Passwords().hashed(SAID)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert SAID not in kept


def test_the_same_password_however_the_keyboard_writes_it() -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hashed(unicodedata.normalize("NFD", "één café te véél"))
    assert passwords.fits(unicodedata.normalize("NFC", "één café te véél"), kept)
    assert not passwords.fits("een cafe te veel", kept)


class Counting(PasswordHasher):
    """Counts how often it compares."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.compared += 1
        return super().verify(hash, password)


@pytest.mark.parametrize("kept", ["", "not a hash", None])
def test_a_missing_password_costs_one_comparison_like_any_other(kept: str | None) -> None:
    """S9: somebody who does not exist takes as long as somebody who does."""
    counting = Counting(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(counting)
    assert not passwords.fits("a guess of mine", passwords.hashed(SAID) if kept is None else kept)
    assert counting.compared == 1


def test_nobody_is_not_let_in_by_knowing_the_dummy() -> None:
    """The hash that stands in for nobody's is one of a fixed text; typing that text opens nothing."""
    assert not Passwords(QUICK).fits("the password of nobody at all", "")
