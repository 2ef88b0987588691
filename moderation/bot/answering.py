"""Carries what is asked in Discord to whoever answers, and the answer back in time.

Discord waits three seconds for a first word, and takes a form or hints only as that first word (its documentation of "Receiving and
Responding", read 2026-11). So what only looks is answered at once; everything else is acknowledged first, and nothing is done for a press
that Discord does not let us acknowledge: whoever pressed was told that it failed, and presses again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from listener.errors import ProductError
from moderation.bot.asked import Asked, Kind, asked_of
from moderation.bot.said import EPHEMERAL, Said, choices_of, message_of

logger = logging.getLogger(__name__)
T = TypeVar("T")

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""Kinds of a first word, as Discord numbers them."""
FIRST_SECONDS = 2.3
"""Of Discord's three, for everything before the first word; the rest is the way there."""
ANSWER_SECONDS = 60.0
MOST_SEEN = 4_096
MOST_AT_ONCE = 100
MOST_OF_ONE = 10


class Answers(Protocol):
    """Whoever answers. Each method may block, and is called from a thread of its own."""

    def at_once(self, asked: Asked) -> bool:
        """Tell whether the answer is a form or hints. Then `answer` only looks and changes nothing."""
        ...

    def answer(self, asked: Asked) -> Said:
        """Return what is said; refusals are answers too. Rights are asked here, at the moment of the press.

        Raises nothing that a person could have caused; whatever it raises is logged, and `failed` is shown.
        """
        ...

    def failed(self, asked: Asked) -> Said:
        """Return what is said when something broke or took too long. Asks nobody and cannot fail."""
        ...


class Asks(Protocol):
    """The connection, as far as answers need it; see `listener.sources.discord_connection.DiscordConnection.request`."""

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Sequence[tuple[str, bytes]] = (),
        params: Mapping[str, str] | None = None,
        timeout_seconds: float = 20.0,
        **parts: str,
    ) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """One interaction that waits: where its answer goes. `pressed_alone`: only this person sees the message that was pressed."""

    asked: Asked
    interaction_id: str
    application_id: str
    token: str
    pressed: bool
    pressed_alone: bool


