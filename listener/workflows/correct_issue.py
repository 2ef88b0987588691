"""What a person does to issues, for commands and buttons alike: checked, kept with name and time, and open to being taken back."""

from __future__ import annotations

from datetime import datetime

from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.issue import IssueAct
from listener.text.shorten import shorten
from listener.text.storable import storable

MOST_TITLE = 200
MARKS = ("mute", "unmute", "pin", "unpin", "resolve", "reopen")


def title_of(typed: str) -> str:
    """Return a title a person typed as it is kept: on one line, at most 200 characters. Raises `InputError` when nothing is left."""
    title = shorten(" ".join(storable(typed)[0].split()), MOST_TITLE)
    if not title:
        raise InputError("A title needs words.")
    return title


def rename_issue(ledger: Ledger, issue_id: int, title: str, *, by: str, at: datetime) -> str:
    """Give an issue a person's title for good and return it."""
    kept = title_of(title)
    ledger.issues.rename(known_issue(ledger, issue_id), kept, by=by, at=at)
    return kept


def mark_issue(ledger: Ledger, issue_id: int, mark: str, *, by: str, at: datetime) -> None:
    """Mute (until it grows), unmute, pin, unpin, resolve or reopen an issue: one of `MARKS`."""
    known_issue(ledger, issue_id)
    if mark in ("mute", "unmute"):
        ledger.issues.mute(issue_id, muted=mark == "mute", by=by, at=at)
    elif mark in ("pin", "unpin"):
        ledger.issues.pin(issue_id, pinned=mark == "pin", by=by, at=at)
    elif mark in ("resolve", "reopen"):
        ledger.issues.resolve(issue_id, resolved=mark == "resolve", by=by, at=at)
    else:
        raise ValueError(f"{mark!r} is none of {', '.join(MARKS)}")


def merge_issues(ledger: Ledger, issue_id: int, into: int, *, by: str, at: datetime) -> None:
    """Put one issue with all its mentions into another."""
    if issue_id == into:
        raise InputError("An issue cannot be merged into itself.")
    ledger.issues.merge(known_issue(ledger, issue_id), known_issue(ledger, into), by=by, at=at)


def move_mention(ledger: Ledger, mention_id: int, issue_id: int | None, *, by: str, at: datetime) -> None:
    """Place a mention in an issue, or in none, for good."""
    if issue_id is not None:
        known_issue(ledger, issue_id)
    if not ledger.mentions.by_ids([mention_id]):
        raise InputError(f"There is no mention {mention_id}.")
    ledger.issues.move(mention_id, issue_id, by=by, at=at)


def undo_act(ledger: Ledger, issue_id: int, *, by: str, at: datetime) -> IssueAct:
    """Take back the last thing that was done to an issue and stands; return it."""
    return ledger.issues.undo(known_issue(ledger, issue_id), by=by, at=at)


def known_issue(ledger: Ledger, issue_id: int) -> int:
    """Return the id, or raise `InputError` when nobody made an issue with it."""
    if ledger.issues.get(issue_id) is None:
        raise InputError(f"There is no issue {issue_id}; `klankbord issues` lists them.")
    return issue_id
