"""One publisher with the fake platform it posts to: what the contract suite needs to know about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from listener.clock import ManualClock
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.ports import Publisher
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform
from tests.fakes.platforms.faults import RATE_LIMITS, Fault

WAIT_SECONDS = 20.0
"""How long publishers under test wait for an answer, longer than a busy machine needs; where none comes, `rigs.wait_for` makes it short."""
ANSWER = "Dag, we kijken met je mee. Stuur je ons je postcode?"


@dataclass(frozen=True, kw_only=True)
class Rig:
    """`thread(n)` is the n-th place to answer in, as a target; `place(n)` is the fake's name for it (as in `Post.target`).

    longest(n): a text of exactly n by the platform's count, made of the widest signs it has. waits: the platform's own 429s beside those
    that all have.
    """

    name: str
    fake: FakePlatform
    publisher: Publisher
    clock: ManualClock
    thread: Callable[[int], Target]
    place: Callable[[int], str]
    longest: Callable[[int], str] = lambda most: "é" * most
    common_waits: tuple[Fault, ...] = RATE_LIMITS
    waits: tuple[Fault, ...] = ()
    secrets: tuple[str, ...] = (TOKEN,)
    opening: Target | None = None
    title: str = ""
    asks_place: bool = True
    """Whether the platform can be asked about a place (`place_now` is not `unknown`)."""
    native_id: str = ACCOUNT
    sent: Callable[[str], str] = lambda text: text
    """What goes over the wire for a text, where the platform needs another form of it."""

    @property
    def account(self) -> AccountId:
        return AccountId(platform=self.name, realm="", native_id=self.native_id)

    @property
    def rate_limits(self) -> tuple[Fault, ...]:
        return (*self.common_waits, *self.waits)

    def post(
        self, text: str = ANSWER, *, number: int = 1, edits: str = "", removes: str = "", options: tuple[str, ...] = ()
    ) -> OutgoingPost:
        """Return a reply in the n-th place."""
        target = self.thread(number)
        return OutgoingPost(
            account=self.account, kind=PostKind.REPLY, target=target, text=text, edits=edits, removes=removes, options=options
        )

    async def put(self, number: int, text: str) -> None:
        """Let a post of ours be there, through no publisher where the fake allows it: that is faster, and no request."""
        if self.name == "simulated":
            await self.publisher.publish(self.post(text, number=number), key=text)
        else:
            self.fake.take(ACCOUNT, self.place(number), text, text, parent=self.thread(number).parent_id)

    def opens(self, text: str = ANSWER) -> OutgoingPost:
        """Return a post that starts a thread of its own."""
        assert self.opening is not None
        return OutgoingPost(account=self.account, kind=PostKind.STATUS_UPDATE, target=self.opening, text=text, title=self.title)
