"""What a button, a menu or a form in a chat does when it is pressed or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """`verb` names what is done, `about` the things it is done to by number, and what was shown of them when it was made."""

    verb: str
    about: Mapping[str, str] = field(default_factory=dict)
