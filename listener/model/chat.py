"""How a lasting connection to a chat platform stands: for `doctor` and `sources`, which run beside the service and ask nobody."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class Stand(StrEnum):
    """Where a connection is. Behind `NO_TOKEN`, `BAD_TOKEN` and `REFUSED` a person has to act; all others mend themselves."""

    OFF = "off"
    NO_TOKEN = "no_token"  # noqa: S105 - a state, no secret
    BAD_TOKEN = "bad_token"  # noqa: S105 - a state, no secret
    REFUSED = "refused"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    LIMITED = "limited"
    UNREACHABLE = "unreachable"


NEEDS_PERSON = frozenset({Stand.NO_TOKEN, Stand.BAD_TOKEN, Stand.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands since `since`. `places` are the servers we are in, by id; `denied` the intents we wished for and were not given.

    `sees_texts`: messages of others come with their text. `why` is a short reason in English, `wait_seconds` how long we were told to wait.
    `application_id` is what an invitation needs; empty until the platform said it.
    """

    stand: Stand
    since: datetime
    why: str = ""
    wait_seconds: float = 0.0
    places: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    sees_texts: bool = False
    application_id: str = ""

    def written(self) -> str:
        """Return it as text that `standing_of` reads."""
        return json.dumps({**asdict(self), "since": self.since.isoformat()})


def standing_of(text: str | None) -> Standing | None:
    """Read what `written` wrote; None for nothing, or for what another version wrote."""
    try:
        said = json.loads(text or "")
        lists = {name: tuple(str(one) for one in said[name]) for name in ("places", "denied")}
        return Standing(**{**said, **lists, "stand": Stand(said["stand"]), "since": datetime.fromisoformat(said["since"])})
    except (ValueError, KeyError, TypeError):
        return None
