"""Analysing with care: what cannot be read holds up nothing else, whether it raises, hangs or ends its process (RULES F24)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence

from listener.errors import ProductError
from listener.ledger.ledger import Ledger
from listener.model.issue import Signal
from listener.model.mention import StoredMention
from listener.workflows.read_alone import Work, failures

logger = logging.getLogger(__name__)

MOST_TRIES = 3
LONG = 50_000
"""Characters from which a text is read in another process first: what takes its time by the square of the length shows there."""
BATCH_KEY = "batch under way"

Mentions = Sequence[StoredMention]
Screen = Callable[[Work, Mentions], dict[int, str]]


class SetApart:
    """Takes batches through the analyser; a mention that fails three times goes into quarantine with its reason, and the others go on.

    batch: analyses mentions and looks ahead at later ones. alone: everything that one mention's text goes through, leaving nothing behind.
    well: raises when the model is ill, so that no mention is to blame. screen: tries mentions in another process. One thread at a time.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        batch: Callable[[Mentions, Mentions], tuple[Signal, ...]],
        alone: Callable[[StoredMention], None],
        well: Callable[[], None],
        screen: Screen = failures,
    ) -> None:
        self._ledger = ledger
        self._batch = batch
        self._alone = alone
        self._well = well
        self._screen = screen
        self._failed: set[int] = set()
        self._begun: set[int] | None = None

    def analyse(self, stored: Mentions, later: Mentions, work: Work) -> tuple[Signal, ...]:
        """Analyse `stored` but for what cannot be read, and return the signals. Raises `ProductError`, and whatever ails the model.

        What is read is noted durably before, so that whoever starts after a crash knows over what it happened.
        """
        kept = [one for one in self._sound(stored, work) if one.mention_id not in self._failed or self._reads(one)]
        if not kept:
            return ()
        if any(self._is_suspect(one) for one in later):
            later = ()
        self._ledger.meta.set(BATCH_KEY, json.dumps([one.mention_id for one in (*kept, *later)]))
        try:
            return self._batch(kept, later)
        except ProductError:
            raise
        except Exception:
            logger.exception("batch failed; trying its mentions one by one", extra={"mentions": len(kept)})
            return self._one_by_one(kept)

    def _sound(self, stored: Mentions, work: Work) -> list[StoredMention]:
        """Return the mentions that can be read here: suspects were read in another process first.

        Suspects are very long ones, and those whose batch was not saved: the process may have died over one of them.
        """
        suspects = [one for one in stored if self._is_suspect(one)]
        apart: set[int] = set()
        for _ in range(MOST_TRIES):
            found = self._screen(work, suspects) if suspects else {}
            suspects = [one for one in suspects if one.mention_id in found]
            for one in suspects:
                self._note(one, found[one.mention_id])
                apart.add(one.mention_id)
        self._begun = self._left_over() - {one.mention_id for one in stored}
        return [one for one in stored if one.mention_id not in apart]

    def _is_suspect(self, one: StoredMention) -> bool:
        return one.mention_id in self._left_over() or len(one.mention.text) > LONG

    def _left_over(self) -> set[int]:
        """Return what was under way when the process before this one ended, and was not looked at since."""
        if self._begun is None:
            try:
                self._begun = {int(one) for one in json.loads(self._ledger.meta.get(BATCH_KEY) or "[]")}
            except (ValueError, TypeError):
                self._begun = set()
        return self._begun

    def _one_by_one(self, stored: Mentions) -> tuple[Signal, ...]:
        """Analyse together what can be read alone; where each can, the fault shows only beside others, and each goes by itself."""
        sound = [one for one in stored if self._reads(one)]
        signals: list[Signal] = []
        for some in [sound] if len(sound) < len(stored) else [[one] for one in stored]:
            try:
                signals += self._batch(some, ()) if some else ()
            except ProductError:
                raise
            except Exception as error:
                logger.exception("mentions failed", extra={"mentions": len(some)})
                if len(some) == 1:
                    self._blame(some[0], error)
        return tuple(signals)

    def _reads(self, one: StoredMention) -> bool:
        try:
            self._alone(one)
        except ProductError:
            raise
        except Exception as error:
            logger.exception("mention failed", extra={"mention_id": one.mention_id})
            self._blame(one, error)
            return False
        return True

    def _blame(self, one: StoredMention, error: Exception) -> None:
        self._well()
        self._note(one, f"{type(error).__name__}: {error}")

    def _note(self, one: StoredMention, reason: str) -> None:
        """Count a try; the third one sets the mention apart, until somebody asks for another look or its author changes it."""
        self._failed.add(one.mention_id)
        if self._ledger.mentions.note_try(one.mention_id) >= MOST_TRIES:
            self._ledger.mentions.quarantine(one.mention_id, one.revision, "analyse", reason)
            self._failed.discard(one.mention_id)
            logger.warning("mention set apart", extra={"mention_id": one.mention_id})
