"""To which brand something is said that comes to an account of ours, as settings tell."""

from __future__ import annotations

from collections.abc import Sequence

from listener.errors import SettingsError
from listener.settings.schema import ALL_TO_US, BrandSettings, SourceSettings

PRIVATE_ALONE = frozenset({"discourse", "discourse_webhook", "matrix"})
"""Kinds whose `brand` is that of private messages alone: what stands there in public is said to everybody."""


def said_to_in_private(settings: SourceSettings, brands: Sequence[BrandSettings]) -> str:
    """Return the brand that a source's private messages are said to: what nobody else reads is for us; with one brand it is that one's."""
    return _named(settings, brands) or (brands[0].name if len(brands) == 1 else "")


def said_to(settings: SourceSettings, brands: Sequence[BrandSettings]) -> str:
    """Return the brand that a source's mentions are said to, "" when settings do not tell. Raises `SettingsError` for an unknown one."""
    if settings.kind in PRIVATE_ALONE:
        return ""
    return _named(settings, brands) or (brands[0].name if len(brands) == 1 and settings.kind in ALL_TO_US else "")


def _named(settings: SourceSettings, brands: Sequence[BrandSettings]) -> str:
    if settings.brand and settings.brand not in {one.name for one in brands}:
        raise SettingsError(
            f"klankbord.yaml: sources: {settings.id}: brand: {settings.brand!r} is no brand; use the name of one under 'brands'."
        )
    return settings.brand
