"""The rules by which issues start in the value-irritant matrix, as the house has them; a field that people chose themselves stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.grid import MatrixLedger
from moderation.reports.matrix import Rules, read_rules


class KeepMatrix:
    """Reads and changes the rules. A change is made on the state its page knew of."""

    def __init__(self, ledger: MatrixLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def rules(self) -> Rules:
        """Return the rules that hold."""
        return read_rules(self._ledger.now()[1])

    def version(self) -> tuple[int, str, datetime | None]:
        """Return the number of the state that holds, who made it and when; 0 while the shipped rules were never changed."""
        number, _, by, at = self._ledger.now()
        return number, by, at

    def change(self, written: Mapping[str, Mapping[str, str]], *, seen: int, by: str) -> None:
        """Let other rules hold; none for the shipped ones. Raises `ActionError`."""
        rules = read_rules(written)
        kept = (
            {cause: {mood.value: quadrant.value for mood, quadrant in moods.items()} for cause, moods in rules.items()} if written else {}
        )
        self._ledger.put(kept, seen=seen, by=by, at=self._clock.now())

    def undo(self, *, seen: int, by: str) -> None:
        """Let the rules before the newest hold again. Raises `NotAllowed` when nobody changed them."""
        number = self._ledger.now()[0]
        if not number:
            raise NotAllowed("Nobody changed the rules; they are as shipped.", key="matrix_untouched")
        self._ledger.put(self._ledger.before(number), seen=seen, by=by, at=self._clock.now())
