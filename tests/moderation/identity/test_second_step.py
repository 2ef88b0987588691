"""Codes of a second step: right for a minute and a half, and kept where the ledger cannot read them (RULES S10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from listener.errors import SettingsError
from moderation.identity.second_step import (
    RECOVERY_CODES,
    STEP_SECONDS,
    matching_step,
    new_recovery_codes,
    new_secret,
    qr_svg,
    recovery_digest,
)
from moderation.identity.step_key import KEY_NAME, StepKey

NOW = datetime(2026, 11, 26, 10, 0, 10, tzinfo=UTC)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238 appendix B, in base32


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    for second, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert matching_step(RFC_SECRET, code, datetime.fromtimestamp(second, UTC)) == second // STEP_SECONDS


@pytest.mark.parametrize(("off", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(off: int, right: bool) -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=STEP_SECONDS * off))
    assert (matching_step(secret, code, NOW) is not None) is right


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "12 34", "1" * 100])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert matching_step(new_secret(), typed, NOW) is None


def test_recovery_codes_are_ten_and_hard_to_guess() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert {len(one) for one in codes} == {14}
    assert recovery_digest(1, codes[0]) == recovery_digest(1, f" {codes[0].upper().replace('-', ' ')} ")
    assert recovery_digest(1, codes[0]) != recovery_digest(2, codes[0])


def test_the_picture_is_plain_svg() -> None:
    """The pages' policy lets no style attribute and no script through, in a picture either."""
    drawn = qr_svg("otpauth://totp/Klankbord:Fenna?secret=ABC").decode()
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_the_key_is_private_and_the_same_from_then_on(tmp_path: Path) -> None:
    kept = StepKey(tmp_path).locked("ABC")
    assert "ABC" not in kept
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert StepKey(tmp_path).opened(kept) == "ABC"


def test_another_key_opens_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    kept = StepKey(tmp_path).locked("ABC")
    assert StepKey(tmp_path / "other").tried(kept) is None
    with pytest.raises(SettingsError, match="reset-second-step"):
        StepKey(tmp_path / "other").opened(kept)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    StepKey(tmp_path).locked("ABC")
    (tmp_path / KEY_NAME).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        StepKey(tmp_path).locked("ABC")
