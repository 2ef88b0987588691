"""Let what was removed leave the files too: the ledger's log, the blocks of insight, the words of the search. Once a night, or at once."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, tzinfo

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.search.store import SearchStore
from listener.workflows.keep_search import keep_search
from listener.workflows.rebuild_insight import catch_up

logger = logging.getLogger(__name__)
KEY = "files_clean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """Which files hold nothing of removed messages any more. What is False was in use and is tried again within the hour."""

    ledger: bool
    insight: bool
    search: bool

    @property
    def whole(self) -> bool:
        return self.ledger and self.insight and self.search


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanFiles:
    """Follows removals into every file of a home. `hour` is the local hour from which the nightly run is due."""

    ledger: Ledger
    insight: Insight
    search: SearchStore
    zone: tzinfo
    hour: int

    def due(self, now: datetime) -> bool:
        """Tell whether something was removed that the files still hold, and whether it is night for it."""
        local = now.astimezone(self.zone)
        known = self._known()
        if local.hour < self.hour or (known and datetime.fromisoformat(known["at"]).astimezone(self.zone).date() >= local.date()):
            return False
        return bool(self.ledger.analyses.removed_since(int(known.get("seq", 0)))[0])

    def once(self, now: datetime, *, model_id: str) -> Cleaned:
        """Clean all files now, and remember up to which change they are clean, when they all are."""
        seq = self.ledger.analyses.last_seq()
        catch_up(self.ledger, self.insight, model_id=model_id)
        while keep_search(self.ledger, self.search, model_id=model_id):
            pass
        self.search.tidy(now, at_once=True)
        done = Cleaned(ledger=self.ledger.tidy(), insight=self.insight.rewrite(), search=self.search.followed().seq >= seq)
        if done.whole:
            self.ledger.meta.set(KEY, json.dumps({"seq": str(seq), "at": now.isoformat()}))
        logger.info("files cleaned", extra={"seq": seq, "ledger": done.ledger, "insight": done.insight, "search": done.search})
        return done

    def _known(self) -> dict[str, str]:
        kept = self.ledger.meta.get(KEY)
        return {} if kept is None else dict(json.loads(kept))
