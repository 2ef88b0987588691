"""The second step: codes of six digits from an app (TOTP, RFC 6238), their QR code, and recovery codes for a lost phone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import secrets
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
DRIFT = 1
"""Half minutes that a phone's clock may be off, either way."""
RECOVERY_CODES = 10
ISSUER = "Klankbord"
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def new_secret() -> str:
    """Return 160 random bits as an app takes them."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the number of the half minute whose code this is, now or one earlier or later; None for a wrong code.

    A caller accepts a number only when it is higher than the last one used, so that a code counts once.
    """
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", typed, re.ASCII):
        return None
    now = int(at.timestamp()) // STEP_SECONDS
    made = pyotp.TOTP(secret)
    fits = [step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(made.at(step * STEP_SECONDS), typed)]
    return max(fits, default=None)


def address_for_app(secret: str, name: str) -> str:
    """Return the otpauth address that a QR code carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_svg(address: str) -> bytes:
    """Return a QR code as an SVG picture, dark on white with its quiet zone, whatever the page's colours."""
    written = io.BytesIO()
    segno.make(address, error="m").save(written, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    return written.getvalue()


def qr_picture(address: str) -> str:
    """Return a QR code as the address of a picture inside a page."""
    return f"data:image/svg+xml;base64,{base64.b64encode(qr_svg(address)).decode('ascii')}"


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten codes of 59 random bits, written in three groups: shown once, kept as hashes, each good for one sign-in."""
    return tuple("-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES))


def recovery_digest(person_id: int, code: str) -> str:
    """Return what is kept of a recovery code; blanks, hyphens and capitals do not matter."""
    plain = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(f"klankbord recovery {person_id} {plain}".encode("utf-8", "replace")).hexdigest()
