"""How a case ended, in more words than its state holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEnding:
    """An ending. `kind` is a `moderation.model.case.Ending`; `mention_id` the message of whoever helped, where the community answered.

    `about` is what solved it: "action:3", "status:resolved", or empty. `draft_id`: the thank-you to the helper, when one was worded.
    """

    ending_id: int
    case_id: int
    act_id: int | None
    kind: str
    mention_id: int | None
    about: str
    draft_id: int | None
    made_by: str
    made_at: datetime
