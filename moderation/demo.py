"""`klankbord demo`: the invented fortnight played, its planted issues scored, and what people would do with them done in their name."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from listener.clock import ManualClock, SystemClock
from listener.demo.scenario import Scenario, build_scenario
from listener.demo.score import PlantedResult, score
from listener.demo.sources import demo_sources
from listener.demo.texts import load_texts
from listener.digest.terminal import digest_terminal
from listener.errors import InputError
from listener.ledger.lock import home_lock
from listener.model.figures import DigestFigures
from listener.model.plain import plain
from listener.ports import Clock, Progress
from listener.settings.resources import shipped_text
from listener.settings.wording import templates
from listener.text.shorten import shorten
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.play_scenario import Played, play_scenario
from moderation.demo_people import ADMIN, welcome
from moderation.inbox.shown import digest_figures
from moderation.page_parts.knowledge import knowledge_with_model
from moderation.parts import Answering
from moderation.people_desk import people_desk
from moderation.settings import KlankbordSettings
from moderation.workflows.rehearse import Rehearsed, rehearse
from moderation.workflows.rehearse_knowledge import RehearsedKnowledge, rehearse_knowledge
from moderation.workflows.rehearse_public import RehearsedPublic, rehearse_public

OpenHome = Callable[[Path, KlankbordSettings, Clock], AbstractContextManager[Answering]]
DEMO_MARK = "demo"
_PUBLIC = "http://localhost:8643"  # as the demo's settings have it
DIGEST_DAYS = 7
NEXT_STEPS = (
    "Next: open the link, look at an issue, then claim the first conversation in the queue.",
    "Answer it from a terminal: klankbord --home {home} inbox next",
    "Your own brand: klankbord init, then klankbord run.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the demo says at its end."""

    digest: str
    figures: DigestFigures
    results: tuple[PlantedResult, ...]
    played: Played
    answered: Rehearsed | None
    public: RehearsedPublic
    known: RehearsedKnowledge

    @property
    def all_found(self) -> bool:
        return all(result.issue_id is not None and result.delay_hours is not None for result in self.results)

    @property
    def closing_lines(self) -> tuple[str, ...]:
        found = [
            f"  {one.key}: “{one.title}”, flagged {one.delay_hours:.0f} h after it began"
            for one in self.results
            if one.delay_hours is not None
        ]
        return ("Planted issues and what they were found as:", *found, "", *self._answers, *self._said_in_public)

    @property
    def _said_in_public(self) -> tuple[str, ...]:
        done = self.public
        lines = [
            f"Invitations: {done.decided.asked} asked, {done.decided.waiting} wait, {done.decided.never} not asked; each with its reasons.",
            f"{done.answered} customers gave feedback; of those who agreed, {done.telling} are told what we did about it.",
            f"From {self.known.answered} more answers, articles for the knowledge base: {self.known.suggested} suggested, "
            f"{self.known.approved} approved.",
            f"{done.in_shadow} posts that no person chose singly wait in shadow: none of them leaves before people checked enough of them.",
        ]
        if done.status is not None:
            lines.insert(
                0,
                f"The status page says “{done.status.value.replace('_', ' ')}”; a broadcast to {done.told} threads is in shadow, "
                f"{done.skipped} were skipped with a reason.",
            )
        return tuple(lines)

    @property
    def _answers(self) -> tuple[str, ...]:
        done = self.answered
        if done is None:
            return ("Nobody waits for an answer.",)
        lines = [f"{done.cases_waiting} conversations wait in the queue. One was answered (simulated, state: {done.reply.state}):"]
        lines += [f"  asked: {shorten(done.asked.mention.text, 160)}", f"  reply: {shorten(done.reply.post.text, 160)}"]
        if done.update:
            lines.append(f"A status update was approved and posted (simulated, state: {done.update.state}).")
        if done.invitation_refused:
            lines.append(f"An invitation was kept back by a rule: {done.invitation_refused}")
        if done.invitation:
            lines.append(f"Another invitation waits for approval as draft {done.invitation.draft_id}: {shorten(done.invitation.text, 120)}")
        return tuple(lines)

    def as_json(self) -> dict[str, Any]:
        """Return planted issue → found issue and delay, with the counts of what was played."""
        totals = {"seen": self.played.seen, "new": self.played.new, "edited": self.played.edited, "removed": self.played.removed}
        signals = [plain(signal) for signal in self.played.signals]
        return {
            "invented": True,
            "played": totals,
            "planted": plain(self.results),
            "signals": signals,
            "answered": plain(self.answered),
            "public": plain(self.public),
            "knowledge": plain(self.known),
        }


@contextmanager
def play_demo(
    home: Path, open_home: OpenHome, *, language: str, progress: Progress, public_port: int = 0
) -> Iterator[tuple[Answering, Told]]:
    """Play the fortnight that ends at the last full hour, in a home of its own, and hand out the parts still open.

    `public_port`: where links for customers lead; 0 (not known yet) leaves them at the usual port.
    """
    fresh_home(home)
    written = shipped_text("demo", "klankbord.yaml")
    if public_port:
        written = written.replace(_PUBLIC, f"http://localhost:{public_port}")
    settings = KlankbordSettings.model_validate(yaml.safe_load(written))
    scenario = build_scenario(load_texts(shipped_text), start=_start(settings))
    clock = DemoClock(scenario.start)
    (home / "klankbord.yaml").write_text(written, encoding="utf-8")
    with open_home(home, settings, clock) as parts:
        parts.listening.ledger.meta.set(DEMO_MARK, "invented")
        played = asyncio.run(_play(parts, scenario, clock, progress))
        told = yaml.safe_load(shipped_text("demo", "rehearsal.yaml"))
        results = _score(parts, scenario, played)
        welcome(people_desk(home, parts.listening.ledger, clock, brands=tuple(brand.name for brand in settings.brands)))
        told_about = next((one.issue_id for one in results if one.key == told["update_about"]), None)
        answered = asyncio.run(rehearse(parts.sending, replies=told["replies"], update=told["update"], issue_id=told_about))
        found = {one.key: one.issue_id for one in results if one.issue_id is not None}
        public = rehearse_public(parts.desk, told, found, today=SystemClock().now())
        known = asyncio.run(rehearse_knowledge(parts.sending, knowledge_with_model(parts), told["knowledge"], found))
        clock.advance(timedelta(minutes=1))  # what was just done belongs to the stretch that the digest tells of
        told_at_the_end = _tell(parts, results, played, (answered, public, known), language)
        clock.let_go()
        yield parts, told_at_the_end


