"""`klankbord run` and the pages of the demo: what lives while the service lives, started in order and stopped in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from threadpoolctl import threadpool_limits

from listener.clock_steps import LOOK_SECONDS, ClockSteps
from listener.control import Answer, answering
from listener.model.issue import Signal
from listener.parts import Listening
from listener.rechecks import RecheckSchedule
from listener.schedule import SourceSchedule, Watched, keep_analysing
from listener.sources.discord_connection import DiscordConnection
from listener.sources.discord_push import DiscordPush
from listener.sources.streaming import is_streamed
from listener.streams import StreamSchedule
from listener.workflows.analyse_mentions import Analysed
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.recheck_mentions import RecheckMentions
from listener.workflows.take_pushed import TakePushed
from moderation.answers import ALL_ANSWERS
from moderation.chatting import keep_chat
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import MACHINE, SignIn
from moderation.ledger.sessions import SessionLedger
from moderation.model.account import Purpose
from moderation.page_parts.knowledge import knowledge_with_model
from moderation.page_parts.public import public_parts
from moderation.page_parts.staff import staff_parts
from moderation.parts import Answering, Desk, Sending
from moderation.public.app import build_public_app
from moderation.retaining import notice_of, retaining
from moderation.schedule import (
    CASES_SECONDS,
    CHECK_CASES_SECONDS,
    CLOCK_SECONDS,
    CONFIRM_SECONDS,
    CONNECT_SECONDS,
    DELIVER_SECONDS,
    INVITE_SECONDS,
    KNOWLEDGE_SECONDS,
    LEARN_SECONDS,
    OUTBOX_SECONDS,
    OWN_ACCOUNT_SECONDS,
    RECONCILE_SECONDS,
    REPORT_SECONDS,
    RETAIN_SECONDS,
    SEARCH_SECONDS,
    SOURCE_TROUBLE_SECONDS,
    STATUS_SECONDS,
    SUBJECTS_SECONDS,
    TAP_SECONDS,
    TELL_BACK_SECONDS,
    TIDY_SECONDS,
    TITLES_SECONDS,
)
from moderation.service import every, every_async, few_collections, pages_served, short_turns, work_behind, wound_down
from moderation.tapping import watch_taps
from moderation.week_room import WeekRoom
from moderation.workflows.tell_source_trouble import TellSourceTrouble

logger = logging.getLogger(__name__)
AGENT = "team"
SIGN_IN = "sign_in"


def _control(parts: Listening, new_link: Callable[[str, Purpose, str], str]) -> Mapping[str, Answer]:
    """Return the questions commands may ask this service, each answered off the event loop."""

    async def link(given: Mapping[str, Any]) -> Any:
        purpose, by = Purpose(given.get("purpose") or Purpose.SIGN_IN.value), str(given.get("by") or MACHINE)
        return await asyncio.to_thread(new_link, str(given.get("agent") or AGENT), purpose, by)

    def answer_with(question: Callable[[Listening, Mapping[str, Any]], Any]) -> Answer:
        async def answer(given: Mapping[str, Any]) -> Any:
            return await asyncio.to_thread(question, parts, given)

        return answer

    return {SIGN_IN: link, **{name: answer_with(question) for name, question in ALL_ANSWERS.items()}}


@asynccontextmanager
async def staff_pages(parts: Answering, *, port: int) -> AsyncIterator[tuple[str, SignIn]]:
    """Serve the staff pages; hand out their address and the desk that prints sign-in links."""
    sign_in = SignIn(SessionLedger(parts.listening.ledger.engine), parts.listening.clock)
    app = build_staff_app(staff_parts(parts, sign_in))
    async with pages_served(app, port=port) as bound:
        yield f"http://localhost:{bound}", sign_in


@asynccontextmanager
async def commands_answered(parts: Answering, *, port: int) -> AsyncIterator[tuple[str, SignIn]]:
    """Serve the staff pages, and answer commands that need what this process holds."""
    async with staff_pages(parts, port=port) as (address, sign_in):
        listening = parts.listening

        def new_link(agent: str, purpose: Purpose, by: str) -> str:
            return sign_in.new_link(address, agent=agent, purpose=purpose, by=by)

        async with answering(listening.home, _control(listening, new_link)):
            yield address, sign_in


def ways_in(address: str, sign_in: SignIn) -> tuple[str, ...]:
    """Return what tells somebody at the terminal how to come in: with people by their own password, before that by a link."""
    if sign_in.has_people():
        return (f"Sign in at {address}/sign-in; a link for one person: `klankbord sign-in --as NAME`",)
    return (
        f"Sign in (once, within 15 minutes): {sign_in.new_link(address, agent=AGENT)}",
        "Nobody works here yet: `klankbord person add NAME --role admin` makes the first one, who invites the others.",
    )


@asynccontextmanager
async def public_pages(parts: Answering, *, port: int) -> AsyncIterator[str]:
    """Serve the pages that customers see, on this machine only (a proxy with TLS stands before them); hand out their address here."""
    public = public_parts(parts)
    try:
        app = build_public_app(public)
        async with pages_served(app, port=port, setting="public.port", option="--public-port", believe_proxy=True) as bound:
            yield f"http://localhost:{bound}"
    finally:
        if public.incoming is not None:
            await asyncio.to_thread(public.incoming.close)


async def serve(parts: Answering, *, port: int, public_port: int, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Run everything on one home until `stop` is set."""
    listening = parts.listening
    async with AsyncExitStack() as closing:
        closing.enter_context(short_turns())
        closing.enter_context(few_collections())
        # the threads that multiply matrices are as urgent as pages, whoever asks them: half of what the service used went into these
        closing.enter_context(threadpool_limits(1, user_api="blas"))
        work_behind()
        address, sign_in = await closing.enter_async_context(commands_answered(parts, port=port))
        public = await closing.enter_async_context(public_pages(parts, port=public_port))
        tasks = [*await _started(parts, closing, stop), asyncio.create_task(keep_chat(parts, sign_in, stop))]
        writing = _started_writing(parts.sending, stop)
        say(f"Klankbord runs on {listening.home}")
        for line in ways_in(address, sign_in):
            say(line)
        say(f"Public status page: {public}")
        if notice := await asyncio.to_thread(notice_of, retaining(listening, parts.reader)):
            say(notice)
        say("Stop with Ctrl-C or SIGTERM; `klankbord sources` shows what is seen, `klankbord doctor` what needs you.")
        await stop.wait()
        say("Stopping …")
        parts.sending.gateway.wind_down()
        parts.deliver.wind_down()
        await wound_down(writing)
        await parts.sending.connections.aclose()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _started(parts: Answering, closing: AsyncExitStack, stop: asyncio.Event) -> list[asyncio.Task[None]]:
    listening = parts.listening
    arrived = asyncio.Event()
    streams, steps = await _schedule_sources(listening, closing, arrived, parts.discord)

    def after_analysis(signals: tuple[Signal, ...]) -> None:
        logger.info("signals raised", extra={"signals": [signal.signal_id for signal in signals]})

    def analyse() -> Analysed:
        done = listening.analyse.once(sparing=True)
        if done.mentions:
            parts.desk.follow_cases()
        return done if done.more else replace(done, signals=done.signals + listening.watch.once())

    return [
        asyncio.create_task(keep_analysing(analyse, arrived=arrived, stop=stop, flagged=after_analysis)),
        asyncio.create_task(streams.run(stop)),
        asyncio.create_task(every_async(LOOK_SECONDS, steps.once, stop, "looking at the clock")),
        asyncio.create_task(every(CASES_SECONDS, parts.desk.follow_cases, stop, "opening cases")),
        asyncio.create_task(every(CHECK_CASES_SECONDS, parts.desk.check_cases, stop, "checking cases")),
        asyncio.create_task(every(STATUS_SECONDS, parts.desk.status.once, stop, "keeping promises")),
        asyncio.create_task(every(CLOCK_SECONDS, parts.desk.tell_clocks.once, stop, "telling clocks")),
        asyncio.create_task(every(INVITE_SECONDS, parts.desk.decide_invitations, stop, "deciding invitations")),
        asyncio.create_task(every(TELL_BACK_SECONDS, parts.desk.feedback.improve.go_on, stop, "telling what we did")),
        asyncio.create_task(every(SOURCE_TROUBLE_SECONDS, source_trouble(parts.desk, listening).once, stop, "looking at sources")),
        asyncio.create_task(every_async(CONFIRM_SECONDS, listening.open_confirming(closing).once, stop, "asking about removals")),
        asyncio.create_task(every(SUBJECTS_SECONDS, parts.subjects.once, stop, "answering people who ask what is kept of them")),
        asyncio.create_task(every(TAP_SECONDS, watch_taps(listening).once, stop, "looking at actions")),
        asyncio.create_task(every(REPORT_SECONDS, WeekRoom(listening).maker().once, stop, "making the weekly report")),
        asyncio.create_task(every_async(REPORT_SECONDS, parts.tell.once, stop, "telling")),
        asyncio.create_task(every_async(DELIVER_SECONDS, parts.deliver.once, stop, "delivering")),
        asyncio.create_task(every(KNOWLEDGE_SECONDS, knowledge_with_model(parts).refresh.once, stop, "looking for knowledge")),
        asyncio.create_task(every(TIDY_SECONDS, listening.ledger.tidy, stop, "tidying")),
        asyncio.create_task(every(SEARCH_SECONDS, listening.search.keep, stop, "keeping the search")),
        asyncio.create_task(every(TIDY_SECONDS, listening.tidy_search, stop, "tidying the search")),
        asyncio.create_task(every(TIDY_SECONDS, listening.clean_files_when_due, stop, "cleaning files")),
        asyncio.create_task(every(TITLES_SECONDS, listening.rephrase_titles, stop, "rephrasing titles")),
        asyncio.create_task(
            every(RETAIN_SECONDS, retaining(listening, parts.reader, stop.is_set).when_due, stop, "letting go of what is too old")
        ),
        asyncio.create_task(every(LEARN_SECONDS, listening.learn_labels_when_due, stop, "learning labels")),
    ]


