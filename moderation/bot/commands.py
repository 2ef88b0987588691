"""The slash commands of a server as Discord is told of them, in both languages (its documentation of commands, read 2026-11)."""

from __future__ import annotations

from typing import Any

from listener.model.issue import IssueState
from moderation.bot.call import bot_words
from moderation.bot.doors import COMMANDS
from moderation.bot.house_answers import PERIODS
from moderation.model.status import IssueStatus

MAIN = "en"
"""The language in which Discord keeps names and texts; the other one stands beside it."""
OTHERS = ("nl",)
"""Our other languages; Discord's locale of each has its name."""
TEXT, _NUMBER = 3, 4


def commands() -> list[dict[str, Any]]:
    """Return all commands, in the order in which the README has them."""
    return [_command(name) for name in COMMANDS]


def _command(name: str) -> dict[str, Any]:
    body: dict[str, Any] = {"name": name, "type": 1, "name_localizations": localized(f"command.{name}.name"), **worded(f"command.{name}")}
    options = _OPTIONS.get(name, ())
    return body | ({"options": [_option(one) for one in options]} if options else {})


def worded(key: str) -> dict[str, Any]:
    """Return the text below a command or an option, in both languages."""
    return {"description": bot_words(MAIN).text(key), "description_localizations": localized(key)}


def localized(key: str) -> dict[str, str]:
    """Return words in the languages beside the main one, by locale."""
    return {language: bot_words(language).text(key) for language in OTHERS}


def _option(one: tuple[str, int, bool, tuple[str, ...]]) -> dict[str, Any]:
    name, kind, needed, choices = one
    option: dict[str, Any] = {"name": name, "type": kind, "required": needed, **worded(f"option.{name}")}
    option["name_localizations"] = localized(f"option.{name}.name")
    if choices:
        return option | {"choices": [_choice(key) for key in choices]}
    return option | {"autocomplete": True} | ({"min_value": 1} if kind == _NUMBER else {})


def _choice(key: str) -> dict[str, Any]:
    """Return one of some fixed values; `key` names its words, and ends with the value."""
    return {"name": bot_words(MAIN).text(key), "value": key.rpartition(".")[2], "name_localizations": localized(key)}


_ISSUE_STATES = tuple(f"state.{one.value}" for one in IssueState)
_STATUSES = tuple(f"public_status.{one.value}" for one in IssueStatus)
_PERIODS = tuple(f"period.{one}" for one in PERIODS)
_OPTIONS: dict[str, tuple[tuple[str, int, bool, tuple[str, ...]], ...]] = {
    "issues": (("state", TEXT, False, _ISSUE_STATES), ("brand", TEXT, False, ())),
    "issue": (("issue", _NUMBER, True, ()),),
    "mentions": (("issue", _NUMBER, False, ()), ("brand", TEXT, False, ())),
    "claim": (("case", _NUMBER, False, ()),),
    "reply": (("case", _NUMBER, True, ()),),
    "status": (("issue", _NUMBER, True, ()), ("state", TEXT, False, _STATUSES)),
    "digest": (("period", TEXT, False, _PERIODS),),
}
"""Options by command: name, kind, whether it is needed, and fixed values (none: offered while typing)."""
