"""A simulated twin of every platform: takes what it takes, knows keys as it does, posts nowhere. For demos and rehearsals."""

from __future__ import annotations

from listener.errors import SettingsError
from moderation.publishers.limits import TRAITS
from moderation.publishers.simulated import SimulatedPlatform, SimulatedPublisher

SEND_SECONDS = 30.0


def twin_of(platform: str, far_side: SimulatedPlatform, name: str, *, timeout_seconds: float = SEND_SECONDS) -> SimulatedPublisher:
    """Return the twin of `platform`; its account is simulated/<platform>/<name>. Several twins may share one far side.

    Raises `SettingsError` for a platform that we cannot post to.
    """
    if platform not in TRAITS:
        raise SettingsError(f"There is no platform {platform!r} to simulate; take one of {', '.join(TRAITS)}.")
    return SimulatedPublisher(far_side, name, traits=TRAITS[platform], realm=platform, timeout_seconds=timeout_seconds)