def _started_writing(sending: Sending, stop: asyncio.Event) -> list[asyncio.Task[None]]:
    """Start what talks to platforms in our name; it is wound down first when the service stops (RULES F37)."""
    return [
        asyncio.create_task(every_async(CONNECT_SECONDS, sending.connect_once, stop, "connecting accounts")),
        asyncio.create_task(every_async(OUTBOX_SECONDS, sending.send_once, stop, "sending")),
        asyncio.create_task(every_async(RECONCILE_SECONDS, sending.reconcile_once, stop, "reconciling")),
        asyncio.create_task(every_async(OWN_ACCOUNT_SECONDS, sending.watch_once, stop, "watching our accounts")),
    ]


async def _schedule_sources(
    listening: Listening, closing: AsyncExitStack, arrived: asyncio.Event, discord: DiscordConnection | None
) -> tuple[StreamSchedule, ClockSteps]:
    """Start pulls; return what listens to what platforms push, and what keeps plans when the clock is set, for the caller to run."""
    watched = listening.open_sources(closing)
    scheduler = AsyncIOScheduler(timezone="UTC")
    collect = CollectMentions(listening.ledger, listening.queries, clock=listening.clock)
    pulls = SourceSchedule(scheduler, collect, watched, clock=listening.clock, arrived=arrived)
    pulls.start(listening.ledger.sources.state)
    recheck = RecheckMentions(listening.ledger, collect, clock=listening.clock)
    RecheckSchedule(scheduler, recheck, watched, clock=listening.clock, arrived=arrived).start()
    scheduler.start()
    closing.callback(scheduler.shutdown, wait=False)
    return listen_beside(watched, collect, pulls, listening, arrived, discord), ClockSteps(scheduler, listening.clock)


def listen_beside(
    watched: Sequence[Watched],
    collect: CollectMentions,
    pulls: SourceSchedule,
    listening: Listening,
    arrived: asyncio.Event,
    discord: DiscordConnection | None,
) -> StreamSchedule:
    """Wire what platforms push: to sources with a stream of their own, and to those of Discord over the team's bot."""
    take = TakePushed(listening.ledger, collect, clock=listening.clock, hurry=pulls.hurry)
    streams = StreamSchedule(watched, take, collect, listening.ledger.streams, clock=listening.clock, arrived=arrived)
    told = {one.settings.id: one.settings.channels for one in watched if one.settings.kind == "discord" and is_streamed(one.settings)}
    if discord is not None and told:
        discord.attach(DiscordPush(told, discord, streams))
    return streams


def source_trouble(desk: Desk, listening: Listening) -> TellSourceTrouble:
    """Wire the alarms about sources that are switched on."""
    sources = [one.id for one in listening.settings.sources if one.enabled]
    return TellSourceTrouble(listening.ledger, desk.alarms, sources=sources, clock=listening.clock)