class Answering:
    """Takes interactions as they come; each is answered once, also when Discord sends it again after a lost connection."""

    def __init__(self, asks: Asks, answers: Answers) -> None:
        self._asks = asks
        self._answers = answers
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._open: dict[str, int] = {}
        # of its own: the service's other work may hold every shared thread for seconds
        self._quick = ThreadPoolExecutor(max_workers=2, thread_name_prefix="bot-quick")
        self._slow = ThreadPoolExecutor(max_workers=3, thread_name_prefix="bot")

    def close(self) -> None:
        """Take no more; what is being answered comes to its end by itself."""
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._slow.shutdown(wait=False, cancel_futures=True)

    async def interaction(self, body: Mapping[str, Any]) -> None:
        """Answer one interaction. Whatever its body holds, nothing is raised."""
        one = _read(body)
        if one is None or self._known(one.interaction_id):
            return
        who = one.asked.user_id
        if sum(self._open.values()) >= MOST_AT_ONCE or self._open.get(who, 0) >= MOST_OF_ONE:
            logger.warning("too many interactions at once", extra={"open": sum(self._open.values())})
            return
        self._open[who] = self._open.get(who, 0) + 1
        try:
            await self._answer(one)
        except ProductError as error:
            logger.warning("an answer did not reach Discord", extra={"error": type(error).__name__, "kind": one.asked.kind.value})
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    def _known(self, interaction_id: str) -> bool:
        """Tell whether this very interaction came before, and remember it."""
        known = interaction_id in self._seen
        self._seen[interaction_id] = None
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        return known

    async def _answer(self, one: _Open) -> None:
        if one.asked.kind is Kind.HINT or await self._called(
            one, self._quick, self._answers.at_once, FIRST_SECONDS / 2, otherwise=lambda _: False
        ):
            otherwise = _no_hints if one.asked.kind is Kind.HINT else self._answers.failed
            await self._first(one, await self._called(one, self._quick, self._answers.answer, FIRST_SECONDS / 2, otherwise=otherwise))
            return
        await self._acknowledge(one)
        said = await self._called(one, self._slow, self._answers.answer, ANSWER_SECONDS, otherwise=self._answers.failed)
        if said.form is not None or said.choices is not None:
            logger.error("a form came where only words can", extra={"name": one.asked.name[:32]})
            said = self._answers.failed(one.asked)
        try:
            await self._second(one, said)
        except ProductError:
            await self._second(one, self._answers.failed(one.asked))
            raise

    async def _called(
        self, one: _Open, pool: ThreadPoolExecutor, call: Callable[[Asked], T], seconds: float, *, otherwise: Callable[[Asked], T]
    ) -> T:
        """Return what a call gives, or what stands in for it when it breaks or takes too long."""
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(pool, call, one.asked), timeout=seconds)
        except TimeoutError:
            logger.warning("an answer in Discord took too long", extra={"kind": one.asked.kind.value, "seconds": seconds})
        except Exception:  # one who answers and fails costs this answer
            logger.exception("an answer in Discord failed", extra={"kind": one.asked.kind.value})
        return otherwise(one.asked)

    # what is sent

    async def _first(self, one: _Open, said: Said) -> None:
        if said.choices is not None:
            await self._call_back(one, CHOICES, choices_of(said))
        elif said.form is not None:
            await self._call_back(one, FORM, dict(said.form))
        else:
            replaces = said.replaces and one.pressed_alone
            await self._call_back(one, UPDATE if replaces else MESSAGE, _edit(said) if replaces else message_of(said), _files(said))

    async def _acknowledge(self, one: _Open) -> None:
        """Give the first word: we are at it. Raises when Discord does not take it; then nothing is done."""
        if one.pressed:
            await self._call_back(one, DEFERRED_UPDATE)
        else:
            await self._call_back(one, DEFERRED, {"flags": EPHEMERAL})

    async def _second(self, one: _Open, said: Said) -> None:
        """Say what came of it: in the place of "is thinking" or of a message that only they see; else to them alone, below it.

        A message that others see too is never replaced by what one person asked to see (RULES S24).
        """
        hook, ask, files = "/webhooks/{webhook_id}/{webhook_token}", self._asks.request, _files(said)
        to, token = one.application_id, one.token
        if one.pressed and not (said.replaces and one.pressed_alone):
            await ask("POST", hook, body=message_of(said), files=files, webhook_id=to, webhook_token=token)
        else:
            await ask("PATCH", f"{hook}/messages/@original", body=_edit(said), files=files, webhook_id=to, webhook_token=token)

    async def _call_back(
        self, one: _Open, kind: int, data: Mapping[str, Any] | None = None, files: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        body: dict[str, Any] = {"type": kind, **({"data": data} if data is not None else {})}
        await self._asks.request(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            body=body,
            files=files,
            timeout_seconds=FIRST_SECONDS,
            webhook_id=one.interaction_id,
            webhook_token=one.token,
        )


def _read(body: Mapping[str, Any]) -> _Open | None:
    """Return what waits for an answer; None for what is none, or says not where its answer goes."""
    asked = asked_of(body)
    ids = [str(body.get(name) or "") for name in ("id", "application_id")]
    token = body.get("token")
    if asked is None or not all(one.isascii() and one.isdigit() for one in ids) or not isinstance(token, str) or not token:
        return None
    message = body.get("message")
    flags = message.get("flags") if isinstance(message, Mapping) else 0
    return _Open(
        asked=asked,
        interaction_id=ids[0],
        application_id=ids[1],
        token=token,
        pressed=isinstance(message, Mapping),
        pressed_alone=isinstance(flags, int) and bool(flags & EPHEMERAL),
    )


def _edit(said: Said) -> dict[str, Any]:
    """Return the body that puts an answer in the place of another: no picture of that one stays, and who sees it is settled already."""
    return {"attachments": [], **{name: value for name, value in message_of(said).items() if name != "flags"}}


def _files(said: Said) -> list[tuple[str, bytes]]:
    return [(one.name, one.png) for one in said.pictures]


def _no_hints(_: Asked) -> Said:
    return Said(choices=())
