"""A simulated twin in place of a fake server, so that the one contract suite tries both. No wire: its faults are told to the far side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from moderation.model.post import Target
from moderation.publishers.limits import TRAITS
from moderation.publishers.simulated import AcceptedPost, SimulatedPlatform, SimulatedPublisher
from moderation.publishers.simulated import Fault as Told
from moderation.publishers.twins import twin_of
from tests.fakes.platforms.core import ACCOUNT, Asked, FakePlatform, Place
from tests.fakes.platforms.faults import Ending, Fault, Why, too_many
from tests.fakes.platforms.record import Post
from tests.fakes.platforms.rig import WAIT_SECONDS, Rig

_CLOSED = {Why.LOCKED: "locked", Why.GONE: "deleted", Why.BANNED: "banned"}
_WIDEST: dict[str, str] = {"graphemes": "👨‍👩‍👧‍👦", "mastodon": "👨‍👩‍👧‍👦", "characters": "🎉", "bytes": "a", "weighted": "é"}


class TwinFake(FakePlatform):
    """The far side under the names that tests use for a fake server."""

    def __init__(self, record: Path, clock: ManualClock, name: str, target: Callable[[int], Target]) -> None:  # no server: none is made
        self.name = name
        self.clock = clock
        self.far_side = SimulatedPlatform(record, clock)
        self.publisher: SimulatedPublisher = twin_of(name, self.far_side, ACCOUNT, timeout_seconds=WAIT_SECONDS)
        self.native_key = self.publisher.native_key
        self.places = _Places(self.far_side, target)

    def fault(self, *faults: Fault) -> None:
        self.far_side.expect(*(_told(one) for one in faults))

    def read_fault(self, *faults: Fault) -> None:
        refused = SourceRefused("401"), RateLimited("429", wait_seconds=30), SourceUnavailable("503")
        self.publisher.failing = {Why.UNAUTHORISED: refused[0], Why.RATE_LIMITED: refused[1]}.get(faults[0].why or Why.GONE, refused[2])

    def clear(self) -> None:
        self.publisher.failing = None

    def go_away(self) -> None:
        self.publisher.failing = SourceUnavailable("no connection")

    def take(self, account: str, target: str, text: str, key: str = "", *, parent: str = "", **more: Any) -> Post:
        raise TypeError("a twin has no server to post to: use its publisher")

    def posts(self) -> list[Post]:
        return [_post(one) for one in self.far_side.posts()]

    @property
    def writes(self) -> list[Asked]:
        asked = Asked(method="POST", path="", query="", headers={}, body=b"", write=True)
        return [asked] * self.far_side.requests


class _Places(Place):
    """Threads of the far side, closed by their name."""

    def __init__(self, far_side: SimulatedPlatform, target: Callable[[int], Target]) -> None:
        super().__init__()
        self._far_side = far_side
        self._target = target

    def close(self, target: str, why: Why) -> None:
        self._far_side.close_thread(self._target(int(target)), why=_CLOSED[why])


def _told(fault: Fault) -> Told:
    if fault.why is not None:
        return {Why.RATE_LIMITED: Told.RATE_LIMIT, Why.UNAUTHORISED: Told.BAD_KEY}.get(fault.why, Told.REFUSE)
    if fault.late:
        return Told.ACCEPT_LATE
    if not fault.accepts:
        return Told.LOSE
    return Told.ACCEPT_THEN_HANG if fault.ending is Ending.HANG else Told.ACCEPT_THEN_ERROR


def _post(one: AcceptedPost) -> Post:
    return Post(
        number=int(one.platform_id.rpartition("-")[2]),
        post_id=one.platform_id,
        account=one.account,
        target=one.thread_id,
        text=one.text,
        key=one.key,
        accepted_at=one.accepted_at,
        visible_at=one.visible_at,
        parent=one.parent_id,
        more={"title": one.title},
        edits=one.edits,
        removed=one.removed,
    )


def open_twin(platform: str) -> Callable[[Path, ManualClock], AbstractContextManager[Rig]]:
    """Return what opens the twin of a platform."""

    def target(number: int) -> Target:
        return Target(platform=platform, realm="gesimuleerd", thread_id=str(number), parent_id=f"1{number}")

    @contextmanager
    def opened(folder: Path, clock: ManualClock) -> Iterator[Rig]:
        fake = TwinFake(folder / "twin.jsonl", clock, platform, target)
        traits = TRAITS[platform]
        yield Rig(
            name="simulated",
            fake=fake,
            publisher=fake.publisher,
            clock=clock,
            thread=target,
            place=str,
            longest=lambda most: _WIDEST[traits.limits.counts] * most,
            common_waits=(too_many(30, Retry_After="30"),),
            secrets=(),
            opening=Target(platform=platform, realm="gesimuleerd", thread_id="") if traits.looks_back else None,
            title="Storing" if traits.title_most else "",
        )

    return opened
