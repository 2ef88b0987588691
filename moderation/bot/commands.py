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
OTHERS = {"nl": ("nl",)}
"""Discord's locales by our language."""
_TEXT, _NUMBER = 3, 4


def commands() -> list[dict[str, Any]]:
    """Return all commands, in the order in which the README has them."""
    return [_command(name) for name in COMMANDS]


def _command(name: str) -> dict[str, Any]:
    body: dict[str, Any] = {"name": name, "type": 1, **_worded(f"command.{name}")}
    body["name_localizations"] = {
        locale: bot_words(language).text(f"command.{name}.name") for language, names in OTHERS.items() for locale in names
    }
    options = _OPTIONS.get(name, ())
    return body | ({"options": [_option(one) for one in options]} if options else {})


def _worded(key: str) -> dict[str, Any]:
    """Return the text below a command or an option, in both languages."""
    return {
        "description": bot_words(MAIN).text(key),
        "description_localizations": {locale: bot_words(language).text(key) for language, names in OTHERS.items() for locale in names},
    }


def _option(one: tuple[str, int, bool, tuple[str, ...]]) -> dict[str, Any]:
    name, kind, needed, choices = one
    localized = {locale: bot_words(language).text(f"option.{name}.name") for language, names in OTHERS.items() for locale in names}
    option: dict[str, Any] = {"name": name, "type": kind, "required": needed, "name_localizations": localized, **_worded(f"option.{name}")}
    if choices:
        return option | {"choices": [_choice(key) for key in choices]}
    return option | {"autocomplete": True} | ({"min_value": 1} if kind == _NUMBER else {})


def _choice(key: str) -> dict[str, Any]:
    """Return one of some fixed values; `key` names its words, and ends with the value."""
    localized = {locale: bot_words(language).text(key) for language, names in OTHERS.items() for locale in names}
    return {"name": bot_words(MAIN).text(key), "value": key.rpartition(".")[2], "name_localizations": localized}


_ISSUE_STATES = tuple(f"state.{one.value}" for one in IssueState)
_STATUSES = tuple(f"public_status.{one.value}" for one in IssueStatus)
_PERIODS = tuple(f"period.{one}" for one in PERIODS)
_OPTIONS: dict[str, tuple[tuple[str, int, bool, tuple[str, ...]], ...]] = {
    "issues": (("state", _TEXT, False, _ISSUE_STATES), ("brand", _TEXT, False, ())),
    "issue": (("issue", _NUMBER, True, ()),),
    "mentions": (("issue", _NUMBER, False, ()), ("brand", _TEXT, False, ())),
    "claim": (("case", _NUMBER, False, ()),),
    "reply": (("case", _NUMBER, True, ()),),
    "status": (("issue", _NUMBER, True, ()), ("state", _TEXT, False, _STATUSES)),
    "digest": (("period", _TEXT, False, _PERIODS),),
}
"""Options by command: name, kind, whether it is needed, and fixed values (none: offered while typing)."""