class DemoClock(ManualClock):
    """Moved by hand while the fortnight is played; afterwards it is real time, going on from there without a jump between its two hands."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._real = SystemClock()
        self._since: float | None = None

    def let_go(self) -> None:
        """Catch up with real time and run on by itself."""
        self.move_to(self._real.now())
        self._since = self._real.monotonic()

    def now(self) -> datetime:
        return super().now() if self._since is None else self._real.now()

    def monotonic(self) -> float:
        return super().monotonic() if self._since is None else super().monotonic() + self._real.monotonic() - self._since

    async def sleep(self, seconds: float) -> None:
        await (super().sleep(seconds) if self._since is None else self._real.sleep(seconds))


def fresh_home(home: Path) -> None:
    """Make an empty home for the demo. A folder that holds anything but an earlier demo is never touched."""
    if home.exists() and any(home.iterdir()):
        if not _is_a_demo(home / "klankbord.yaml"):
            raise InputError(f"{home} holds something that is not the demo; name an empty or new folder with --home.")
        with home_lock(home):
            pass
        shutil.rmtree(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def _is_a_demo(settings: Path) -> bool:
    """Tell whether these are a demo's settings, perhaps of an earlier Klankbord: its first line, and the mark that all is invented."""
    if not settings.is_file():
        return False
    lines = settings.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[:1] == shipped_text("demo", "klankbord.yaml").splitlines()[:1] and "invented: true" in lines


def _start(settings: KlankbordSettings) -> datetime:
    """Return midnight fourteen days before the last midnight: nothing of it lies in the future for a command that reads the real clock."""
    midnight = datetime.now(UTC).astimezone(settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=14)).astimezone(UTC)


async def _play(parts: Answering, scenario: Scenario, clock: ManualClock, progress: Progress) -> Played:
    listening = parts.listening
    keeps = {one.id: one.keep for one in listening.settings.sources}
    sources = [(source, keeps[source.source_id]) for source in demo_sources(scenario, clock)]
    for source, _ in sources:
        listening.ledger.sources.describe(source.source_id, kind="demo")
    collect = CollectMentions(listening.ledger, listening.queries, clock=clock)

    def at_noon() -> None:
        if clock.now().astimezone(listening.settings.zone).hour in (12, 13):
            parts.desk.inviting.decide.once()

    played = await play_scenario(sources, collect, listening.analyse, clock, until=scenario.end, progress=progress, each_step=at_noon)
    parts.desk.open_cases()
    return played


def _score(parts: Answering, scenario: Scenario, played: Played) -> tuple[PlantedResult, ...]:
    ledger = parts.listening.ledger
    titles = {issue.issue_id: issue.title for issue in ledger.issues.all(include_merged=True)}
    return tuple(score(scenario.planted, dict(ledger.issues.placed()), played.signals, titles=titles))


def _tell(
    parts: Answering,
    results: tuple[PlantedResult, ...],
    played: Played,
    done: tuple[Rehearsed | None, RehearsedPublic, RehearsedKnowledge],
    language: str,
) -> Told:
    listening = parts.listening
    figures = digest_figures(listening, hours=24.0 * DIGEST_DAYS)
    text = digest_terminal(figures, language=language, zone=listening.settings.zone, templates=templates(language))
    return Told(digest=text, figures=figures, results=results, played=played, answered=done[0], public=done[1], known=done[2])


async def serve_demo(parts: Answering, *, port: int, public_port: int, say: Callable[[str], None]) -> None:
    """Serve the staff and public pages of the demo until Ctrl-C or SIGTERM."""
    from moderation.running import commands_answered, public_pages
    from moderation.schedule import CLOCK_SECONDS, OUTBOX_SECONDS, RECONCILE_SECONDS, SEARCH_SECONDS, STATUS_SECONDS
    from moderation.service import every, every_async, stop_on_signals

    stop = asyncio.Event()
    stop_on_signals(stop)
    async with commands_answered(parts, port=port) as (address, sign_in), public_pages(parts, port=public_port) as public:
        say(f"Sign in (once, within 15 minutes): {sign_in.new_link(address, agent=ADMIN)}")
        say(f"What customers see: {public}")
        for line in NEXT_STEPS:
            say(line.format(home=parts.listening.home))
        await asyncio.gather(
            every_async(OUTBOX_SECONDS, parts.sending.send_once, stop, "sending"),
            every_async(RECONCILE_SECONDS, parts.sending.reconcile_once, stop, "reconciling"),
            every(STATUS_SECONDS, parts.desk.status.once, stop, "keeping promises"),
            every(SEARCH_SECONDS, parts.listening.search.keep, stop, "keeping the search"),
            every(CLOCK_SECONDS, parts.desk.tell_clocks.once, stop, "telling clocks"),
        )
