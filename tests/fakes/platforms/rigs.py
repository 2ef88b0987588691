"""Every publisher with its fake platform, and every twin: one line each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from listener.clock import ManualClock
from moderation.publishers.limits import TRAITS
from tests.fakes.platforms.bluesky import open_bluesky
from tests.fakes.platforms.discord import open_discord
from tests.fakes.platforms.discourse import open_discourse
from tests.fakes.platforms.mail import open_mail
from tests.fakes.platforms.mastodon import open_mastodon
from tests.fakes.platforms.matrix import open_matrix
from tests.fakes.platforms.reddit import open_reddit
from tests.fakes.platforms.rig import Rig
from tests.fakes.platforms.twin import open_twin
from tests.fakes.platforms.webhook import open_webhook
from tests.fakes.platforms.x import open_x

RIGS: dict[str, Callable[[Path, ManualClock], AbstractContextManager[Rig]]] = {
    "reddit": open_reddit,
    "x": open_x,
    "discord": open_discord,
    "mastodon": open_mastodon,
    "discourse": open_discourse,
    "bluesky": open_bluesky,
    "matrix": open_matrix,
    "mail": open_mail,
    "webhook": open_webhook,
    **{f"twin of {platform}": open_twin(platform) for platform in TRAITS},
}


def wait_for(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let publishers of rigs that are opened from now on wait so long for an answer."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tests.fakes.platforms.") and hasattr(module, "WAIT_SECONDS"):
            monkeypatch.setattr(module, "WAIT_SECONDS", seconds)
