"""/link: the one command that makes an account at Discord a colleague's. Everything else goes to whoever answers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Protocol

from listener.errors import NotAllowed
from moderation.bot.answering import Answers
from moderation.bot.asked import Asked, Kind
from moderation.bot.call import bot_words
from moderation.bot.commands import TEXT, localized, worded
from moderation.bot.said import Said
from moderation.model.person import Person

NAME, CODE = "link", "code"
MOST_WRONG = 5
MOST_WRONG_OF_ALL = 100
WINDOW_SECONDS = 900.0


class Redeems(Protocol):
    """Turns a code into a link; see `moderation.workflows.link_discord.LinkDiscord`."""

    def redeem(self, code: str, discord_id: str) -> Person | None: ...


class Linking:
    """Answers /link itself and hands on the rest. `monotonic` returns seconds that never go back."""

    def __init__(self, inner: Answers, redeems: Redeems, *, guilds: frozenset[str], monotonic: Callable[[], float]) -> None:
        self._inner = inner
        self._redeems = redeems
        self._guilds = guilds
        self._monotonic = monotonic
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)

    def at_once(self, asked: Asked) -> bool:
        return not _ours(asked) and self._inner.at_once(asked)

    def answer(self, asked: Asked) -> Said:
        return Said(text=bot_words(asked.language).text(self._linked(asked))) if _ours(asked) else self._inner.answer(asked)

    def failed(self, asked: Asked) -> Said:
        return self._inner.failed(asked)

    def _linked(self, asked: Asked) -> str:
        """Link, and return the key of what is said. After some wrong codes nobody is heard for a while: codes cannot be guessed."""
        if asked.guild_id not in self._guilds:
            return "no.guild"
        since = self._monotonic() - WINDOW_SECONDS
        for tries in self._wrong.values():
            while tries and tries[0] < since:
                tries.popleft()
        mine = self._wrong[asked.user_id]
        if len(mine) >= MOST_WRONG or sum(map(len, self._wrong.values())) >= MOST_WRONG_OF_ALL:
            return "link.often"
        try:
            person = self._redeems.redeem(asked.options.get(CODE, ""), asked.user_id)
        except NotAllowed:
            return "link.taken"
        if person is None:
            mine.append(self._monotonic())
            return "link.wrong"
        return "link.done"


def link_command() -> dict[str, Any]:
    """Return the command as Discord is told of it, in both languages; its name is one, for pages and commands print it."""
    option: dict[str, Any] = {"name": CODE, "type": TEXT, "required": True, "min_length": 8, "max_length": 20}
    return {
        "name": NAME,
        "type": 1,
        **worded("command.link"),
        "options": [option | worded("option.code") | {"name_localizations": localized("option.code.name")}],
    }


def _ours(asked: Asked) -> bool:
    return asked.kind is Kind.COMMAND and asked.name == NAME
